/* SPDX-License-Identifier: Apache-2.0 */
#ifndef MARKET_STABLE_ARRAY_H
#define MARKET_STABLE_ARRAY_H

/*
 * An array that only grows and whose elements never move. Growing copies nothing but a small
 * directory of chunks. Threads: one at a time.
 */
#include <stddef.h>

enum { STABLE_ARRAY_CHUNK = 4096 };

typedef struct stable_array {
    unsigned char **chunks;
    size_t chunk_capacity; /* length of the directory */
    size_t count;
    size_t element_bytes;
} stable_array;

void stable_array_init(stable_array *array, size_t element_bytes);
void stable_array_fini(stable_array *array);

/** Appends a zeroed element; NULL when memory is out. Borrowed until stable_array_fini(). */
void *stable_array_push(stable_array *array);

/** Takes back the last element. */
void stable_array_pop(stable_array *array);

static inline void *stable_array_at(const stable_array *array, size_t index)
{
    return array->chunks[index / STABLE_ARRAY_CHUNK] +
           index % STABLE_ARRAY_CHUNK * array->element_bytes;
}

#endif

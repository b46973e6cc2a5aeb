/* SPDX-License-Identifier: Apache-2.0 */
#ifndef MYC_NET_BYTES_H
#define MYC_NET_BYTES_H

/*
 * Bytes that come in at the tail and leave at the head. The room grows by doubling and stays, so
 * that nothing is allocated once it is warm; what a long message needed is given back when empty.
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct myc__bytes {
    uint8_t *data; /* NULL = no room yet */
    size_t head;
    size_t tail;
    size_t capacity;
};

static inline size_t myc__bytes_size(const struct myc__bytes *bytes)
{
    return bytes->tail - bytes->head;
}

/** Frees the room; empty afterwards. */
void myc__bytes_fini(struct myc__bytes *bytes);

/** Makes room for `more`; what is there may move. False when memory is out. */
bool myc__bytes_reserve(struct myc__bytes *bytes, size_t more);

/** Copies `count` to the tail. False when memory is out: nothing is added. */
bool myc__bytes_append(struct myc__bytes *bytes, const void *from, size_t count);

/** Drops `count` from the head. */
void myc__bytes_drop(struct myc__bytes *bytes, size_t count);

/** Moves up to `capacity` from the head to `to`; returns the count. */
size_t myc__bytes_take(struct myc__bytes *bytes, void *to, size_t capacity);

#endif

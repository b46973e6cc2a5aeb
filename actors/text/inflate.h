/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TEXT_INFLATE_H
#define TEXT_INFLATE_H

/*
 * Streaming decoder of gzip data that lets plain data through, told apart by the first two bytes
 * (1f 8b). Pull style with bounded memory: plain chunks are handed on without a copy, gzip data
 * goes through one output buffer.
 *
 *     inflater_feed(&inflater, bytes, size);     // borrowed until INFLATER_HUNGRY
 *     while (inflater_next(&inflater, &chunk) == INFLATER_CHUNK)
 *         lines_feed(&lines, chunk.bytes, chunk.size) ... use up all lines ...
 *
 * The next inflater_next() overwrites the chunk, so use it up first. Several gzip members one after
 * the other are one stream, as gzip(1) has it.
 *
 * Threads: an inflater belongs to one thread at a time.
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef enum inflater_result {
    INFLATER_CHUNK,  /* there are bytes */
    INFLATER_HUNGRY, /* all input is used up: feed more, or end */
    INFLATER_END,    /* ended, and everything was handed out */
    INFLATER_ERROR   /* corrupt, cut short, bytes behind the end, or out of memory; stays so */
} inflater_result;

typedef struct inflater_chunk {
    const char *bytes; /* borrowed until the next call */
    size_t size;       /* above 0 */
} inflater_chunk;

/** Opaque. */
typedef struct inflater inflater;

/** Gives an inflater, or NULL when memory is out. Release with inflater_destroy(). */
inflater *inflater_create(void);

/** Frees the inflater. NULL is ignored. */
void inflater_destroy(inflater *self);

/** Gives input. Borrows `bytes` until inflater_next() returns INFLATER_HUNGRY; call it only then.
 */
void inflater_feed(inflater *self, const char *bytes, size_t size);

/** Says that no input follows. A gzip member that is not complete is then an error. */
void inflater_end(inflater *self);

/** Fills in the next decoded bytes. */
inflater_result inflater_next(inflater *self, inflater_chunk *chunk);

/** After INFLATER_ERROR: what is wrong and at which byte of the input. Borrowed from `self`. */
const char *inflater_error(const inflater *self);

/** Whether the data is gzip; false before the first two bytes are seen. */
bool inflater_is_gzip(const inflater *self);

#endif

/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TEXT_LINES_H
#define TEXT_LINES_H

/*
 * Splits a stream of chunks into lines of text, as <mycelium/framing.h> does, without the empty
 * ones.
 *
 *     lines_feed(&lines, bytes, size);          // the chunk is borrowed ...
 *     while (lines_next(&lines, &line))         // ... until this returns false
 *         line.error ? report(&line) : decode(line.text, line.size);
 *     ...
 *     lines_end(&lines);                        // after the last chunk: the line without newline
 *     while (lines_next(&lines, &line)) ...
 *
 * A line ends in "\n" or "\r\n"; neither is part of it. Empty lines are skipped, but numbered.
 *
 * Threads: a splitter belongs to one thread at a time.
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <mycelium/framing.h>

enum { LINES_SIZE_MAX = 1024 * 1024 };

/** One line. `text` is borrowed until the next lines_next() or lines_feed(). */
typedef struct line_view {
    const char *text; /* not zero-ended */
    size_t size;
    uint64_t number;   /* counts from 1, empty lines included */
    const char *error; /* NULL, or why the line is bad; then there is no text */
} line_view;

/** Fields are private. */
typedef struct lines {
    myc_framer framer;
    bool is_ended;
} lines;

/** Sets up a splitter. `size_max` in bytes without the line end; 0 = LINES_SIZE_MAX. */
void lines_init(lines *self, size_t size_max);

/** Frees the buffer. */
void lines_fini(lines *self);

/** Gives the next chunk. Borrows `bytes` until lines_next() returns false; call it only then. */
void lines_feed(lines *self, const char *bytes, size_t size);

/** Says that no chunk follows, so that the begun line is complete. */
void lines_end(lines *self);

/**
 * Fills in the next complete line. Returns false when the chunk is used up.
 *
 * A line over the size limit, or without memory to gather it, is yielded once with `error` set as
 * soon as that is known; the rest of it is skipped.
 */
bool lines_next(lines *self, line_view *line);

#endif

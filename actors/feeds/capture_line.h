/* SPDX-License-Identifier: Apache-2.0 */
#ifndef FEEDS_CAPTURE_LINE_H
#define FEEDS_CAPTURE_LINE_H

/*
 * What stands before a frame in a recorded line: the time it was received. Three forms, told apart
 * by the line itself:
 *
 *     1723161253937085768 {...}     ns since the Unix epoch, a space (Binance captures)
 *     1618677817.061845: {...}      seconds, decimals, a colon, a space (Kraken, Coinbase)
 *     {...} or [...]                a live frame: no time
 *
 * Every other line is a note of the recorder: not data.
 *
 * Threads: all functions are pure.
 */
#include <stddef.h>
#include <stdint.h>

typedef enum capture_form {
    CAPTURE_NOTE, /* neither a frame nor begun like one; also an empty line */
    CAPTURE_LIVE, /* a frame without a time */
    CAPTURE_TIMED,
    CAPTURE_BAD /* begins with a digit, but the time is malformed */
} capture_form;

typedef struct capture_line {
    const char *frame; /* the JSON; borrowed from the line. NULL for a note and a bad line */
    size_t size;
    uint64_t received_ns; /* CAPTURE_TIMED: since the Unix epoch; else 0 */
} capture_line;

/**
 * Splits a line. Borrows `text`, reads nothing past `size`, does not look into the JSON.
 *
 * A time in seconds may have up to 18 decimals; those below 1 ns are cut off.
 */
capture_form capture_line_split(const char *text, size_t size, capture_line *line);

#endif

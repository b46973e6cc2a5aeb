/* SPDX-License-Identifier: Apache-2.0 */
#ifndef FEEDS_PACE_H
#define FEEDS_PACE_H

/*
 * When each frame of a replay is due: at once, so many a second, or in the time in which they were
 * received. What is late is due at once, and what follows keeps its time: it catches up.
 *
 * Threads: belongs to one thread at a time.
 */
#include <stdbool.h>
#include <stdint.h>

typedef enum pace_kind { PACE_MAX, PACE_RECORDED, PACE_RATE } pace_kind;

typedef struct pace_options {
    pace_kind kind;
    uint64_t frames_per_second; /* PACE_RATE: above 0 */
} pace_options;

/** Zero-initialise, with the options. */
typedef struct pace {
    pace_options options;
    uint64_t frames;   /* that were due */
    uint64_t began_ns; /* when the first one was, by the clock of the caller */
    uint64_t first_ns; /* when it was received */
    bool has_begun;
} pace;

/**
 * Returns how many ns from `now_ns` the next frame, received at `received_ns`, is due; 0 = now.
 * The first one always is.
 */
uint64_t pace_wait_ns(pace *self, uint64_t received_ns, uint64_t now_ns);

/** The frame was taken. */
void pace_advance(pace *self);

#endif

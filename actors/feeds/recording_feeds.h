/* SPDX-License-Identifier: Apache-2.0 */
#ifndef FEEDS_RECORDING_FEEDS_H
#define FEEDS_RECORDING_FEEDS_H

/* What a recording begins with: the feeds it was made of. Threads: one at a time. */
#include <stdint.h>

#include "feeds/feed_spec.h"

enum { RECORDING_FEEDS_MAX = 64, RECORDING_ERROR_SIZE = 256 };

/** Zero-initialise. */
typedef struct recording_feeds {
    feed_spec feeds[RECORDING_FEEDS_MAX]; /* feed N is feeds[N - 1] */
    char *texts[RECORDING_FEEDS_MAX];     /* what they point to */
    uint32_t count;
    bool is_merged; /* see RECORDING_MERGED */
    char error[RECORDING_ERROR_SIZE];
} recording_feeds;

/** Reads the feeds of the recording at `path`, blocking. Returns 0, or -1 with `error` filled in,
 * which does not name the path. Call the fini in any case. */
int recording_feeds_read(recording_feeds *self, const char *path);

void recording_feeds_fini(recording_feeds *self);

#endif

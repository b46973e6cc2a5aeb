/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BUNDLE_PROGRESS_H
#define BUNDLE_PROGRESS_H

/* The live line on a terminal: frames a second, how far, how many signals. */
#include <stdbool.h>
#include <stdint.h>

#include "bundle/pipeline.h"

typedef struct progress_line {
    bool is_shown;
    uint64_t last_ns; /* when the line was last written, and what it then said */
    uint64_t last_frames;
} progress_line;

/** Decides whether there is a line: on a terminal, unless told to be quiet. */
void progress_init(progress_line *self, bool is_quiet, uint64_t now_ns);

/** Writes the line anew when a while has passed. `now_ns` as in progress_init(). */
void progress_update(progress_line *self, const bundle_pipeline *pipeline, uint64_t now_ns);

#endif

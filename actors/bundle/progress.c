/* SPDX-License-Identifier: Apache-2.0 */
#include "bundle/progress.h"

#include <stdio.h>
#include <unistd.h>

#include "bundle/human.h"

#define UPDATE_EVERY_NS 200000000u

void progress_init(progress_line *self, bool is_quiet, uint64_t now_ns)
{
    *self = (progress_line){.is_shown = !is_quiet && isatty(STDERR_FILENO), .last_ns = now_ns};
}

/* "12.3 %", or how much was read when the whole is not known. */
static human_text how_far(const bundle_pipeline *pipeline, uint64_t bytes)
{
    human_text text;
    if (pipeline->feed_bytes > 0) {
        (void)snprintf(text.text, sizeof text.text, "%.1f %%",
                       100.0 * (double)bytes / (double)pipeline->feed_bytes);
    } else {
        (void)snprintf(text.text, sizeof text.text, "%.1f MB read", (double)bytes / 1e6);
    }
    return text;
}

static void write_line(const progress_line *self, const bundle_pipeline *pipeline,
                       const pipeline_progress *now, uint64_t now_ns)
{
    char line[160];
    double passed_s = (double)(now_ns - self->last_ns) / 1e9;
    uint64_t rate = (uint64_t)((double)(now->frames - self->last_frames) / passed_s);
    (void)snprintf(line, sizeof line, "%s  %s events  %s frames/s  %s signals",
                   how_far(pipeline, now->bytes).text, human_count(now->events).text,
                   human_count(rate).text, human_count(now->signals).text);
    console_show(pipeline->console, line);
}

void progress_update(progress_line *self, const bundle_pipeline *pipeline, uint64_t now_ns)
{
    if (!self->is_shown || now_ns - self->last_ns < UPDATE_EVERY_NS) {
        return;
    }
    pipeline_progress now = pipeline_look(pipeline);
    write_line(self, pipeline, &now, now_ns);
    self->last_ns = now_ns;
    self->last_frames = now.frames;
}

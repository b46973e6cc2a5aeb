/* SPDX-License-Identifier: Apache-2.0 */
#include "text/lines.h"

#include <assert.h>

void lines_init(lines *self, size_t size_max)
{
    assert(size_max <= MYC_FRAME_BYTES_MAX);
    const myc_framer_options options = {.framing = MYC_FRAMING_LINES,
                                        .frame_bytes_max =
                                            (uint32_t)(size_max ? size_max : LINES_SIZE_MAX)};
    int error = myc_framer_init(&self->framer, &options);
    assert(!error);
    (void)error;
    self->is_ended = false;
}

void lines_fini(lines *self)
{
    myc_framer_fini(&self->framer);
    *self = (lines){.is_ended = false};
}

void lines_feed(lines *self, const char *bytes, size_t size)
{
    myc_framer_feed(&self->framer, bytes, size);
}

void lines_end(lines *self)
{
    self->is_ended = true;
    myc_framer_end(&self->framer);
}

bool lines_next(lines *self, line_view *line)
{
    myc_framed frame;
    while (myc_framer_next(&self->framer, &frame) > 0) {
        if (frame.size_bytes > 0 || frame.error) {
            *line = (line_view){.text = (const char *)frame.bytes,
                                .size = frame.size_bytes,
                                .number = frame.number,
                                .error = frame.error ? myc_framer_error(&self->framer) : NULL};
            return true;
        }
    }
    return false;
}

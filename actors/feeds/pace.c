/* SPDX-License-Identifier: Apache-2.0 */
#include "feeds/pace.h"

static uint64_t due_after_ns(const pace *self, uint64_t received_ns)
{
    if (self->options.kind == PACE_RECORDED) {
        return received_ns > self->first_ns ? received_ns - self->first_ns : 0;
    }
    /* In two steps: frames * 10^9 does not fit 64 bits after 18 G frames. */
    uint64_t rate = self->options.frames_per_second;
    return self->frames / rate * 1000000000u + self->frames % rate * 1000000000u / rate;
}

uint64_t pace_wait_ns(pace *self, uint64_t received_ns, uint64_t now_ns)
{
    if (self->options.kind == PACE_MAX) {
        return 0;
    }
    if (!self->has_begun) {
        self->has_begun = true;
        self->began_ns = now_ns;
        self->first_ns = received_ns;
    }
    uint64_t due_ns = due_after_ns(self, received_ns);
    uint64_t passed_ns = now_ns - self->began_ns;
    return due_ns > passed_ns ? due_ns - passed_ns : 0;
}

void pace_advance(pace *self)
{
    self->frames++;
}

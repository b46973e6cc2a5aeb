/* SPDX-License-Identifier: Apache-2.0 */
#include "service/intensity.h"

void myc__intensity_reset(myc__intensity *intensity)
{
    intensity->count = 0;
    intensity->next = 0;
}

/* A ring of the last times: one more is too often when the oldest of them is not old enough. */
bool myc__intensity_note(myc__intensity *intensity, uint64_t now_ns)
{
    if (intensity->most == UINT32_MAX) {
        return true;
    }
    if (intensity->count < intensity->most) {
        intensity->times_ns[intensity->count++] = now_ns;
        return true;
    }
    uint64_t *oldest_ns = &intensity->times_ns[intensity->next];
    if (now_ns - *oldest_ns < intensity->within_ns) {
        return false;
    }
    *oldest_ns = now_ns;
    intensity->next = (intensity->next + 1) % intensity->most;
    return true;
}

/* SPDX-License-Identifier: Apache-2.0 */
#include "intake_state.h"

/* The one received first; of several, the one of the first feed. NULL unless each has a frame: what
 * one still has to bring may be older. Inlets stand in the order of their feeds. */
inlet *intake_pick_first(intake_state *self, myc_context *ctx)
{
    inlet *first = NULL;
    bool is_complete = true;
    for (inlet *each = self->inlets; each; each = each->next) {
        if (each->is_finished) {
            continue;
        }
        if (!intake_look(self, ctx, each)) {
            is_complete = is_complete && each->is_finished;
        } else if (!first || each->frame_ns < first->frame_ns) {
            first = each;
        }
    }
    return is_complete ? first : NULL;
}

inlet *intake_pick(intake_state *self, myc_context *ctx)
{
    if (self->options->replay_path) {
        return intake_replay_pick(self, ctx);
    }
    if (intake_is_ordered(self)) {
        return intake_pick_first(self, ctx);
    }
    if (self->current && !intake_look(self, ctx, self->current)) {
        self->current = NULL;
    }
    return self->current;
}

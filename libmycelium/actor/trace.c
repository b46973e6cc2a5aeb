/* SPDX-License-Identifier: Apache-2.0 */
#include "actor/trace.h"

#include "actor/request.h"
#include "shard/flight.h"

static myc_next trace(myc__step *step, void *state, myc_context *ctx, uint32_t tag,
                      const void *payload)
{
    uint32_t row = myc__inner_tag(tag, payload); /* it may be gone afterwards */
    myc__context_do(ctx, row);
    myc_next next = myc__step_inward(step, state, ctx, tag, payload);
    myc__context_do(ctx, MYC__DOING_MESSAGE);
    if (ctx->shard->flight) {
        myc__flight_note(ctx->shard->flight, &(myc__flight_event){.kind = MYC_EVENT_HANDLED,
                                                                  .actor = ctx->current->address,
                                                                  .tag = row});
    }
    return next;
}

bool myc__trace_begin(myc__shard *shard, myc__actor *actor)
{
    if (actor->annex && actor->annex->trace) {
        return true;
    }
    myc__trace *made = myc__memory_new_internal(&shard->context.memory, sizeof *made);
    if (!made) {
        return false;
    }
    *made = (myc__trace){.step.around = trace};
    if (!myc__interpose(&shard->context, actor, &made->step)) {
        myc__memory_free(&shard->context.memory, myc__header_of(made));
        return false;
    }
    actor->annex->trace = made;
    return true;
}

void myc__trace_end(myc__shard *shard, myc__actor *actor)
{
    myc__trace *made = actor->annex ? actor->annex->trace : NULL;
    if (made) {
        myc__interpose_end(actor, &made->step);
        actor->annex->trace = NULL;
        myc__memory_free(&shard->context.memory, myc__header_of(made));
    }
}

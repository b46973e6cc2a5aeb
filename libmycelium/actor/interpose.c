/* SPDX-License-Identifier: Apache-2.0 */
#include "actor/interpose.h"

static bool is_interposed(const myc__actor *actor)
{
    return actor->annex && actor->annex->steps;
}

static myc_next walk(void *state, myc_context *ctx, uint32_t tag, const void *payload)
{
    myc__step *step = ctx->current->annex->steps;
    return step->around(step, state, ctx, tag, payload);
}

myc_next myc__step_inward(myc__step *step, void *state, myc_context *ctx, uint32_t tag,
                          const void *payload)
{
    myc__step *inner = step->inner;
    return inner ? inner->around(inner, state, ctx, tag, payload)
                 : ctx->current->annex->plain->dispatch(state, ctx, tag, payload);
}

const myc_behaviour *myc__behaviour_plain(const myc__actor *actor)
{
    return is_interposed(actor) ? actor->annex->plain : actor->behaviour;
}

/* Who lists actors from outside reads name and protocol: one by one they are always right. */
static void put(const void *field, const void *value)
{
    myc__store_relaxed_ptr((void **)(uintptr_t)field, (void *)(uintptr_t)value);
}

/* Release: who finds it there may read it. */
static void set_behaviour(myc__actor *actor, const myc_behaviour *behaviour)
{
    myc__store_release_ptr((void **)(uintptr_t)&actor->behaviour, (void *)(uintptr_t)behaviour);
}

/* All but the dispatch is the plain one's. */
static void set_walk(myc__actor *actor, const myc_behaviour *plain)
{
    myc_behaviour *walked = &actor->annex->walked;
    actor->annex->plain = plain;
    put(&walked->name, plain->name);
    put(&walked->protocol, plain->protocol);
    walked->state_size_bytes = plain->state_size_bytes;
    walked->state_alignment_bytes = plain->state_alignment_bytes;
    walked->dispatch = walk;
    walked->on_start = plain->on_start;
    walked->on_stop = plain->on_stop;
    set_behaviour(actor, walked);
}

void myc__behaviour_become(myc__actor *actor, const myc_behaviour *behaviour)
{
    if (is_interposed(actor)) {
        set_walk(actor, behaviour);
    } else {
        set_behaviour(actor, behaviour);
    }
}

bool myc__interpose(myc_context *ctx, myc__actor *actor, myc__step *step)
{
    myc__annex *annex = myc__annex_of(ctx, actor);
    if (!annex) {
        return false;
    }
    const myc_behaviour *plain = myc__behaviour_plain(actor);
    step->inner = annex->steps;
    annex->steps = step;
    set_walk(actor, plain);
    return true;
}

void myc__interpose_end(myc__actor *actor, myc__step *step)
{
    const myc_behaviour *plain = myc__behaviour_plain(actor);
    myc__step **link = &actor->annex->steps;
    while (*link != step) {
        link = &(*link)->inner;
    }
    *link = step->inner;
    if (!actor->annex->steps) {
        set_behaviour(actor, plain);
    }
}

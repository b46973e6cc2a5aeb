/* SPDX-License-Identifier: Apache-2.0 */
#ifndef ACTORS_OUTLET_H
#define ACTORS_OUTLET_H

/*
 * The lossless way from one actor to the next: look for room before each send; without room pause
 * until there is some, keep one's place, and ask for the same message again.
 *
 *     if (!outlet_is_open(&self->outlet, ctx)) {
 *         return MYC_AGAIN;
 *     }
 *     switch (outlet_after(&self->outlet, ctx, market_send_sync(ctx, self->out, sync))) {
 *     case OUTLET_TAKEN: forget the event
 *     case OUTLET_AGAIN: return MYC_AGAIN, and send it once more
 *     case OUTLET_GONE:  the receiver is dead
 *     }
 *
 * Threads: belongs to the actor that sends.
 */
#include <stdbool.h>

#include <mycelium/actor.h>

typedef struct outlet {
    myc_address to;
    bool was_paused;
} outlet;

typedef enum outlet_result {
    OUTLET_TAKEN,    /* the receiver has it */
    OUTLET_AGAIN,    /* the sender is paused now */
    OUTLET_GONE,     /* the receiver is dead */
    OUTLET_NO_MEMORY /* for the message; for callers that make it themselves */
} outlet_result;

/**
 * Whether to send now. If not, the calling actor is paused: return MYC_AGAIN.
 *
 * No room also means a dead receiver, which only a send can tell: after a pause this is always
 * true.
 */
static inline bool outlet_is_open(outlet *self, myc_context *ctx)
{
    if (self->was_paused || myc_room(ctx, self->to) > 0) {
        return true;
    }
    self->was_paused = true;
    myc_pause_until_room(ctx, self->to);
    return false;
}

/** What the answer of a send means for the sender. Pauses the calling actor on OUTLET_AGAIN. */
static inline outlet_result outlet_after(outlet *self, myc_context *ctx, myc_sent sent)
{
    self->was_paused = sent == MYC_FULL;
    if (sent == MYC_FULL) {
        myc_pause_until_room(ctx, self->to);
        return OUTLET_AGAIN;
    }
    return sent == MYC_SENT ? OUTLET_TAKEN : OUTLET_GONE;
}

#endif

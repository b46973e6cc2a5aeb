/* SPDX-License-Identifier: Apache-2.0 */
#ifndef MYC_ACTOR_WAIT_H
#define MYC_ACTOR_WAIT_H

/*
 * Waiting for room: an actor that may not send what it has to send, and so runs no more.
 *
 * A wait is a block with the message of a myc_send_or_pause(), or with none for a
 * myc_pause_until_room(). It travels to the receiver and lies in its list until there is room. There
 * the message goes into the mailbox directly, so nobody takes the room from one who has waited
 * longer. Then the wait goes back, and its sender sends the next of its parked messages, or runs.
 *
 *   a wait is        where                              leaves by
 *   PARKED           the sender's queue                 those before it have gone: OUT
 *   OUT              under way to the receiver          it arrives: LISTED, or there is room: BACK
 *   LISTED           the receiver's list                the low-water mark, the receiver's end, or
 *                                                       a circle was found (circle.h): BACK
 *   BACK             under way to the sender            it arrives: freed
 *
 * An actor has one wait OUT or LISTED at a time, the one that `waits_for` and `wait_number` of its
 * annex tell; the rest are parked behind it. (Only myc_pause_until_room() can leave older ones: to
 * pause on two actors is to go on with the first that has room.) The parked sends of an actor that
 * ends are sent all the same, each as one that tells nobody.
 */
#include "actor/errand.h"

typedef struct myc__wait {
    myc__errand errand;
    struct myc__wait *next;
    const void *payload; /* NULL: it waits for room alone */
    uint32_t tag;
    uint32_t number;  /* which wait of `from` */
    myc_address from; /* all zero: nobody is told */
    myc_address to;
    bool beyond; /* it was let through to open a circle */
} myc__wait;

/** Lets the running actor wait for room at `to`, with a message or, without `payload`, alone. Takes
 * `payload` if true; false when memory is out. `to` can be reached by errands. */
bool myc__wait_begin(myc_context *ctx, myc_address to, uint32_t tag, const void *payload);

/** At the end of a turn of an actor that others wait for: lets in whom there is room for. */
void myc__waits_grant(myc__shard *shard, struct myc__actor *actor);

/** The actor ends: its list and its parked sends. */
void myc__waits_end(myc__shard *shard, struct myc__actor *actor);

/** The wait of that sender and number out of the actor's list, or NULL when it is not there. */
myc__wait *myc__wait_take(struct myc__actor *actor, myc_address from, uint32_t number);

/** True when it is there. */
bool myc__wait_is_listed(const struct myc__actor *actor, myc_address from, uint32_t number);

/** Lets in one that is in no list any more, whatever the bound says. Takes `wait`. */
void myc__wait_let_beyond(myc__shard *shard, struct myc__actor *actor, myc__wait *wait);

/** True when one message of the running actor may go to `to` beyond the bound; once. */
bool myc__wait_use_pass(myc_context *ctx, myc_address to);

static inline bool myc__actor_is_waiting(const myc__actor *actor)
{
    return actor->annex && actor->annex->is_waiting;
}

/** True when sends of it are parked: then nothing but their arrival lets it run again. */
static inline bool myc__actor_is_sending(const myc__actor *actor)
{
    return actor->annex && actor->annex->is_sending;
}

/** True when one message of the running actor would be taken by `to` beyond the bound. */
static inline bool myc__wait_has_pass(const myc_context *ctx, myc_address to)
{
    return ctx->current && ctx->current->annex && ctx->current->annex->pass.life &&
           myc_address_equal(ctx->current->annex->pass, to);
}

#endif

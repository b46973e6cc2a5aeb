/* SPDX-License-Identifier: Apache-2.0 */
#include "actor/send.h"
#include "actor/dead_letter.h"
#include "actor/deliver.h"
#include "actor/policy.h"
#include "actor/stand_in.h"
#include "actor/wait.h"
#include "base/back_off.h"

MYC__COLD static myc_sent refuse(myc_context *ctx, const void *payload)
{
    myc__count(&ctx->counters.refused, 1);
    myc_release(ctx, payload);
    return MYC_FULL;
}

MYC__COLD static myc_sent accept_dead(myc_context *ctx, myc_address to, uint32_t tag,
                                      const void *payload, myc_dead_reason reason)
{
    myc__count(&ctx->counters.accepted, 1);
    myc__dead_letter(ctx, to, tag, payload, reason);
    return reason == MYC_DEAD_NO_ROUTE ? MYC_UNREACHABLE : MYC_DEAD;
}

/* Each caller has a copy of its own: one of them is the way of all messages to other workers. */
__attribute__((always_inline)) static inline myc_sent post(myc_context *ctx, uint32_t worker,
                                                           myc__envelope envelope)
{
    myc__outbox *outbox = myc__context_outbox(ctx, worker);
    if (MYC__UNLIKELY(!outbox)) {
        return refuse(ctx, envelope.payload);
    }
    if (MYC__UNLIKELY(!ctx->shard)) {
        myc__memory_flush(&ctx->memory); /* it has no end of a pass to send blocks home at */
    }
    myc__count(&ctx->counters.accepted, 1); /* before the receiver can count its end */
    if (MYC__UNLIKELY(!myc__outbox_post(outbox, envelope))) {
        myc__count(&ctx->counters.accepted, (uint64_t)-1);
        return refuse(ctx, envelope.payload);
    }
    return MYC_SENT;
}

/* To an actor of this worker that has moved. */
MYC__COLD static myc_sent send_after(myc_context *ctx, myc__actor *cell, myc__envelope opened)
{
    if (myc__wait_use_pass(ctx, cell->address)) {
        myc__count(&ctx->counters.accepted, 1);
        myc__stand_in_take(ctx->shard, cell, opened);
        return MYC_SENT;
    }
    if (myc__stand_in_room(ctx, cell) == 0) {
        return refuse(ctx, opened.payload);
    }
    myc_address there = myc__stand_in_of(cell)->there;
    uint32_t tag = myc__envelope_opened_tag(&opened);
    return post(ctx, myc__address_worker(there), myc__envelope_make(there, tag, opened.payload));
}

static myc_sent send_by_policy(myc_context *ctx, myc__actor *actor, myc__envelope envelope)
{
    if (myc__policy_offer(ctx->shard, actor, envelope)) {
        return MYC_SENT;
    }
    if (!myc__wait_use_pass(ctx, actor->address)) {
        return refuse(ctx, envelope.payload);
    }
    myc__count(&ctx->counters.accepted, 1);
    myc__policy_force(ctx->shard, actor, envelope);
    return MYC_SENT;
}

/* The mailbox of an actor on this worker is at its bound, or its ring is full, or a policy is to be
 * asked. */
MYC__COLD static myc_sent send_uneasy(myc_context *ctx, myc__actor *actor, myc__envelope envelope)
{
    if (myc__is_stand_in(actor)) {
        return send_after(ctx, actor, envelope);
    }
    bool full = actor->mailbox.depth >= actor->bound;
    if (myc__has_policy(actor)) {
        return send_by_policy(ctx, actor, envelope);
    }
    if (full && actor->overflow == MYC_OVERFLOW_REFUSE &&
        !myc__wait_use_pass(ctx, actor->address)) {
        return refuse(ctx, envelope.payload);
    }
    if (!full && !myc__enqueue_uneasy(ctx->shard, actor, envelope)) {
        return refuse(ctx, envelope.payload);
    }
    myc__count(&ctx->counters.accepted, 1);
    if (full) {
        myc__deliver(ctx->shard, actor, envelope);
    }
    return MYC_SENT;
}

static inline myc_sent send_here(myc__shard *shard, myc__actor *actor, uint32_t tag,
                                 const void *payload)
{
    if (MYC__UNLIKELY(actor->mailbox.depth >= actor->easy_depth)) {
        return send_uneasy(&shard->context, actor, myc__envelope_opened(tag, payload));
    }
    myc__mailbox_put(&actor->mailbox, myc__envelope_opened(tag, payload));
    myc__schedule(shard, actor);
    myc__count(&shard->context.counters.accepted, 1);
    return MYC_SENT;
}

MYC__COLD static myc_sent send_to_node(myc_context *ctx, myc_address to, uint32_t tag,
                                       const void *payload)
{
    const myc_transport *transport =
        myc__load_acquire_ptr((void **)&ctx->fabric->transports[myc__address_node(to)]);
    if (!transport || tag == MYC__REQUEST_TAG) { /* an ask does not leave its node */
        return accept_dead(ctx, to, tag, payload, MYC_DEAD_NO_ROUTE);
    }
    myc_retain(ctx, payload); /* for the dead letter, should there be one */
    myc_sent sent = transport->post(transport->self, ctx, to, tag, payload);
    if (sent == MYC_FULL) {
        return refuse(ctx, payload);
    }
    if (sent != MYC_SENT) {
        return accept_dead(ctx, to, tag, payload, MYC_DEAD_NO_ROUTE);
    }
    myc__count(&ctx->counters.accepted, 1);
    myc__count_end(&ctx->counters.handled, 1);
    myc_release(ctx, payload);
    return MYC_SENT;
}

/* Not an actor of this worker, or not a live one. */
__attribute__((noinline)) static myc_sent send_elsewhere(myc_context *ctx, myc_address to,
                                                         uint32_t tag, const void *payload)
{
    uint32_t worker = myc__address_worker(to);
    if (!ctx->shard && myc__load_acquire_u32(&ctx->fabric->stopping)) {
        return accept_dead(ctx, to, tag, payload, MYC_DEAD_DISCARDED);
    }
    if (myc__address_node(to) != 0) {
        return send_to_node(ctx, to, tag, payload);
    }
    if (worker >= ctx->fabric->shard_count) {
        return accept_dead(ctx, to, tag, payload, MYC_DEAD_NO_ACTOR);
    }
    myc__shard *receiver = ctx->fabric->shards[worker];
    const myc__slot *slot = myc__slot_alive(&receiver->slots, to);
    if (!slot) {
        return accept_dead(ctx, to, tag, payload, myc__dead_reason_of(receiver, to));
    }
    if (MYC__UNLIKELY(myc__slot_is_full(slot)) && !myc__wait_use_pass(ctx, to)) {
        return refuse(ctx, payload);
    }
    return post(ctx, worker, myc__envelope_make(to, tag, payload));
}

static inline myc_sent send_any(myc_context *ctx, myc_address to, uint32_t tag, const void *payload)
{
    if (MYC__LIKELY(myc__address_worker(to) == ctx->worker)) {
        myc__shard *shard = myc__shard_of(ctx);
        const myc__slot *slot = myc__slot_alive(&shard->slots, to);
        if (MYC__LIKELY(slot != NULL)) {
            return send_here(shard, slot->actor, tag, payload);
        }
    }
    return send_elsewhere(ctx, to, tag, payload);
}

myc_sent myc_send(myc_context *ctx, myc_address to, uint32_t tag, const void *payload)
{
    if (MYC__UNLIKELY(!payload || tag >= MYC__ROWS_MAX)) {
        return refuse(ctx, payload);
    }
    return send_any(ctx, to, tag, payload);
}

myc_sent myc__send_request(myc_context *ctx, myc_address to, const void *request)
{
    return send_any(ctx, to, MYC__REQUEST_TAG, request);
}

myc_sent myc_send_wait(myc_context *ctx, myc_address to, uint32_t tag, const void *payload,
                       uint64_t timeout_ns)
{
    if (ctx->shard || !payload) {
        return myc_send(ctx, to, tag, payload);
    }
    uint64_t start_ns = myc__kernel_now_ns();
    uint64_t refused = ctx->counters.refused;
    for (uint32_t tries = 0;; tries++) {
        myc_retain(ctx, payload);
        myc_sent sent = myc_send(ctx, to, tag, payload);
        if (sent != MYC_FULL || myc__kernel_now_ns() - start_ns >= timeout_ns) {
            /* The tries in between were not sends of the user's: at most the last one counts. */
            myc__store_relaxed_u64(&ctx->counters.refused, refused + (sent == MYC_FULL));
            myc_release(ctx, payload);
            return sent;
        }
        myc__back_off(tries);
    }
}

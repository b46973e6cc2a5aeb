/* SPDX-License-Identifier: Apache-2.0 */

/*
 * The hub of a topic on one worker. It gives way after some thousand deliveries: the event it is at
 * comes again then, and goes on with the subscriber that is next.
 */
#include "service/hub.h"

#include "actor/control.h"
#include "actor/restart.h"
#include "service/notice.h"

enum { HUB_EVENT, HUB_ORDERS };

static void cut_off(myc__hub *self, myc_context *ctx, myc__subscription *to)
{
    myc__count(&self->post->tally.cut_off, 1);
    myc__notice_send(ctx, to->notice, to->to);
    myc__hub_take_out(self, to);
}

static void drop_ended(myc__hub *self, myc_context *ctx, myc__subscription *to)
{
    myc__count(&self->post->tally.ended, 1);
    myc__subscription_end(ctx, to);
    myc__hub_take_out(self, to);
}

/* It was refused. Returns true when the subscription goes on. */
MYC__COLD static bool bear_with(myc__hub *self, myc_context *ctx, myc__subscription *to,
                                const void *event)
{
    if (to->slow == MYC_SLOW_KEEP_LATEST) {
        myc__parcel_post(ctx, to->parcel, event);
        return true;
    }
    myc__count(&self->post->tally.dropped, 1);
    if (to->slow == MYC_SLOW_CUT_OFF) {
        cut_off(self, ctx, to);
        return false;
    }
    return true;
}

/* With an event that waits. Returns true when the subscription goes on. */
MYC__COLD static bool deliver_behind(myc__hub *self, myc_context *ctx, myc__subscription *to,
                                     const void *event)
{
    if (to->parcel->ended) {
        myc__count(&self->post->tally.dropped, 1);
        drop_ended(self, ctx, to);
        return false;
    }
    myc__parcel_replace(ctx, to->parcel, event);
    return true;
}

static inline bool is_behind(const myc__subscription *to)
{
    return to->slow == MYC_SLOW_KEEP_LATEST && (to->parcel->event || to->parcel->ended);
}

/* The last subscriber gets the reference of the hub, unless it may have to be kept. */
static inline const void *reference_for(const myc__hub *self, myc_context *ctx,
                                        const myc__subscription *to, const void *event)
{
    bool is_last = self->next + 1 == self->count && to->slow != MYC_SLOW_KEEP_LATEST;
    return is_last ? myc_move(ctx, event) : myc_retain(ctx, event);
}

/* Returns true when the subscription goes on. */
static inline bool deliver(myc__hub *self, myc_context *ctx, myc__subscription *to,
                           const void *event, uint64_t *delivered)
{
    if (MYC__UNLIKELY(is_behind(to))) {
        return deliver_behind(self, ctx, to, event);
    }
    myc_sent sent = myc_send(ctx, to->to, to->tag, reference_for(self, ctx, to, event));
    if (MYC__LIKELY(sent == MYC_SENT)) {
        ++*delivered;
        return true;
    }
    if (sent == MYC_FULL) {
        return bear_with(self, ctx, to, event);
    }
    myc__count(&self->post->tally.dropped, 1);
    drop_ended(self, ctx, to);
    return false;
}

static void deliver_some(myc__hub *self, myc_context *ctx, const void *event)
{
    uint64_t delivered = 0;
    while (self->next < self->count && self->spent < MYC__DELIVERIES_PER_TURN) {
        self->next += deliver(self, ctx, &self->table[self->next], event, &delivered);
        self->spent++;
    }
    myc__count(&self->post->tally.delivered, delivered);
}

static inline bool has_orders(const myc__hub *self)
{
    return myc__load_relaxed_u32(&self->post->pending) != 0;
}

static myc_next give_way(myc__hub *self)
{
    self->spent = 0;
    return MYC_AGAIN;
}

static myc_next on_event(myc__hub *self, myc_context *ctx, const void *event)
{
    if (self->spent >= MYC__DELIVERIES_PER_TURN) {
        return give_way(self);
    }
    if (self->next == 0 && MYC__UNLIKELY(has_orders(self))) {
        myc__hub_obey_orders(self, ctx);
    }
    deliver_some(self, ctx, event);
    if (self->next < self->count) {
        return give_way(self);
    }
    self->next = 0;
    return MYC_CONTINUE;
}

/* ---- the actor ---- */

/* Urgent items and orders of others come between two parts of an event; orders wait for its end. */
static myc_next hub_dispatch(void *state, myc_context *ctx, uint32_t tag, const void *payload)
{
    if (MYC__LIKELY(tag == HUB_EVENT)) {
        return on_event(state, ctx, payload);
    }
    myc__hub_obey_orders(state, ctx);
    return MYC_CONTINUE;
}

static void hub_on_stop(void *state, myc_context *ctx, myc_exit why)
{
    (void)why;
    myc__hub *self = state;
    while (self->count) {
        myc__subscription *last = &self->table[self->count - 1];
        myc__subscription_end(ctx, last);
        myc__hub_take_out(self, last);
    }
    if (self->table) {
        myc__memory_free(&ctx->memory, myc__header_of(self->table));
    }
    if (self->closed) {
        myc_release(ctx, self->post->topic);
    }
}

static const myc_row hub_rows[] = {{.name = "event", .type = &myc__internal_type},
                                   {.name = "orders", .type = &myc__topic_type}};
static const myc_protocol hub_protocol = {"myc_hub", hub_rows, 2};
static const myc_behaviour hub_behaviour = {.name = "myc_hub",
                                            .protocol = &hub_protocol,
                                            .state_size_bytes = sizeof(myc__hub),
                                            .state_alignment_bytes = MYC__ALIGNOF(myc__hub),
                                            .dispatch = hub_dispatch,
                                            .on_stop = hub_on_stop};

static myc__post *post_of_close(myc__urgent *item)
{
    return (myc__post *)(void *)((uint8_t *)item - offsetof(myc__post, close));
}

static myc__urgent_done close_handle(myc__shard *shard, myc__actor *actor, myc__urgent *item)
{
    (void)item;
    ((myc__hub *)myc__actor_state(actor))->closed = true;
    myc__actor_condemn(shard, actor, MYC_EXIT_REQUESTED, 0);
    return MYC__URGENT_SILENT;
}

static void close_abandon(myc_context *ctx, myc_address to, myc__urgent *item)
{
    (void)to;
    myc_release(ctx, post_of_close(item)->topic);
}

static const myc__urgent_kind close_kind = {.handle = close_handle, .abandon = close_abandon};

int myc__hub_spawn(myc_context *ctx, myc__post *post, uint32_t worker, uint32_t queue_bound)
{
    myc_spawn_options options = {.name = post->topic->name,
                                 .mailbox_bound = queue_bound,
                                 .place = MYC_PLACE_ON_WORKER,
                                 .worker = worker,
                                 .lineage = &(myc__lineage){.stays = true}};
    post->close.kind = &close_kind;
    return myc_spawn(ctx, &hub_behaviour, &(myc__hub){.post = post}, &options, &post->hub);
}

/* By an order of its own: were it lost for want of memory, the hub would outlive the topic. */
void myc__hub_close(myc_context *ctx, myc__post *post)
{
    myc__order *order = myc__order_new(&ctx->memory);
    if (order) {
        myc__control_put(ctx, order, post->hub, MYC__CONTROL_URGENT, &post->close);
    } else {
        myc_log(ctx, MYC_LOG_ERROR, "topic %s: out of memory: it is left as it is",
                post->topic->name);
    }
}

void myc__hub_nudge(myc_context *ctx, myc__post *post)
{
    const myc__shard *home = ctx->fabric->shards[myc__address_worker(post->hub)];
    myc_sent sent = MYC_DEAD;
    if (myc__slot_alive(&home->slots, post->hub)) { /* else it would be a dead letter */
        sent = myc_send(ctx, post->hub, HUB_ORDERS, myc_retain(ctx, post->topic));
    }
    if (sent != MYC_SENT) {
        pthread_mutex_lock(&post->lock);
        post->nudged = false;
        pthread_mutex_unlock(&post->lock);
    }
}

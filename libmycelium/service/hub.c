/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "actor/control.h"
#include "service/notice.h"
#include "service/topic.h"

/*
 * The hub of a topic on one worker. It gives way after some thousand deliveries: the event it is at
 * comes again then, and goes on with the subscriber that is next.
 */
enum { HUB_EVENT, HUB_ORDERS };

enum { TABLE_FIRST = 8 };

struct hub {
    myc__post *post;
    bool closed;    /* the reference to the topic ends with it */
    uint32_t next;  /* subscriber of the event in hand; 0 = it has not begun */
    uint32_t spent; /* deliveries since it gave way */
    uint32_t count;
    uint32_t capacity;
    myc__subscription *table; /* a block of the worker's memory */
};

/* ---- subscriptions ---- */

static bool grow(struct hub *self, myc_context *ctx)
{
    uint32_t capacity = self->capacity ? 2 * self->capacity : TABLE_FIRST;
    myc__subscription *table =
        myc__memory_new_internal(&ctx->memory, (uint32_t)(capacity * sizeof(myc__subscription)));
    if (!table) {
        return false;
    }
    if (self->table) {
        memcpy(table, self->table, self->count * sizeof *table);
        myc__memory_free(&ctx->memory, myc__header_of(self->table));
    }
    self->table = table;
    self->capacity = capacity;
    return true;
}

static myc__subscription *find(const struct hub *self, const myc__subscription *wanted)
{
    for (uint32_t i = 0; i < self->count; i++) {
        myc__subscription *each = &self->table[i];
        if (myc_address_equal(each->to, wanted->to) && each->tag == wanted->tag) {
            return each;
        }
    }
    return NULL;
}

static void lose_interest(struct hub *self)
{
    (void)myc__sub_acq_rel_u32(&self->post->interest, 1);
}

/* The last one takes its place. */
static void take_out(struct hub *self, myc__subscription *subscription)
{
    *subscription = self->table[--self->count];
    lose_interest(self);
}

void myc__subscription_end(myc_context *ctx, myc__subscription *subscription)
{
    if (subscription->extra && subscription->slow == MYC_SLOW_KEEP_LATEST) {
        myc__parcel_close(ctx, subscription->parcel);
    } else if (subscription->extra) {
        myc__notice_free(ctx, subscription->notice);
    }
    subscription->extra = NULL;
}

/* ---- orders ---- */

static bool has_ended(const myc_context *ctx, myc_address actor)
{
    const myc__shard *home = ctx->fabric->shards[myc__address_worker(actor)];
    return myc__slot_alive(&home->slots, actor) == NULL;
}

static int add(struct hub *self, myc_context *ctx, const myc__subscription *wanted)
{
    if (self->count == self->capacity && !grow(self, ctx)) {
        return MYC_ENOMEM;
    }
    self->table[self->count++] = *wanted;
    return 0;
}

/* It is one, and was counted twice. */
static int put_in_place_of(struct hub *self, myc_context *ctx, myc__subscription *old,
                           const myc__subscription *wanted)
{
    myc__subscription_end(ctx, old);
    *old = *wanted;
    lose_interest(self);
    return 0;
}

/* Returns 0, or why there is no such subscription. */
static int put_in(struct hub *self, myc_context *ctx, const myc__subscription *wanted)
{
    if (wanted->slow == MYC_SLOW_KEEP_LATEST) {
        myc__parcel_adopt(ctx, wanted->parcel, self->post->topic, &self->post->tally);
    }
    myc__subscription *old = find(self, wanted);
    return old ? put_in_place_of(self, ctx, old, wanted) : add(self, ctx, wanted);
}

static void join(struct hub *self, myc_context *ctx, myc__subscription *wanted)
{
    bool ended = has_ended(ctx, wanted->to);
    int error = ended ? 0 : put_in(self, ctx, wanted);
    if (ended) {
        myc__count(&self->post->tally.ended, 1);
    } else if (error) {
        myc_log(ctx, MYC_LOG_ERROR, "topic %s: a subscription is lost: %s", self->post->topic->name,
                myc_error_text(error));
    }
    if (ended || error) {
        myc__subscription_end(ctx, wanted);
        lose_interest(self);
    }
}

static void leave(struct hub *self, myc_context *ctx, const myc__subscription *unwanted)
{
    myc__subscription *found = find(self, unwanted);
    if (found) {
        myc__subscription_end(ctx, found);
        take_out(self, found);
    }
}

static void obey_orders(struct hub *self, myc_context *ctx)
{
    myc__topic_order *order = myc__post_take_orders(self->post);
    while (order) {
        myc__topic_order *next = order->next;
        if (order->leaves) {
            leave(self, ctx, &order->subscription);
        } else {
            join(self, ctx, &order->subscription);
            order->subscription.extra = NULL; /* the table has it, or it has ended */
        }
        myc_release(ctx, order);
        order = next;
    }
}

/* ---- events ---- */

static void cut_off(struct hub *self, myc_context *ctx, myc__subscription *to)
{
    myc__count(&self->post->tally.cut_off, 1);
    myc__notice_send(ctx, to->notice, to->to);
    take_out(self, to);
}

static void drop_ended(struct hub *self, myc_context *ctx, myc__subscription *to)
{
    myc__count(&self->post->tally.ended, 1);
    myc__subscription_end(ctx, to);
    take_out(self, to);
}

/* It was refused. Returns true when the subscription goes on. */
MYC__COLD static bool bear_with(struct hub *self, myc_context *ctx, myc__subscription *to,
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
MYC__COLD static bool deliver_behind(struct hub *self, myc_context *ctx, myc__subscription *to,
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
static inline const void *reference_for(const struct hub *self, myc_context *ctx,
                                        const myc__subscription *to, const void *event)
{
    bool is_last = self->next + 1 == self->count && to->slow != MYC_SLOW_KEEP_LATEST;
    return is_last ? myc_move(ctx, event) : myc_retain(ctx, event);
}

/* Returns true when the subscription goes on. */
static inline bool deliver(struct hub *self, myc_context *ctx, myc__subscription *to,
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

static void deliver_some(struct hub *self, myc_context *ctx, const void *event)
{
    uint64_t delivered = 0;
    while (self->next < self->count && self->spent < MYC__DELIVERIES_PER_TURN) {
        self->next += deliver(self, ctx, &self->table[self->next], event, &delivered);
        self->spent++;
    }
    myc__count(&self->post->tally.delivered, delivered);
}

static inline bool has_orders(const struct hub *self)
{
    return myc__load_relaxed_u32(&self->post->pending) != 0;
}

static myc_next give_way(struct hub *self)
{
    self->spent = 0;
    return MYC_AGAIN;
}

static myc_next on_event(struct hub *self, myc_context *ctx, const void *event)
{
    if (self->spent >= MYC__DELIVERIES_PER_TURN) {
        return give_way(self);
    }
    if (self->next == 0 && MYC__UNLIKELY(has_orders(self))) {
        obey_orders(self, ctx);
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
    obey_orders(state, ctx);
    return MYC_CONTINUE;
}

static void hub_on_stop(void *state, myc_context *ctx, myc_exit why)
{
    (void)why;
    struct hub *self = state;
    while (self->count) {
        myc__subscription *last = &self->table[self->count - 1];
        myc__subscription_end(ctx, last);
        take_out(self, last);
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
                                            .state_size_bytes = sizeof(struct hub),
                                            .state_alignment_bytes = MYC__ALIGNOF(struct hub),
                                            .dispatch = hub_dispatch,
                                            .on_stop = hub_on_stop};

static myc__post *post_of_close(myc__urgent *item)
{
    return (myc__post *)(void *)((uint8_t *)item - offsetof(myc__post, close));
}

static myc__urgent_done close_handle(myc__shard *shard, myc__actor *actor, myc__urgent *item)
{
    (void)item;
    ((struct hub *)myc__actor_state(actor))->closed = true;
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
                                 .worker = worker};
    post->close.kind = &close_kind;
    return myc_spawn(ctx, &hub_behaviour, &(struct hub){.post = post}, &options, &post->hub);
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

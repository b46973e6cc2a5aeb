/* SPDX-License-Identifier: Apache-2.0 */
/* Who subscribes at a hub: its table, and the orders that change it. */
#include <string.h>

#include "actor/control.h"
#include "service/hub.h"
#include "service/notice.h"

enum { TABLE_FIRST = 8 };

static bool grow(myc__hub *self, myc_context *ctx)
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

static myc__subscription *find(const myc__hub *self, const myc__subscription *wanted)
{
    for (uint32_t i = 0; i < self->count; i++) {
        myc__subscription *each = &self->table[i];
        if (myc_address_equal(each->to, wanted->to) && each->tag == wanted->tag) {
            return each;
        }
    }
    return NULL;
}

static void lose_interest(myc__hub *self)
{
    (void)myc__sub_acq_rel_u32(&self->post->interest, 1);
}

void myc__hub_take_out(myc__hub *self, myc__subscription *subscription)
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

static int add(myc__hub *self, myc_context *ctx, const myc__subscription *wanted)
{
    if (self->count == self->capacity && !grow(self, ctx)) {
        return MYC_ENOMEM;
    }
    self->table[self->count++] = *wanted;
    return 0;
}

/* It is one, and was counted twice. */
static int put_in_place_of(myc__hub *self, myc_context *ctx, myc__subscription *old,
                           const myc__subscription *wanted)
{
    myc__subscription_end(ctx, old);
    *old = *wanted;
    lose_interest(self);
    return 0;
}

/* Returns 0, or why there is no such subscription. */
static int put_in(myc__hub *self, myc_context *ctx, const myc__subscription *wanted)
{
    if (wanted->slow == MYC_SLOW_KEEP_LATEST) {
        myc__parcel_adopt(ctx, wanted->parcel, self->post->topic, &self->post->tally);
    }
    myc__subscription *old = find(self, wanted);
    return old ? put_in_place_of(self, ctx, old, wanted) : add(self, ctx, wanted);
}

static void join(myc__hub *self, myc_context *ctx, myc__subscription *wanted)
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

static void leave(myc__hub *self, myc_context *ctx, const myc__subscription *unwanted)
{
    myc__subscription *found = find(self, unwanted);
    if (found) {
        myc__subscription_end(ctx, found);
        myc__hub_take_out(self, found);
    }
}

void myc__hub_obey_orders(myc__hub *self, myc_context *ctx)
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

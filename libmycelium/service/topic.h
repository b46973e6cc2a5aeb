/* SPDX-License-Identifier: Apache-2.0 */
#ifndef MYC_SERVICE_TOPIC_H
#define MYC_SERVICE_TOPIC_H

/*
 * A topic: a hub, which is an actor, on each ordinary worker, and what they share with publishers.
 *
 *     publisher --event--> hub of worker 0 --event--> subscribers there
 *                \--event--> hub of worker 1 ...
 *
 * A subscriber belongs to the hub of its worker; one on a dedicated worker, whose own hub would be
 * blocked with it, to that of another. Only a hub touches its subscriptions. Subscribing puts an
 * order into the list of its post, and the hub obeys orders before each event:
 *
 *   who subscribes                            the hub                      a publisher
 *   interest += 1
 *   lock; link the order; pending := 1
 *   unlock
 *   nudge the hub (if not done yet)           on a nudge and before an
 *                                             event, if pending: lock;     interest > 0: sends
 *                                             take all; pending := 0;      the event
 *                                             unlock; obey
 *                                             a subscription ends:
 *                                             interest -= 1
 *
 * Relaxed accesses do. Whoever publishes behind the return of a subscribe reads `interest` with it
 * (what happened before is read), and the event carries the store to `pending` along to the hub, by
 * the release and acquire of its lane. A publish beside a subscribe may or may not see it.
 * A nudge that is refused is not repeated: the hub has events to handle, or gets the next one.
 *
 * The topic is a payload. A reference is with who created it, and one for each hub: that one comes
 * back when the hub's `close` is handled or abandoned, which happens once, also when the hub has
 * ended before or never began. So a topic outlives all who follow a pointer to it.
 */
#include <mycelium/topic.h>

#include "actor/urgent.h"
#include "service/parcel.h"

/** One subscription, as its hub keeps it. */
typedef struct myc__subscription {
    myc_address to;
    uint16_t tag;
    uint8_t slow; /* myc_slow */
    union {
        void *extra;                /* one of these, or NULL */
        myc__parcel *parcel;        /* with KEEP_LATEST */
        struct myc__notice *notice; /* with CUT_OFF */
    };
} myc__subscription;

typedef struct myc__topic_order {
    struct myc__topic_order *next;
    bool leaves; /* an end, not a beginning */
    myc__subscription subscription;
} myc__topic_order;

/** Calls to publish of one worker, or of all foreign threads together. */
typedef struct myc__topic_calls {
    uint64_t published;
    uint64_t refused;
} myc__topic_calls;

/** What the topic has for one worker. */
typedef struct myc__post {
    /* read by publishers */
    alignas(MYC__CACHE_LINE) myc_address hub;
    uint32_t interest; /* atomic: subscriptions, and orders for one */

    /* by who subscribes, and the hub */
    uint32_t pending; /* atomic: 1 = there are orders */
    bool nudged;      /* guarded by lock, as is the list: a nudge is on its way */
    pthread_mutex_t lock;
    myc__topic_order *first;
    myc__topic_order *last;
    myc__urgent close;
    struct myc_topic *topic;

    alignas(MYC__CACHE_LINE) myc__topic_tally tally; /* atomic: written by the hub's worker */
    alignas(MYC__CACHE_LINE) myc__topic_calls calls; /* atomic: written by publishers there */
} myc__post;

struct myc_topic {
    const myc_type *type;
    uint32_t hub_count;  /* one for each ordinary worker */
    uint32_t post_count; /* one for each worker: publishers may be on dedicated ones */
    char name[MYC__NAME_BYTES];
    alignas(MYC__CACHE_LINE) myc__topic_calls foreign_calls; /* atomic: several writers */
    myc__post posts[];
};

extern const myc_type myc__topic_type;

/** Starts the hub of `post`. It does not get a reference. Returns 0 or why not. */
int myc__hub_spawn(myc_context *ctx, myc__post *post, uint32_t worker, uint32_t queue_bound);

/** Ends the hub, started or not, and with it its reference. Any thread. */
void myc__hub_close(myc_context *ctx, myc__post *post);

/** Tells the hub that there are orders. Any thread. */
void myc__hub_nudge(myc_context *ctx, myc__post *post);

/** The orders that wait, oldest first; the hub has them all then. Each is freed with
 * myc_release(). */
myc__topic_order *myc__post_take_orders(myc__post *post);

/** Frees what a subscription has, which nobody uses any more. */
void myc__subscription_end(myc_context *ctx, myc__subscription *subscription);

/** The post that a subscriber belongs to. */
static inline myc__post *myc__post_of(myc_topic *topic, myc_address subscriber)
{
    return &topic->posts[myc__address_worker(subscriber) % topic->hub_count];
}

#endif

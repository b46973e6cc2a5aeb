/* SPDX-License-Identifier: Apache-2.0 */
#ifndef MYC_SHARD_ORDER_BOX_H
#define MYC_SHARD_ORDER_BOX_H

/*
 * Orders to a worker that go by no lane: those of foreign threads (start an actor, stop one), and
 * errands that find no memory to wait for a full lane. A worker keeps an order that finds a lane full
 * and tries again in its next pass; a foreign thread has no next pass, so its orders go here, under a
 * lock, and no lane can hold them back. They are rare.
 *
 * `pending` is what the worker looks at in each pass and before it parks: set under the lock by who
 * puts an order in, cleared under the lock by the worker that takes them. It may be read as 0 for a
 * moment after an order went in; the parking handshake makes sure that the worker does not sleep on
 * it.
 */
#include <pthread.h>

#include "message/memory.h"
#include "shard/envelope.h"

typedef struct myc__order {
    struct myc__order *next;
    myc__envelope envelope;
    bool lent; /* part of a block that who obeys it has: not freed after it */
} myc__order;

typedef struct myc__order_box {
    uint32_t pending; /* atomic: 1 = there is an order */
    pthread_mutex_t lock;
    myc__order *first; /* oldest first */
    myc__order *last;
} myc__order_box;

void myc__order_box_init(myc__order_box *box);
void myc__order_box_fini(myc__order_box *box);

/** Gives an empty order, or NULL when memory is out. Put it into a box, or free it. */
myc__order *myc__order_new(myc__memory *memory);

/** Takes `order`, with that envelope. Cannot fail. Any thread. */
void myc__order_box_put(myc__order_box *box, myc__order *order, myc__envelope envelope);

/** Gives the list of all orders, oldest first, or NULL. Each is freed by myc__order_free(). */
myc__order *myc__order_box_take(myc__order_box *box);

/** Takes `order`. Returns the next of its list. */
myc__order *myc__order_free(myc__order *order, myc__memory *memory);

static inline bool myc__order_box_pending(const myc__order_box *box)
{
    return myc__load_relaxed_u32(&box->pending) != 0;
}

#endif

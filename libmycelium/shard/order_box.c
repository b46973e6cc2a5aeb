/* SPDX-License-Identifier: Apache-2.0 */
#include "shard/order_box.h"

void myc__order_box_init(myc__order_box *box)
{
    *box = (myc__order_box){0};
    int failed = pthread_mutex_init(&box->lock, NULL);
    MYC__CHECK(failed == 0);
}

void myc__order_box_fini(myc__order_box *box)
{
    MYC__CHECK(!box->first);
    pthread_mutex_destroy(&box->lock);
}

myc__order *myc__order_new(myc__memory *memory)
{
    myc__order *order = myc__memory_new_internal(memory, sizeof *order);
    if (order) {
        *order = (myc__order){0};
    }
    return order;
}

void myc__order_box_put(myc__order_box *box, myc__order *order, myc__envelope envelope)
{
    order->next = NULL;
    order->envelope = envelope;
    pthread_mutex_lock(&box->lock);
    if (box->last) {
        box->last->next = order;
    } else {
        box->first = order;
    }
    box->last = order;
    myc__store_relaxed_u32(&box->pending, 1);
    pthread_mutex_unlock(&box->lock);
}

myc__order *myc__order_box_take(myc__order_box *box)
{
    pthread_mutex_lock(&box->lock);
    myc__order *orders = box->first;
    box->first = NULL;
    box->last = NULL;
    myc__store_relaxed_u32(&box->pending, 0);
    pthread_mutex_unlock(&box->lock);
    return orders;
}

myc__order *myc__order_free(myc__order *order, myc__memory *memory)
{
    myc__order *next = order->next;
    myc__memory_free(memory, myc__header_of(order));
    return next;
}

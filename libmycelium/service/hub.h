/* SPDX-License-Identifier: Apache-2.0 */
#ifndef MYC_SERVICE_HUB_H
#define MYC_SERVICE_HUB_H

/*
 * The hub of a topic on one worker: an actor, with the subscriptions of those who are there.
 *
 *   hub.c               events, which it hands to each subscriber
 *   hub_subscribers.c   who they are, and orders about that
 */
#include "service/topic.h"

typedef struct myc__hub {
    myc__post *post;
    bool closed;    /* the reference to the topic ends with it */
    uint32_t next;  /* subscriber of the event in hand; 0 = it has not begun */
    uint32_t spent; /* deliveries since it gave way */
    uint32_t count;
    uint32_t capacity;
    myc__subscription *table; /* a block of the worker's memory */
} myc__hub;

/** Obeys what has been ordered, oldest first. */
void myc__hub_obey_orders(myc__hub *self, myc_context *ctx);

/** Takes a subscription, which has nothing extra any more, out of the table. The last one takes its
 * place. */
void myc__hub_take_out(myc__hub *self, myc__subscription *subscription);

#endif

/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TESTS_SERVICE_TOPIC_SUPPORT_H
#define TESTS_SERVICE_TOPIC_SUPPORT_H

/*
 * A topic of tickets in a caller-driven world, and desks that subscribe to it.
 */
#include "actor/actor_support.h"

MYC_TOPIC(tickets, ticket_data)
MYC_SUBSCRIPTION(tickets, desk, ticket)

MYC_UNUSED static tickets_topic topic_open(struct world *here, const myc_topic_options *options)
{
    tickets_topic made = {NULL};
    cr_assert_eq(0, tickets_create(here->ctx, options, &made));
    return made;
}

/** Destroys the topic and closes the world. */
MYC_UNUSED static void topic_close(struct world *here, tickets_topic topic)
{
    tickets_destroy(here->ctx, topic);
    world_close(here);
}

MYC_UNUSED static myc_published publish(myc_context *ctx, tickets_topic topic, uint32_t sender,
                                        uint32_t number)
{
    return tickets_publish(ctx, topic, ticket_make(ctx, sender, number));
}

/** Publishes the numbers from `first` on, `count` of them; each is taken by all. */
MYC_UNUSED static void publish_all(struct world *here, tickets_topic topic, uint32_t first,
                                   uint32_t count)
{
    for (uint32_t number = first; number < first + count; number++)
        cr_assert_eq(0, publish(here->ctx, topic, 0, number).refused);
}

MYC_UNUSED static void subscribe(struct world *here, tickets_topic topic, desk_ref desk,
                                 myc_slow slow)
{
    cr_assert_eq(0, tickets_subscribe_desk_ticket(here->ctx, topic, desk,
                                                  &(myc_subscribe_options){.slow = slow}));
}

MYC_UNUSED static myc_topic_counts counts_of(tickets_topic topic)
{
    myc_topic_counts counts;
    tickets_counts(topic, &counts);
    return counts;
}

#endif

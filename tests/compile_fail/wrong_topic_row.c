/* SPDX-License-Identifier: Apache-2.0 */
/* A row subscribed to a topic of another payload. */
/* expect-c: initialization of .const harvest_event .* from incompatible pointer type */
/* expect-c: incompatible pointer types initializing .const harvest_event */
/* expect-c++: cannot convert .const fruit_payload_apple|cannot initialize a variable of type .const harvest_event */
#include <mycelium/topic.h>

#include "common.h"

#ifdef WRONG
MYC_TOPIC(harvest, pear)
#else
MYC_TOPIC(harvest, apple)
#endif
MYC_SUBSCRIPTION(harvest, fruit, apple)

int subscribe(myc_context *ctx, harvest_topic topic, fruit_ref to);
int subscribe(myc_context *ctx, harvest_topic topic, fruit_ref to)
{
    return harvest_subscribe_fruit_apple(ctx, topic, to, NULL);
}

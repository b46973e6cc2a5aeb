/* SPDX-License-Identifier: Apache-2.0 */
/* A publish of the payload of another topic. */
/* expect-c: argument 3 of .harvest_publish. from incompatible pointer */
/* expect-c: incompatible pointer types passing .pear */
/* expect-c++: cannot convert .pear\*|no known conversion from .pear */
#include <mycelium/topic.h>

#include "common.h"

MYC_TOPIC(harvest, apple)

myc_published publish(myc_context *ctx, harvest_topic topic);
myc_published publish(myc_context *ctx, harvest_topic topic)
{
#ifdef WRONG
    pear *payload = pear_new(ctx);
#else
    apple *payload = apple_new(ctx);
#endif
    return harvest_publish(ctx, topic, payload);
}

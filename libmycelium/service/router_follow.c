/* SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>
#include <string.h>

#include <mycelium/router.h>

#include "base/limits.h"

/* The name's metadata "weight"; 0 when it has none. */
static int weight_of(myc_context *ctx, const char *name, uint32_t *weight)
{
    char text[MYC__METADATA_VALUE_BYTES];
    char *end = text;
    *weight = 0;
    if (myc_registry_get(ctx, name, "weight", text, sizeof text) < 0) {
        return 0;
    }
    unsigned long value = strtoul(text, &end, 10);
    if (text[0] < '0' || text[0] > '9' || *end || value < 1 || value > MYC__ROUTER_WEIGHT_MAX) {
        myc_log(ctx, MYC_LOG_ERROR, "router: weight of '%s' is '%s': expected 1 to 65536", name,
                text);
        return MYC_EINVAL;
    }
    *weight = (uint32_t)value;
    return 0;
}

static int take_in(myc_context *ctx, myc_router *router, const myc_registry_change *change)
{
    myc_member_options options = {.identity = myc_route_key(change->name, strlen(change->name))};
    int error = weight_of(ctx, change->name, &options.weight);
    return error ? error : myc_router_add(ctx, router, change->address, &options);
}

int myc_router_follow(myc_context *ctx, myc_router *router, const myc_registry_change *change,
                      const myc_protocol *protocol)
{
    if (change->what == MYC_REGISTRY_REPLACED) {
        (void)myc_router_remove(router, change->previous);
    }
    if (!myc_protocol_equal(change->protocol, protocol)) {
        return MYC_ETYPE;
    }
    if (change->what == MYC_REGISTRY_REMOVED) {
        (void)myc_router_remove(router, change->address);
        return 0;
    }
    return take_in(ctx, router, change);
}

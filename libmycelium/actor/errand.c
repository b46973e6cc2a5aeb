/* SPDX-License-Identifier: Apache-2.0 */
#include "actor/errand.h"

#include "actor/control.h"
#include "actor/stand_in.h"

void myc__errand_run(myc__shard *shard, myc__actor *actor, myc__errand *errand)
{
    if (actor && myc__is_stand_in(actor) && !errand->for_place) {
        myc__stand_in_order(shard, actor, MYC__CONTROL_ERRAND, errand);
    } else {
        errand->run(shard, actor, errand);
    }
}

void myc__errand_send(myc_context *ctx, myc_address to, myc__errand *errand)
{
    bool by_lane = ctx->shard && myc__address_worker(to) != ctx->worker;
    if (!by_lane || !myc__control_post(ctx, to, MYC__CONTROL_ERRAND, errand)) {
        myc__control_put(ctx, &errand->order, to, MYC__CONTROL_ERRAND, errand);
    }
}

/* SPDX-License-Identifier: Apache-2.0 */
#include "actor/dead_letter.h"

#include "actor/request.h"
#include "shard/flight.h"

void myc__dead_letter(myc_context *ctx, myc_address to, uint32_t tag, const void *payload,
                      myc_dead_reason reason)
{
    const myc__fabric *fabric = ctx->fabric;
    if (fabric->dead_letter) {
        fabric->dead_letter(fabric->dead_letter_user,
                            &(myc_dead_letter){to, myc__inner_tag(tag, payload), reason,
                                               myc__inner_payload(tag, payload)});
    }
    if (tag == MYC__REQUEST_TAG) {
        myc__request_fate(payload, reason);
    }
    if (ctx->shard && MYC__UNLIKELY(ctx->shard->flight != NULL)) {
        myc__flight_note(ctx->shard->flight,
                         &(myc__flight_event){.kind = MYC_EVENT_DEAD_LETTER,
                                              .actor = to,
                                              .tag = myc__inner_tag(tag, payload),
                                              .detail = reason});
    }
    myc_release(ctx, payload);
    myc__count_end(&ctx->counters.dead_by[reason], 1);
}

myc_dead_reason myc__dead_reason_of(const myc__shard *shard, myc_address to)
{
    const myc__slot *slot = myc__slot_at(&shard->slots, myc__address_index(to));
    bool was_alive = slot && (to.life & 1) && to.life <= myc__load_relaxed_u32(&slot->life);
    return was_alive ? MYC_DEAD_STOPPED : MYC_DEAD_NO_ACTOR;
}

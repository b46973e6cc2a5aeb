/* SPDX-License-Identifier: Apache-2.0 */
#include "actor/stop.h"

#include "actor/control.h"
#include "actor/dead_letter.h"
#include "actor/deliver.h"
#include "actor/grown.h"
#include "actor/move.h"
#include "actor/restart.h"
#include "actor/stand_in.h"
#include "shard/flight.h"

void myc__actor_interrupt(myc__shard *shard, myc__actor *actor, myc_exit why)
{
    if (actor->annex && actor->annex->bond && !myc__bond_lets_stop(actor, why)) {
        return;
    }
    myc__actor_condemn(shard, actor, why.reason, why.code);
    myc__actor_wake(shard, actor);
}

void myc__stop_for(myc_context *ctx, myc_address address, myc_exit why)
{
    bool here = myc__address_worker(address) == ctx->worker;
    bool known = myc__is_reachable(ctx->fabric, address);
    if (known && !here) {
        myc__control_send(ctx, address, MYC__CONTROL_STOP, myc__exit_pack(why));
    } else if (known) {
        myc__control_here(ctx->shard, address, MYC__CONTROL_STOP, myc__exit_pack(why));
    }
}

void myc_stop(myc_context *ctx, myc_address address)
{
    myc__stop_for(ctx, address, (myc_exit){MYC_EXIT_REQUESTED, 0});
}

static void leave_letter(myc__shard *shard, const myc__actor *actor, const myc__envelope *envelope,
                         myc_dead_reason reason)
{
    myc__dead_letter(&shard->context, actor->address, myc__envelope_opened_tag(envelope),
                     envelope->payload, reason);
}

static void leave_letters(myc__shard *shard, myc__actor *actor, myc_dead_reason reason)
{
    if (actor->interrupts & MYC__HOLDING) {
        leave_letter(shard, actor, &actor->held, reason);
    }
    while (actor->mailbox.depth) {
        myc__envelope envelope = *myc__mailbox_front(&actor->mailbox);
        myc__mailbox_pop(&actor->mailbox);
        leave_letter(shard, actor, &envelope, reason);
    }
    myc__grown_forget(shard, actor);
    myc__mailbox_fini(&actor->mailbox, &shard->context.memory);
}

void myc__actor_say_goodbye(myc__shard *shard, myc__actor *actor)
{
    bool started = !(actor->interrupts & MYC__STARTING) && !myc__is_dormant(actor);
    if (started && actor->behaviour->on_stop) {
        myc__context_run(&shard->context, actor);
        myc__context_do(&shard->context, MYC__DOING_STOP);
        actor->behaviour->on_stop(myc__actor_state(actor), &shard->context, actor->why);
        myc__context_run(&shard->context, NULL);
        myc__context_do(&shard->context, MYC__DOING_MESSAGE);
    }
}

static void note_end(myc__flight *flight, const myc__actor *actor)
{
    bool failed = actor->why.reason == MYC_EXIT_FAILED;
    myc__flight_note(flight, &(myc__flight_event){
                                 .kind = failed ? MYC_EVENT_FAILED : MYC_EVENT_STOPPED,
                                 .actor = actor->address,
                                 .detail = failed ? actor->why.code : (int64_t)actor->why.reason});
}

void myc__actor_end(myc__shard *shard, myc__actor *actor)
{
    MYC__CHECK(actor->activity == MYC__RUNNING);
    if (MYC__UNLIKELY(shard->flight != NULL)) {
        note_end(shard->flight, actor);
    }
    myc__actor_say_goodbye(shard, actor);
    myc__trip *trip = myc__move_leave_slot(shard, actor);
    leave_letters(shard, actor,
                  actor->why.reason == MYC_EXIT_SYSTEM ? MYC_DEAD_DISCARDED : MYC_DEAD_LEFT);
    myc__annex_end(shard, actor);
    myc__memory_free(&shard->context.memory, myc__header_of(actor));
    myc__move_ended(shard, trip);
    myc__count_end(&shard->ended, 1);
    myc__count_end(&shard->context.counters.done, 1);
}

uint32_t myc__actors_stop_all(myc__shard *shard)
{
    uint32_t alive = 0;
    uint32_t used = myc__slot_table_used(&shard->slots);
    for (uint32_t i = 0; i < used; i++) {
        myc__slot *slot = myc__slot_at(&shard->slots, i);
        if (myc__load_acquire_u32(&slot->life) & 1) {
            alive++;
            if (!myc__is_stand_in(slot->actor)) { /* it goes when its actor has gone */
                myc__actor_interrupt(shard, slot->actor, (myc_exit){MYC_EXIT_SYSTEM, 0});
            }
        }
    }
    return alive;
}

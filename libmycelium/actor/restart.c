/* SPDX-License-Identifier: Apache-2.0 */
#include "actor/restart.h"

#include <string.h>

#include "actor/control.h"
#include "actor/deliver.h"
#include "actor/pause.h"
#include "actor/stop.h"

myc__bond *myc__bond_make(myc_context *ctx, const myc_behaviour *behaviour, const void *state)
{
    uint32_t size_bytes = behaviour->state_size_bytes;
    myc__bond *bond = myc__memory_new_internal(&ctx->memory, (uint32_t)sizeof *bond + size_bytes);
    if (!bond) {
        return NULL;
    }
    memset(bond, 0, sizeof *bond + size_bytes);
    bond->behaviour = behaviour;
    if (state) {
        memcpy(bond->state, state, size_bytes);
    }
    return bond;
}

void myc__bond_free(myc_context *ctx, myc__bond *bond)
{
    myc__memory_free(&ctx->memory, myc__header_of(bond));
}

bool myc__lineage_attach(myc_context *ctx, myc__actor *actor, const myc__lineage *lineage)
{
    myc__annex *annex = myc__annex_of(ctx, actor);
    if (annex) {
        annex->bond = lineage->bond;
        annex->crew = lineage->crew;
        annex->stays = lineage->stays;
    }
    return annex != NULL;
}

/* ---- orders ---- */

static void order(myc_context *ctx, myc_address child, myc__control what, const void *argument)
{
    if (myc__address_worker(child) == ctx->worker) {
        myc__control_here(ctx->shard, child, what, argument);
    } else {
        myc__control_send(ctx, child, what, argument);
    }
}

void myc__revive(myc_context *ctx, myc_address child, myc_address supervisor)
{
    order(ctx, child, MYC__CONTROL_REVIVE, myc__address_pack(supervisor));
}

void myc__suspend(myc_context *ctx, myc_address child)
{
    order(ctx, child, MYC__CONTROL_SUSPEND, NULL);
}

void myc__revive_obey(myc__shard *shard, myc__actor *actor, const void *supervisor)
{
    myc__bond *bond = actor->annex->bond;
    bond->supervisor = myc__address_unpack(supervisor);
    if (!bond->dormant) {
        bond->may_start = true;
        return;
    }
    if (actor->interrupts & MYC__STOPPING) {
        return;
    }
    memcpy(myc__actor_state(actor), bond->state, bond->behaviour->state_size_bytes);
    bond->dormant = false;
    bond->may_start = true;
    myc__count(&shard->context.counters.begun, 1);
    actor->interrupts &= (uint8_t)~MYC__PAUSED;
    actor->interrupts |= MYC__STARTING;
    myc__actor_wake(shard, actor);
}

void myc__suspend_obey(myc__shard *shard, myc__actor *actor)
{
    myc__bond *bond = actor->annex->bond;
    if (bond->dormant || (actor->interrupts & MYC__STOPPING)) {
        return; /* a report is on its way, or will be, or a farewell */
    }
    bond->suspending = true;
    myc__actor_condemn(shard, actor, MYC_EXIT_REQUESTED, 0);
    myc__actor_wake(shard, actor);
}

/* ---- in the child's turns ---- */

static void lie_down(myc__actor *actor)
{
    actor->annex->bond->dormant = true;
    actor->interrupts &= (uint8_t)~MYC__STARTING;
    actor->interrupts |= MYC__PAUSED;
}

bool myc__bond_holds_back(myc__actor *actor)
{
    if (actor->annex->bond->may_start) {
        return false;
    }
    lie_down(actor);
    return true;
}

static bool is_order(myc_exit why)
{
    return why.reason == MYC_EXIT_REQUESTED || why.reason == MYC_EXIT_SYSTEM;
}

bool myc__bond_lets_stop(myc__actor *actor, myc_exit why)
{
    myc__bond *bond = actor->annex->bond;
    if (!is_order(why)) {
        return !bond->dormant;
    }
    bond->ending = true;
    actor->why = why; /* whatever was to happen: it ends now */
    return true;
}

static bool starts_anew(const myc__bond *bond, myc_exit why)
{
    bool wrong = why.reason == MYC_EXIT_FAILED || why.reason == MYC_EXIT_KILLED;
    switch (bond->restart) {
    case MYC_RESTART_PERMANENT: return wrong || why.reason == MYC_EXIT_DONE;
    case MYC_RESTART_TRANSIENT: return wrong;
    default: return false;
    }
}

static void report(myc__shard *shard, myc__bond *bond, myc_exit why)
{
    bond->why = why;
    bond->ordered = bond->suspending;
    bond->suspending = false;
    myc__count(&shard->context.counters.begun, 1);
    myc__urge(&shard->context, bond->supervisor, &bond->report);
}

/* False when on_stop has asked for a stop: then the actor ends after all. */
static bool go_dormant(myc__shard *shard, myc__actor *actor)
{
    myc__actor_say_goodbye(shard, actor);
    lie_down(actor);
    if (actor->annex->bond->ending) {
        return false;
    }
    myc__annex_renew(shard, actor);
    if (actor->annex->crew) {
        actor->annex->crew->suspend(shard, actor->annex->crew);
    }
    report(shard, actor->annex->bond, actor->why);
    actor->interrupts &= (uint8_t)~MYC__STOPPING;
    myc__count_end(&shard->context.counters.done, 1);
    return true;
}

bool myc__bond_suspends(myc__shard *shard, myc__actor *actor)
{
    const myc__bond *bond = actor->annex->bond;
    bool suspends = bond && !bond->ending && (bond->suspending || starts_anew(bond, actor->why));
    return suspends && go_dormant(shard, actor);
}

void myc__lineage_end(myc__shard *shard, myc__actor *actor)
{
    myc__bond *bond = actor->annex->bond;
    if (actor->annex->crew) {
        actor->annex->crew->end(&shard->context, actor->annex->crew);
    }
    if (bond) {
        bond->last = actor->why;
        myc__count(&shard->context.counters.begun, 1);
        myc__urge(&shard->context, bond->supervisor, &bond->farewell);
    }
}

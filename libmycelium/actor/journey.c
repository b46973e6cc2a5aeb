/* SPDX-License-Identifier: Apache-2.0 */
#include "actor/journey.h"

#include "actor/deliver.h"
#include "actor/grown.h"
#include "actor/request.h"
#include "actor/stand_in.h"
#include "actor/timer.h"

/* ---- packing ---- */

static void unqueue(myc__shard *shard, const myc__actor *actor)
{
    myc__actor *before = NULL;
    myc__actor *each = shard->run_first;
    while (each != actor) {
        before = each;
        each = each->run_next;
    }
    *(before ? &before->run_next : &shard->run_first) = actor->run_next;
    if (shard->run_last == actor) {
        shard->run_last = before;
    }
}

void myc__journey_pack(myc__shard *shard, myc__actor *actor)
{
    MYC__CHECK(actor->activity != MYC__RUNNING);
    if (actor->activity == MYC__QUEUED) {
        unqueue(shard, actor);
    }
    actor->activity = MYC__AWAY;
    myc__grown_forget(shard, actor);
    myc__timers_detach(shard, actor);
    myc__asks_leave(shard, actor);
}

void myc__journey_unpack(myc__shard *shard, myc__actor *actor)
{
    myc__grown_note(shard, actor);
    myc__timers_attach(shard, actor);
    myc__asks_arrive(shard, actor);
}

void myc__journey_set_going(myc__shard *shard, myc__actor *actor)
{
    if (shard->stop_begun) {
        myc__actor_condemn(shard, actor, MYC_EXIT_SYSTEM, 0);
    }
    myc__queue(shard, actor);
}

/* ---- markers ---- */

void myc__trip_end(myc__shard *shard, myc__trip *trip)
{
    myc__stand_in_free(&shard->context, trip->grave);
    myc__move_free(shard, trip);
}

/* The actor, or a marker, has come. With the last of them it is all there. */
static void come_in(myc__shard *shard, myc__trip *trip)
{
    if (--trip->missing) {
        return;
    }
    myc__actor *actor = trip->actor;
    myc__move *then = trip->then;
    bool home = trip->home;
    trip->then = NULL;
    myc__journey_set_going(shard, actor);
    if (home) {
        actor->annex->trip = NULL;
        myc__trip_end(shard, trip);
    }
    if (then) {
        (home ? myc__move_set_out : myc__journey_leave)(shard, actor, &then->errand);
    }
}

static void marker_arrives(myc__shard *shard, myc__actor *actor, myc__errand *errand)
{
    (void)actor;
    come_in(shard, ((myc__marker *)(void *)errand)->trip);
}

static void marker_passes(myc__shard *shard, myc__actor *nobody, myc__errand *errand)
{
    (void)nobody;
    errand->run = marker_arrives;
    myc__errand_send(&shard->context, ((myc__marker *)(void *)errand)->to, errand);
}

static bool needs_marker(const myc__shard *shard, const myc__trip *trip, uint32_t worker)
{
    return worker != shard->index && worker != myc__address_worker(trip->here) &&
           shard->context.outbox[worker];
}

uint32_t myc__journey_make_markers(myc__shard *shard, myc__trip *trip)
{
    uint32_t count = 0;
    for (uint32_t worker = 0; worker < shard->context.fabric->shard_count; worker++) {
        if (needs_marker(shard, trip, worker)) {
            myc__marker *marker = &trip->markers[count++];
            *marker = (myc__marker){.trip = trip, .to = trip->here};
            myc__errand_init(&marker->errand, marker_passes);
            marker->errand.for_place = true;
        }
    }
    trip->missing = count + 1;
    trip->home = myc_address_equal(trip->here, trip->actor->address);
    return count;
}

void myc__journey_send_markers(myc__shard *shard, myc__marker *markers, uint32_t count, uint32_t to)
{
    uint32_t sent = 0;
    for (uint32_t worker = 0; sent < count; worker++) {
        if (worker != shard->index && worker != to && shard->context.outbox[worker]) {
            myc_address nobody = {worker << MYC__INDEX_BITS, 0};
            myc__errand_send(&shard->context, nobody, &markers[sent++].errand);
        }
    }
}

/* ---- where it arrives ---- */

static void report_settled(myc__shard *shard, myc_address address, myc__move *move,
                           myc_address there)
{
    move->there = there;
    move->errand.run = myc__move_settle;
    myc__errand_send(&shard->context, address, &move->errand);
}

void myc__journey_arrive(myc__shard *shard, myc__actor *nobody, myc__errand *errand)
{
    MYC__CHECK(!nobody);
    myc__trip *trip = (myc__trip *)(void *)errand;
    myc__actor *actor = trip->actor;
    myc__slot_publish(myc__slot_at(&shard->slots, myc__address_index(trip->here)), actor,
                      trip->here.life);
    if (trip->move) {
        report_settled(shard, actor->address, trip->move, trip->here);
        trip->move = NULL;
    }
    myc__journey_unpack(shard, actor);
    come_in(shard, trip);
}

static void give_held(myc__shard *shard, myc__actor *cell, myc__actor *actor)
{
    myc__envelope opened;
    while (myc__stand_in_give(cell, &opened)) {
        if (myc__envelope_opened_tag(&opened) < MYC__CONTROL_TAG) {
            myc__deliver(shard, actor, opened);
        } else {
            myc__obey(shard, actor, myc__envelope_opened_tag(&opened), opened.payload);
        }
    }
}

static void come_home(myc__shard *shard, myc__actor *cell, myc__errand *errand)
{
    myc__trip *trip = (myc__trip *)(void *)errand;
    myc__actor *actor = trip->actor;
    myc__move *move = trip->move;
    move->worker = myc__stand_in_of(cell)->wanted;
    myc__stand_in_ease(shard, cell);
    myc__slot_replace(&shard->slots, myc__address_index(actor->address), actor);
    trip->move = NULL;
    myc__journey_unpack(shard, actor);
    give_held(shard, cell, actor);
    myc__stand_in_free(&shard->context, cell);
    myc__move_set_out(shard, actor, &move->errand);
    come_in(shard, trip);
}

/* ---- where it leaves ---- */

/* NULL: nothing does. */
static const char *what_keeps(const myc__actor *actor)
{
    if (actor->annex->sources) {
        return "it has open sources";
    }
    if (actor->annex->dedicated) {
        return "it has a worker of its own";
    }
    if (actor->annex->stays) {
        return "it is part of a topic";
    }
    return actor->annex->crew ? "it is a supervisor" : NULL;
}

bool myc__journey_may_leave(const myc__shard *shard, const myc__actor *actor)
{
    const char *keeper = what_keeps(actor);
    if (keeper) {
        myc__log_line(&shard->context.fabric->log, MYC_LOG_WARNING, "actor %s is not moved: %s",
                      myc__actor_name(actor), keeper);
    }
    return !keeper && !(actor->interrupts & MYC__STOPPING);
}

/* The move has come through A to where the actor lives, or lived. */
void myc__journey_leave(myc__shard *shard, myc__actor *actor, myc__errand *errand)
{
    myc__move *move = myc__move_of(errand);
    if (myc__is_stand_in(actor)) {
        myc__move_free(shard, move);
        return;
    }
    myc__trip *trip = actor->annex->trip;
    if (trip->missing) {
        trip->then = move; /* nothing more comes from A before this one is done */
        return;
    }
    if (!myc__journey_may_leave(shard, actor)) {
        report_settled(shard, actor->address, move, trip->here);
        return;
    }
    myc__journey_pack(shard, actor);
    myc__slot_free(&shard->slots, myc__address_index(trip->here));
    (void)myc__add_relaxed_u64(&shard->context.fabric->shards[move->worker]->born_from_elsewhere,
                               1);
    myc__count_end(&shard->ended, 1);
    trip->here = move->there;
    trip->move = move;
    uint32_t markers = myc__journey_make_markers(shard, trip);
    trip->errand.run = trip->home ? come_home : myc__journey_arrive;
    myc_address there = trip->here;
    myc__errand_send(&shard->context, there, &trip->errand);
    myc__journey_send_markers(shard, trip->markers, markers, myc__address_worker(there));
}

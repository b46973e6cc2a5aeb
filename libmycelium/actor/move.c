/* SPDX-License-Identifier: Apache-2.0 */
#include "actor/move.h"

#include <mycelium/move.h>

#include "actor/control.h"
#include "actor/deliver.h"
#include "actor/grown.h"
#include "actor/request.h"
#include "actor/stand_in.h"
#include "actor/timer.h"

/*
 * An actor keeps its address, which names a slot of its first home A, for life. Away from home it
 * lives in a second slot, which only A knows, so that all that is sent to it comes through A, and
 * from there in one lane: that is why the order of each sender stays.
 *
 * Every move is begun at A, by an order that is one block all the way ("move"). With the actor goes
 * another ("trip"), which has all that is needed until it is home again or has ended: nothing but
 * the beginning of a move can fail.
 *
 *   slot of A       what is there             leaves by
 *   HOME            the actor                 a move to B: the actor, packed, goes into the lane to B
 *                                             and a stand-in takes its place: FORWARDS. What comes
 *                                             then is behind the actor in the lane.
 *   FORWARDS(B)     a stand-in                a move to C: the move goes to B, behind all that was
 *                                             forwarded: HOLDS
 *                                             "ended" from B: "close" goes to B behind all that was
 *                                             forwarded: HOLDS
 *   HOLDS           a stand-in that keeps     "settled" from C: passes on what it held: FORWARDS(C)
 *                   what comes                the actor itself (C is A): gets what was held: HOME
 *                                             "settled" from B, where the actor may not leave:
 *                                             FORWARDS(B)
 *                                             "ended" from B: as above, it HOLDS on
 *                                             "closed" from B: the slot is free, what it held is
 *                                             dead, and behind all that was forwarded
 *
 *   slot of B       what is there             leaves by
 *   (taken)         nothing, and A has sent   the actor arrives: LIVES, and tells A "settled" unless
 *                   nothing to it yet         it came from A
 *   LIVES           the actor                 the move that A sent: the slot is free, for nothing is
 *                                             behind that; the actor goes to C
 *                                             its end: BURIES, "ended" goes to A
 *   BURIES          a stand-in                "close" from A: the slot is free, for nothing is
 *                                             behind that; "closed" goes to A
 *
 * What the actor sent before must not be overtaken by what it sends from its new worker: down each lane
 * of the old worker goes a marker, and from its end to the new worker. The actor has no turn (its
 * activity is AWAY) before all have come. The lane to the new worker needs none: the actor takes it.
 *
 * A move that finds BURIES at B is over: A hears "ended" anyway. Moves that come to A while it HOLDS
 * are done afterwards, the last of them.
 *
 * Who touches the actor: its worker, until it has put it into the lane or the order box, and from then
 * on the worker that takes it out. What the sender of it has to do it does before.
 */

typedef struct myc__move {
    myc__errand errand;
    uint32_t worker;   /* where to */
    myc_address there; /* the slot there */
} myc__move;

static void free_block(myc__shard *shard, void *block)
{
    myc__memory_free(&shard->context.memory, myc__header_of(block));
}

static myc__move *move_of(myc__errand *errand)
{
    return (myc__move *)(void *)errand;
}

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

/* Takes the actor out of all that is this worker's. */
static void pack(myc__shard *shard, myc__actor *actor)
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

static void unpack(myc__shard *shard, myc__actor *actor)
{
    myc__grown_note(shard, actor);
    myc__timers_attach(shard, actor);
    myc__asks_arrive(shard, actor);
}

/* A first turn with nothing to do does it no harm. */
static void set_going(myc__shard *shard, myc__actor *actor)
{
    if (shard->stop_begun) {
        myc__actor_condemn(shard, actor, MYC_EXIT_SYSTEM, 0);
    }
    myc__queue(shard, actor);
}

/* ---- markers ---- */

static void set_out(myc__shard *shard, myc__actor *actor, myc__errand *errand);
static void leave(myc__shard *shard, myc__actor *actor, myc__errand *errand);

static void end_trip(myc__shard *shard, myc__trip *trip)
{
    myc__stand_in_free(&shard->context, trip->grave);
    free_block(shard, trip);
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
    set_going(shard, actor);
    if (home) {
        actor->annex->trip = NULL;
        end_trip(shard, trip);
    }
    if (then) {
        (home ? set_out : leave)(shard, actor, &then->errand);
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

/* Before the actor goes: from then on the trip is not this worker's. Returns how many there are. */
static uint32_t make_markers(myc__shard *shard, myc__trip *trip)
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

/* `markers` of a trip to `to`, which may be gone with the last of them. */
static void send_markers(myc__shard *shard, myc__marker *markers, uint32_t count, uint32_t to)
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

static void settle(myc__shard *shard, myc__actor *actor, myc__errand *errand);

static void report_settled(myc__shard *shard, myc_address address, myc__move *move,
                           myc_address there)
{
    move->there = there;
    move->errand.run = settle;
    myc__errand_send(&shard->context, address, &move->errand);
}

static void arrive(myc__shard *shard, myc__actor *nobody, myc__errand *errand)
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
    unpack(shard, actor);
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
    unpack(shard, actor);
    give_held(shard, cell, actor);
    myc__stand_in_free(&shard->context, cell);
    set_out(shard, actor, &move->errand);
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

static bool may_leave(const myc__shard *shard, const myc__actor *actor)
{
    const char *keeper = what_keeps(actor);
    if (keeper) {
        myc__log_line(&shard->context.fabric->log, MYC_LOG_WARNING, "actor %s is not moved: %s",
                      myc__actor_name(actor), keeper);
    }
    return !keeper && !(actor->interrupts & MYC__STOPPING);
}

/* The move has come through A to where the actor lives, or lived. */
static void leave(myc__shard *shard, myc__actor *actor, myc__errand *errand)
{
    myc__move *move = move_of(errand);
    if (myc__is_stand_in(actor)) {
        free_block(shard, move);
        return;
    }
    myc__trip *trip = actor->annex->trip;
    if (trip->missing) {
        trip->then = move; /* nothing more comes from A before this one is done */
        return;
    }
    if (!may_leave(shard, actor)) {
        report_settled(shard, actor->address, move, trip->here);
        return;
    }
    pack(shard, actor);
    myc__slot_free(&shard->slots, myc__address_index(trip->here));
    (void)myc__add_relaxed_u64(&shard->context.fabric->shards[move->worker]->born_from_elsewhere,
                               1);
    myc__count_end(&shard->ended, 1);
    trip->here = move->there;
    trip->move = move;
    uint32_t markers = make_markers(shard, trip);
    trip->errand.run = trip->home ? come_home : arrive;
    myc_address there = trip->here;
    myc__errand_send(&shard->context, there, &trip->errand);
    send_markers(shard, trip->markers, markers, myc__address_worker(there));
}

/* ---- at its first home ---- */

static int take_slot(const myc__shard *shard, uint32_t worker, myc_address *there)
{
    uint32_t index;
    uint32_t generation;
    int error = myc__slot_take(&shard->context.fabric->shards[worker]->slots, &index, &generation);
    *there = (myc_address){worker << MYC__INDEX_BITS | index, generation};
    return error;
}

static void give_slot_back(const myc__shard *shard, myc_address there)
{
    myc__slot_give_back(&shard->context.fabric->shards[myc__address_worker(there)]->slots,
                        myc__address_index(there));
}

static void say_no_memory(const myc__shard *shard, const myc__actor *actor)
{
    myc__log_line(&shard->context.fabric->log, MYC_LOG_ERROR,
                  "actor %s is not moved: out of memory or slots", myc__actor_name(actor));
}

/* A stand-in stays; the actor goes into the lane. Returns false when memory is out. */
static bool ship(myc__shard *shard, myc__actor *actor, myc__actor *cell, myc__trip *trip)
{
    uint32_t index = myc__address_index(actor->address);
    uint32_t worker = myc__address_worker(trip->here);
    uint32_t markers = make_markers(shard, trip);
    myc__stand_in_of(cell)->there = trip->here;
    pack(shard, actor);
    actor->annex->trip = trip;
    myc__slot_replace(&shard->slots, index, cell);
    myc__shard *to = shard->context.fabric->shards[worker];
    (void)myc__add_relaxed_u64(&to->born_from_elsewhere, 1);
    if (myc__control_post(&shard->context, trip->here, MYC__CONTROL_ERRAND, &trip->errand)) {
        send_markers(shard, trip->markers, markers, worker);
        myc__count_end(&shard->ended, 1);
        return true;
    }
    (void)myc__add_relaxed_u64(&to->born_from_elsewhere, (uint64_t)-1);
    myc__slot_replace(&shard->slots, index, actor);
    actor->annex->trip = NULL;
    unpack(shard, actor);
    set_going(shard, actor);
    return false;
}

static myc__trip *make_trip(myc_context *ctx, myc__actor *actor, myc_address there)
{
    uint32_t size_bytes =
        (uint32_t)(sizeof(myc__trip) + ctx->fabric->shard_count * sizeof(myc__marker));
    myc__trip *trip = myc__memory_new_internal(&ctx->memory, size_bytes);
    myc__actor *grave = trip ? myc__stand_in_new(ctx, actor, MYC__BURIES) : NULL;
    if (!grave) {
        if (trip) {
            myc__memory_free(&ctx->memory, myc__header_of(trip));
        }
        return NULL;
    }
    *trip = (myc__trip){.actor = actor, .grave = grave, .here = there};
    myc__errand_init(&trip->errand, arrive);
    trip->errand.for_place = true;
    return trip;
}

static bool ship_to(myc__shard *shard, myc__actor *actor, myc_address there)
{
    myc__trip *trip = make_trip(&shard->context, actor, there);
    myc__actor *cell = trip ? myc__stand_in_new(&shard->context, actor, MYC__FORWARDS) : NULL;
    if (cell && ship(shard, actor, cell, trip)) {
        return true;
    }
    if (cell) {
        myc__stand_in_free(&shard->context, cell);
    }
    if (trip) {
        end_trip(shard, trip);
    }
    return false;
}

/* A move of an actor that is at home. Takes `move`. */
static void send_away(myc__shard *shard, myc__actor *actor, myc__move *move)
{
    uint32_t worker = move->worker;
    free_block(shard, move);
    myc_address there;
    if (!myc__annex_of(&shard->context, actor) || take_slot(shard, worker, &there)) {
        say_no_memory(shard, actor);
    } else if (!may_leave(shard, actor)) {
        give_slot_back(shard, there);
    } else if (!ship_to(shard, actor, there)) {
        give_slot_back(shard, there);
        say_no_memory(shard, actor);
    }
}

/* A move of one that lives elsewhere: goes after it. Takes `move`. */
static void send_on(myc__shard *shard, myc__actor *cell, myc__move *move)
{
    const myc__stand_in *self = myc__stand_in_of(cell);
    bool home = move->worker == shard->index;
    move->there = cell->address;
    move->errand.run = leave;
    bool taken = home || take_slot(shard, move->worker, &move->there) == 0;
    myc_address next = move->there;
    if (taken && myc__control_post(&shard->context, self->there, MYC__CONTROL_ERRAND, move)) {
        myc__stand_in_close(shard, cell, next);
        return;
    }
    if (taken && !home) {
        give_slot_back(shard, next);
    }
    say_no_memory(shard, cell);
    free_block(shard, move);
}

/* The last order counts. Takes `move`. */
static void do_then(myc__shard *shard, myc__trip *trip, myc__move *move)
{
    if (trip->then) {
        free_block(shard, trip->then);
    }
    trip->then = move;
}

/* At the slot of A. Takes the move. */
static void set_out(myc__shard *shard, myc__actor *actor, myc__errand *errand)
{
    myc__move *move = move_of(errand);
    myc__stand_in *away = actor && myc__is_stand_in(actor) ? myc__stand_in_of(actor) : NULL;
    uint32_t worker = away ? myc__address_worker(away->there) : shard->index;
    bool holds = away && away->state == MYC__HOLDS;
    if (holds) {
        away->wanted = move->worker;
    }
    if (actor && !away && myc__actor_is_away(actor) && move->worker != MYC__NO_WORKER) {
        do_then(shard, actor->annex->trip, move); /* it has just come, and not all of it */
    } else if (!actor || holds || move->worker == worker || move->worker == MYC__NO_WORKER) {
        free_block(shard, move);
    } else if (away) {
        send_on(shard, actor, move);
    } else {
        send_away(shard, actor, move);
    }
}

/* At the slot of A: the actor lives where the move says. */
static void settle(myc__shard *shard, myc__actor *cell, myc__errand *errand)
{
    myc__move *move = move_of(errand);
    if (!cell) {
        free_block(shard, move); /* without memory its end took another way, and was first */
        return;
    }
    myc__stand_in *self = myc__stand_in_of(cell);
    bool stayed = myc_address_equal(move->there, self->there);
    if (stayed && !myc_address_equal(self->next, cell->address)) {
        give_slot_back(shard, self->next);
    }
    myc__stand_in_open(shard, cell, move->there);
    move->worker = self->wanted;
    set_out(shard, cell, errand);
}

/* ---- its end, away from home ---- */

static void bury_held(myc__shard *shard, myc__actor *cell)
{
    myc__envelope opened;
    myc__stand_in_of(cell)->state = MYC__BURIES;
    while (myc__stand_in_give(cell, &opened)) {
        myc__stand_in_take(shard, cell, opened);
    }
}

/* At A: all that was forwarded has been buried, so what came since is not ahead of it. */
static void bury_at_home(myc__shard *shard, myc__actor *cell, myc__errand *errand)
{
    myc__stand_in_ease(shard, cell);
    myc__slot_free(&shard->slots, myc__address_index(cell->address));
    bury_held(shard, cell);
    myc__stand_in_free(&shard->context, cell);
    end_trip(shard, (myc__trip *)(void *)errand);
}

/* At B: nothing more comes to the slot it lived in. */
static void close_slot(myc__shard *shard, myc__actor *grave, myc__errand *errand)
{
    myc__trip *trip = (myc__trip *)(void *)errand;
    MYC__CHECK(grave == trip->grave);
    myc__slot_free(&shard->slots, myc__address_index(trip->here));
    errand->run = bury_at_home;
    myc__errand_send(&shard->context, grave->address, errand);
}

/* At A. */
static void end_at_home(myc__shard *shard, myc__actor *cell, myc__errand *errand)
{
    const myc__stand_in *self = myc__stand_in_of(cell);
    if (self->state == MYC__HOLDS && !myc_address_equal(self->next, cell->address)) {
        give_slot_back(shard, self->next);
    }
    myc__stand_in_close(shard, cell, cell->address);
    errand->run = close_slot;
    myc__errand_send(&shard->context, ((myc__trip *)(void *)errand)->here, errand);
}

myc__trip *myc__move_leave_slot(myc__shard *shard, myc__actor *actor)
{
    myc__trip *trip = actor->annex ? actor->annex->trip : NULL;
    if (!trip) {
        myc__slot_free(&shard->slots, myc__address_index(actor->address));
        return NULL;
    }
    myc__slot_replace(&shard->slots, myc__address_index(trip->here), trip->grave);
    return trip;
}

void myc__move_ended(myc__shard *shard, myc__trip *trip)
{
    if (trip) {
        trip->errand.run = end_at_home;
        myc__errand_send(&shard->context, trip->grave->address, &trip->errand);
    }
}

/* ---- the order ---- */

int myc_move_actor(myc_context *ctx, myc_address actor, uint32_t worker)
{
    bool known = myc__is_reachable(ctx->fabric, actor);
    if (!known || worker >= ctx->fabric->worker_count) {
        myc__log_line(&ctx->fabric->log, MYC_LOG_ERROR, "an actor cannot be moved to worker %u: %s",
                      worker, known ? "there is no such worker" : "it is none of this process");
        return MYC_EINVAL;
    }
    if (myc__load_acquire_u32(&ctx->fabric->stopping)) {
        return MYC_ESTOPPING;
    }
    myc__move *move = myc__memory_new_internal(&ctx->memory, sizeof *move);
    if (!move) {
        return MYC_ENOMEM;
    }
    *move = (myc__move){.worker = worker};
    myc__errand_init(&move->errand, set_out);
    move->errand.for_place = true;
    myc__errand_send(ctx, actor, &move->errand);
    return 0;
}

/* SPDX-License-Identifier: Apache-2.0 */
#include "actor/journey.h"

#include <mycelium/move.h>

#include "actor/control.h"
#include "actor/stand_in.h"

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
/* ---- at its first home ---- */

static int take_slot(const myc__shard *shard, uint32_t worker, myc_address *there)
{
    uint32_t index;
    uint32_t generation;
    int error = myc__slot_take(&shard->context.fabric->shards[worker]->slots, &index, &generation);
    *there = (myc_address){worker << MYC__INDEX_BITS | index, generation};
    return error;
}

void myc__move_give_slot_back(const myc__shard *shard, myc_address there)
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
    uint32_t markers = myc__journey_make_markers(shard, trip);
    myc__stand_in_of(cell)->there = trip->here;
    myc__journey_pack(shard, actor);
    actor->annex->trip = trip;
    myc__slot_replace(&shard->slots, index, cell);
    myc__shard *to = shard->context.fabric->shards[worker];
    (void)myc__add_relaxed_u64(&to->born_from_elsewhere, 1);
    if (myc__control_post(&shard->context, trip->here, MYC__CONTROL_ERRAND, &trip->errand)) {
        myc__journey_send_markers(shard, trip->markers, markers, worker);
        myc__count_end(&shard->ended, 1);
        return true;
    }
    (void)myc__add_relaxed_u64(&to->born_from_elsewhere, (uint64_t)-1);
    myc__slot_replace(&shard->slots, index, actor);
    actor->annex->trip = NULL;
    myc__journey_unpack(shard, actor);
    myc__journey_set_going(shard, actor);
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
    myc__errand_init(&trip->errand, myc__journey_arrive);
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
        myc__trip_end(shard, trip);
    }
    return false;
}

/* A move of an actor that is at home. Takes `move`. */
static void send_away(myc__shard *shard, myc__actor *actor, myc__move *move)
{
    uint32_t worker = move->worker;
    myc__move_free(shard, move);
    myc_address there;
    if (!myc__annex_of(&shard->context, actor) || take_slot(shard, worker, &there)) {
        say_no_memory(shard, actor);
    } else if (!myc__journey_may_leave(shard, actor)) {
        myc__move_give_slot_back(shard, there);
    } else if (!ship_to(shard, actor, there)) {
        myc__move_give_slot_back(shard, there);
        say_no_memory(shard, actor);
    }
}

/* A move of one that lives elsewhere: goes after it. Takes `move`. */
static void send_on(myc__shard *shard, myc__actor *cell, myc__move *move)
{
    const myc__stand_in *self = myc__stand_in_of(cell);
    bool home = move->worker == shard->index;
    move->there = cell->address;
    move->errand.run = myc__journey_leave;
    bool taken = home || take_slot(shard, move->worker, &move->there) == 0;
    myc_address next = move->there;
    if (taken && myc__control_post(&shard->context, self->there, MYC__CONTROL_ERRAND, move)) {
        myc__stand_in_close(shard, cell, next);
        return;
    }
    if (taken && !home) {
        myc__move_give_slot_back(shard, next);
    }
    say_no_memory(shard, cell);
    myc__move_free(shard, move);
}

/* The last order counts. Takes `move`. */
static void do_then(myc__shard *shard, myc__trip *trip, myc__move *move)
{
    if (trip->then) {
        myc__move_free(shard, trip->then);
    }
    trip->then = move;
}

/* At the slot of A. Takes the move. */
void myc__move_set_out(myc__shard *shard, myc__actor *actor, myc__errand *errand)
{
    myc__move *move = myc__move_of(errand);
    myc__stand_in *away = actor && myc__is_stand_in(actor) ? myc__stand_in_of(actor) : NULL;
    uint32_t worker = away ? myc__address_worker(away->there) : shard->index;
    bool holds = away && away->state == MYC__HOLDS;
    if (holds) {
        away->wanted = move->worker;
    }
    if (actor && !away && myc__actor_is_away(actor) && move->worker != MYC__NO_WORKER) {
        do_then(shard, actor->annex->trip, move); /* it has just come, and not all of it */
    } else if (!actor || holds || move->worker == worker || move->worker == MYC__NO_WORKER) {
        myc__move_free(shard, move);
    } else if (away) {
        send_on(shard, actor, move);
    } else {
        send_away(shard, actor, move);
    }
}

/* At the slot of A: the actor lives where the move says. */
void myc__move_settle(myc__shard *shard, myc__actor *cell, myc__errand *errand)
{
    myc__move *move = myc__move_of(errand);
    if (!cell) {
        myc__move_free(shard, move); /* without memory its end took another way, and was first */
        return;
    }
    myc__stand_in *self = myc__stand_in_of(cell);
    bool stayed = myc_address_equal(move->there, self->there);
    if (stayed && !myc_address_equal(self->next, cell->address)) {
        myc__move_give_slot_back(shard, self->next);
    }
    myc__stand_in_open(shard, cell, move->there);
    move->worker = self->wanted;
    myc__move_set_out(shard, cell, errand);
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
    myc__errand_init(&move->errand, myc__move_set_out);
    move->errand.for_place = true;
    myc__errand_send(ctx, actor, &move->errand);
    return 0;
}

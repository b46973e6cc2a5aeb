/* SPDX-License-Identifier: Apache-2.0 */
#include <mycelium/inspect.h>

#include "actor/instrument.h"
#include "actor/profile.h"
#include "actor/stand_in.h"
#include "system/ask_worker.h"

typedef struct order {
    myc__call call;
    myc_address actor;
    myc_address moved_to; /* the slot it lives in now; life 0: it has not moved */
    uint32_t tag;         /* to read */
    bool on;              /* to switch */
    int error;
    myc__profile_row sum;
} order;

static int apply(myc__shard *shard, myc__actor *actor, bool on)
{
    if (!on) {
        myc__profile_end(shard, actor);
    }
    return !on || myc__profile_begin(shard, actor) ? 0 : MYC_ENOMEM;
}

static void switch_one(myc__shard *shard, myc__call *call)
{
    order *given = (order *)(void *)call;
    myc__actor *actor = myc__actor_find(shard, given->actor);
    if (actor && myc__is_stand_in(actor)) {
        given->moved_to = myc__moved_to(actor);
        given->error = MYC_ETIMEDOUT; /* it is on its way */
    } else {
        given->error = actor ? apply(shard, actor, given->on) : MYC_ENOENT;
    }
}

/* All at once: it is seldom, and an actor that starts meanwhile would be missed. */
static void switch_all(myc__shard *shard, myc__call *call)
{
    order *given = (order *)(void *)call;
    uint32_t used = myc__slot_table_used(&shard->slots);
    shard->instruments &= ~(uint32_t)MYC__INSTRUMENT_PROFILE;
    shard->instruments |= given->on ? MYC__INSTRUMENT_PROFILE : 0;
    for (uint32_t index = 0; index < used; index++) {
        const myc__slot *slot = myc__slot_at(&shard->slots, index);
        if ((myc__load_acquire_u32(&slot->life) & 1) && !myc__is_stand_in(slot->actor)) {
            int error = apply(shard, slot->actor, given->on);
            given->error = given->error ? given->error : error;
        }
    }
}

static void read_one(myc__shard *shard, myc__call *call)
{
    order *given = (order *)(void *)call;
    myc__actor *actor = myc__actor_find(shard, given->actor);
    given->moved_to = actor ? myc__moved_to(actor) : (myc_address){0, 0};
    bool is_there = actor && myc__is_profiled(actor);
    bool is_moving = actor && myc__is_stand_in(actor);
    given->error = is_there ? 0 : is_moving ? MYC_ETIMEDOUT : MYC_ENOENT;
    if (is_there) {
        myc__profile_sum(actor->annex->profile, given->tag, &given->sum);
    }
}

static int send(myc_system *system, uint32_t worker, const order *given, uint64_t timeout_ns,
                order **made)
{
    myc_context *ctx = myc_context_of(system);
    order *copy = ctx ? myc__memory_new_internal(&ctx->memory, sizeof *copy) : NULL;
    if (!copy) {
        return MYC_ENOMEM;
    }
    *copy = *given;
    int error = myc__ask_worker(system, system->fabric.shards[worker], &copy->call,
                                myc__ask_worker_deadline(timeout_ns));
    *made = error ? NULL : copy;
    return error == MYC_ESTOPPING ? MYC_ENOENT : error;
}

/* Gives `*made` with the order obeyed: leave it. It goes after an actor that has moved. */
static int obeyed(myc_system *system, uint32_t worker, const order *given, uint64_t timeout_ns,
                  order **made)
{
    int error = send(system, worker, given, timeout_ns, made);
    if (error || !(*made)->moved_to.life) {
        return error;
    }
    order after = *given;
    after.actor = (*made)->moved_to;
    myc__call_leave(myc_context_of(system), &(*made)->call);
    return send(system, myc__address_worker(after.actor), &after, timeout_ns, made);
}

static int obey(myc_system *system, uint32_t worker, const order *given, uint64_t timeout_ns)
{
    order *made;
    int error = obeyed(system, worker, given, timeout_ns, &made);
    if (!error) {
        error = made->error;
        myc__call_leave(myc_context_of(system), &made->call);
    }
    return error;
}

static int fault_of(const myc_system *system, myc_address actor)
{
    if (myc__in_a_handler(system)) {
        return MYC_ETHREAD;
    }
    return myc__is_placed(&system->fabric, actor) ? 0 : MYC_ENOENT;
}

int myc_system_profile(myc_system *system, myc_address actor, bool on, uint64_t timeout_ns)
{
    int error = fault_of(system, actor);
    order given = {.call.run = switch_one, .actor = actor, .on = on};
    return error ? error : obey(system, myc__address_worker(actor), &given, timeout_ns);
}

int myc_system_profile_all(myc_system *system, bool on, uint64_t timeout_ns)
{
    int error = fault_of(system, (myc_address){0, 0});
    order given = {.call.run = switch_all, .on = on};
    for (uint32_t i = 0; error != MYC_ETHREAD && i < system->fabric.shard_count; i++) {
        int answer = obey(system, i, &given, timeout_ns);
        error = error || answer == MYC_ENOENT ? error : answer; /* one without actors has ended */
    }
    return error;
}

static void pour(const order *read, myc_histogram *queueing, myc_histogram *handling)
{
    if (queueing) {
        myc__tally_pour(&read->sum.queueing, queueing);
    }
    if (handling) {
        myc__tally_pour(&read->sum.handling, handling);
    }
}

int myc_system_profile_read(myc_system *system, myc_address actor, uint32_t tag,
                            myc_histogram *queueing, myc_histogram *handling, uint64_t timeout_ns)
{
    int error = fault_of(system, actor);
    order given = {.call.run = read_one, .actor = actor, .tag = tag};
    order *read = NULL;
    error = error ? error : obeyed(system, myc__address_worker(actor), &given, timeout_ns, &read);
    if (error) {
        return error;
    }
    error = read->error;
    if (!error) {
        pour(read, queueing, handling);
    }
    myc__call_leave(myc_context_of(system), &read->call);
    return error;
}

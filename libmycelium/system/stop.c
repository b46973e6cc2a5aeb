/* SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>

#include "actor/stand_in.h"
#include "base/back_off.h"
#include "service/helpers.h"
#include "system/system.h"

static bool is_stage_done(const myc__shard *shard)
{
    return myc__load_acquire_u32(&shard->stage_done) == myc__load_relaxed_u32(&shard->stage);
}

static bool stage_done_everywhere(const myc_system *system)
{
    bool done = true;
    for (uint32_t i = 0; i < system->fabric.shard_count; i++) {
        done = done && is_stage_done(system->fabric.shards[i]);
    }
    return done;
}

static bool enter_stage(myc_system *system, myc__stage stage, uint64_t deadline_ns)
{
    for (uint32_t i = 0; i < system->fabric.shard_count; i++) {
        myc__shard *shard = system->fabric.shards[i];
        if (myc__load_relaxed_u32(&shard->stage) < (uint32_t)stage) {
            myc__store_release_u32(&shard->stage, stage);
            myc__parking_notify(&shard->parking);
        }
    }
    return myc__wait_until(system, stage_done_everywhere, deadline_ns);
}

static bool drain(myc_system *system, uint64_t deadline_ns)
{
    return enter_stage(system, MYC__STAGE_CLOSE_SOURCES, deadline_ns) &&
           myc__wait_until(system, myc__is_quiescent, deadline_ns);
}

static bool pools_are_idle(const myc_system *system)
{
    return myc__pools_are_idle((myc__fabric *)(uintptr_t)&system->fabric);
}

static bool stop_actors(myc_system *system, uint64_t deadline_ns)
{
    myc__pools_cancel(&system->fabric);
    return enter_stage(system, MYC__STAGE_STOP_ACTORS, deadline_ns) &&
           myc__wait_until(system, pools_are_idle, deadline_ns);
}

/* A second call goes on where the first ran out of time: stages are never left backwards. */
int myc__stages(myc_system *system, bool discard, uint64_t deadline_ns)
{
    myc__store_release_u32(&system->fabric.stopping, 1);
    if ((!discard && !drain(system, deadline_ns)) || !stop_actors(system, deadline_ns) ||
        !enter_stage(system, MYC__STAGE_EXIT, deadline_ns)) {
        return MYC_ETIMEDOUT;
    }
    myc__threads_join(system);
    system->stopped = true;
    return 0;
}

typedef struct lister {
    myc_stop_report *report;
    uint32_t worker;
} lister;

/* Reads what is constant in an actor. */
static void list_straggler(void *user, uint32_t index, const myc__slot *slot)
{
    (void)index;
    const lister *self = user;
    myc_stop_report *report = self->report;
    if (myc__is_stand_in(slot->actor)) {
        return; /* it is listed where it lives */
    }
    if (report->stragglers && report->count < report->capacity) {
        myc_straggler *straggler = &report->stragglers[report->count];
        straggler->address = slot->actor->address;
        straggler->worker = self->worker;
        snprintf(straggler->name, sizeof straggler->name, "%s", myc__actor_name(slot->actor));
    }
    report->count++;
}

/* Those of workers that are behind; or, when the drain took too long, all that are left. */
static void list_stragglers(myc_system *system, myc_stop_report *report)
{
    report->count = 0;
    bool some_behind = !stage_done_everywhere(system);
    for (uint32_t i = 0; i < system->fabric.shard_count; i++) {
        if (some_behind && is_stage_done(system->fabric.shards[i])) {
            continue;
        }
        lister self = {report, i};
        myc__slot_each_alive(&system->fabric.shards[i]->slots, list_straggler, &self);
    }
}

/* By tries: ThreadSanitizer does not know pthread_mutex_clocklock(), and timedlock() follows a
 * clock that can be set. */
static bool lock_until(pthread_mutex_t *lock, uint64_t deadline_ns)
{
    for (uint32_t tries = 0; pthread_mutex_trylock(lock) != 0; tries++) {
        if (myc__kernel_now_ns() >= deadline_ns) {
            return false;
        }
        myc__back_off(tries);
    }
    return true;
}

int myc_system_stop(myc_system *system, const myc_stop_options *given, myc_stop_report *report)
{
    myc_stop_options options = given ? *given : (myc_stop_options){0};
    if (options.timeout_ns == 0) {
        options.timeout_ns = MYC__STOP_TIMEOUT_NS_DEFAULT;
    }
    if (myc__in_a_handler(system)) {
        return MYC_ETHREAD;
    }
    uint64_t deadline_ns = myc__deadline_after(options.timeout_ns);
    if (!lock_until(&system->stop_lock, deadline_ns)) {
        return MYC_ETIMEDOUT; /* another thread is stopping it */
    }
    int error = system->stopped ? 0 : myc__stages(system, options.discard, deadline_ns);
    if (report) {
        list_stragglers(system, report);
    }
    pthread_mutex_unlock(&system->stop_lock);
    return error;
}

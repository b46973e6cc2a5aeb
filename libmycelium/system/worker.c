/* SPDX-License-Identifier: Apache-2.0 */
#include <sched.h>
#include <stdio.h>

#include "actor/dedicated.h"
#include "actor/deliver.h"
#include "actor/pause.h"
#include "actor/stop.h"
#include "actor/turn.h"
#include "shard/flight.h"
#include "system/system.h"

enum {
    RETRY_NS = 1000000, /* how soon an order that found a full lane is tried again */
    LOOK_NS = 1000000,  /* how often a clock that is not the kernel's is looked at for a deadline */
};

static myc__stage stage_of(const myc__shard *shard)
{
    return (myc__stage)myc__load_acquire_u32(&shard->stage);
}

static void acknowledge(myc__shard *shard, myc__stage stage)
{
    myc__store_release_u32(&shard->stage_done, stage);
}

/* Those that write go on until their owners have handled their last messages. */
static void close_sources(myc__shard *shard)
{
    myc__io_drain_sources(shard->io);
    if (myc__load_relaxed_u32(&shard->open_sources) == 0) {
        acknowledge(shard, MYC__STAGE_CLOSE_SOURCES);
    }
}

/* Actors spawned in the last moment are found when those told to stop are gone; looking at all
 * slots in every pass would take ever so long with a million of them. */
static void stop_actors(myc__shard *shard, myc__stage stage)
{
    if (shard->stop_begun && shard->run_first) {
        return;
    }
    shard->stop_begun = true;
    myc__io_drain_sources(shard->io); /* a stop that discards comes here at once */
    if (myc__actors_stop_all(shard) == 0) {
        myc__io_close_sources(shard->io);
        if (myc__io_source_count(shard->io) == 0) {
            myc__io_free_buffers(shard->io);
            acknowledge(shard, stage);
        }
    }
}

static void follow_stage(myc__shard *shard)
{
    myc__stage stage = stage_of(shard);
    if (MYC__LIKELY(stage == (myc__stage)shard->stage_done)) {
        return;
    }
    switch (stage) {
    case MYC__STAGE_CLOSE_SOURCES: close_sources(shard); break;
    case MYC__STAGE_STOP_ACTORS:
    case MYC__STAGE_EXIT: /* again: a spawn may have been under way */
        stop_actors(shard, stage);
        break;
    case MYC__STAGE_RUN: break;
    }
}

static uint32_t fire_timers(myc__shard *shard)
{
    return myc__wheel_advance(&shard->wheel, myc__shard_now_ns(shard), shard, MYC__TIMERS_PER_PASS);
}

/* Each caller has a copy of its own: a worker's does not ask for a pace. */
__attribute__((always_inline)) static inline uint32_t pass(myc__shard *shard, const myc__pace *pace,
                                                           uint32_t *handled)
{
    myc__store_relaxed_u64(&shard->passes, shard->passes + 1);
    follow_stage(shard);
    *handled = 0;
    shard->looked_ns = 0;
    uint32_t done = MYC__UNLIKELY(shard->wheel.armed != 0) ? fire_timers(shard) : 0;
    done += pace ? myc__receive_paced(shard, pace, handled) : myc__receive(shard, handled);
    if (MYC__UNLIKELY(shard->awaits_lanes)) {
        myc__grant_lanes(shard);
    }
    done += pace ? myc__run_turns_paced(shard, pace, handled) : myc__run_turns(shard, handled);
    done += myc__io_poll(shard->io);
    myc__settle(&shard->context.memory);
    myc__memory_flush(&shard->context.memory);
    if (MYC__UNLIKELY(shard->context.blocked != NULL)) {
        myc__context_retry(&shard->context);
    }
    return done;
}

uint32_t myc__worker_pass(myc__shard *shard, uint32_t *handled)
{
    return pass(shard, NULL, handled);
}

uint32_t myc__worker_pass_here(myc__shard *shard, const myc__pace *pace, uint32_t *handled)
{
    myc__check_tell(shard->flight ? myc__flight_dump_last : NULL, shard);
    uint32_t done = pass(shard, pace, handled);
    myc__check_tell(NULL, NULL);
    return done;
}

bool myc__worker_has_work(myc__shard *shard)
{
    bool stage_open = stage_of(shard) != (myc__stage)shard->stage_done;
    return stage_open || shard->run_first || myc__inbox_pending(shard) ||
           myc__tidy_is_called(shard);
}

/* Of two times, -1 being never. */
static int64_t sooner(int64_t a_ns, int64_t b_ns)
{
    return (uint64_t)a_ns < (uint64_t)b_ns ? a_ns : b_ns;
}

static void note(myc__shard *shard, myc_event_kind kind)
{
    if (MYC__UNLIKELY(shard->flight != NULL)) {
        myc__flight_note(shard->flight, &(myc__flight_event){.kind = kind});
    }
}

static void park(myc__shard *shard, int64_t timeout_ns)
{
    bool told = !shard->awaits_lanes || myc__ask_for_lanes(shard);
    myc__io_announce_wait(shard->io);
    if (!myc__worker_has_work(shard)) {
        bool tries_again = shard->context.blocked || !told;
        note(shard, MYC_EVENT_PARKED);
        myc__io_wait(shard->io, tries_again ? sooner(RETRY_NS, timeout_ns) : timeout_ns);
        note(shard, MYC_EVENT_WOKEN);
    }
    myc__parking_leave(&shard->parking);
}

typedef struct idleness {
    uint32_t passes; /* without work, in a row */
    uint64_t since_ns;
} idleness;

enum { PASSES_PER_LOOK = 1024 }; /* a worker that only spins looks at the clock so often */

/* A dedicated worker waits for little, and its processor may be needed by one that spins. */
static myc_idle idle_mode(const myc__shard *shard)
{
    const myc_system *system = myc__system_of(shard);
    return myc__is_dedicated(&system->fabric, shard->index) ? MYC_IDLE_PARK : system->idle;
}

static bool may_skip_clock(const myc__shard *shard, const idleness *idle)
{
    return idle_mode(shard) == MYC_IDLE_SPIN && idle->passes % PASSES_PER_LOOK != 0 &&
           !myc__tidy_is_under_way(shard);
}

static bool may_park(const myc__shard *shard, const idleness *idle, uint64_t now_ns)
{
    myc_idle mode = idle_mode(shard);
    return mode == MYC_IDLE_PARK || (mode == MYC_IDLE_SPIN_PARK &&
                                     now_ns - idle->since_ns >= myc__system_of(shard)->spin_ns);
}

/* How long the kernel's clock may run until a deadline has to be looked for; -1: there is none. The
 * system's own clock may run at any pace. */
static int64_t until_deadline(myc__shard *shard)
{
    if (shard->wheel.armed == 0) {
        return -1;
    }
    const myc__clock *clock = &shard->context.fabric->clock;
    uint64_t due_ns = myc__wheel_next_ns(&shard->wheel);
    uint64_t now_ns = myc__clock_now_ns(clock);
    uint64_t left_ns = due_ns > now_ns ? due_ns - now_ns : 0;
    uint64_t most_ns = myc__clock_is_kernels(clock) ? INT64_MAX : LOOK_NS;
    return (int64_t)(left_ns < most_ns ? left_ns : most_ns);
}

/* Returns when the worker should look for work again. */
static void rest(myc__shard *shard, idleness *idle)
{
    const myc_system *system = myc__system_of(shard);
    shard->tidying.worked |= idle->passes++ == 0;
    if (system->crowded) {
        sched_yield();
    } else if (idle_mode(shard) != MYC_IDLE_PARK) {
        myc__pause();
    }
    if (may_skip_clock(shard, idle)) {
        return;
    }
    uint64_t now_ns = myc__kernel_now_ns();
    int64_t tidy_ns = myc__tidy(shard, now_ns);
    idle->since_ns = idle->since_ns ? idle->since_ns : now_ns;
    if (tidy_ns != 0 && may_park(shard, idle, now_ns)) {
        int64_t rest_ns = sooner(tidy_ns, until_deadline(shard));
        if (rest_ns != 0) {
            park(shard, rest_ns);
        }
    }
}

static void name_thread(const myc_system *system, const myc__shard *shard)
{
    char name[16];
    bool dedicated = myc__is_dedicated(&system->fabric, shard->index);
    snprintf(name, sizeof name, "%s-%s%u", system->name, dedicated ? "d" : "",
             shard->index - (dedicated ? system->fabric.worker_count : 0));
    pthread_setname_np(pthread_self(), name);
}

static void pin(const myc_system *system, const myc__shard *shard)
{
    if (system->cpus && !myc__is_dedicated(&system->fabric, shard->index)) {
        cpu_set_t set;
        CPU_ZERO(&set);
        CPU_SET(system->cpus[shard->index % system->cpu_count], &set);
        if (pthread_setaffinity_np(pthread_self(), sizeof set, &set) != 0) {
            myc__log_line(&system->fabric.log, MYC_LOG_WARNING,
                          "worker %u is not pinned: processor %u is not to be had", shard->index,
                          system->cpus[shard->index % system->cpu_count]);
        }
    }
}

static void work(myc__shard *shard)
{
    idleness idle = {0};
    for (;;) {
        uint32_t handled;
        uint32_t done = myc__worker_pass(shard, &handled);
        if (MYC__UNLIKELY(shard->stage_done == MYC__STAGE_EXIT)) {
            return;
        }
        if (done) {
            idle = (idleness){0};
        } else {
            rest(shard, &idle);
        }
    }
}

void *myc__worker_main(void *argument)
{
    myc__shard *shard = argument;
    myc_system *system = myc__system_of(shard);
    name_thread(system, shard);
    pin(system, shard);
    pthread_setspecific(system->foreign_key, &shard->context);
    if (system->fabric.thread_start) {
        system->fabric.thread_start(system->fabric.thread_start_user, shard->index);
    }
    myc__check_tell(shard->flight ? myc__flight_dump_last : NULL, shard);
    work(shard);
    myc__check_tell(NULL, NULL);
    pthread_setspecific(system->foreign_key, NULL);
    return NULL;
}

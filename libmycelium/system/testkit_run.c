/* SPDX-License-Identifier: Apache-2.0 */
#include "base/random.h"
#include "service/helpers.h"
#include "system/testkit.h"

/*
 * When can nothing move any more? When every worker has had a pass without work since the last one
 * that found some, and none has work waiting: a pass may overlook a lane by the draw. Actors that
 * ask for their message again and again always have work; if that is all, no message ends in the
 * passes of many rounds.
 */
enum { ROUNDS_WITHOUT_END = 64 };

struct progress {
    uint64_t ends;      /* of messages and orders, when it was last looked at */
    uint64_t fruitless; /* passes since then */
    uint64_t idle;      /* bit k: worker k found nothing since any found something */
};

uint32_t myc_testkit_random(myc_testkit *kit, uint32_t bound)
{
    return bound ? (uint32_t)((myc__random_next(&kit->random) >> 32) * bound >> 32) : 0;
}

static void note(myc_testkit *kit, uint64_t what)
{
    kit->hash = (kit->hash ^ what) * UINT64_C(0x9e3779b97f4a7c15);
    kit->hash ^= kit->hash >> 29;
}

static uint32_t below(void *user, uint32_t bound)
{
    return myc_testkit_random(user, bound);
}

static void turned(void *user, myc_address actor, uint32_t handled)
{
    note(user, (uint64_t)actor.life << 32 | actor.slot);
    note(user, handled);
}

static uint32_t workers_of(const myc_testkit *kit)
{
    return kit->system->fabric.shard_count;
}

static bool is_stalled(const myc_testkit *kit, uint32_t worker)
{
    return kit->stalled_until_ns[worker] > kit->now_ns;
}

static uint32_t pass(myc_testkit *kit, uint32_t worker, uint32_t *handled)
{
    myc__shard *shard = kit->system->fabric.shards[worker];
    uint32_t done = myc__worker_pass_here(shard, &kit->pace, handled);
    if (done) {
        shard->tidying.worked = true;
    } else {
        (void)myc__tidy(shard, kit->now_ns);
    }
    kit->passes++;
    note(kit, worker);
    note(kit, (uint64_t)done << 32 | *handled);
    return done;
}

/* UINT32_MAX when all are stalled. */
static uint32_t choose(myc_testkit *kit)
{
    uint32_t able = 0;
    for (uint32_t worker = 0; worker < workers_of(kit); worker++) {
        able += !is_stalled(kit, worker);
    }
    uint32_t chosen = myc_testkit_random(kit, able);
    for (uint32_t worker = 0; worker < workers_of(kit); worker++) {
        if (!is_stalled(kit, worker) && chosen-- == 0) {
            return worker;
        }
    }
    return UINT32_MAX;
}

static bool has_work_for_pools(const myc_testkit *kit)
{
    return kit->system->fabric.pools && !myc__pools_are_idle(&kit->system->fabric);
}

/* The helper threads of a pool: one is as likely to be ahead of a worker as behind it. */
static void help(myc_testkit *kit, struct progress *progress)
{
    if (has_work_for_pools(kit) && myc_testkit_random(kit, 2) &&
        myc__pools_run(&kit->system->fabric)) {
        progress->idle = 0;
    }
}

static bool can_move(const myc_testkit *kit, const struct progress *progress)
{
    if (has_work_for_pools(kit)) {
        return true; /* it will be done */
    }
    for (uint32_t worker = 0; worker < workers_of(kit); worker++) {
        if (!is_stalled(kit, worker) &&
            (!(progress->idle >> worker & 1) ||
             myc__worker_has_work(kit->system->fabric.shards[worker]))) {
            return progress->fruitless < (uint64_t)ROUNDS_WITHOUT_END * workers_of(kit);
        }
    }
    return false;
}

static uint32_t step(myc_testkit *kit, struct progress *progress)
{
    uint32_t handled = 0;
    help(kit, progress);
    uint32_t worker = choose(kit);
    if (worker == UINT32_MAX) {
        return 0;
    }
    bool idle = pass(kit, worker, &handled) == 0;
    progress->idle = idle ? progress->idle | UINT64_C(1) << worker : 0;
    uint64_t ends = myc__sum_ends(kit->system);
    progress->fruitless = ends == progress->ends ? progress->fruitless + 1 : 0;
    progress->ends = ends;
    return handled;
}

int64_t myc__kit_run_until(myc_testkit *kit, bool (*stop)(const void *), const void *what)
{
    if (myc__in_a_handler(kit->system)) {
        return MYC_ETHREAD;
    }
    struct progress progress = {0};
    int64_t handled = 0;
    for (uint64_t passes = 0; can_move(kit, &progress) && !(stop && stop(what)); passes++) {
        if (passes == kit->passes_max) {
            return MYC_ETIMEDOUT;
        }
        handled += step(kit, &progress);
    }
    myc__memory_flush(&kit->ctx->memory);
    return handled;
}

int64_t myc_testkit_run(myc_testkit *kit)
{
    return myc__kit_run_until(kit, NULL, NULL);
}

uint64_t myc__kit_after(const myc_testkit *kit, uint64_t ns)
{
    return ns > UINT64_MAX - kit->now_ns ? UINT64_MAX : kit->now_ns + ns;
}

/* When a worker has to be looked at again: the wheel may say so too early, and then says more. */
static uint64_t deadline_of(const myc_testkit *kit, uint32_t worker)
{
    return is_stalled(kit, worker) ? kit->stalled_until_ns[worker]
                                   : myc__wheel_next_ns(&kit->system->fabric.shards[worker]->wheel);
}

static uint64_t next_deadline(const myc_testkit *kit)
{
    uint64_t next_ns = UINT64_MAX;
    for (uint32_t worker = 0; worker < workers_of(kit); worker++) {
        uint64_t due_ns = deadline_of(kit, worker);
        next_ns = due_ns < next_ns ? due_ns : next_ns;
    }
    return next_ns > kit->now_ns ? next_ns : kit->now_ns + 1;
}

/* The workers' last looks at the clock are over. */
static void set_clock(myc_testkit *kit, uint64_t now_ns)
{
    kit->now_ns = now_ns;
    for (uint32_t worker = 0; worker < workers_of(kit); worker++) {
        kit->system->fabric.shards[worker]->looked_ns = 0;
    }
    note(kit, now_ns);
}

bool myc__kit_jump(myc_testkit *kit, uint64_t limit_ns)
{
    uint64_t next_ns = next_deadline(kit);
    if (kit->now_ns >= limit_ns || (next_ns == UINT64_MAX && limit_ns == UINT64_MAX)) {
        return false;
    }
    set_clock(kit, next_ns < limit_ns ? next_ns : limit_ns);
    return true;
}

int64_t myc_testkit_advance(myc_testkit *kit, uint64_t ns)
{
    uint64_t limit_ns = myc__kit_after(kit, ns);
    int64_t all = 0;
    int64_t handled;
    do {
        handled = myc_testkit_run(kit);
        all += handled;
    } while (handled >= 0 && myc__kit_jump(kit, limit_ns));
    return handled < 0 ? handled : all;
}

/* A round: as many passes as there are workers. */
static int64_t run_round(myc_testkit *kit)
{
    struct progress progress = {0};
    int64_t handled = 0;
    for (uint32_t i = 0; i < workers_of(kit); i++) {
        handled += step(kit, &progress);
    }
    return handled;
}

/* For whoever drives the system by other means. Who waits looks again between a run and a jump. */
static int64_t drive(void *user, uint64_t until_ns)
{
    myc_testkit *kit = user;
    if (until_ns == 0) {
        return run_round(kit);
    }
    uint64_t ends = myc__sum_ends(kit->system);
    int64_t handled = myc_testkit_run(kit);
    if (ends == myc__sum_ends(kit->system)) {
        (void)myc__kit_jump(kit, until_ns);
    }
    return handled;
}

void myc__kit_schedule(myc_testkit *kit)
{
    kit->pace = (myc__pace){below, turned, kit};
    kit->system->drive = drive;
    kit->system->drive_user = kit;
}

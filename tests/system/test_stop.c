/* SPDX-License-Identifier: Apache-2.0 */
#include "system/frame.h"

static const myc_stop_options DISCARD = {.discard = true, .timeout_ns = LONG_NS};
static const myc_stop_options SHORT = {.timeout_ns = SECOND_NS / 50};
static const myc_stop_options SHORT_DISCARD = {true, SECOND_NS / 50};

/* An actor in a handler that does not return before it may. */
typedef struct stuck {
    sem_t entered, leave;
    journal log;
    desk_ref ref;
} stuck;

static void stick(office *at, stuck *in, uint32_t worker)
{
    *in = (stuck){0};
    sem_init(&in->entered, 0, 0);
    sem_init(&in->leave, 0, 0);
    myc_spawn_options options = {
        .name = "the-slow-one", .place = MYC_PLACE_ON_WORKER, .worker = worker};
    cr_assert_eq(0, clerk_spawn(at->ctx, &(struct clerk){&in->log}, &options, &in->ref));
    send_gate(at->ctx, in->ref, &in->entered, &in->leave);
    wait_semaphore(&in->entered);
}

Test(stop, drains_by_default)
{
    office at;
    stuck in;
    office_open(&at, (myc_system_options){.workers = 2});
    stick(&at, &in, 0);
    journal log = {0};
    desk_ref ref = hire(&at, &log, 1);
    for (uint64_t i = 1; i <= 500; i++) {
        cr_assert_eq(MYC_SENT, send_note(at.ctx, in.ref, i));
        cr_assert_eq(MYC_SENT, send_note(at.ctx, ref, i));
    }
    sem_post(&in.leave);
    cr_expect_eq(0, myc_system_stop(at.system, NULL, NULL));
    cr_expect_eq(500, atomic_load(&in.log.notes));
    cr_expect_eq(500, atomic_load(&log.notes));
    cr_expect_eq(1, atomic_load(&log.stopped));
    cr_expect_eq(MYC_EXIT_SYSTEM, log.why.reason);
    myc_counts counts;
    myc_system_counts(at.system, &counts);
    cr_expect_eq(0, counts.dead);
    cr_expect_eq(0, counts.actors);
    office_close(&at);
    NO_LEAKS();
}

Test(stop, discards_what_is_queued_when_told_to)
{
    office at;
    office_open(&at, (myc_system_options){.workers = 2, .caller_driven = true});
    journal log = {0};
    desk_ref ref = hire(&at, &log, 1);
    cr_expect_eq(MYC_SENT, desk_send_hold(at.ctx, ref, hold_new(at.ctx)));
    for (uint64_t i = 1; i <= 10; i++) {
        cr_expect_eq(MYC_SENT, send_note(at.ctx, ref, i));
    }
    cr_expect_eq(0,
                 myc_system_run_once(at.system)); /* the message that is held keeps the rest back */
    cr_expect_eq(0, myc_system_stop(at.system, &DISCARD, NULL));
    cr_expect_eq(0, atomic_load(&log.notes));
    cr_expect_eq(11, atomic_load(&at.letters[MYC_DEAD_DISCARDED]));
    cr_expect_eq(1, atomic_load(&log.stopped));
    office_close(&at);
    NO_LEAKS();
}

Test(stop, names_who_is_stuck_and_goes_on_when_called_again)
{
    office at;
    stuck in;
    office_open(&at, (myc_system_options){.workers = 2});
    stick(&at, &in, 1);
    myc_straggler stragglers[4] = {0};
    myc_stop_report report = {stragglers, 4, 99};
    cr_expect_eq(MYC_ETIMEDOUT, myc_system_stop(at.system, &SHORT, &report));
    cr_expect_eq(1, report.count);
    cr_expect_str_eq("the-slow-one", stragglers[0].name);
    cr_expect_eq(1, stragglers[0].worker);
    cr_expect(myc_address_equal(in.ref.address, stragglers[0].address));
    sem_post(&in.leave);
    cr_expect_eq(0, myc_system_stop(at.system, NULL, &report));
    cr_expect_eq(0, report.count);
    cr_expect_eq(1, atomic_load(&in.log.stopped));
    office_close(&at);
    NO_LEAKS();
}

Test(stop, names_only_those_whose_worker_is_stuck)
{
    office at;
    stuck in;
    office_open(&at, (myc_system_options){.workers = 2});
    stick(&at, &in, 1);
    journal log = {0};
    hire(&at, &log, 0);
    hire(&at, &log, 0);
    cr_assert(await_count(&log.started, 2));
    myc_straggler stragglers[4] = {0};
    myc_stop_report report = {stragglers, 4, 0};
    cr_expect_eq(MYC_ETIMEDOUT, myc_system_stop(at.system, &SHORT_DISCARD, &report));
    cr_expect_eq(1, report.count, "actors of a worker that is not stuck are listed");
    sem_post(&in.leave);
    office_close(&at);
    cr_expect_eq(2, atomic_load(&log.stopped));
    NO_LEAKS();
}

Test(stop, counts_stragglers_it_has_no_room_for)
{
    office at;
    stuck in;
    office_open(&at, (myc_system_options){.workers = 1});
    journal log = {0};
    hire(&at, &log, 0);
    stick(&at, &in, 0);
    myc_straggler one = {0};
    myc_stop_report report = {&one, 1, 0};
    cr_expect_eq(MYC_ETIMEDOUT, myc_system_stop(at.system, &SHORT, &report));
    cr_expect_eq(2, report.count);
    report = (myc_stop_report){NULL, 0, 0};
    cr_expect_eq(MYC_ETIMEDOUT, myc_system_stop(at.system, &SHORT, &report));
    cr_expect_eq(2, report.count);
    sem_post(&in.leave);
    office_close(&at);
    NO_LEAKS();
}

Test(stop, may_change_its_mind_from_drain_to_discard)
{
    office at;
    office_open(&at, (myc_system_options){.workers = 1});
    journal log = {0};
    desk_ref ref = hire(&at, &log, 0);
    cr_expect_eq(MYC_SENT, desk_send_hold(at.ctx, ref, hold_new(at.ctx)));
    cr_expect_eq(MYC_ETIMEDOUT, myc_system_stop(at.system, &SHORT, NULL));
    cr_expect_eq(0, myc_system_stop(at.system, &DISCARD, NULL));
    cr_expect_eq(1, atomic_load(&at.letters[MYC_DEAD_DISCARDED]));
    office_close(&at);
    NO_LEAKS();
}

Test(stop, may_be_called_again)
{
    office at;
    office_open(&at, (myc_system_options){.workers = 2});
    cr_expect_eq(0, myc_system_stop(at.system, NULL, NULL));
    cr_expect_eq(0, myc_system_stop(at.system, NULL, NULL));
    cr_expect_eq(0, myc_system_stop(at.system, &DISCARD, NULL));
    office_close(&at);
    NO_LEAKS();
}

typedef struct goodbyes {
    atomic_uint begun;
    atomic_uint on_own_worker;
    sem_t leave; /* the first one waits for it */
} goodbyes;

static void say_goodbye(myc_context *ctx, void *user)
{
    goodbyes *all = user;
    if (atomic_fetch_add(&all->begun, 1) == 0) {
        wait_semaphore(&all->leave);
    }
    bool own = myc_context_of(myc_context_system(ctx)) == ctx;
    atomic_fetch_add(&all->on_own_worker, own);
}

/* More actors than a worker runs in one pass, and one of them takes its time. */
Test(stop, lets_every_actor_say_goodbye_on_its_own_worker)
{
    enum { ACTORS = 1000 };
    office at;
    goodbyes all = {0};
    sem_init(&all.leave, 0, 0);
    office_open(&at, (myc_system_options){.workers = 2});
    journal log = {.on_stop = say_goodbye, .user = &all};
    for (uint32_t i = 0; i < ACTORS; i++) {
        hire(&at, &log, i % 2);
    }
    expect_quiet(&at);
    cr_expect_eq(MYC_ETIMEDOUT, myc_system_stop(at.system, &SHORT, NULL));
    sem_post(&all.leave);
    cr_expect_eq(0, myc_system_stop(at.system, NULL, NULL));
    cr_expect_eq(ACTORS, atomic_load(&log.started));
    cr_expect_eq(ACTORS, atomic_load(&log.stopped));
    cr_expect_eq(ACTORS, atomic_load(&all.on_own_worker));
    myc_counts counts;
    myc_system_counts(at.system, &counts);
    cr_expect_eq(0, counts.actors);
    office_close(&at);
    NO_LEAKS();
}

/* ---- from where ---- */

static void stop_inside(myc_context *ctx, const note *got, void *user)
{
    (void)got;
    *(int *)user = myc_system_stop(myc_context_system(ctx), NULL, NULL);
}

static void stop_in_goodbye(myc_context *ctx, void *user)
{
    stop_inside(ctx, NULL, user);
}

static void expect_refused_inside(bool caller_driven)
{
    office at;
    office_open(&at, (myc_system_options){.workers = 1, .caller_driven = caller_driven});
    int in_handler = 0, in_goodbye = 0;
    journal first = {.on_note = stop_inside, .user = &in_handler};
    journal second = {.on_stop = stop_in_goodbye, .user = &in_goodbye};
    cr_expect_eq(MYC_SENT, send_note(at.ctx, hire(&at, &first, 0), 1));
    hire(&at, &second, 0);
    expect_quiet(&at);
    cr_expect_eq(0, myc_system_stop(at.system, NULL, NULL));
    cr_expect_eq(MYC_ETHREAD, in_handler);
    cr_expect_eq(MYC_ETHREAD, in_goodbye);
    office_close(&at);
}

Test(stop, is_refused_in_a_handler)
{
    expect_refused_inside(false);
    expect_refused_inside(true);
    NO_LEAKS();
}

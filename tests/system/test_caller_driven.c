/* SPDX-License-Identifier: Apache-2.0 */
#include "system/frame.h"

typedef struct virtual_clock {
    uint64_t now_ns;
    uint64_t wall_ns;
} virtual_clock;

static uint64_t virtual_now(void *user)
{
    return ((virtual_clock *)user)->now_ns;
}

static uint64_t virtual_wall(void *user)
{
    return ((virtual_clock *)user)->wall_ns;
}

static void open_driven(office *at, uint32_t workers)
{
    office_open(at, (myc_system_options){.workers = workers, .caller_driven = true});
}

Test(caller_driven, handles_only_when_it_is_driven)
{
    office at;
    open_driven(&at, 2);
    journal first = {0}, second = {0};
    desk_ref refs[] = {hire(&at, &first, 0), hire(&at, &second, 1)};
    cr_expect_eq(MYC_SENT, send_note(at.ctx, refs[0], 1));
    cr_expect_eq(MYC_SENT, send_note(at.ctx, refs[1], 1));
    cr_expect_eq(0, atomic_load(&first.notes));
    cr_expect_eq(2, myc_system_run_once(at.system));
    cr_expect_eq(1, atomic_load(&first.notes));
    cr_expect_eq(1, atomic_load(&second.notes));
    cr_expect_eq(0, myc_system_run_once(at.system));
    office_close(&at);
    NO_LEAKS();
}

static void read_clock(myc_context *ctx, const note *got, void *user)
{
    (void)got;
    *(virtual_clock *)user = (virtual_clock){myc_now_ns(ctx), myc_wall_ns(ctx)};
}

Test(caller_driven, shows_handlers_the_clock_it_was_given)
{
    office at;
    virtual_clock clock = {1000, 5000}, seen = {0, 0};
    office_open(&at, (myc_system_options){.workers = 1,
                                          .caller_driven = true,
                                          .now_ns = virtual_now,
                                          .wall_ns = virtual_wall,
                                          .clock_user = &clock});
    journal kept = {.on_note = read_clock, .user = &seen};
    desk_ref ref = hire(&at, &kept, 0);
    for (uint64_t hour = 0; hour < 3; hour++) {
        clock.now_ns += 3600 * SECOND_NS;
        clock.wall_ns += 3600 * SECOND_NS;
        cr_expect_eq(MYC_SENT, send_note(at.ctx, ref, hour));
        cr_expect_eq(1, myc_system_run_once(at.system));
        cr_expect_eq(clock.now_ns, seen.now_ns);
        cr_expect_eq(clock.wall_ns, seen.wall_ns);
    }
    cr_expect_eq(clock.now_ns, myc_now_ns(at.ctx));
    office_close(&at);
    NO_LEAKS();
}

Test(caller_driven, is_the_only_kind_that_may_be_driven)
{
    office at;
    office_open(&at, (myc_system_options){.workers = 1});
    cr_expect_eq(MYC_EINVAL, myc_system_run_once(at.system));
    office_close(&at);
    NO_LEAKS();
}

Test(caller_driven, gives_its_driver_the_context_of_a_foreign_thread)
{
    office at;
    open_driven(&at, 1);
    cr_expect_eq(UINT32_MAX, myc_worker(at.ctx));
    cr_expect_eq(0, myc_self(at.ctx).life);
    office_close(&at);
    NO_LEAKS();
}

Test(caller_driven, is_driven_by_whoever_awaits_quiescence)
{
    office at;
    open_driven(&at, 2);
    journal kept = {0};
    desk_ref ref = hire(&at, &kept, 1);
    for (uint64_t i = 1; i <= 500; i++) {
        cr_assert_eq(MYC_SENT, send_note(at.ctx, ref, i));
    }
    expect_quiet(&at);
    cr_expect_eq(500, atomic_load(&kept.notes));
    cr_expect_eq(0, atomic_load(&kept.out_of_order));
    office_close(&at);
    NO_LEAKS();
}

typedef struct hundred {
    myc_system *system;
    desk_ref to;
} hundred;

static void *send_hundred(void *argument)
{
    const hundred *job = argument;
    for (uint64_t i = 1; i <= 100; i++) {
        myc_ignore(send_note(myc_context_of(job->system), job->to, i));
    }
    return NULL;
}

Test(caller_driven, takes_what_other_threads_send)
{
    office at;
    open_driven(&at, 1);
    journal kept = {0};
    hundred job = {at.system, hire(&at, &kept, 0)};
    pthread_t thread;
    cr_assert_eq(0, pthread_create(&thread, NULL, send_hundred, &job));
    pthread_join(thread, NULL);
    expect_quiet(&at);
    cr_expect_eq(100, atomic_load(&kept.notes));
    cr_expect_eq(0, atomic_load(&kept.out_of_order));
    office_close(&at);
    NO_LEAKS();
}

static void nest(myc_context *ctx, const note *got, void *user)
{
    (void)got;
    myc_address before = myc_self(ctx);
    int64_t *answers = user;
    answers[0] = myc_system_run_once(myc_context_system(ctx));
    answers[1] = myc_system_stop(myc_context_system(ctx), NULL, NULL);
    answers[2] = myc_address_equal(before, myc_self(ctx));
}

/* Driving from within a handler would run other actors in the middle of this one's turn. */
Test(caller_driven, is_not_driven_from_a_handler)
{
    office at;
    open_driven(&at, 1);
    int64_t answers[3] = {0};
    journal kept = {.on_note = nest, .user = answers};
    cr_expect_eq(MYC_SENT, send_note(at.ctx, hire(&at, &kept, 0), 1));
    cr_expect_eq(1, myc_system_run_once(at.system));
    cr_expect_eq(MYC_ETHREAD, answers[0], "run_once in a handler");
    cr_expect_eq(MYC_ETHREAD, answers[1]);
    cr_expect_eq(1, answers[2], "the handler lost its own address");
    office_close(&at);
    NO_LEAKS();
}

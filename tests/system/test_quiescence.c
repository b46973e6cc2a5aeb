/* SPDX-License-Identifier: Apache-2.0 */
#include "system/frame.h"

Test(quiescence, is_at_once_in_an_empty_system)
{
    office at;
    office_open(&at, (myc_system_options){.workers = 2});
    cr_expect_eq(0, myc_system_await_quiescence(at.system, LONG_NS));
    office_close(&at);
    NO_LEAKS();
}

Test(quiescence, is_never_while_an_actor_holds_a_message)
{
    office at;
    office_open(&at, (myc_system_options){.workers = 2});
    journal log = {0};
    desk_ref ref = hire(&at, &log, 1);
    cr_expect_eq(MYC_SENT, desk_send_hold(at.ctx, ref, hold_new(at.ctx)));
    cr_expect_eq(MYC_ETIMEDOUT, myc_system_await_quiescence(at.system, SECOND_NS / 20));
    myc_stop(at.ctx, ref.address);
    expect_quiet(&at);
    cr_expect_eq(1, atomic_load(&at.letters[MYC_DEAD_LEFT]));
    office_close(&at);
    NO_LEAKS();
}

Test(quiescence, is_not_while_a_handler_runs)
{
    office at;
    sem_t entered, leave;
    sem_init(&entered, 0, 0);
    sem_init(&leave, 0, 0);
    office_open(&at, (myc_system_options){.workers = 1});
    journal log = {0};
    send_gate(at.ctx, hire(&at, &log, 0), &entered, &leave);
    wait_semaphore(&entered);
    cr_expect_eq(MYC_ETIMEDOUT, myc_system_await_quiescence(at.system, SECOND_NS / 50));
    sem_post(&leave);
    expect_quiet(&at);
    office_close(&at);
    NO_LEAKS();
}

/* ---- what runs besides messages: starts and stops ---- */

typedef struct door {
    sem_t entered, leave;
} door;

static void stand_in_door(myc_context *ctx, void *user)
{
    (void)ctx;
    door *at = user;
    sem_post(&at->entered);
    wait_semaphore(&at->leave);
}

static void open_door(door *at)
{
    sem_init(&at->entered, 0, 0);
    sem_init(&at->leave, 0, 0);
}

/* An on_stop may send, so a system in which one runs or is due is not quiet. */
Test(quiescence, is_not_while_an_actor_that_wanted_to_stop_says_goodbye)
{
    office at;
    door way;
    open_door(&way);
    office_open(&at, (myc_system_options){.workers = 1});
    journal log = {.on_stop = stand_in_door, .user = &way};
    desk_ref ref = hire(&at, &log, 0);
    cr_expect_eq(MYC_SENT, desk_send_quit(at.ctx, ref, quit_new(at.ctx)));
    wait_semaphore(&way.entered);
    cr_expect_eq(MYC_ETIMEDOUT, myc_system_await_quiescence(at.system, SECOND_NS / 50));
    sem_post(&way.leave);
    expect_quiet(&at);
    cr_expect_eq(1, atomic_load(&log.stopped));
    cr_expect_eq(MYC_EXIT_DONE, log.why.reason);
    office_close(&at);
    NO_LEAKS();
}

Test(quiescence, comes_after_a_stop_that_was_asked_for)
{
    office at;
    office_open(&at, (myc_system_options){.workers = 2});
    for (uint32_t i = 0; i < 200; i++) {
        journal log = {0};
        desk_ref ref = hire(&at, &log, i % 2);
        myc_stop(at.ctx, ref.address);
        expect_quiet(&at);
        cr_assert_eq(atomic_load(&log.started), atomic_load(&log.stopped), "round %u", i);
        myc_counts counts;
        myc_system_counts(at.system, &counts);
        cr_assert_eq(0, counts.actors, "round %u", i);
    }
    office_close(&at);
    NO_LEAKS();
}

/* ---- counts ---- */

typedef struct relay {
    desk_ref to;
} relay;

static void relay_on(myc_context *ctx, const note *got, void *user)
{
    if (got->value) {
        myc_ignore(send_note(ctx, ((relay *)user)->to, got->value - 1));
    }
}

/* Two actors on two workers that send a note back and forth. */
static void start_exchange(office *at, journal journals[2], relay relays[2], uint64_t hops)
{
    for (uint32_t i = 0; i < 2; i++) {
        journals[i] = (journal){.on_note = relay_on, .user = &relays[i]};
    }
    relays[1].to = hire(at, &journals[0], 0);
    relays[0].to = hire(at, &journals[1], 1);
    for (uint32_t i = 0; i < 16; i++) {
        cr_assert_eq(MYC_SENT, send_note(at->ctx, relays[i % 2].to, hops));
    }
}

Test(counts, add_up_when_all_is_quiet)
{
    office at;
    office_open(&at, (myc_system_options){.workers = 2});
    journal journals[2];
    relay relays[2];
    start_exchange(&at, journals, relays, 99);
    expect_quiet(&at);
    desk_ref nobody = {{12345, 7}};
    cr_expect_eq(MYC_DEAD, send_note(at.ctx, nobody, 1));
    cr_expect_eq(MYC_FULL, desk_send_note(at.ctx, relays[0].to, NULL));
    myc_counts counts;
    myc_system_counts(at.system, &counts);
    cr_expect_eq(16 * 100 + 1, counts.accepted);
    cr_expect_eq(16 * 100, counts.handled);
    cr_expect_eq(1, counts.dead);
    cr_expect_eq(1, counts.dead_by[MYC_DEAD_NO_ACTOR]);
    cr_expect_eq(1, counts.refused);
    cr_expect_eq(0, counts.queued);
    cr_expect_eq(2, counts.actors);
    office_close(&at);
    NO_LEAKS();
}

/* While it runs `queued` is an estimate, but never negative (which would be huge). */
Test(counts, are_plausible_while_it_runs)
{
    office at;
    office_open(&at, (myc_system_options){.workers = 2});
    journal journals[2];
    relay relays[2];
    start_exchange(&at, journals, relays, 10000);
    myc_counts counts, before = {0};
    uint64_t wrong = 0;
    do {
        myc_system_counts(at.system, &counts);
        wrong += counts.queued > counts.accepted;
        wrong += counts.handled < before.handled;
        before = counts;
    } while (counts.handled < 16 * 10001);
    cr_expect_eq(0, wrong);
    expect_quiet(&at);
    office_close(&at);
    NO_LEAKS();
}

static void to_the_dead(myc_context *ctx, const note *got, void *user)
{
    desk_ref dead = *(desk_ref *)user;
    for (uint64_t i = 0; i < 100; i++) {
        myc_ignore(send_note(ctx, dead, i));
    }
    if (got->value) {
        desk_ref self = {myc_self(ctx)};
        myc_ignore(send_note(ctx, self, got->value - 1));
    }
}

static uint64_t sum_of_reasons(const myc_counts *counts)
{
    uint64_t sum = 0;
    for (uint32_t reason = 0; reason < MYC_DEAD_REASONS; reason++) {
        sum += counts->dead_by[reason];
    }
    return sum;
}

Test(counts, of_the_dead_are_the_sum_of_their_reasons_at_any_time)
{
    office at;
    office_open(&at, (myc_system_options){.workers = 1});
    desk_ref nobody = {{0, 0}};
    journal log = {.on_note = to_the_dead, .user = &nobody};
    cr_assert_eq(MYC_SENT, send_note(at.ctx, hire(&at, &log, 0), 20000));
    myc_counts counts;
    uint64_t wrong = 0;
    do {
        myc_system_counts(at.system, &counts);
        wrong += counts.dead != sum_of_reasons(&counts);
    } while (counts.handled < 20001);
    cr_expect_eq(0, wrong);
    office_close(&at);
    NO_LEAKS();
}

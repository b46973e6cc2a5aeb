/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TESTS_ACTOR_TIMER_LAB_H
#define TESTS_ACTOR_TIMER_LAB_H

/*
 * A world with a clock of the test's own and one desk that sets timers: every time is exact.
 *
 *     struct lab *lab = lab_open();
 *     myc_timer timer = lab_set(lab, 500, 7, false);    the desk gets ticket 7 in 500 ns
 *     lab_advance(lab, 500);
 *     lab_close(lab);
 */
#include "actor_support.h"

struct lab {
    struct world *world;
    uint64_t now_ns;
    struct journal journal;
    desk_ref desk;
};

static uint64_t lab_now(void *user)
{
    return ((struct lab *)user)->now_ns;
}

/** `allocator` may be NULL. */
MYC_UNUSED static struct lab *lab_open_on(const myc_allocator *allocator)
{
    struct lab *lab = calloc(1, sizeof *lab);
    cr_assert_not_null(lab);
    lab->world = calloc(1, sizeof *lab->world);
    cr_assert_not_null(lab->world);
    lab->world->workers = 1;
    lab->now_ns = 1000;
    myc_system_options options = world_options(lab->world);
    options.now_ns = lab_now;
    options.clock_user = lab;
    if (allocator)
        options.allocator = *allocator;
    world_start(lab->world, &options);
    lab->desk = world_desk(lab->world, 0, &lab->journal, NULL);
    world_run(lab->world);
    world_mark(lab->world);
    return lab;
}

MYC_UNUSED static struct lab *lab_open(void)
{
    return lab_open_on(NULL);
}

MYC_UNUSED static void lab_close(struct lab *lab)
{
    world_close(lab->world);
    journal_fini(&lab->journal);
    free(lab);
    NO_LEAKS();
}

MYC_UNUSED static void lab_advance(struct lab *lab, uint64_t by_ns)
{
    lab->now_ns += by_ns;
    world_run(lab->world);
}

/* ---- what a desk is told to do ---- */

struct setting {
    uint64_t delay_ns;
    uint32_t number;
    bool is_periodic;
    int expected;
    myc_timer timer;
};

MYC_UNUSED static void set_timer(myc_context *ctx, void *argument)
{
    struct setting *setting = argument;
    ticket_data *ticket = ticket_make(ctx, 0, setting->number);
    int error = setting->is_periodic
                    ? desk_every_ticket(ctx, setting->delay_ns, ticket, &setting->timer)
                    : desk_after_ticket(ctx, setting->delay_ns, ticket, &setting->timer);
    cr_expect_eq(setting->expected, error);
    cr_expect_eq(error == 0, setting->timer.id != 0);
}

struct cancelling {
    myc_timer timer;
    bool expected;
    uint64_t missed;
};

MYC_UNUSED static void cancel_timer(myc_context *ctx, void *argument)
{
    struct cancelling *cancelling = argument;
    cancelling->missed = myc_timer_missed(ctx, cancelling->timer);
    cr_expect_eq(cancelling->expected, myc_timer_cancel(ctx, cancelling->timer));
    cr_expect_not(myc_timer_cancel(ctx, cancelling->timer), "it is stale now");
}

/* A job for the lab's desk, which runs when the desk does. */
MYC_UNUSED static void lab_tell(struct lab *lab, void (*run)(myc_context *, void *), void *argument)
{
    job_data *job = job_data_new(lab->world->ctx);
    cr_assert_not_null(job);
    *job = (job_data){run, argument};
    cr_assert_eq(MYC_SENT, desk_send_job(lab->world->ctx, lab->desk, job));
}

MYC_UNUSED static void lab_call(struct lab *lab, void (*run)(myc_context *, void *), void *argument)
{
    uint32_t before = lab->journal.jobs;
    lab_tell(lab, run, argument);
    world_run(lab->world);
    cr_assert_eq(before + 1, lab->journal.jobs);
}

MYC_UNUSED static myc_timer lab_set(struct lab *lab, uint64_t delay_ns, uint32_t number,
                                    bool is_periodic)
{
    struct setting setting = {delay_ns, number, is_periodic, 0, {0}};
    lab_call(lab, set_timer, &setting);
    return setting.timer;
}

MYC_UNUSED static void lab_cancel(struct lab *lab, myc_timer timer, bool expected)
{
    lab_call(lab, cancel_timer, &(struct cancelling){timer, expected, 0});
}

#endif

/* SPDX-License-Identifier: Apache-2.0 */
/* Actors that are moved while they watch, are watched and linked; what has ended stays ended. */
#include "move_support.h"
#include "watch_support.h"

enum { GUARDS = 5 };

struct yard {
    struct tour *tour;
    struct notebook books[GUARDS];
    guard_ref guards[GUARDS];
};

static void yard_open(struct yard *yard, uint32_t workers)
{
    *yard = (struct yard){.tour = tour_open(workers)};
    for (uint32_t i = 0; i < GUARDS; i++) {
        yard->guards[i] = guard_at(yard->tour->here, i % workers, &yard->books[i]);
        tour_takes(yard->tour, yard->guards[i].address);
    }
    tour_rest(yard->tour);
}

/* A guard that is between two other workers may refuse it: then later. Dead: never. */
static void tell(struct yard *yard, uint32_t guard, void (*run)(myc_context *, void *),
                 void *argument)
{
    myc_sent sent = MYC_FULL;
    while (sent == MYC_FULL) {
        job_data *made = job_data_new(yard->tour->here->ctx);
        cr_assert_not_null(made);
        *made = (job_data){run, argument};
        sent = guard_send_job(yard->tour->here->ctx, yard->guards[guard], made);
        world_pass(yard->tour->here);
    }
}

static void stroll(struct yard *yard, uint32_t steps)
{
    for (uint32_t i = tour_below(yard->tour, steps); i > 0; i--)
        tour_stroll(yard->tour);
}

static bool is_told_once(const struct notebook *book, myc_address actor)
{
    uint32_t times = 0;
    for (uint32_t i = 0; i < book->count && i < NOTICES_KEPT; i++)
        times += myc_address_equal(actor, book->notices[i].actor);
    return times == 1;
}

Test(move_with_watches, each_watcher_is_told_once_wherever_both_are)
{
    for (uint32_t workers = 2; workers <= 4; workers++) {
        TOURS(40)
        {
            struct yard yard;
            yard_open(&yard, workers);
            for (uint32_t i = 0; i < GUARDS; i++) {
                for (uint32_t other = 0; other < GUARDS; other++) {
                    if (other != i)
                        tell(&yard, i, run_watch, &yard.guards[other]);
                    stroll(&yard, 4);
                }
            }
            for (uint32_t i = 0; i < GUARDS - 1; i++) {
                myc_kill(yard.tour->here->ctx, yard.guards[i].address, -5);
                stroll(&yard, 12);
            }
            tour_rest(yard.tour);
            for (uint32_t i = 0; i < GUARDS - 1; i++) {
                cr_expect_eq(1, yard.books[i].stops);
                cr_expect(is_told_once(&yard.books[GUARDS - 1], yard.guards[i].address),
                          "of %u: seed %u", i, (uint32_t)world_seed);
            }
            cr_expect_eq(GUARDS - 1, yard.books[GUARDS - 1].count);
            tour_close(yard.tour);
        }
    }
    NO_LEAKS();
}

/* All four orders of a watch cross ends and moves in any order: nothing is lost or freed too
 * early. */
Test(move_with_watches, watches_come_and_go_while_all_move_and_end)
{
    TOURS(150)
    {
        struct yard yard;
        yard_open(&yard, 2 + world_seed % 3);
        void (*const runs[])(myc_context *, void *) = {run_watch, run_watch, run_unwatch, run_link,
                                                       run_unlink};
        bool ended[GUARDS] = {false};
        for (uint32_t step = 0; step < 80; step++) {
            uint32_t guard = tour_below(yard.tour, GUARDS);
            uint32_t other = tour_below(yard.tour, GUARDS);
            if (guard == other && step > 30) {
                myc_stop(yard.tour->here->ctx, yard.guards[guard].address);
                ended[guard] = true;
            } else if (guard != other) {
                tell(&yard, guard, runs[tour_below(yard.tour, 5)], &yard.guards[other]);
            }
            stroll(&yard, 5);
        }
        tour_rest(yard.tour);
        for (uint32_t i = 0; i < GUARDS; i++) {
            const struct notebook *book = &yard.books[i];
            bool by_link = book->why.reason == MYC_EXIT_KILLED; /* to one that had ended */
            cr_expect_eq(ended[i] || by_link, book->stops, "guard %u: seed %u", i,
                         (uint32_t)world_seed);
            for (uint32_t at = 0; at < book->count && at < NOTICES_KEPT; at++)
                cr_expect_neq(0, book->notices[at].actor.life);
        }
        tour_close(yard.tour);
    }
    NO_LEAKS();
}

Test(move_with_watches, a_kill_goes_along_links_between_workers)
{
    TOURS(60)
    {
        struct yard yard;
        yard_open(&yard, 3);
        for (uint32_t i = 0; i + 1 < GUARDS; i++) {
            tell(&yard, i, run_link, &yard.guards[i + 1]);
            stroll(&yard, 6);
        }
        stroll(&yard, 20);
        for (uint32_t i = 0; i < GUARDS; i++)
            tour_move(yard.tour, yard.guards[i].address);
        stroll(&yard, 10);
        tour_rest(yard.tour); /* else a link may still be on its way */
        for (uint32_t i = 0; i < GUARDS; i++)
            tour_move(yard.tour, yard.guards[i].address);
        stroll(&yard, 10);
        myc_kill(yard.tour->here->ctx, yard.guards[tour_below(yard.tour, GUARDS)].address, -3);
        tour_rest(yard.tour);
        for (uint32_t i = 0; i < GUARDS; i++) {
            cr_expect_eq(1, yard.books[i].stops, "guard %u: seed %u", i, (uint32_t)world_seed);
            cr_expect_eq(MYC_EXIT_KILLED, yard.books[i].why.reason);
        }
        tour_close(yard.tour);
    }
    NO_LEAKS();
}

/* ---- stops ---- */

/* What is queued at a stop that drains is handled, and at one that discards it is not. */
static void stop_with_mail(bool discard)
{
    enum { MAIL = 30 };
    TOURS(80)
    {
        struct tour *tour = tour_open(2 + world_seed % 3);
        struct journal journal = {.gated = true};
        desk_ref desk = world_desk(tour->here, 0, &journal, &(myc_spawn_options){.batch_max = 2});
        tour_takes(tour, desk.address);
        for (uint32_t number = 0; number < MAIL;) {
            number += send_ticket(tour->here->ctx, desk, 0, number) == MYC_SENT;
            tour_stroll(tour);
        }
        journal.gated = false;
        for (uint32_t i = tour_below(tour, 3); i > 0; i--)
            tour_move(tour, desk.address);
        for (uint32_t pass = tour_below(tour, 8); pass > 0; pass--)
            world_pass(tour->here);
        cr_expect_eq(
            0, myc_system_stop(tour->here->system, &(myc_stop_options){.discard = discard}, NULL));
        cr_expect_eq(1, journal.stops);
        cr_expect_eq(MAIL, journal.count + tour->here->letter_count);
        if (!discard)
            expect_numbers(&journal, 0, MAIL);
        tour_close(tour);
        journal_fini(&journal);
    }
    NO_LEAKS();
}

Test(move_with_watches, a_stop_that_drains_waits_for_its_mail)
{
    stop_with_mail(false);
}

Test(move_with_watches, a_stop_that_discards_buries_its_mail)
{
    stop_with_mail(true);
}

/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TESTS_ACTOR_MOVE_SUPPORT_H
#define TESTS_ACTOR_MOVE_SUPPORT_H

/*
 * Worlds of the test kit whose actors are moved to and fro while the test has them do something.
 *
 *     TOURS(30)
 *     {
 *         struct tour *tour = tour_open(3);
 *         tour_takes(tour, desk.address);       one of those that are moved
 *         for (...) { ...; tour_stroll(tour); } a move, a few passes, or some time
 *         tour_rest(tour);                      all that can happen at this time has
 *         tour_close(tour);
 *     }
 */
#include "actor_support.h"

enum { TRAVELLERS_MAX = 16, TOUR_STEP_NS = 1000 };

struct tour {
    struct world *here;
    uint32_t count;
    myc_address travellers[TRAVELLERS_MAX];
};

/** The statement behind it runs under seeds 1 to `count`. */
#define TOURS(count)                                                                               \
    for (world_seed = 1; world_seed <= (count); world_seed++)                                      \
        if (world_seed_is_chosen(world_seed))

MYC_UNUSED static struct tour *tour_open(uint32_t workers)
{
    struct tour *tour = calloc(1, sizeof *tour);
    cr_assert_not_null(tour);
    tour->here = world_open(workers);
    return tour;
}

MYC_UNUSED static void tour_close(struct tour *tour)
{
    world_close(tour->here);
    free(tour);
}

MYC_UNUSED static void tour_takes(struct tour *tour, myc_address traveller)
{
    cr_assert_lt(tour->count, TRAVELLERS_MAX);
    tour->travellers[tour->count++] = traveller;
}

static inline uint32_t tour_below(const struct tour *tour, uint32_t bound)
{
    return myc_testkit_random(tour->here->kit, bound);
}

static inline void tour_move(struct tour *tour, myc_address traveller)
{
    cr_assert_eq(0,
                 myc_move_actor(tour->here->ctx, traveller, tour_below(tour, tour->here->workers)));
}

/** One of them is told to move, or a worker has a pass, or time goes by. */
MYC_UNUSED static void tour_stroll(struct tour *tour)
{
    switch (tour_below(tour, 5)) {
    case 0: tour_move(tour, tour->travellers[tour_below(tour, tour->count)]); break;
    case 1: kit_advance(tour->here->kit, tour_below(tour, TOUR_STEP_NS)); break;
    default: world_pass(tour->here);
    }
}

MYC_UNUSED static void tour_rest(struct tour *tour)
{
    kit_run(tour->here->kit);
}

/** Queues a job for a desk. While it is between two other workers it may be refused: then later. */
MYC_UNUSED static void tour_job(struct tour *tour, desk_ref desk,
                                void (*run)(myc_context *ctx, void *argument), void *argument)
{
    myc_sent sent = MYC_FULL;
    for (uint32_t passes = 0; sent == MYC_FULL; passes++) {
        job_data *job = job_data_new(tour->here->ctx);
        cr_assert_not_null(job);
        *job = (job_data){run, argument};
        sent = desk_send_job(tour->here->ctx, desk, job);
        cr_assert_lt(passes, (uint32_t)PASSES_MAX);
        world_pass(tour->here);
    }
    cr_assert_eq(MYC_SENT, sent);
}

#endif

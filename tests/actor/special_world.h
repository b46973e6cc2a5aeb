/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TESTS_ACTOR_SPECIAL_WORLD_H
#define TESTS_ACTOR_SPECIAL_WORLD_H

/* Worlds whose memory or time is the test's. */
#include "actor_support.h"
#include "support/well.h"

MYC_UNUSED static struct world *special_world(uint32_t workers, myc_allocator allocator,
                                              uint64_t (*now_ns)(void *user), void *clock_user)
{
    struct world *here = calloc(1, sizeof *here);
    cr_assert_not_null(here);
    here->workers = workers;
    myc_system_options options = world_options(here);
    options.allocator = allocator;
    options.now_ns = now_ns;
    options.clock_user = clock_user;
    world_start(here, &options);
    world_run(here);
    return here;
}

/** Its memory comes from `well`. */
MYC_UNUSED static struct world *world_on(struct well *well, uint32_t workers)
{
    return special_world(workers, well_allocator(well), NULL, NULL);
}

static uint64_t told_ns(void *user)
{
    return *(const uint64_t *)user;
}

/** Its time is `*now_ns`. */
MYC_UNUSED static struct world *world_at(uint64_t *now_ns, uint32_t workers)
{
    return special_world(workers, (myc_allocator){0}, told_ns, now_ns);
}

#endif

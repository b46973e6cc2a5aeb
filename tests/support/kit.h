/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TESTS_SUPPORT_KIT_H
#define TESTS_SUPPORT_KIT_H

/*
 * The test kit in Criterion. A failed assertion says the seed.
 *
 *     myc_testkit *kit = kit_open(seed, 2);
 *     KIT_ASSERT(out.probe, market_expect_quote(out, 5 * MILLISECOND_NS));
 *     kit_close(kit);                                     nothing leaks
 *
 *     KIT_SEEDS(seed, 200) { walk(seed); }                many interleavings
 */
#include <stdlib.h>

#include <criterion/criterion.h>
#include <mycelium/mycelium.h>

#include "support/leaks.h"

#define MILLISECOND_NS UINT64_C(1000000)
#ifndef SECOND_NS
#define SECOND_NS UINT64_C(1000000000)
#endif

/** `what` holds, or the probe explains what came instead. */
#define KIT_ASSERT(probe, what) cr_assert((what), "%s", myc_probe_explain(probe))

/** For each of `count` seeds; MYC_TEST_SEED picks a single one. */
#define KIT_SEEDS(seed, count)                                                                     \
    for (uint64_t seed = kit_first_seed(), kit__end = kit_end_seed(count); seed < kit__end; seed++)

MYC_UNUSED static uint64_t kit_first_seed(void)
{
    const char *chosen = getenv("MYC_TEST_SEED");
    return chosen ? strtoull(chosen, NULL, 0) : 1;
}

MYC_UNUSED static uint64_t kit_end_seed(uint64_t count)
{
    return kit_first_seed() + (getenv("MYC_TEST_SEED") ? 1 : count);
}

/** A kit with further system options, which may be NULL. */
MYC_UNUSED static myc_testkit *kit_open_with(uint64_t seed, uint32_t workers,
                                             const myc_system_options *system)
{
    myc_testkit *kit = NULL;
    cr_assert_eq(
        0, myc_testkit_create(
               &(myc_testkit_options){.seed = seed, .workers = workers, .system = system}, &kit));
    return kit;
}

MYC_UNUSED static myc_testkit *kit_open(uint64_t seed, uint32_t workers)
{
    return kit_open_with(seed, workers, NULL);
}

/** Runs until nothing can move; that must come. */
MYC_UNUSED static int64_t kit_run(myc_testkit *kit)
{
    int64_t handled = myc_testkit_run(kit);
    cr_assert_geq(handled, 0, "%s: %s", myc_error_text((int)handled), myc_testkit_text(kit));
    return handled;
}

MYC_UNUSED static int64_t kit_advance(myc_testkit *kit, uint64_t ns)
{
    int64_t handled = myc_testkit_advance(kit, ns);
    cr_assert_geq(handled, 0, "%s: %s", myc_error_text((int)handled), myc_testkit_text(kit));
    return handled;
}

MYC_UNUSED static myc_counts kit_counts(myc_testkit *kit)
{
    myc_counts counts;
    myc_system_counts(myc_testkit_system(kit), &counts);
    return counts;
}

/** accepted = handled + dead + dropped + queued. */
MYC_UNUSED static void kit_expect_conserved(myc_testkit *kit)
{
    myc_counts counts = kit_counts(kit);
    cr_expect_eq(counts.accepted, counts.handled + counts.dead + counts.dropped + counts.queued,
                 "%s", myc_testkit_text(kit));
    cr_expect_leq(counts.queued, counts.accepted, "%s", myc_testkit_text(kit));
}

/** No payload may be held any more. Takes `kit`. */
MYC_UNUSED static void kit_close(myc_testkit *kit)
{
    kit_expect_conserved(kit);
    cr_expect_eq(0, myc_testkit_destroy(kit), "payloads are still held");
}

#endif

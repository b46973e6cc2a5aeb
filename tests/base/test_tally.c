/* SPDX-License-Identifier: Apache-2.0 */
#include <criterion/criterion.h>

#include "base/tally.h"

Test(tally, buckets_rise_with_the_time_and_end_with_the_last)
{
    uint32_t before = 0;
    for (uint64_t ns = 0; ns < UINT64_C(1) << 41; ns += ns / 64 + 1) {
        uint32_t bucket = myc__tally_bucket(ns);
        cr_assert(bucket == before || bucket == before + 1 || ns > 64, "at %llu",
                  (unsigned long long)ns);
        cr_assert_geq(bucket, before);
        cr_assert_lt(bucket, MYC__TALLY_BUCKETS);
        before = bucket;
    }
    cr_expect_eq(MYC__TALLY_BUCKETS - 1, before);
    cr_expect_eq(MYC__TALLY_BUCKETS - 1, myc__tally_bucket(UINT64_MAX));
}

Test(tally, pours_what_it_counted_into_a_histogram)
{
    static myc__tally one, both;
    myc_histogram *into = myc_histogram_create();
    for (uint64_t ns = 1; ns < UINT64_C(1) << 39; ns = 2 * ns + 1) {
        one = (myc__tally){{0}};
        myc__tally_count(&one, ns);
        myc__tally_count(&one, ns);
        myc_histogram_reset(into);
        myc__tally_pour(&one, into);
        cr_expect_eq(2, myc_histogram_count(into));
        uint64_t got = myc_histogram_max(into);
        cr_expect(got >= ns - ns / 8 && got <= ns + ns / 8, "%llu became %llu",
                  (unsigned long long)ns, (unsigned long long)got);
        myc__tally_add(&both, &one);
    }
    myc_histogram_reset(into);
    myc__tally_pour(&both, into);
    cr_expect_eq(2 * 39, myc_histogram_count(into));
    myc_histogram_destroy(into);
}

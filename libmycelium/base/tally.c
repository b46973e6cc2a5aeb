/* SPDX-License-Identifier: Apache-2.0 */
#include "base/tally.h"

#include "base/histogram.h"

void myc__tally_add(myc__tally *to, const myc__tally *from)
{
    for (uint32_t i = 0; i < MYC__TALLY_BUCKETS; i++) {
        to->buckets[i] += from->buckets[i];
    }
}

static uint64_t middle_of(uint32_t bucket)
{
    if (bucket < MYC__TALLY_FINE) {
        return bucket;
    }
    uint32_t shift = bucket / MYC__TALLY_FINE - 1; /* the bucket is 2^shift wide */
    uint64_t lowest = (uint64_t)(bucket % MYC__TALLY_FINE + MYC__TALLY_FINE) << shift;
    return lowest + ((UINT64_C(1) << shift) - 1) / 2;
}

void myc__tally_pour(const myc__tally *tally, myc_histogram *into)
{
    for (uint32_t i = 0; i < MYC__TALLY_BUCKETS; i++) {
        if (tally->buckets[i]) {
            myc__histogram_record_times(into, middle_of(i), tally->buckets[i]);
        }
    }
}

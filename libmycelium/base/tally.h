/* SPDX-License-Identifier: Apache-2.0 */
#ifndef MYC_BASE_TALLY_H
#define MYC_BASE_TALLY_H

/*
 * A small histogram of times, for those of which there are many: eight buckets to each power of two
 * of ns, so a value is off by less than an eighth; what is longer than 18 minutes counts as that. A
 * myc_histogram is a hundred times as exact, and as large.
 */
#include <mycelium/histogram.h>

enum {
    MYC__TALLY_BITS = 40, /* of the longest time that is told apart */
    MYC__TALLY_FINE = 8,
    MYC__TALLY_BUCKETS = (MYC__TALLY_BITS - 2) * MYC__TALLY_FINE,
};

typedef struct myc__tally {
    uint64_t buckets[MYC__TALLY_BUCKETS];
} myc__tally;

static inline uint32_t myc__tally_bucket(uint64_t ns)
{
    uint64_t most_ns = (UINT64_C(1) << MYC__TALLY_BITS) - 1;
    ns = ns < most_ns ? ns : most_ns;
    if (ns < MYC__TALLY_FINE) {
        return (uint32_t)ns;
    }
    uint32_t octave = 63 - (uint32_t)__builtin_clzll(ns); /* 3 or more */
    return (octave - 2) * MYC__TALLY_FINE + (uint32_t)(ns >> (octave - 3)) - MYC__TALLY_FINE;
}

static inline void myc__tally_count(myc__tally *tally, uint64_t ns)
{
    tally->buckets[myc__tally_bucket(ns)]++;
}

/** Adds all counts of `from` to `to`. */
void myc__tally_add(myc__tally *to, const myc__tally *from);

/** Adds what was counted to a histogram, each time as the middle of its bucket. */
void myc__tally_pour(const myc__tally *tally, myc_histogram *into);

#endif

/* SPDX-License-Identifier: Apache-2.0 */
#ifndef MYCELIUM_HISTOGRAM_H
#define MYCELIUM_HISTOGRAM_H

/*
 * A log-linear histogram of 64-bit values (latencies in ns): 2048 linear buckets per power of two
 * range, so a value is off by less than 0.1 % (3 significant digits), whatever its size.
 * Threads: one writer; readers after it is done.
 */
#include <stddef.h>
#include <stdint.h>

#include <mycelium/error.h>

MYC_EXTERN_C_BEGIN

typedef struct myc_histogram myc_histogram;

/** Gives a histogram with all counts 0 (about 450 KiB); NULL when memory is out. */
MYC_API myc_histogram *myc_histogram_create(void);

/** Takes `histogram`; NULL is ignored. */
MYC_API void myc_histogram_destroy(myc_histogram *histogram);

/** Counts `value` once. Constant time, allocates nothing. */
MYC_API void myc_histogram_record(myc_histogram *histogram, uint64_t value);

/** Adds all counts of `from` to `to`. */
MYC_API void myc_histogram_add(myc_histogram *to, const myc_histogram *from);

/** Sets all counts to 0. */
MYC_API void myc_histogram_reset(myc_histogram *histogram);

/** How many values were recorded. */
MYC_API uint64_t myc_histogram_count(const myc_histogram *histogram);

/**
 * The smallest recorded value (to 3 digits, never above the maximum) such that at least `quantile`
 * (0 to 1) of all values are not above it; 0 when empty. quantile 1 gives the exact maximum.
 */
MYC_API uint64_t myc_histogram_quantile(const myc_histogram *histogram, double quantile);

/** The exact smallest and largest value; 0 when empty. */
MYC_API uint64_t myc_histogram_min(const myc_histogram *histogram);
MYC_API uint64_t myc_histogram_max(const myc_histogram *histogram);

/** The mean of the exact values; 0 when empty. */
MYC_API double myc_histogram_mean(const myc_histogram *histogram);

MYC_EXTERN_C_END

#endif

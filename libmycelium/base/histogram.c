/* SPDX-License-Identifier: Apache-2.0 */
#include "base/histogram.h"

#include <stdlib.h>
#include <string.h>

/*
 * Values below 2048 have a bucket each. Above, each power of two is cut into 1024 buckets of
 * 2^shift values, so a bucket is at most 1/1024 as wide as the values in it: 0.098 %.
 */
enum {
    LINEAR_BITS = 11,
    LINEAR_COUNT = 1 << LINEAR_BITS, /* buckets of one value */
    OCTAVE_COUNT = LINEAR_COUNT / 2, /* buckets of each power of two above */
    SHIFT_MAX = 64 - LINEAR_BITS,
    BUCKET_COUNT = LINEAR_COUNT + SHIFT_MAX * OCTAVE_COUNT
};

struct myc_histogram {
    uint64_t count;
    uint64_t min; /* UINT64_MAX when empty */
    uint64_t max;
    unsigned __int128 sum;
    uint64_t buckets[BUCKET_COUNT];
};

myc_histogram *myc_histogram_create(void)
{
    myc_histogram *histogram = malloc(sizeof *histogram);
    if (histogram)
        myc_histogram_reset(histogram);
    return histogram;
}

void myc_histogram_destroy(myc_histogram *histogram)
{
    free(histogram);
}

void myc_histogram_reset(myc_histogram *histogram)
{
    memset(histogram, 0, sizeof *histogram);
    histogram->min = UINT64_MAX;
}

static size_t bucket_of(uint64_t value)
{
    if (value < LINEAR_COUNT)
        return (size_t)value;
    unsigned shift = (unsigned)(64 - LINEAR_BITS) - (unsigned)__builtin_clzll(value);
    return (size_t)shift * OCTAVE_COUNT + (size_t)(value >> shift);
}

static uint64_t highest_in(size_t bucket)
{
    if (bucket < LINEAR_COUNT)
        return bucket;
    unsigned shift = (unsigned)(bucket / OCTAVE_COUNT) - 1;
    uint64_t lowest = (uint64_t)(bucket % OCTAVE_COUNT + OCTAVE_COUNT) << shift;
    return lowest + ((UINT64_C(1) << shift) - 1);
}

static inline void record(myc_histogram *histogram, uint64_t value, uint64_t times)
{
    histogram->buckets[bucket_of(value)] += times;
    histogram->count += times;
    histogram->sum += (unsigned __int128)value * times;
    if (value < histogram->min)
        histogram->min = value;
    if (value > histogram->max)
        histogram->max = value;
}

void myc_histogram_record(myc_histogram *histogram, uint64_t value)
{
    record(histogram, value, 1);
}

void myc__histogram_record_times(myc_histogram *histogram, uint64_t value, uint64_t times)
{
    if (times)
        record(histogram, value, times);
}

void myc_histogram_add(myc_histogram *to, const myc_histogram *from)
{
    for (size_t i = 0; i < BUCKET_COUNT; i++)
        to->buckets[i] += from->buckets[i];
    to->count += from->count;
    to->sum += from->sum;
    if (from->min < to->min)
        to->min = from->min;
    if (from->max > to->max)
        to->max = from->max;
}

uint64_t myc_histogram_count(const myc_histogram *histogram)
{
    return histogram->count;
}

/* How many values must not lie above the answer: quantile * count, rounded up, from 1 to count. A
 * product that is off by its rounding (0.07 * 100 > 7) does not count as one more. */
static uint64_t rank_of(double quantile, uint64_t count)
{
    if (!(quantile > 0))
        return 1;
    if (quantile >= 1)
        return count;
    double exact = quantile * (double)count * (1 - 0x1p-51);
    uint64_t rank = (uint64_t)exact;
    if ((double)rank < exact)
        rank++;
    if (rank < 1)
        rank = 1;
    return rank > count ? count : rank;
}

uint64_t myc_histogram_quantile(const myc_histogram *histogram, double quantile)
{
    if (histogram->count == 0)
        return 0;
    uint64_t rank = rank_of(quantile, histogram->count);
    if (rank == 1)
        return histogram->min;
    size_t bucket = 0;
    for (uint64_t seen = histogram->buckets[0]; seen < rank; seen += histogram->buckets[bucket])
        bucket++;
    uint64_t value = highest_in(bucket);
    return value < histogram->max ? value : histogram->max;
}

uint64_t myc_histogram_min(const myc_histogram *histogram)
{
    return histogram->count ? histogram->min : 0;
}

uint64_t myc_histogram_max(const myc_histogram *histogram)
{
    return histogram->max;
}

double myc_histogram_mean(const myc_histogram *histogram)
{
    return histogram->count ? (double)histogram->sum / (double)histogram->count : 0;
}

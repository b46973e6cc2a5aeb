/* SPDX-License-Identifier: Apache-2.0 */
#ifndef MYC_BASE_HISTOGRAM_H
#define MYC_BASE_HISTOGRAM_H

#include <mycelium/histogram.h>

/** Counts `value` so many times; 0 times is none. */
void myc__histogram_record_times(myc_histogram *histogram, uint64_t value, uint64_t times);

#endif

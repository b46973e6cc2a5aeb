/* SPDX-License-Identifier: Apache-2.0 */
#ifndef ACTORS_LIVE_COUNT_H
#define ACTORS_LIVE_COUNT_H

/*
 * A count that one thread writes and others look at while it grows: for progress displays.
 *
 * Threads: one writer, any number of readers. The order is relaxed: a reader sees a value that was
 * true a moment ago, and concludes nothing about other memory from it.
 */
#include <stdint.h>

typedef struct live_count {
    uint64_t value;
} live_count;

static inline void live_count_set(live_count *count, uint64_t value)
{
    __atomic_store_n(&count->value, value, __ATOMIC_RELAXED);
}

static inline uint64_t live_count_get(const live_count *count)
{
    return __atomic_load_n(&count->value, __ATOMIC_RELAXED);
}

#endif

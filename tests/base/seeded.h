/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TESTS_BASE_SEEDED_H
#define TESTS_BASE_SEEDED_H

/*
 * Random numbers for the model tests. Each run has another seed; it is printed, and MYC_TEST_SEED
 * sets it.
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include <mycelium/export.h>

typedef struct seeded {
    uint64_t state;
} seeded;

MYC_UNUSED static seeded seeded_start(const char *what)
{
    const char *chosen = getenv("MYC_TEST_SEED");
    uint64_t seed = chosen ? strtoull(chosen, NULL, 0) : (uint64_t)time(NULL);
    fprintf(stderr, "%s: MYC_TEST_SEED=%llu\n", what, (unsigned long long)seed);
    return (seeded){seed};
}

/* splitmix64 */
MYC_UNUSED static uint64_t seeded_next(seeded *random)
{
    uint64_t mixed = random->state += UINT64_C(0x9e3779b97f4a7c15);
    mixed = (mixed ^ (mixed >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
    mixed = (mixed ^ (mixed >> 27)) * UINT64_C(0x94d049bb133111eb);
    return mixed ^ (mixed >> 31);
}

MYC_UNUSED static uint32_t seeded_below(seeded *random, uint32_t bound)
{
    return (uint32_t)(seeded_next(random) % bound);
}

/** 1 to 2^bits_max - 1, all lengths in bits alike. */
MYC_UNUSED static uint32_t seeded_size(seeded *random, uint32_t bits_max)
{
    uint32_t bits = 1 + seeded_below(random, bits_max);
    return (uint32_t)(seeded_next(random) & ((UINT64_C(1) << bits) - 1)) | 1u << (bits - 1);
}

#endif

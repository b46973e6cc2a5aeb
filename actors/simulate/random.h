/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SIMULATE_RANDOM_H
#define SIMULATE_RANDOM_H

/*
 * Pseudo-random numbers that are the same on every machine: xoshiro256** seeded by splitmix64
 * (Blackman and Vigna, public domain). Threads: one at a time.
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef struct sim_random {
    uint64_t state[4];
} sim_random;

/** Starts from any seed. */
void sim_random_init(sim_random *random, uint64_t seed);

uint64_t sim_random_next(sim_random *random);

/** 0 to bound - 1; `bound` > 0. */
uint64_t sim_random_below(sim_random *random, uint64_t bound);

/** `low` to `high`, both included. */
uint64_t sim_random_between(sim_random *random, uint64_t low, uint64_t high);

/** True `count` times in `of`. */
bool sim_random_chance(sim_random *random, uint64_t count, uint64_t of);

void sim_random_bytes(sim_random *random, uint8_t *bytes, size_t count);

#endif

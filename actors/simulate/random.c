/* SPDX-License-Identifier: Apache-2.0 */
#include "simulate/random.h"

#include <assert.h>

static uint64_t splitmix64(uint64_t *state)
{
    uint64_t mixed = *state += 0x9e3779b97f4a7c15u;
    mixed = (mixed ^ (mixed >> 30)) * 0xbf58476d1ce4e5b9u;
    mixed = (mixed ^ (mixed >> 27)) * 0x94d049bb133111ebu;
    return mixed ^ (mixed >> 31);
}

void sim_random_init(sim_random *random, uint64_t seed)
{
    for (int i = 0; i < 4; i++)
        random->state[i] = splitmix64(&seed);
}

static uint64_t rotate_left(uint64_t value, int bits)
{
    return value << bits | value >> (64 - bits);
}

uint64_t sim_random_next(sim_random *random)
{
    uint64_t *s = random->state;
    uint64_t result = rotate_left(s[1] * 5, 7) * 9;
    uint64_t shifted = s[1] << 17;
    s[2] ^= s[0];
    s[3] ^= s[1];
    s[1] ^= s[2];
    s[0] ^= s[3];
    s[2] ^= shifted;
    s[3] = rotate_left(s[3], 45);
    return result;
}

uint64_t sim_random_below(sim_random *random, uint64_t bound)
{
    assert(bound > 0);
    return (uint64_t)((unsigned __int128)sim_random_next(random) * bound >> 64);
}

uint64_t sim_random_between(sim_random *random, uint64_t low, uint64_t high)
{
    assert(low <= high);
    return low + sim_random_below(random, high - low + 1);
}

bool sim_random_chance(sim_random *random, uint64_t count, uint64_t of)
{
    return sim_random_below(random, of) < count;
}

void sim_random_bytes(sim_random *random, uint8_t *bytes, size_t count)
{
    for (size_t i = 0; i < count; i += 8) {
        uint64_t word = sim_random_next(random);
        for (size_t j = i; j < count && j < i + 8; j++, word >>= 8)
            bytes[j] = (uint8_t)word;
    }
}

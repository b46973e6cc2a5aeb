/* SPDX-License-Identifier: Apache-2.0 */
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdlib.h>

#include <criterion/criterion.h>

#include "base/lap_ring.h"
#include "seeded.h"
#include "support/leaks.h"

enum { SLOTS = 16, STEPS = 200000, PASSED = 1000000 };

#define LAPS_256 (256u * SLOTS)

typedef struct slot {
    uint64_t word;
    uint64_t rest; /* what is not in the word */
} slot;

/* The ring and what must be true of it: two counts that only grow. */
struct modelled {
    myc__lap_ring ring;
    slot slots[SLOTS];
    uint64_t filled;
    uint64_t taken;
    uint64_t taken_seen; /* what the producer may know of `taken` at least */
};

/* As if it had been used up to `start`, the beginning of a lap whose number is not 0: in slots that
 * were never written, a word of zeroes is one of lap 0. */
static void start_at(myc__lap_ring *ring, uint32_t start)
{
    cr_assert_eq(0, start % SLOTS);
    cr_assert_neq(0, start % LAPS_256);
    myc__lap_ring_init(ring, SLOTS);
    ring->filled = ring->taken = ring->taken_seen = ring->next = start;
}

static struct modelled *modelled_at(uint32_t start)
{
    struct modelled *modelled = aligned_alloc(MYC__CACHE_LINE, sizeof *modelled);
    *modelled = (struct modelled){.filled = 0};
    start_at(&modelled->ring, start);
    return modelled;
}

/* All 56 bits that a word has room for, different for each number. */
static uint64_t value_of(uint64_t number)
{
    return (number * UINT64_C(0x9e3779b97f4a7c15)) >> 8;
}

static void fill_slot(myc__lap_ring *ring, slot *slots, uint64_t number)
{
    slot *next = &slots[myc__lap_ring_fill_slot(ring, SLOTS)];
    next->rest = number;
    myc__lap_ring_fill(ring, SLOTS, &next->word, value_of(number));
}

/* True when the slot `ahead` is filled; it must hold `number` then. */
static bool holds(const myc__lap_ring *ring, const slot *slots, uint32_t ahead, uint64_t number)
{
    const slot *next = &slots[myc__lap_ring_read_slot(ring, SLOTS, ahead)];
    uint64_t value;
    if (!myc__lap_ring_read(ring, SLOTS, ahead, &next->word, &value))
        return false;
    cr_assert_eq(value_of(number), value, "number %llu", (unsigned long long)number);
    cr_assert_eq(number, next->rest);
    return true;
}

/* Asked for `wanted`, it tells of as many if they are there, and never of more than there are. */
static uint32_t checked_room(struct modelled *modelled, uint32_t wanted)
{
    uint64_t truly = SLOTS - (modelled->filled - modelled->taken);
    uint64_t known = SLOTS - (modelled->filled - modelled->taken_seen);
    uint32_t room = myc__lap_ring_room(&modelled->ring, SLOTS, wanted);
    if (known < wanted)
        modelled->taken_seen = modelled->taken;
    cr_assert_eq(known < wanted ? truly : known, room);
    return room;
}

static void fill(struct modelled *modelled, uint32_t wanted)
{
    for (uint32_t done = 0; done < wanted && checked_room(modelled, 1); done++)
        fill_slot(&modelled->ring, modelled->slots, modelled->filled++);
}

/* A slot may be looked at whether it is filled or not. */
static void look(struct modelled *modelled, uint32_t ahead)
{
    bool filled = holds(&modelled->ring, modelled->slots, ahead, modelled->taken + ahead);
    cr_assert_eq(ahead < modelled->filled - modelled->taken, filled, "%u ahead of %llu", ahead,
                 (unsigned long long)modelled->taken);
}

static void take(struct modelled *modelled, uint32_t wanted)
{
    uint32_t count = 0;
    while (count < wanted && count < SLOTS &&
           holds(&modelled->ring, modelled->slots, count, modelled->taken + count))
        count++;
    uint64_t truly = modelled->filled - modelled->taken;
    cr_assert_eq(truly < wanted ? truly : wanted, count);
    myc__lap_ring_retire(&modelled->ring, count);
    modelled->taken += count;
}

static void step(struct modelled *modelled, seeded *random)
{
    switch (seeded_below(random, 4)) {
    case 0: (void)checked_room(modelled, seeded_below(random, SLOTS + 2)); break;
    case 1: fill(modelled, seeded_below(random, SLOTS + 2)); break;
    case 2: take(modelled, seeded_below(random, SLOTS + 2)); break;
    default: look(modelled, seeded_below(random, SLOTS));
    }
}

Test(lap_ring, agrees_with_a_model_over_random_batches_and_many_times_256_laps)
{
    seeded random = seeded_start("lap_ring");
    struct modelled *modelled = modelled_at(SLOTS);
    for (uint32_t index = 0; index < STEPS; index++)
        step(modelled, &random);
    cr_expect_gt(modelled->taken, 10 * LAPS_256, "the walk stands still");
    free(modelled);
    NO_LEAKS();
}

Test(lap_ring, agrees_with_the_model_while_its_positions_wrap)
{
    seeded random = seeded_start("lap_ring");
    for (uint32_t laps = 1; laps <= 255; laps++) {
        struct modelled *modelled = modelled_at(0u - laps * SLOTS);
        while (modelled->taken < (laps + 3) * SLOTS)
            step(modelled, &random);
        free(modelled);
    }
    NO_LEAKS();
}

Test(lap_ring, begins_empty_and_holds_as_many_as_it_has_slots)
{
    struct modelled *modelled = modelled_at(SLOTS);
    myc__lap_ring_init(&modelled->ring, SLOTS);
    for (uint32_t ahead = 0; ahead < SLOTS; ahead++)
        look(modelled, ahead);
    cr_expect_eq(SLOTS, checked_room(modelled, 1));
    fill(modelled, SLOTS);
    cr_expect_eq(0, checked_room(modelled, 1));
    take(modelled, 1);
    cr_expect_eq(1, checked_room(modelled, 1));
    fill(modelled, 1);
    take(modelled, SLOTS);
    cr_expect_eq(SLOTS, checked_room(modelled, SLOTS));
    free(modelled);
    NO_LEAKS();
}

/* Two slots make every step one that matters. */
Test(lap_ring, of_two_slots_never_takes_an_old_lap_for_a_new_one)
{
    uint64_t words[2] = {0};
    uint64_t value;
    myc__lap_ring ring;
    myc__lap_ring_init(&ring, 2);
    for (uint32_t number = 0; number < 4 * 256; number++) {
        uint32_t index = myc__lap_ring_read_slot(&ring, 2, 0);
        cr_assert_eq(index, myc__lap_ring_fill_slot(&ring, 2));
        cr_assert_not(myc__lap_ring_read(&ring, 2, 0, &words[index], &value), "%u", number);
        cr_assert_geq(myc__lap_ring_room(&ring, 2, 1), 1);
        myc__lap_ring_fill(&ring, 2, &words[index], number);
        cr_assert(myc__lap_ring_read(&ring, 2, 0, &words[index], &value), "%u", number);
        cr_assert_eq(number, value);
        cr_assert_not(myc__lap_ring_read(&ring, 2, 1, &words[1 - index], &value), "%u", number);
        myc__lap_ring_retire(&ring, 1);
    }
    NO_LEAKS();
}

Test(lap_ring, refuses_a_count_of_slots_that_is_no_power_of_two, .signal = SIGABRT)
{
    myc__lap_ring ring;
    myc__lap_ring_init(&ring, 12);
}

/* Its 256 laps would not divide the range of a position. */
Test(lap_ring, refuses_more_slots_than_laps_have_room_for, .signal = SIGABRT)
{
    myc__lap_ring ring;
    myc__lap_ring_init(&ring, 1u << 25);
}

Test(lap_ring, keeps_the_two_sides_on_different_cache_lines)
{
    cr_expect_neq(offsetof(myc__lap_ring, filled) / MYC__CACHE_LINE,
                  offsetof(myc__lap_ring, taken) / MYC__CACHE_LINE);
    cr_expect_eq(offsetof(myc__lap_ring, filled) / MYC__CACHE_LINE,
                 offsetof(myc__lap_ring, taken_seen) / MYC__CACHE_LINE);
    cr_expect_eq(offsetof(myc__lap_ring, taken) / MYC__CACHE_LINE,
                 offsetof(myc__lap_ring, next) / MYC__CACHE_LINE);
    NO_LEAKS();
}

static void *produce(void *user)
{
    struct modelled *shared = user;
    for (uint64_t number = 0; number < PASSED;) {
        if (myc__lap_ring_room(&shared->ring, SLOTS, 1))
            fill_slot(&shared->ring, shared->slots, number++);
        else
            sched_yield();
    }
    return NULL;
}

Test(lap_ring, passes_a_million_values_between_two_threads_in_order, .timeout = 120)
{
    seeded random = seeded_start("lap_ring");
    struct modelled *shared = modelled_at(0u - 255 * SLOTS); /* the positions wrap on the way */
    pthread_t producer;
    cr_assert_eq(0, pthread_create(&producer, NULL, produce, shared));
    for (uint64_t number = 0; number < PASSED;) {
        uint32_t limit = 1 + seeded_below(&random, SLOTS);
        uint32_t count = 0;
        while (count < limit && holds(&shared->ring, shared->slots, count, number + count))
            count++;
        myc__lap_ring_retire(&shared->ring, count);
        number += count;
        if (count == 0)
            sched_yield();
    }
    pthread_join(producer, NULL);
    cr_expect_not(holds(&shared->ring, shared->slots, 0, PASSED));
    free(shared);
    NO_LEAKS();
}

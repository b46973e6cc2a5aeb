/* SPDX-License-Identifier: Apache-2.0 */
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>

#include <criterion/criterion.h>

#include "base/spsc_ring.h"
#include "seeded.h"
#include "support/leaks.h"

enum { SLOTS = 16, STEPS = 200000, PASSED = 1000000 };

/* The ring and what must be true of it: four counts that only grow. */
struct modelled {
    myc__spsc_ring ring;
    uint64_t slots[SLOTS];
    uint64_t filled;
    uint64_t published;
    uint64_t consumed;
    uint64_t retired;
};

/* As if `start` slots had passed through it already. */
static void start_at(myc__spsc_ring *ring, uint32_t start)
{
    ring->tail = ring->filled = ring->head_seen = start;
    ring->head = ring->consumed = ring->tail_seen = start;
}

static struct modelled modelled_at(uint32_t start)
{
    struct modelled modelled = {0};
    myc__spsc_init(&modelled.ring, SLOTS);
    start_at(&modelled.ring, start);
    return modelled;
}

/* It may know of less room than there is, but never of none when there is some. */
static uint32_t checked_room(struct modelled *modelled)
{
    uint64_t true_room = SLOTS - (modelled->filled - modelled->retired);
    uint32_t room = myc__spsc_room(&modelled->ring);
    cr_assert_leq(room, true_room);
    cr_assert_eq(true_room == 0, room == 0);
    return room;
}

/* Asked for `wanted` slots, it tells of as many if they are there. */
static void check_room_for(struct modelled *modelled, uint32_t wanted)
{
    uint64_t true_room = SLOTS - (modelled->filled - modelled->retired);
    uint32_t room = myc__spsc_room_for(&modelled->ring, wanted);
    cr_assert_leq(room, true_room);
    cr_assert_geq(room, wanted < true_room ? wanted : true_room);
}

static uint32_t checked_available(struct modelled *modelled)
{
    uint64_t truly = modelled->published - modelled->consumed;
    uint32_t available = myc__spsc_available(&modelled->ring);
    cr_assert_leq(available, truly);
    cr_assert_eq(truly == 0, available == 0);
    return available;
}

static void fill(struct modelled *modelled, uint32_t wanted)
{
    for (uint32_t done = 0; done < wanted && checked_room(modelled); done++) {
        modelled->slots[myc__spsc_fill_slot(&modelled->ring)] = modelled->filled++;
        myc__spsc_fill_done(&modelled->ring);
    }
    cr_assert_eq(modelled->filled - modelled->published, myc__spsc_unpublished(&modelled->ring));
}

static void consume(struct modelled *modelled, uint32_t wanted)
{
    uint32_t available = checked_available(modelled);
    uint32_t count = wanted < available ? wanted : available;
    for (uint32_t ahead = 0; ahead < count; ahead++) {
        uint64_t value = modelled->slots[myc__spsc_read_slot(&modelled->ring, ahead)];
        cr_assert_eq(modelled->consumed + ahead, value);
    }
    myc__spsc_read_done(&modelled->ring, count);
    modelled->consumed += count;
}

static void step(struct modelled *modelled, seeded *random)
{
    switch (seeded_below(random, 5)) {
    case 0: check_room_for(modelled, seeded_below(random, SLOTS + 1)); break;
    case 1: fill(modelled, seeded_below(random, SLOTS + 2)); break;
    case 2:
        myc__spsc_publish(&modelled->ring);
        modelled->published = modelled->filled;
        break;
    case 3: consume(modelled, seeded_below(random, SLOTS + 2)); break;
    default: myc__spsc_retire(&modelled->ring); modelled->retired = modelled->consumed;
    }
}

static void run_model(seeded *random, uint32_t start)
{
    struct modelled modelled = modelled_at(start);
    for (uint32_t index = 0; index < STEPS; index++)
        step(&modelled, random);
    cr_expect_gt(modelled.retired, STEPS / 10, "the walk stands still");
}

Test(spsc_ring, agrees_with_a_model_over_random_batches)
{
    seeded random = seeded_start("spsc_ring");
    run_model(&random, 0);
    NO_LEAKS();
}

Test(spsc_ring, agrees_with_the_model_while_its_indices_wrap)
{
    seeded random = seeded_start("spsc_ring");
    for (uint32_t before = 0; before < 3 * SLOTS; before++) {
        struct modelled modelled = modelled_at(0u - before);
        for (uint32_t index = 0; index < 2000; index++)
            step(&modelled, &random);
        cr_expect_gt(modelled.filled, before);
    }
    NO_LEAKS();
}

Test(spsc_ring, holds_as_many_as_it_has_slots)
{
    static const uint32_t starts[] = {0, 1, UINT32_MAX, UINT32_MAX - SLOTS / 2};
    for (size_t index = 0; index < sizeof starts / sizeof starts[0]; index++) {
        struct modelled modelled = modelled_at(starts[index]);
        fill(&modelled, SLOTS);
        cr_expect_eq(SLOTS, modelled.filled);
        cr_expect_eq(0, myc__spsc_room(&modelled.ring));
        myc__spsc_publish(&modelled.ring);
        modelled.published = SLOTS;
        consume(&modelled, SLOTS);
        cr_expect_eq(SLOTS, modelled.consumed);
        cr_expect_eq(0, myc__spsc_room(&modelled.ring), "not retired yet");
        myc__spsc_retire(&modelled.ring);
        cr_expect_eq(SLOTS, myc__spsc_room(&modelled.ring));
    }
    NO_LEAKS();
}

Test(spsc_ring, shows_nothing_before_it_is_published)
{
    struct modelled modelled = modelled_at(0);
    fill(&modelled, 3);
    cr_expect_eq(0, myc__spsc_available(&modelled.ring));
    myc__spsc_publish(&modelled.ring);
    cr_expect_eq(3, myc__spsc_available(&modelled.ring));
    cr_expect_eq(0, myc__spsc_unpublished(&modelled.ring));
    NO_LEAKS();
}

Test(spsc_ring, refuses_a_count_of_slots_that_is_no_power_of_two, .signal = SIGABRT)
{
    myc__spsc_ring ring;
    myc__spsc_init(&ring, 12);
}

/* Each index that the other side reads must have a cache line of its own. */
Test(spsc_ring, keeps_the_two_sides_on_different_cache_lines)
{
    const size_t lines[] = {offsetof(myc__spsc_ring, tail), offsetof(myc__spsc_ring, filled),
                            offsetof(myc__spsc_ring, head), offsetof(myc__spsc_ring, consumed),
                            offsetof(myc__spsc_ring, slots)};
    for (size_t left = 0; left < 5; left++)
        for (size_t right = 0; right < left; right++)
            cr_expect_neq(lines[left] / MYC__CACHE_LINE, lines[right] / MYC__CACHE_LINE);
    NO_LEAKS();
}

struct shared {
    myc__spsc_ring ring;
    uint64_t slots[SLOTS];
    uint64_t seed;
};

static void *produce(void *user)
{
    struct shared *shared = user;
    seeded random = {shared->seed};
    for (uint64_t value = 0; value < PASSED;) {
        uint64_t batch = 1 + seeded_below(&random, SLOTS);
        while (batch-- && value < PASSED && myc__spsc_room(&shared->ring)) {
            shared->slots[myc__spsc_fill_slot(&shared->ring)] = value++;
            myc__spsc_fill_done(&shared->ring);
        }
        myc__spsc_publish(&shared->ring);
        if (myc__spsc_room(&shared->ring) == 0)
            sched_yield();
    }
    return NULL;
}

/* Returns how many values came out of order. */
static uint64_t take_all(struct shared *shared, seeded *random)
{
    uint64_t wrong = 0;
    for (uint64_t value = 0; value < PASSED;) {
        uint32_t count = myc__spsc_available(&shared->ring);
        uint32_t limit = 1 + seeded_below(random, SLOTS);
        if (count == 0)
            sched_yield();
        count = count < limit ? count : limit;
        for (uint32_t ahead = 0; ahead < count; ahead++)
            wrong += shared->slots[myc__spsc_read_slot(&shared->ring, ahead)] != value++;
        myc__spsc_read_done(&shared->ring, count);
        myc__spsc_retire(&shared->ring);
    }
    return wrong;
}

Test(spsc_ring, passes_a_million_values_between_two_threads_in_order, .timeout = 120)
{
    seeded random = seeded_start("spsc_ring");
    struct shared *shared = aligned_alloc(MYC__CACHE_LINE, sizeof *shared);
    myc__spsc_init(&shared->ring, SLOTS);
    start_at(&shared->ring, 0u - PASSED / 2); /* the indices wrap on the way */
    memset(shared->slots, 0xff, sizeof shared->slots);
    shared->seed = seeded_next(&random);
    pthread_t producer;
    cr_assert_eq(0, pthread_create(&producer, NULL, produce, shared));
    cr_expect_eq(0, take_all(shared, &random));
    pthread_join(producer, NULL);
    cr_expect_eq(0, myc__spsc_available(&shared->ring));
    free(shared);
    NO_LEAKS();
}

/* SPDX-License-Identifier: Apache-2.0 */
#include <pthread.h>
#include <sched.h>

#include "base/seeded.h"
#include "shards.h"

enum { STEPS = 100000, PASSED = 1000000, WORKER = 63 };

/* `laps` before the positions wrap, at most 255: see lap_ring.h. */
static myc__lane *lane_before_wrap(uint32_t laps)
{
    myc__lane *lane = aligned_alloc(MYC__CACHE_LINE, sizeof *lane);
    memset(lane, 0, sizeof *lane);
    myc__lane_init(lane, WORKER);
    uint32_t start = 0u - laps * MYC__LANE_SLOTS;
    lane->ring.filled = lane->ring.taken = lane->ring.taken_seen = lane->ring.next = start;
    return lane;
}

/* Takes up to `limit`, which must be the envelopes from `next` on. Returns how many. */
static uint32_t take(myc__lane *lane, uint64_t next, uint32_t limit)
{
    myc__envelope envelope = {0};
    uint32_t count = 0;
    while (count < limit && count < MYC__LANE_SLOTS && myc__lane_peek(lane, count, &envelope)) {
        cr_assert(carries_for(&envelope, WORKER, next + count), "envelope %llu",
                  (unsigned long long)(next + count));
        count++;
    }
    myc__lane_retire(lane, count);
    return count;
}

static bool put(myc__lane *lane, uint64_t number, uint32_t reserve)
{
    return myc__lane_put(lane, numbered_for(WORKER, number), reserve);
}

Test(lane, refuses_when_all_its_slots_are_filled)
{
    myc__lane *lane = lane_before_wrap(1);
    cr_expect_not(myc__lane_pending(lane));
    for (uint64_t number = 0; number < MYC__LANE_SLOTS; number++)
        cr_assert(put(lane, number, 0));
    cr_expect_not(put(lane, 0, 0));
    cr_expect_eq(0, myc__lane_room(lane, 1));
    cr_expect_eq(1, take(lane, 0, 1));
    cr_expect(put(lane, MYC__LANE_SLOTS, 0));
    cr_expect_not(put(lane, 0, 0));
    cr_expect(myc__lane_pending(lane));
    cr_expect_eq(MYC__LANE_SLOTS, take(lane, 1, UINT32_MAX));
    cr_expect_not(myc__lane_pending(lane));
    free(lane);
    NO_LEAKS();
}

Test(lane, shows_each_envelope_at_once)
{
    myc__lane *lane = lane_before_wrap(2);
    for (uint64_t number = 0; number < 3 * MYC__LANE_SLOTS; number++) {
        cr_assert(put(lane, number, 0));
        cr_assert_eq(1, take(lane, number, UINT32_MAX));
    }
    free(lane);
    NO_LEAKS();
}

/* Looking ahead takes nothing, and sees only what is there. */
Test(lane, may_be_looked_at_ahead)
{
    myc__lane *lane = lane_before_wrap(1);
    myc__envelope envelope = {0};
    for (uint64_t number = 0; number < 20; number++)
        cr_assert(put(lane, number, 0));
    cr_expect(myc__lane_peek(lane, 19, &envelope));
    cr_expect(carries_for(&envelope, WORKER, 19));
    cr_expect_not(myc__lane_peek(lane, 20, &envelope));
    cr_expect_not(myc__lane_peek(lane, MYC__LANE_SLOTS - 1, &envelope));
    cr_expect_eq(20, take(lane, 0, UINT32_MAX));
    free(lane);
    NO_LEAKS();
}

/* Who leaves a reserve is refused where another, who does not, is served. */
Test(lane, keeps_a_reserve)
{
    enum { RESERVE = 10 };
    myc__lane *lane = lane_before_wrap(1);
    uint64_t filled = 0;
    while (put(lane, filled, RESERVE))
        filled++;
    cr_expect_eq(MYC__LANE_SLOTS - RESERVE, filled);
    for (uint32_t count = 0; count < RESERVE; count++)
        cr_expect(put(lane, filled++, 0));
    cr_expect_not(put(lane, filled, 0));
    cr_expect_eq(RESERVE, take(lane, 0, RESERVE));
    cr_expect_not(put(lane, filled, RESERVE), "the reserve is free again, and no more");
    cr_expect_eq(1, take(lane, RESERVE, 1));
    cr_expect(put(lane, filled, RESERVE));
    free(lane);
    NO_LEAKS();
}

/* The word of a slot leaves 24 bits for the index, 32 for generation and tag. */
Test(lane, carries_extreme_addresses_and_tags)
{
    static const uint32_t indices[] = {0, 1, MYC__INDEX_MASK - 1, MYC__INDEX_MASK};
    static const uint32_t lives[] = {0, 1, MYC__GENERATION_MASK - 1, MYC__GENERATION_MASK};
    static const uint32_t tags[] = {0, 1, MYC__ROWS_MAX - 1, MYC__CONTROL_ROOM, MYC__TAG_MASK};
    myc__lane *lane = lane_before_wrap(1);
    for (uint32_t round = 0; round < 4 * 4 * 5; round++) {
        myc_address to = {WORKER << MYC__INDEX_BITS | indices[round % 4], lives[round / 4 % 4]};
        uint32_t tag = tags[round / 16];
        cr_assert(myc__lane_put(lane, myc__envelope_make(to, tag, lane), 0));
        myc__envelope envelope = {0};
        cr_assert(myc__lane_peek(lane, 0, &envelope));
        cr_assert(myc_address_equal(to, myc__envelope_to(&envelope)));
        cr_assert_eq(tag, myc__envelope_tag(&envelope));
        cr_assert_eq(lane, envelope.payload);
        myc__lane_retire(lane, 1);
    }
    free(lane);
    NO_LEAKS();
}

Test(lane, carries_all_in_order_over_random_batches_and_a_wrap)
{
    seeded random = seeded_start("lane");
    myc__lane *lane = lane_before_wrap(20);
    uint64_t filled = 0, taken = 0;
    for (uint32_t step = 0; step < STEPS; step++) {
        uint32_t batch = seeded_below(&random, seeded_below(&random, 20) ? 40 : 800);
        if (seeded_below(&random, 2)) {
            while (batch-- && put(lane, filled, 0))
                filled++;
            cr_assert_leq(filled - taken, MYC__LANE_SLOTS);
        } else {
            uint64_t truly = filled - taken;
            uint32_t count = take(lane, taken, batch);
            cr_assert_eq(batch < truly ? batch : truly, count);
            taken += count;
        }
    }
    cr_expect_gt(taken, 300 * MYC__LANE_SLOTS, "it has wrapped, and its laps too");
    free(lane);
    NO_LEAKS();
}

static void *produce(void *user)
{
    myc__lane *lane = user;
    for (uint64_t number = 0; number < PASSED;) {
        if (put(lane, number, 0))
            number++;
        else
            sched_yield();
    }
    return NULL;
}

Test(lane, carries_a_million_envelopes_between_two_threads_in_order, .timeout = 120)
{
    myc__lane *lane = lane_before_wrap(255);
    pthread_t producer;
    cr_assert_eq(0, pthread_create(&producer, NULL, produce, lane));
    for (uint64_t taken = 0; taken < PASSED;) {
        uint32_t count = take(lane, taken, MYC__TAKEN_PER_LANE);
        taken += count;
        if (count == 0)
            sched_yield();
    }
    pthread_join(producer, NULL);
    cr_expect_not(myc__lane_pending(lane));
    free(lane);
    NO_LEAKS();
}

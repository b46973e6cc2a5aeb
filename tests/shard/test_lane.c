/* SPDX-License-Identifier: Apache-2.0 */
#include <pthread.h>
#include <sched.h>

#include "base/seeded.h"
#include "shards.h"

enum { STEPS = 100000, PASSED = 1000000 };

static myc__lane *lane_at(uint32_t start)
{
    myc__lane *lane = aligned_alloc(MYC__CACHE_LINE, sizeof *lane);
    memset(lane, 0xff, sizeof *lane);
    myc__spsc_init(&lane->ring, MYC__LANE_SLOTS);
    lane->ring.tail = lane->ring.filled = lane->ring.head_seen = start;
    lane->ring.head = lane->ring.consumed = lane->ring.tail_seen = start;
    return lane;
}

/* Takes up to `limit`, which must be the envelopes from `next` on. Returns how many. */
static uint32_t take(myc__lane *lane, uint64_t next, uint32_t limit)
{
    uint32_t count = myc__spsc_available(&lane->ring);
    count = count < limit ? count : limit;
    for (uint32_t ahead = 0; ahead < count; ahead++)
        cr_assert(carries(myc__lane_at(lane, ahead), next + ahead));
    myc__spsc_read_done(&lane->ring, count);
    myc__spsc_retire(&lane->ring);
    return count;
}

Test(lane, refuses_when_all_its_slots_are_filled)
{
    myc__lane *lane = lane_at(0u - 5);
    for (uint64_t number = 0; number < MYC__LANE_SLOTS; number++)
        cr_assert(myc__lane_fill(lane, numbered(number)));
    cr_expect_not(myc__lane_fill(lane, numbered(0)));
    cr_expect_eq(0, take(lane, 0, 1), "nothing is published yet");
    myc__spsc_publish(&lane->ring);
    cr_expect_not(myc__lane_fill(lane, numbered(0)));
    cr_expect_eq(1, take(lane, 0, 1));
    cr_expect(myc__lane_fill(lane, numbered(MYC__LANE_SLOTS)));
    cr_expect_not(myc__lane_fill(lane, numbered(0)));
    myc__spsc_publish(&lane->ring);
    uint64_t taken = 1;
    while (taken <= MYC__LANE_SLOTS)
        taken += take(lane, taken, UINT32_MAX);
    cr_expect_eq(0, take(lane, taken, 1));
    free(lane);
    NO_LEAKS();
}

Test(lane, carries_all_in_order_over_random_batches_and_a_wrap)
{
    seeded random = seeded_start("lane");
    myc__lane *lane = lane_at(0u - 20000);
    uint64_t filled = 0, published = 0, taken = 0;
    for (uint32_t step = 0; step < STEPS; step++) {
        uint32_t batch = seeded_below(&random, 40);
        switch (seeded_below(&random, 3)) {
        case 0:
            while (batch-- && myc__lane_fill(lane, numbered(filled)))
                filled++;
            cr_assert_leq(filled - taken, MYC__LANE_SLOTS);
            break;
        case 1:
            myc__spsc_publish(&lane->ring);
            published = filled;
            break;
        default: taken += take(lane, taken, batch);
        }
        cr_assert_leq(taken, published);
    }
    cr_expect_gt(taken, 20000, "it has wrapped");
    free(lane);
    NO_LEAKS();
}

static void *produce(void *user)
{
    myc__lane *lane = user;
    for (uint64_t number = 0; number < PASSED;) {
        if (myc__lane_fill(lane, numbered(number))) {
            number++;
            if (myc__spsc_unpublished(&lane->ring) < MYC__LANE_LINE_SLOTS && number < PASSED)
                continue;
        } else {
            sched_yield();
        }
        myc__spsc_publish(&lane->ring);
    }
    return NULL;
}

Test(lane, carries_a_million_envelopes_between_two_threads_in_order, .timeout = 120)
{
    myc__lane *lane = lane_at(0u - PASSED / 2);
    pthread_t producer;
    cr_assert_eq(0, pthread_create(&producer, NULL, produce, lane));
    for (uint64_t taken = 0; taken < PASSED;) {
        uint32_t count = take(lane, taken, MYC__TAKEN_PER_LANE);
        taken += count;
        if (count == 0)
            sched_yield();
    }
    pthread_join(producer, NULL);
    cr_expect_eq(0, myc__spsc_available(&lane->ring));
    free(lane);
    NO_LEAKS();
}

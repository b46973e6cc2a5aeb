/* SPDX-License-Identifier: Apache-2.0 */
#include "actor/waiters.h"

#include "base/probe_allocator.h"
#include "base/seeded.h"
#include "support/leaks.h"

enum { ADDRESSES = 300 };

struct frame {
    probe_allocator probe;
    myc__allocator allocator;
    myc__heap heap;
    myc__memory *memory;
    myc__waiters *waiters;
};

static void frame_open(struct frame *frame)
{
    *frame = (struct frame){.waiters = NULL};
    probe_start(&frame->probe, &frame->allocator);
    myc__heap_init(&frame->heap, &frame->allocator);
    frame->memory = calloc(1, sizeof *frame->memory);
    myc__memory_init(frame->memory, &frame->heap, 0, true);
}

static void count_live(void *user, myc__header *header)
{
    (void)header;
    ++*(uint32_t *)user;
}

static void frame_close(struct frame *frame)
{
    uint32_t live = 0;
    myc__waiters_free(frame->waiters, frame->memory);
    myc__heap_each_live(&frame->heap, count_live, &live);
    cr_expect_eq(0, live);
    myc__memory_fini(frame->memory);
    free(frame->memory);
    myc__heap_fini(&frame->heap);
    probe_expect_balanced(&frame->probe);
}

static bool add(struct frame *frame, uint32_t number)
{
    return myc__waiters_add(&frame->waiters, frame->memory, (myc_address){number, 2 * number + 1});
}

Test(waiters, keeps_each_address_once_in_the_order_they_came)
{
    seeded random = seeded_start("waiters");
    struct frame frame;
    frame_open(&frame);
    uint32_t order[ADDRESSES], count = 0;
    bool known[ADDRESSES] = {false};
    for (uint32_t step = 0; step < 5 * ADDRESSES; step++) {
        uint32_t number = seeded_below(&random, ADDRESSES);
        cr_assert(add(&frame, number));
        if (!known[number])
            order[count++] = number;
        known[number] = true;
        cr_assert_eq(count, frame.waiters->count);
    }
    for (uint32_t index = 0; index < count; index++)
        cr_assert_eq(order[index], frame.waiters->addresses[index].slot);
    frame_close(&frame);
    NO_LEAKS();
}

Test(waiters, tells_two_lives_of_a_slot_apart)
{
    struct frame frame;
    frame_open(&frame);
    for (uint32_t life = 1; life < 9; life += 2)
        cr_assert(myc__waiters_add(&frame.waiters, frame.memory, (myc_address){7, life}));
    cr_expect_eq(4, frame.waiters->count);
    frame_close(&frame);
    NO_LEAKS();
}

/* The list fills a block before it asks for a larger one. */
Test(waiters, is_as_it_was_when_memory_is_out)
{
    struct frame frame;
    frame_open(&frame);
    frame.probe.exhausted = true;
    cr_expect_not(add(&frame, 0));
    cr_expect_null(frame.waiters);
    frame.probe.exhausted = false;
    cr_assert(add(&frame, 0));
    frame.probe.exhausted = true;
    uint32_t count = 1;
    while (add(&frame, count))
        count++;
    cr_expect_eq(count, frame.waiters->count);
    cr_expect(add(&frame, count - 1), "it is there already");
    frame.probe.exhausted = false;
    cr_expect(add(&frame, count));
    for (uint32_t index = 0; index <= count; index++)
        cr_expect_eq(index, frame.waiters->addresses[index].slot);
    frame_close(&frame);
    NO_LEAKS();
}

Test(waiters, are_taken_out_oldest_first_some_at_a_time)
{
    struct frame frame;
    frame_open(&frame);
    for (uint32_t number = 0; number < ADDRESSES; number++)
        cr_assert(add(&frame, number));
    myc_address taken[MYC__GRANTED_PER_TURN];
    uint32_t expected = 0;
    while (frame.waiters) {
        uint32_t count = myc__waiters_take(&frame.waiters, frame.memory, taken);
        cr_assert(count > 0 && count <= MYC__GRANTED_PER_TURN);
        for (uint32_t index = 0; index < count; index++)
            cr_assert_eq(expected++, taken[index].slot);
    }
    cr_expect_eq(ADDRESSES, expected);
    cr_expect_eq(0, myc__waiters_take(&frame.waiters, frame.memory, taken));
    frame_close(&frame);
    NO_LEAKS();
}

/* SPDX-License-Identifier: Apache-2.0 */
#include "base/seeded.h"
#include "shards.h"

enum { STEPS = 300000, DEPTH_MAX = 5000, RUNS_BEFORE_SHRINK = 64 };

struct mailbox_frame {
    shards *all;
    myc__memory *memory;
    myc__mailbox mailbox;
    uint64_t pushed; /* the model: numbers popped to pushed are queued, in order */
    uint64_t popped;
};

static void open_mailbox(struct mailbox_frame *frame)
{
    *frame = (struct mailbox_frame){.all = shards_open()};
    frame->memory = &frame->all->at[0]->context.memory;
    myc__mailbox_init(&frame->mailbox);
}

static void close_mailbox(struct mailbox_frame *frame)
{
    myc__mailbox_fini(&frame->mailbox, frame->memory);
    cr_expect_eq(0, live_blocks(&frame->all->fabric.heap));
    shards_close(frame->all);
}

static void push(struct mailbox_frame *frame)
{
    cr_assert(myc__mailbox_push(&frame->mailbox, frame->memory, numbered(frame->pushed++)));
    cr_assert_eq(frame->pushed - frame->popped, frame->mailbox.depth);
    cr_assert_leq(frame->mailbox.depth, frame->mailbox.capacity);
}

static void pop(struct mailbox_frame *frame)
{
    cr_assert(carries(myc__mailbox_front(&frame->mailbox), frame->popped), "the front is not %lu",
              (unsigned long)frame->popped);
    myc__mailbox_pop(&frame->mailbox);
    frame->popped++;
    cr_assert_eq(frame->pushed - frame->popped, frame->mailbox.depth);
}

/* As an actor's turn does when it has run empty. */
static void rest(struct mailbox_frame *frame, uint32_t high_water)
{
    frame->mailbox.high_water = high_water;
    myc__mailbox_rest(&frame->mailbox, frame->memory);
}

static void push_then_pop(struct mailbox_frame *frame, uint32_t count)
{
    for (uint32_t index = 0; index < count; index++)
        push(frame);
    for (uint32_t index = 0; index < count; index++)
        pop(frame);
}

static bool is_inline(const myc__mailbox *mailbox)
{
    return mailbox->slots == mailbox->inline_slots;
}

Test(mailbox, holds_its_first_messages_without_memory)
{
    struct mailbox_frame frame;
    open_mailbox(&frame);
    frame.all->probe.exhausted = true;
    for (uint32_t round = 0; round < 20; round++)
        push_then_pop(&frame, 1 + round % MYC__MAILBOX_INLINE);
    cr_expect(is_inline(&frame.mailbox));
    frame.all->probe.exhausted = false;
    close_mailbox(&frame);
    NO_LEAKS();
}

/* One ring of each size that fills a block of a power of two, and no larger one than needed. */
Test(mailbox, grows_over_whole_blocks_with_its_depth)
{
    struct mailbox_frame frame;
    open_mailbox(&frame);
    uint32_t expected = MYC__MAILBOX_INLINE;
    for (uint32_t depth = 1; depth <= 100000; depth++) {
        push(&frame);
        if (depth > expected)
            expected = expected == MYC__MAILBOX_INLINE ? 6 : 2 * expected + 2;
        cr_assert_eq(expected, frame.mailbox.capacity, "depth %u", depth);
        cr_assert_leq(live_blocks(&frame.all->fabric.heap), 1, "the old ring is freed");
    }
    while (frame.mailbox.depth)
        pop(&frame);
    close_mailbox(&frame);
    NO_LEAKS();
}

/* Growth copies a ring that begins in its middle. */
Test(mailbox, keeps_the_order_when_it_grows_at_any_place_of_its_ring)
{
    for (uint32_t head = 0; head < 40; head++) {
        struct mailbox_frame frame;
        open_mailbox(&frame);
        push_then_pop(&frame, 1 + head % MYC__MAILBOX_INLINE);
        for (uint32_t round = 0; round < head; round++)
            push_then_pop(&frame, 1);
        for (uint32_t count = 0; count < 33; count++)
            push(&frame);
        for (uint32_t count = 0; count < head % 31; count++) {
            pop(&frame);
            push(&frame);
        }
        for (uint32_t count = 0; count < 40; count++)
            push(&frame);
        while (frame.mailbox.depth)
            pop(&frame);
        close_mailbox(&frame);
    }
    NO_LEAKS();
}

Test(mailbox, gives_its_ring_back_when_it_was_not_needed_for_a_while)
{
    struct mailbox_frame frame;
    open_mailbox(&frame);
    push_then_pop(&frame, 100);
    cr_expect_eq(126, frame.mailbox.capacity);
    rest(&frame, 100);
    for (uint32_t run = 0; run < RUNS_BEFORE_SHRINK; run++) {
        cr_assert_not(is_inline(&frame.mailbox), "after %u runs", run);
        push_then_pop(&frame, 63);
        rest(&frame, 63);
    }
    cr_expect(is_inline(&frame.mailbox));
    cr_expect_eq(0, live_blocks(&frame.all->fabric.heap));
    push_then_pop(&frame, 100);
    close_mailbox(&frame);
    NO_LEAKS();
}

Test(mailbox, keeps_its_ring_while_it_is_needed_now_and_then)
{
    struct mailbox_frame frame;
    open_mailbox(&frame);
    push_then_pop(&frame, 100);
    for (uint32_t run = 0; run < 10 * RUNS_BEFORE_SHRINK; run++) {
        uint32_t depth = run % (RUNS_BEFORE_SHRINK - 1) == 0 ? 64 : 1;
        push_then_pop(&frame, depth);
        rest(&frame, depth);
        cr_assert_eq(126, frame.mailbox.capacity, "run %u", run);
    }
    close_mailbox(&frame);
    NO_LEAKS();
}

Test(mailbox, stays_as_it_is_when_memory_to_grow_is_out)
{
    static const uint32_t depths[] = {MYC__MAILBOX_INLINE, 6, 126, 4094};
    for (size_t index = 0; index < sizeof depths / sizeof depths[0]; index++) {
        struct mailbox_frame frame;
        open_mailbox(&frame);
        push_then_pop(&frame, 3);
        for (uint32_t depth = 0; depth < depths[index]; depth++)
            push(&frame);
        myc__pool spare = frame.memory->pool; /* so that it does not find a block either */
        memset(frame.memory->pool.free, 0, sizeof frame.memory->pool.free);
        memset(frame.memory->pool.carve_next, 0, sizeof frame.memory->pool.carve_next);
        memset(frame.memory->pool.carve_end, 0, sizeof frame.memory->pool.carve_end);
        frame.all->probe.exhausted = true;
        myc__mailbox before = frame.mailbox;
        for (int attempt = 0; attempt < 3; attempt++)
            cr_expect_not(myc__mailbox_push(&frame.mailbox, frame.memory, numbered(7)));
        cr_expect_eq(0, memcmp(&before, &frame.mailbox, sizeof before));
        frame.memory->pool = spare;
        frame.all->probe.exhausted = false;
        push(&frame);
        while (frame.mailbox.depth)
            pop(&frame);
        close_mailbox(&frame);
    }
    NO_LEAKS();
}

Test(mailbox, must_be_empty_in_the_end, .signal = SIGABRT)
{
    struct mailbox_frame frame;
    open_mailbox(&frame);
    push(&frame);
    myc__mailbox_fini(&frame.mailbox, frame.memory);
}

Test(mailbox, tells_that_its_ring_was_not_needed_since_it_was_last_asked)
{
    struct mailbox_frame frame;
    open_mailbox(&frame);
    push_then_pop(&frame, 100);
    cr_expect_not(myc__mailbox_is_unneeded(&frame.mailbox), "it has just grown");
    push_then_pop(&frame, 63);
    rest(&frame, 63);
    cr_expect(myc__mailbox_is_unneeded(&frame.mailbox), "half of it was enough");
    push_then_pop(&frame, 64);
    rest(&frame, 64);
    cr_expect_not(myc__mailbox_is_unneeded(&frame.mailbox));
    push(&frame);
    cr_expect_not(myc__mailbox_is_unneeded(&frame.mailbox), "something is queued");
    pop(&frame);
    cr_expect(myc__mailbox_is_unneeded(&frame.mailbox));
    myc__mailbox_drop_ring(&frame.mailbox, frame.memory);
    cr_expect(is_inline(&frame.mailbox));
    cr_expect_eq(0, live_blocks(&frame.all->fabric.heap));
    push_then_pop(&frame, 100);
    close_mailbox(&frame);
    NO_LEAKS();
}

Test(mailbox, keeps_its_links_when_it_grows)
{
    struct mailbox_frame frame;
    open_mailbox(&frame);
    while (!myc__mailbox_has_ring(&frame.mailbox))
        push(&frame);
    cr_expect_null(myc__mailbox_links_of(&frame.mailbox)->next);
    cr_expect_null(myc__mailbox_links_of(&frame.mailbox)->previous);
    *myc__mailbox_links_of(&frame.mailbox) = (myc__mailbox_links){&frame, &frame.mailbox};
    while (frame.mailbox.depth < 10000)
        push(&frame);
    while (frame.mailbox.depth)
        pop(&frame);
    cr_expect_eq(&frame, myc__mailbox_links_of(&frame.mailbox)->next);
    cr_expect_eq(&frame.mailbox, myc__mailbox_links_of(&frame.mailbox)->previous);
    close_mailbox(&frame);
    NO_LEAKS();
}

static void random_run(struct mailbox_frame *frame, seeded *random)
{
    uint32_t high_water = 0;
    uint32_t aim = seeded_below(random, seeded_below(random, 20) ? 20 : DEPTH_MAX);
    for (uint32_t step = 0; step < 2 * aim; step++) {
        if (seeded_below(random, 3) < 2)
            push(frame);
        else if (frame->mailbox.depth)
            pop(frame);
        if (frame->mailbox.depth > high_water)
            high_water = frame->mailbox.depth;
    }
    while (frame->mailbox.depth)
        pop(frame);
    rest(frame, high_water);
}

Test(mailbox, agrees_with_a_queue_over_random_runs, .timeout = 60)
{
    seeded random = seeded_start("mailbox");
    struct mailbox_frame frame;
    open_mailbox(&frame);
    uint32_t shrinks = 0;
    for (bool was_inline = true; frame.pushed < STEPS;) {
        random_run(&frame, &random);
        shrinks += !was_inline && is_inline(&frame.mailbox);
        was_inline = is_inline(&frame.mailbox);
    }
    cr_log_info("%u shrinks", shrinks);
    close_mailbox(&frame);
    NO_LEAKS();
}

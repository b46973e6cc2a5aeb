/* SPDX-License-Identifier: Apache-2.0 */
#include "base/seeded.h"
#include "shards.h"

enum { STEPS = 60000 };

struct outbox_frame {
    shards *all;
    myc__memory *memory;
    myc__outbox *outbox;
    myc__lane *lane;
    myc__parking *receiver;
    uint64_t posted; /* numbers below it were accepted, in this order */
    uint64_t taken;
};

static void open_outbox(struct outbox_frame *frame)
{
    *frame = (struct outbox_frame){.all = shards_open()};
    frame->memory = &frame->all->at[0]->context.memory;
    frame->outbox = myc__context_outbox(&frame->all->at[0]->context, 1);
    cr_assert_not_null(frame->outbox);
    frame->lane = frame->all->at[1]->inbox[0];
    frame->receiver = &frame->all->at[1]->parking;
    cr_assert_eq(frame->lane, frame->outbox->lane, "the receiver finds the sender's lane");
}

static uint32_t available(struct outbox_frame *frame)
{
    return myc__spsc_available(&frame->lane->ring);
}

/* Takes up to `limit`, which must come in the order they were accepted in. */
static uint32_t take(struct outbox_frame *frame, uint32_t limit)
{
    uint32_t count = available(frame);
    count = count < limit ? count : limit;
    for (uint32_t ahead = 0; ahead < count; ahead++)
        cr_assert(carries(myc__lane_at(frame->lane, ahead), frame->taken++));
    myc__spsc_read_done(&frame->lane->ring, count);
    myc__spsc_retire(&frame->lane->ring);
    return count;
}

static bool post(struct outbox_frame *frame)
{
    bool accepted = myc__outbox_post(frame->outbox, numbered(frame->posted));
    frame->posted += accepted;
    return accepted;
}

static bool post_control(struct outbox_frame *frame)
{
    bool accepted = myc__outbox_post_control(frame->outbox, frame->memory, numbered(frame->posted));
    frame->posted += accepted;
    return accepted;
}

static void close_outbox(struct outbox_frame *frame)
{
    while (frame->taken < frame->posted) {
        myc__outbox_flush(frame->outbox);
        cr_assert_gt(take(frame, UINT32_MAX), 0, "%lu are lost",
                     (unsigned long)(frame->posted - frame->taken));
    }
    cr_expect_eq(0, available(frame));
    cr_expect(myc__outbox_flush(frame->outbox));
    myc__mailbox_fini(&frame->outbox->waiting, frame->memory);
    shards_close(frame->all);
}

Test(outbox, publishes_each_full_line_and_the_rest_by_a_flush)
{
    struct outbox_frame frame;
    open_outbox(&frame);
    for (uint32_t count = 1; count <= 3 * MYC__LANE_LINE_SLOTS + 2; count++) {
        cr_assert(post(&frame));
        bool full_line = count % MYC__LANE_LINE_SLOTS == 0;
        cr_expect_eq(full_line ? MYC__LANE_LINE_SLOTS : 0, take(&frame, UINT32_MAX), "after %u",
                     count);
    }
    cr_expect(myc__outbox_flush(frame.outbox));
    cr_expect_eq(2, take(&frame, UINT32_MAX));
    close_outbox(&frame);
    NO_LEAKS();
}

Test(outbox, wakes_the_receiver_by_a_flush_only)
{
    struct outbox_frame frame;
    open_outbox(&frame);
    myc__parking_announce(frame.receiver);
    for (uint32_t count = 0; count < 2 * MYC__LANE_LINE_SLOTS; count++)
        post(&frame);
    cr_expect_eq(0, signals_of(frame.receiver->wake_fd));
    myc__outbox_flush(frame.outbox);
    cr_expect_eq(1, signals_of(frame.receiver->wake_fd));
    myc__outbox_flush(frame.outbox);
    cr_expect_eq(0, signals_of(frame.receiver->wake_fd), "it is awake now");
    close_outbox(&frame);
    NO_LEAKS();
}

static void fill_lane(struct outbox_frame *frame)
{
    for (uint32_t count = 0; count < MYC__LANE_SLOTS; count++)
        cr_assert(post(frame), "%u", count);
    cr_expect_not(post(frame), "the lane is full");
}

Test(outbox, keeps_control_that_finds_the_lane_full_and_sends_it_first)
{
    struct outbox_frame frame;
    open_outbox(&frame);
    fill_lane(&frame);
    for (uint32_t count = 0; count < 20; count++)
        cr_expect(post_control(&frame));
    cr_expect_not(myc__outbox_flush(frame.outbox), "something waits still");
    cr_expect_eq(5, take(&frame, 5));
    cr_expect_not(post(&frame), "a message would overtake what waits");
    cr_expect(post_control(&frame), "another order goes behind it");
    cr_expect_not(myc__outbox_flush(frame.outbox));
    cr_expect_not(post(&frame));
    cr_expect_eq(16, frame.outbox->waiting.depth);
    cr_expect_eq(100, take(&frame, 100));
    cr_expect(myc__outbox_flush(frame.outbox));
    cr_expect(post(&frame));
    close_outbox(&frame);
    NO_LEAKS();
}

Test(outbox, says_how_many_messages_it_would_take)
{
    struct outbox_frame frame;
    open_outbox(&frame);
    cr_expect_eq(MYC__LANE_SLOTS, myc__outbox_room(frame.outbox));
    fill_lane(&frame);
    cr_expect_eq(0, myc__outbox_room(frame.outbox));
    post_control(&frame);
    take(&frame, 10);
    cr_expect_eq(0, myc__outbox_room(frame.outbox), "control goes first");
    myc__outbox_flush(frame.outbox);
    cr_expect_eq(9, myc__outbox_room(frame.outbox));
    close_outbox(&frame);
    NO_LEAKS();
}

Test(outbox, refuses_control_only_when_lane_and_memory_are_out)
{
    struct outbox_frame frame;
    open_outbox(&frame);
    fill_lane(&frame);
    frame.all->probe.exhausted = true;
    for (uint32_t count = 0; count < MYC__MAILBOX_INLINE; count++)
        cr_expect(post_control(&frame), "these need no memory");
    cr_expect_not(post_control(&frame));
    frame.all->probe.exhausted = false;
    cr_expect(post_control(&frame));
    close_outbox(&frame);
    NO_LEAKS();
}

/* A flush leaves nothing unpublished, and something waiting only behind a full lane. */
static void flush_checked(struct outbox_frame *frame)
{
    bool all_posted = myc__outbox_flush(frame->outbox);
    uint32_t waiting = frame->outbox->waiting.depth;
    cr_assert_eq(waiting == 0, all_posted);
    cr_assert_eq(0, myc__spsc_unpublished(&frame->lane->ring));
    if (waiting)
        cr_assert_eq(MYC__LANE_SLOTS, frame->posted - frame->taken - waiting);
}

static void random_step(struct outbox_frame *frame, seeded *random)
{
    uint32_t dice = seeded_below(random, 100);
    uint32_t burst = seeded_below(random, 10) ? 8 : 600;
    if (dice < 50) {
        uint32_t room = myc__outbox_room(frame->outbox);
        for (uint32_t count = seeded_below(random, burst); count > 0; count--) {
            bool accepted = post(frame);
            cr_assert(accepted || room == 0, "it said there was room");
            room -= room > 0;
        }
    } else if (dice < 60) {
        cr_assert(post_control(frame));
    } else if (dice < 80) {
        flush_checked(frame);
    } else {
        take(frame, seeded_below(random, burst));
    }
    cr_assert_leq(frame->posted - frame->taken - frame->outbox->waiting.depth, MYC__LANE_SLOTS);
}

Test(outbox, delivers_all_it_accepted_in_order_over_random_steps, .timeout = 60)
{
    seeded random = seeded_start("outbox");
    struct outbox_frame frame;
    open_outbox(&frame);
    for (uint32_t step = 0; step < STEPS; step++)
        random_step(&frame, &random);
    cr_expect_gt(frame.taken, STEPS);
    close_outbox(&frame);
    NO_LEAKS();
}

/* SPDX-License-Identifier: Apache-2.0 */
#include "base/seeded.h"
#include "shards.h"

enum { STEPS = 60000, MESSAGES_MAX = MYC__LANE_SLOTS - MYC__LANE_CONTROL_SLOTS };

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

/* Takes up to `limit`, which must come in the order they were accepted in. */
static uint32_t take(struct outbox_frame *frame, uint32_t limit)
{
    myc__envelope envelope;
    uint32_t count = 0;
    while (count < limit && count < MYC__LANE_SLOTS &&
           myc__lane_peek(frame->lane, count, &envelope)) {
        cr_assert(carries(&envelope, frame->taken++));
        count++;
    }
    myc__lane_retire(frame->lane, count);
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
        myc__outbox_retry(frame->outbox);
        cr_assert_gt(take(frame, UINT32_MAX), 0, "%lu are lost",
                     (unsigned long)(frame->posted - frame->taken));
    }
    cr_expect_eq(0, lane_depth(frame->lane));
    cr_expect(myc__outbox_retry(frame->outbox));
    myc__mailbox_fini(&frame->outbox->waiting, frame->memory);
    shards_close(frame->all);
}

Test(outbox, sends_each_message_at_once_and_wakes_a_parked_receiver)
{
    struct outbox_frame frame;
    open_outbox(&frame);
    for (uint32_t count = 0; count < 20; count++) {
        bool parked = count % 3 == 0;
        if (parked)
            myc__parking_announce(frame.receiver);
        cr_assert(count % 2 ? post(&frame) : post_control(&frame));
        cr_expect_eq(parked, signals_of(frame.receiver->wake_fd), "after %u", count);
        cr_expect_eq(1, take(&frame, UINT32_MAX), "after %u", count);
    }
    close_outbox(&frame);
    NO_LEAKS();
}

static void fill_for_messages(struct outbox_frame *frame)
{
    for (uint32_t count = 0; count < MESSAGES_MAX; count++)
        cr_assert(post(frame), "%u", count);
    cr_expect_not(post(frame), "the rest is kept for control");
}

Test(outbox, keeps_slots_for_control)
{
    struct outbox_frame frame;
    open_outbox(&frame);
    fill_for_messages(&frame);
    for (uint32_t count = 0; count < MYC__LANE_CONTROL_SLOTS; count++)
        cr_expect(post_control(&frame));
    cr_expect_eq(0, frame.outbox->waiting.depth);
    cr_expect_eq(MYC__LANE_SLOTS, lane_depth(frame.lane));
    cr_expect_not(post(&frame));
    cr_expect_eq(MYC__LANE_CONTROL_SLOTS, take(&frame, MYC__LANE_CONTROL_SLOTS));
    cr_expect_not(post(&frame), "what became free belongs to control again");
    cr_expect_eq(1, take(&frame, 1));
    cr_expect(post(&frame));
    cr_expect_not(post(&frame));
    close_outbox(&frame);
    NO_LEAKS();
}

/* No slot is left, nor of those kept for control. */
static void fill_lane(struct outbox_frame *frame)
{
    fill_for_messages(frame);
    for (uint32_t count = 0; count < MYC__LANE_CONTROL_SLOTS; count++)
        cr_assert(post_control(frame));
}

Test(outbox, keeps_control_that_finds_the_lane_full_and_sends_it_first)
{
    struct outbox_frame frame;
    open_outbox(&frame);
    fill_lane(&frame);
    for (uint32_t count = 0; count < 20; count++)
        cr_expect(post_control(&frame));
    cr_expect_not(myc__outbox_retry(frame.outbox), "something waits still");
    cr_expect_eq(5, take(&frame, 5));
    cr_expect(post_control(&frame), "there is room, but it goes behind what waits");
    cr_expect_eq(21, frame.outbox->waiting.depth);
    cr_expect_not(myc__outbox_retry(frame.outbox));
    cr_expect_eq(16, frame.outbox->waiting.depth);
    cr_expect_eq(100, take(&frame, 100));
    cr_expect_not(post(&frame), "a message would overtake what waits");
    cr_expect(myc__outbox_retry(frame.outbox));
    cr_expect(post(&frame));
    close_outbox(&frame);
    NO_LEAKS();
}

Test(outbox, wakes_the_receiver_when_what_waited_is_on_its_way)
{
    struct outbox_frame frame;
    open_outbox(&frame);
    fill_lane(&frame);
    cr_expect(post_control(&frame));
    take(&frame, UINT32_MAX);
    myc__parking_announce(frame.receiver);
    cr_expect(myc__outbox_retry(frame.outbox));
    cr_expect_eq(1, signals_of(frame.receiver->wake_fd));
    close_outbox(&frame);
    NO_LEAKS();
}

Test(outbox, says_how_many_messages_it_would_take)
{
    struct outbox_frame frame;
    open_outbox(&frame);
    cr_expect_eq(MESSAGES_MAX, myc__outbox_room(frame.outbox, 1));
    fill_for_messages(&frame);
    cr_expect_eq(0, myc__outbox_room(frame.outbox, 1));
    for (uint32_t count = 0; count < MYC__LANE_CONTROL_SLOTS; count++)
        cr_assert(post_control(&frame));
    cr_expect_eq(0, myc__outbox_room(frame.outbox, 1), "it has used its own slots only");
    take(&frame, 10);
    cr_expect_eq(0, myc__outbox_room(frame.outbox, 1), "these go to the reserve");
    take(&frame, MYC__LANE_CONTROL_SLOTS);
    cr_expect_eq(10, myc__outbox_room(frame.outbox, 1));
    take(&frame, 500);
    cr_expect_eq(10, myc__outbox_room(frame.outbox, 10), "it knows of enough");
    cr_expect_eq(510, myc__outbox_room(frame.outbox, 11));
    close_outbox(&frame);
    NO_LEAKS();
}

Test(outbox, has_no_room_while_control_waits)
{
    struct outbox_frame frame;
    open_outbox(&frame);
    fill_lane(&frame);
    cr_expect(post_control(&frame));
    take(&frame, MYC__LANE_SLOTS);
    cr_expect_eq(0, myc__outbox_room(frame.outbox, 1), "control goes first");
    cr_expect(myc__outbox_retry(frame.outbox));
    cr_expect_eq(MESSAGES_MAX - 1, myc__outbox_room(frame.outbox, MESSAGES_MAX));
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

/* What is in the lane, by the numbers of the test alone. */
static uint64_t in_lane(const struct outbox_frame *frame)
{
    return frame->posted - frame->taken - frame->outbox->waiting.depth;
}

/* After it, something waits behind a full lane only. */
static void retry_checked(struct outbox_frame *frame)
{
    bool all_posted = myc__outbox_retry(frame->outbox);
    cr_assert_eq(frame->outbox->waiting.depth == 0, all_posted);
    cr_assert(all_posted || in_lane(frame) == MYC__LANE_SLOTS);
}

/* It is refused exactly when the reserve would be touched or it would overtake. */
static void post_checked(struct outbox_frame *frame)
{
    bool expected = frame->outbox->waiting.depth == 0 && in_lane(frame) < MESSAGES_MAX;
    cr_assert_eq(expected, post(frame));
}

static void random_step(struct outbox_frame *frame, seeded *random)
{
    uint32_t dice = seeded_below(random, 100);
    uint32_t burst = seeded_below(random, 10) ? 8 : 600;
    if (dice < 50) {
        uint32_t room = myc__outbox_room(frame->outbox, seeded_below(random, burst));
        cr_assert(room == 0 || in_lane(frame) + room <= MESSAGES_MAX);
        for (uint32_t count = seeded_below(random, burst); count > 0; count--)
            post_checked(frame);
    } else if (dice < 60) {
        cr_assert(post_control(frame));
    } else if (dice < 80) {
        retry_checked(frame);
    } else {
        take(frame, seeded_below(random, burst));
    }
    cr_assert_leq(in_lane(frame), MYC__LANE_SLOTS);
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

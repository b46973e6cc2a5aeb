/* SPDX-License-Identifier: Apache-2.0 */
#include "shards.h"

Test(context, joins_the_fabric_under_its_endpoint)
{
    shards *all = shards_open();
    cr_expect_eq(SHARDS + 1, all->fabric.endpoint_high);
    for (uint32_t index = 0; index < SHARDS; index++) {
        cr_expect_eq(&all->at[index]->context, all->fabric.endpoints[index]);
        cr_expect_eq(index, all->at[index]->context.worker);
        cr_expect_eq(&all->at[index]->context.memory, all->fabric.heap.members[index]);
        cr_expect(all->at[index]->context.memory.stocks);
    }
    cr_expect_eq(all->foreign, all->fabric.endpoints[SHARDS]);
    cr_expect_eq(MYC__NO_WORKER, all->foreign->worker);
    cr_expect_null(all->foreign->shard);
    cr_expect_not(all->foreign->memory.stocks, "it has no end of a pass to settle at");
    shards_close(all);
    NO_LEAKS();
}

Test(context, makes_an_outbox_on_first_use_and_keeps_it)
{
    shards *all = shards_open();
    uint64_t before = all->probe.calls;
    myc__outbox *outbox = myc__context_outbox(all->foreign, 1);
    cr_assert_not_null(outbox);
    cr_expect_eq(before + 2, all->probe.calls);
    cr_expect_eq(outbox, myc__context_outbox(all->foreign, 1));
    cr_expect_eq(before + 2, all->probe.calls);
    cr_expect_eq(outbox->lane, all->at[1]->inbox[SHARDS]);
    cr_expect_null(all->at[0]->inbox[SHARDS]);
    cr_expect_eq(&all->at[1]->parking, outbox->receiver);
    cr_expect_neq(outbox, myc__context_outbox(all->foreign, 0));
    shards_close(all);
    NO_LEAKS();
}

/* Fails the second of its two allocations as well as the first. */
static void *allocate_one(void *user, size_t size_bytes, size_t alignment_bytes)
{
    probe_allocator *probe = user;
    void *memory = probe_allocate(user, size_bytes, alignment_bytes);
    probe->exhausted = true;
    return memory;
}

Test(context, makes_no_half_an_outbox_when_memory_is_out)
{
    shards *all = shards_open();
    all->probe.exhausted = true;
    cr_expect_null(myc__context_outbox(all->foreign, 0));
    all->probe.exhausted = false;
    uint64_t held = all->fabric.allocator.bytes;
    all->fabric.allocator.user.allocate = allocate_one;
    cr_expect_null(myc__context_outbox(all->foreign, 0));
    cr_expect_eq(held, all->fabric.allocator.bytes);
    cr_expect_null(all->at[0]->inbox[SHARDS]);
    all->fabric.allocator.user.allocate = probe_allocate;
    all->probe.exhausted = false;
    cr_expect_not_null(myc__context_outbox(all->foreign, 0));
    shards_close(all);
    NO_LEAKS();
}

/* No end of a turn has to come: what is posted wakes who sleeps. */
Test(context, posts_control_at_once)
{
    shards *all = shards_open();
    for (uint32_t worker = 0; worker < SHARDS; worker++) {
        myc__parking_announce(&all->at[worker]->parking);
        cr_assert(myc__context_post_control(all->foreign, worker, numbered(1)));
        cr_expect_eq(1, lane_depth(all->at[worker]->inbox[SHARDS]));
        cr_expect_eq(1, signals_of(all->at[worker]->parking.wake_fd));
        cr_expect_not(all->foreign->outbox[worker]->blocked);
    }
    cr_expect_null(all->foreign->blocked);
    cr_expect(myc__context_retry(all->foreign), "nothing waits");
    cr_expect_eq(0, signals_of(all->at[0]->parking.wake_fd));
    shards_close(all);
    NO_LEAKS();
}

Test(context, refuses_control_when_there_is_no_memory_for_an_outbox)
{
    shards *all = shards_open();
    all->probe.exhausted = true;
    cr_expect_not(myc__context_post_control(all->foreign, 0, numbered(1)));
    all->probe.exhausted = false;
    cr_expect(myc__context_post_control(all->foreign, 0, numbered(1)));
    cr_expect_eq(1, lane_depth(all->at[0]->inbox[SHARDS]));
    shards_close(all);
    NO_LEAKS();
}

/* Fills the lane to the last slot, the reserve too, and lets `waiting` more wait. */
static myc__lane *block_lane(shards *all, uint32_t worker, uint32_t waiting)
{
    for (uint32_t count = 0; count < MYC__LANE_SLOTS + waiting; count++)
        cr_assert(myc__context_post_control(all->foreign, worker, numbered(count)));
    cr_expect_eq(waiting, all->foreign->outbox[worker]->waiting.depth);
    cr_expect_eq(waiting > 0, all->foreign->outbox[worker]->blocked);
    return all->at[worker]->inbox[SHARDS];
}

static void expect_numbers(myc__lane *lane, uint32_t first, uint32_t count)
{
    myc__envelope envelope;
    cr_expect_eq(count, lane_depth(lane));
    for (uint32_t ahead = 0; myc__lane_peek(lane, ahead, &envelope); ahead++)
        cr_assert_eq(first + ahead, (uintptr_t)envelope.payload);
}

Test(context, comes_back_to_each_lane_where_control_waits)
{
    shards *all = shards_open();
    myc__lane *first = block_lane(all, 0, 1);
    myc__lane *second = block_lane(all, 1, 100);
    cr_expect_not(myc__context_retry(all->foreign));
    cr_expect_not(myc__context_retry(all->foreign));
    myc__lane_retire(first, MYC__LANE_SLOTS);
    cr_expect_not(myc__context_retry(all->foreign), "the other one waits still");
    expect_numbers(first, MYC__LANE_SLOTS, 1);
    cr_expect_not(all->foreign->outbox[0]->blocked);
    myc__lane_retire(second, 40);
    cr_expect_not(myc__context_retry(all->foreign));
    cr_expect_eq(60, all->foreign->outbox[1]->waiting.depth);
    myc__lane_retire(second, MYC__LANE_SLOTS);
    cr_expect(myc__context_retry(all->foreign));
    cr_expect_null(all->foreign->blocked);
    expect_numbers(second, MYC__LANE_SLOTS + 40, 60);
    myc__mailbox_fini(&all->foreign->outbox[1]->waiting, &all->foreign->memory);
    shards_close(all);
    NO_LEAKS();
}

/* It is in the list of blocked ones once, however often it is blocked. */
Test(context, lists_a_blocked_outbox_once)
{
    shards *all = shards_open();
    block_lane(all, 0, 3);
    block_lane(all, 1, 3);
    cr_assert_not_null(all->foreign->blocked);
    myc__outbox *last = all->foreign->blocked->next_blocked;
    cr_assert_not_null(last);
    cr_expect_neq(all->foreign->blocked, last);
    cr_expect_null(last->next_blocked);
    for (uint32_t worker = 0; worker < SHARDS; worker++)
        myc__lane_retire(all->at[worker]->inbox[SHARDS], MYC__LANE_SLOTS);
    cr_expect(myc__context_retry(all->foreign));
    shards_close(all);
    NO_LEAKS();
}

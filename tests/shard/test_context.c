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

Test(context, flushes_each_outbox_that_was_touched_once)
{
    shards *all = shards_open();
    myc__outbox *outboxes[SHARDS];
    for (uint32_t worker = 0; worker < SHARDS; worker++) {
        myc__parking_announce(&all->at[worker]->parking);
        outboxes[worker] = myc__context_outbox(all->foreign, worker);
        for (int count = 0; count < 3; count++) {
            cr_assert(myc__outbox_post(outboxes[worker], numbered(1)));
            myc__context_touch(all->foreign, outboxes[worker]);
        }
    }
    cr_expect(myc__context_flush(all->foreign));
    for (uint32_t worker = 0; worker < SHARDS; worker++) {
        cr_expect_eq(3, myc__spsc_available(&outboxes[worker]->lane->ring));
        cr_expect_eq(1, signals_of(all->at[worker]->parking.wake_fd));
        cr_expect_not(outboxes[worker]->dirty);
        myc__parking_announce(&all->at[worker]->parking);
    }
    cr_expect(myc__context_flush(all->foreign));
    cr_expect_eq(0, signals_of(all->at[0]->parking.wake_fd), "there is nothing more to flush");
    shards_close(all);
    NO_LEAKS();
}

static void drain(myc__lane *lane)
{
    uint32_t count = myc__spsc_available(&lane->ring);
    myc__spsc_read_done(&lane->ring, count);
    myc__spsc_retire(&lane->ring);
}

Test(context, comes_back_to_an_outbox_whose_lane_was_full)
{
    shards *all = shards_open();
    myc__outbox *outboxes[SHARDS];
    for (uint32_t worker = 0; worker < SHARDS; worker++) {
        outboxes[worker] = myc__context_outbox(all->foreign, worker);
        while (myc__outbox_post(outboxes[worker], numbered(1)))
            continue;
        cr_assert(myc__outbox_post_control(outboxes[worker], &all->foreign->memory, numbered(2)));
        myc__context_touch(all->foreign, outboxes[worker]);
    }
    cr_expect_not(myc__context_flush(all->foreign));
    cr_expect_not(myc__context_flush(all->foreign));
    drain(outboxes[0]->lane);
    cr_expect_not(myc__context_flush(all->foreign), "the other one waits still");
    cr_expect_eq(0, outboxes[0]->waiting.depth);
    cr_expect_eq(1, outboxes[1]->waiting.depth);
    drain(outboxes[1]->lane);
    cr_expect(myc__context_flush(all->foreign));
    cr_expect_null(all->foreign->dirty);
    for (uint32_t worker = 0; worker < SHARDS; worker++)
        cr_expect(carries(myc__lane_at(outboxes[worker]->lane,
                                       myc__spsc_available(&outboxes[worker]->lane->ring) - 1),
                          2));
    shards_close(all);
    NO_LEAKS();
}

/* A foreign thread has no end of a pass: what it sent and what it freed goes out together. */
Test(context, of_a_foreign_thread_flushes_messages_and_memory)
{
    shards *all = shards_open();
    myc__memory *home = &all->at[0]->context.memory;
    void *payload = myc__memory_new_internal(home, 48);
    myc__memory_free(&all->foreign->memory, myc__header_of(payload));
    myc__outbox *outbox = myc__context_outbox(all->foreign, 1);
    cr_assert(myc__outbox_post(outbox, numbered(1)));
    myc__context_touch(all->foreign, outbox);
    cr_expect_neq(payload, myc__memory_new_internal(home, 48), "not published yet");
    myc__context_flush_foreign(all->foreign);
    cr_expect_eq(payload, myc__memory_new_internal(home, 48));
    cr_expect_eq(1, myc__spsc_available(&outbox->lane->ring));
    shards_close(all);
    NO_LEAKS();
}

/* SPDX-License-Identifier: Apache-2.0 */
#include "socket_frame.h"
#include "support/well.h"

/* Nothing is taken from the socket for which there is no buffer. */
DRIVER_TEST(driver_buffers, ends_when_the_group_is_empty)
{
    struct store store = {.limit = 2, .size_bytes = 64};
    myc__buffers *buffers = open_buffers(frame, &store, 4);
    struct receiver receiver;
    int fds[2];
    open_pair(fds, SOCK_STREAM);
    receiver_open(&receiver, frame, &store, buffers, fds[0]);
    receiver.keeps_buffers = true;
    cr_assert_eq(640, send_bytes(fds[1], 0, 640));
    RUN_UNTIL(frame, !receiver.is_on);
    cr_expect_eq(-ENOBUFS, receiver.end);
    receiver_expect(&receiver, 128);
    cr_expect_not(myc__buffers_fill(buffers));
    cr_expect(myc__driver_lacks_buffers(frame->driver));
    /* Nothing is in flight: that the wait ends is what lets the worker look again. */
    myc__driver_wait(frame->driver, -1);
    store.limit = 20;
    cr_assert(myc__buffers_fill(buffers));
    cr_expect_not(myc__driver_lacks_buffers(frame->driver));
    while (receiver.size_bytes < 640) {
        if (!receiver.is_on)
            receiver_start(&receiver);
        myc__driver_wait(frame->driver, -1);
        myc__driver_poll(frame->driver);
    }
    receiver_expect(&receiver, 640);
    receiver_stop(&receiver);
    receiver_close(&receiver);
    close_buffers(buffers, &store);
    close_pipe(fds);
}

/* Memory stays out while a worker polls: each poll asks for one buffer and no more. */
DRIVER_TEST(driver_buffers, does_not_spin_while_memory_is_out)
{
    struct store store = {.limit = 0, .size_bytes = 64};
    myc__buffers *buffers = open_buffers(frame, &store, 1024);
    cr_expect_eq(1, store.refusals);
    struct receiver receiver;
    int fds[2];
    open_pair(fds, SOCK_STREAM);
    receiver_open(&receiver, frame, &store, buffers, fds[0]);
    cr_assert_eq(64, send_bytes(fds[1], 0, 64));
    RUN_UNTIL(frame, !receiver.is_on);
    cr_expect_eq(-ENOBUFS, receiver.end);
    uint32_t refusals = store.refusals;
    for (int poll = 0; poll < 100; poll++)
        cr_expect_eq(0, myc__driver_poll(frame->driver));
    cr_expect_eq(100, store.refusals - refusals);
    receiver_close(&receiver);
    close_buffers(buffers, &store);
    close_pipe(fds);
}

enum { MANY = 50 };

DRIVER_TEST(driver_buffers, needs_no_buffers_for_idle_connections)
{
    struct store store = {.limit = 4, .size_bytes = 64};
    myc__buffers *buffers = open_buffers(frame, &store, 4);
    struct receiver receivers[MANY];
    int fds[MANY][2];
    for (int index = 0; index < MANY; index++) {
        open_pair(fds[index], SOCK_STREAM);
        receiver_open(&receivers[index], frame, &store, buffers, fds[index][0]);
    }
    expect_no_completion(frame);
    cr_assert_eq(64, send_bytes(fds[MANY - 1][1], 0, 64));
    RUN_UNTIL(frame, receivers[MANY - 1].size_bytes == 64);
    for (int index = 0; index < MANY; index++) {
        receiver_stop(&receivers[index]);
        receiver_expect(&receivers[index], index == MANY - 1 ? 64 : 0);
        receiver_close(&receivers[index]);
        close_pipe(fds[index]);
    }
    close_buffers(buffers, &store);
}

static bool all_have(const struct receiver *receivers, size_t size_bytes)
{
    for (int index = 0; index < MANY; index++)
        if (receivers[index].size_bytes < size_bytes)
            return false;
    return true;
}

static void restart_starved(struct receiver *receivers)
{
    for (int index = 0; index < MANY; index++)
        if (!receivers[index].is_on) {
            cr_assert_eq(-ENOBUFS, receivers[index].end, "%d", receivers[index].end);
            receiver_start(&receivers[index]);
        }
}

DRIVER_TEST(driver_buffers, shares_few_buffers_among_many)
{
    enum { BYTES = 4000 };
    struct store store = {.limit = 8, .size_bytes = 100};
    myc__buffers *buffers = open_buffers(frame, &store, 8);
    struct receiver receivers[MANY];
    int fds[MANY][2];
    for (int index = 0; index < MANY; index++) {
        open_pair(fds[index], SOCK_STREAM);
        receiver_open(&receivers[index], frame, &store, buffers, fds[index][0]);
        cr_assert_eq(BYTES, send_bytes(fds[index][1], 0, BYTES));
    }
    while (!all_have(receivers, BYTES)) {
        myc__driver_wait(frame->driver, -1);
        myc__driver_poll(frame->driver);
        restart_starved(receivers);
    }
    for (int index = 0; index < MANY; index++) {
        receiver_stop(&receivers[index]);
        receiver_expect(&receivers[index], BYTES);
        receiver_close(&receivers[index]);
        close_pipe(fds[index]);
    }
    close_buffers(buffers, &store);
}

/* One group's want is not another's. */
DRIVER_TEST(driver_buffers, keeps_groups_apart)
{
    struct store poor = {.limit = 1, .size_bytes = 64}, rich = {.limit = 8, .size_bytes = 32};
    myc__buffers *small = open_buffers(frame, &poor, 1), *large = open_buffers(frame, &rich, 8);
    struct receiver receivers[2];
    int fds[2][2];
    for (int index = 0; index < 2; index++)
        open_pair(fds[index], SOCK_STREAM);
    receiver_open(&receivers[0], frame, &poor, small, fds[0][0]);
    receiver_open(&receivers[1], frame, &rich, large, fds[1][0]);
    receivers[0].keeps_buffers = true;
    for (int index = 0; index < 2; index++)
        cr_assert_eq(128, send_bytes(fds[index][1], 0, 128));
    RUN_UNTIL(frame, !receivers[0].is_on && receivers[1].size_bytes == 128);
    cr_expect_eq(-ENOBUFS, receivers[0].end);
    receiver_expect(&receivers[0], 64);
    receiver_expect(&receivers[1], 128);
    receiver_stop(&receivers[1]);
    for (int index = 0; index < 2; index++) {
        receiver_close(&receivers[index]);
        close_pipe(fds[index]);
    }
    close_buffers(small, &poor);
    close_buffers(large, &rich);
}

/* Groups come and go with their streams; the numbers of old ones are not in the way. */
DRIVER_TEST(driver_buffers, opens_and_closes_groups)
{
    int fds[2];
    open_pair(fds, SOCK_STREAM);
    for (int cycle = 0; cycle < 300; cycle++) {
        struct store store = {.limit = 4, .size_bytes = 64};
        myc__buffers *buffers = open_buffers(frame, &store, 4);
        struct receiver receiver;
        receiver_open(&receiver, frame, &store, buffers, fds[0]);
        cr_assert_eq(10, send_bytes(fds[1], 0, 10));
        RUN_UNTIL(frame, receiver.size_bytes == 10);
        receiver_stop(&receiver);
        receiver_close(&receiver);
        close_buffers(buffers, &store);
    }
    close_pipe(fds);
}

DRIVER_TEST(driver_buffers, gives_no_group_when_memory_is_out)
{
    struct well well = {.dry = true};
    myc_allocator user = well_allocator(&well);
    myc__allocator allocator;
    myc__allocator_init(&allocator, &user, &frame->log);
    struct store store = {.limit = 4, .size_bytes = 64};
    const myc__buffers_options options = {
        .count = 4, .size_bytes = 64, .make = store_make, .drop = store_drop, .user = &store};
    myc__driver *driver;
    well.dry = false;
    frame->options.allocator = &allocator;
    cr_assert_eq(0, myc__driver_create(&frame->options, &driver));
    uint64_t before = allocator.bytes;
    well.dry = true;
    myc__buffers *buffers = NULL;
    int error = MYC_ENOMEM;
    for (uint32_t allocations = 0; error != 0 && allocations < 10; allocations++) {
        well.drops = allocations;
        error = myc__buffers_create(driver, &options, &buffers);
        cr_expect(error == 0 || (error == MYC_ENOMEM && !buffers && allocator.bytes == before));
    }
    cr_assert_eq(0, error);
    close_buffers(buffers, &store);
    cr_expect_eq(before, allocator.bytes);
    myc__driver_destroy(driver);
    cr_expect_eq(0, well.blocks);
}

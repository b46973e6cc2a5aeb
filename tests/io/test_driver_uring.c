/* SPDX-License-Identifier: Apache-2.0 */
#include "io/uring_setup.h"
#include "socket_frame.h"

/* What only io_uring has: that the kernel goes on with a receive by itself, and that completions it
 * has no room for end this. */

static void skip_without_multishot(void)
{
    struct io_uring ring;
    if (io_uring_queue_init(8, &ring, 0) != 0)
        cr_skip_test("io_uring is refused here");
    bool knows = myc__uring_knows(&ring, IORING_OP_SEND_ZC);
    io_uring_queue_exit(&ring);
    if (!knows)
        cr_skip_test("the kernel has no multishot receives (Linux 6.0)");
}

/* Each send is a piece of its own, unless pieces wait together. */
static void receive_pieces(struct frame *frame, struct receiver *receiver, uint32_t at_once)
{
    enum { PIECES = 256, PIECE = 16 };
    struct store store = {.limit = PIECES, .size_bytes = PIECE};
    myc__buffers *buffers = open_buffers(frame, &store, PIECES);
    int fds[2];
    open_pair(fds, SOCK_STREAM);
    receiver_open(receiver, frame, &store, buffers, fds[0]);
    expect_no_completion(frame);
    size_t sent = 0;
    while (sent < PIECES * PIECE) {
        for (uint32_t count = 0; count < at_once; count++)
            sent += send_bytes(fds[1], sent, PIECE);
        RUN_UNTIL(frame, receiver->size_bytes == sent);
    }
    receiver_expect(receiver, sent);
    receiver_stop(receiver);
    close_buffers(buffers, &store);
    close_pipe(fds);
}

static uint32_t count_starts(enum kind kind, uint32_t at_once)
{
    skip_without_multishot();
    struct frame frame;
    struct receiver receiver;
    frame_open(&frame, kind);
    receive_pieces(&frame, &receiver, at_once);
    receiver_close(&receiver);
    frame_close(&frame);
    NO_LEAKS();
    return receiver.starts;
}

Test(driver_uring, starts_a_receive_once, .timeout = 60)
{
    cr_expect_eq(1, count_starts(KIND_URING, 1));
}

Test(driver_uring, starts_a_receive_once_whatever_comes_together, .timeout = 60)
{
    cr_expect_eq(1, count_starts(KIND_URING, 64));
}

Test(driver_uring, overflows_in_tests_that_want_it_to, .timeout = 60)
{
    cr_expect_gt(count_starts(KIND_URING_TINY_CQ, 64), 1, "no multishot was ended");
}

Test(driver_uring, ends_receives_in_tests_that_want_it_to, .timeout = 60)
{
    cr_expect_geq(count_starts(KIND_URING_MULTISHOT_ENDS, 1), 256);
}

Test(driver_uring, goes_on_itself_where_the_kernel_does_not, .timeout = 60)
{
    cr_expect_eq(1, count_starts(KIND_URING_NO_MULTISHOT, 1));
    cr_expect_eq(1, count_starts(KIND_URING_NO_BUFFER_RINGS, 64));
}

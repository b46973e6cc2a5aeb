/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>

#include "driver_frame.h"

DRIVER_TEST(driver_cancel, cancels_what_has_not_started)
{
    int fd = file_of(64);
    struct probe probe = {0};
    probe_read(frame, &probe, fd, 0);
    myc__driver_cancel(frame->driver, &probe.operation);
    myc__driver_cancel(frame->driver, &probe.operation);
    cr_expect_eq(0, probe.calls, "completions come in a poll only");
    run_until(frame, 0);
    cr_expect_eq(1, probe.calls);
    cr_expect_eq(-ECANCELED, probe.result);
    close(fd);
}

DRIVER_TEST(driver_cancel, cancels_what_waits_for_data)
{
    static const int flags[] = {0, O_NONBLOCK};
    for (int index = 0; index < 2; index++) {
        int fds[2];
        open_pipe(fds, flags[index]);
        struct probe cancelled = {0}, kept = {0};
        probe_read(frame, &cancelled, fds[0], -1);
        expect_no_completion(frame);
        myc__driver_cancel(frame->driver, &cancelled.operation);
        myc__driver_cancel(frame->driver, &cancelled.operation);
        run_until(frame, 0);
        cr_expect_eq(1, cancelled.calls);
        cr_expect_eq(-ECANCELED, cancelled.result);
        probe_read(frame, &kept, fds[0], -1);
        expect_no_completion(frame);
        cr_assert_eq(1, write(fds[1], "x", 1));
        run_until(frame, 0);
        cr_expect_eq(1, kept.result, "a cancel took the data of the next read");
        close_pipe(fds);
    }
}

DRIVER_TEST(driver_cancel, lets_a_cancel_lose_against_the_data)
{
    int fds[2];
    open_pipe(fds, 0);
    struct probe probe = {0};
    probe_read(frame, &probe, fds[0], -1);
    expect_no_completion(frame);
    cr_assert_eq(1, write(fds[1], "x", 1));
    myc__driver_cancel(frame->driver, &probe.operation);
    run_until(frame, 0);
    cr_expect_eq(1, probe.calls);
    char left;
    fcntl(fds[0], F_SETFL, O_NONBLOCK);
    bool is_left = read(fds[0], &left, 1) == 1;
    cr_expect_eq(is_left ? -ECANCELED : 1, probe.result, "the byte is lost");
    close_pipe(fds);
}

DRIVER_TEST(driver_cancel, leaves_alone_what_is_not_in_flight)
{
    int fd = file_of(64);
    struct probe probe = {0};
    myc__driver_cancel(frame->driver, &probe.operation);
    probe_read(frame, &probe, fd, 0);
    run_until(frame, 0);
    myc__driver_cancel(frame->driver, &probe.operation);
    cr_expect_eq(0, myc__driver_in_flight(frame->driver));
    cr_expect_eq(0, myc__driver_poll(frame->driver));
    expect_bytes(&probe, 0, 64);
    close(fd);
}

/* Two reads, each in memory of its own that its completion frees; the first cancels the second. */
struct rival {
    struct probe probe;
    struct rival *other; /* NULL once that is done */
    myc__driver *driver;
    int *cancelled;
};

static void rival_on_read(myc__operation *operation, int32_t result, uint32_t flags)
{
    struct rival *self = (struct rival *)operation;
    (void)flags;
    if (self->other) {
        self->other->other = NULL;
        myc__driver_cancel(self->driver, &self->other->probe.operation);
    }
    cr_assert(result == 1 || result == -ECANCELED);
    *self->cancelled += result == -ECANCELED;
    free(self);
}

static int run_rivals(struct frame *frame, int ready_pipes)
{
    int fds[2][2], cancelled = 0;
    struct rival *rivals[2] = {calloc(1, sizeof **rivals), calloc(1, sizeof **rivals)};
    for (int index = 0; index < 2; index++) {
        struct rival *self = rivals[index];
        *self = (struct rival){
            {.operation.complete = rival_on_read}, rivals[!index], frame->driver, &cancelled};
        open_pipe(fds[index], 0);
        myc__driver_read(frame->driver, &self->probe.operation, fds[index][0], self->probe.bytes, 1,
                         -1);
    }
    expect_no_completion(frame);
    for (int index = 0; index < ready_pipes; index++)
        cr_assert_eq(1, write(fds[index][1], "x", 1));
    run_until(frame, 0);
    cr_expect_eq(0, myc__driver_poll(frame->driver));
    close_pipe(fds[0]);
    close_pipe(fds[1]);
    return cancelled;
}

DRIVER_TEST(driver_cancel, cancels_from_completions)
{
    cr_expect_eq(1, run_rivals(frame, 1));
}

/* With io_uring both are done, so the cancel of the second comes too late. */
DRIVER_TEST(driver_cancel, forgets_the_cancel_of_what_completes_first)
{
    cr_expect_eq(kind >= KIND_EPOLL ? 1 : 0, run_rivals(frame, 2));
}

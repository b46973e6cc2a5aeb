/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <semaphore.h>

#include "base/clock.h"
#include "base/sync.h"
#include "driver_frame.h"

/* Forces the wait to sleep to its end: what an earlier wait left for the poll would end it early.
 */
static void wait_after_poll(struct frame *frame, int64_t timeout_ns)
{
    myc__driver_poll(frame->driver);
    myc__driver_wait(frame->driver, timeout_ns);
}

static bool is_readable(int fd)
{
    struct pollfd poll_fd = {.fd = fd, .events = POLLIN};
    return poll(&poll_fd, 1, 0) == 1;
}

DRIVER_TEST(driver_wait, ends_when_the_time_is_over)
{
    for (int64_t timeout_ns = 0; timeout_ns <= 4000000; timeout_ns += 1000000) {
        uint64_t before = myc__kernel_now_ns();
        wait_after_poll(frame, timeout_ns);
        cr_expect_geq(myc__kernel_now_ns() - before, (uint64_t)timeout_ns);
    }
}

DRIVER_TEST(driver_wait, sleeps_through_without_a_wake_fd)
{
    frame->options.wake_fd = -1;
    myc__driver *driver;
    cr_assert_eq(0, myc__driver_create(&frame->options, &driver));
    uint64_t before = myc__kernel_now_ns();
    myc__driver_wait(driver, 1000000);
    cr_expect_geq(myc__kernel_now_ns() - before, 1000000);
    cr_expect_eq(0, myc__driver_poll(driver));
    myc__driver_destroy(driver);
}

DRIVER_TEST(driver_wait, ends_at_once_after_a_wake)
{
    for (int round = 0; round < 3; round++) {
        myc__event_signal(frame->wake_fd);
        myc__event_signal(frame->wake_fd);
        wait_after_poll(frame, -1);
        cr_expect(!is_readable(frame->wake_fd), "the wait drains it");
        uint64_t before = myc__kernel_now_ns();
        wait_after_poll(frame, 1000000);
        cr_expect_geq(myc__kernel_now_ns() - before, 1000000, "one wake ends one wait");
    }
}

/* The signal comes while the wake_fd is watched by the kernel but the worker is busy polling. */
DRIVER_TEST(driver_wait, keeps_a_wake_that_comes_between_waits)
{
    for (int round = 0; round < 3; round++) {
        wait_after_poll(frame, 0);
        myc__event_signal(frame->wake_fd);
        for (int polls = 0; polls < 5; polls++)
            myc__driver_poll(frame->driver);
        wait_after_poll(frame, -1);
        cr_expect(!is_readable(frame->wake_fd));
    }
}

DRIVER_TEST(driver_wait, takes_a_wake_fd_in_either_mode)
{
    cr_assert_eq(0, fcntl(frame->wake_fd, F_SETFL, O_NONBLOCK));
    myc__event_signal(frame->wake_fd);
    wait_after_poll(frame, -1);
    wait_after_poll(frame, 0);
    cr_expect(!is_readable(frame->wake_fd));
}

DRIVER_TEST(driver_wait, drains_a_wake_once_whatever_is_polled)
{
    myc__event_signal(frame->wake_fd);
    for (int waits = 0; waits < 3; waits++)
        myc__driver_wait(frame->driver, 0);
    cr_expect(!is_readable(frame->wake_fd));
    myc__event_signal(frame->wake_fd);
    wait_after_poll(frame, -1);
    cr_expect(!is_readable(frame->wake_fd));
}

struct waker {
    int fd;
    uint32_t rounds;
    uint32_t given; /* atomic */
    sem_t taken;
};

static void *run_waker(void *argument)
{
    struct waker *waker = argument;
    for (uint32_t round = 1; round <= waker->rounds; round++) {
        myc__store_release_u32(&waker->given, round);
        myc__event_signal(waker->fd);
        while (sem_wait(&waker->taken) != 0) {
        }
    }
    return NULL;
}

/* A lost wake is a wait without end, which the time limit of the test ends. */
DRIVER_TEST(driver_wait, is_woken_by_another_thread)
{
    struct waker waker = {.fd = frame->wake_fd, .rounds = 2000};
    pthread_t thread;
    sem_init(&waker.taken, 0, 0);
    cr_assert_eq(0, pthread_create(&thread, NULL, run_waker, &waker));
    for (uint32_t round = 1; round <= waker.rounds; round++) {
        while (myc__load_acquire_u32(&waker.given) < round)
            wait_after_poll(frame, -1);
        sem_post(&waker.taken);
    }
    pthread_join(thread, NULL);
    sem_destroy(&waker.taken);
}

static void *write_byte(void *fd)
{
    ssize_t written = write(*(int *)fd, "x", 1);
    return written == 1 ? fd : NULL;
}

DRIVER_TEST(driver_wait, ends_with_a_completion)
{
    int fds[2];
    cr_assert_eq(0, pipe2(fds, O_CLOEXEC));
    for (int round = 0; round < 200; round++) {
        struct probe probe = {0};
        pthread_t thread;
        probe_read(frame, &probe, fds[0], -1);
        cr_assert_eq(0, pthread_create(&thread, NULL, write_byte, &fds[1]));
        run_until(frame, 0);
        cr_expect_eq(1, probe.result);
        pthread_join(thread, NULL);
    }
    close(fds[0]);
    close(fds[1]);
}

DRIVER_TEST(driver_wait, ends_at_once_with_a_completion_to_run)
{
    int fd = file_with("hello", 5);
    struct probe probe = {0};
    probe_read(frame, &probe, fd, 0);
    myc__driver_wait(frame->driver, -1);
    myc__driver_wait(frame->driver, -1);
    cr_expect_eq(0, probe.calls, "a wait runs no completion");
    cr_expect_eq(1, myc__driver_poll(frame->driver));
    cr_expect_eq(5, probe.result);
    probe_read(frame, &probe, fd, 0);
    myc__driver_cancel(frame->driver, &probe.operation);
    myc__driver_wait(frame->driver, -1);
    cr_expect_eq(1, myc__driver_poll(frame->driver));
    cr_expect_eq(-ECANCELED, probe.result);
    close(fd);
}

DRIVER_TEST(driver_wait, tells_wakes_and_completions_apart)
{
    int fds[2];
    cr_assert_eq(0, pipe2(fds, O_CLOEXEC));
    struct probe probe = {0};
    probe_read(frame, &probe, fds[0], -1);
    wait_after_poll(frame, 0);
    myc__event_signal(frame->wake_fd);
    cr_assert_eq(1, write(fds[1], "x", 1));
    while (is_readable(frame->wake_fd) || probe.calls == 0) {
        myc__driver_wait(frame->driver, -1);
        myc__driver_poll(frame->driver);
    }
    cr_expect_eq(1, probe.result);
    close(fds[0]);
    close(fds[1]);
}

static void *create_and_use(void *argument)
{
    struct frame *frame = argument;
    myc__driver *driver;
    if (myc__driver_create(&frame->options, &driver) != 0)
        return NULL;
    myc__driver_wait(driver, 0);
    return driver;
}

/* A worker's thread ends before its system is destroyed. */
DRIVER_TEST(driver_wait, leaves_the_destruction_to_any_thread)
{
    pthread_t thread;
    void *driver;
    cr_assert_eq(0, pthread_create(&thread, NULL, create_and_use, frame));
    pthread_join(thread, &driver);
    cr_assert_not_null(driver);
    myc__driver_destroy(driver);
}

struct starter {
    struct frame *frame;
    struct probe *probe;
    int fd;
};

static void *start_and_leave(void *argument)
{
    struct starter *starter = argument;
    probe_read(starter->frame, starter->probe, starter->fd, -1);
    myc__driver_wait(starter->frame->driver, 0);
    myc__driver_poll(starter->frame->driver);
    return NULL;
}

/* A system under the caller's own loop may be driven by one thread now and another later. */
Test(driver_wait, outlives_the_thread_that_started_an_operation, .timeout = 60)
{
    struct frame frame;
    frame_open(&frame, KIND_URING_SEVERAL_THREADS);
    int fds[2];
    cr_assert_eq(0, pipe2(fds, O_CLOEXEC));
    struct probe probe = {0};
    struct starter starter = {&frame, &probe, fds[0]};
    pthread_t thread;
    cr_assert_eq(0, pthread_create(&thread, NULL, start_and_leave, &starter));
    pthread_join(thread, NULL);
    cr_assert_eq(1, write(fds[1], "x", 1));
    run_until(&frame, 0);
    cr_expect_eq(1, probe.result);
    myc__event_signal(frame.wake_fd);
    while (is_readable(frame.wake_fd))
        wait_after_poll(&frame, -1);
    frame_close(&frame);
    close(fds[0]);
    close(fds[1]);
    NO_LEAKS();
}

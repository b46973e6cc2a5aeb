/* SPDX-License-Identifier: Apache-2.0 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/inotify.h>

#include "driver_frame.h"

enum { MANY = 300 };

DRIVER_TEST(driver, reads_many_places_of_a_file)
{
    int fd = file_of(MANY * 64);
    struct probe *probes = calloc(MANY, sizeof *probes);
    for (int64_t index = 0; index < MANY; index++)
        probe_read(frame, &probes[index], fd, (MANY - 1 - index) * 64);
    cr_expect_eq(MANY, myc__driver_in_flight(frame->driver));
    run_until(frame, 0);
    for (size_t index = 0; index < MANY; index++)
        expect_bytes(&probes[index], (MANY - 1 - index) * 64, 64);
    free(probes);
    close(fd);
}

DRIVER_TEST(driver, reads_short_before_the_end_and_nothing_after_it)
{
    int fd = file_of(100);
    struct probe last = {0}, after = {0};
    probe_read(frame, &last, fd, 64);
    probe_read(frame, &after, fd, 100);
    run_until(frame, 0);
    expect_bytes(&last, 64, 36);
    expect_bytes(&after, 100, 0);
    close(fd);
}

DRIVER_TEST(driver, reads_on_from_the_current_position)
{
    int fd = file_of(150);
    static const int32_t sizes[] = {64, 64, 22, 0};
    for (size_t index = 0; index < 4; index++) {
        struct probe probe = {0};
        probe_read(frame, &probe, fd, -1);
        run_until(frame, 0);
        expect_bytes(&probe, index * 64, sizes[index]);
    }
    close(fd);
}

DRIVER_TEST(driver, passes_on_the_errors_of_a_file)
{
    int directory = open("/tmp", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    struct probe bad[2] = {0}, directories[2] = {0};
    for (int index = 0; index < 2; index++) {
        probe_read(frame, &bad[index], 1000000, index - 1);
        probe_read(frame, &directories[index], directory, index - 1);
    }
    run_until(frame, 0);
    for (int index = 0; index < 2; index++) {
        cr_expect_eq(-EBADF, bad[index].result);
        cr_expect_eq(-EISDIR, directories[index].result);
    }
    close(directory);
}

static void expect_pipe_waits_for_data(struct frame *frame, int flags)
{
    int fds[2];
    open_pipe(fds, flags);
    struct probe probe = {0};
    probe_read(frame, &probe, fds[0], -1);
    expect_no_completion(frame);
    cr_assert_eq(5, write(fds[1], "hello", 5));
    run_until(frame, 0);
    cr_assert_eq(5, probe.result);
    cr_expect_eq(0, memcmp("hello", probe.bytes, 5));
    close_pipe(fds);
}

DRIVER_TEST(driver, waits_for_the_data_of_a_pipe)
{
    expect_pipe_waits_for_data(frame, 0);
}

DRIVER_TEST(driver, waits_for_the_data_of_a_pipe_in_non_blocking_mode)
{
    expect_pipe_waits_for_data(frame, O_NONBLOCK);
}

/* A file that knows no RWF_NOWAIT: older kernels answer EAGAIN here. */
DRIVER_TEST(driver, waits_for_the_events_of_inotify_in_non_blocking_mode)
{
    char path[] = "/tmp/mycelium-XXXXXX";
    int file = mkstemp(path);
    int watch = inotify_init1(IN_NONBLOCK | IN_CLOEXEC);
    cr_assert_geq(inotify_add_watch(watch, path, IN_MODIFY), 0);
    for (int round = 0; round < 2; round++) {
        struct probe probe = {0};
        probe_read(frame, &probe, watch, -1);
        expect_no_completion(frame);
        cr_assert_eq(1, write(file, "x", 1));
        run_until(frame, 0);
        cr_expect_eq(sizeof(struct inotify_event), (size_t)probe.result);
        probe_read(frame, &probe, watch, -1);
        expect_no_completion(frame);
        myc__driver_cancel(frame->driver, &probe.operation);
        run_until(frame, 0);
        cr_expect_eq(-ECANCELED, probe.result);
    }
    close(watch);
    close(file);
    unlink(path);
}

DRIVER_TEST(driver, waits_for_the_data_of_a_terminal_in_non_blocking_mode)
{
    int master = posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC);
    if (master < 0)
        cr_skip_test("there are no pseudo terminals here");
    char name[64];
    cr_assert_eq(0, grantpt(master));
    cr_assert_eq(0, unlockpt(master));
    cr_assert_eq(0, ptsname_r(master, name, sizeof name));
    int terminal = open(name, O_RDWR | O_NOCTTY | O_NONBLOCK | O_CLOEXEC);
    cr_assert_geq(terminal, 0);
    struct probe probe = {0};
    probe_read(frame, &probe, terminal, -1);
    expect_no_completion(frame);
    cr_assert_eq(6, write(master, "hello\n", 6));
    run_until(frame, 0);
    cr_assert_eq(6, probe.result);
    cr_expect_eq(0, memcmp("hello\n", probe.bytes, 6));
    close(terminal);
    close(master);
}

DRIVER_TEST(driver, tells_the_end_of_a_pipe)
{
    int fds[2];
    open_pipe(fds, 0);
    struct probe probe = {0};
    probe_read(frame, &probe, fds[0], -1);
    expect_no_completion(frame);
    close(fds[1]);
    run_until(frame, 0);
    cr_expect_eq(1, probe.calls);
    cr_expect_eq(0, probe.result);
    close(fds[0]);
}

/* Reads that all complete in the kernel before the first is looked at. */
static void expect_all_complete(struct frame *frame, bool waits)
{
    enum { PIPES = 200 };
    int fds[PIPES][2];
    struct probe *probes = calloc(PIPES, sizeof *probes);
    for (int index = 0; index < PIPES; index++) {
        open_pipe(fds[index], 0);
        probe_read(frame, &probes[index], fds[index][0], -1);
    }
    expect_no_completion(frame);
    for (int index = 0; index < PIPES; index++)
        cr_assert_eq(sizeof index, write(fds[index][1], &index, sizeof index));
    while (myc__driver_in_flight(frame->driver) > 0) {
        if (waits)
            myc__driver_wait(frame->driver, -1);
        myc__driver_poll(frame->driver);
    }
    for (int index = 0; index < PIPES; index++) {
        cr_expect_eq(1, probes[index].calls);
        cr_assert_eq(sizeof index, (size_t)probes[index].result);
        cr_expect_eq(0, memcmp(&index, probes[index].bytes, sizeof index));
        close_pipe(fds[index]);
    }
    free(probes);
}

DRIVER_TEST(driver, completes_more_than_its_queues_hold_at_once)
{
    expect_all_complete(frame, true);
}

DRIVER_TEST(driver, completes_more_than_its_queues_hold_by_polls_alone)
{
    expect_all_complete(frame, false);
}

DRIVER_TEST(driver, tells_when_a_pipe_becomes_readable)
{
    int fds[2];
    open_pipe(fds, 0);
    struct probe probe = probe_make();
    myc__driver_await_readable(frame->driver, &probe.operation, fds[0]);
    expect_no_completion(frame);
    cr_assert_eq(1, write(fds[1], "x", 1));
    run_until(frame, 0);
    cr_expect_eq(1, probe.calls);
    cr_expect_gt(probe.result, 0);
    myc__driver_await_readable(frame->driver, &probe.operation, 1000000);
    run_until(frame, 0);
    cr_expect_eq(-EBADF, probe.result);
    close_pipe(fds);
}

/* Reads a file piece by piece, each piece started by the completion of the one before. */
struct chain {
    myc__operation operation;
    myc__driver *driver;
    int fd;
    int64_t offset;
    uint32_t reads;
    uint8_t byte;
};

static void chain_on_read(myc__operation *operation, int32_t result, uint32_t flags)
{
    struct chain *chain = (struct chain *)operation;
    (void)flags;
    if (result == 0)
        return;
    cr_assert_eq(1, result);
    cr_assert_eq(byte_at((size_t)chain->offset), chain->byte);
    chain->reads++;
    chain->offset++;
    myc__driver_read(chain->driver, operation, chain->fd, &chain->byte, 1, chain->offset);
}

DRIVER_TEST(driver, starts_operations_from_completions)
{
    int fd = file_of(MANY);
    struct chain chain = {{.complete = chain_on_read}, frame->driver, fd, 0, 0, 0};
    myc__driver_read(frame->driver, &chain.operation, fd, &chain.byte, 1, 0);
    run_until(frame, 0);
    cr_expect_eq(MANY, chain.reads);
    close(fd);
}

DRIVER_TEST(driver, has_a_name)
{
    cr_expect_str_eq(myc__driver_name(frame->driver), kind >= KIND_EPOLL ? "epoll" : "io_uring");
}

/* An operation that its creator gives up on must not be forgotten by the kernel's side. */
Test(driver, refuses_to_be_destroyed_with_operations_in_flight, .signal = SIGABRT)
{
    struct frame frame;
    frame_open(&frame, KIND_EPOLL);
    struct probe probe = {0};
    probe_read(&frame, &probe, 0, 0);
    myc__driver_destroy(frame.driver);
}

Test(driver, ignores_the_destruction_of_none)
{
    myc__driver_destroy(NULL);
    NO_LEAKS();
}

static int count_open_fds(void)
{
    int count = 0;
    DIR *directory = opendir("/proc/self/fd");
    cr_assert_not_null(directory);
    while (readdir(directory))
        count++;
    closedir(directory);
    return count;
}

DRIVER_TEST(driver, leaks_no_file_descriptor)
{
    enum { CYCLES = 500 };
    int before = count_open_fds();
    for (int cycle = 0; cycle < CYCLES; cycle++) {
        myc__driver *driver;
        cr_assert_eq(0, myc__driver_create(&frame->options, &driver), "in cycle %d", cycle);
        myc__driver_wait(driver, 0);
        myc__driver_poll(driver);
        myc__driver_destroy(driver);
    }
    cr_expect_eq(before, count_open_fds());
}

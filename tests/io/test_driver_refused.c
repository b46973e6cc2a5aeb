/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <sys/resource.h>

#include "base/clock.h"
#include "base/sync.h"
#include "deny.h"
#include "driver_frame.h"
#include "support/well.h"

struct refusal {
    int error;
    const char *name;
    const char *advice;
};

static const struct refusal refusals[] = {
    {EPERM, "EPERM", "seccomp"},          {EPERM, "EPERM", "kernel.io_uring_disabled"},
    {EACCES, "EACCES", "AppArmor"},       {ENOSYS, "ENOSYS", "CONFIG_IO_URING"},
    {ENOMEM, "ENOMEM", "RLIMIT_MEMLOCK"}, {EMFILE, "EMFILE", "RLIMIT_NOFILE"},
    {ENFILE, "ENFILE", "fs.file-max"},    {EINVAL, "errno 22", "io_uring_setup(2)"},
};

enum { REFUSAL_COUNT = sizeof refusals / sizeof refusals[0] };

static void expect_reads(struct frame *frame)
{
    int fd = file_with("hello", 5);
    struct probe probe = {0};
    probe_read(frame, &probe, fd, 0);
    run_until(frame, 0);
    cr_assert_eq(5, probe.result);
    cr_expect_eq(0, memcmp("hello", probe.bytes, 5));
    close(fd);
}

static void expect_line(const struct frame *frame, myc_log_level level, const char *part)
{
    cr_expect_eq(1, frame->lines.count);
    cr_expect_eq(level, frame->lines.level);
    cr_expect_not_null(strstr(frame->lines.text, part), "no \"%s\" in: %s", part,
                       frame->lines.text);
}

Test(driver_refused, reads_on_and_says_why)
{
    for (int index = 0; index < REFUSAL_COUNT; index++) {
        struct frame frame;
        frame_init(&frame, KIND_URING);
        frame.options.backend = MYC_IO_AUTO;
        frame.options.faults.error = refusals[index].error;
        cr_assert_eq(0, myc__driver_create(&frame.options, &frame.driver));
        cr_expect_str_eq(myc__driver_name(frame.driver), "epoll");
        expect_line(&frame, MYC_LOG_WARNING, refusals[index].name);
        expect_line(&frame, MYC_LOG_WARNING, refusals[index].advice);
        expect_reads(&frame);
        frame_close(&frame);
    }
    NO_LEAKS();
}

Test(driver_refused, is_an_error_when_io_uring_was_asked_for)
{
    for (int index = 0; index < REFUSAL_COUNT; index++) {
        struct frame frame;
        frame_init(&frame, KIND_URING);
        frame.options.faults.error = refusals[index].error;
        cr_expect_eq(MYC_ENOTSUP, myc__driver_create(&frame.options, &frame.driver));
        cr_expect_null(frame.driver);
        expect_line(&frame, MYC_LOG_ERROR, refusals[index].name);
        expect_line(&frame, MYC_LOG_ERROR, refusals[index].advice);
        frame_close(&frame);
    }
    NO_LEAKS();
}

Test(driver_refused, takes_a_smaller_ring_and_says_so)
{
    struct frame frame;
    frame_init(&frame, KIND_URING);
    frame.options.faults = (myc__driver_faults){.error = ENOMEM, .entries_max = 50};
    int error = myc__driver_create(&frame.options, &frame.driver);
    if (error == MYC_ENOTSUP)
        cr_skip_test("%s", frame.lines.text);
    cr_assert_eq(0, error);
    cr_expect_str_eq(myc__driver_name(frame.driver), "io_uring");
    expect_line(&frame, MYC_LOG_WARNING, "of 256 entries (ENOMEM), 32 are used");
    expect_reads(&frame);
    frame_close(&frame);
    NO_LEAKS();
}

Test(driver_refused, says_nothing_when_nothing_is_refused)
{
    struct frame frame;
    frame_open(&frame, KIND_URING_PLAIN);
    cr_expect_eq(0, frame.lines.count);
    expect_reads(&frame);
    frame_close(&frame);
    frame_open(&frame, KIND_EPOLL);
    cr_expect_eq(0, frame.lines.count);
    frame_close(&frame);
    NO_LEAKS();
}

static void expect_refused_by_a_filter(uint32_t error, const char *name)
{
    struct frame frame;
    frame_init(&frame, KIND_URING);
    frame.options.backend = MYC_IO_AUTO;
    if (!deny_io_uring_setup(error))
        cr_skip_test("seccomp filters are not to be had here");
    cr_assert_eq(0, myc__driver_create(&frame.options, &frame.driver));
    cr_expect_str_eq(myc__driver_name(frame.driver), "epoll");
    expect_line(&frame, MYC_LOG_WARNING, name);
    expect_reads(&frame);
    frame_close(&frame);
}

Test(driver_refused, by_a_seccomp_filter_reads_on)
{
    expect_refused_by_a_filter(EPERM, "EPERM");
}

Test(driver_refused, by_a_kernel_without_it_reads_on)
{
    expect_refused_by_a_filter(ENOSYS, "ENOSYS");
}

Test(driver_refused, of_any_size_reads_on)
{
    expect_refused_by_a_filter(ENOMEM, "ENOMEM");
}

/* Not EMFILE or another: the limit is what refuses here. */
static void expect_refused_by_a_limit(uint64_t locked_bytes)
{
    struct frame frame;
    frame_init(&frame, KIND_URING);
    frame.options.backend = MYC_IO_AUTO;
    frame.options.entries = 4096;
    if (!limit_locked_memory(locked_bytes))
        cr_skip_test("the limit of locked memory cannot be set here");
    cr_assert_eq(0, myc__driver_create(&frame.options, &frame.driver));
    if (frame.lines.count == 0)
        cr_skip_test("this kernel counts no rings as locked memory");
    if (strstr(frame.lines.text, "EPERM") || strstr(frame.lines.text, "ENOSYS"))
        cr_skip_test("%s", frame.lines.text);
    expect_line(&frame, MYC_LOG_WARNING, "ENOMEM");
    expect_line(&frame, MYC_LOG_WARNING, "RLIMIT_MEMLOCK");
    bool is_uring = strcmp(myc__driver_name(frame.driver), "io_uring") == 0;
    cr_expect_eq(is_uring, strstr(frame.lines.text, "of 4096 entries") != NULL);
    cr_expect(is_uring || strstr(frame.lines.text, "epoll is used instead"));
    expect_reads(&frame);
    frame_close(&frame);
}

Test(driver_refused, by_a_small_limit_of_locked_memory_is_a_smaller_ring)
{
    expect_refused_by_a_limit(65536);
}

Test(driver_refused, by_no_memory_to_lock_reads_on)
{
    expect_refused_by_a_limit(0);
}

/* Filters that are older than epoll_pwait2() refuse it. */
static void expect_to_wait(uint32_t error)
{
    struct frame frame;
    frame_open(&frame, KIND_EPOLL);
    if (!deny_system_call(__NR_epoll_pwait2, error))
        cr_skip_test("seccomp filters are not to be had here");
    int fds[2];
    open_pipe(fds, 0);
    for (int round = 0; round < 3; round++) {
        struct probe probe = {0};
        probe_read(&frame, &probe, fds[0], -1);
        expect_no_completion(&frame);
        uint64_t before = myc__kernel_now_ns();
        myc__driver_wait(frame.driver, 300000);
        cr_expect_geq(myc__kernel_now_ns() - before, 300000);
        cr_assert_eq(1, write(fds[1], "x", 1));
        run_until(&frame, 0);
        cr_expect_eq(1, probe.result);
        myc__event_signal(frame.wake_fd);
        myc__driver_wait(frame.driver, -1);
    }
    close_pipe(fds);
    frame_close(&frame);
}

Test(driver_refused, waits_without_epoll_pwait2)
{
    expect_to_wait(ENOSYS);
}

Test(driver_refused, waits_where_a_filter_does_not_know_epoll_pwait2)
{
    expect_to_wait(EPERM);
}

Test(driver_refused, by_the_limit_of_open_files_reads_on)
{
    struct frame frame;
    frame_init(&frame, KIND_URING);
    frame.options.backend = MYC_IO_AUTO;
    struct rlimit limit, none;
    cr_assert_eq(0, getrlimit(RLIMIT_NOFILE, &limit));
    none = (struct rlimit){.rlim_cur = 0, .rlim_max = limit.rlim_max};
    cr_assert_eq(0, setrlimit(RLIMIT_NOFILE, &none));
    int error = myc__driver_create(&frame.options, &frame.driver);
    cr_assert_eq(0, setrlimit(RLIMIT_NOFILE, &limit));
    cr_assert_eq(0, error);
    if (strstr(frame.lines.text, "EMFILE") == NULL)
        cr_skip_test("io_uring is refused for another cause: %s", frame.lines.text);
    cr_expect_str_eq(myc__driver_name(frame.driver), "epoll");
    expect_reads(&frame);
    frame_close(&frame);
    NO_LEAKS();
}

DRIVER_TEST(driver_refused, gives_nothing_when_memory_is_out)
{
    struct well well = {.dry = true};
    myc_allocator user = well_allocator(&well);
    myc__allocator allocator;
    myc__allocator_init(&allocator, &user, &frame->log);
    frame->options.allocator = &allocator;
    myc__driver *driver = NULL;
    int error = MYC_ENOMEM;
    for (uint32_t allocations = 0; error != 0 && allocations < 10; allocations++) {
        well.drops = allocations;
        error = myc__driver_create(&frame->options, &driver);
        cr_expect(error == 0 || (error == MYC_ENOMEM && !driver && allocator.bytes == 0));
    }
    cr_assert_eq(0, error);
    myc__driver_destroy(driver);
    cr_expect_eq(0, allocator.bytes);
}

/* Without memory to watch all pipes a wait must not sleep past the one it cannot watch. */
Test(driver_refused, misses_no_completion_when_memory_is_out, .timeout = 60)
{
    enum { PIPES = 40 };
    struct frame frame;
    frame_init(&frame, KIND_EPOLL);
    struct well well = {.dry = true, .drops = 2};
    myc_allocator user = well_allocator(&well);
    myc__allocator_init(&frame.allocator, &user, &frame.log);
    cr_assert_eq(0, myc__driver_create(&frame.options, &frame.driver));
    int fds[PIPES][2];
    struct probe probes[PIPES] = {0};
    for (int index = 0; index < PIPES; index++) {
        cr_assert_eq(0, pipe(fds[index]));
        probe_read(&frame, &probes[index], fds[index][0], -1);
    }
    for (int index = PIPES - 1; index >= 0; index--) {
        cr_assert_eq(1, write(fds[index][1], "x", 1));
        run_until(&frame, (uint32_t)index);
        cr_expect_eq(1, probes[index].calls);
        close(fds[index][0]);
        close(fds[index][1]);
    }
    frame_close(&frame);
    NO_LEAKS();
}

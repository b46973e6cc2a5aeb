/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TESTS_IO_DRIVER_FRAME_H
#define TESTS_IO_DRIVER_FRAME_H

/*
 * A driver to test, of each kind: DRIVER_TEST(suite, name) { ... frame->driver ... } runs once for
 * each. A kind that this kernel refuses is a visible skip.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <criterion/criterion.h>
#include <criterion/parameterized.h>
#include <liburing.h>

#include "base/allocator.h"
#include "io/driver.h"
#include "support/leaks.h"

enum kind {
    KIND_URING,
    KIND_URING_PLAIN, /* without the flags of newer kernels */
    KIND_URING_SMALL, /* 8 entries, so that queues run full */
    KIND_URING_SEVERAL_THREADS,
    KIND_URING_TINY_CQ,         /* so that completions overflow, which ends multishots */
    KIND_URING_NO_MULTISHOT,    /* Linux before 6.0 */
    KIND_URING_NO_BUFFER_RINGS, /* Linux before 5.19, or one was refused */
    KIND_URING_MULTISHOT_ENDS,  /* each completion is the last one */
    KIND_EPOLL,
    KIND_EPOLL_ENDS, /* each completion is the last one */
    KIND_COUNT
};

struct lines {
    uint32_t count;
    myc_log_level level;
    char text[512]; /* the last one */
};

struct frame {
    myc__driver *driver;
    int wake_fd;
    myc__allocator allocator;
    myc__log log;
    struct lines lines;
    myc__driver_options options;
};

MYC_UNUSED static void keep_line(void *user, myc_log_level level, const char *text)
{
    struct lines *lines = user;
    lines->count++;
    lines->level = level;
    snprintf(lines->text, sizeof lines->text, "%s", text);
}

MYC_UNUSED static myc__driver_faults faults_of(enum kind kind)
{
    switch (kind) {
    case KIND_URING_PLAIN:
        return (myc__driver_faults){.error = EINVAL, .setup_flags = IORING_SETUP_SINGLE_ISSUER};
    case KIND_URING_TINY_CQ: return (myc__driver_faults){.cq_entries = 8};
    case KIND_URING_NO_MULTISHOT: return (myc__driver_faults){.no_multishot = true};
    case KIND_URING_NO_BUFFER_RINGS: return (myc__driver_faults){.no_buffer_rings = true};
    case KIND_URING_MULTISHOT_ENDS:
    case KIND_EPOLL_ENDS: return (myc__driver_faults){.multishot_ends = true};
    default: return (myc__driver_faults){0};
    }
}

/** Everything but the driver. */
MYC_UNUSED static void frame_init(struct frame *frame, enum kind kind)
{
    memset(frame, 0, sizeof *frame);
    frame->log = (myc__log){keep_line, &frame->lines};
    myc__allocator_init(&frame->allocator, NULL, &frame->log);
    frame->wake_fd = eventfd(0, EFD_CLOEXEC);
    cr_assert_geq(frame->wake_fd, 0);
    frame->options = (myc__driver_options){
        .backend = kind >= KIND_EPOLL ? MYC_IO_EPOLL : MYC_IO_URING,
        .entries = kind == KIND_URING_SMALL || kind == KIND_URING_TINY_CQ ? 8 : 0,
        .wake_fd = frame->wake_fd,
        .several_threads = kind == KIND_URING_SEVERAL_THREADS,
        .allocator = &frame->allocator,
        .log = &frame->log,
        .faults = faults_of(kind),
    };
}

MYC_UNUSED static void frame_open(struct frame *frame, enum kind kind)
{
    frame_init(frame, kind);
    int error = myc__driver_create(&frame->options, &frame->driver);
    if (error == MYC_ENOTSUP) {
        cr_assert_null(strstr(frame->lines.text, "errno 22"), "the planted EINVAL is not got over");
        cr_skip_test("%s", frame->lines.text);
    }
    cr_assert_eq(0, error);
}

MYC_UNUSED static void frame_close(struct frame *frame)
{
    myc__driver_destroy(frame->driver);
    close(frame->wake_fd);
    cr_expect_eq(0, frame->allocator.bytes);
}

/** Runs the driver until at most `in_flight` operations are left. */
MYC_UNUSED static void run_until(struct frame *frame, uint32_t in_flight)
{
    while (myc__driver_in_flight(frame->driver) > in_flight) {
        myc__driver_wait(frame->driver, -1);
        myc__driver_poll(frame->driver);
    }
}

/* To look for what fails: MYC_TEST_KIND is the number of the only kind to run. */
MYC_UNUSED static void skip_unless_chosen(enum kind kind)
{
    const char *chosen = getenv("MYC_TEST_KIND");
    if (chosen && atoi(chosen) != (int)kind)
        cr_skip_test("MYC_TEST_KIND is another");
}

#define DRIVER_TEST(suite, name)                                                                   \
    static void suite##_##name(struct frame *frame, enum kind kind);                               \
    ParameterizedTestParameters(suite, name)                                                       \
    {                                                                                              \
        static enum kind kinds[KIND_COUNT];                                                        \
        for (int kind = 0; kind < KIND_COUNT; kind++)                                              \
            kinds[kind] = (enum kind)kind;                                                         \
        return cr_make_param_array(enum kind, kinds, KIND_COUNT);                                  \
    }                                                                                              \
    ParameterizedTest(enum kind *kind, suite, name, .timeout = 60)                                 \
    {                                                                                              \
        struct frame frame;                                                                        \
        skip_unless_chosen(*kind);                                                                 \
        frame_open(&frame, *kind);                                                                 \
        suite##_##name(&frame, *kind);                                                             \
        frame_close(&frame);                                                                       \
        NO_LEAKS();                                                                                \
    }                                                                                              \
    static void suite##_##name(struct frame *frame, MYC_UNUSED enum kind kind)

/** An operation that keeps what it was told. */
struct probe {
    myc__operation operation; /* first: the callback gets its address */
    uint32_t calls;
    int32_t result;
    uint8_t bytes[64];
};

MYC_UNUSED static void probe_complete(myc__operation *operation, int32_t result, uint32_t flags)
{
    struct probe *probe = (struct probe *)operation;
    probe->calls++;
    probe->result = result;
    cr_expect_eq(0, flags);
}

MYC_UNUSED static struct probe probe_make(void)
{
    return (struct probe){.operation.complete = probe_complete};
}

MYC_UNUSED static void probe_read(struct frame *frame, struct probe *probe, int fd, int64_t offset)
{
    probe->operation.complete = probe_complete;
    myc__driver_read(frame->driver, &probe->operation, fd, probe->bytes, sizeof probe->bytes,
                     offset);
}

/** A temporary file without a name. */
MYC_UNUSED static int file_with(const void *bytes, size_t size_bytes)
{
    FILE *file = tmpfile();
    cr_assert_not_null(file);
    cr_assert_eq(size_bytes, fwrite(bytes, 1, size_bytes, file));
    fflush(file);
    int fd = dup(fileno(file));
    fclose(file);
    cr_assert_eq(0, lseek(fd, 0, SEEK_SET));
    return fd;
}

/** What file_of() has at `offset`. */
MYC_UNUSED static uint8_t byte_at(size_t offset)
{
    return (uint8_t)(offset * 31 + (offset >> 8));
}

MYC_UNUSED static int file_of(size_t size_bytes)
{
    uint8_t *bytes = malloc(size_bytes);
    for (size_t offset = 0; offset < size_bytes; offset++)
        bytes[offset] = byte_at(offset);
    int fd = file_with(bytes, size_bytes);
    free(bytes);
    return fd;
}

MYC_UNUSED static void expect_bytes(const struct probe *probe, size_t offset, int32_t size_bytes)
{
    cr_expect_eq(1, probe->calls);
    cr_assert_eq(size_bytes, probe->result, "at %zu: %d", offset, probe->result);
    for (int32_t index = 0; index < size_bytes; index++)
        cr_assert_eq(byte_at(offset + (size_t)index), probe->bytes[index]);
}

MYC_UNUSED static void open_pipe(int fds[2], int flags)
{
    cr_assert_eq(0, pipe2(fds, O_CLOEXEC | flags));
}

MYC_UNUSED static void close_pipe(int fds[2])
{
    close(fds[0]);
    close(fds[1]);
}

/* Several polls, so that an operation which would end by itself has every chance to. */
MYC_UNUSED static void expect_no_completion(struct frame *frame)
{
    for (int round = 0; round < 10; round++) {
        myc__driver_wait(frame->driver, 0);
        cr_expect_eq(0, myc__driver_poll(frame->driver));
    }
}

#endif

/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TESTS_IO_SOURCE_FRAME_H
#define TESTS_IO_SOURCE_FRAME_H

/*
 * A system to read files in, of each kind: SOURCE_TEST(suite, name) { ... frame->system ... } runs
 * once for each. A kind that this kernel refuses is a visible skip.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <criterion/criterion.h>
#include <criterion/parameterized.h>
#include <mycelium/mycelium.h>

#include "deny.h"
#include "io/driver.h"
#include "support/leaks.h"
#include "system/system.h"

enum kind {
    KIND_URING, /* this thread drives the workers */
    KIND_EPOLL,
    KIND_URING_THREADS,
    KIND_EPOLL_THREADS,
    KIND_URING_FAULTS, /* with faults of the kernel that pass */
    KIND_EPOLL_FAULTS,
    KIND_COUNT,
    KIND_DRIVEN_COUNT = 2,
};

enum { LOG_LINES_MAX = 8, TOO_LONG_S = 120 };
#define TOO_LONG_NS (UINT64_C(60) * 1000000000)

struct lines {
    uint32_t count; /* atomic */
    char text[LOG_LINES_MAX][512];
};

struct frame {
    myc_system *system;
    myc_context *ctx;
    struct lines lines;
    uint32_t fds_before;
    uint64_t bytes, bytes_peak; /* atomic: of the system's memory */
    uint64_t bytes_limit;       /* atomic: memory is out beyond it; 0 = no limit */
    myc__driver_faults faults;
    char directory[32];
};

MYC_UNUSED static void keep_line(void *user, myc_log_level level, const char *text)
{
    (void)level;
    struct lines *lines = user;
    uint32_t index = __atomic_fetch_add(&lines->count, 1, __ATOMIC_ACQ_REL);
    snprintf(lines->text[index % LOG_LINES_MAX], sizeof lines->text[0], "%s", text);
}

MYC_UNUSED static uint32_t lines_with(const struct lines *lines, const char *text)
{
    uint32_t count = 0;
    for (uint32_t line = 0; line < LOG_LINES_MAX; line++)
        count += strstr(lines->text[line], text) != NULL;
    return count;
}

MYC_UNUSED static bool lines_have(const struct lines *lines, const char *text)
{
    return lines_with(lines, text) > 0;
}

MYC_UNUSED static void *allocate(void *user, size_t size_bytes, size_t alignment_bytes)
{
    struct frame *frame = user;
    uint64_t bytes = __atomic_add_fetch(&frame->bytes, size_bytes, __ATOMIC_RELAXED);
    uint64_t limit = __atomic_load_n(&frame->bytes_limit, __ATOMIC_RELAXED);
    if (limit && bytes > limit) {
        __atomic_fetch_sub(&frame->bytes, size_bytes, __ATOMIC_RELAXED);
        return NULL;
    }
    uint64_t peak = __atomic_load_n(&frame->bytes_peak, __ATOMIC_RELAXED);
    while (bytes > peak && !__atomic_compare_exchange_n(&frame->bytes_peak, &peak, bytes, false,
                                                        __ATOMIC_RELAXED, __ATOMIC_RELAXED)) {
    }
    return aligned_alloc(alignment_bytes,
                         (size_bytes + alignment_bytes - 1) / alignment_bytes * alignment_bytes);
}

MYC_UNUSED static void deallocate(void *user, void *memory, size_t size_bytes)
{
    struct frame *frame = user;
    __atomic_fetch_sub(&frame->bytes, size_bytes, __ATOMIC_RELAXED);
    free(memory);
}

MYC_UNUSED static uint32_t open_fds(void)
{
    uint32_t count = 0;
    DIR *directory = opendir("/proc/self/fd");
    while (readdir(directory))
        count++;
    closedir(directory);
    return count;
}

/** Whether the kernel grants io_uring. */
MYC_UNUSED static bool uring_is_granted(struct lines *lines)
{
    myc__log log = {keep_line, lines};
    myc__allocator allocator;
    myc__allocator_init(&allocator, NULL, &log);
    myc__driver *driver;
    int error = myc__driver_create(
        &(myc__driver_options){
            .backend = MYC_IO_URING, .wake_fd = -1, .allocator = &allocator, .log = &log},
        &driver);
    myc__driver_destroy(driver);
    return error != MYC_ENOTSUP;
}

MYC_UNUSED static void frame_open_with(struct frame *frame, myc_system_options options)
{
    memset(frame, 0, sizeof *frame);
    strcpy(frame->directory, "/tmp/mycelium-XXXXXX");
    cr_assert_not_null(mkdtemp(frame->directory));
    frame->fds_before = open_fds();
    options.log = keep_line;
    options.log_user = &frame->lines;
    options.allocator = (myc_allocator){allocate, deallocate, frame};
    cr_assert_eq(0, myc_system_create(&options, &frame->system));
    frame->ctx = myc_context_of(frame->system);
    cr_assert_not_null(frame->ctx);
}

/** From now on every third operation of drivers yet to be made has a fault. MYC_TEST_SEED picks
 * other ones. */
MYC_UNUSED static void plant_faults(struct frame *frame)
{
    const char *seed = getenv("MYC_TEST_SEED");
    frame->faults.one_in = 3;
    frame->faults.seed = seed ? strtoull(seed, NULL, 0) : 1;
    frame->system->fabric.io_faults = &frame->faults;
}

/* Where these tests are run once more with io_uring refused (DENY_VARIABLE), the refusal is part of
 * the test. */
MYC_UNUSED static myc_io_backend io_of(enum kind kind)
{
    bool is_uring = kind == KIND_URING || kind == KIND_URING_THREADS || kind == KIND_URING_FAULTS;
    struct lines lines = {0};
    if (!is_uring || uring_is_granted(&lines))
        return is_uring ? MYC_IO_URING : MYC_IO_EPOLL;
    if (!getenv(DENY_VARIABLE))
        cr_skip_test("%s", lines.text[0]);
    return MYC_IO_AUTO;
}

MYC_UNUSED static void frame_open(struct frame *frame, enum kind kind)
{
    bool has_faults = kind == KIND_URING_FAULTS || kind == KIND_EPOLL_FAULTS;
    frame_open_with(frame,
                    (myc_system_options){
                        .io = io_of(kind),
                        .caller_driven = kind == KIND_URING || kind == KIND_EPOLL || has_faults,
                        .workers = 2,
                        .idle = MYC_IDLE_PARK,
                    });
    if (has_faults)
        plant_faults(frame);
}

MYC_UNUSED static void remove_files(const char *path)
{
    DIR *directory = opendir(path);
    for (struct dirent *entry; (entry = readdir(directory));)
        (void)unlinkat(dirfd(directory), entry->d_name, 0);
    closedir(directory);
    cr_expect_eq(0, rmdir(path));
}

MYC_UNUSED static void frame_close(struct frame *frame)
{
    cr_expect_eq(0, myc_system_stop(frame->system, NULL, NULL));
    cr_expect_eq(0, myc_system_destroy(frame->system), "payloads are lost");
    cr_expect_eq(0, frame->bytes);
    cr_expect_eq(frame->fds_before, open_fds(), "file descriptors are lost");
    remove_files(frame->directory);
}

#define SOURCE_TEST_OF(suite, name, kind_count)                                                    \
    static void suite##_##name(struct frame *frame);                                               \
    ParameterizedTestParameters(suite, name)                                                       \
    {                                                                                              \
        static enum kind kinds[kind_count];                                                        \
        for (int kind = 0; kind < kind_count; kind++)                                              \
            kinds[kind] = (enum kind)kind;                                                         \
        return cr_make_param_array(enum kind, kinds, kind_count);                                  \
    }                                                                                              \
    ParameterizedTest(enum kind *kind, suite, name, .timeout = TOO_LONG_S)                         \
    {                                                                                              \
        struct frame frame;                                                                        \
        frame_open(&frame, *kind);                                                                 \
        suite##_##name(&frame);                                                                    \
        frame_close(&frame);                                                                       \
        NO_LEAKS();                                                                                \
    }                                                                                              \
    static void suite##_##name(struct frame *frame)

#define SOURCE_TEST(suite, name) SOURCE_TEST_OF(suite, name, KIND_COUNT)

/** Where this thread drives the workers, so that it may look into their own state. */
#define DRIVEN_TEST(suite, name) SOURCE_TEST_OF(suite, name, KIND_DRIVEN_COUNT)

/** Lets the system go on, and then looks at `condition` again. */
#define AWAIT(frame, condition)                                                                    \
    do {                                                                                           \
        step(frame);                                                                               \
    } while (!(condition))

MYC_UNUSED static void step(struct frame *frame)
{
    if (myc_system_run_once(frame->system) < 0)
        sched_yield();
}

MYC_UNUSED static void await_quiescence(struct frame *frame)
{
    cr_assert_eq(0, myc_system_await_quiescence(frame->system, TOO_LONG_NS));
}

MYC_UNUSED static uint64_t actors_alive(const struct frame *frame)
{
    myc_counts counts;
    myc_system_counts(frame->system, &counts);
    return counts.actors;
}

/** Lets the system have so many bytes more than it has now. */
MYC_UNUSED static void limit_memory(struct frame *frame, uint64_t more_bytes)
{
    uint64_t bytes = __atomic_load_n(&frame->bytes, __ATOMIC_RELAXED);
    __atomic_store_n(&frame->bytes_limit, bytes + more_bytes, __ATOMIC_RELAXED);
}

/** Each place of a file has its own byte, so that a wrong place is seen. */
MYC_UNUSED static uint8_t byte_at(uint64_t offset)
{
    return (uint8_t)((offset * UINT64_C(0x9E3779B97F4A7C15)) >> 56);
}

MYC_UNUSED static void write_bytes(int fd, uint64_t offset, size_t size_bytes)
{
    uint8_t *bytes = malloc(size_bytes + 1);
    for (size_t index = 0; index < size_bytes; index++)
        bytes[index] = byte_at(offset + index);
    for (size_t written = 0; written < size_bytes;) {
        ssize_t size = write(fd, bytes + written, size_bytes - written);
        cr_assert_gt(size, 0);
        written += (size_t)size;
    }
    free(bytes);
}

/** Gives the path of a new file of byte_at(). Static storage, for one file at a time. */
MYC_UNUSED static const char *file_of(struct frame *frame, size_t size_bytes)
{
    static char path[64];
    snprintf(path, sizeof path, "%s/file", frame->directory);
    int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    cr_assert_geq(fd, 0);
    write_bytes(fd, 0, size_bytes);
    close(fd);
    return path;
}

#endif

/* SPDX-License-Identifier: Apache-2.0 */
#include <signal.h>
#include <sys/resource.h>

#include "io/faults.h"
#include "writer.h"

SOURCE_TEST(file_sink, a_full_device_ends_it_and_what_was_not_written_is_counted)
{
    struct pen pen = {.path = "/dev/full", .more_bytes = 300000};
    writing_ref ref = write_to_quiet(frame, &pen);
    expect_end_of_writer(&pen, ENOSPC);
    cr_expect_eq(MYC_EIO, pen.end.error);
    cr_expect_eq(0, pen.end.written_bytes);
    uint32_t dead = pen.dead;
    write_more(frame, ref);
    await_quiescence(frame);
    cr_expect_eq(dead + 1, pen.dead, "it has ended");
    cr_expect_eq(1, pen.ends);
}

/* The file may have so many bytes: the write that crosses is short, and the next one fails. */
SOURCE_TEST(file_sink, a_file_that_may_not_grow_has_all_that_was_written)
{
    enum { LIMIT_BYTES = 123457 };
    struct rlimit before, limit;
    signal(SIGXFSZ, SIG_IGN);
    cr_assert_eq(0, getrlimit(RLIMIT_FSIZE, &before));
    limit = (struct rlimit){LIMIT_BYTES, before.rlim_max};
    cr_assert_eq(0, setrlimit(RLIMIT_FSIZE, &limit));
    struct pen pen = {.path = path_of(frame, "limited"), .more_bytes = 500000};
    write_to_quiet(frame, &pen);
    cr_assert_eq(0, setrlimit(RLIMIT_FSIZE, &before));
    expect_end_of_writer(&pen, EFBIG);
    cr_expect_eq(LIMIT_BYTES, pen.end.written_bytes);
    expect_file(pen.path, LIMIT_BYTES);
}

SOURCE_TEST(file_sink, syncs_that_cannot_be_are_told_before_the_end)
{
    struct pen pen = {.path = path_of(frame, "limited"), .more_bytes = 500000, .sync_every = 1000};
    struct rlimit before;
    signal(SIGXFSZ, SIG_IGN);
    cr_assert_eq(0, getrlimit(RLIMIT_FSIZE, &before));
    cr_assert_eq(0, setrlimit(RLIMIT_FSIZE, &(struct rlimit){1000, before.rlim_max}));
    pen.sync_every = 1;
    write_to_quiet(frame, &pen);
    cr_assert_eq(0, setrlimit(RLIMIT_FSIZE, &before));
    expect_end_of_writer(&pen, EFBIG);
    cr_expect_gt(pen.syncs, 1);
    cr_expect_eq(pen.syncs, pen.synced);
    cr_expect_eq(EFBIG, pen.last_sync.os_error);
    cr_expect_eq(MYC_EIO, pen.last_sync.error);
}

/* ---- pipes ---- */

/* Standard output is `fd` until it is put back. Returns what it was. */
static int redirect_output(int fd)
{
    int kept = fcntl(STDOUT_FILENO, F_DUPFD_CLOEXEC, 100);
    cr_assert_geq(kept, 0);
    cr_assert_eq(STDOUT_FILENO, dup2(fd, STDOUT_FILENO));
    close(fd);
    return kept;
}

static void put_output_back(int kept)
{
    cr_assert_eq(STDOUT_FILENO, dup2(kept, STDOUT_FILENO));
    close(kept);
}

SOURCE_TEST(file_sink, writes_to_standard_output_where_it_stands_and_leaves_it_open)
{
    const char *path = path_of(frame, "output");
    int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    write_bytes(fd, 0, 100);
    int kept = redirect_output(fd);
    struct pen pen = {.path = "-",
                      .more_bytes = 100000,
                      .accepted_bytes = 100,
                      .wanted_bytes = 100,
                      .closes = true};
    write_to_quiet(frame, &pen);
    write_bytes(STDOUT_FILENO, 100100, 11);
    put_output_back(kept);
    expect_file(path, 100111);
}

enum { PIPE_BYTES = 4096 };

/* A pipe that takes one page and blocks then. */
static void open_narrow_pipe(int fds[2])
{
    cr_assert_eq(0, pipe2(fds, O_CLOEXEC));
    cr_assert_eq(PIPE_BYTES, fcntl(fds[1], F_SETPIPE_SZ, PIPE_BYTES));
}

/* Reads `size_bytes` while the system goes on. */
static void read_while_it_writes(struct frame *frame, int fd, uint64_t size_bytes)
{
    fcntl(fd, F_SETFL, O_NONBLOCK);
    for (uint64_t at = 0; at < size_bytes;) {
        uint8_t bytes[1000];
        ssize_t size = read(fd, bytes, sizeof bytes);
        for (ssize_t index = 0; index < size; index++, at++)
            cr_assert_eq(byte_at(at), bytes[index], "at %llu", (unsigned long long)at);
        step(frame);
    }
}

SOURCE_TEST(file_sink, a_slow_pipe_pauses_its_writer_and_loses_nothing)
{
    enum { QUEUE_BYTES = 20000, ALL_BYTES = 300000 };
    int fds[2];
    open_narrow_pipe(fds);
    int kept = redirect_output(fds[1]);
    struct pen pen = {.path = "-",
                      .options = {.queue_bytes = QUEUE_BYTES},
                      .more_bytes = ALL_BYTES,
                      .piece_bytes = 500};
    spawn_writer(frame, &pen);
    AWAIT(frame, pauses(&pen) > 0 && accepted(&pen) > QUEUE_BYTES - 500);
    for (int round = 0; round < 20; round++)
        step(frame);
    cr_expect_leq(accepted(&pen), QUEUE_BYTES + PIPE_BYTES);
    read_while_it_writes(frame, fds[0], ALL_BYTES);
    await_quiescence(frame);
    cr_expect_eq(ALL_BYTES, pen.accepted_bytes);
    cr_expect_eq(0, pen.ends);
    put_output_back(kept);
    close(fds[0]);
}

SOURCE_TEST(file_sink, a_pipe_that_nobody_reads_any_more_ends_it)
{
    const char *fifo = path_of(frame, "fifo");
    cr_assert_eq(0, mkfifo(fifo, 0600));
    int reader = open(fifo, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
    struct pen pen = {.path = fifo, .more_bytes = 1 << 20};
    spawn_writer(frame, &pen);
    AWAIT(frame, accepted(&pen) > 100000);
    close(reader);
    AWAIT(frame, __atomic_load_n(&pen.ends, __ATOMIC_ACQUIRE));
    await_quiescence(frame);
    expect_end_of_writer(&pen, EPIPE);
    cr_expect_gt(pen.end.unwritten_bytes, 0);
}

SOURCE_TEST(file_sink, a_pipe_cannot_be_synced)
{
    int fds[2];
    open_narrow_pipe(fds);
    int kept = redirect_output(fds[1]);
    struct pen pen = {.path = "-", .more_bytes = 100, .piece_bytes = 10, .sync_every = 1};
    write_to_quiet(frame, &pen);
    cr_expect_eq(10, pen.pieces);
    cr_expect_eq(0, pen.syncs);
    put_output_back(kept);
    close(fds[0]);
}

/* A stop waits a second for somebody to read, and then says what is lost. */
SOURCE_TEST(file_sink, a_pipe_that_is_stuck_does_not_hold_up_a_stop)
{
    int fds[2];
    open_narrow_pipe(fds);
    int kept = redirect_output(fds[1]);
    struct pen pen = {.path = "-", .more_bytes = 100000, .piece_bytes = 1000};
    spawn_writer(frame, &pen);
    AWAIT(frame, accepted(&pen) == 100000);
    cr_expect_eq(0, myc_system_stop(frame->system, NULL, NULL));
    cr_expect(lines_have(&frame->lines, "bytes that waited were not written"));
    put_output_back(kept);
    close(fds[0]);
}

/* ---- what a disk does once in a month ---- */

static void write_with_faults(struct frame *frame, enum kind kind, uint64_t seed, struct pen *pen)
{
    frame_open(frame, kind);
    frame->faults = (myc__driver_faults){
        .one_in = 10, .seed = seed, .kinds = 1u << MYC__FAULT_ENOSPC | 1u << MYC__FAULT_SHORT};
    frame->system->fabric.io_faults = &frame->faults;
    *pen = (struct pen){.path = path_of(frame, "faults"), .more_bytes = 400000, .sync_every = 20};
    write_to_quiet(frame, pen);
}

static void expect_accounted(enum kind kind, uint32_t *ended)
{
    for (uint64_t seed = 1; seed <= 20; seed++) {
        struct frame frame;
        struct pen pen;
        write_with_faults(&frame, kind, seed, &pen);
        cr_expect_eq(pen.syncs, pen.synced);
        if (pen.ends) {
            expect_end_of_writer(&pen, ENOSPC);
            expect_file(pen.path, pen.end.written_bytes);
        } else {
            expect_file(pen.path, 400000);
        }
        *ended += pen.ends;
        frame_close(&frame);
    }
}

Test(file_sink, wherever_space_runs_out_all_is_accounted_for, .timeout = TOO_LONG_S)
{
    struct lines lines = {0};
    uint32_t ended = 0;
    if (uring_is_granted(&lines))
        expect_accounted(KIND_URING, &ended);
    expect_accounted(KIND_EPOLL, &ended);
    cr_expect_gt(ended, 5, "%u", ended);
    NO_LEAKS();
}

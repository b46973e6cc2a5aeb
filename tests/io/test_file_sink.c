/* SPDX-License-Identifier: Apache-2.0 */
#include "io/faults.h"
#include "writer.h"

MYC_MESSAGE_TYPE(go)

static void expect_written(const struct pen *pen, uint64_t size_bytes)
{
    cr_expect_eq(0, pen->error, "%s", myc_error_text(pen->error));
    cr_expect_eq(0, pen->ends);
    cr_expect_eq(0, pen->dead);
    cr_expect_eq(size_bytes, pen->accepted_bytes);
    expect_file(pen->path, size_bytes);
}

/* A sink at rest does not keep the system from being quiet: by then all is in the file. */
SOURCE_TEST(file_sink, writes_in_order_whatever_the_length_of_chunks)
{
    static const uint32_t lengths[] = {0, 1, 4096, MYC_CHUNK_BYTES};
    for (uint32_t index = 0; index < 4; index++) {
        struct pen pen = {.path = path_of(frame, index % 2 ? "a" : "b"),
                          .more_bytes = lengths[index] == 1 ? 5000 : 700001,
                          .piece_bytes = lengths[index],
                          .stops = true};
        (void)unlink(pen.path);
        write_to_quiet(frame, &pen);
        expect_written(&pen, pen.more_bytes);
    }
}

SOURCE_TEST(file_sink, a_quiet_sink_writes_again)
{
    struct pen pen = {.path = path_of(frame, "again"), .more_bytes = 1000};
    writing_ref ref = write_to_quiet(frame, &pen);
    for (uint64_t times = 2; times < 6; times++) {
        write_more(frame, ref);
        await_quiescence(frame);
        expect_written(&pen, times * 1000);
    }
}

SOURCE_TEST(file_sink, appends_to_what_is_there)
{
    struct pen pen = {.path = path_of(frame, "there"), .more_bytes = 500, .stops = true};
    write_to_quiet(frame, &pen);
    int fd = open(pen.path, O_RDWR | O_CLOEXEC);
    struct pen other = {
        .path = pen.path, .more_bytes = 500, .accepted_bytes = 500, .wanted_bytes = 500};
    write_to_quiet(frame, &other);
    expect_bytes_of(fd, 1000);
    close(fd);
}

SOURCE_TEST(file_sink, makes_the_file_for_all_to_read)
{
    mode_t mask = umask(022);
    struct pen pen = {.path = path_of(frame, "made")};
    write_to_quiet(frame, &pen);
    umask(mask);
    struct stat status;
    cr_assert_eq(0, stat(pen.path, &status));
    cr_expect_eq(0644, status.st_mode & 07777);
    cr_expect_eq(0, status.st_size);
}

SOURCE_TEST(file_sink, many_small_chunks_take_few_writes_and_no_bound_is_exceeded)
{
    struct pen pen = {.path = path_of(frame, "small"),
                      .options = {.queue_bytes = 10000},
                      .more_bytes = 200000,
                      .piece_bytes = 100};
    write_to_quiet(frame, &pen);
    expect_written(&pen, 200000);
    cr_expect_gt(pen.pauses, 1);
    cr_expect_leq(pen.pauses, 200000 / 5000 + 1, "it goes on when half has been written");
}

SOURCE_TEST(file_sink, closing_writes_what_waits)
{
    struct pen pen = {.path = path_of(frame, "closed"), .more_bytes = 300000, .closes = true};
    writing_ref ref = write_to_quiet(frame, &pen);
    expect_written(&pen, 300000);
    write_more(frame, ref);
    await_quiescence(frame);
    cr_expect_eq(1, pen.dead, "it is closed");
}

SOURCE_TEST(file_sink, what_an_actor_writes_as_it_stops_is_written)
{
    struct pen pen = {.path = path_of(frame, "last"),
                      .more_bytes = 100000,
                      .stops = true,
                      .writes_at_stop = true};
    write_to_quiet(frame, &pen);
    expect_written(&pen, 100010);
}

SOURCE_TEST(file_sink, what_is_written_as_the_system_stops_is_written)
{
    struct pen pen = {.path = path_of(frame, "stop"), .more_bytes = 900000, .writes_at_stop = true};
    spawn_writer(frame, &pen);
    cr_expect_eq(0, myc_system_stop(frame->system, NULL, NULL));
    expect_written(&pen, 900010);
    cr_expect_not(lines_have(&frame->lines, "not written"));
}

SOURCE_TEST(file_sink, tells_once_for_each_sync_that_the_file_is_on_the_disk)
{
    struct pen pen = {.path = path_of(frame, "synced"),
                      .more_bytes = 100000,
                      .piece_bytes = 1000,
                      .sync_every = 7};
    write_to_quiet(frame, &pen);
    expect_written(&pen, 100000);
    cr_expect_eq(14, pen.syncs);
    cr_expect_eq(14, pen.synced);
    cr_expect_eq(0, pen.wrong_syncs);
    cr_expect_eq(98000, pen.last_sync.count);
    cr_expect_eq(0, pen.last_sync.error);
}

SOURCE_TEST(file_sink, closing_syncs_what_was_to_be_synced)
{
    struct pen pen = {.path = path_of(frame, "synced"),
                      .more_bytes = 10000,
                      .piece_bytes = 1000,
                      .sync_every = 10,
                      .closes = true};
    write_to_quiet(frame, &pen);
    expect_written(&pen, 10000);
    cr_expect_eq(1, pen.syncs);
    cr_expect_eq(0, pen.synced, "nothing comes from a closed stream");
}

/* How many operations a writer of ten pieces that closes takes: each is interrupted once. */
static uint64_t count_operations(enum kind kind, uint32_t sync_every)
{
    uint64_t planted[MYC__FAULT_COUNT] = {0};
    struct frame frame;
    frame_open(&frame, kind);
    frame.faults = (myc__driver_faults){
        .one_in = 1, .seed = 1, .kinds = 1u << MYC__FAULT_EINTR, .planted = planted};
    frame.system->fabric.io_faults = &frame.faults;
    struct pen pen = {.path = path_of(&frame, "count"),
                      .more_bytes = 100000,
                      .piece_bytes = 10000,
                      .sync_every = sync_every,
                      .closes = true};
    write_to_quiet(&frame, &pen);
    frame_close(&frame);
    return planted[MYC__FAULT_EINTR];
}

Test(file_sink, closing_waits_for_the_sync_that_was_asked_for, .timeout = TOO_LONG_S)
{
    struct lines lines = {0};
    for (enum kind kind = uring_is_granted(&lines) ? KIND_URING : KIND_EPOLL; kind <= KIND_EPOLL;
         kind++) {
        uint64_t plain = count_operations(kind, 0);
        cr_expect_gt(plain, 9);
        cr_expect_gt(count_operations(kind, 10), plain, "the sync is one more");
    }
}

static void expect_refused(struct frame *frame, const char *path, int error, const char *text)
{
    struct pen pen = {.path = path, .more_bytes = 10};
    write_to_quiet(frame, &pen);
    cr_expect_eq(error, pen.error, "%s: %s", path, myc_error_text(pen.error));
    cr_expect(lines_have(&frame->lines, text), "%s: %s", path, frame->lines.text[0]);
    cr_expect_eq(1, pen.dead);
}

SOURCE_TEST(file_sink, says_why_it_cannot_be_opened)
{
    expect_refused(frame, "/", MYC_EIO, "cannot write to /: Is a directory");
    expect_refused(frame, "/nowhere/file", MYC_ENOENT, "cannot write to /nowhere/file: No such");
    const char *fifo = path_of(frame, "fifo");
    cr_assert_eq(0, mkfifo(fifo, 0600));
    expect_refused(frame, fifo, MYC_EIO, "expected somebody who reads from it");
}

/* Memory for the small chunks to be gathered in, or for a chunk to be written, may be out. */
SOURCE_TEST(file_sink, goes_on_when_memory_is_short)
{
    struct pen pen = {.path = path_of(frame, "short"), .piece_bytes = 50};
    writing_ref ref = write_to_quiet(frame, &pen);
    pen.more_bytes = 3000;
    write_more(frame, ref);
    limit_memory(frame, 0);
    await_quiescence(frame);
    __atomic_store_n(&frame->bytes_limit, 0, __ATOMIC_RELAXED);
    expect_written(&pen, 3000);
}

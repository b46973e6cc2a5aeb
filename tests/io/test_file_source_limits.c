/* SPDX-License-Identifier: Apache-2.0 */
#include "deny.h"
#include "reader.h"

static void expect_all_read_it(struct frame *frame)
{
    enum { COUNT = 6, SIZE = 9 * MYC_CHUNK_BYTES + 7 };
    struct script scripts[COUNT];
    for (int index = 0; index < COUNT; index++) {
        scripts[index] = (struct script){.path = file_of(frame, SIZE)};
        spawn_reader(frame, &scripts[index]);
        await_quiescence(frame);
    }
    for (int index = 0; index < COUNT; index++)
        expect_read_to_end(&scripts[index], SIZE);
}

static void expect_read_without_io_uring(bool caller_driven, uint32_t error, const char *cause,
                                         const char *advice)
{
    if (!deny_io_uring_setup(error))
        cr_skip_test("seccomp filters are not to be had here");
    struct frame frame;
    frame_open_with(&frame, (myc_system_options){.workers = 3, .caller_driven = caller_driven});
    expect_all_read_it(&frame);
    cr_expect_eq(1, frame.lines.count, "one warning, not one for each worker");
    cr_expect(lines_have(&frame.lines, cause));
    cr_expect(lines_have(&frame.lines, advice));
    cr_expect(lines_have(&frame.lines, "epoll is used instead"));
    cr_expect_eq(MYC_IO_EPOLL, myc_system_io(frame.system));
    frame_close(&frame);
    NO_LEAKS();
}

Test(file_source_limits, reads_where_io_uring_is_refused, .timeout = TOO_LONG_S)
{
    expect_read_without_io_uring(false, EPERM, "EPERM", "seccomp");
}

Test(file_source_limits, reads_where_io_uring_is_refused_to_a_caller, .timeout = TOO_LONG_S)
{
    expect_read_without_io_uring(true, EPERM, "EPERM", "seccomp");
}

Test(file_source_limits, reads_where_there_is_no_io_uring, .timeout = TOO_LONG_S)
{
    expect_read_without_io_uring(false, ENOSYS, "ENOSYS", "Linux 5.11");
}

Test(file_source_limits, reads_where_no_ring_is_small_enough, .timeout = TOO_LONG_S)
{
    expect_read_without_io_uring(false, ENOMEM, "ENOMEM", "RLIMIT_MEMLOCK");
}

/* Three rings do not fit: one has its size, others are smaller, or not had at all. */
Test(file_source_limits, reads_with_little_memory_to_lock, .timeout = TOO_LONG_S)
{
    if (!limit_locked_memory(65536))
        cr_skip_test("the limit of locked memory cannot be set here");
    struct frame frame;
    frame_open_with(&frame, (myc_system_options){.workers = 3});
    expect_all_read_it(&frame);
    cr_expect_leq(frame.lines.count, 2, "one line for each of: smaller, refused");
    bool is_refused = lines_have(&frame.lines, "EPERM") || lines_have(&frame.lines, "ENOSYS");
    cr_expect(frame.lines.count == 0 || is_refused || lines_have(&frame.lines, "RLIMIT_MEMLOCK"),
              "%s", frame.lines.text[0]);
    frame_close(&frame);
    NO_LEAKS();
}

Test(file_source_limits, refuses_when_io_uring_was_asked_for, .timeout = TOO_LONG_S)
{
    if (!deny_io_uring_setup(EPERM))
        cr_skip_test("seccomp filters are not to be had here");
    struct frame frame;
    frame_open_with(&frame, (myc_system_options){.io = MYC_IO_URING, .workers = 2});
    for (uint32_t index = 1; index <= 3; index++) {
        struct script script = {.path = file_of(&frame, 10)};
        read_all(&frame, &script);
        cr_expect_eq(MYC_ENOTSUP, script.error);
        cr_expect_eq(index, frame.lines.count);
    }
    cr_expect(lines_have(&frame.lines, "EPERM"));
    frame_close(&frame);
    NO_LEAKS();
}

SOURCE_TEST(file_source_limits, says_nothing_when_nothing_is_refused)
{
    expect_all_read_it(frame);
    uint32_t most = frame->system->fabric.io_backend == MYC_IO_AUTO; /* see io_of() */
    cr_expect_leq(frame->lines.count, most, "%s", frame->lines.text[0]);
}

static void release_kept(struct frame *frame, struct script *script)
{
    for (uint32_t index = 0; index < script->chunks; index++) {
        cr_expect_eq(0, count_wrong_bytes(script->kept[index]));
        myc_chunk_release(frame->ctx, script->kept[index]);
    }
}

SOURCE_TEST(file_source_limits, ends_when_memory_is_out)
{
    enum { SIZE = 60 * MYC_CHUNK_BYTES };
    struct script first = {.path = file_of(frame, SIZE), .options = {.depth = 1}};
    read_all(frame, &first); /* whatever a first source needs is there now */
    limit_memory(frame, 2 << 20);
    struct script script = {.path = first.path, .retains = true};
    read_all(frame, &script);
    expect_read(&script, script.chunks * (uint64_t)MYC_CHUNK_BYTES);
    cr_expect_gt(script.chunks, 10);
    cr_expect_lt(script.chunks, 60);
    cr_expect_eq(1, script.ends);
    cr_expect_eq(MYC_ENOMEM, script.end.error);
    cr_expect_eq(ENOMEM, script.end.os_error);
    cr_expect_eq(script.received_bytes, script.end.size_bytes);
    release_kept(frame, &script);
}

SOURCE_TEST(file_source_limits, reads_on_with_less_memory_than_its_depth)
{
    enum { SIZE = 100 * MYC_CHUNK_BYTES };
    const char *path = file_of(frame, SIZE);
    for (int worker = 0; worker < 2; worker++) {
        struct script first = {.path = path, .options = {.depth = 1}};
        read_all(frame, &first); /* whatever the first source of a worker needs is there now */
    }
    limit_memory(frame, 300000);
    struct script script = {.path = path, .options = {.depth = 64}, .again = 2};
    read_all(frame, &script);
    expect_read_to_end(&script, SIZE);
}

SOURCE_TEST(file_source_limits, opens_nothing_without_memory)
{
    const char *path = file_of(frame, 100);
    for (int worker = 0; worker < 2; worker++) {
        struct script first = {.path = "/dev/null"};
        read_all(frame, &first); /* the way to the worker is there now */
    }
    int last = MYC_ENOMEM;
    for (uint64_t more_bytes = 0; last == MYC_ENOMEM && more_bytes < 1 << 20; more_bytes += 20000) {
        frame->bytes_limit = 0;
        struct script script = {.path = path, .options = {.depth = 64}};
        reading_ref ref = {{0}};
        limit_memory(frame, more_bytes);
        int error = reader_spawn(frame->ctx, &(struct reader){&script}, NULL, &ref);
        await_quiescence(frame);
        last = error ? error : script.error;
        cr_expect(last == 0 || (last == MYC_ENOMEM && script.ends == 0), "%d", last);
    }
    frame->bytes_limit = 0;
    cr_expect_eq(0, last);
}

/* Opens standard input as often as it may. */
struct hoarder {
    uint32_t *opened; /* atomic */
    uint32_t *ended;  /* atomic */
    int *error;       /* of the one too many */
};

static int hoarder_on_start(struct hoarder *self, myc_context *ctx);
static void hoarder_on_stop(struct hoarder *self, myc_context *ctx, myc_exit why);
static myc_next hoarder_on_chunk(struct hoarder *self, myc_context *ctx, const myc_chunk *chunk);
static myc_next hoarder_on_end(struct hoarder *self, myc_context *ctx, const myc_stream_end *end);
MYC_ACTOR_WITH_LIFECYCLE(hoarder, reading, MYC_STREAM_ROWS)

static int hoarder_on_start(struct hoarder *self, myc_context *ctx)
{
    uint32_t opened = 0;
    while ((*self->error = myc_stream_open(ctx, "-", NULL, NULL)) == 0)
        opened++;
    __atomic_store_n(self->opened, opened, __ATOMIC_RELEASE);
    return 0;
}

static void hoarder_on_stop(struct hoarder *self, myc_context *ctx, myc_exit why)
{
    (void)self, (void)ctx, (void)why;
}

static myc_next hoarder_on_chunk(struct hoarder *self, myc_context *ctx, const myc_chunk *chunk)
{
    (void)self, (void)ctx, (void)chunk;
    return MYC_FAIL(MYC_EIO); /* nothing was written */
}

static myc_next hoarder_on_end(struct hoarder *self, myc_context *ctx, const myc_stream_end *end)
{
    (void)ctx;
    __atomic_fetch_add(self->ended, end->error == 0, __ATOMIC_RELEASE);
    return MYC_CONTINUE;
}

SOURCE_TEST(file_source_limits, keeps_to_the_number_of_sources)
{
    int fds[2];
    cr_assert_eq(0, pipe2(fds, O_CLOEXEC));
    cr_assert_eq(STDIN_FILENO, dup2(fds[0], STDIN_FILENO));
    uint32_t opened = 0, ended = 0;
    int error = 0;
    reading_ref ref;
    cr_assert_eq(0,
                 hoarder_spawn(frame->ctx, &(struct hoarder){&opened, &ended, &error}, NULL, &ref));
    AWAIT(frame, __atomic_load_n(&opened, __ATOMIC_ACQUIRE) > 0);
    cr_expect_eq(MYC__SOURCES_MAX, opened);
    cr_expect_eq(MYC_ELIMIT, error);
    cr_expect(lines_have(&frame->lines, "4096 open sources"));
    close(fds[1]);
    await_quiescence(frame);
    cr_expect_eq(MYC__SOURCES_MAX, ended);
    close(fds[0]);
}

/* SPDX-License-Identifier: Apache-2.0 */
#include <sys/resource.h>

#include "reader.h"

static void expect_refused(struct frame *frame, const char *path, int error, const char *cause)
{
    struct script script = {.path = path, .source = {77}};
    read_all(frame, &script);
    cr_expect_eq(error, script.error, "%s: %s", path, myc_error_name(script.error));
    cr_expect_eq(0, script.source.number);
    cr_expect_eq(0, script.chunks + script.ends);
    cr_expect(lines_have(&frame->lines, path), "the log does not name %s", path);
    cr_expect(lines_have(&frame->lines, cause), "the log does not say: %s", cause);
}

SOURCE_TEST(file_source_open, says_what_is_missing)
{
    expect_refused(frame, "/nonexistent/file", MYC_ENOENT, "No such file or directory");
    expect_refused(frame, "/dev/null/file", MYC_ENOENT, "Not a directory");
    expect_refused(frame, "", MYC_ENOENT, "No such file or directory");
}

SOURCE_TEST(file_source_open, refuses_a_directory)
{
    expect_refused(frame, "/tmp", MYC_EIO, "Is a directory");
}

/* The limit is this test's own process'. */
SOURCE_TEST(file_source_open, says_what_limit_of_the_process_is_reached)
{
    const char *path = file_of(frame, 1);
    struct rlimit limit, none = {3, 3};
    cr_assert_eq(0, getrlimit(RLIMIT_NOFILE, &limit));
    none.rlim_max = limit.rlim_max;
    struct script first = {.path = path};
    read_all(frame, &first); /* makes the driver */
    cr_assert_eq(0, setrlimit(RLIMIT_NOFILE, &none));
    struct script script = {.path = path};
    reading_ref ref;
    cr_assert_eq(0, reader_spawn(frame->ctx, &(struct reader){&script},
                                 &(myc_spawn_options){.place = MYC_PLACE_ON_WORKER}, &ref));
    await_quiescence(frame);
    cr_assert_eq(0, setrlimit(RLIMIT_NOFILE, &limit));
    cr_expect_eq(MYC_ELIMIT, script.error);
    cr_expect(lines_have(&frame->lines, "RLIMIT_NOFILE"));
}

SOURCE_TEST(file_source_open, refuses_what_it_may_not_read)
{
    const char *path = file_of(frame, 10);
    cr_assert_eq(0, chmod(path, 0));
    if (geteuid() != 0) {
        expect_refused(frame, path, MYC_EACCES, "Permission denied");
        return;
    }
    struct script script = {.path = path};
    read_all(frame, &script);
    expect_read_to_end(&script, 10); /* nothing is forbidden to root */
}

SOURCE_TEST(file_source_open, refuses_a_depth_out_of_range)
{
    struct script script = {.path = file_of(frame, 10), .options = {.depth = 65}};
    read_all(frame, &script);
    cr_expect_eq(MYC_EINVAL, script.error);
}

/* Opens for somebody else; then with a context that is not a worker's. */
/* Its protocol has no row for the end. */
#define DEAF_ROWS(ROW, P) ROW(P, chunk, myc_chunk)
MYC_PROTOCOL(deaf, DEAF_ROWS)

struct deaf {
    int *error;
};

static myc_next deaf_on_chunk(struct deaf *self, myc_context *ctx, const myc_chunk *chunk)
{
    (void)self, (void)ctx, (void)chunk;
    return MYC_CONTINUE;
}

static int deaf_on_start(struct deaf *self, myc_context *ctx)
{
    *self->error = myc_stream_open(ctx, "/dev/null", NULL, NULL);
    return 0;
}

static void deaf_on_stop(struct deaf *self, myc_context *ctx, myc_exit why)
{
    (void)self, (void)ctx, (void)why;
}

MYC_ACTOR_WITH_LIFECYCLE(deaf, deaf, DEAF_ROWS)

SOURCE_TEST(file_source_open, reads_for_actors_that_take_its_messages_only)
{
    int error = 0;
    deaf_ref ref;
    cr_assert_eq(0, deaf_spawn(frame->ctx, &(struct deaf){&error}, NULL, &ref));
    await_quiescence(frame);
    cr_expect_eq(MYC_ETYPE, error);
    cr_expect_eq(MYC_EINVAL, myc_stream_open(frame->ctx, "/dev/null", NULL, NULL));
}

SOURCE_TEST(file_source_open, closes_when_its_owner_fails_to_start)
{
    struct script script = {.path = file_of(frame, 1 << 20), .fails_to_start = true};
    read_all(frame, &script);
    cr_expect_eq(0, script.error);
    cr_expect_eq(0, script.chunks + script.ends);
    cr_expect_eq(0, ends(&script));
}

SOURCE_TEST(file_source_open, opens_and_closes_again_and_again)
{
    enum { TIMES = 500 };
    const char *path = file_of(frame, 2 * MYC_CHUNK_BYTES);
    struct script *scripts = calloc(TIMES, sizeof *scripts);
    for (int index = 0; index < TIMES; index++) {
        scripts[index] = (struct script){.path = path, .close_after = index % 2};
        read_all(frame, &scripts[index]);
        cr_expect_eq(0, scripts[index].error);
        cr_expect_eq(index % 2 ? 0 : 1, scripts[index].ends);
        cr_expect_gt(scripts[index].source.number, 0);
    }
    free(scripts);
}

SOURCE_TEST(file_source_open, numbers_sources_of_a_worker_apart)
{
    enum { COUNT = 20 };
    const char *path = file_of(frame, 3 * MYC_CHUNK_BYTES + 1);
    struct script scripts[COUNT];
    for (int index = 0; index < COUNT; index++) {
        scripts[index] = (struct script){.path = path};
        spawn_reader(frame, &scripts[index]);
    }
    await_quiescence(frame);
    for (int index = 0; index < COUNT; index++)
        expect_read_to_end(&scripts[index], 3 * MYC_CHUNK_BYTES + 1);
}

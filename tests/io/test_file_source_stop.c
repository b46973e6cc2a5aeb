/* SPDX-License-Identifier: Apache-2.0 */
#include "reader.h"

enum { SIZE = 100 * MYC_CHUNK_BYTES };

SOURCE_TEST(file_source_stop, ends_with_its_owner)
{
    for (uint32_t chunks = 1; chunks <= 9; chunks += 2) {
        struct script script = {
            .path = file_of(frame, SIZE), .options = {.depth = chunks}, .stop_after = chunks};
        read_all(frame, &script);
        expect_read(&script, chunks * (uint64_t)MYC_CHUNK_BYTES);
        cr_expect_eq(0, script.ends);
        cr_expect_eq(0, actors_alive(frame));
    }
}

SOURCE_TEST(file_source_stop, ends_when_it_is_closed)
{
    for (uint32_t chunks = 1; chunks <= 9; chunks += 2) {
        struct script script = {
            .path = file_of(frame, SIZE), .options = {.depth = 16}, .close_after = chunks};
        read_all(frame, &script);
        cr_expect_geq(script.chunks, chunks);
        cr_expect_leq(script.chunks, chunks + 16, "what is queued still comes, but no more");
        expect_read(&script, script.chunks * (uint64_t)MYC_CHUNK_BYTES);
        cr_expect_eq(0, script.ends);
    }
}

/* Closed by the last chunk, when its end may be queued already; and again, when it is gone. */
SOURCE_TEST(file_source_stop, may_be_closed_too_late)
{
    struct script script = {.path = file_of(frame, 100), .close_after = 1};
    read_all(frame, &script);
    expect_read(&script, 100);
    cr_expect_leq(script.ends, 1);
}

static void stop_in_the_middle(struct frame *frame, bool discard)
{
    struct script script = {.path = file_of(frame, SIZE), .options = {.depth = 8}, .wait_after = 3};
    spawn_reader(frame, &script);
    AWAIT(frame, received(&script) >= 3 * MYC_CHUNK_BYTES);
    cr_expect_eq(0, myc_system_stop(frame->system, &(myc_stop_options){.discard = discard}, NULL));
    expect_read(&script, script.chunks * (uint64_t)MYC_CHUNK_BYTES);
    cr_expect_eq(0, actors_alive(frame));
    cr_expect_lt(script.received_bytes, SIZE);
    cr_expect_eq(0, script.ends);
    myc_counts counts;
    myc_system_counts(frame->system, &counts);
    cr_expect_eq(0, counts.queued);
    cr_expect(discard || counts.dead == 0);
}

SOURCE_TEST(file_source_stop, ends_when_the_system_drains)
{
    stop_in_the_middle(frame, false);
}

SOURCE_TEST(file_source_stop, ends_when_the_system_discards)
{
    stop_in_the_middle(frame, true);
}

/* Opens a file when it is stopped, which is too late. */
struct laggard {
    int *error;
};

static int laggard_on_start(struct laggard *self, myc_context *ctx);
static void laggard_on_stop(struct laggard *self, myc_context *ctx, myc_exit why);
static myc_next laggard_on_chunk(struct laggard *self, myc_context *ctx, const myc_chunk *chunk);
static myc_next laggard_on_end(struct laggard *self, myc_context *ctx, const myc_stream_end *end);
MYC_ACTOR_WITH_LIFECYCLE(laggard, reading, MYC_STREAM_ROWS)

static int laggard_on_start(struct laggard *self, myc_context *ctx)
{
    (void)self, (void)ctx;
    return 0;
}

static void laggard_on_stop(struct laggard *self, myc_context *ctx, myc_exit why)
{
    (void)why;
    *self->error = myc_stream_open(ctx, "/dev/null", NULL, NULL);
}

static myc_next laggard_on_chunk(struct laggard *self, myc_context *ctx, const myc_chunk *chunk)
{
    (void)self, (void)ctx, (void)chunk;
    return MYC_CONTINUE;
}

static myc_next laggard_on_end(struct laggard *self, myc_context *ctx, const myc_stream_end *end)
{
    (void)self, (void)ctx, (void)end;
    return MYC_CONTINUE;
}

SOURCE_TEST(file_source_stop, opens_nothing_while_the_system_stops)
{
    int error = 0;
    reading_ref ref;
    cr_assert_eq(0, laggard_spawn(frame->ctx, &(struct laggard){&error}, NULL, &ref));
    await_quiescence(frame);
    cr_expect_eq(0, myc_system_stop(frame->system, NULL, NULL));
    cr_expect_eq(MYC_ESTOPPING, error);
}

SOURCE_TEST(file_source_stop, lets_an_actor_that_ends_open_one_in_vain)
{
    int error = -1;
    reading_ref ref;
    cr_assert_eq(0, laggard_spawn(frame->ctx, &(struct laggard){&error}, NULL, &ref));
    myc_stop(frame->ctx, ref.address);
    await_quiescence(frame);
    cr_expect_leq(error, 0);
}

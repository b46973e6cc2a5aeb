/* SPDX-License-Identifier: Apache-2.0 */
#include "reader.h"

enum { MANY_CHUNKS = 200, SIZE = MANY_CHUNKS * MYC_CHUNK_BYTES };

SOURCE_TEST(file_source_flow, gives_unfinished_chunks_again)
{
    struct script script = {.path = file_of(frame, 20 * MYC_CHUNK_BYTES), .again = 5};
    read_all(frame, &script);
    expect_read_to_end(&script, 20 * MYC_CHUNK_BYTES);
}

SOURCE_TEST(file_source_flow, holds_little_memory)
{
    struct script script = {.path = file_of(frame, SIZE), .again = 2};
    read_all(frame, &script);
    expect_read_to_end(&script, SIZE);
    cr_expect_lt(frame->bytes_peak, 4 << 20, "%zu bytes", (size_t)frame->bytes_peak);
}

SOURCE_TEST(file_source_flow, leaves_retained_chunks_intact)
{
    enum { KEPT = 30 };
    struct script script = {.path = file_of(frame, KEPT * MYC_CHUNK_BYTES), .retains = true};
    read_all(frame, &script);
    expect_read_to_end(&script, KEPT * MYC_CHUNK_BYTES);
    for (uint32_t index = 0; index < KEPT; index++) {
        cr_expect_eq(index * (uint64_t)MYC_CHUNK_BYTES, script.kept[index]->offset);
        cr_expect_eq(0, count_wrong_bytes(script.kept[index]));
        myc_chunk_release(frame->ctx, script.kept[index]);
    }
}

SOURCE_TEST(file_source_flow, does_not_let_a_small_mailbox_overflow)
{
    struct script script = {.path = file_of(frame, 20 * MYC_CHUNK_BYTES), .options = {.depth = 64}};
    for (myc_overflow overflow = 0; overflow <= MYC_OVERFLOW_DROP_OLDEST; overflow++) {
        script = (struct script){.path = script.path, .options = {.depth = 64}, .again = 2};
        myc_spawn_options options = {.mailbox_bound = 1, .overflow = overflow};
        reading_ref ref;
        cr_assert_eq(0, reader_spawn(frame->ctx, &(struct reader){&script}, &options, &ref));
        await_quiescence(frame);
        expect_read_to_end(&script, 20 * MYC_CHUNK_BYTES);
    }
    myc_counts counts;
    myc_system_counts(frame->system, &counts);
    cr_expect_eq(0, counts.refused + counts.dropped + counts.dead);
}

/* A gate takes marks, but only while it is open. */
typedef struct mark {
    uint64_t reserved;
} mark;
MYC_MESSAGE(mark)
MYC_MESSAGE_TYPE(mark, .id = 0)
#define GATE_ROWS(ROW, P) ROW(P, mark, mark)
MYC_PROTOCOL(gates, GATE_ROWS)

struct gate {
    uint32_t *is_open; /* atomic */
};

static myc_next gate_on_mark(struct gate *self, myc_context *ctx, const mark *passed)
{
    (void)ctx, (void)passed;
    return __atomic_load_n(self->is_open, __ATOMIC_ACQUIRE) ? MYC_CONTINUE : MYC_AGAIN;
}
MYC_ACTOR(gate, gates, GATE_ROWS)

/* Sends a mark through the gate for each chunk, and pauses when it cannot. */
struct walker {
    struct script *script;
    gates_ref gate;
};

static int walker_on_start(struct walker *self, myc_context *ctx);
static void walker_on_stop(struct walker *self, myc_context *ctx, myc_exit why);
static myc_next walker_on_chunk(struct walker *self, myc_context *ctx, const myc_chunk *chunk);
static myc_next walker_on_end(struct walker *self, myc_context *ctx, const myc_stream_end *end);
MYC_ACTOR_WITH_LIFECYCLE(walker, reading, MYC_STREAM_ROWS)

static int walker_on_start(struct walker *self, myc_context *ctx)
{
    return reader_on_start(&(struct reader){self->script}, ctx);
}

static void walker_on_stop(struct walker *self, myc_context *ctx, myc_exit why)
{
    reader_on_stop(&(struct reader){self->script}, ctx, why);
}

static myc_next walker_on_chunk(struct walker *self, myc_context *ctx, const myc_chunk *chunk)
{
    if (myc_room(ctx, self->gate.address) == 0 ||
        gates_send_mark(ctx, self->gate, mark_new(ctx)) != MYC_SENT) {
        myc_pause_until_room(ctx, self->gate.address);
        return MYC_AGAIN;
    }
    return reader_on_chunk(&(struct reader){self->script}, ctx, chunk);
}

static myc_next walker_on_end(struct walker *self, myc_context *ctx, const myc_stream_end *end)
{
    return reader_on_end(&(struct reader){self->script}, ctx, end);
}

static reading_ref spawn_walker(struct frame *frame, struct script *script, uint32_t *is_open)
{
    gates_ref gate;
    reading_ref walker;
    myc_spawn_options options = {.mailbox_bound = 2, .place = MYC_PLACE_ON_WORKER};
    cr_assert_eq(0, gate_spawn(frame->ctx, &(struct gate){is_open}, &options, &gate));
    options = (myc_spawn_options){.place = MYC_PLACE_ON_WORKER, .worker = 1};
    cr_assert_eq(0, walker_spawn(frame->ctx, &(struct walker){script, gate}, &options, &walker));
    return walker;
}

SOURCE_TEST(file_source_flow, loses_nothing_when_its_owner_pauses)
{
    uint32_t is_open = 0;
    struct script script = {.path = file_of(frame, SIZE)};
    spawn_walker(frame, &script, &is_open);
    AWAIT(frame, received(&script) > 0);
    __atomic_store_n(&is_open, 1, __ATOMIC_RELEASE);
    await_quiescence(frame);
    expect_read_to_end(&script, SIZE);
    cr_expect_lt(frame->bytes_peak, 4 << 20, "%zu bytes", (size_t)frame->bytes_peak);
}

static uint32_t backlog_of(struct frame *frame, reading_ref ref)
{
    const myc__shard *shard = frame->system->fabric.shards[myc__address_worker(ref.address)];
    const myc__actor *actor = myc__actor_find(shard, ref.address);
    return actor->mailbox.depth + ((actor->interrupts & MYC__HOLDING) != 0);
}

static void expect_stays_at_depth(struct frame *frame, uint32_t depth)
{
    uint32_t is_open = 0;
    struct script script = {.path = file_of(frame, SIZE), .options = {.depth = depth}};
    reading_ref ref = spawn_walker(frame, &script, &is_open);
    AWAIT(frame, received(&script) > 0 && backlog_of(frame, ref) == depth);
    for (int round = 0; round < 100; round++) {
        step(frame);
        cr_assert_leq(backlog_of(frame, ref), depth);
    }
    cr_expect_eq(depth, backlog_of(frame, ref));
    is_open = 1;
    await_quiescence(frame);
    expect_read_to_end(&script, SIZE);
}

DRIVEN_TEST(file_source_flow, keeps_to_its_depth)
{
    expect_stays_at_depth(frame, 1);
    expect_stays_at_depth(frame, 4);
    expect_stays_at_depth(frame, 17);
}

/* Two sources at one actor, told apart by their numbers. */
struct merger {
    struct script *scripts;
    uint64_t *second_at_end; /* bytes of the second when the first ends; may be NULL */
};

static int merger_on_start(struct merger *self, myc_context *ctx);
static void merger_on_stop(struct merger *self, myc_context *ctx, myc_exit why);
static myc_next merger_on_chunk(struct merger *self, myc_context *ctx, const myc_chunk *chunk);
static myc_next merger_on_end(struct merger *self, myc_context *ctx, const myc_stream_end *end);
MYC_ACTOR_WITH_LIFECYCLE(merger, reading, MYC_STREAM_ROWS)

static int merger_on_start(struct merger *self, myc_context *ctx)
{
    for (int index = 0; index < 2; index++) {
        struct script *script = &self->scripts[index];
        script->error = myc_stream_open(ctx, script->path, &script->options, &script->source);
    }
    return 0;
}

static void merger_on_stop(struct merger *self, myc_context *ctx, myc_exit why)
{
    (void)self, (void)ctx, (void)why;
}

static struct reader reader_of(const struct merger *self, uint32_t source)
{
    return (struct reader){&self->scripts[source == self->scripts[0].source.number ? 0 : 1]};
}

static myc_next merger_on_chunk(struct merger *self, myc_context *ctx, const myc_chunk *chunk)
{
    struct reader reader = reader_of(self, chunk->stream.number);
    return reader_on_chunk(&reader, ctx, chunk);
}

static myc_next merger_on_end(struct merger *self, myc_context *ctx, const myc_stream_end *end)
{
    struct reader reader = reader_of(self, end->stream.number);
    if (self->second_at_end && reader.script == &self->scripts[0])
        *self->second_at_end = self->scripts[1].received_bytes;
    return reader_on_end(&reader, ctx, end);
}

SOURCE_TEST(file_source_flow, reads_two_files_for_one_actor)
{
    const char *path = file_of(frame, 50 * MYC_CHUNK_BYTES + 9);
    struct script scripts[2] = {{.path = path, .again = 3}, {.path = path, .close_after = 40}};
    reading_ref ref;
    cr_assert_eq(0, merger_spawn(frame->ctx, &(struct merger){.scripts = scripts}, NULL, &ref));
    await_quiescence(frame);
    cr_expect_neq(scripts[0].source.number, scripts[1].source.number);
    expect_read_to_end(&scripts[0], 50 * MYC_CHUNK_BYTES + 9);
    cr_expect_eq(0, scripts[1].ends);
    cr_expect_geq(scripts[1].chunks, 40);
    cr_expect_eq(0, scripts[1].wrong_bytes + scripts[1].wrong_offsets);
}

/* The file alone could keep the mailbox at its own depth all the time: a pass of the worker is not
 * enough for one chunk. */
SOURCE_TEST(file_source_flow, does_not_let_a_file_starve_a_pipe)
{
    enum { PIPE_SIZE = 5 * MYC_CHUNK_BYTES };
    int fds[2];
    cr_assert_eq(0, pipe2(fds, O_CLOEXEC));
    cr_assert_geq(fcntl(fds[1], F_SETPIPE_SZ, 2 * PIPE_SIZE), PIPE_SIZE);
    write_bytes(fds[1], 0, PIPE_SIZE);
    char path[32];
    snprintf(path, sizeof path, "/proc/self/fd/%d", fds[0]);
    struct script scripts[2] = {{.path = file_of(frame, SIZE), .again = 3 * MYC__TURNS_PER_PASS},
                                {.path = path}};
    uint64_t second_at_end = 0;
    myc_spawn_options options = {.batch_max = 1};
    reading_ref ref;
    cr_assert_eq(
        0, merger_spawn(frame->ctx, &(struct merger){scripts, &second_at_end}, &options, &ref));
    AWAIT(frame, ends(&scripts[0]) && received(&scripts[1]) == PIPE_SIZE);
    close(fds[0]);
    close(fds[1]);
    await_quiescence(frame);
    expect_read_to_end(&scripts[0], SIZE);
    expect_read_to_end(&scripts[1], PIPE_SIZE);
    cr_expect_eq(PIPE_SIZE, second_at_end);
}

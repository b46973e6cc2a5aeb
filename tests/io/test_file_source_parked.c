/* SPDX-License-Identifier: Apache-2.0 */
/* Sources whose owners park what they send, and owners that are to be moved. */
#include "reader.h"

enum { SIZE = 60 * MYC_CHUNK_BYTES };

typedef struct stamp {
    uint64_t offset;
} stamp;
MYC_MESSAGE(stamp)
MYC_MESSAGE_TYPE(stamp, .id = 0)
#define STAMP_ROWS(ROW, P) ROW(P, stamp, stamp)
MYC_PROTOCOL(stamps, STAMP_ROWS)

struct stamper {
    uint32_t *is_open; /* atomic */
    uint64_t *stamped; /* bytes; atomic */
};

static myc_next stamper_on_stamp(struct stamper *self, myc_context *ctx, const stamp *got)
{
    (void)ctx;
    if (!__atomic_load_n(self->is_open, __ATOMIC_ACQUIRE))
        return MYC_AGAIN;
    cr_assert_eq(*self->stamped, got->offset);
    __atomic_store_n(self->stamped, got->offset + MYC_CHUNK_BYTES, __ATOMIC_RELEASE);
    return MYC_CONTINUE;
}
MYC_ACTOR(stamper, stamps, STAMP_ROWS)

/* Sends a stamp for each chunk, without a look at the room. */
struct parker {
    struct script *script;
    stamps_ref to;
};

static int parker_on_start(struct parker *self, myc_context *ctx);
static void parker_on_stop(struct parker *self, myc_context *ctx, myc_exit why);
static myc_next parker_on_chunk(struct parker *self, myc_context *ctx, const myc_chunk *chunk);
static myc_next parker_on_end(struct parker *self, myc_context *ctx, const myc_stream_end *end);
MYC_ACTOR_WITH_LIFECYCLE(parker, reading, MYC_STREAM_ROWS)

static int parker_on_start(struct parker *self, myc_context *ctx)
{
    struct script *script = self->script;
    script->error = myc_stream_open(ctx, script->path, &script->options, &script->source);
    return 0;
}

static void parker_on_stop(struct parker *self, myc_context *ctx, myc_exit why)
{
    (void)self, (void)ctx, (void)why;
}

static myc_next parker_on_chunk(struct parker *self, myc_context *ctx, const myc_chunk *chunk)
{
    stamp *made = stamp_new(ctx);
    made->offset = chunk->offset;
    cr_assert_eq(MYC_SENT, stamps_send_or_pause_stamp(ctx, self->to, made));
    return reader_on_chunk(&(struct reader){self->script}, ctx, chunk);
}

static myc_next parker_on_end(struct parker *self, myc_context *ctx, const myc_stream_end *end)
{
    return reader_on_end(&(struct reader){self->script}, ctx, end);
}

static void reads_no_further(struct frame *frame, uint32_t worker)
{
    uint32_t is_open = 0;
    uint64_t stamped = 0;
    struct script script = {.path = file_of(frame, SIZE)};
    stamps_ref to;
    reading_ref ref;
    myc_spawn_options options = {.mailbox_bound = 2, .place = MYC_PLACE_ON_WORKER};
    cr_assert_eq(0,
                 stamper_spawn(frame->ctx, &(struct stamper){&is_open, &stamped}, &options, &to));
    options = (myc_spawn_options){.place = MYC_PLACE_ON_WORKER, .worker = worker};
    cr_assert_eq(0, parker_spawn(frame->ctx, &(struct parker){&script, to}, &options, &ref));
    AWAIT(frame, __atomic_load_n(&script.received_bytes, __ATOMIC_ACQUIRE) >= 4 * MYC_CHUNK_BYTES);
    for (int round = 0; round < 200; round++)
        step(frame);
    /* One in hand, two queued, one parked, and what the lane may have taken before it was full. */
    uint64_t received = __atomic_load_n(&script.received_bytes, __ATOMIC_ACQUIRE);
    if (worker == 0)
        cr_expect_eq(4 * MYC_CHUNK_BYTES, received, "%lu", (unsigned long)received);
    __atomic_store_n(&is_open, 1, __ATOMIC_RELEASE);
    await_quiescence(frame);
    expect_read_to_end(&script, SIZE);
    cr_expect_eq(SIZE, stamped);
}

SOURCE_TEST(file_source_parked, reads_no_further_while_its_owner_waits)
{
    reads_no_further(frame, 0);
}

SOURCE_TEST(file_source_parked, loses_nothing_when_its_owner_waits_for_another_worker)
{
    reads_no_further(frame, 1);
}

SOURCE_TEST(file_source_parked, keeps_its_owner_from_being_moved)
{
    uint32_t is_open = 0;
    uint64_t stamped = 0;
    struct script script = {.path = file_of(frame, SIZE)};
    stamps_ref to;
    reading_ref ref;
    myc_spawn_options options = {.mailbox_bound = 2, .place = MYC_PLACE_ON_WORKER};
    cr_assert_eq(0,
                 stamper_spawn(frame->ctx, &(struct stamper){&is_open, &stamped}, &options, &to));
    cr_assert_eq(0, parker_spawn(frame->ctx, &(struct parker){&script, to}, &options, &ref));
    AWAIT(frame, __atomic_load_n(&script.received_bytes, __ATOMIC_ACQUIRE) > 0);
    cr_expect_eq(0, myc_move_actor(frame->ctx, ref.address, 1));
    AWAIT(frame, lines_have(&frame->lines, "has open sources"));
    __atomic_store_n(&is_open, 1, __ATOMIC_RELEASE);
    await_quiescence(frame);
    expect_read_to_end(&script, SIZE);
    cr_expect_eq(SIZE, stamped);
}

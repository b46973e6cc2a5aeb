/* SPDX-License-Identifier: Apache-2.0 */
/* Actors that find the lane to another worker full: they wait at its sending end. */
#include "actor/actor.h"
#include "actor/waiters.h"
#include "actor_support.h"

enum { SOURCES_MAX = 50 };

/* Sources on worker 0 and a sink with a deep mailbox on worker 1: what fills is the lane. */
struct stream {
    struct world *here;
    struct journal sink_journal;
    desk_ref sink;
    uint32_t each; /* tickets a source sends */
    uint32_t sources;
    struct journal journals[SOURCES_MAX];
    desk_ref refs[SOURCES_MAX];
    uint32_t made[SOURCES_MAX];
    uint32_t calls[SOURCES_MAX];
    myc_sent last[SOURCES_MAX]; /* what the last send of each was told */
};

static myc_next make_tickets(struct journal *journal, myc_context *ctx, const ticket_data *ticket)
{
    struct stream *stream = journal->user;
    uint32_t name = (uint32_t)(journal - stream->journals);
    (void)ticket;
    stream->calls[name]++;
    while (stream->made[name] < stream->each) {
        stream->last[name] = send_ticket(ctx, stream->sink, name, stream->made[name]);
        if (stream->last[name] == MYC_FULL) {
            myc_pause_until_room(ctx, stream->sink.address);
            return MYC_AGAIN;
        }
        stream->made[name]++;
    }
    return MYC_CONTINUE;
}

static struct stream *stream_open(uint32_t sources, uint32_t each)
{
    struct stream *stream = calloc(1, sizeof *stream);
    stream->here = world_open(2);
    stream->sources = sources;
    stream->each = each;
    stream->sink = world_desk(stream->here, 1, &stream->sink_journal,
                              &(myc_spawn_options){.mailbox_bound = 1 << 20});
    for (uint32_t name = 0; name < sources; name++) {
        stream->journals[name] = (struct journal){.on_ticket = make_tickets, .user = stream};
        stream->refs[name] = world_desk(stream->here, 0, &stream->journals[name], NULL);
    }
    world_await(stream->here);
    world_mark(stream->here);
    for (uint32_t name = 0; name < sources; name++)
        cr_assert_eq(MYC_SENT, send_ticket(stream->here->ctx, stream->refs[name], 0, 0));
    return stream;
}

static void stream_free(struct stream *stream)
{
    world_free(stream->here);
    journal_fini(&stream->sink_journal);
    for (uint32_t name = 0; name < stream->sources; name++)
        journal_fini(&stream->journals[name]);
    free(stream);
}

static void stream_close(struct stream *stream)
{
    cr_expect_eq(0, world_end(stream->here), "payloads are still held");
    stream_free(stream);
}

static void expect_all_arrived(const struct stream *stream)
{
    uint32_t next[SOURCES_MAX] = {0};
    for (uint32_t index = 0; index < stream->sink_journal.count; index++) {
        const ticket_data *entry = &stream->sink_journal.entries[index];
        cr_assert_eq(next[entry->sender]++, entry->number, "of source %u", entry->sender);
    }
    for (uint32_t name = 0; name < stream->sources; name++)
        cr_expect_eq(stream->each, next[name], "of source %u", name);
}

/* The sending end; the test runs on the workers' thread. */
static const myc__outbox *outbox_of(const struct stream *stream)
{
    return stream->here->ctx->fabric->endpoints[0]->outbox[1];
}

static uint32_t waiters_of(const struct stream *stream)
{
    const myc__outbox *outbox = outbox_of(stream);
    return outbox->waiters ? outbox->waiters->count : 0;
}

/* A pass takes 128 from the lane. Half of it is free when 512 + 32 slots are, those for control
 * among them: after four passes of the receiver, so the source goes on in the fifth. */
Test(lane_full, a_source_goes_on_when_half_of_the_lane_is_free)
{
    enum { PASSES = (MYC__LANE_SLOTS / 2 + MYC__TAKEN_PER_LANE - 1) / MYC__TAKEN_PER_LANE };
    struct stream *stream = stream_open(1, 3000);
    for (uint32_t pass = 0; pass < PASSES; pass++) {
        world_pass(stream->here);
        cr_expect_eq(1, stream->calls[0], "pass %u", pass);
        cr_expect_eq(LANE_MESSAGES, stream->made[0]);
        cr_expect_eq(1, waiters_of(stream));
    }
    world_pass(stream->here);
    cr_expect_eq(2, stream->calls[0]);
    cr_expect_eq(LANE_MESSAGES + PASSES * MYC__TAKEN_PER_LANE, stream->made[0]);
    world_await(stream->here);
    expect_all_arrived(stream);
    cr_expect_eq(0, waiters_of(stream));
    stream_close(stream);
    NO_LEAKS();
}

Test(lane_full, many_sources_wait_and_nothing_is_lost)
{
    struct stream *stream = stream_open(SOURCES_MAX, 300);
    world_pass(stream->here);
    cr_expect_gt(waiters_of(stream), SOURCES_MAX / 2);
    world_await(stream->here);
    expect_all_arrived(stream);
    myc_counts counts = world_since(stream->here);
    cr_expect_eq(SOURCES_MAX * 301, counts.accepted);
    cr_expect_eq(counts.accepted, counts.handled);
    cr_expect_gt(counts.refused, 0);
    stream_close(stream);
    NO_LEAKS();
}

Test(lane_full, a_stop_reaches_a_source_that_waits)
{
    struct stream *stream = stream_open(3, 2000);
    world_pass(stream->here);
    cr_assert_eq(3, waiters_of(stream));
    myc_stop(stream->here->ctx, stream->refs[0].address);
    world_pass(stream->here);
    cr_expect_eq(1, stream->journals[0].stops);
    cr_expect_eq(3, waiters_of(stream), "nobody looks for it before there is room");
    cr_expect_eq(1, letters_of(stream->here, MYC_DEAD_LEFT));
    stream->each = 500;
    world_await(stream->here);
    cr_expect_eq(LANE_MESSAGES, stream->made[0]);
    cr_expect_eq(500, stream->made[1]);
    cr_expect_eq(500, stream->made[2]);
    cr_expect_eq(LANE_MESSAGES + 2 * 500, stream->sink_journal.count);
    stream_close(stream);
    NO_LEAKS();
}

/* The send tells a source that there is nobody any more. */
Test(lane_full, a_source_goes_on_when_its_receiver_dies)
{
    struct stream *stream = stream_open(1, 5000);
    world_pass(stream->here);
    cr_assert_eq(1, waiters_of(stream));
    myc_stop(stream->here->ctx, stream->sink.address);
    world_await(stream->here);
    cr_expect_eq(5000, stream->made[0]);
    cr_expect_eq(MYC_DEAD, stream->last[0]);
    cr_expect_eq(5000 - stream->sink_journal.count, stream->here->letter_count);
    stream_close(stream);
    NO_LEAKS();
}

/* The world's end discards: sources, and what is in the lane. */
Test(lane_full, a_system_ends_with_sources_that_wait)
{
    struct stream *stream = stream_open(20, 5000);
    world_pass(stream->here);
    cr_assert_eq(20, waiters_of(stream));
    stream_close(stream);
    NO_LEAKS();
}

/* Each of them has as much to wait for at the receiver's end as at the sending one. */
Test(lane_full, a_stop_that_drains_waits_for_sources_that_wait)
{
    struct stream *stream = stream_open(10, 2000);
    world_pass(stream->here);
    myc_stop_options drain = {.timeout_ns = UINT64_C(60000000000)};
    cr_expect_eq(0, myc_system_stop(stream->here->system, &drain, NULL));
    expect_all_arrived(stream);
    cr_expect_eq(0, stream->here->letter_count);
    stream_close(stream);
    NO_LEAKS();
}

struct order {
    struct stream *stream;
    desk_ref other;
};

static void fill_lane_and_stop(myc_context *ctx, void *argument)
{
    struct order *order = argument;
    uint32_t sent = 0;
    while (send_ticket(ctx, order->stream->sink, 0, sent) == MYC_SENT)
        sent++;
    cr_expect_eq(LANE_MESSAGES, sent);
    cr_expect_eq(0, myc_room(ctx, order->stream->sink.address));
    myc_stop(ctx, order->other.address);
    cr_expect_eq(0, ctx->outbox[1]->waiting.depth, "slots are kept for it");
    cr_expect_null(ctx->blocked);
    cr_expect_eq(MYC_FULL, send_ticket(ctx, order->stream->sink, 0, 0));
}

Test(lane_full, of_messages_has_room_for_orders)
{
    struct stream *stream = stream_open(0, 0);
    struct journal other = {0};
    struct order order = {stream, world_desk(stream->here, 1, &other, NULL)};
    world_await(stream->here);
    world_call(stream->here, 0, fill_lane_and_stop, &order);
    world_await(stream->here);
    cr_expect_eq(1, other.stops);
    cr_expect_eq(LANE_MESSAGES, stream->sink_journal.count);
    stream_close(stream);
    NO_LEAKS();
}

/* A stuck sink: its mailbox is what is full, and the lane has room. */
Test(lane_full, is_told_apart_from_a_full_mailbox)
{
    struct stream *stream = stream_open(1, 1000);
    struct journal stuck = {.gated = true};
    stream->sink = world_desk(stream->here, 1, &stuck, &(myc_spawn_options){.mailbox_bound = 20});
    world_run(stream->here);
    uint32_t calls = stream->calls[0];
    cr_expect_lt(calls, 5, "it tried again and again");
    cr_expect_eq(0, waiters_of(stream));
    for (uint32_t pass = 0; pass < 100; pass++)
        world_pass(stream->here);
    cr_expect_eq(calls, stream->calls[0], "it tried again and again");
    stuck.gated = false;
    world_await(stream->here);
    expect_numbers(&stuck, 0, 1000);
    stream_close(stream);
    journal_fini(&stuck);
    NO_LEAKS();
}

/* Each round a source waits for two lanes, and is let go by the one that drains. */
struct two_lanes {
    desk_ref sinks[2];
};

static myc_next fill_and_wait_for_both(struct journal *journal, myc_context *ctx,
                                       const ticket_data *ticket)
{
    struct two_lanes *lanes = journal->user;
    (void)ticket;
    for (uint32_t lane = 0; lane < 2; lane++) {
        while (send_ticket(ctx, lanes->sinks[lane], 0, 0) == MYC_SENT)
            continue;
        myc_pause_until_room(ctx, lanes->sinks[lane].address);
    }
    return MYC_CONTINUE;
}

Test(lane_full, waiting_again_and_again_takes_no_more_memory)
{
    struct world *here = world_open(3);
    struct journal journals[2] = {{0}};
    struct two_lanes lanes;
    for (uint32_t lane = 0; lane < 2; lane++)
        lanes.sinks[lane] = world_desk(here, lane + 1, &journals[lane],
                                       &(myc_spawn_options){.mailbox_bound = 1 << 20});
    struct journal source = {.on_ticket = fill_and_wait_for_both, .user = &lanes};
    desk_ref ref = world_desk(here, 0, &source, NULL);
    uint64_t bytes = 0;
    for (uint32_t round = 0; round < 300; round++) {
        cr_assert_eq(MYC_SENT, send_ticket(here->ctx, ref, 0, round));
        world_pass(here);
        if (round % 100 == 99)
            world_await(here);
        if (round == 99)
            bytes = myc_system_memory_bytes(here->system);
    }
    expect_numbers(&source, 0, 300);
    cr_expect_eq(bytes, myc_system_memory_bytes(here->system));
    world_close(here);
    journal_fini(&source);
    for (uint32_t lane = 0; lane < 2; lane++)
        journal_fini(&journals[lane]);
    NO_LEAKS();
}

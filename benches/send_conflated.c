/* SPDX-License-Identifier: Apache-2.0 */
/*
 * send_conflated: 10 M new 48-byte quotes of 64 instruments to an actor of the same worker that
 * conflates them by instrument. Each instrument is quoted twice before the reader's turn, so every
 * other quote is queued and handled, and every other one takes the place of a queued one, which is
 * freed. The row is quotes sent a second, to be compared with send_fresh.one_worker.
 *
 * The reader checks that it gets the second quote of each pair, and the counts of handled messages
 * are checked, so none can be left out. Not measured: limits, ages, another core.
 */
#include "system.h"
#include "workloads.h"

enum { INSTRUMENTS = 64, QUOTED = 2 };

struct reader {
    uint64_t left;
    uint64_t *ended_ns; /* stays 0 when a stale quote was read */
};

static myc_next reader_on_message(struct reader *self, myc_context *ctx, const bench_message *quote)
{
    (void)ctx;
    if (quote->rest[0] != QUOTED) {
        return MYC_FAIL(MYC_EINVAL);
    }
    if (--self->left == 0) {
        *self->ended_ns = bench_now_ns();
    }
    return MYC_CONTINUE;
}
MYC_ACTOR(reader, bench, BENCH_ROWS)

struct quoter {
    bench_ref to;
    uint64_t rounds;
    uint64_t *started_ns;
};

static bool quote_all(const struct quoter *self, myc_context *ctx, uint64_t time)
{
    bool sent = true;
    for (uint64_t instrument = 0; instrument < INSTRUMENTS && sent; instrument++) {
        bench_message *quote = bench_message_new(ctx);
        if (quote) {
            quote->number = instrument;
            quote->rest[0] = time;
        }
        sent = bench_send_message(ctx, self->to, quote) == MYC_SENT;
    }
    return sent;
}

/* What comes again goes first, but its turn is behind the reader's. */
static myc_next quoter_on_message(struct quoter *self, myc_context *ctx, const bench_message *start)
{
    (void)start;
    *self->started_ns = *self->started_ns ? *self->started_ns : bench_now_ns();
    for (uint64_t time = 1; time <= QUOTED; time++) {
        if (!quote_all(self, ctx, time)) {
            return MYC_FAIL(MYC_EBUSY);
        }
    }
    return --self->rounds ? MYC_AGAIN : MYC_CONTINUE;
}
MYC_ACTOR(quoter, bench, BENCH_ROWS)

static bool by_instrument(uint32_t tag, const void *payload, uint64_t *key)
{
    (void)tag;
    *key = ((const bench_message *)payload)->number;
    return true;
}

static void run(const bench_options *options, bench_output *output)
{
    const myc_mailbox_policy policy = {.key = by_instrument};
    uint64_t rounds = bench_count(options, 10000000) / (QUOTED * INSTRUMENTS);
    uint64_t handled = rounds * INSTRUMENTS;
    uint64_t started_ns = 0;
    uint64_t ended_ns = 0;
    myc_context *ctx;
    myc_system *system = bench_system_create(options, &ctx);
    myc_spawn_options place = bench_on_worker(options, 0);
    struct quoter quoter = {.rounds = rounds, .started_ns = &started_ns};
    bench_ref first;
    place.policy = &policy;
    int error = reader_spawn(ctx, &(struct reader){handled, &ended_ns}, &place, &quoter.to);
    place.policy = NULL;
    error = error ? error : quoter_spawn(ctx, &quoter, &place, &first);
    if (error) {
        bench_fail("a spawn", error);
    }
    bench_system_run(system, ctx, first, 0);
    bench_system_destroy(system, handled + 1);
    if (!ended_ns) {
        bench_fail("a stale quote", MYC_EINVAL);
    }
    bench_print(output,
                (double)(rounds * QUOTED * INSTRUMENTS) * 1e9 / (double)(ended_ns - started_ns));
}

const bench_workload bench_send_conflated = {
    .name = "send_conflated",
    .what = "fresh 48-byte payloads, every other one in place of a queued one, one worker",
    .workers = 1,
    .idle = MYC_IDLE_SPIN,
    .run = run,
};

/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "hot_path.h"
#include "market_data.h"
#include "outlet.h"
#include "signal_generator.h"
#include "system.h"

/*
 * Feeds market data from its own worker, as the market thread of the relay feeds itself. It looks
 * at the clock once a turn, so the worker serves everybody else while an event is not yet due.
 */
struct event_feed {
    hot_path_run *run;
    outlet outlet;
    uint64_t next;
};

typedef struct event_row {
    uint32_t tag;
    const myc_type *type;
} event_row;

static event_row row_of(const eth_log *log)
{
    switch (log->kind) {
    case ETH_LOG_SYNC_V2: return (event_row){market_tag_sync, &pool_sync_event_type};
    case ETH_LOG_MINT_V2:
    case ETH_LOG_BURN_V2: return (event_row){market_tag_liquidity, &pool_liquidity_event_type};
    default: return (event_row){market_tag_swap, &pool_swap_event_type};
    }
}

static outlet_result send_event(outlet *to, myc_context *ctx, const eth_log *log)
{
    if (!outlet_is_open(to, ctx)) {
        return OUTLET_AGAIN;
    }
    event_row row = row_of(log);
    void *payload = myc_new_uninitialized(ctx, row.type);
    if (!payload) {
        return OUTLET_NO_MEMORY;
    }
    memcpy(payload, &log->event, row.type->size_bytes);
    return outlet_after(to, ctx, myc_send(ctx, to->to, row.tag, payload));
}

static myc_next event_feed_on_message(struct event_feed *self, myc_context *ctx,
                                      const bench_message *message)
{
    (void)message;
    if (self->next == self->run->count) {
        return MYC_CONTINUE;
    }
    uint64_t now_ns = bench_now_ns();
    uint64_t due_ns = hot_path_due_ns(self->run, self->next, now_ns);
    if (now_ns < due_ns) {
        return MYC_AGAIN;
    }
    eth_log log = hot_path_event(self->run, self->next, due_ns);
    switch (send_event(&self->outlet, ctx, &log)) {
    case OUTLET_TAKEN: self->next++; return MYC_AGAIN;
    case OUTLET_AGAIN: return MYC_AGAIN;
    case OUTLET_GONE: return MYC_FAIL(MYC_ENOENT);
    case OUTLET_NO_MEMORY: break;
    }
    return MYC_FAIL(MYC_ENOMEM);
}
MYC_ACTOR(event_feed, bench, BENCH_ROWS)

static uint64_t now_ns(void *user)
{
    (void)user;
    return bench_now_ns();
}

static myc_system *create_system(const bench_options *options, myc_context **ctx)
{
    myc_system *system;
    bool is_pinned = options->pin;
    int error = myc_system_create(
        &(myc_system_options){.name = "bench",
                              .workers = options->workers,
                              .idle = options->idle,
                              .cpus = is_pinned ? bench_processors_allowed()->numbers : NULL,
                              .cpu_count = is_pinned ? options->processors : 0,
                              .wall_ns = now_ns},
        &system);
    if (error) {
        bench_fail("the system", error);
    }
    *ctx = myc_context_of(system);
    return system;
}

typedef struct actor_stats {
    market_data_stats market;
    signal_generator_stats signals;
} actor_stats;

static bench_ref spawn_actors(hot_path_run *run, myc_context *ctx, actor_stats *stats)
{
    signal_ref signals;
    market_ref market;
    bench_ref feed;
    myc_spawn_options first = bench_on_worker(run->options, 0);
    myc_spawn_options last = bench_on_worker(run->options, run->options->workers - 1);
    int error = signal_generator_start(ctx, &run->judge, &stats->signals,
                                       (publisher_ref){.address = {0}}, &last, &signals);
    error = error ? error
                  : market_data_start(ctx, run->state, signals, &stats->market, &first, &market);
    error = error ? error
                  : event_feed_spawn(
                        ctx, &(struct event_feed){.run = run, .outlet = {.to = market.address}},
                        &first, &feed);
    if (error) {
        bench_fail("a spawn", error);
    }
    return feed;
}

void hot_path_run_actors(hot_path_run *run)
{
    myc_context *ctx;
    actor_stats stats;
    myc_system *system = create_system(run->options, &ctx);
    bench_ref feed = spawn_actors(run, ctx, &stats);
    hot_path_begin(run);
    bench_system_run(system, ctx, feed, 1);
    /* The start message, each event, each signal. */
    uint64_t signals = market_state_counters(run->state)->signals;
    bench_system_destroy(system, 1 + run->count + signals);
}

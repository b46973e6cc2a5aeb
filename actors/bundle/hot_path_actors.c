/* SPDX-License-Identifier: Apache-2.0 */
#include <sched.h>

#include "bundle/hot_path.h"
#include "bundle/interrupt.h"
#include "eth_feed.h"

/* The actors in the order of the stream; with more workers than these the rest would idle. */
enum { STAGE_FEED, STAGE_MARKET, STAGE_SIGNALS, STAGE_COUNT };

static uint32_t useful_workers(void)
{
    cpu_set_t processors;
    if (sched_getaffinity(0, sizeof processors, &processors) != 0) {
        return STAGE_COUNT;
    }
    int count = CPU_COUNT(&processors);
    return count < STAGE_COUNT ? (uint32_t)count : STAGE_COUNT;
}

static int create_system(bundle_pipeline *self)
{
    const run_options *options = self->options;
    interrupt_block(true); /* its threads inherit this: signals come to the main thread only */
    int error = myc_system_create(
        &(myc_system_options){.name = "market",
                              .workers = options->workers ? options->workers : useful_workers(),
                              .idle = options->idle,
                              .io = options->io,
                              .log = console_log,
                              .log_user = self->console},
        &self->actors.system);
    interrupt_block(false);
    return error;
}

static myc_spawn_options place_stage(const bundle_pipeline *self, uint32_t stage)
{
    uint32_t last = myc_system_workers(self->actors.system) - 1;
    uint32_t worker = self->options->place == RUN_TOGETHER ? 0 : stage;
    return (myc_spawn_options){.place = MYC_PLACE_ON_WORKER,
                               .worker = worker < last ? worker : last,
                               .mailbox_bound = self->options->mailbox_bound};
}

/* From the end of the stream to its source, so that each finds its receiver. */
static int start_actors(bundle_pipeline *self, myc_context *ctx)
{
    const run_options *options = self->options;
    myc_spawn_options spawn = place_stage(self, STAGE_SIGNALS);
    signal_ref signals;
    market_ref market;
    myc_reader_ref feed;
    int error =
        signal_generator_start(ctx, &self->judge, &self->actors.signal_stats, &spawn, &signals);
    if (error) {
        return error;
    }
    spawn = place_stage(self, STAGE_MARKET);
    error =
        market_data_start(ctx, self->state, signals, &self->actors.market_stats, &spawn, &market);
    if (error) {
        return error;
    }
    /* The mailbox of a feed takes chunks: its bound is not the user's business. */
    spawn = place_stage(self, STAGE_FEED);
    spawn.mailbox_bound = 0;
    return eth_feed_start(ctx,
                          &(eth_log_reader_options){.paths = options->feeds,
                                                    .path_count = options->feed_count,
                                                    .rounds = options->rounds,
                                                    .blocks = &self->blocks},
                          market, &self->feed_stats, &spawn, &feed);
}

static int start(bundle_pipeline *self)
{
    int error = create_system(self);
    if (error) {
        console_say(self->console, "the system cannot be created: %s", myc_error_text(error));
        return -1;
    }
    myc_context *ctx = myc_context_of(self->actors.system);
    error = ctx ? start_actors(self, ctx) : MYC_ENOMEM;
    if (error) {
        console_say(self->console, "an actor cannot be started: %s", myc_error_text(error));
        return -1;
    }
    return 0;
}

static bool await(bundle_pipeline *self, uint64_t timeout_ns)
{
    return myc_system_await_quiescence(self->actors.system, timeout_ns) != MYC_ETIMEDOUT;
}

static int stop(bundle_pipeline *self)
{
    myc_straggler straggler[1];
    myc_stop_report report = {.stragglers = straggler, .capacity = 1};
    while (myc_system_stop(self->actors.system, NULL, &report) == MYC_ETIMEDOUT) {
        console_say(self->console, "still waiting for %u actors to stop, such as %s",
                    (unsigned)report.count, report.count > 0 ? straggler[0].name : "?");
    }
    return 0;
}

static void collect(const bundle_pipeline *self, bundle_report *report)
{
    report->unsent = self->feed_stats.unsent + self->actors.market_stats.unsent;
    report->io = run_options_io_name(myc_system_io(self->actors.system));
    myc_system_counts(self->actors.system, &report->messages);
}

static void close_system(bundle_pipeline *self)
{
    uint64_t held = myc_system_destroy(self->actors.system);
    if (held > 0) {
        console_say(self->console, "%llu payloads were not released", (unsigned long long)held);
    }
}

const hot_path hot_path_actors = {.name = "actors",
                                  .start = start,
                                  .await = await,
                                  .stop = stop,
                                  .collect = collect,
                                  .close = close_system};

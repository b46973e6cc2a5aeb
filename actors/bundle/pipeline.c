/* SPDX-License-Identifier: Apache-2.0 */
#include "bundle/pipeline.h"

#include <sched.h>
#include <string.h>

#include "bundle/inputs.h"
#include "bundle/interrupt.h"

/* The actors in the order of the stream; with more workers than these the rest would idle. */
enum { STAGE_FEED, STAGE_MARKET, STAGE_SIGNALS, STAGE_COUNT };

static int out_of_memory(bundle_pipeline *self)
{
    console_say(self->console, "%s", myc_error_text(MYC_ENOMEM));
    return -1;
}

static int create_parts(bundle_pipeline *self)
{
    const run_options *options = self->options;
    self->state = market_state_create(
        &(market_options){.forget_pools_per_block = options->forget_pools_per_block,
                          .use_pool_fees = options->use_pool_fees,
                          .usd = &options->usd});
    self->judge.rules = signal_rules_create(&(signal_rules_options){
        .profit_usd_min = options->profit_usd_min, .age_max_ns = options->age_max_ns});
    self->judge.latency = myc_histogram_create();
    return self->state && self->judge.rules && self->judge.latency ? 0 : out_of_memory(self);
}

static int open_sink(bundle_pipeline *self)
{
    const char *path = self->options->signals_path;
    if (!path) {
        return 0;
    }
    int os_error = signal_sink_open(&self->sink, path);
    if (os_error) {
        console_say(self->console, "--signals %s: cannot be written: %s", path, strerror(os_error));
        return -1;
    }
    self->has_sink = true;
    self->judge.sink = &self->sink;
    return 0;
}

int pipeline_open(bundle_pipeline *self, const run_options *options, bundle_console *console)
{
    self->options = options;
    self->console = console;
    if (inputs_check(options, console, &self->feed_bytes) ||
        inputs_read_blocks(options, console, &self->blocks) || create_parts(self) ||
        inputs_read_pools(options, console, self->state)) {
        return -1;
    }
    return open_sink(self);
}

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
        &self->system);
    interrupt_block(false);
    return error;
}

static myc_spawn_options place_stage(const bundle_pipeline *self, uint32_t stage)
{
    uint32_t last = myc_system_workers(self->system) - 1;
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
    myc_stream_ref feed;
    int error = signal_generator_start(ctx, &self->judge, &self->signal_stats, &spawn, &signals);
    if (error) {
        return error;
    }
    spawn = place_stage(self, STAGE_MARKET);
    error = market_data_start(ctx, self->state, signals, &self->market_stats, &spawn, &market);
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

int pipeline_start(bundle_pipeline *self)
{
    int error = create_system(self);
    if (error) {
        console_say(self->console, "the system cannot be created: %s", myc_error_text(error));
        return -1;
    }
    myc_context *ctx = myc_context_of(self->system);
    error = ctx ? start_actors(self, ctx) : MYC_ENOMEM;
    if (error) {
        console_say(self->console, "an actor cannot be started: %s", myc_error_text(error));
        return -1;
    }
    return 0;
}

void pipeline_stop(bundle_pipeline *self)
{
    myc_straggler straggler[1];
    myc_stop_report report = {.stragglers = straggler, .capacity = 1};
    while (myc_system_stop(self->system, NULL, &report) == MYC_ETIMEDOUT) {
        console_say(self->console, "still waiting for %u actors to stop, such as %s",
                    (unsigned)report.count, report.count > 0 ? straggler[0].name : "?");
    }
}

void pipeline_close(bundle_pipeline *self)
{
    uint64_t held = myc_system_destroy(self->system);
    if (held > 0) {
        console_say(self->console, "%llu payloads were not released", (unsigned long long)held);
    }
    if (self->has_sink) {
        (void)signal_sink_close(&self->sink);
    }
    myc_histogram_destroy(self->judge.latency);
    signal_rules_destroy(self->judge.rules);
    market_state_destroy(self->state);
    blocks_file_fini(&self->blocks);
}

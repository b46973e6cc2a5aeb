/* SPDX-License-Identifier: Apache-2.0 */
#include "bundle/pipeline.h"

#include <string.h>

#include "bundle/hot_path.h"
#include "bundle/inputs.h"

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
                          .usd = &options->usd,
                          .quotes = options->quotes});
    self->judge.rules = signal_rules_create(&(signal_rules_options){
        .profit_usd_min = options->profit_usd_min, .age_max_ns = options->age_max_ns});
    self->judge.latency = myc_histogram_create();
    self->judge.is_replay = run_options_replay(options);
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
    self->path = options->hot_path == RUN_RELAY ? &hot_path_relay : &hot_path_actors;
    if (inputs_check(options, console, &self->feed_bytes) ||
        inputs_read_blocks(options, console, &self->blocks) ||
        feed_set_open(&self->feeds, options, &self->blocks, console) || create_parts(self) ||
        inputs_read_pools(options, console, self->state)) {
        return -1;
    }
    return open_sink(self);
}

int pipeline_start(bundle_pipeline *self)
{
    return self->path->start(self);
}

bool pipeline_await(bundle_pipeline *self, uint64_t timeout_ns)
{
    return self->path->await(self, timeout_ns);
}

pipeline_progress pipeline_look(const bundle_pipeline *self)
{
    pipeline_progress progress = self->path->look(self);
    progress.signals = live_count_get(&self->judge.received);
    return progress;
}

int pipeline_stop(bundle_pipeline *self)
{
    return self->path->stop(self);
}

void pipeline_close(bundle_pipeline *self)
{
    if (self->path) {
        self->path->close(self);
    }
    if (self->has_sink) {
        (void)signal_sink_close(&self->sink);
    }
    myc_histogram_destroy(self->judge.latency);
    signal_rules_destroy(self->judge.rules);
    market_state_destroy(self->state);
    feed_set_close(&self->feeds);
    blocks_file_fini(&self->blocks);
}

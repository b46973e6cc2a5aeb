/* SPDX-License-Identifier: Apache-2.0 */
#include "signal_generator.h"

#include "market/signal_json.h"

struct signal_generator {
    signal_generator_options options;
    signal_generator_stats *stats;
    uint64_t received;
};

MYC_ACTOR_WITH_LIFECYCLE(signal_generator, signal, SIGNAL_ROWS)

static void write_signal(signal_sink *sink, const arbitrage_signal *signal)
{
    char line[SIGNAL_JSON_BYTES_MAX];
    size_t size = signal_json_write(signal, line, sizeof line);
    signal_sink_write(sink, line, size);
}

static myc_next signal_generator_on_arbitrage(struct signal_generator *self, myc_context *ctx,
                                              const arbitrage_signal *arbitrage)
{
    uint64_t now_ns = myc_wall_ns(ctx);
    signal_verdict verdict = signal_rules_check(self->options.rules, arbitrage, now_ns);
    if (verdict == SIGNAL_ACCEPTED && self->options.sink) {
        write_signal(self->options.sink, arbitrage);
    }
    /* The wall clock may be set back between the two readings. */
    uint64_t received_ns = arbitrage->received_ns;
    myc_histogram_record(self->options.latency, now_ns > received_ns ? now_ns - received_ns : 0);
    live_count_set(&self->stats->received, ++self->received);
    return MYC_CONTINUE;
}

static myc_next signal_generator_on_momentum(struct signal_generator *self, myc_context *ctx,
                                             const momentum_signal *momentum)
{
    (void)ctx;
    (void)momentum;
    self->stats->ignored++;
    return MYC_CONTINUE;
}

static int signal_generator_on_start(struct signal_generator *self, myc_context *ctx)
{
    (void)self;
    (void)ctx;
    return 0;
}

static void signal_generator_on_stop(struct signal_generator *self, myc_context *ctx, myc_exit why)
{
    (void)ctx;
    (void)why;
    if (self->options.sink) {
        signal_sink_flush(self->options.sink);
    }
}

int signal_generator_start(myc_context *ctx, const signal_generator_options *options,
                           signal_generator_stats *stats, const myc_spawn_options *spawn,
                           signal_ref *ref)
{
    if (!options->rules || !options->latency) {
        return MYC_EINVAL;
    }
    *stats = (signal_generator_stats){0};
    return signal_generator_spawn(
        ctx, &(struct signal_generator){.options = *options, .stats = stats}, spawn, ref);
}

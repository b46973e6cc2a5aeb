/* SPDX-License-Identifier: Apache-2.0 */
#include "bundle/feed_set.h"

_Static_assert((int)RUN_FEEDS_MAX == (int)RECORDING_FEEDS_MAX &&
                   (int)RUN_FEEDS_MAX <= (int)INTAKE_FEEDS_MAX,
               "a run of all feeds can be recorded");

static int create_decoder(feed_set *self, const feed_spec *spec, const run_options *options,
                          const blocks_file *blocks)
{
    intake_feed *feed = &self->feeds[self->count++];
    feed->decoder =
        feed_decoder_create(&(feed_decoder_options){.spec = *spec,
                                                    .number = (uint16_t)self->count,
                                                    .blocks = blocks,
                                                    .book_interval_ns = options->book_interval_ns});
    return feed->decoder ? 0 : -1;
}

static int create_decoders(feed_set *self, const feed_spec *specs, uint32_t count,
                           const run_options *options, const blocks_file *blocks,
                           bundle_console *console)
{
    for (uint32_t i = 0; i < count; i++) {
        if (create_decoder(self, &specs[i], options, blocks)) {
            console_say(console, "--feed %s: cannot be set up: out of memory", specs[i].text);
            return -1;
        }
    }
    return 0;
}

int feed_set_open(feed_set *self, const run_options *options, const blocks_file *blocks,
                  bundle_console *console)
{
    if (!run_options_replay(options)) {
        return create_decoders(self, options->feeds, options->feed_count, options, blocks, console);
    }
    if (recording_feeds_read(&self->recorded, options->feeds[0].source)) {
        console_say(console, "--feed %s: %s", options->feeds[0].text, self->recorded.error);
        return -1;
    }
    return create_decoders(self, self->recorded.feeds, self->recorded.count, options, blocks,
                           console);
}

void feed_set_close(feed_set *self)
{
    for (uint32_t i = 0; i < self->count; i++) {
        feed_decoder_destroy(self->feeds[i].decoder);
    }
    recording_feeds_fini(&self->recorded);
}

const feed_spec *feed_set_spec(const feed_set *self, uint32_t number)
{
    return &feed_decoder_made(self->feeds[number - 1].decoder)->spec;
}

eth_logs_counters feed_set_logs(const feed_set *self)
{
    eth_logs_counters sum = {0};
    for (uint32_t i = 0; i < self->count; i++) {
        const eth_logs_counters *counts = feed_decoder_eth(self->feeds[i].decoder);
        for (int kind = 0; counts && kind < ETH_LOG_KINDS; kind++) {
            sum.kinds[kind] += counts->kinds[kind];
        }
        sum.lines += counts ? counts->lines : 0;
        sum.untimed += counts ? counts->untimed : 0;
    }
    return sum;
}

/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "bundle/hot_path.h"
#include "bundle/interrupt.h"

static void tell_bad_line(void *console, const char *text)
{
    console_log(console, MYC_LOG_WARNING, text);
}

static int start(bundle_pipeline *self)
{
    const run_options *options = self->options;
    pipeline_relay *part = &self->relay;
    for (uint32_t i = 0; i < options->feed_count; i++) {
        part->paths[i] = options->feeds[i].source;
    }
    interrupt_block(true); /* its threads inherit this: signals come to the main thread only */
    int os_error =
        relay_start(&part->relay, &(relay_options){.feed = {.paths = part->paths,
                                                            .path_count = options->feed_count,
                                                            .rounds = options->rounds,
                                                            .blocks = &self->blocks},
                                                   .feed_stats = &part->feed_stats,
                                                   .state = self->state,
                                                   .judge = &self->judge,
                                                   .report = {tell_bad_line, self->console}});
    interrupt_block(false);
    if (os_error) {
        console_say(self->console, "the relay cannot be started: %s", strerror(os_error));
    }
    return os_error ? -1 : 0;
}

static bool await(bundle_pipeline *self, uint64_t timeout_ns)
{
    return relay_await(&self->relay.relay, timeout_ns);
}

static pipeline_progress look(const bundle_pipeline *self)
{
    const eth_log_reader_stats *stats = &self->relay.feed_stats;
    return (pipeline_progress){.bytes = live_count_get(&stats->bytes),
                               .frames = live_count_get(&stats->lines),
                               .events = live_count_get(&stats->events)};
}

static bool check(const bundle_pipeline *self, const bundle_report *report)
{
    const eth_log_reader_stats *feed = &self->relay.feed_stats;
    if (feed->error[0] != '\0') {
        console_say(self->console, "--feed %s", feed->error);
        return false;
    }
    if (!report->is_interrupted && (!feed->is_complete || report->unsent > 0)) {
        console_say(self->console, "the feed ended before its time; %llu events were not sent",
                    (unsigned long long)report->unsent);
        return false;
    }
    return true;
}

static int stop(bundle_pipeline *self)
{
    relay_stop(&self->relay.relay);
    const char *error = relay_error(&self->relay.relay);
    if (error[0] != '\0') {
        console_say(self->console, "the relay has failed: %s", error);
    }
    return error[0] != '\0' ? -1 : 0;
}

/* Its messages are the frames on the socket: what was written but not judged is dead. */
static void collect(const bundle_pipeline *self, bundle_report *report)
{
    const signal_reader *reader = &self->relay.relay.reader;
    uint64_t sent = self->relay.relay.writer.frames;
    uint64_t judged = reader->frames - reader->bad_frames;
    report->logs = self->relay.feed_stats.counts;
    report->unsent = self->relay.feed_stats.unsent;
    report->bad_frames = reader->bad_frames;
    report->messages = (myc_counts){.accepted = sent, .handled = judged, .dead = sent - judged};
    report->io = "read";
}

static void close_nothing(bundle_pipeline *self)
{
    (void)self; /* the stop has closed all */
}

const hot_path hot_path_relay = {.name = "relay",
                                 .start = start,
                                 .await = await,
                                 .look = look,
                                 .stop = stop,
                                 .check = check,
                                 .collect = collect,
                                 .close = close_nothing};

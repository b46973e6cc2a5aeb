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
    interrupt_block(true); /* its threads inherit this: signals come to the main thread only */
    int os_error =
        relay_start(&self->relay, &(relay_options){.feed = {.paths = options->feeds,
                                                            .path_count = options->feed_count,
                                                            .rounds = options->rounds,
                                                            .blocks = &self->blocks},
                                                   .feed_stats = &self->feed_stats,
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
    return relay_await(&self->relay, timeout_ns);
}

static int stop(bundle_pipeline *self)
{
    relay_stop(&self->relay);
    const char *error = relay_error(&self->relay);
    if (error[0] != '\0') {
        console_say(self->console, "the relay has failed: %s", error);
    }
    return error[0] != '\0' ? -1 : 0;
}

/* Its messages are the frames on the socket: what was written but not judged is dead. */
static void collect(const bundle_pipeline *self, bundle_report *report)
{
    const signal_reader *reader = &self->relay.reader;
    uint64_t sent = self->relay.writer.frames;
    uint64_t judged = reader->frames - reader->bad_frames;
    report->unsent = self->feed_stats.unsent;
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
                                 .stop = stop,
                                 .collect = collect,
                                 .close = close_nothing};

/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <string.h>
#include <unistd.h>

#include "bundle/hot_path_finish.h"
#include "bundle/interrupt.h"
#include "bundle/tls_setup.h"

/* The actors in the order of the stream; with more workers than these the rest would idle. Recorder
 * and publisher are with the signals: what they wait for must not hold up the two before. */
enum { STAGE_FEED, STAGE_MARKET, STAGE_SIGNALS, STAGE_COUNT };

enum { PUBLISHER_MAILBOX = 16384 };

#define LOOK_NS 2000000u /* how often the end is looked for */

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

/* Names are looked up beside the workers, which it would block. */
static int create_resolver(bundle_pipeline *self)
{
    if (!run_options_use_websockets(self->options)) {
        return 0;
    }
    interrupt_block(true);
    int error = myc_pool_create(self->actors.system, &(myc_pool_options){.name = "names"},
                                &self->actors.resolver);
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

static int start_publisher(bundle_pipeline *self, myc_context *ctx)
{
    pipeline_actors *actors = &self->actors;
    const run_options *options = self->options;
    if (options->publish_count == 0) {
        return 0;
    }
    for (uint32_t i = 0; i < options->publish_count; i++) {
        actors->publish_targets[i] = options->publish[i].target;
    }
    actors->publisher_options = (publisher_options){.targets = actors->publish_targets,
                                                    .target_count = options->publish_count};
    myc_spawn_options spawn = place_stage(self, STAGE_SIGNALS);
    spawn.mailbox_bound = PUBLISHER_MAILBOX;
    spawn.overflow = MYC_OVERFLOW_DROP_OLDEST;
    return publisher_start(ctx, &actors->publisher_options, &actors->publisher_stats, &spawn,
                           &actors->publisher);
}

/* The mailboxes of recorder and intake take chunks: their bound is not the user's business. */
static int start_recorder(bundle_pipeline *self, myc_context *ctx)
{
    const char *path = self->options->record_path;
    myc_spawn_options spawn = place_stage(self, STAGE_SIGNALS);
    if (!path) {
        return 0;
    }
    spawn.mailbox_bound = 0;
    return recorder_start(ctx, path, &self->actors.recorder_stats, &spawn, &self->actors.recorder);
}

/* From the end of the stream to its source, so that each finds its receiver; all but the source. */
static int start_receivers(bundle_pipeline *self, myc_context *ctx)
{
    const run_options *options = self->options;
    pipeline_actors *actors = &self->actors;
    intake_options *intake = &actors->intake_options;
    *intake = (intake_options){.feeds = self->feeds.feeds,
                               .feed_count = self->feeds.count,
                               .replay_path =
                                   run_options_replay(options) ? options->feeds[0].source : NULL,
                               .rounds = options->rounds,
                               .is_merged = options->is_merged || self->feeds.recorded.is_merged,
                               .pace = options->pace,
                               .connections = options->connections,
                               .subscriptions = options->subscriptions,
                               .subscription_count = options->subscription_count,
                               .tls = actors->tls,
                               .resolver = actors->resolver,
                               .reconnects = options->reconnects};
    myc_spawn_options signals = place_stage(self, STAGE_SIGNALS);
    myc_spawn_options market = place_stage(self, STAGE_MARKET);
    int error = start_publisher(self, ctx);
    error = error ? error : start_recorder(self, ctx);
    intake->publisher = actors->publisher;
    intake->recorder = actors->recorder;
    error = error ? error
                  : signal_generator_start(ctx, &self->judge, &actors->signal_stats,
                                           actors->publisher, &signals, &intake->signals);
    return error ? error
                 : market_data_start(ctx, self->state, intake->signals, &actors->market_stats,
                                     &market, &intake->market);
}

static int start_intake(bundle_pipeline *self, myc_context *ctx)
{
    pipeline_actors *actors = &self->actors;
    myc_spawn_options spawn = place_stage(self, STAGE_FEED);
    spawn.mailbox_bound = 0;
    actors->has_intake = true;
    return intake_start(ctx, &actors->intake_options, &actors->intake_stats, &spawn,
                        &actors->intake);
}

static int tell_start_error(bundle_pipeline *self, int error)
{
    if (error) {
        console_say(self->console, "an actor cannot be started: %s", myc_error_text(error));
    }
    return error ? -1 : 0;
}

/* A recording replaces what was there. */
static int empty_recording(bundle_pipeline *self)
{
    const char *path = self->options->record_path;
    int fd = path ? open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666) : -1;
    if (path && fd < 0) {
        console_say(self->console, "--record %s: cannot be written: %s", path, strerror(errno));
        return -1;
    }
    if (fd >= 0) {
        (void)close(fd);
    }
    return 0;
}

static int start(bundle_pipeline *self)
{
    if (empty_recording(self) || tls_setup_open(self->options, self->console, &self->actors.tls)) {
        return -1;
    }
    int error = create_system(self);
    error = error ? error : create_resolver(self);
    if (error) {
        console_say(self->console, "the system cannot be created: %s", myc_error_text(error));
        return -1;
    }
    myc_context *ctx = myc_context_of(self->actors.system);
    error = ctx ? start_receivers(self, ctx) : MYC_ENOMEM;
    if (!error && self->options->publish_count == 0) {
        error = start_intake(self, ctx);
    }
    return tell_start_error(self, error);
}

/* Feeds are opened once those who are to hear of them can. */
static void start_when_subscribed(bundle_pipeline *self)
{
    pipeline_actors *actors = &self->actors;
    const publisher_stats *stats = &actors->publisher_stats;
    if (!actors->has_intake && live_count_get(&stats->has_failed)) {
        live_count_set(&actors->intake_stats.is_over, 1); /* who is to hear of it cannot */
        return;
    }
    if (actors->has_intake || !live_count_get(&stats->is_ready) ||
        live_count_get(&stats->connected) < self->options->subscribers) {
        return;
    }
    if (tell_start_error(self, start_intake(self, myc_context_of(actors->system)))) {
        live_count_set(&actors->intake_stats.is_over, 1);
    }
}

static bool await(bundle_pipeline *self, uint64_t timeout_ns)
{
    for (uint64_t passed_ns = 0; passed_ns < timeout_ns; passed_ns += LOOK_NS) {
        start_when_subscribed(self);
        if (actors_are_over(self)) {
            return true;
        }
        actors_nap(LOOK_NS);
    }
    return false;
}

static pipeline_progress look(const bundle_pipeline *self)
{
    const intake_stats *stats = &self->actors.intake_stats;
    return (pipeline_progress){.bytes = live_count_get(&stats->bytes),
                               .frames = live_count_get(&stats->frames),
                               .events = live_count_get(&stats->events)};
}

static void collect(const bundle_pipeline *self, bundle_report *report)
{
    const pipeline_actors *actors = &self->actors;
    report->logs = feed_set_logs(&self->feeds);
    report->feeds = &self->feeds;
    report->recorder = self->options->record_path ? &actors->recorder_stats : NULL;
    report->publisher = self->options->publish_count > 0 ? &actors->publisher_stats : NULL;
    report->unpublished = actors->intake_stats.unpublished + actors->signal_stats.unpublished;
    report->frames = live_count_get(&actors->intake_stats.frames);
    report->unsent = actors->intake_stats.unsent + actors->market_stats.unsent;
    report->io = run_options_io_name(myc_system_io(actors->system));
    myc_system_counts(actors->system, &report->messages);
}

static void close_system(bundle_pipeline *self)
{
    uint64_t held = myc_system_destroy(self->actors.system);
    tls_setup_close(self->actors.tls);
    if (held > 0) {
        console_say(self->console, "%llu payloads were not released", (unsigned long long)held);
    }
}

const hot_path hot_path_actors = {.name = "actors",
                                  .start = start,
                                  .await = await,
                                  .look = look,
                                  .stop = actors_stop,
                                  .check = actors_check,
                                  .collect = collect,
                                  .close = close_system};

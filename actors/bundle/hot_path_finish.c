/* SPDX-License-Identifier: Apache-2.0 */
#include "bundle/hot_path_finish.h"

#include <time.h>

#define LOOK_NS 2000000u      /* how often the end is looked for */
#define TELL_NS 5000000000ull /* how often it is told that something does not end */

bool actors_are_over(const bundle_pipeline *self)
{
    return live_count_get(&self->actors.intake_stats.is_over) != 0;
}

void actors_nap(uint64_t time_ns)
{
    struct timespec time = {.tv_nsec = (long)(time_ns < 999999999 ? time_ns : 999999999)};
    (void)nanosleep(&time, NULL);
}

/* Waits for `done`, and tells of it when that takes long. */
static void wait_until(bundle_pipeline *self, bool (*done)(const bundle_pipeline *self),
                       const char *what)
{
    uint64_t passed_ns = 0;
    while (!done(self)) {
        actors_nap(LOOK_NS);
        passed_ns += LOOK_NS;
        if (passed_ns >= TELL_NS) {
            console_say(self->console, "still waiting for %s", what);
            passed_ns = 0;
        }
    }
}

/* Nothing comes in any more, so what is equal now stays so. Timers of the publisher do not matter:
 * it is asked to finish after this. */
static bool is_drained(const bundle_pipeline *self)
{
    myc_counts counts;
    myc_system_counts(self->actors.system, &counts);
    return counts.accepted == counts.handled + counts.dead + counts.dropped;
}

static bool is_recorded(const bundle_pipeline *self)
{
    return live_count_get(&self->actors.recorder_stats.is_over) != 0;
}

static bool is_published(const bundle_pipeline *self)
{
    return live_count_get(&self->actors.publisher_stats.is_over) != 0;
}

static void finish_feeds(bundle_pipeline *self, myc_context *ctx)
{
    if (self->actors.has_intake && !actors_are_over(self)) {
        myc_ignore(
            intake_send_wait_finish(ctx, self->actors.intake, intake_order_new(ctx), TELL_NS));
        wait_until(self, actors_are_over, "what the feeds have brought to be taken in");
    }
    wait_until(self, is_drained, "what was taken in to be handled");
}

static void finish_outputs(bundle_pipeline *self, myc_context *ctx)
{
    if (self->options->record_path && self->actors.has_intake) {
        wait_until(self, is_recorded, "the recording to be written");
    }
    if (self->options->publish_count > 0) {
        publisher_order *order = publisher_order_new(ctx);
        if (publisher_send_wait_finish(ctx, self->actors.publisher, order, TELL_NS) == MYC_SENT) {
            wait_until(self, is_published, "subscribers");
        }
    }
}

int actors_stop(bundle_pipeline *self)
{
    myc_straggler straggler[1];
    myc_stop_report report = {.stragglers = straggler, .capacity = 1};
    myc_context *ctx = myc_context_of(self->actors.system);
    finish_feeds(self, ctx);
    finish_outputs(self, ctx);
    while (myc_system_stop(self->actors.system, NULL, &report) == MYC_ETIMEDOUT) {
        console_say(self->console, "still waiting for %u actors to stop, such as %s",
                    (unsigned)report.count, report.count > 0 ? straggler[0].name : "?");
    }
    return 0;
}

/* Tells every feed that ended early. */
static bool check_feeds(const bundle_pipeline *self)
{
    bool is_good = true;
    for (uint32_t i = 0; i < self->feeds.count; i++) {
        const intake_feed *feed = &self->feeds.feeds[i];
        if (feed->error[0] != '\0') {
            console_say(self->console, "--feed %s", feed->error);
            is_good = false;
        }
    }
    if (self->actors.intake_stats.error[0] != '\0') {
        console_say(self->console, "--feed %s", self->actors.intake_stats.error);
        is_good = false;
    }
    return is_good;
}

static bool check_outputs(const bundle_pipeline *self)
{
    const recorder_stats *recorder = &self->actors.recorder_stats;
    const publisher_stats *publisher = &self->actors.publisher_stats;
    bool is_recorded = recorder->error[0] == '\0' || !self->actors.has_intake;
    if (!is_recorded) {
        console_say(self->console, "--record %s: it is not whole (%llu records are missing): %s",
                    self->options->record_path, (unsigned long long)recorder->lost,
                    recorder->error);
    }
    if (publisher->error[0] != '\0') {
        console_say(self->console, "--publish %s", publisher->error);
    }
    return is_recorded && publisher->error[0] == '\0';
}

bool actors_check(const bundle_pipeline *self, const bundle_report *report)
{
    bool is_good = check_feeds(self);
    bool is_complete = self->actors.intake_stats.is_complete && report->unsent == 0;
    if (is_good && !is_complete && !report->is_interrupted && !report->is_timed_out) {
        console_say(self->console, "the feeds ended before their time; %llu events were not sent",
                    (unsigned long long)report->unsent);
        is_good = false;
    }
    return check_outputs(self) && is_good;
}

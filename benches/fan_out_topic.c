/* SPDX-License-Identifier: Apache-2.0 */
/*
 * fan_out_topic: fan_out through a topic. One publisher, 100 subscribers on its worker, 100 k
 * events, a new 48-byte payload for each. The row is deliveries a second.
 *
 * The publisher sends each event to the hub of its worker, one more message an event, and the hub
 * to all subscribers. It gives way after 64 events and pauses when the hub is full. As in fan_out,
 * each subscriber adds up the numbers of all events, the count of messages is checked, and memory
 * is sealed after a tenth of the events: the queue of the hub is short, so that by then all
 * mailboxes have their size.
 */
#include <stdlib.h>

#include "system.h"

enum { SUBSCRIBERS = 100, EVENTS_PER_TURN = 64 };

MYC_TOPIC(events, bench_message)
MYC_SUBSCRIPTION(events, bench, message)

struct listener {
    uint64_t left;
    uint64_t sum;       /* of all events still to come: 0 at the end */
    uint64_t *ended_ns; /* stays 0 when the sum is wrong */
};

static myc_next listener_on_message(struct listener *self, myc_context *ctx,
                                    const bench_message *event)
{
    (void)ctx;
    self->sum -= event->number;
    if (--self->left == 0 && self->sum == 0) {
        *self->ended_ns = bench_now_ns();
    }
    return MYC_CONTINUE;
}
MYC_ACTOR(listener, bench, BENCH_ROWS)

struct announcer {
    events_topic topic;
    uint64_t published;
};

/* The number in `start` is the number of the last event to publish. */
static myc_next announcer_on_message(struct announcer *self, myc_context *ctx,
                                     const bench_message *start)
{
    for (int i = 0; i < EVENTS_PER_TURN && self->published < start->number; i++) {
        if (myc_topic_pause_until_room(ctx, self->topic.topic)) {
            return MYC_AGAIN;
        }
        bench_message *event = bench_message_new(ctx);
        if (!event) {
            return MYC_FAIL(MYC_ENOMEM);
        }
        event->number = ++self->published;
        if (events_publish(ctx, self->topic, event).workers == 0) {
            return MYC_FAIL(MYC_EBUSY);
        }
    }
    return self->published < start->number ? MYC_AGAIN : MYC_CONTINUE;
}
MYC_ACTOR(announcer, bench, BENCH_ROWS)

typedef struct audience {
    myc_system *system;
    myc_context *ctx;
    events_topic topic;
    bench_ref announcer;
    uint64_t events;
    uint64_t ended_ns[SUBSCRIBERS];
} audience;

static void check(int error)
{
    if (error) {
        bench_fail("a topic and its subscribers", error);
    }
}

static void subscribe_all(const bench_options *options, audience *all)
{
    for (uint32_t i = 0; i < SUBSCRIBERS; i++) {
        struct listener listener = {.left = all->events,
                                    .sum = all->events * (all->events + 1) / 2,
                                    .ended_ns = &all->ended_ns[i]};
        myc_spawn_options place = bench_on_worker(options, 0);
        bench_ref ref;
        check(listener_spawn(all->ctx, &listener, &place, &ref));
        check(events_subscribe_bench_message(all->ctx, all->topic, ref, NULL));
    }
}

/* Returns how many messages it took to set up: orders to the hub. */
static uint64_t open_audience(const bench_options *options, audience *all)
{
    all->system = bench_system_create(options, &all->ctx);
    check(
        events_create(all->ctx, &(myc_topic_options){.queue_bound = EVENTS_PER_TURN}, &all->topic));
    subscribe_all(options, all);
    myc_spawn_options place = bench_on_worker(options, 0);
    check(announcer_spawn(all->ctx, &(struct announcer){all->topic, 0}, &place, &all->announcer));
    bench_await(all->system);
    myc_counts counts;
    myc_system_counts(all->system, &counts);
    return counts.handled;
}

static uint64_t last_end_ns(const audience *all)
{
    uint64_t last_ns = 0;
    for (uint32_t i = 0; i < SUBSCRIBERS; i++) {
        if (all->ended_ns[i] == 0) {
            bench_fail("the sum of the events", MYC_EINVAL);
        }
        last_ns = all->ended_ns[i] > last_ns ? all->ended_ns[i] : last_ns;
    }
    return last_ns;
}

static void run(const bench_options *options, bench_output *output)
{
    uint64_t events = bench_count(options, 10000000) / SUBSCRIBERS;
    uint64_t warm = events / 10 + 2 * EVENTS_PER_TURN;
    audience all = {.events = warm + events};
    uint64_t handled = open_audience(options, &all);
    bench_system_run(all.system, all.ctx, all.announcer, warm);
    myc_system_seal_memory(all.system);
    uint64_t started_ns = bench_now_ns();
    bench_system_run(all.system, all.ctx, all.announcer, all.events);
    if (myc_system_unseal_memory(all.system) != 0) {
        bench_fail("memory was allocated while events were published", MYC_ENOMEM);
    }
    double ns = (double)(last_end_ns(&all) - started_ns);
    events_destroy(all.ctx, all.topic);
    bench_system_destroy(all.system, handled + all.events * (SUBSCRIBERS + 1) + 2);
    bench_print(output, 1e9 * (double)(events * SUBSCRIBERS) / ns);
}

const bench_workload bench_fan_out_topic = {
    .name = "fan_out_topic",
    .what = "fan_out through a topic; deliveries",
    .workers = 1,
    .idle = MYC_IDLE_SPIN,
    .run = run,
};

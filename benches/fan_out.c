/* SPDX-License-Identifier: Apache-2.0 */
/*
 * fan_out: one publisher, 100 subscribers on its worker, 100 k events: a new 48-byte payload for
 * each event, which all subscribers share. The row is deliveries a second.
 *
 * The publisher gives way after 64 events, as one whose events come as messages does after a batch
 * of them, and pauses when a mailbox is full. Time is from the message that starts it to the last
 * handler of the last subscriber. Each subscriber adds up the numbers of all events, and the sums
 * and the count of messages the system handled are checked, so none can be left out. After a tenth
 * of the events the system's memory is sealed: an allocation from then on, for an event or for a
 * subscriber, fails the run. (Not with --workers, which spreads the subscribers: how far mailboxes
 * fill, and so grow, is then a matter of chance.) Not measured: subscribers on other cores, unless
 * --workers is given.
 */
#include "fan_out.h"

#include <stdlib.h>

#include "system.h"

enum { SUBSCRIBERS = 100, EVENTS_PER_TURN = 64 };

struct subscriber {
    uint64_t left;
    uint64_t sum;       /* of all events still to come: 0 at the end */
    uint64_t *ended_ns; /* stays 0 when the sum is wrong */
};

static myc_next subscriber_on_message(struct subscriber *self, myc_context *ctx,
                                      const bench_message *event)
{
    (void)ctx;
    self->sum -= event->number;
    if (--self->left == 0 && self->sum == 0) {
        *self->ended_ns = bench_now_ns();
    }
    return MYC_CONTINUE;
}
MYC_ACTOR(subscriber, bench, BENCH_ROWS)

struct publisher {
    const bench_ref *subscribers;
    const bench_message *event; /* not yet sent to all, or NULL */
    uint64_t published;
    uint32_t count; /* of subscribers */
    uint32_t next;
};

/* Returns false when a subscriber has no room: it is the next one then. */
static bool send_to_all(struct publisher *self, myc_context *ctx)
{
    for (; self->next < self->count; self->next++) {
        bench_ref to = self->subscribers[self->next];
        if (bench_send_message(ctx, to, bench_message_retain(ctx, self->event)) != MYC_SENT) {
            myc_pause_until_room(ctx, to.address);
            return false;
        }
    }
    bench_message_release(ctx, self->event);
    self->event = NULL;
    self->next = 0;
    return true;
}

static const bench_message *make_event(myc_context *ctx, uint64_t number)
{
    bench_message *event = bench_message_new(ctx);
    if (event) {
        event->number = number;
    }
    return event;
}

/* The number in `start` is the number of the last event to publish. */
static myc_next publisher_on_message(struct publisher *self, myc_context *ctx,
                                     const bench_message *start)
{
    for (int i = 0; i < EVENTS_PER_TURN && self->published < start->number; i++) {
        if (!self->event && !(self->event = make_event(ctx, self->published + 1))) {
            return MYC_FAIL(MYC_ENOMEM);
        }
        if (!send_to_all(self, ctx)) {
            return MYC_AGAIN;
        }
        self->published++;
    }
    return self->published < start->number ? MYC_AGAIN : MYC_CONTINUE;
}
MYC_ACTOR(publisher, bench, BENCH_ROWS)

typedef struct fan_state {
    bench_ref *subscribers;
    uint64_t *ended_ns;
    uint32_t count;
    uint64_t events;
} fan_state;

static bench_ref spawn_all(const bench_options *options, myc_context *ctx, const fan_state *fan)
{
    struct publisher publisher = {.subscribers = fan->subscribers, .count = fan->count};
    myc_spawn_options place = bench_on_worker(options, 0);
    bench_ref first;
    int error = publisher_spawn(ctx, &publisher, &place, &first);
    for (uint32_t i = 0; i < fan->count && !error; i++) {
        struct subscriber subscriber = {.left = fan->events,
                                        .sum = fan->events * (fan->events + 1) / 2,
                                        .ended_ns = &fan->ended_ns[i]};
        place = bench_on_worker(options, i);
        error = subscriber_spawn(ctx, &subscriber, &place, &fan->subscribers[i]);
    }
    if (error) {
        bench_fail("a spawn", error);
    }
    return first;
}

static uint64_t last_end_ns(const fan_state *fan)
{
    uint64_t last_ns = 0;
    for (uint32_t i = 0; i < fan->count; i++) {
        if (fan->ended_ns[i] == 0) {
            bench_fail("the sum of the events", MYC_EINVAL);
        }
        last_ns = fan->ended_ns[i] > last_ns ? fan->ended_ns[i] : last_ns;
    }
    return last_ns;
}

/* Returns the ns that the events after `warm` took. */
static uint64_t publish(const bench_options *options, const fan_state *fan, uint64_t warm)
{
    myc_context *ctx;
    myc_system *system = bench_system_create(options, &ctx);
    bench_ref first = spawn_all(options, ctx, fan);
    bench_system_run(system, ctx, first, warm);
    if (options->workers == 1) {
        myc_system_seal_memory(system);
    }
    uint64_t started_ns = bench_now_ns();
    bench_system_run(system, ctx, first, fan->events);
    if (myc_system_unseal_memory(system) != 0) {
        bench_fail("memory was allocated while events were published", MYC_ENOMEM);
    }
    bench_system_destroy(system, fan->events * fan->count + 2);
    return last_end_ns(fan) - started_ns;
}

double bench_fan_out_run(const bench_options *options, uint32_t subscribers, uint64_t deliveries)
{
    uint64_t events = (deliveries + subscribers - 1) / subscribers;
    uint64_t warm = events / 10 + 2 * EVENTS_PER_TURN;
    fan_state fan = {.subscribers = calloc(subscribers, sizeof *fan.subscribers),
                     .ended_ns = calloc(subscribers, sizeof *fan.ended_ns),
                     .count = subscribers,
                     .events = warm + events};
    if (!fan.subscribers || !fan.ended_ns) {
        bench_fail("the refs", MYC_ENOMEM);
    }
    double ns = (double)publish(options, &fan, warm);
    free(fan.subscribers);
    free(fan.ended_ns);
    return ns / (double)(events * subscribers);
}

static void run(const bench_options *options, bench_output *output)
{
    double ns = bench_fan_out_run(options, SUBSCRIBERS, bench_count(options, 10000000));
    bench_print(output, 1e9 / ns);
}

const bench_workload bench_fan_out = {
    .name = "fan_out",
    .what = "one publisher, 100 subscribers, one shared payload an event; deliveries",
    .workers = 1,
    .idle = MYC_IDLE_SPIN,
    .run = run,
};

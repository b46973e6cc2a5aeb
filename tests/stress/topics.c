/* SPDX-License-Identifier: Apache-2.0 */

/*
 * Topics under way: publishers on all workers and on foreign threads, while subscribers of all
 * kinds come, go, fall behind and end; then the system stops, at times in the middle. Each
 * subscriber gets the events of a publisher in order and none twice; one that subscribed before all
 * publishing and is quick gets all; at the end each event is accounted for.
 */
#include "stress.h"

enum { WORKERS = 3, TOPICS = 2, PUBLISHERS = 5, FOREIGN = 2, LISTENERS = 24, STEADY = 6 };

typedef struct event {
    uint32_t publisher;
    uint32_t number; /* from 1 */
} event;
MYC_MESSAGE(event)
MYC_MESSAGE_TYPE(event)

#define EAR_ROWS(ROW, P) ROW(P, event, event) ROW(P, cut, myc_cut_off)
MYC_PROTOCOL(ear, EAR_ROWS)
MYC_TOPIC(news, event)
MYC_SUBSCRIPTION(news, ear, event)

typedef struct scene {
    myc_system *system;
    news_topic topics[TOPICS];
    atomic_ullong published[TOPICS]; /* events taken by all workers with subscribers */
    atomic_ullong refused;
    uint32_t events; /* of each publisher */
    atomic_ullong steady_got[STEADY];
    atomic_uint cuts;
    atomic_bool closed; /* the topics are gone */
} scene;

/* ---- who listens ---- */

struct ear {
    scene *in;
    uint32_t number;
    uint32_t last[TOPICS * PUBLISHERS];
    uint64_t random;
};

static bool is_steady(const struct ear *self)
{
    return self->number < STEADY;
}

static myc_next ear_on_event(struct ear *self, myc_context *ctx, const event *got)
{
    (void)ctx;
    require(got->number > self->last[got->publisher],
            "listener %u: event %u of publisher %u after event %u", self->number, got->number,
            got->publisher, self->last[got->publisher]);
    self->last[got->publisher] = got->number;
    if (is_steady(self)) {
        atomic_fetch_add(&self->in->steady_got[self->number], 1);
        return MYC_CONTINUE;
    }
    return one_in(&self->random, 3000) ? MYC_STOP : MYC_CONTINUE;
}

static void subscribe(struct scene *in, myc_context *ctx, ear_ref to, uint64_t *random, bool steady)
{
    myc_subscribe_options options = {steady ? MYC_SLOW_DROP : random_below(random, 3), ear_tag_cut};
    news_topic topic = in->topics[steady ? 0 : random_below(random, TOPICS)];
    int error = news_subscribe_ear_event(ctx, topic, to, &options);
    require(error == 0 || error == MYC_ESTOPPING, "subscribe: %s", myc_error_text(error));
}

/* Most come back. */
static myc_next ear_on_cut(struct ear *self, myc_context *ctx, const myc_cut_off *cut)
{
    require(!is_steady(self) && cut->topic, "cut off");
    atomic_fetch_add(&self->in->cuts, 1);
    if (!one_in(&self->random, 4)) {
        ear_ref me;
        me.address = myc_self(ctx);
        subscribe(self->in, ctx, me, &self->random, false);
    }
    return MYC_CONTINUE;
}

static void ear_on_stop(struct ear *self, myc_context *ctx, myc_exit why)
{
    (void)why;
    ear_ref me;
    me.address = myc_self(ctx);
    if (!atomic_load(&self->in->closed) && one_in(&self->random, 2)) {
        (void)!news_unsubscribe_ear_event(ctx, self->in->topics[0], me);
    }
}

static int ear_on_start(struct ear *self, myc_context *ctx)
{
    (void)self;
    (void)ctx;
    return 0;
}

MYC_ACTOR_WITH_LIFECYCLE(ear, ear, EAR_ROWS)

static ear_ref spawn_ear(scene *in, myc_context *ctx, uint32_t number, uint64_t *random)
{
    bool steady = number < STEADY;
    myc_spawn_options place = {.mailbox_bound = steady ? 1 << 20 : 1 + random_below(random, 20),
                               .batch_max = 1 + random_below(random, 64),
                               .place = MYC_PLACE_ON_WORKER,
                               .worker = number % WORKERS};
    struct ear state = {.in = in, .number = number, .random = random_next(random)};
    ear_ref ref = {{0, 0}};
    int error = ear_spawn(ctx, &state, &place, &ref);
    require(error == 0 || error == MYC_ESTOPPING, "spawn: %s", myc_error_text(error));
    return ref;
}

/* ---- who publishes ---- */

static bool publish(scene *in, myc_context *ctx, uint32_t topic, uint32_t publisher,
                    uint32_t number)
{
    event *made = event_new(ctx);
    require(made != NULL, "out of memory");
    *made = (event){topic * PUBLISHERS + publisher, number};
    myc_published published = news_publish(ctx, in->topics[topic], made);
    atomic_fetch_add(&in->refused, published.refused);
    atomic_fetch_add(&in->published[topic], published.refused == 0);
    return published.refused == 0;
}

typedef struct go {
    uint32_t unused;
} go;
MYC_MESSAGE(go)
MYC_MESSAGE_TYPE(go)
#define MOUTH_ROWS(ROW, P) ROW(P, start, go)
MYC_PROTOCOL(mouth, MOUTH_ROWS)

struct mouth {
    scene *in;
    uint32_t publisher;
    uint32_t number;
};

static myc_next mouth_on_start(struct mouth *self, myc_context *ctx, const go *start)
{
    (void)start;
    for (uint32_t i = 0; i < 16 && self->number < self->in->events; i++) {
        if (myc_topic_pause_until_room(ctx, self->in->topics[0].topic)) {
            return MYC_AGAIN;
        }
        self->number++;
        for (uint32_t topic = 0; topic < TOPICS; topic++) {
            (void)publish(self->in, ctx, topic, self->publisher, self->number);
        }
    }
    return self->number < self->in->events ? MYC_AGAIN : MYC_CONTINUE;
}

MYC_ACTOR(mouth, mouth, MOUTH_ROWS)

static void start_mouth(scene *in, myc_context *ctx, uint32_t publisher)
{
    myc_spawn_options place = {.place = MYC_PLACE_ON_WORKER, .worker = publisher % WORKERS};
    mouth_ref ref;
    require(mouth_spawn(ctx, &(struct mouth){in, publisher, 0}, &place, &ref) == 0, "spawn");
    require(mouth_send_start(ctx, ref, go_new(ctx)) == MYC_SENT, "not sent");
}

/* ---- foreign threads: they publish, and let listeners come and go ---- */

typedef struct foreigner {
    scene *in;
    uint32_t publisher;
    uint64_t random;
} foreigner;

static void disturb(foreigner *self, myc_context *ctx, ear_ref *refs)
{
    uint32_t i = STEADY + random_below(&self->random, LISTENERS - STEADY);
    uint32_t topic = random_below(&self->random, TOPICS);
    switch (random_below(&self->random, 16)) {
    case 0:
        refs[i] = spawn_ear(self->in, ctx, i, &self->random);
        subscribe(self->in, ctx, refs[i], &self->random, false);
        break;
    case 1:
        if (refs[i].address.life) {
            subscribe(self->in, ctx, refs[i], &self->random, false);
        }
        break;
    case 2: (void)!news_unsubscribe_ear_event(ctx, self->in->topics[topic], refs[i]); break;
    case 3: myc_stop(ctx, refs[i].address); break;
    default: break;
    }
}

static void *foreign_main(void *argument)
{
    foreigner *self = argument;
    scene *in = self->in;
    myc_context *ctx = myc_context_of(in->system);
    ear_ref refs[LISTENERS] = {0};
    for (uint32_t number = 1; number <= in->events; number++) {
        for (uint32_t topic = 0; topic < TOPICS; topic++) {
            (void)publish(in, ctx, topic, self->publisher, number);
        }
        disturb(self, ctx, refs);
    }
    return NULL;
}

/* ---- a round ---- */

static void open_scene(scene *in, uint64_t *random, uint32_t events)
{
    memset(in, 0, sizeof *in);
    in->events = events;
    myc_system_options options = {.workers = WORKERS,
                                  .idle = random_below(random, 3) == 0 ? MYC_IDLE_PARK
                                                                       : MYC_IDLE_SPIN_PARK,
                                  .log = stress_log};
    require(myc_system_create(&options, &in->system) == 0, "create");
    myc_context *ctx = myc_context_of(in->system);
    for (uint32_t i = 0; i < TOPICS; i++) {
        myc_topic_options bound = {.queue_bound = i ? 1 + random_below(random, 200) : 1 << 20};
        require(news_create(ctx, &bound, &in->topics[i]) == 0, "topic");
    }
    for (uint32_t i = 0; i < STEADY; i++) {
        subscribe(in, ctx, spawn_ear(in, ctx, i, random), random, true);
    }
}

static myc_topic_counts totals; /* of all rounds: what never happened was not tested */

static void add_totals(const myc_topic_counts *counts)
{
    totals.delivered += counts->delivered;
    totals.refused += counts->refused;
    totals.dropped += counts->dropped;
    totals.replaced += counts->replaced;
    totals.cut_off += counts->cut_off;
    totals.ended += counts->ended;
}

static void expect_counts(const scene *in)
{
    for (uint32_t i = 0; i < TOPICS; i++) {
        myc_topic_counts counts;
        news_counts(in->topics[i], &counts);
        require(counts.published == (uint64_t)PUBLISHERS * in->events, "topic %u: %llu published",
                i, (unsigned long long)counts.published);
        add_totals(&counts);
        require(counts.waiting == 0, "topic %u: %llu still wait", i,
                (unsigned long long)counts.waiting);
    }
}

/* Whoever listens from before the first event and is never full has all events of the topic that
 * refuses none. */
static void expect_all_heard(const scene *in)
{
    uint64_t expected = (uint64_t)PUBLISHERS * in->events;
    for (uint32_t i = 0; i < STEADY; i++) {
        uint64_t got = atomic_load(&in->steady_got[i]);
        uint64_t lost = expected - atomic_load(&in->published[0]);
        require(got <= expected && got + lost >= expected, "listener %u got %llu of %llu", i,
                (unsigned long long)got, (unsigned long long)expected);
    }
}

static void round_of(uint64_t *random, uint32_t events, bool stops_midway)
{
    static scene in;
    open_scene(&in, random, events);
    myc_context *ctx = myc_context_of(in.system);
    for (uint32_t i = FOREIGN; i < PUBLISHERS; i++) {
        start_mouth(&in, ctx, i);
    }
    foreigner threads[FOREIGN];
    for (uint32_t i = 0; i < FOREIGN; i++) {
        threads[i] = (foreigner){&in, i, random_next(random)};
    }
    run_threads(FOREIGN, foreign_main, threads, sizeof threads[0]);
    if (!stops_midway) {
        require(myc_system_await_quiescence(in.system, 120 * SECOND_NS) == 0, "it is stuck");
        expect_counts(&in);
        expect_all_heard(&in);
    }
    myc_stop_options discard = {.discard = true, .timeout_ns = 60 * SECOND_NS};
    bool destroys_first = !stops_midway && one_in(random, 2);
    atomic_store(&in.closed, destroys_first);
    for (uint32_t i = 0; i < TOPICS && destroys_first; i++) {
        news_destroy(ctx, in.topics[i]);
    }
    require(myc_system_stop(in.system, &discard, NULL) == 0, "stop");
    for (uint32_t i = 0; i < TOPICS && !destroys_first; i++) {
        news_destroy(ctx, in.topics[i]);
    }
    require(myc_system_destroy(in.system) == 0, "payloads left");
}

int main(int count, char **arguments)
{
    stress run = stress_start(count, arguments);
    uint32_t rounds = run.quick ? 12 : 100;
    uint32_t events = run.quick ? 600 : 5000;
    for (uint32_t i = 0; i < rounds; i++) {
        round_of(&run.seed, events, i % 3 == 2);
    }
    require(totals.delivered && totals.refused && totals.dropped && totals.replaced &&
                totals.cut_off && totals.ended,
            "not all of it was tested");
    printf("%llu delivered, %llu refused, %llu dropped, %llu replaced, %llu cut off, %llu ended\n",
           (unsigned long long)totals.delivered, (unsigned long long)totals.refused,
           (unsigned long long)totals.dropped, (unsigned long long)totals.replaced,
           (unsigned long long)totals.cut_off, (unsigned long long)totals.ended);
    printf("%u events of %u publishers in order\n", rounds * PUBLISHERS * events, PUBLISHERS);
    return 0;
}

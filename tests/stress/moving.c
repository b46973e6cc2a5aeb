/* SPDX-License-Identifier: Apache-2.0 */

/*
 * Actors that are moved to and fro while senders on all workers and on foreign threads send to them,
 * and while they pass on what they get. Every number arrives once, in its sender's order, and the
 * account is exact.
 */
#include "stress.h"

enum { WORKERS = 3, RELAYS = 2, SENDERS = 5, FOREIGN = 2, STREAMS = SENDERS + FOREIGN };

typedef struct number {
    uint32_t stream;
    uint32_t value;
} number;

MYC_MESSAGE(number)
MYC_MESSAGE_TYPE(number)

#define LINE_ROWS(ROW, P) ROW(P, number, number)
MYC_PROTOCOL(line, LINE_ROWS)

static number *make_number(myc_context *ctx, uint32_t stream, uint32_t value)
{
    number *made = number_new(ctx);
    require(made != NULL, "out of memory");
    *made = (number){stream, value};
    return made;
}

/* ---- a sender on a worker: sends itself on until it is done ---- */

struct sender {
    line_ref to;
    uint32_t sent;
};

static myc_next sender_on_number(struct sender *self, myc_context *ctx, const number *order)
{
    for (uint32_t i = 0; i < 50 && self->sent < order->value; i++, self->sent++) {
        number *made = make_number(ctx, order->stream, self->sent);
        require(line_send_or_pause_number(ctx, self->to, made) == MYC_SENT, "not parked");
    }
    return self->sent < order->value ? MYC_AGAIN : MYC_CONTINUE;
}

MYC_ACTOR(sender, line, LINE_ROWS)

/* ---- in the middle: moves itself at times ---- */

struct relay {
    line_ref next;
    uint64_t random;
};

static myc_next relay_on_number(struct relay *self, myc_context *ctx, const number *got)
{
    const number *kept = number_move(ctx, got);
    require(line_send_or_pause_number(ctx, self->next, kept) == MYC_SENT, "not parked");
    if (one_in(&self->random, 500)) {
        uint32_t worker = random_below(&self->random, WORKERS);
        require(myc_move_actor(ctx, myc_self(ctx), worker) == 0, "not moved");
    }
    return MYC_CONTINUE;
}

MYC_ACTOR(relay, line, LINE_ROWS)

/* ---- the end ---- */

static atomic_uint arrived[STREAMS];

struct sink {
    uint32_t expected[STREAMS];
};

static myc_next sink_on_number(struct sink *self, myc_context *ctx, const number *got)
{
    (void)ctx;
    require(got->value == self->expected[got->stream], "stream %u: expected %u, got %u",
            got->stream, self->expected[got->stream], got->value);
    atomic_store(&arrived[got->stream], ++self->expected[got->stream]);
    return MYC_CONTINUE;
}

MYC_ACTOR(sink, line, LINE_ROWS)

typedef struct foreign {
    myc_system *system;
    line_ref to;
    uint32_t stream;
    uint32_t count;
} foreign;

static void *foreign_main(void *argument)
{
    const foreign *self = argument;
    myc_context *ctx = myc_context_of(self->system);
    for (uint32_t i = 0; i < self->count; i++) {
        number *made = make_number(ctx, self->stream, i);
        require(line_send_wait_number(ctx, self->to, made, 120 * SECOND_NS) == MYC_SENT,
                "stream %u takes no more after %u", self->stream, i);
    }
    return NULL;
}

static bool all_arrived(uint32_t count)
{
    for (uint32_t i = 0; i < STREAMS; i++) {
        if (atomic_load(&arrived[i]) < count) {
            return false;
        }
    }
    return true;
}

/* Moves the sink and the relays from outside until all is there. */
typedef struct mover {
    myc_system *system;
    line_ref actors[RELAYS + 1];
    uint32_t count;
    uint64_t random;
    uint32_t moves;
} mover;

static void *mover_main(void *argument)
{
    mover *self = argument;
    myc_context *ctx = myc_context_of(self->system);
    while (!all_arrived(self->count)) {
        uint32_t which = random_below(&self->random, RELAYS + 1);
        uint32_t worker = random_below(&self->random, WORKERS);
        require(myc_move_actor(ctx, self->actors[which].address, worker) == 0, "not moved");
        self->moves++;
        nanosleep(&(struct timespec){.tv_nsec = random_below(&self->random, 200000)}, NULL);
    }
    return NULL;
}

static myc_spawn_options any_place(uint64_t *random)
{
    return (myc_spawn_options){.mailbox_bound = 1 + random_below(random, 100),
                               .batch_max = 1 + random_below(random, 20),
                               .place = MYC_PLACE_ON_WORKER,
                               .worker = random_below(random, WORKERS)};
}

static void build(myc_context *ctx, mover *movers, uint64_t *random)
{
    myc_spawn_options options = any_place(random);
    require(sink_spawn(ctx, NULL, &options, &movers->actors[0]) == 0, "spawn");
    for (uint32_t i = 1; i <= RELAYS; i++) {
        struct relay state = {movers->actors[0], random_next(random)};
        options = any_place(random);
        require(relay_spawn(ctx, &state, &options, &movers->actors[i]) == 0, "spawn");
    }
}

/* A stream has one way, so that its order can be told: through one of the relays, or to the sink. */
static void start_senders(myc_context *ctx, const mover *movers, uint32_t count, uint64_t *random)
{
    for (uint32_t i = 0; i < SENDERS; i++) {
        struct sender state = {movers->actors[i % (RELAYS + 1)], 0};
        myc_spawn_options options = any_place(random);
        line_ref ref;
        require(sender_spawn(ctx, &state, &options, &ref) == 0, "spawn");
        require(line_send_number(ctx, ref, make_number(ctx, i, count)) == MYC_SENT, "not sent");
    }
}

static uint32_t round_of(uint64_t *random, uint32_t count)
{
    myc_system *system;
    myc_system_options options = {
        .workers = WORKERS, .idle = MYC_IDLE_PARK * random_below(random, 2), .log = stress_log};
    require(myc_system_create(&options, &system) == 0, "create");
    myc_context *ctx = myc_context_of(system);
    mover movers = {.system = system, .count = count, .random = random_next(random)};
    foreign threads[FOREIGN];
    for (uint32_t i = 0; i < STREAMS; i++) {
        atomic_store(&arrived[i], 0);
    }
    build(ctx, &movers, random);
    start_senders(ctx, &movers, count, random);
    for (uint32_t i = 0; i < FOREIGN; i++) {
        threads[i] = (foreign){system, movers.actors[i], SENDERS + i, count};
    }
    pthread_t thread;
    require(pthread_create(&thread, NULL, mover_main, &movers) == 0, "a thread was refused");
    run_threads(FOREIGN, foreign_main, threads, sizeof threads[0]);
    pthread_join(thread, NULL);
    if (one_in(random, 2)) {
        require(myc_system_await_quiescence(system, 120 * SECOND_NS) == 0, "a move is stuck");
        myc_counts counts;
        myc_system_counts(system, &counts);
        require(counts.accepted == counts.handled, "the account is wrong");
        require(counts.actors == 1 + RELAYS + SENDERS, "%llu actors",
                (unsigned long long)counts.actors);
    }
    require(myc_system_stop(system, &(myc_stop_options){.timeout_ns = 120 * SECOND_NS}, NULL) == 0,
            "it does not stop");
    require(myc_system_destroy(system) == 0, "payloads left");
    return movers.moves;
}

int main(int count, char **arguments)
{
    stress run = stress_start(count, arguments);
    uint32_t rounds = run.quick ? 10 : 100;
    uint32_t numbers = run.quick ? 4000 : 20000;
    uint32_t moves = 0;
    for (uint32_t i = 0; i < rounds; i++) {
        moves += round_of(&run.seed, numbers);
    }
    printf("%u moves, %u numbers in order\n", moves, rounds * STREAMS * numbers);
    return 0;
}

/* SPDX-License-Identifier: Apache-2.0 */

/*
 * Actors on four workers and foreign threads ask each other with timeouts that the replies race
 * with; tokens are answered at once, twice, never, by another actor or by a foreign thread. Every
 * ask of an actor ends once, no reply is to another question, and nothing is left of any.
 */
#include "stress.h"

enum { WORKERS = 4, NODES = 12, ASKERS = 3, REPLIERS = 2, SHELF = 64, ASKS_AT_A_TIME = 4 };

typedef struct number {
    uint64_t magic;
    uint64_t value;
} number;

/* A token on its way to another actor: dropped with the message, wherever that ends. */
typedef struct parcel {
    myc_token token;
    uint64_t value;
} parcel;

static const uint64_t MAGIC = UINT64_C(0x61736b61736b6173);
static atomic_llong numbers_alive;

static void number_destroy(myc_context *ctx, void *payload)
{
    (void)ctx;
    number *gone = payload;
    require(gone->magic == MAGIC, "destroyed twice or overwritten");
    gone->magic = 0;
    atomic_fetch_sub(&numbers_alive, 1);
}

static void parcel_destroy(myc_context *ctx, void *payload)
{
    myc_token_drop(ctx, ((parcel *)payload)->token);
}

MYC_MESSAGE(number)
MYC_MESSAGE(parcel)
MYC_MESSAGE_TYPE(number, .destroy = number_destroy)
MYC_MESSAGE_TYPE(parcel, .destroy = parcel_destroy)

#define HUB_ROWS(ROW, P)                                                                           \
    ROW(P, number, number, number)                                                                 \
    ROW(P, parcel, parcel)
MYC_PROTOCOL(hub, HUB_ROWS)

static hub_ref nodes[NODES];
static atomic_llong asks_left; /* of actors */
static atomic_ullong asked, ended;
static atomic_ullong endings[MYC_PENDING];

static number *number_make(myc_context *ctx, uint64_t value)
{
    number *made = number_new(ctx);
    require(made != NULL, "memory is out");
    *made = (number){MAGIC, value};
    atomic_fetch_add(&numbers_alive, 1);
    return made;
}

static void check_reply(const number *request, const number *reply)
{
    require(request->magic == MAGIC, "what was asked is gone");
    require(!reply || (reply->magic == MAGIC && reply->value == ~request->value),
            "a reply to another question");
}

/* ---- tokens for foreign threads ---- */

static struct {
    pthread_mutex_t lock;
    uint32_t count;
    parcel parcels[SHELF];
} shelf = {.lock = PTHREAD_MUTEX_INITIALIZER};

static bool shelf_put(parcel what)
{
    pthread_mutex_lock(&shelf.lock);
    bool has_room = shelf.count < SHELF;
    if (has_room) {
        shelf.parcels[shelf.count++] = what;
    }
    pthread_mutex_unlock(&shelf.lock);
    return has_room;
}

static bool shelf_take(parcel *what)
{
    pthread_mutex_lock(&shelf.lock);
    bool is_there = shelf.count > 0;
    if (is_there) {
        *what = shelf.parcels[--shelf.count];
    }
    pthread_mutex_unlock(&shelf.lock);
    return is_there;
}

/* ---- the actors ---- */

struct node {
    uint64_t random;
};

static void reply_to(myc_context *ctx, myc_token token, uint64_t value)
{
    myc_ignore(myc_reply(ctx, token, number_make(ctx, ~value)));
}

static void pass_on(myc_context *ctx, uint64_t *random, const number *request, myc_token token)
{
    parcel *made = parcel_new(ctx);
    require(made != NULL, "memory is out");
    myc_token_keep(ctx, token);
    *made = (parcel){token, request->value};
    myc_ignore(hub_send_parcel(ctx, nodes[random_below(random, NODES)], made));
}

static void put_on_shelf(myc_context *ctx, const number *request, myc_token token)
{
    myc_token_keep(ctx, token);
    if (!shelf_put((parcel){token, request->value})) {
        myc_token_drop(ctx, token);
    }
}

static myc_next node_on_number(struct node *self, myc_context *ctx, const number *request,
                               hub_number_token token)
{
    require(request->magic == MAGIC, "handled after it was destroyed");
    switch (random_below(&self->random, 10)) {
    case 0: break;
    case 1: pass_on(ctx, &self->random, request, token.token); break;
    case 2:
        pass_on(ctx, &self->random, request, token.token);
        pass_on(ctx, &self->random, request, token.token); /* either may be the first */
        break;
    case 3: put_on_shelf(ctx, request, token.token); break;
    case 4:
        put_on_shelf(ctx, request, token.token);
        reply_to(ctx, token.token, request->value);
        break;
    case 5: return MYC_AGAIN;
    default: reply_to(ctx, token.token, request->value);
    }
    return MYC_CONTINUE;
}

static void ask_some(struct node *self, myc_context *ctx);

static myc_next answered(void *self, myc_context *ctx, const myc_answer *answer,
                         const number *reply)
{
    require((answer->outcome == MYC_REPLIED) == (reply != NULL), "a reply with another outcome");
    check_reply(answer->request, reply);
    atomic_fetch_add(&endings[answer->outcome], 1);
    atomic_fetch_add(&ended, 1);
    ask_some(self, ctx);
    return MYC_CONTINUE;
}

static uint64_t some_timeout_ns(uint64_t *random)
{
    static const uint64_t most_ns[] = {1000, 20000, 500000, SECOND_NS};
    return 1 + random_next(random) % most_ns[random_below(random, 4)];
}

static void ask_some(struct node *self, myc_context *ctx)
{
    atomic_fetch_add(&asked, 1); /* before none is left: whoever waits sees both */
    if (atomic_fetch_sub(&asks_left, 1) <= 0) {
        atomic_fetch_sub(&asked, 1);
        return;
    }
    hub_ref to = nodes[random_below(&self->random, NODES)];
    int error = hub_ask_number(ctx, to, number_make(ctx, random_next(&self->random)),
                               some_timeout_ns(&self->random), answered);
    require(error == 0, "an ask failed: %s", myc_error_text(error));
}

/* With no token it is the word to begin. */
static myc_next node_on_parcel(struct node *self, myc_context *ctx, const parcel *got)
{
    if (got->token.request) {
        reply_to(ctx, got->token, got->value);
    }
    for (uint32_t i = 0; !got->token.request && i < ASKS_AT_A_TIME; i++) {
        ask_some(self, ctx);
    }
    return MYC_CONTINUE;
}
MYC_ACTOR(node, hub, HUB_ROWS)

/* ---- the foreign threads ---- */

struct foreigner {
    myc_system *system;
    uint64_t random;
    uint32_t asks;
    bool replies;
    atomic_bool *over;
};

static void end_future(myc_context *ctx, uint64_t *random, hub_number_future future,
                       const number *request)
{
    const number *reply = NULL;
    myc_outcome outcome = MYC_PENDING;
    switch (random_below(random, 4)) {
    case 0: hub_forget_number(ctx, &future); return;
    case 1:
        outcome = hub_poll_number(ctx, &future, &reply);
        hub_forget_number(ctx, &future);
        break;
    case 2:
        while (outcome == MYC_PENDING) {
            outcome = hub_poll_number(ctx, &future, &reply);
        }
        break;
    default: outcome = hub_wait_number(ctx, &future, &reply); break;
    }
    require(!future.future, "a future that is answered is still there");
    require((outcome == MYC_REPLIED) == (reply != NULL), "a reply with another outcome");
    check_reply(request, reply);
    number_release(ctx, reply);
}

static void ask_from_outside(struct foreigner *self, myc_context *ctx)
{
    for (uint32_t i = 0; i < self->asks; i++) {
        const number *request = number_make(ctx, random_next(&self->random));
        hub_number_future future =
            hub_future_number(ctx, nodes[random_below(&self->random, NODES)],
                              number_retain(ctx, request), some_timeout_ns(&self->random));
        end_future(ctx, &self->random, future, request);
        number_release(ctx, request);
    }
}

static void reply_from_outside(struct foreigner *self, myc_context *ctx)
{
    while (!atomic_load(self->over)) {
        parcel got;
        if (shelf_take(&got)) {
            if (!one_in(&self->random, 3)) {
                reply_to(ctx, got.token, got.value);
            }
            myc_token_drop(ctx, got.token);
        } else {
            sched_yield();
        }
    }
}

static void *be_foreign(void *argument)
{
    struct foreigner *self = argument;
    myc_context *ctx = myc_context_of(self->system);
    require(ctx != NULL, "no context for a thread");
    if (self->replies) {
        reply_from_outside(self, ctx);
    } else {
        ask_from_outside(self, ctx);
    }
    return NULL;
}

/* ---- the run ---- */

static void spawn_nodes(myc_context *ctx, uint64_t *random)
{
    for (uint32_t i = 0; i < NODES; i++) {
        myc_spawn_options options = {.place = MYC_PLACE_ON_WORKER,
                                     .worker = i % WORKERS,
                                     .mailbox_bound = 4 + i,
                                     .overflow = (myc_overflow)(i % 3)};
        int error = node_spawn(ctx, &(struct node){random_next(random)}, &options, &nodes[i]);
        require(error == 0, "a spawn failed: %s", myc_error_text(error));
    }
    for (uint32_t i = 0; i < NODES; i++) {
        myc_ignore(hub_send_parcel(ctx, nodes[i], parcel_new(ctx)));
    }
}

static void await_actors(void)
{
    while (atomic_load(&asks_left) > 0 || atomic_load(&asked) != atomic_load(&ended)) {
        nanosleep(&(struct timespec){.tv_nsec = 1000000}, NULL);
    }
}

static void run_foreigners(myc_system *system, const stress *run, uint64_t *random)
{
    pthread_t threads[ASKERS + REPLIERS];
    struct foreigner foreigners[ASKERS + REPLIERS];
    atomic_bool over = false;
    for (uint32_t i = 0; i < ASKERS + REPLIERS; i++) {
        foreigners[i] = (struct foreigner){system, random_next(random), run->quick ? 3000 : 100000,
                                           i >= ASKERS, &over};
        require(pthread_create(&threads[i], NULL, be_foreign, &foreigners[i]) == 0,
                "a thread was refused");
    }
    for (uint32_t i = 0; i < ASKERS; i++) {
        pthread_join(threads[i], NULL);
    }
    await_actors();
    atomic_store(&over, true);
    for (uint32_t i = ASKERS; i < ASKERS + REPLIERS; i++) {
        pthread_join(threads[i], NULL);
    }
}

static void empty_shelf(myc_context *ctx)
{
    parcel got;
    while (shelf_take(&got)) {
        myc_token_drop(ctx, got.token);
    }
}

static void check_counts(const myc_system *system)
{
    myc_counts counts;
    myc_system_counts(system, &counts);
    require(counts.queued == 0 && counts.accepted == counts.handled + counts.dead + counts.dropped,
            "messages are unaccounted for");
    require(atomic_load(&asked) == atomic_load(&ended), "%llu asks, %llu ended",
            (unsigned long long)atomic_load(&asked), (unsigned long long)atomic_load(&ended));
}

static void report(void)
{
    for (uint32_t outcome = 0; outcome < MYC_PENDING; outcome++) {
        printf("outcome %u: %llu\n", outcome, (unsigned long long)atomic_load(&endings[outcome]));
        require(outcome == MYC_TARGET_STOPPED || atomic_load(&endings[outcome]) > 0,
                "no ask ended with outcome %u: nothing was tried", outcome);
    }
}

int main(int count, char **arguments)
{
    stress run = stress_start(count, arguments);
    atomic_llong bytes = 0;
    myc_system *system;
    int error = myc_system_create(&(myc_system_options){.workers = WORKERS,
                                                        .allocator = counted_allocator(&bytes),
                                                        .log = stress_log},
                                  &system);
    require(error == 0, "no system: %s", myc_error_text(error));
    myc_context *ctx = myc_context_of(system);
    atomic_store(&asks_left, run.quick ? 20000 : 1000000);
    spawn_nodes(ctx, &run.seed);
    run_foreigners(system, &run, &run.seed);
    empty_shelf(ctx);
    require(myc_system_stop(system, NULL, NULL) == 0, "the system does not stop");
    check_counts(system);
    require(myc_system_destroy(system) == 0, "payloads are still held");
    require(atomic_load(&numbers_alive) == 0, "numbers are alive after the end");
    require(atomic_load(&bytes) == 0, "memory is lost");
    report();
    return 0;
}

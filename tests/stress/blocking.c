/* SPDX-License-Identifier: Apache-2.0 */

/*
 * Blocking work: actors on dedicated workers that are spawned by all threads at once, work and end;
 * actors that offload to pools which are full at times, end before their work, and are stopped with
 * it. No dedicated worker has two actors at one time, and each piece of work that was taken ends in
 * one message, handled or dead.
 */
#include "stress.h"

enum { WORKERS = 2, DEDICATED = 3, SPAWNERS = 3, CLIENTS = 12, POOLS = 2 };

typedef struct task {
    uint32_t number;
    uint32_t pauses; /* how long it takes */
} task;
MYC_MESSAGE(task)
MYC_MESSAGE_TYPE(task)

static atomic_ullong spun; /* so that the pauses are not left out */

static void take_time(uint32_t pauses)
{
    for (uint32_t i = 0; i < pauses; i++) {
        atomic_fetch_add_explicit(&spun, 1, memory_order_relaxed);
    }
}

/* ---- dedicated workers ---- */

#define HERMIT_ROWS(ROW, P) ROW(P, task, task)
MYC_PROTOCOL(hermit, HERMIT_ROWS)

static atomic_uint inside[64]; /* hermits on each worker */
static atomic_uint hermits_done;

struct hermit {
    uint32_t left;
    uint32_t worker;
};

static int hermit_on_start(struct hermit *self, myc_context *ctx)
{
    self->worker = myc_worker(ctx);
    require(self->worker >= WORKERS && self->worker < WORKERS + DEDICATED, "on worker %u",
            self->worker);
    require(atomic_fetch_add(&inside[self->worker], 1) == 0, "two on worker %u", self->worker);
    return 0;
}

static myc_next hermit_on_task(struct hermit *self, myc_context *ctx, const task *got)
{
    require(myc_worker(ctx) == self->worker, "it has moved");
    take_time(got->pauses);
    return --self->left ? MYC_CONTINUE : MYC_STOP;
}

static void hermit_on_stop(struct hermit *self, myc_context *ctx, myc_exit why)
{
    (void)ctx;
    (void)why;
    atomic_fetch_sub(&inside[self->worker], 1);
    atomic_fetch_add(&hermits_done, 1);
}

MYC_ACTOR_WITH_LIFECYCLE(hermit, hermit, HERMIT_ROWS)

typedef struct spawner {
    myc_system *system;
    uint32_t hermits;
    uint64_t random;
} spawner;

static task *task_make(myc_context *ctx, uint32_t number, uint32_t pauses)
{
    task *made = task_new(ctx);
    require(made != NULL, "out of memory");
    *made = (task){number, pauses};
    return made;
}

static void feed(spawner *self, myc_context *ctx, hermit_ref to, uint32_t tasks)
{
    for (uint32_t i = 0; i < tasks; i++) {
        task *made = task_make(ctx, i, random_below(&self->random, 200));
        myc_ignore(hermit_send_wait_task(ctx, to, made, 60 * SECOND_NS));
    }
}

static void *spawner_main(void *argument)
{
    spawner *self = argument;
    myc_context *ctx = myc_context_of(self->system);
    myc_spawn_options alone = {.place = MYC_PLACE_DEDICATED};
    while (self->hermits) {
        uint32_t tasks = 1 + random_below(&self->random, 8);
        hermit_ref ref;
        int error = hermit_spawn(ctx, &(struct hermit){.left = tasks}, &alone, &ref);
        require(error == 0 || error == MYC_ELIMIT, "spawn: %s", myc_error_text(error));
        if (error == 0) {
            self->hermits--;
            feed(self, ctx, ref, tasks);
        }
    }
    return NULL;
}

/* ---- offloaded work ---- */

#define CLIENT_ROWS(ROW, P) ROW(P, go, task) ROW(P, done, task) ROW(P, lost, myc_work_failed)
MYC_PROTOCOL(client, CLIENT_ROWS)

static atomic_ullong taken;  /* pieces of work that pools took */
static atomic_ullong ended;  /* their messages, handled or dead */
static atomic_ullong worked; /* calls of the work */

struct client {
    myc_pool *pools[POOLS];
    uint64_t random;
    uint32_t left;
    uint32_t under_way;
};

static const task *work(myc_context *ctx, const void *argument)
{
    const task *todo = task_cast(argument);
    atomic_fetch_add(&worked, 1);
    take_time(todo->pauses);
    return todo->number % 5 ? task_make(ctx, todo->number, 0) : NULL;
}

static myc_next offload_some(struct client *self, myc_context *ctx)
{
    while (self->left && self->under_way < 8) {
        task *todo = task_make(ctx, self->left, random_below(&self->random, 300));
        myc_pool *pool = self->pools[random_below(&self->random, POOLS)];
        myc_sent sent = client_offload_done(ctx, pool, work, todo);
        atomic_fetch_add(&taken, sent == MYC_SENT);
        self->under_way += sent == MYC_SENT;
        self->left -= sent == MYC_SENT;
        if (sent != MYC_SENT) {
            break;
        }
    }
    bool gives_up = one_in(&self->random, 400); /* its work comes back to nobody */
    return gives_up ? MYC_STOP : MYC_CONTINUE;
}

static myc_next client_on_go(struct client *self, myc_context *ctx, const task *go)
{
    (void)go;
    myc_next next = offload_some(self, ctx);
    bool nothing_comes = self->left && self->under_way == 0; /* the pools are full */
    return nothing_comes && myc_next_verdict(next) == MYC__CONTINUE ? MYC_AGAIN : next;
}

static myc_next go_on(struct client *self, myc_context *ctx)
{
    atomic_fetch_add(&ended, 1);
    self->under_way--;
    if (self->left && self->under_way == 0) {
        client_ref me;
        me.address = myc_self(ctx);
        require(client_send_go(ctx, me, task_make(ctx, 0, 0)) == MYC_SENT, "not sent");
    }
    return offload_some(self, ctx);
}

static myc_next client_on_done(struct client *self, myc_context *ctx, const task *done)
{
    require(done->number % 5 != 0, "no result was expected");
    return go_on(self, ctx);
}

static myc_next client_on_lost(struct client *self, myc_context *ctx, const myc_work_failed *lost)
{
    const task *todo = task_cast(lost->argument);
    require(lost->outcome == MYC_WORK_CANCELLED || todo->number % 5 == 0, "a result is lost");
    return go_on(self, ctx);
}

MYC_ACTOR(client, client, CLIENT_ROWS)

static void start_client(myc_context *ctx, myc_pool **pools, uint32_t pieces, uint64_t *random)
{
    struct client state = {
        .pools = {pools[0], pools[1]}, .random = random_next(random), .left = pieces};
    client_ref ref;
    require(client_spawn(ctx, &state, NULL, &ref) == 0, "spawn");
    require(client_send_go(ctx, ref, task_make(ctx, 0, 0)) == MYC_SENT, "not sent");
}

/* ---- a round ---- */

static void count_letter(void *user, const myc_dead_letter *letter)
{
    (void)user;
    bool is_end = letter->tag == client_tag_lost || letter->tag == client_tag_done;
    atomic_fetch_add(&ended, is_end);
}

/* That no dedicated worker is free is no fault here. */
static void log_but_refusals(void *user, myc_log_level level, const char *text)
{
    if (!strstr(text, "dedicated")) {
        stress_log(user, level, text);
    }
}

static myc_system *open_system(uint64_t *random)
{
    myc_system *system;
    myc_system_options options = {.workers = WORKERS,
                                  .dedicated = DEDICATED,
                                  .idle = random_below(random, 3),
                                  .log = log_but_refusals,
                                  .dead_letter = count_letter};
    require(myc_system_create(&options, &system) == 0, "create");
    return system;
}

static void open_pools(myc_system *system, myc_pool **pools, uint64_t *random)
{
    for (uint32_t i = 0; i < POOLS; i++) {
        myc_pool_options options = {.threads = 1 + random_below(random, 3),
                                    .queue_bound = 1 + random_below(random, 40)};
        require(myc_pool_create(system, &options, &pools[i]) == 0, "pool");
    }
}

static void expect_all_ended(myc_pool **pools)
{
    uint64_t accepted = 0;
    for (uint32_t i = 0; i < POOLS; i++) {
        myc_pool_counts counts;
        myc_pool_counts_read(pools[i], &counts);
        require(counts.accepted == counts.done + counts.failed + counts.cancelled,
                "pool %u lost work", i);
        require(counts.queued == 0 && counts.running == 0, "pool %u is not idle", i);
        accepted += counts.accepted;
    }
    require(accepted == atomic_load(&taken), "taken: %llu, not %llu", (unsigned long long)accepted,
            (unsigned long long)atomic_load(&taken));
}

static void round_of(uint64_t *random, uint32_t scale, bool stops_midway)
{
    myc_system *system = open_system(random);
    myc_context *ctx = myc_context_of(system);
    myc_pool *pools[POOLS];
    open_pools(system, pools, random);
    atomic_store(&taken, 0);
    atomic_store(&ended, 0);
    atomic_store(&hermits_done, 0);
    for (uint32_t i = 0; i < CLIENTS; i++) {
        start_client(ctx, pools, scale, random);
    }
    spawner spawners[SPAWNERS];
    for (uint32_t i = 0; i < SPAWNERS; i++) {
        spawners[i] = (spawner){system, scale / 8, random_next(random)};
    }
    run_threads(SPAWNERS, spawner_main, spawners, sizeof spawners[0]);
    if (!stops_midway) {
        require(myc_system_await_quiescence(system, 120 * SECOND_NS) == 0, "it is stuck");
        require(atomic_load(&hermits_done) == SPAWNERS * (scale / 8), "a hermit has not ended");
        expect_all_ended(pools);
        require(atomic_load(&ended) == atomic_load(&taken), "an end was lost");
    }
    myc_stop_options options = {.discard = one_in(random, 2), .timeout_ns = 120 * SECOND_NS};
    require(myc_system_stop(system, &options, NULL) == 0, "stop");
    expect_all_ended(pools);
    for (uint32_t i = 0; i < POOLS && one_in(random, 2); i++) { /* the system ends the others */
        require(myc_pool_destroy(pools[i]) == 0, "destroy");
    }
    require(myc_system_destroy(system) == 0, "payloads left");
    require(atomic_load(&ended) == atomic_load(&taken), "an end was lost in the stop");
}

int main(int count, char **arguments)
{
    stress run = stress_start(count, arguments);
    uint32_t rounds = run.quick ? 15 : 150;
    uint32_t scale = run.quick ? 200 : 1000;
    for (uint32_t i = 0; i < rounds; i++) {
        round_of(&run.seed, scale, i % 3 == 2);
    }
    printf("%llu pieces of work ended\n", (unsigned long long)atomic_load(&worked));
    return 0;
}

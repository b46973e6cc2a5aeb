/* SPDX-License-Identifier: Apache-2.0 */

/*
 * One payload held, passed on and released on four workers and four foreign threads at once, is
 * destroyed once, and not before its last holder has let it go.
 */
#include "stress.h"

enum { WORKERS = 4, FOREIGNERS = 4, KEEPERS = 8, KEPT_MAX = 16 };

typedef struct token {
    uint64_t magic;
    atomic_llong budget; /* how often it may still be passed on */
} token;

typedef struct forget {
    uint32_t unused;
} forget;

static const uint64_t MAGIC = UINT64_C(0x746f6b656e746f6b);
static atomic_uint destroyed;

static void token_destroy(myc_context *ctx, void *payload)
{
    (void)ctx;
    (void)ctx;
    token *gone = payload;
    require(gone->magic == MAGIC, "destroyed twice or overwritten");
    gone->magic = 0;
    atomic_fetch_add(&destroyed, 1);
}

MYC_MESSAGE(token)
MYC_MESSAGE(forget)
MYC_MESSAGE_TYPE(token, .destroy = token_destroy)
MYC_MESSAGE_TYPE(forget)

#define KEEP_ROWS(ROW, P) ROW(P, token, token) ROW(P, forget, forget)
MYC_PROTOCOL(keep, KEEP_ROWS)

static keep_ref keepers[KEEPERS];

struct keeper {
    uint64_t random;
    const token *kept[KEPT_MAX];
};

/* The budget is the one word of the payload that changes: it is atomic. */
static void pass_on(myc_context *ctx, uint64_t *random, const token *got)
{
    if (atomic_fetch_sub((atomic_llong *)&got->budget, 1) > 0) {
        keep_ref to = keepers[random_below(random, KEEPERS)];
        myc_ignore(keep_send_token(ctx, to, token_retain(ctx, got)));
    }
}

static myc_next keeper_on_token(struct keeper *self, myc_context *ctx, const token *got)
{
    require(got->magic == MAGIC, "handled after it was destroyed");
    for (uint32_t i = random_below(&self->random, 4); i > 0; i--) {
        pass_on(ctx, &self->random, got);
    }
    uint32_t place = random_below(&self->random, KEPT_MAX);
    const token *before = self->kept[place];
    self->kept[place] = one_in(&self->random, 4) ? NULL : token_retain(ctx, got);
    require(!before || before->magic == MAGIC, "destroyed while it was held");
    token_release(ctx, before);
    return MYC_CONTINUE;
}

static myc_next keeper_on_forget(struct keeper *self, myc_context *ctx, const forget *order)
{
    (void)order;
    for (uint32_t place = 0; place < KEPT_MAX; place++) {
        token_release(ctx, self->kept[place]);
        self->kept[place] = NULL;
    }
    return MYC_CONTINUE;
}

MYC_ACTOR(keeper, keep, KEEP_ROWS)

typedef struct holder {
    myc_system *system;
    uint64_t random;
    const token *held; /* one reference */
    uint32_t steps;
} holder;

static void *holder_main(void *argument)
{
    holder *self = argument;
    myc_context *ctx = myc_context_of(self->system);
    require(ctx != NULL, "no context");
    for (uint32_t i = 0; i < self->steps; i++) {
        require(self->held->magic == MAGIC, "destroyed while a thread held it");
        if (one_in(&self->random, 2)) {
            pass_on(ctx, &self->random, self->held);
        } else {
            token_release(ctx, token_retain(ctx, self->held));
        }
    }
    token_release(ctx, self->held);
    return NULL;
}

static void hold_and_pass(myc_system *system, uint64_t *random, uint32_t steps)
{
    myc_context *ctx = myc_context_of(system);
    holder holders[FOREIGNERS];
    token *made = token_new(ctx);
    require(made != NULL, "out of memory");
    made->magic = MAGIC;
    atomic_store(&made->budget, 4 * (long long)steps);
    for (uint32_t i = 0; i < FOREIGNERS; i++) {
        holders[i] = (holder){system, random_next(random), token_retain(ctx, made), steps};
    }
    bool first_to_go = one_in(random, 2);
    if (first_to_go) {
        token_release(ctx, made);
    }
    run_threads(FOREIGNERS, holder_main, holders, sizeof holders[0]);
    if (!first_to_go) {
        require(made->magic == MAGIC, "destroyed before its maker let it go");
        token_release(ctx, made);
    }
}

static void forget_all(myc_system *system)
{
    myc_context *ctx = myc_context_of(system);
    require(myc_system_await_quiescence(system, 60 * SECOND_NS) == 0, "no quiescence");
    for (uint32_t i = 0; i < KEEPERS; i++) {
        require(keep_send_forget(ctx, keepers[i], forget_new(ctx)) == MYC_SENT, "not sent");
    }
}

/* A worker gives its references back at the end of a pass, a little after the last handler. */
static void await_destroyed(uint32_t expected)
{
    for (uint32_t looks = 0; atomic_load(&destroyed) < expected; looks++) {
        require(looks < 60000, "never destroyed");
        nanosleep(&(struct timespec){.tv_nsec = 1000000}, NULL);
    }
    require(atomic_load(&destroyed) == expected, "destroyed too often");
}

static void spawn_keepers(myc_system *system, uint64_t *random)
{
    for (uint32_t i = 0; i < KEEPERS; i++) {
        struct keeper state = {.random = random_next(random)};
        myc_spawn_options options = {.place = MYC_PLACE_ON_WORKER, .worker = i % WORKERS};
        require(keeper_spawn(myc_context_of(system), &state, &options, &keepers[i]) == 0, "spawn");
    }
}

int main(int count, char **arguments)
{
    stress run = stress_start(count, arguments);
    atomic_llong bytes = 0;
    myc_system *system;
    myc_system_options options = {
        .workers = WORKERS, .log = stress_log, .allocator = counted_allocator(&bytes)};
    require(myc_system_create(&options, &system) == 0, "create");
    spawn_keepers(system, &run.seed);
    uint32_t rounds = run.quick ? 100 : 5000;
    for (uint32_t i = 0; i < rounds; i++) {
        hold_and_pass(system, &run.seed, 1 + random_below(&run.seed, 1000));
        forget_all(system);
        await_destroyed(i + 1);
    }
    require(myc_system_destroy(system) == 0, "payloads left");
    require(atomic_load(&destroyed) == rounds, "destroyed too often");
    require(atomic_load(&bytes) == 0, "memory left");
    printf("%u payloads, each destroyed once\n", rounds);
    return 0;
}

/* SPDX-License-Identifier: Apache-2.0 */

/*
 * Timers on several workers while everything else goes on: actors set timers of all kinds, cancel
 * some and forget others, are stopped and spawned by foreign threads that also flood them, and the
 * system drains or discards. No timer is early, none fires after its actor or after its cancel,
 * and no payload is left.
 */
#include "stress.h"

enum { WORKERS = 3, FOREIGNERS = 2, ACTORS = 24, TIMERS = 16 };

typedef struct work {
    uint64_t due_ns; /* 0: it was sent, not set */
    uint32_t place;  /* of the timer in its actor; TIMERS: it is periodic */
} work;

static atomic_llong alive;
static atomic_ullong fired, cancelled;
static atomic_bool stopping; /* timers that come due are gone */

static void work_destroy(myc_context *ctx, void *payload)
{
    (void)ctx;
    (void)payload;
    atomic_fetch_sub(&alive, 1);
}

MYC_MESSAGE(work)
MYC_MESSAGE_TYPE(work, .destroy = work_destroy)

#define SMITH_ROWS(ROW, P)                                                                         \
    ROW(P, order, work)                                                                            \
    ROW(P, alarm, work)
MYC_PROTOCOL(smith, SMITH_ROWS)

struct smith {
    uint64_t random;
    myc_timer timers[TIMERS + 1];
    bool is_set[TIMERS + 1];
    bool has_stopped;
};

static work *new_work(myc_context *ctx, uint64_t due_ns, uint32_t place)
{
    work *made = work_new(ctx);
    require(made != NULL, "out of memory");
    atomic_fetch_add(&alive, 1);
    *made = (work){due_ns, place};
    return made;
}

static void set_one(struct smith *self, myc_context *ctx, uint32_t place)
{
    uint64_t delay_ns = random_next(&self->random) >> (40 + random_below(&self->random, 24));
    work *made = new_work(ctx, myc_now_ns(ctx) + delay_ns, place);
    int error = smith_after_alarm(ctx, delay_ns, made, &self->timers[place]);
    require(error == 0, "a timer is refused: %d", error);
    self->is_set[place] = true;
}

static void set_periodic(struct smith *self, myc_context *ctx)
{
    uint64_t period_ns = 1000 + random_below(&self->random, 1000000);
    work *made = new_work(ctx, myc_now_ns(ctx) + period_ns, TIMERS);
    int error = smith_every_alarm(ctx, period_ns, made, &self->timers[TIMERS]);
    require(error == 0, "a periodic timer is refused: %d", error);
    self->is_set[TIMERS] = true;
}

static void cancel(struct smith *self, myc_context *ctx, uint32_t place)
{
    bool was_set = myc_timer_cancel(ctx, self->timers[place]);
    require(was_set == self->is_set[place] || atomic_load(&stopping), "a cancel says %d, it was %d",
            was_set, self->is_set[place]);
    require(!myc_timer_cancel(ctx, self->timers[place]), "a stale timer is cancelled");
    self->is_set[place] = false;
    atomic_fetch_add(&cancelled, was_set);
}

static void change_one(struct smith *self, myc_context *ctx)
{
    uint32_t place = random_below(&self->random, TIMERS + 1);
    if (self->is_set[place]) {
        cancel(self, ctx, place);
    } else if (place == TIMERS) {
        set_periodic(self, ctx);
    } else {
        set_one(self, ctx, place);
    }
}

static myc_next smith_on_order(struct smith *self, myc_context *ctx, const work *order)
{
    (void)order;
    change_one(self, ctx);
    return one_in(&self->random, 500) ? MYC_STOP : MYC_CONTINUE;
}

static myc_next smith_on_alarm(struct smith *self, myc_context *ctx, const work *alarm)
{
    require(!self->has_stopped, "a timer fires after its actor has stopped");
    require(self->is_set[alarm->place], "a timer fires that was cancelled, or twice");
    require(myc_now_ns(ctx) >= alarm->due_ns, "a timer is early");
    if (alarm->place < TIMERS) {
        self->is_set[alarm->place] = false;
    }
    atomic_fetch_add(&fired, 1);
    change_one(self, ctx);
    return MYC_CONTINUE;
}

static int smith_on_start(struct smith *self, myc_context *ctx)
{
    set_periodic(self, ctx);
    return 0;
}

static void smith_on_stop(struct smith *self, myc_context *ctx, myc_exit why)
{
    (void)why;
    self->has_stopped = true;
    myc_ignore(smith_send_order(ctx, (smith_ref){myc_self(ctx)}, new_work(ctx, 0, 0)));
    int error = smith_after_alarm(ctx, 0, new_work(ctx, 0, 0), NULL);
    require(error == 0, "a timer in on_stop is refused: %d", error);
}

MYC_ACTOR_WITH_LIFECYCLE(smith, smith, SMITH_ROWS)

/* ---- those who disturb ---- */

typedef struct foreigner {
    myc_system *system;
    uint64_t random;
    uint32_t rounds;
    pthread_t thread;
} foreigner;

static void spawn_one(myc_context *ctx, uint64_t *random, smith_ref *ref)
{
    struct smith smith = {.random = random_next(random)};
    myc_spawn_options options = {.place = MYC_PLACE_SPREAD, .mailbox_bound = 64};
    int error = smith_spawn(ctx, &smith, &options, ref);
    require(error == 0 || error == MYC_ESTOPPING, "a spawn fails: %d", error);
}

static void *disturb(void *argument)
{
    foreigner *self = argument;
    myc_context *ctx = myc_context_of(self->system);
    smith_ref refs[ACTORS] = {0};
    for (uint32_t i = 0; i < ACTORS; i++) {
        spawn_one(ctx, &self->random, &refs[i]);
    }
    for (uint32_t i = 0; i < self->rounds; i++) {
        smith_ref *ref = &refs[random_below(&self->random, ACTORS)];
        if (one_in(&self->random, 200)) {
            myc_stop(ctx, ref->address);
            spawn_one(ctx, &self->random, ref);
        } else if (smith_send_order(ctx, *ref, new_work(ctx, 0, 0)) == MYC_DEAD) {
            spawn_one(ctx, &self->random, ref);
        }
    }
    return NULL;
}

static void run_system(uint64_t *random, uint32_t rounds)
{
    myc_system *system;
    atomic_store(&stopping, false);
    myc_system_options options = {.workers = WORKERS,
                                  .idle = (myc_idle)random_below(random, 3),
                                  .spin_ns = 1 + random_below(random, 20000)};
    int error = myc_system_create(&options, &system);
    require(error == 0, "no system: %d", error);
    foreigner foreigners[FOREIGNERS];
    for (uint32_t i = 0; i < FOREIGNERS; i++) {
        foreigners[i] = (foreigner){.system = system, .random = random_next(random)};
        foreigners[i].rounds = rounds;
        pthread_create(&foreigners[i].thread, NULL, disturb, &foreigners[i]);
    }
    for (uint32_t i = 0; i < FOREIGNERS; i++) {
        pthread_join(foreigners[i].thread, NULL);
    }
    atomic_store(&stopping, true);
    myc_stop_options stop = {.discard = one_in(random, 2), .timeout_ns = 60 * SECOND_NS};
    require(myc_system_stop(system, &stop, NULL) == 0, "it does not stop");
    require(myc_system_destroy(system) == 0, "payloads are left");
    require(atomic_load(&alive) == 0, "%lld payloads were not destroyed", atomic_load(&alive));
}

int main(int count, char **arguments)
{
    stress run = stress_start(count, arguments);
    uint32_t systems = run.quick ? 20 : 100;
    for (uint32_t i = 0; i < systems; i++) {
        run_system(&run.seed, run.quick ? 20000 : 100000);
    }
    printf("%llu timers fired, %llu were cancelled\n", atomic_load(&fired),
           atomic_load(&cancelled));
    require(atomic_load(&fired) > 0 && atomic_load(&cancelled) > 0, "nothing was tried");
    return 0;
}

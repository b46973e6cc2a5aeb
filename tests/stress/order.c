/* SPDX-License-Identifier: Apache-2.0 */

/*
 * Order, accounting and lifetimes under load: four foreign threads and the actors of four workers
 * send to each other, while actors stop at random moments and are spawned again elsewhere, with
 * every overflow policy. At the end the system's counts must be those that the senders, the
 * receivers and the dead letters made, and every payload must be destroyed.
 */
#include "order_world.h"

typedef struct foreigner {
    myc_system *system;
    sender as_sender;
    uint32_t steps;
} foreigner;

static void count_letter(void *user, const myc_dead_letter *letter)
{
    (void)user;
    require(myc_type_of(letter->payload) == post_protocol.rows[letter->tag].type,
            "a dead letter of the wrong type");
    atomic_fetch_add(&dead, 1);
}

static void keep_inhabited(foreigner *self, myc_context *ctx)
{
    for (uint32_t cell = 2 * (self->as_sender.index - CELLS); cell < CELLS;
         cell += 2 * FOREIGNERS) {
        if (atomic_load(&cells[cell]) == 0) {
            inhabit(ctx, cell, random_next(&self->as_sender.random));
        }
    }
}

static void step(foreigner *self, myc_context *ctx)
{
    sender *me = &self->as_sender;
    uint32_t cell = random_below(&me->random, CELLS);
    if (one_in(&me->random, 1024)) {
        myc_stop(ctx, cell_address(cell));
    } else if (one_in(&me->random, 32)) {
        keep_inhabited(self, ctx);
    } else if (one_in(&me->random, 32)) {
        send_shared(me, ctx);
    } else {
        send_parcel(me, ctx, cell, random_below(&me->random, HOPS_MAX));
    }
}

static void *foreign_main(void *argument)
{
    foreigner *self = argument;
    myc_context *ctx = myc_context_of(self->system);
    require(ctx != NULL, "no context for a foreign thread");
    for (uint32_t i = 0; i < self->steps; i++) {
        step(self, ctx);
    }
    return NULL;
}

static void run_foreigners(myc_system *system, stress *run, uint32_t steps)
{
    foreigner all[FOREIGNERS];
    for (uint32_t i = 0; i < FOREIGNERS; i++) {
        all[i] = (foreigner){
            .system = system,
            .steps = steps,
            .as_sender = {.random = random_next(&run->seed), .index = CELLS + i, .life = 1}};
    }
    run_threads(FOREIGNERS, foreign_main, all, sizeof all[0]);
}

static void expect_equal(const char *what, uint64_t expected, uint64_t actual)
{
    require(expected == actual, "%s: expected %llu, the system says %llu", what,
            (unsigned long long)expected, (unsigned long long)actual);
}

static void check_quiet(myc_system *system)
{
    myc_counts counts;
    require(myc_system_await_quiescence(system, 60 * SECOND_NS) == 0, "no quiescence");
    require(myc_system_stop(system, NULL, NULL) == 0, "the drain did not end");
    myc_system_counts(system, &counts);
    expect_equal("queued", 0, counts.queued);
    expect_equal("accepted", atomic_load(&accepted), counts.accepted);
    expect_equal("refused", atomic_load(&refused), counts.refused);
    expect_equal("handled", atomic_load(&handled), counts.handled);
    expect_equal("dead", atomic_load(&dead), counts.dead);
    expect_equal("accepted", counts.handled + counts.dead + counts.dropped, counts.accepted);
    expect_equal("actors", 0, counts.actors);
    printf("accepted %llu handled %llu dead %llu dropped %llu refused %llu\n",
           (unsigned long long)counts.accepted, (unsigned long long)counts.handled,
           (unsigned long long)counts.dead, (unsigned long long)counts.dropped,
           (unsigned long long)counts.refused);
}

static void reset(void)
{
    for (uint32_t i = 0; i < CELLS; i++) {
        atomic_store(&cells[i], 0);
        atomic_store(&lives[i], 0);
    }
    atomic_store(&accepted, 0);
    atomic_store(&refused, 0);
    atomic_store(&handled, 0);
    atomic_store(&dead, 0);
}

/* With `in_full_flow` the system is torn down while its actors still send. */
static void round_of(stress *run, uint32_t steps, bool in_full_flow)
{
    atomic_llong bytes = 0;
    myc_system *system;
    myc_system_options options = {.workers = WORKERS,
                                  .idle = random_below(&run->seed, 2) * MYC_IDLE_PARK,
                                  .allocator = counted_allocator(&bytes),
                                  .log = stress_log,
                                  .dead_letter = count_letter};
    reset();
    require(myc_system_create(&options, &system) == 0, "create");
    for (uint32_t cell = 0; cell < CELLS; cell++) {
        inhabit(myc_context_of(system), cell, random_next(&run->seed));
    }
    run_foreigners(system, run, steps);
    if (!in_full_flow) {
        check_quiet(system);
    }
    expect_equal("leaked", 0, myc_system_destroy(system));
    expect_equal("parcels alive", 0, (uint64_t)atomic_load(&parcels_alive));
    expect_equal("shared alive", 0, (uint64_t)atomic_load(&shared_alive));
    expect_equal("bytes held", 0, (uint64_t)atomic_load(&bytes));
}

int main(int count, char **arguments)
{
    stress run = stress_start(count, arguments);
    uint32_t rounds = run.quick ? 4 : 40;
    for (uint32_t i = 0; i < rounds; i++) {
        round_of(&run, run.quick ? 20000 : 200000, i % 2);
    }
    return 0;
}

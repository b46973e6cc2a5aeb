/* SPDX-License-Identifier: Apache-2.0 */
#include <pthread.h>
#include <stdio.h>
#include <string.h>

#include "base/sync.h"
#include "engine.h"

/*
 * The explorer's own test: small programs of two or three threads whose outcomes the memory model
 * allows or forbids. What it allows must be seen, what it forbids must not.
 */
enum { SCHEDULES = 20000 };

static struct {
    uint32_t x;
    uint32_t y;
    uint32_t plain;
    pthread_mutex_t lock;
} * shared;

static uint32_t got[2]; /* what the threads read */
static bool weak_seen;  /* in some schedule the outcome that only reordering explains */

static void setup(void)
{
    shared = sim_allocate(sizeof *shared, 64);
    memset(got, 0, sizeof got);
}

static void no_check(void)
{
}

/* Store buffering: each thread stores to its variable, then loads the other's. */
static void check_both_missed(void)
{
    weak_seen |= got[0] == 0 && got[1] == 0;
}

#define STORE_BUFFERING(name, fence_of_x, fence_of_y)                                              \
    static void name##_x(void)                                                                     \
    {                                                                                              \
        myc__store_release_u32(&shared->x, 1);                                                     \
        fence_of_x;                                                                                \
        got[0] = myc__load_acquire_u32(&shared->y);                                                \
    }                                                                                              \
    static void name##_y(void)                                                                     \
    {                                                                                              \
        myc__store_release_u32(&shared->y, 1);                                                     \
        fence_of_y;                                                                                \
        got[1] = myc__load_acquire_u32(&shared->x);                                                \
    }
STORE_BUFFERING(sb_bare, (void)0, (void)0)
STORE_BUFFERING(sb_full, myc__fence_full(), myc__fence_full())
STORE_BUFFERING(sb_one, myc__fence_full(), (void)0)
STORE_BUFFERING(sb_asymmetric, myc__fence_heavy(true), myc__fence_light(true))
STORE_BUFFERING(sb_light, myc__fence_light(true), myc__fence_light(true))
STORE_BUFFERING(sb_symmetric, myc__fence_heavy(false), myc__fence_light(false))

/* Message passing: y says that x is written. */
static void check_stale(void)
{
    weak_seen |= got[0] == 1 && got[1] == 0;
}

static void mp_read(void)
{
    got[0] = myc__load_acquire_u32(&shared->y);
    got[1] = myc__load_relaxed_u32(&shared->x);
}

#define MESSAGE_PASSING(name, say_it)                                                              \
    static void name(void)                                                                         \
    {                                                                                              \
        myc__store_relaxed_u32(&shared->x, 1);                                                     \
        say_it;                                                                                    \
    }
MESSAGE_PASSING(mp_relaxed, myc__store_relaxed_u32(&shared->y, 1))
MESSAGE_PASSING(mp_release, myc__store_release_u32(&shared->y, 1))
MESSAGE_PASSING(mp_fence, (myc__fence_full(), myc__store_relaxed_u32(&shared->y, 1)))
MESSAGE_PASSING(mp_add_relaxed, (void)myc__add_relaxed_u32(&shared->y, 1))
MESSAGE_PASSING(mp_exchange, (void)myc__exchange_acq_rel_u32(&shared->y, 1))

/* Coherence: one variable never goes back. */
static void store_twice(void)
{
    myc__store_relaxed_u32(&shared->x, 1);
    myc__store_relaxed_u32(&shared->x, 2);
}

static void read_twice(void)
{
    got[0] = myc__load_relaxed_u32(&shared->x);
    got[1] = myc__load_relaxed_u32(&shared->x);
}

static void check_went_back(void)
{
    weak_seen |= got[0] > got[1] || shared->x != 2;
}

static void add_one(void)
{
    (void)myc__add_relaxed_u32(&shared->x, 1);
}

static void check_lost_add(void)
{
    weak_seen |= shared->x != 2;
}

static void load_and_store(void)
{
    myc__store_relaxed_u32(&shared->x, myc__load_relaxed_u32(&shared->x) + 1);
}

/* Plain accesses, ordered or not. */
#define PLAIN_WRITE(name, say_it)                                                                  \
    static void name(void)                                                                         \
    {                                                                                              \
        shared->plain = 1;                                                                         \
        say_it;                                                                                    \
    }
PLAIN_WRITE(plain_relaxed, myc__store_relaxed_u32(&shared->y, 1))
PLAIN_WRITE(plain_release, myc__store_release_u32(&shared->y, 1))
PLAIN_WRITE(plain_fence, (myc__fence_full(), myc__store_relaxed_u32(&shared->y, 1)))

static void plain_read_acquire(void)
{
    got[0] = myc__load_acquire_u32(&shared->y) ? shared->plain : 1;
}

static void plain_read_relaxed(void)
{
    got[0] = myc__load_relaxed_u32(&shared->y) ? shared->plain : 1;
}

static void plain_read_fence(void)
{
    uint32_t said = myc__load_relaxed_u32(&shared->y);
    myc__fence_full();
    got[0] = said ? shared->plain : 1;
}

static void plain_read_after_add(void)
{
    got[0] = myc__load_acquire_u32(&shared->y) == 2 ? shared->plain : 1;
}

static void add_to_y(void)
{
    (void)myc__add_relaxed_u32(&shared->y, 1);
}

static void write_locked(void)
{
    pthread_mutex_lock(&shared->lock);
    shared->plain++;
    pthread_mutex_unlock(&shared->lock);
}

static void write_unlocked(void)
{
    shared->plain++;
}

static void load_plain_word(void)
{
    (void)myc__load_acquire_u32(&shared->plain);
}

/* Waiting. */
static void wait_for_signal(void)
{
    sim_event_wait(0);
}

static void signal_once(void)
{
    myc__event_signal(0);
}

static void signal_if_x(void)
{
    if (myc__load_relaxed_u32(&shared->x)) {
        myc__event_signal(0);
    }
}

static void sleep_until_y(void)
{
    while (myc__load_relaxed_u32(&shared->y) == 0) {
        myc__word_wait(&shared->y, 0, -1);
    }
}

static void change_and_wake(void)
{
    (void)myc__exchange_acq_rel_u32(&shared->y, 1);
    myc__word_wake(&shared->y);
}

static void wake_and_change(void)
{
    myc__word_wake(&shared->y);
    (void)myc__exchange_acq_rel_u32(&shared->y, 1);
}

static void spin_on_y(void)
{
    while (!myc__load_acquire_u32(&shared->y)) {
        myc__pause();
    }
}

typedef struct litmus {
    const char *name;
    const char *failure; /* how some schedule must fail; NULL = none may */
    bool weak;           /* the weak outcome must be seen; else it must not */
    void (*check)(void);
    void (*threads[3])(void);
} litmus;

static const litmus all[] = {
    {"store buffering, release and acquire", NULL, true, check_both_missed, {sb_bare_x, sb_bare_y}},
    {"store buffering, full fences", NULL, false, check_both_missed, {sb_full_x, sb_full_y}},
    {"store buffering, one full fence", NULL, true, check_both_missed, {sb_one_x, sb_one_y}},
    {"store buffering, asymmetric fences",
     NULL,
     false,
     check_both_missed,
     {sb_asymmetric_x, sb_asymmetric_y}},
    {"store buffering, light fences only", NULL, true, check_both_missed, {sb_light_x, sb_light_y}},
    {"store buffering, symmetric fences",
     NULL,
     false,
     check_both_missed,
     {sb_symmetric_x, sb_symmetric_y}},
    {"message passing, relaxed", NULL, true, check_stale, {mp_relaxed, mp_read}},
    {"message passing, release", NULL, false, check_stale, {mp_release, mp_read}},
    {"message passing, full fence", NULL, false, check_stale, {mp_fence, mp_read}},
    {"message passing, relaxed add", NULL, true, check_stale, {mp_add_relaxed, mp_read}},
    {"message passing, exchange", NULL, false, check_stale, {mp_exchange, mp_read}},
    {"coherence", NULL, false, check_went_back, {store_twice, read_twice}},
    {"adds are atomic", NULL, false, check_lost_add, {add_one, add_one}},
    {"load and store are not", NULL, true, check_lost_add, {load_and_store, load_and_store}},
    {"plain, relaxed store", "race on plain", false, no_check, {plain_relaxed, plain_read_acquire}},
    {"plain, relaxed load", "race on plain", false, no_check, {plain_release, plain_read_relaxed}},
    {"plain, release and acquire", NULL, false, no_check, {plain_release, plain_read_acquire}},
    {"plain, fences", NULL, false, no_check, {plain_fence, plain_read_fence}},
    {"plain, release sequence",
     NULL,
     false,
     no_check,
     {plain_release, add_to_y, plain_read_after_add}},
    {"plain, locked", NULL, false, no_check, {write_locked, write_locked}},
    {"plain, one locked", "race on plain", false, no_check, {write_locked, write_unlocked}},
    {"plain and atomic", "race on plain", false, no_check, {write_unlocked, load_plain_word}},
    {"signal before or after the wait", NULL, false, no_check, {wait_for_signal, signal_once}},
    {"signal that may not come",
     "nobody can go on; first waits for event 0",
     false,
     no_check,
     {wait_for_signal, signal_if_x, add_one}},
    {"wake before or after the sleep", NULL, false, no_check, {sleep_until_y, change_and_wake}},
    {"wake before the change",
     "nobody can go on; first sleeps on a word",
     false,
     no_check,
     {sleep_until_y, wake_and_change}},
    {"spinning on what comes", NULL, false, no_check, {spin_on_y, add_to_y}},
    {"spinning on what never comes", "livelock", false, no_check, {spin_on_y}},
};

static void name_and_setup(void)
{
    setup();
    sim_name(&shared->x, sizeof shared->x, "x");
    sim_name(&shared->y, sizeof shared->y, "y");
    sim_name(&shared->plain, sizeof shared->plain, "plain");
}

/* Returns whether the failure that is wanted was seen, and no other. */
static bool run_all(const litmus *test, const sim_scenario *scenario)
{
    bool failure_seen = false;
    for (uint64_t seed = 1; seed <= SCHEDULES; seed++) {
        sim_run(scenario, seed);
        bool wanted = sim.failed && test->failure && strstr(sim.failure, test->failure);
        failure_seen |= wanted;
        if (sim.failed && !wanted) {
            printf("  seed %llu: %s\n", (unsigned long long)seed, sim.failure);
            return false;
        }
        if (failure_seen && strcmp(test->failure, "livelock") == 0) {
            return true; /* long schedules; one is enough */
        }
    }
    return failure_seen == (test->failure != NULL);
}

static bool passes(const litmus *test)
{
    static const char *const names[] = {"first", "second", "third"};
    sim_scenario scenario = {
        .name = test->name, .typical_steps = 12, .setup = name_and_setup, .check = test->check};
    for (uint32_t i = 0; i < 3; i++) {
        scenario.threads[i] = (sim_thread_plan){names[i], test->threads[i]};
    }
    weak_seen = false;
    bool passed = run_all(test, &scenario) && weak_seen == test->weak;
    printf("%-40s %s\n", test->name, passed ? "as expected" : "NOT AS EXPECTED");
    return passed;
}

int main(void)
{
    bool passed = true;
    for (size_t i = 0; i < sizeof all / sizeof all[0]; i++) {
        passed &= passes(&all[i]);
    }
    return !passed;
}

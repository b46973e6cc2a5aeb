/* SPDX-License-Identifier: Apache-2.0 */
#include <mycelium/inspect.h>

#include <stdio.h>
#include <time.h>

#include "system/system.h"

/*
 * The thread that looks for stuck workers and tells of each of them once. It is there only if the
 * program asks for it, and sleeps but for a few looks in each span.
 */
enum { LOOKS_PER_SPAN = 4 };

typedef struct myc__watchdog {
    myc_system *system;
    uint64_t span_ns;
    void (*stuck)(void *user, const myc_stuck *stuck);
    void *user;
    struct {
        uint64_t pass;
        myc_address actor;
    } told[MYC__WORKERS_MAX]; /* of which turn, last */
    pthread_t thread;
    pthread_mutex_t lock;
    pthread_cond_t woken;
    bool is_over; /* guarded by lock */
} myc__watchdog;

static void tell(const myc__watchdog *dog, const myc_stuck *stuck)
{
    myc__log_line(&dog->system->fabric.log, MYC_LOG_ERROR,
                  "worker %u is stuck: actor %s has been in %s.%s for %llu ms", stuck->worker,
                  stuck->name, stuck->protocol->name, stuck->row,
                  (unsigned long long)(stuck->for_ns / 1000000));
    if (dog->stuck) {
        dog->stuck(dog->user, stuck);
    }
}

static bool is_new(myc__watchdog *dog, const myc_stuck *stuck)
{
    uint32_t worker = stuck->worker;
    uint64_t pass = myc__load_relaxed_u64(&dog->system->fabric.shards[worker]->passes);
    bool is_told =
        dog->told[worker].pass == pass && myc_address_equal(dog->told[worker].actor, stuck->actor);
    dog->told[worker].pass = pass;
    dog->told[worker].actor = stuck->actor;
    return !is_told;
}

static void look(myc__watchdog *dog)
{
    myc_stuck found[MYC__WORKERS_MAX];
    uint32_t count = myc_system_stuck(dog->system, dog->span_ns, found, MYC__WORKERS_MAX);
    for (uint32_t i = 0; i < count; i++) {
        if (is_new(dog, &found[i])) {
            tell(dog, &found[i]);
        }
    }
}

static struct timespec after(uint64_t ns)
{
    uint64_t then_ns = myc__deadline_after(ns);
    return (struct timespec){.tv_sec = (time_t)(then_ns / UINT64_C(1000000000)),
                             .tv_nsec = (long)(then_ns % UINT64_C(1000000000))};
}

static bool sleep_on(myc__watchdog *dog)
{
    struct timespec until = after(dog->span_ns / LOOKS_PER_SPAN + 1);
    pthread_mutex_lock(&dog->lock);
    int timed_out = 0;
    while (!dog->is_over && !timed_out) {
        timed_out = pthread_cond_timedwait(&dog->woken, &dog->lock, &until);
    }
    bool goes_on = !dog->is_over;
    pthread_mutex_unlock(&dog->lock);
    return goes_on;
}

static void *watch(void *argument)
{
    myc__watchdog *dog = argument;
    char name[16];
    snprintf(name, sizeof name, "%s-dog", dog->system->name);
    pthread_setname_np(pthread_self(), name);
    while (sleep_on(dog)) {
        look(dog);
    }
    return NULL;
}

static void init(myc__watchdog *dog)
{
    pthread_condattr_t attributes;
    pthread_condattr_init(&attributes);
    pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
    int failed = pthread_cond_init(&dog->woken, &attributes);
    failed |= pthread_mutex_init(&dog->lock, NULL);
    MYC__CHECK(failed == 0);
    pthread_condattr_destroy(&attributes);
}

static void fini(myc__watchdog *dog)
{
    pthread_cond_destroy(&dog->woken);
    pthread_mutex_destroy(&dog->lock);
    myc__free(&dog->system->fabric.allocator, dog, sizeof *dog);
}

int myc__watchdog_start(myc_system *system, const myc_system_options *options)
{
    myc__watchdog *dog = myc__allocate(&system->fabric.allocator, sizeof *dog, MYC__CACHE_LINE);
    if (!dog) {
        return MYC_ENOMEM;
    }
    dog->system = system;
    dog->span_ns = options->watchdog_ns;
    dog->stuck = options->stuck;
    dog->user = options->stuck_user;
    init(dog);
    if (pthread_create(&dog->thread, NULL, watch, dog) != 0) {
        myc__log_line(&system->fabric.log, MYC_LOG_ERROR,
                      "the watchdog's thread was refused: raise RLIMIT_NPROC or the memory limit");
        fini(dog);
        return MYC_ELIMIT;
    }
    system->watchdog = dog;
    return 0;
}

void myc__watchdog_stop(myc_system *system)
{
    myc__watchdog *dog = system->watchdog;
    if (!dog) {
        return;
    }
    pthread_mutex_lock(&dog->lock);
    dog->is_over = true;
    pthread_cond_signal(&dog->woken);
    pthread_mutex_unlock(&dog->lock);
    int failed = pthread_join(dog->thread, NULL);
    MYC__CHECK(failed == 0);
    fini(dog);
    system->watchdog = NULL;
}

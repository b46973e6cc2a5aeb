/* SPDX-License-Identifier: Apache-2.0 */
#include "base/back_off.h"
#include "message/trim.h"
#include "system/system.h"

/*
 * Foreign threads: a thread that is no worker gets an endpoint when it first asks for its context,
 * and gives it back when it ends; the next thread takes it over with its lanes and its memory, for
 * payloads made from it may still be in use.
 */

/* A worker's context is in the same key; its thread clears it before it ends. */
static void thread_ends(void *context)
{
    myc__foreign *foreign = context;
    myc_system *system = foreign->context.fabric->system;
    myc__memory_flush(&foreign->context.memory);
    myc_context_trim(&foreign->context);
    pthread_mutex_lock(&system->foreign_lock);
    foreign->taken = false;
    pthread_mutex_unlock(&system->foreign_lock);
}

static bool take_if_ended(myc_system *system, myc__foreign *foreign)
{
    pthread_mutex_lock(&system->foreign_lock);
    bool ended = !foreign->taken;
    foreign->taken = true;
    system->foreign_trims += ended;
    pthread_mutex_unlock(&system->foreign_lock);
    return ended;
}

/* On a worker: payloads of a thread that has ended come home to nobody. Not under the lock, since
 * the allocator is called. Returns false when it is done, or when a thread has the endpoint. */
bool myc__foreign_trim_step(myc_system *system, myc_context *ctx)
{
    myc__foreign *foreign = (myc__foreign *)(void *)ctx;
    if (!take_if_ended(system, foreign)) {
        return false;
    }
    myc__memory_flush(&ctx->memory);
    bool more = myc__trim_step(&ctx->memory, true);
    pthread_mutex_lock(&system->foreign_lock);
    foreign->taken = false;
    system->foreign_trims--;
    pthread_mutex_unlock(&system->foreign_lock);
    return more;
}

int myc__foreign_init(myc_system *system)
{
    int failed = pthread_mutex_init(&system->foreign_lock, NULL);
    MYC__CHECK(failed == 0);
    if (pthread_key_create(&system->foreign_key, thread_ends) != 0) {
        myc__log_line(&system->fabric.log, MYC_LOG_ERROR,
                      "the process has no thread-specific key left: each system needs one");
        pthread_mutex_destroy(&system->foreign_lock);
        return MYC_ELIMIT;
    }
    return 0;
}

void myc__foreign_fini(myc_system *system)
{
    pthread_key_delete(system->foreign_key);
    pthread_mutex_destroy(&system->foreign_lock);
}

static myc__foreign *take_over(myc_system *system)
{
    myc__foreign *foreign = system->foreigners;
    while (foreign && foreign->taken) {
        foreign = foreign->next;
    }
    if (foreign) {
        foreign->taken = true;
    }
    return foreign;
}

/* Takes the empty `foreign` in, unless there are too many. */
static bool join(myc_system *system, myc__foreign *foreign)
{
    if (system->foreign_count == MYC__FOREIGN_MAX) {
        return false;
    }
    uint32_t endpoint = system->fabric.shard_count + system->foreign_count++;
    myc__context_init(&foreign->context, &system->fabric, (uint16_t)endpoint, NULL);
    foreign->taken = true;
    foreign->next = system->foreigners;
    system->foreigners = foreign;
    return true;
}

/* The allocator is not called under the lock, since it may have something to log. */
static myc__foreign *make(myc_system *system)
{
    myc__allocator *allocator = &system->fabric.allocator;
    myc__foreign *foreign = myc__allocate(allocator, sizeof *foreign, MYC__CACHE_LINE);
    if (!foreign) {
        return NULL;
    }
    pthread_mutex_lock(&system->foreign_lock);
    bool joined = join(system, foreign);
    pthread_mutex_unlock(&system->foreign_lock);
    if (!joined) {
        myc__free(allocator, foreign, sizeof *foreign);
    }
    return joined ? foreign : NULL;
}

/* The last endpoint may be in a trim, which is over soon. */
static bool must_wait(const myc_system *system)
{
    return system->foreign_count == MYC__FOREIGN_MAX && system->foreign_trims > 0;
}

static myc__foreign *open_endpoint(myc_system *system)
{
    for (uint32_t looks = 0;; looks++) {
        pthread_mutex_lock(&system->foreign_lock);
        myc__foreign *foreign = take_over(system);
        bool wait = !foreign && must_wait(system);
        pthread_mutex_unlock(&system->foreign_lock);
        if (!wait) {
            return foreign ? foreign : make(system);
        }
        myc__back_off(looks);
    }
}

myc_context *myc_context_of(myc_system *system)
{
    myc_context *ctx = pthread_getspecific(system->foreign_key);
    if (ctx) {
        return ctx;
    }
    myc__foreign *foreign = open_endpoint(system);
    if (!foreign) {
        return NULL;
    }
    if (pthread_setspecific(system->foreign_key, foreign) != 0) {
        thread_ends(foreign);
        return NULL;
    }
    return &foreign->context;
}

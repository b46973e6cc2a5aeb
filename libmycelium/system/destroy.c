/* SPDX-License-Identifier: Apache-2.0 */
#include "actor/deliver.h"
#include "actor/stop.h"
#include "actor/turn.h"
#include "actor/waiters.h"
#include "actor/watch.h"
#include "service/helpers.h"
#include "service/names.h"
#include "system/system.h"

enum { LEAK_TYPES_MAX = 32 }; /* told apart in the report; the rest are counted together */

typedef struct leaks {
    const myc_type *types[LEAK_TYPES_MAX];
    uint64_t counts[LEAK_TYPES_MAX];
    uint64_t total;
} leaks;

static void retry_all(myc_system *system)
{
    for (uint32_t i = 0; i < system->fabric.endpoint_high; i++) {
        (void)myc__context_retry(system->fabric.endpoints[i]);
    }
}

static uint32_t sweep_shard(myc__shard *shard)
{
    uint32_t handled = 0;
    uint32_t left = myc__receive(shard, &handled);
    left += shard->run_first ? 1 : myc__actors_stop_all(shard);
    left += myc__run_turns(shard, &handled);
    myc__settle(&shard->context.memory);
    return left;
}

/* What was on its way when the workers ended. All is single-threaded by now. */
static void sweep(myc_system *system)
{
    uint32_t left;
    do {
        retry_all(system);
        left = 0;
        for (uint32_t i = 0; i < system->fabric.shard_count; i++) {
            left += sweep_shard(system->fabric.shards[i]);
        }
    } while (left);
}

static void free_waiting(myc_system *system)
{
    for (uint32_t i = 0; i < system->fabric.endpoint_high; i++) {
        myc_context *ctx = system->fabric.endpoints[i];
        for (uint32_t worker = 0; worker < system->fabric.shard_count; worker++) {
            if (ctx->outbox[worker]) {
                myc__mailbox_fini(&ctx->outbox[worker]->waiting, &ctx->memory);
                myc__waiters_free(ctx->outbox[worker]->waiters, &ctx->memory);
            }
        }
    }
}

static void free_unanswered(myc_system *system)
{
    for (uint32_t i = 0; i < system->fabric.shard_count; i++) {
        myc__watch_fini(system->fabric.shards[i]);
    }
}

static void count_leak(void *user, myc__header *header)
{
    leaks *found = user;
    MYC__CHECK(header->type != &myc__internal_type); /* the library gave all of its own back */
    uint32_t i = 0;
    while (i < LEAK_TYPES_MAX - 1 && found->types[i] && found->types[i] != header->type) {
        i++;
    }
    found->types[i] = header->type;
    found->counts[i]++;
    found->total++;
}

static uint64_t report_leaks(myc_system *system)
{
    leaks found = {0};
    myc__heap_each_live(&system->fabric.heap, count_leak, &found);
    for (uint32_t i = 0; i < LEAK_TYPES_MAX && found.types[i]; i++) {
        myc__log_line(&system->fabric.log, MYC_LOG_WARNING, "leak: %llu payloads of type %s%s",
                      (unsigned long long)found.counts[i], found.types[i]->name,
                      i == LEAK_TYPES_MAX - 1 ? " and others" : "");
    }
    return found.total;
}

uint64_t myc_system_destroy(myc_system *system)
{
    if (!system) {
        return 0;
    }
    MYC__CHECK(!myc__in_a_handler(system));
    pthread_mutex_lock(&system->stop_lock);
    if (!system->stopped) {
        int error = myc__stages(system, true, UINT64_MAX);
        MYC__CHECK(error == 0);
    }
    pthread_mutex_unlock(&system->stop_lock);
    myc__pools_end(&system->fabric);
    myc__watchdog_stop(system); /* it has told of those that were waited for */
    sweep(system);
    free_waiting(system);
    free_unanswered(system);
    myc__names_clear(system->fabric.names, &system->fabric.shards[0]->context);
    MYC__CHECK(myc__sum_ends(system) ==
               myc__sum_beginnings(system)); /* no message is unaccounted */
    uint64_t leaked = report_leaks(system);
    myc__system_free(system);
    return leaked;
}

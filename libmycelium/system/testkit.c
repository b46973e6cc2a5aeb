/* SPDX-License-Identifier: Apache-2.0 */
#include "system/testkit.h"

#include <stdio.h>
#include <stdlib.h>

#define START_NS UINT64_C(1000000000)
#define WALL_START_NS UINT64_C(1000000000000000000) /* a round number: nobody takes it for now */

enum { WORKERS_DEFAULT = 2, PASSES_DEFAULT = 10000000 };

static uint64_t now(void *user)
{
    return ((const myc_testkit *)user)->now_ns;
}

static uint64_t wall(void *user)
{
    return WALL_START_NS + ((const myc_testkit *)user)->now_ns - START_NS;
}

static myc_system_options complete(myc_testkit *kit, const myc_testkit_options *options)
{
    myc_system_options complete = options->system ? *options->system : (myc_system_options){0};
    complete.workers = options->workers ? options->workers : WORKERS_DEFAULT;
    complete.caller_driven = true;
    complete.io = complete.io == MYC_IO_AUTO ? MYC_IO_EPOLL : complete.io;
    complete.keep_memory_ns = complete.keep_memory_ns ? complete.keep_memory_ns : UINT64_MAX;
    complete.now_ns = now;
    complete.wall_ns = wall;
    complete.clock_user = kit;
    if (complete.allocator.allocate && complete.allocator.free) {
        kit->memory = complete.allocator;
        complete.allocator = myc__kit_allocator(kit);
    } else if (!complete.allocator.allocate && !complete.allocator.free) {
        complete.allocator = myc__kit_allocator(kit);
    }
    return complete;
}

static int start(myc_testkit *kit, const myc_testkit_options *options)
{
    myc_system_options completed = complete(kit, options);
    int error = myc_system_create(&completed, &kit->system);
    if (error) {
        return error;
    }
    kit->ctx = myc_context_of(kit->system);
    if (!kit->ctx) {
        (void)myc_system_destroy(kit->system);
        return MYC_ENOMEM;
    }
    myc__kit_schedule(kit);
    return 0;
}

static void fill(myc_testkit *kit, const myc_testkit_options *options)
{
    myc__allocator own;
    myc__allocator_init(&own, NULL, NULL);
    *kit = (myc_testkit){.memory = own.user,
                         .allocations_left = UINT64_MAX,
                         .seed = options->seed,
                         .random = options->seed,
                         .now_ns = START_NS,
                         .passes_max = options->passes_max ? options->passes_max : PASSES_DEFAULT};
}

int myc_testkit_create(const myc_testkit_options *given, myc_testkit **created)
{
    const myc_testkit_options options = given ? *given : (myc_testkit_options){0};
    myc_testkit *kit = calloc(1, sizeof *kit);
    if (!kit) {
        return MYC_ENOMEM;
    }
    fill(kit, &options);
    int error = start(kit, &options);
    if (error) {
        free(kit);
        return error;
    }
    *created = kit;
    return 0;
}

static void go_on(myc_testkit *kit)
{
    myc_testkit_fail_allocations(kit, UINT64_MAX);
    for (uint32_t worker = 0; worker < kit->system->fabric.shard_count; worker++) {
        kit->stalled_until_ns[worker] = 0;
    }
}

/* Probes keep messages until the end, so they go first; their actors die with the system. */
uint64_t myc_testkit_destroy(myc_testkit *kit)
{
    if (!kit) {
        return 0;
    }
    go_on(kit);
    (void)myc_system_stop(kit->system, &(myc_stop_options){.discard = true}, NULL);
    myc__kit_probes_release(kit);
    uint64_t leaked = myc_system_destroy(kit->system);
    myc__kit_faults_end(kit);
    myc__kit_probes_free(kit);
    free(kit);
    return leaked;
}

myc_system *myc_testkit_system(myc_testkit *kit)
{
    return kit->system;
}

myc_context *myc_testkit_context(myc_testkit *kit)
{
    return kit->ctx;
}

uint64_t myc_testkit_now_ns(const myc_testkit *kit)
{
    return kit->now_ns;
}

uint64_t myc_testkit_trace_hash(const myc_testkit *kit)
{
    return kit->hash;
}

const char *myc_testkit_text(myc_testkit *kit)
{
    snprintf(kit->text, sizeof kit->text,
             "seed %llu, %u workers, %llu ns after the start, %llu passes, trace %016llx",
             (unsigned long long)kit->seed, kit->system->fabric.shard_count,
             (unsigned long long)(kit->now_ns - START_NS), (unsigned long long)kit->passes,
             (unsigned long long)kit->hash);
    return kit->text;
}

void myc_testkit_on_worker(myc_testkit *kit, uint32_t worker,
                           void (*run)(myc_context *ctx, void *argument), void *argument)
{
    MYC__CHECK(worker < kit->system->fabric.shard_count);
    myc__shard *shard = kit->system->fabric.shards[worker];
    shard->looked_ns = 0;
    run(&shard->context, argument);
}

int myc_testkit_as(myc_testkit *kit, myc_address address,
                   void (*run)(myc_context *ctx, void *argument), void *argument)
{
    if (myc__in_a_handler(kit->system)) {
        return MYC_ETHREAD;
    }
    myc__shard *shard;
    myc__actor *actor = myc__kit_find(kit, address, &shard);
    if (!actor) {
        return MYC_ENOENT;
    }
    shard->looked_ns = 0;
    myc__context_run(&shard->context, actor);
    run(&shard->context, argument);
    myc__context_run(&shard->context, NULL);
    return 0;
}

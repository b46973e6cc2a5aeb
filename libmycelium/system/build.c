/* SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>
#include <string.h>

#include "actor/instrument.h"
#include "service/names.h"
#include "shard/flight.h"
#include "system/options.h"
#include "system/system.h"

static void copy_options(myc_system *system, const myc_system_options *options)
{
    myc__fabric *fabric = &system->fabric;
    snprintf(system->name, sizeof system->name, "%s", options->name);
    system->caller_driven = options->caller_driven;
    system->idle = options->idle;
    system->spin_ns = options->spin_ns;
    system->crowded = myc__options_crowd(options);
    system->keep_memory_ns = options->keep_memory_ns;
    bool is_traced = options->watchdog_ns || options->flight_recorder;
    system->instruments =
        (options->profile ? MYC__INSTRUMENT_PROFILE : 0) | (is_traced ? MYC__INSTRUMENT_TRACE : 0);
    system->has_flight = options->flight_recorder;
    fabric->name = system->name;
    fabric->thread_start = options->thread_start;
    fabric->thread_start_user = options->thread_start_user;
    fabric->io_backend = options->io;
    fabric->caller_driven = options->caller_driven;
    fabric->dead_letter = options->dead_letter;
    fabric->dead_letter_user = options->dead_letter_user;
    fabric->system = system;
    myc__clock_init(&fabric->clock, options->now_ns, options->wall_ns, options->clock_user);
}

static bool copy_cpus(myc_system *system, const myc_system_options *options)
{
    if (!options->cpus) {
        return true;
    }
    size_t size_bytes = options->cpu_count * sizeof *system->cpus;
    system->cpus = myc__allocate(&system->fabric.allocator, size_bytes, sizeof *system->cpus);
    if (system->cpus) {
        memcpy(system->cpus, options->cpus, size_bytes);
        system->cpu_count = options->cpu_count;
    }
    return system->cpus != NULL;
}

static int open_wake_fd(const myc_system *system)
{
    int fd = myc__event_open();
    if (fd < 0) {
        myc__log_line(&system->fabric.log, MYC_LOG_ERROR,
                      "no file descriptor for a worker: raise RLIMIT_NOFILE");
    }
    return fd;
}

static int add_shard(myc_system *system, uint32_t index, bool asymmetric)
{
    myc__fabric *fabric = &system->fabric;
    int wake_fd = open_wake_fd(system);
    myc__shard *shard =
        wake_fd < 0 ? NULL : myc__allocate(&fabric->allocator, sizeof *shard, MYC__CACHE_LINE);
    if (!shard) {
        if (wake_fd >= 0) {
            close(wake_fd);
        }
        return wake_fd < 0 ? MYC_ELIMIT : MYC_ENOMEM;
    }
    shard->index = index;
    myc__parking_init(&shard->parking, wake_fd, asymmetric);
    myc__order_box_init(&shard->orders);
    myc__slot_table_init(&shard->slots, &fabric->allocator);
    bool has_wheel = myc__wheel_init(&shard->wheel, &fabric->allocator);
    myc__context_init(&shard->context, fabric, (uint16_t)index, shard);
    shard->instruments = system->instruments;
    fabric->shards[index] = shard;
    fabric->shard_count = index + 1;
    if (system->has_flight && !(shard->flight = myc__flight_make(fabric))) {
        return MYC_ENOMEM;
    }
    return has_wheel ? myc__io_create(shard, &shard->io) : MYC_ENOMEM;
}

/* Dedicated workers park after each message, so both sides of their handshake fence. */
static int add_shards(myc_system *system, const myc_system_options *options)
{
    bool asymmetric = system->idle != MYC_IDLE_PARK && myc__fence_asymmetric_setup();
    int error = 0;
    system->fabric.worker_count = options->workers;
    for (uint32_t i = 0; i < options->workers + options->dedicated && !error; i++) {
        error = add_shard(system, i, asymmetric && i < options->workers);
    }
    return error;
}

static void free_shard(myc_system *system, myc__shard *shard)
{
    myc__fabric *fabric = &system->fabric;
    myc__io_destroy(shard->io);
    myc__wheel_fini(&shard->wheel, &system->fabric.allocator);
    myc__context_fini(&shard->context);
    myc__slot_table_fini(&shard->slots);
    myc__order_box_fini(&shard->orders);
    close(shard->parking.wake_fd);
    myc__flight_free(fabric, shard->flight);
    myc__free(&fabric->allocator, shard, sizeof *shard);
}

static void free_foreigners(myc_system *system)
{
    while (system->foreigners) {
        myc__foreign *foreign = system->foreigners;
        system->foreigners = foreign->next;
        myc__context_fini(&foreign->context);
        myc__free(&system->fabric.allocator, foreign, sizeof *foreign);
    }
}

void myc__system_free(myc_system *system)
{
    myc__fabric *fabric = &system->fabric;
    free_foreigners(system);
    for (uint32_t i = 0; i < fabric->shard_count; i++) {
        free_shard(system, fabric->shards[i]);
    }
    if (system->foreign_key_made) {
        myc__foreign_fini(system);
    }
    if (system->cpus) {
        myc__free(&fabric->allocator, system->cpus, system->cpu_count * sizeof *system->cpus);
    }
    for (uint32_t node = 0; node < MYC__NODES_MAX; node++) {
        myc__free(&fabric->allocator, (void *)(uintptr_t)fabric->transports[node],
                  sizeof(myc_transport));
    }
    myc__heap_fini(&fabric->heap);
    myc__names_destroy(fabric->names, &fabric->allocator);
    myc__registry_fini(&fabric->registry);
    pthread_mutex_destroy(&fabric->pools_lock);
    pthread_mutex_destroy(&system->stop_lock);
    myc__stuck_fini(system);
    myc__allocator allocator = fabric->allocator;
    myc__free(&allocator, system, sizeof *system);
    MYC__CHECK(allocator.bytes == 0);
}

/* The system's own memory comes from its allocator too, so that is made first and moved in. */
static myc_system *allocate_system(const myc_system_options *options)
{
    myc__log log = {options->log, options->log_user};
    myc__allocator allocator;
    myc__allocator_init(&allocator, &options->allocator, &log);
    myc_system *system = myc__allocate(&allocator, sizeof *system, MYC__CACHE_LINE);
    if (system) {
        system->fabric.log = log;
        system->fabric.allocator = allocator;
        system->fabric.allocator.log = &system->fabric.log;
    }
    return system;
}

int myc__system_build(const myc_system_options *options, myc_system **built)
{
    myc_system *system = allocate_system(options);
    if (!system) {
        return MYC_ENOMEM;
    }
    copy_options(system, options);
    myc__heap_init(&system->fabric.heap, &system->fabric.allocator);
    myc__registry_init(&system->fabric.registry);
    int failed = pthread_mutex_init(&system->stop_lock, NULL);
    MYC__CHECK(failed == 0);
    myc__stuck_init(system);
    failed = pthread_mutex_init(&system->fabric.pools_lock, NULL);
    MYC__CHECK(failed == 0);
    system->fabric.names = myc__names_create(&system->fabric.allocator);
    bool made = system->fabric.names && copy_cpus(system, options);
    int error = made ? myc__foreign_init(system) : MYC_ENOMEM;
    system->foreign_key_made = error == 0;
    error = error ? error : add_shards(system, options);
    if (error) {
        myc__system_free(system);
        return error;
    }
    *built = system;
    return 0;
}

/* SPDX-License-Identifier: Apache-2.0 */
#include "system/options.h"
#include "system/system.h"

/* A worker without a thread has nobody to acknowledge the stages. */
static void excuse_missing(myc_system *system)
{
    for (uint32_t i = system->thread_count; i < system->fabric.shard_count; i++) {
        system->fabric.shards[i]->stage = MYC__STAGE_EXIT;
        system->fabric.shards[i]->stage_done = MYC__STAGE_EXIT;
    }
}

static int start(myc_system *system)
{
    int error = system->caller_driven ? 0 : myc__threads_start(system);
    if (error) {
        excuse_missing(system);
        (void)myc__stages(system, true, UINT64_MAX); /* those that did start */
        myc__system_free(system);
    }
    return error;
}

static int watch(myc_system *system, const myc_system_options *options)
{
    int error = options->watchdog_ns ? myc__watchdog_start(system, options) : 0;
    if (error) {
        (void)myc_system_destroy(system);
    }
    return error;
}

int myc_system_create(const myc_system_options *given, myc_system **created)
{
    myc_system_options options = given ? *given : (myc_system_options){0};
    myc__log log = {options.log, options.log_user};
    myc_system *system;
    int error = myc__options_complete(&options, &log);
    error = error ? error : myc__system_build(&options, &system);
    error = error ? error : start(system);
    error = error ? error : watch(system, &options);
    if (!error) {
        *created = system;
    }
    return error;
}

uint32_t myc_system_workers(const myc_system *system)
{
    return system->fabric.worker_count;
}

myc_io_backend myc_system_io(const myc_system *system)
{
    return (myc_io_backend)myc__load_relaxed_u32(&system->fabric.io_in_use);
}

int myc_system_register(myc_system *system, const myc_type *type)
{
    return myc__registry_add(&system->fabric.registry, type);
}

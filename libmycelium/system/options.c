/* SPDX-License-Identifier: Apache-2.0 */
#include "system/options.h"

#include <sched.h>

#include "base/limits.h"

static int bad(const myc__log *log, const char *what, uint64_t value, const char *expected)
{
    myc__log_line(log, MYC_LOG_ERROR, "option %s is %llu: expected %s", what,
                  (unsigned long long)value, expected);
    return MYC_EINVAL;
}

static int check_choices(const myc_system_options *options, const myc__log *log)
{
    if (options->workers > MYC__WORKERS_MAX) {
        return bad(log, "workers", options->workers, "at most 64");
    }
    uint32_t ordinary = options->workers ? options->workers : 1;
    if (options->dedicated > MYC__WORKERS_MAX - ordinary) {
        return bad(log, "dedicated", options->dedicated, "at most 64 with the other workers");
    }
    if ((unsigned)options->idle > MYC_IDLE_PARK) {
        return bad(log, "idle", (uint64_t)options->idle, "a myc_idle");
    }
    if ((unsigned)options->io > MYC_IO_EPOLL) {
        return bad(log, "io", (uint64_t)options->io, "a myc_io_backend");
    }
    return 0;
}

static int check_pairs(const myc_system_options *options, const myc__log *log)
{
    if (options->cpus && options->cpu_count == 0) {
        return bad(log, "cpu_count", 0, "at least 1 when cpus is given");
    }
    for (uint32_t i = 0; options->cpus && i < options->cpu_count; i++) {
        if (options->cpus[i] >= CPU_SETSIZE) {
            return bad(log, "cpus", options->cpus[i], "processor numbers below 1024");
        }
    }
    if (!options->allocator.allocate != !options->allocator.free) {
        return bad(log, "allocator", 1, "both functions or none");
    }
    return 0;
}

static uint32_t processors(void)
{
    cpu_set_t set;
    if (sched_getaffinity(0, sizeof set, &set) != 0) {
        return 1;
    }
    uint32_t count = (uint32_t)CPU_COUNT(&set);
    return count < MYC__WORKERS_MAX ? count : MYC__WORKERS_MAX;
}

static uint32_t default_workers(const myc_system_options *options)
{
    uint32_t room = MYC__WORKERS_MAX - options->dedicated;
    return processors() < room ? processors() : room;
}

bool myc__options_crowd(const myc_system_options *options)
{
    return options->workers > (options->cpus ? options->cpu_count : processors());
}

int myc__options_complete(myc_system_options *options, const myc__log *log)
{
    int error = check_choices(options, log);
    error = error ? error : check_pairs(options, log);
    if (error) {
        return error;
    }
    options->name = options->name ? options->name : "myc";
    options->workers = options->workers ? options->workers : default_workers(options);
    options->spin_ns = options->spin_ns ? options->spin_ns : MYC__SPIN_NS_DEFAULT;
    if (options->keep_memory_ns == 0) {
        options->keep_memory_ns = MYC__KEEP_MEMORY_NS_DEFAULT;
    }
    return 0;
}

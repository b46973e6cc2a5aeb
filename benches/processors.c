/* SPDX-License-Identifier: Apache-2.0 */
#include <sched.h>

#include "bench.h"

static bench_processors allowed;

const bench_processors *bench_processors_allowed(void)
{
    cpu_set_t set;
    if (allowed.count == 0 && sched_getaffinity(0, sizeof set, &set) == 0) {
        for (uint32_t cpu = 0; cpu < CPU_SETSIZE && allowed.count < BENCH_PROCESSORS_MAX; cpu++) {
            if (CPU_ISSET(cpu, &set)) {
                allowed.numbers[allowed.count++] = cpu;
            }
        }
    }
    if (allowed.count == 0) {
        bench_cannot_run("the processors this process may run on are unknown");
    }
    return &allowed;
}

static void restrict_to(const uint32_t *processors, uint32_t count)
{
    cpu_set_t set;
    CPU_ZERO(&set);
    for (uint32_t i = 0; i < count; i++) {
        CPU_SET(processors[i], &set);
    }
    if (sched_setaffinity(0, sizeof set, &set) != 0) {
        bench_cannot_run("the kernel refuses to pin a thread");
    }
}

void bench_pin(const bench_options *options, uint32_t index)
{
    if (options->pin) {
        restrict_to(&allowed.numbers[index % allowed.count], 1);
    }
}

void bench_restrict(uint32_t count)
{
    restrict_to(allowed.numbers, count < allowed.count ? count : allowed.count);
}

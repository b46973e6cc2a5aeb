/* SPDX-License-Identifier: Apache-2.0 */
#include "system.h"

#include <sched.h>
#include <stdlib.h>

MYC_MESSAGE_TYPE(bench_message, .id = 0)

enum { CPUS_MAX = 64 };

void bench_fail(const char *what, int error)
{
    fprintf(stderr, "bench: %s: %s\n", what, myc_error_text(error));
    exit(1);
}

uint32_t bench_allowed_cpus(uint32_t cpus[static CPUS_MAX])
{
    cpu_set_t set;
    uint32_t count = 0;
    if (sched_getaffinity(0, sizeof set, &set) == 0) {
        for (uint32_t cpu = 0; cpu < CPU_SETSIZE && count < CPUS_MAX; cpu++) {
            if (CPU_ISSET(cpu, &set)) {
                cpus[count++] = cpu;
            }
        }
    }
    return count;
}

myc_system *bench_system_create(uint32_t workers, myc_context **ctx)
{
    uint32_t cpus[CPUS_MAX];
    uint32_t cpu_count = bench_allowed_cpus(cpus);
    myc_system_options options = {.name = "bench",
                                  .workers = workers,
                                  .idle = MYC_IDLE_SPIN,
                                  .cpus = cpu_count ? cpus : NULL,
                                  .cpu_count = cpu_count};
    myc_system *system;
    int error = myc_system_create(&options, &system);
    if (error) {
        bench_fail("the system", error);
    }
    *ctx = myc_context_of(system);
    if (!*ctx) {
        bench_fail("the context", MYC_ENOMEM);
    }
    return system;
}

void bench_system_destroy(myc_system *system)
{
    myc_counts counts;
    int error = myc_system_stop(system, NULL, NULL);
    myc_system_counts(system, &counts);
    if (error || counts.accepted != counts.handled || counts.refused) {
        fprintf(stderr, "bench: of %llu messages %llu were handled and %llu refused\n",
                (unsigned long long)counts.accepted, (unsigned long long)counts.handled,
                (unsigned long long)counts.refused);
        exit(1);
    }
    if (myc_system_destroy(system) != 0) {
        bench_fail("payloads leaked", MYC_EINVAL);
    }
}

bool bench_system_run(myc_system *system, myc_context *ctx, bench_ref first)
{
    const uint64_t minute_ns = 60000000000u;
    bench_message *message = bench_message_new(ctx);
    if (message) {
        message->number = 1;
    }
    return bench_send_message(ctx, first, message) == MYC_SENT &&
           myc_system_await_quiescence(system, minute_ns) == 0;
}

myc_spawn_options bench_on_worker(uint32_t worker)
{
    return (myc_spawn_options){.place = MYC_PLACE_ON_WORKER, .worker = worker};
}

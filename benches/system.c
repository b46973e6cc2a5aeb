/* SPDX-License-Identifier: Apache-2.0 */
#include "system.h"

#include <stdio.h>
#include <stdlib.h>

MYC_MESSAGE_TYPE(bench_message, .id = 0)

static void log_line(void *user, myc_log_level level, const char *text)
{
    (void)user;
    (void)level;
    fprintf(stderr, "myc-bench: %s\n", text);
}

myc_system *bench_system_create(const bench_options *options, myc_context **ctx)
{
    return bench_system_create_with(options, &(myc_system_options){0}, ctx);
}

myc_system *bench_system_create_with(const bench_options *options, const myc_system_options *chosen,
                                     myc_context **ctx)
{
    myc_system_options system_options = *chosen;
    system_options.name = "bench";
    system_options.workers = options->workers;
    system_options.idle = options->idle;
    system_options.log = log_line;
    if (options->pin) {
        system_options.cpus = bench_processors_allowed()->numbers;
        system_options.cpu_count = options->processors;
    } else if (options->workers > options->processors) {
        bench_restrict(options->processors);
    }
    myc_system *system;
    int error = myc_system_create(&system_options, &system);
    if (error) {
        bench_fail("the system", error);
    }
    *ctx = myc_context_of(system);
    if (!*ctx) {
        bench_fail("the context", MYC_ENOMEM);
    }
    return system;
}

static void check_counts(const myc_system *system, uint64_t handled)
{
    myc_counts counts;
    myc_system_counts(system, &counts);
    if (counts.handled != handled || counts.accepted != handled + counts.dropped_conflated) {
        fprintf(stderr, "myc-bench: %llu messages were accepted and %llu handled, expected %llu\n",
                (unsigned long long)counts.accepted, (unsigned long long)counts.handled,
                (unsigned long long)handled);
        exit(1);
    }
}

void bench_system_destroy(myc_system *system, uint64_t handled)
{
    int error = myc_system_stop(system, NULL, NULL);
    if (error) {
        bench_fail("the stop", error);
    }
    check_counts(system, handled);
    if (myc_system_destroy(system) != 0) {
        bench_fail("payloads leaked", MYC_EINVAL);
    }
}

bench_message *bench_start_message(myc_context *ctx, uint64_t number)
{
    bench_message *message = bench_message_new(ctx);
    if (!message) {
        bench_fail("a message", MYC_ENOMEM);
    }
    message->number = number;
    return message;
}

void bench_await(myc_system *system)
{
    const uint64_t minute_ns = 60000000000u;
    int error = myc_system_await_quiescence(system, minute_ns);
    if (error) {
        bench_fail("the run", error);
    }
}

void bench_system_run(myc_system *system, myc_context *ctx, bench_ref first, uint64_t number)
{
    if (bench_send_message(ctx, first, bench_start_message(ctx, number)) != MYC_SENT) {
        bench_fail("the first message", MYC_EBUSY);
    }
    bench_await(system);
}

myc_spawn_options bench_on_worker(const bench_options *options, uint32_t worker)
{
    return (myc_spawn_options){.place = MYC_PLACE_ON_WORKER, .worker = worker % options->workers};
}

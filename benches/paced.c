/* SPDX-License-Identifier: Apache-2.0 */
#include "paced.h"

#include <time.h>

/* From the start to the first message, so that all begins at rest. */
enum { SETTLE_NS = 1000000 };

static uint64_t cpu_ns(clockid_t clock)
{
    struct timespec time;
    clock_gettime(clock, &time);
    return (uint64_t)time.tv_sec * 1000000000u + (uint64_t)time.tv_nsec;
}

static void await_time(uint64_t due_ns)
{
    while (bench_now_ns() < due_ns) {
#if defined(__x86_64__)
        __builtin_ia32_pause();
#endif
    }
}

static void *run_source(void *user)
{
    bench_paced *self = user;
    bench_pin(self->options, self->processor);
    uint64_t start_ns = bench_now_ns() + SETTLE_NS;
    for (uint64_t i = 0; i < self->count; i++) {
        uint64_t due_ns = start_ns + i * self->interval_ns;
        await_time(due_ns);
        self->send(self->user, due_ns);
    }
    self->source_cpu_ns = cpu_ns(CLOCK_THREAD_CPUTIME_ID);
    return NULL;
}

void bench_paced_begin(bench_paced *self)
{
    self->begin_cpu_ns = cpu_ns(CLOCK_PROCESS_CPUTIME_ID);
    if (pthread_create(&self->thread, NULL, run_source, self)) {
        bench_fail("a thread", MYC_ELIMIT);
    }
}

void bench_paced_join(bench_paced *self)
{
    (void)pthread_join(self->thread, NULL);
}

double bench_paced_cpu(const bench_paced *self)
{
    uint64_t all_ns = cpu_ns(CLOCK_PROCESS_CPUTIME_ID) - self->begin_cpu_ns;
    uint64_t runtime_ns = all_ns > self->source_cpu_ns ? all_ns - self->source_cpu_ns : 0;
    return (double)runtime_ns / (double)self->count;
}

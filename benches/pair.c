/* SPDX-License-Identifier: Apache-2.0 */
#include "pair.h"

#include <pthread.h>

typedef struct side {
    const bench_options *options;
    const bench_pair *pair;
    pthread_barrier_t *start;
    uint32_t index;
    uint64_t started_ns;
    uint64_t ended_ns;
} side;

static void *run_side(void *argument)
{
    side *self = argument;
    bench_pin(self->options, self->index);
    (void)pthread_barrier_wait(self->start);
    self->started_ns = bench_now_ns();
    self->pair->sides[self->index](self->pair->argument);
    self->ended_ns = bench_now_ns();
    return NULL;
}

double bench_pair_run(const bench_options *options, const bench_pair *pair)
{
    pthread_barrier_t start;
    pthread_t threads[2];
    side sides[2];
    (void)pthread_barrier_init(&start, NULL, 2);
    for (uint32_t i = 0; i < 2; i++) {
        sides[i] = (side){.options = options, .pair = pair, .start = &start, .index = i};
        if (pthread_create(&threads[i], NULL, run_side, &sides[i])) {
            bench_fail("a thread", MYC_ELIMIT);
        }
    }
    (void)pthread_join(threads[0], NULL);
    (void)pthread_join(threads[1], NULL);
    (void)pthread_barrier_destroy(&start);
    bool first_starts = sides[0].started_ns < sides[1].started_ns;
    bool first_ends = sides[0].ended_ns < sides[1].ended_ns;
    return (double)(sides[first_ends].ended_ns - sides[!first_starts].started_ns);
}

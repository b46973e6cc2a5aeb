/* SPDX-License-Identifier: Apache-2.0 */
/*
 * spawn_1m: a spawner makes 1 M actors on its worker and sends each its first message, one shared
 * payload. The row `time` is ns an actor, from the first spawn to the last handler; the row `bytes`
 * the growth of the resident set, for each actor, with all of them idle.
 *
 * Each actor adds up its message, the clock stops at the last of them, and the count of messages the
 * system handled is checked. An actor's state is 16 bytes. Memory that the warm-up left in malloc
 * goes back to the kernel first, so the time has the page faults of new memory in it. Not measured:
 * the end of the actors.
 */
#include "memory.h"
#include "system.h"

typedef struct spawning {
    uint64_t left;
    uint64_t handled;
    uint64_t actors;
    uint64_t started_ns;
    uint64_t ended_ns;
} spawning;

struct child {
    spawning *all;
    uint64_t handled;
};

static myc_next child_on_message(struct child *self, myc_context *ctx, const bench_message *message)
{
    (void)ctx;
    self->handled += message->number;
    if (++self->all->handled == self->all->actors) {
        self->all->ended_ns = bench_now_ns();
    }
    return MYC_CONTINUE;
}
MYC_ACTOR(child, bench, BENCH_ROWS)

struct spawner {
    spawning *all;
};

static int spawn_one(struct spawner *self, myc_context *ctx, const bench_message *message)
{
    bench_ref ref;
    int error = child_spawn(ctx, &(struct child){.all = self->all}, NULL, &ref);
    if (!error && bench_send_message(ctx, ref, bench_message_retain(ctx, message)) != MYC_SENT) {
        error = MYC_EBUSY;
    }
    return error;
}

static myc_next spawner_on_message(struct spawner *self, myc_context *ctx,
                                   const bench_message *message)
{
    if (self->all->started_ns == 0) {
        self->all->started_ns = bench_now_ns();
    }
    for (int i = 0; i < 64 && self->all->left; i++, self->all->left--) {
        int error = spawn_one(self, ctx, message);
        if (error) {
            return MYC_FAIL(error);
        }
    }
    return self->all->left ? MYC_AGAIN : MYC_CONTINUE;
}
MYC_ACTOR(spawner, bench, BENCH_ROWS)

static void run(const bench_options *options, bench_output *output)
{
    uint64_t actors = bench_count(options, 1000000);
    spawning all = {.left = actors, .actors = actors};
    myc_context *ctx;
    bench_trim_memory();
    myc_system *system = bench_system_create(options, &ctx);
    double before_bytes = bench_resident_bytes();
    bench_ref first;
    int error = spawner_spawn(ctx, &(struct spawner){&all}, NULL, &first);
    if (error) {
        bench_fail("a spawn", error);
    }
    bench_system_run(system, ctx, first, 1);
    double grown_bytes = bench_resident_bytes() - before_bytes;
    bench_system_destroy(system, actors + 1);
    bench_print_part(output, "time", (double)(all.ended_ns - all.started_ns) / (double)actors);
    bench_print_part(output, "bytes", grown_bytes / (double)actors);
}

const bench_workload bench_spawn_1m = {
    .name = "spawn_1m",
    .what = "spawn an actor and handle its first message; resident bytes of an idle one",
    .workers = 1,
    .processors = 1,
    .idle = MYC_IDLE_SPIN,
    .run = run,
};

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * spawn_1m: a spawner makes 1 M actors (100 k with --quick) on its worker and sends each its first
 * message; the row `time` is the time from the first spawn to the last handler, for each actor, and
 * the row `bytes` the growth of the resident set, for each actor, with all of them idle.
 *
 * Each actor counts its message and the sum is checked. An actor's state is 16 bytes.
 */
#include <sys/wait.h>
#include <unistd.h>

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
    (void)message;
    self->handled++;
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

static double resident_bytes(void)
{
    long total, resident = 0;
    FILE *file = fopen("/proc/self/statm", "r");
    if (!file || fscanf(file, "%ld %ld", &total, &resident) != 2) {
        bench_fail("/proc/self/statm", MYC_EIO);
    }
    fclose(file);
    return (double)resident * (double)sysconf(_SC_PAGESIZE);
}

/* Returns false when it could not run. */
static bool run(const bench_options *options, double *ns, double *bytes)
{
    uint64_t actors = options->quick ? 100000 : 1000000;
    spawning all = {.left = actors, .actors = actors};
    myc_context *ctx;
    myc_system *system = bench_system_create(1, &ctx);
    double before_bytes = resident_bytes();
    bench_ref first;
    bool ran = spawner_spawn(ctx, &(struct spawner){&all}, NULL, &first) == 0 &&
               bench_system_run(system, ctx, first);
    *bytes = (resident_bytes() - before_bytes) / (double)actors;
    *ns = (double)(all.ended_ns - all.started_ns) / (double)actors;
    bench_system_destroy(system);
    return ran && all.ended_ns;
}

static double run_time(const bench_options *options)
{
    double ns, bytes;
    return run(options, &ns, &bytes) ? ns : -1;
}

/* In a process of its own: memory that malloc kept from earlier runs would not count as growth. */
static double run_bytes(const bench_options *options)
{
    double ns, bytes = -1;
    int ends[2];
    if (pipe(ends) != 0) {
        return -1;
    }
    pid_t child = fork();
    if (child == 0) {
        bool sent = run(options, &ns, &bytes) && write(ends[1], &bytes, sizeof bytes) > 0;
        _exit(sent ? 0 : 1);
    }
    close(ends[1]);
    if (child < 0 || read(ends[0], &bytes, sizeof bytes) != (ssize_t)sizeof bytes) {
        bytes = -1;
    }
    close(ends[0]);
    if (child > 0) {
        (void)waitpid(child, NULL, 0);
    }
    return bytes;
}

const bench_workload bench_spawn_time = {
    .name = "spawn_1m.time",
    .unit = BENCH_TIME,
    .what = "spawn an actor and handle its first message",
    .run = run_time,
};

const bench_workload bench_spawn_bytes = {
    .name = "spawn_1m.bytes",
    .unit = BENCH_MEMORY,
    .what = "resident memory for each idle actor",
    .bar_ns = 512,
    .run = run_bytes,
};

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * ping_pong: one message to and fro between two actors, on one worker or on two, busy workers.
 *
 * A hop is a send and its handling: the time of all hops over their count. The message is one
 * payload that each handler retains and sends on. Each hop counts, and the run ends at the count,
 * so none can be left out.
 */
#include "system.h"

struct player {
    bench_ref peer; /* of the first player: set by the first message, which the second one sends */
    uint64_t left;
    uint64_t *started_ns;
    uint64_t *ended_ns;
};

static myc_next player_on_message(struct player *self, myc_context *ctx,
                                  const bench_message *message)
{
    if (self->left-- == 0) {
        *self->ended_ns = bench_now_ns();
        return MYC_CONTINUE;
    }
    myc_sent sent = bench_send_message(ctx, self->peer, bench_message_retain(ctx, message));
    return sent == MYC_SENT ? MYC_CONTINUE : MYC_FAIL(MYC_EBUSY);
}
MYC_ACTOR(player, bench, BENCH_ROWS)

/* Spawns its opponent with its own ref, so that the two know each other, and serves. */
struct server {
    struct player player;
    uint32_t opponent_worker;
    bool serving;
};

static myc_next server_on_message(struct server *self, myc_context *ctx,
                                  const bench_message *message);
MYC_ACTOR(server, bench, BENCH_ROWS)

static int find_opponent(struct server *self, myc_context *ctx)
{
    struct player opponent = self->player;
    myc_spawn_options options = bench_on_worker(self->opponent_worker);
    opponent.peer = server_self(ctx);
    return player_spawn(ctx, &opponent, &options, &self->player.peer);
}

static myc_next server_on_message(struct server *self, myc_context *ctx,
                                  const bench_message *message)
{
    if (!self->serving) {
        int error = find_opponent(self, ctx);
        if (error) {
            return MYC_FAIL(error);
        }
        self->serving = true;
        *self->player.started_ns = bench_now_ns();
    }
    return player_on_message(&self->player, ctx, message);
}

static double run_on(uint32_t workers, uint64_t rounds)
{
    uint64_t started_ns = 0, ended_ns = 0;
    myc_context *ctx;
    myc_system *system = bench_system_create(workers, &ctx);
    struct server server = {
        .player = {.left = rounds, .started_ns = &started_ns, .ended_ns = &ended_ns},
        .opponent_worker = workers - 1};
    myc_spawn_options options = bench_on_worker(0);
    bench_ref first;
    bool ran =
        server_spawn(ctx, &server, &options, &first) == 0 && bench_system_run(system, ctx, first);
    bench_system_destroy(system);
    return ran && ended_ns ? (double)(ended_ns - started_ns) / (2.0 * (double)rounds) : -1;
}

static double run_one_worker(const bench_options *options)
{
    return run_on(1, options->quick ? 500000 : 5000000);
}

static double run_two_workers(const bench_options *options)
{
    return run_on(2, options->quick ? 100000 : 1000000);
}

const bench_workload bench_ping_pong_one_worker = {
    .name = "ping_pong.one_worker",
    .unit = BENCH_TIME,
    .what = "one hop: send and handle, two actors of one worker",
    .bar_ns = 15,
    .run = run_one_worker,
};

const bench_workload bench_ping_pong_two_workers = {
    .name = "ping_pong.two_workers",
    .unit = BENCH_TIME,
    .what = "one hop from core to core, busy workers",
    .run = run_two_workers,
};

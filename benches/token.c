/* SPDX-License-Identifier: Apache-2.0 */
#include "token.h"

typedef struct token_times {
    uint64_t started_ns;
    uint64_t ended_ns;
} token_times;

struct member {
    bench_ref next;
    uint64_t left; /* hops this one has to send on */
    token_times *times;
};

static myc_next member_on_message(struct member *self, myc_context *ctx,
                                  const bench_message *message)
{
    if (self->left == 0) {
        self->times->ended_ns = bench_now_ns();
        return MYC_CONTINUE;
    }
    self->left -= message->number; /* which is 1 */
    myc_sent sent = bench_send_message(ctx, self->next, bench_message_move(ctx, message));
    return sent == MYC_SENT ? MYC_CONTINUE : MYC_FAIL(MYC_EBUSY);
}
MYC_ACTOR(member, bench, BENCH_ROWS)

/*
 * The first member makes the others when it gets a 0, from the last to the second, so that each is
 * born with the ref of the one behind it; a 1 starts the run.
 */
struct founder {
    struct member member;
    const bench_options *options;
    bench_token token;
};
MYC_ACTOR(founder, bench, BENCH_ROWS)

/* Hops start at actor 0; the last one ends at actor hops % actors, which sends none on. */
static uint64_t hops_of(const bench_token *token, uint32_t actor)
{
    return token->hops > actor ? (token->hops - actor + token->actors - 1) / token->actors : 0;
}

static int found(struct founder *self, myc_context *ctx)
{
    self->member.next = founder_self(ctx);
    for (uint32_t actor = self->token.actors - 1; actor > 0; actor--) {
        struct member member = {.next = self->member.next,
                                .left = hops_of(&self->token, actor),
                                .times = self->member.times};
        uint32_t worker = self->token.together ? 0 : actor;
        myc_spawn_options place = bench_on_worker(self->options, worker);
        int error = member_spawn(ctx, &member, &place, &self->member.next);
        if (error) {
            return error;
        }
    }
    return 0;
}

static myc_next founder_on_message(struct founder *self, myc_context *ctx,
                                   const bench_message *message)
{
    if (message->number == 0) {
        int error = found(self, ctx);
        return error ? MYC_FAIL(error) : MYC_CONTINUE;
    }
    if (self->member.times->started_ns == 0) {
        self->member.times->started_ns = bench_now_ns();
    }
    return member_on_message(&self->member, ctx, message);
}

double bench_token_run(const bench_options *options, const bench_token *token)
{
    token_times times = {0};
    myc_context *ctx;
    myc_system *system = bench_system_create(options, &ctx);
    struct founder founder = {.member = {.left = hops_of(token, 0), .times = &times},
                              .options = options,
                              .token = *token};
    myc_spawn_options place = bench_on_worker(options, 0);
    bench_ref first;
    int error = founder_spawn(ctx, &founder, &place, &first);
    if (error) {
        bench_fail("a spawn", error);
    }
    bench_system_run(system, ctx, first, 0);
    bench_system_run(system, ctx, first, 1);
    bench_system_destroy(system, token->hops + 2);
    return (double)(times.ended_ns - times.started_ns) / (double)token->hops;
}

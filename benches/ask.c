/* SPDX-License-Identifier: Apache-2.0 */
/*
 * ask: a request and its reply, each a new 48-byte payload, between two actors of one worker, with
 * a timeout of a second armed for each (2 M of them, one after the other). The row is ns a round
 * trip: from the ask to the handler of its answer, which asks again.
 *
 * The reply carries the number of its request and the asker counts down by the difference, so none
 * can be left out; the count of messages handled is checked. Not measured: asks that time out, many
 * under way at a time.
 */
#include "system.h"
#include "workloads.h"

#define ORACLE_ROWS(ROW, P) ROW(P, question, bench_message, bench_message)
MYC_PROTOCOL(oracle, ORACLE_ROWS)

struct oracle {
    uint64_t answered;
};

static myc_next oracle_on_question(struct oracle *self, myc_context *ctx,
                                   const bench_message *question, oracle_question_token token)
{
    bench_message *reply = bench_message_new(ctx);
    if (!reply) {
        return MYC_FAIL(MYC_ENOMEM);
    }
    reply->number = question->number + ++self->answered;
    return oracle_reply_question(ctx, token, reply) == MYC_SENT ? MYC_CONTINUE
                                                                : MYC_FAIL(MYC_EBUSY);
}
MYC_ACTOR(oracle, oracle, ORACLE_ROWS)

struct pilgrim {
    oracle_ref oracle;
    uint64_t left;
    uint64_t asked;
    uint64_t *started_ns;
    uint64_t *ended_ns;
};

static myc_next ask(struct pilgrim *self, myc_context *ctx);

static myc_next answered(void *state, myc_context *ctx, const myc_answer *answer,
                         const bench_message *reply)
{
    struct pilgrim *self = state;
    if (answer->outcome != MYC_REPLIED) {
        return MYC_FAIL(MYC_ETIMEDOUT);
    }
    const bench_message *question = answer->request;
    self->left -= reply->number - question->number - self->asked + 1; /* which is 1 */
    if (self->left > 0) {
        return ask(self, ctx);
    }
    *self->ended_ns = bench_now_ns();
    return MYC_CONTINUE;
}

static myc_next ask(struct pilgrim *self, myc_context *ctx)
{
    const uint64_t second_ns = 1000000000;
    bench_message *question = bench_message_new(ctx);
    if (!question) {
        return MYC_FAIL(MYC_ENOMEM);
    }
    question->number = ++self->asked;
    int error = oracle_ask_question(ctx, self->oracle, question, second_ns, answered);
    return error ? MYC_FAIL(error) : MYC_CONTINUE;
}

static myc_next pilgrim_on_message(struct pilgrim *self, myc_context *ctx,
                                   const bench_message *message)
{
    (void)message;
    *self->started_ns = bench_now_ns();
    return ask(self, ctx);
}
MYC_ACTOR(pilgrim, bench, BENCH_ROWS)

static void run(const bench_options *options, bench_output *output)
{
    uint64_t asks = bench_count(options, 2000000);
    uint64_t started_ns = 0;
    uint64_t ended_ns = 0;
    myc_context *ctx;
    myc_system *system = bench_system_create(options, &ctx);
    struct pilgrim pilgrim = {.left = asks, .started_ns = &started_ns, .ended_ns = &ended_ns};
    myc_spawn_options place = bench_on_worker(options, 0);
    bench_ref first;
    int error = oracle_spawn(ctx, NULL, &place, &pilgrim.oracle);
    error = error ? error : pilgrim_spawn(ctx, &pilgrim, &place, &first);
    if (error) {
        bench_fail("a spawn", error);
    }
    bench_system_run(system, ctx, first, 0);
    bench_system_destroy(system, 2 * asks + 1);
    bench_print(output, (double)(ended_ns - started_ns) / (double)asks);
}

const bench_workload bench_ask = {
    .name = "ask",
    .what = "a request and its reply with a timeout armed, two actors of one worker",
    .workers = 1,
    .idle = MYC_IDLE_SPIN,
    .run = run,
};

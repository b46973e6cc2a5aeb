/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TESTS_ACTOR_ASK_SUPPORT_H
#define TESTS_ACTOR_ASK_SUPPORT_H

/*
 * Asks under a clock of the test's own: a sage that answers questions as its script says, and desks
 * (desk.h) that ask and write down how each ask ended.
 *
 *     struct forum *forum = forum_open(2);
 *     oracle_ref sage = forum_sage(forum, 1, &script, NULL);
 *     forum_ask(forum, sage, 7);                   from worker 0
 *     forum_pass_time(forum, FORUM_TIMEOUT_NS);
 *     expect_answer(forum, 0, MYC_TIMED_OUT, 7);
 *     forum_close(forum);
 */
#include "actor_support.h"

#define ORACLE_ROWS(ROW, P)                                                                        \
    ROW(P, question, ticket_data, ticket_data)                                                     \
    ROW(P, note, ticket_data)
MYC_PROTOCOL(oracle, ORACLE_ROWS)

#define FORUM_TIMEOUT_NS UINT64_C(1000)

enum { WISDOM = 1000, TOKENS_KEPT = 16, ANSWERS_KEPT = 256 };

typedef enum deed { REPLY, SILENCE, KEEP, REPLY_TWICE, FAIL, AGAIN, HOLD, REPLY_AND_STOP } deed;

/** What a sage does with a question, and what it has got. Lives longer than its sage. */
struct script {
    deed deed;
    uint32_t questions; /* calls of the handler */
    uint32_t asked;     /* of them with a token */
    uint32_t notes;
    uint32_t numbers[64]; /* of questions and notes, in the order they came */
    uint64_t deadline_ns; /* of the last question */
    oracle_question_token tokens[TOKENS_KEPT];
    uint32_t token_count;
    bool drops_at_stop;
    myc_sent replied[2]; /* what the replies to the last question answered */
};

struct sage {
    struct script *script;
};

MYC_UNUSED static myc_sent sage_reply(myc_context *ctx, oracle_question_token token,
                                      uint32_t number)
{
    return oracle_reply_question(ctx, token, ticket_make(ctx, 0, number));
}

static inline void script_note(struct script *script, uint32_t number)
{
    script->numbers[(script->questions + script->notes) % 64] = number;
}

static inline void sage_keep(struct script *script, myc_context *ctx, oracle_question_token token)
{
    cr_assert_lt(script->token_count, TOKENS_KEPT);
    script->tokens[script->token_count++] = oracle_keep_question(ctx, token);
}

static myc_next sage_on_question(struct sage *self, myc_context *ctx, const ticket_data *question,
                                 oracle_question_token token)
{
    struct script *script = self->script;
    uint32_t wisdom = question->number + WISDOM;
    script_note(script, question->number);
    script->questions++;
    script->asked += token.token.request != NULL;
    script->deadline_ns = myc_token_deadline_ns(token.token);
    switch (script->deed) {
    case REPLY: script->replied[0] = sage_reply(ctx, token, wisdom); return MYC_CONTINUE;
    case REPLY_TWICE:
        script->replied[0] = sage_reply(ctx, token, wisdom);
        script->replied[1] = sage_reply(ctx, token, wisdom + 1);
        return MYC_CONTINUE;
    case KEEP: sage_keep(script, ctx, token); return MYC_CONTINUE;
    case FAIL: return MYC_FAIL(-77);
    case HOLD: return MYC_AGAIN;
    case AGAIN: script->deed = REPLY; return MYC_AGAIN;
    case REPLY_AND_STOP: script->replied[0] = sage_reply(ctx, token, wisdom); return MYC_STOP;
    default: return MYC_CONTINUE;
    }
}

static myc_next sage_on_note(struct sage *self, myc_context *ctx, const ticket_data *note)
{
    (void)ctx;
    script_note(self->script, note->number);
    self->script->notes++;
    return MYC_CONTINUE;
}

static int sage_on_start(struct sage *self, myc_context *ctx)
{
    (void)self;
    (void)ctx;
    return 0;
}

static inline void script_drop(struct script *script, myc_context *ctx)
{
    while (script->token_count)
        oracle_drop_question(ctx, script->tokens[--script->token_count]);
}

static void sage_on_stop(struct sage *self, myc_context *ctx, myc_exit why)
{
    (void)why;
    if (self->script->drops_at_stop)
        script_drop(self->script, ctx);
}
MYC_ACTOR_WITH_LIFECYCLE(sage, oracle, ORACLE_ROWS)

/** How an ask ended. */
struct ending {
    myc_outcome outcome;
    uint32_t question;
    uint32_t wisdom;  /* 0 without a reply */
    uint32_t tickets; /* the desk had handled before */
};

struct forum {
    struct world *world;
    uint64_t now_ns;
    uint32_t count;
    struct ending endings[ANSWERS_KEPT];
    myc_next (*on_answer)(struct forum *forum, myc_context *ctx, const ticket_data *wisdom);
};

/* A journal's user is its forum. */
MYC_UNUSED static myc_next desk_answered(void *self, myc_context *ctx, const myc_answer *answer,
                                         const ticket_data *wisdom)
{
    const struct journal *journal = ((struct desk *)self)->journal;
    struct forum *forum = journal->user;
    const ticket_data *question = answer->request;
    cr_assert_eq(answer->reply, wisdom);
    if (forum->count < ANSWERS_KEPT)
        forum->endings[forum->count] = (struct ending){answer->outcome, question->number,
                                                       wisdom ? wisdom->number : 0, journal->count};
    forum->count++;
    return forum->on_answer ? forum->on_answer(forum, ctx, wisdom) : MYC_CONTINUE;
}

static inline uint64_t forum_now_ns(void *user)
{
    return ((struct forum *)user)->now_ns;
}

MYC_UNUSED static struct forum *forum_open(uint32_t workers)
{
    struct forum *forum = calloc(1, sizeof *forum);
    struct world *world = calloc(1, sizeof *world);
    cr_assert(forum && world);
    forum->world = world;
    forum->now_ns = 5000000;
    world->workers = workers;
    myc_system_options options = world_options(world);
    options.now_ns = forum_now_ns;
    options.clock_user = forum;
    world_start(world, &options);
    for (uint32_t worker = 0; worker < workers; worker++)
        world->clerk_journals[worker].user = forum;
    world_run(world);
    world_mark(world);
    return forum;
}

MYC_UNUSED static void forum_close(struct forum *forum)
{
    world_close(forum->world);
    free(forum);
}

MYC_UNUSED static oracle_ref forum_sage(struct forum *forum, uint32_t worker, struct script *script,
                                        const myc_spawn_options *given)
{
    myc_spawn_options options = given ? *given : (myc_spawn_options){0};
    options.place = MYC_PLACE_ON_WORKER;
    options.worker = worker;
    oracle_ref ref = {0};
    cr_assert_eq(0, sage_spawn(forum->world->ctx, &(struct sage){script}, &options, &ref));
    return ref;
}

struct errand {
    oracle_ref to;
    uint32_t number;
    uint64_t timeout_ns;
    int error;
};

MYC_UNUSED static void run_errand(myc_context *ctx, void *argument)
{
    struct errand *errand = argument;
    errand->error = oracle_ask_question(ctx, errand->to, ticket_make(ctx, 0, errand->number),
                                        errand->timeout_ns, desk_answered);
}

/** The clerk of worker 0 asks; its turn is over when this returns. */
MYC_UNUSED static void forum_ask_only(struct forum *forum, oracle_ref to, uint32_t number)
{
    struct errand errand = {to, number, FORUM_TIMEOUT_NS, 1};
    world_call(forum->world, 0, run_errand, &errand);
    cr_assert_eq(0, errand.error);
}

/** The same, and all is handled that can be. */
MYC_UNUSED static void forum_ask(struct forum *forum, oracle_ref to, uint32_t number)
{
    forum_ask_only(forum, to, number);
    world_run(forum->world);
}

/** Lets `desk` run a job. */
MYC_UNUSED static void forum_job(struct forum *forum, desk_ref desk,
                                 void (*run)(myc_context *ctx, void *argument), void *argument)
{
    job_data *job = job_data_new(forum->world->ctx);
    cr_assert_not_null(job);
    *job = (job_data){run, argument};
    cr_assert_eq(MYC_SENT, desk_send_job(forum->world->ctx, desk, job));
}

MYC_UNUSED static void forum_pass_time(struct forum *forum, uint64_t duration_ns)
{
    forum->now_ns += duration_ns;
    world_run(forum->world);
}

/** Ask `index` of those that have ended. */
MYC_UNUSED static void expect_ending(const struct forum *forum, uint32_t index, myc_outcome outcome,
                                     uint32_t question)
{
    cr_assert_lt(index, forum->count, "%u asks have ended, not more", forum->count);
    const struct ending *ending = &forum->endings[index];
    cr_expect_eq(outcome, ending->outcome, "expected outcome %d, got %d", outcome, ending->outcome);
    cr_expect_eq(question, ending->question);
    cr_expect_eq(outcome == MYC_REPLIED ? question + WISDOM : 0, ending->wisdom);
}

/** Exactly one ask has ended, so. */
MYC_UNUSED static void expect_one(const struct forum *forum, myc_outcome outcome, uint32_t question)
{
    cr_expect_eq(1, forum->count, "%u asks have ended, not 1", forum->count);
    expect_ending(forum, 0, outcome, question);
}

#endif

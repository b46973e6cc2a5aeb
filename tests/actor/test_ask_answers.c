/* SPDX-License-Identifier: Apache-2.0 */
/* What the handler of an answer may do, and when it runs. */
#include "ask_support.h"
#include "support/well.h"

static const ticket_data *moved;

static myc_next move_reply(struct forum *forum, myc_context *ctx, const ticket_data *wisdom)
{
    (void)forum;
    moved = ticket_data_move(ctx, wisdom);
    return MYC_CONTINUE;
}

Test(ask_answers, the_reply_can_be_moved)
{
    for (uint32_t worker = 0; worker < 2; worker++) {
        struct forum *forum = forum_open(2);
        struct script script = {.deed = REPLY};
        forum->on_answer = move_reply;
        forum_ask(forum, forum_sage(forum, worker, &script, NULL), 7);
        expect_one(forum, MYC_REPLIED, 7);
        cr_expect_eq(7 + WISDOM, moved->number);
        ticket_data_release(forum->world->ctx, moved);
        forum_close(forum);
    }
    NO_LEAKS();
}

static myc_next thrice(struct forum *forum, myc_context *ctx, const ticket_data *wisdom)
{
    (void)ctx;
    (void)wisdom;
    return forum->count < 3 ? MYC_AGAIN : MYC_CONTINUE;
}

Test(ask_answers, an_answer_can_be_asked_for_again)
{
    static const deed deeds[] = {REPLY, SILENCE};
    for (uint32_t index = 0; index < 2; index++) {
        struct forum *forum = forum_open(1);
        struct script script = {.deed = deeds[index]};
        forum->on_answer = thrice;
        forum_ask(forum, forum_sage(forum, 0, &script, NULL), 7);
        cr_expect_eq(3, forum->count);
        for (uint32_t call = 0; call < forum->count; call++)
            expect_ending(forum, call, index ? MYC_NO_REPLY : MYC_REPLIED, 7);
        forum_pass_time(forum, FORUM_TIMEOUT_NS);
        cr_expect_eq(3, forum->count);
        forum_close(forum);
    }
    NO_LEAKS();
}

static myc_next fail(struct forum *forum, myc_context *ctx, const ticket_data *wisdom)
{
    (void)forum;
    (void)ctx;
    (void)wisdom;
    return MYC_FAIL(-5);
}

Test(ask_answers, a_handler_that_fails_stops_its_actor)
{
    struct forum *forum = forum_open(1);
    struct script script = {.deed = REPLY};
    struct journal journal = {.user = forum};
    desk_ref desk = world_desk(forum->world, 0, &journal, NULL);
    oracle_ref sage = forum_sage(forum, 0, &script, NULL);
    struct errand errands[2] = {{sage, 1, FORUM_TIMEOUT_NS, 1}, {sage, 2, FORUM_TIMEOUT_NS, 1}};
    forum->on_answer = fail;
    forum_job(forum, desk, run_errand, &errands[0]);
    forum_job(forum, desk, run_errand, &errands[1]);
    world_run(forum->world);
    expect_one(forum, MYC_REPLIED, 1);
    expect_exit(&journal, MYC_EXIT_FAILED, -5);
    cr_expect_eq(1, letters_of(forum->world, MYC_DEAD_LEFT), "the other reply was queued");
    journal_fini(&journal);
    forum_close(forum);
    NO_LEAKS();
}

struct flood {
    struct errand errand;
    desk_ref self;
    uint32_t tickets;
};

static void ask_and_flood(myc_context *ctx, void *argument)
{
    struct flood *flood = argument;
    run_errand(ctx, &flood->errand);
    for (uint32_t number = 0; number < flood->tickets; number++)
        myc_ignore(send_ticket(ctx, flood->self, 0, number));
}

Test(ask_answers, an_answer_goes_ahead_of_the_mailbox_and_is_never_refused)
{
    for (uint32_t worker = 0; worker < 2; worker++) {
        struct forum *forum = forum_open(2);
        struct script script = {.deed = REPLY};
        struct journal journal = {.user = forum};
        struct flood flood = {
            {forum_sage(forum, worker, &script, NULL), 7, FORUM_TIMEOUT_NS, 1}, {{0}}, 600};
        world_run(forum->world);
        flood.self = world_desk(forum->world, 0, &journal,
                                &(myc_spawn_options){.mailbox_bound = 500, .batch_max = 1});
        forum_job(forum, flood.self, ask_and_flood, &flood);
        world_run(forum->world);
        expect_one(forum, MYC_REPLIED, 7);
        cr_expect_lt(forum->endings[0].tickets, 200, "%u tickets go before the answer",
                     forum->endings[0].tickets);
        cr_expect_eq(500, journal.count);
        journal_fini(&journal);
        forum_close(forum);
    }
    NO_LEAKS();
}

struct chain {
    oracle_ref to;
    uint32_t left;
};
static struct chain chain;

static myc_next ask_next(struct forum *forum, myc_context *ctx, const ticket_data *wisdom)
{
    cr_assert_not_null(wisdom);
    forum->count = 0;
    if (chain.left-- > 0)
        run_errand(ctx, &(struct errand){chain.to, 7, FORUM_TIMEOUT_NS, 1});
    return MYC_CONTINUE;
}

static uint64_t bytes_of(const struct forum *forum)
{
    return myc_system_memory_bytes(forum->world->system);
}

/* Each asks in the answer to the one before. */
Test(ask_answers, a_million_asks_leave_memory_as_it_was)
{
    for (uint32_t worker = 0; worker < 2; worker++) {
        struct forum *forum = forum_open(2);
        struct script script = {.deed = REPLY};
        forum->on_answer = ask_next;
        chain = (struct chain){forum_sage(forum, worker, &script, NULL), 1000};
        forum_ask(forum, chain.to, 7);
        uint64_t bytes = bytes_of(forum);
        chain.left = worker == 0 ? 1000000 : 100000;
        uint32_t asked = chain.left + 1;
        script.questions = 0;
        myc_system_seal_memory(forum->world->system);
        forum_ask(forum, chain.to, 7);
        cr_expect_eq(0, myc_system_unseal_memory(forum->world->system));
        cr_expect_eq(asked, script.questions);
        cr_expect_eq(bytes, bytes_of(forum));
        forum_close(forum);
    }
    NO_LEAKS();
}

/* ---- an actor that asks itself ---- */

struct narcissus {
    struct script *script;
    struct forum *forum;
};

static myc_next mirrored(void *self, myc_context *ctx, const myc_answer *answer,
                         const ticket_data *reply)
{
    (void)ctx;
    struct forum *forum = ((struct narcissus *)self)->forum;
    const ticket_data *question = answer->request;
    forum->endings[forum->count++] =
        (struct ending){answer->outcome, question->number, reply ? reply->number : 0, 0};
    return MYC_CONTINUE;
}

static myc_next narcissus_on_question(struct narcissus *self, myc_context *ctx,
                                      const ticket_data *question, oracle_question_token token)
{
    myc_ignore(sage_reply(ctx, token, question->number + WISDOM));
    self->script->questions++;
    return MYC_CONTINUE;
}

static myc_next narcissus_on_note(struct narcissus *self, myc_context *ctx,
                                  const ticket_data *note);
MYC_ACTOR(narcissus, oracle, ORACLE_ROWS)

static myc_next narcissus_on_note(struct narcissus *self, myc_context *ctx, const ticket_data *note)
{
    (void)self;
    int error = oracle_ask_question(ctx, narcissus_self(ctx), ticket_data_retain(ctx, note),
                                    FORUM_TIMEOUT_NS, mirrored);
    return error ? MYC_FAIL(error) : MYC_CONTINUE;
}

Test(ask_answers, an_actor_can_ask_itself)
{
    struct forum *forum = forum_open(1);
    struct script script = {0};
    oracle_ref ref;
    cr_assert_eq(
        0, narcissus_spawn(forum->world->ctx, &(struct narcissus){&script, forum}, NULL, &ref));
    cr_expect_eq(MYC_SENT,
                 oracle_send_note(forum->world->ctx, ref, ticket_make(forum->world->ctx, 0, 7)));
    world_run(forum->world);
    cr_expect_eq(1, script.questions);
    expect_one(forum, MYC_REPLIED, 7);
    forum_close(forum);
    NO_LEAKS();
}

/* ---- memory that is out ---- */

struct drain {
    struct well well;
    struct errand errand;
    uint32_t asked;
    int error;
};

/* What is asked is there before: only blocks of requests are wanted, and room in the mailbox. */
static void ask_dry(myc_context *ctx, void *argument)
{
    struct drain *drain = argument;
    ticket_data *ticket = ticket_make(ctx, 0, 7);
    drain->well.dry = true;
    while (!drain->error) {
        drain->error = oracle_ask_question(ctx, drain->errand.to, ticket_data_retain(ctx, ticket),
                                           FORUM_TIMEOUT_NS, desk_answered);
        drain->asked += drain->error == 0;
    }
    drain->well.dry = false;
    ticket_data_release(ctx, ticket);
}

Test(ask_answers, without_memory_an_ask_is_an_error_and_those_before_it_end)
{
    struct forum *forum = calloc(1, sizeof *forum);
    struct world *world = calloc(1, sizeof *world);
    cr_assert(forum && world);
    forum->world = world;
    world->workers = 1;
    struct drain drain = {0};
    myc_system_options options = world_options(world);
    options.allocator = well_allocator(&drain.well);
    world_start(world, &options);
    world->clerk_journals[0].user = forum;
    struct script script = {.deed = REPLY};
    drain.errand.to = forum_sage(forum, 0, &script, NULL);
    forum_ask(forum, drain.errand.to, 1); /* now there are blocks for some more */
    forum->count = 0;
    world_call(world, 0, ask_dry, &drain);
    world_run(world);
    cr_expect_eq(MYC_ENOMEM, drain.error);
    cr_expect_gt(drain.asked, 0);
    cr_expect_eq(drain.asked, forum->count);
    forum_close(forum);
    NO_LEAKS();
}

/* SPDX-License-Identifier: Apache-2.0 */
/* Tokens kept, passed on and dropped; the asker or the asked one going before the answer. */
#include "ask_support.h"

static void expect_kept(struct forum *forum, struct script *script, uint32_t worker)
{
    script->deed = KEEP;
    forum_ask(forum, forum_sage(forum, worker, script, NULL), 7);
    cr_assert_eq(1, script->token_count);
    cr_assert_eq(0, forum->count);
}

Test(ask_tokens, a_kept_token_replies_later)
{
    for (uint32_t worker = 0; worker < 2; worker++) {
        struct forum *forum = forum_open(2);
        struct script script = {0};
        expect_kept(forum, &script, worker);
        forum_pass_time(forum, FORUM_TIMEOUT_NS - 1);
        cr_expect_eq(MYC_SENT, sage_reply(forum->world->ctx, script.tokens[0], 7 + WISDOM));
        script_drop(&script, forum->world->ctx);
        world_run(forum->world);
        forum_pass_time(forum, FORUM_TIMEOUT_NS);
        expect_one(forum, MYC_REPLIED, 7);
        forum_close(forum);
    }
    NO_LEAKS();
}

Test(ask_tokens, the_last_one_dropped_without_a_reply_is_no_reply)
{
    for (uint32_t worker = 0; worker < 2; worker++) {
        struct forum *forum = forum_open(2);
        struct script script = {0};
        expect_kept(forum, &script, worker);
        sage_keep(&script, forum->world->ctx, script.tokens[0]);
        oracle_drop_question(forum->world->ctx, script.tokens[0]);
        world_run(forum->world);
        cr_expect_eq(0, forum->count, "a token is left that may reply");
        oracle_drop_question(forum->world->ctx, script.tokens[1]);
        world_run(forum->world);
        expect_one(forum, MYC_NO_REPLY, 7);
        forum_close(forum);
    }
    NO_LEAKS();
}

struct handover {
    struct script *script;
    myc_sent replied;
};

static void reply_for_another(myc_context *ctx, void *argument)
{
    struct handover *handover = argument;
    handover->replied = sage_reply(ctx, handover->script->tokens[0], 7 + WISDOM);
    script_drop(handover->script, ctx);
}

Test(ask_tokens, another_actor_may_reply_on_any_worker)
{
    for (uint32_t asked = 0; asked < 3; asked++) {
        for (uint32_t worker = 0; worker < 3; worker++) {
            struct forum *forum = forum_open(3);
            struct script script = {0};
            expect_kept(forum, &script, asked);
            struct handover handover = {&script, MYC_FULL};
            world_call(forum->world, worker, reply_for_another, &handover);
            world_run(forum->world);
            cr_expect_eq(MYC_SENT, handover.replied);
            expect_one(forum, MYC_REPLIED, 7);
            forum_close(forum);
        }
    }
    NO_LEAKS();
}

/* The reply is on its way to the other worker when the deadline passes. */
Test(ask_tokens, a_reply_overtaken_by_the_deadline_is_late)
{
    struct forum *forum = forum_open(2);
    struct script script = {0};
    expect_kept(forum, &script, 1);
    world_mark(forum->world);
    cr_expect_eq(MYC_SENT, sage_reply(forum->world->ctx, script.tokens[0], 1));
    script_drop(&script, forum->world->ctx);
    forum_pass_time(forum, FORUM_TIMEOUT_NS); /* a pass looks at deadlines first */
    expect_one(forum, MYC_TIMED_OUT, 7);
    myc_counts counts = world_since(forum->world);
    cr_expect_eq(1, counts.accepted);
    cr_expect_eq(1, counts.dead_by[MYC_DEAD_LATE]);
    forum_close(forum);
    NO_LEAKS();
}

Test(ask_tokens, a_sage_that_stops_drops_its_tokens)
{
    for (uint32_t worker = 0; worker < 2; worker++) {
        struct forum *forum = forum_open(2);
        struct script script = {.deed = KEEP, .drops_at_stop = true};
        oracle_ref sage = forum_sage(forum, worker, &script, NULL);
        forum_ask(forum, sage, 7);
        forum_ask(forum, sage, 8);
        myc_stop(forum->world->ctx, sage.address);
        world_run(forum->world);
        cr_expect_eq(2, forum->count);
        expect_ending(forum, 0, MYC_NO_REPLY, 8);
        expect_ending(forum, 1, MYC_NO_REPLY, 7);
        forum_close(forum);
    }
    NO_LEAKS();
}

Test(ask_tokens, a_token_nobody_drops_is_reported_and_the_ask_times_out)
{
    struct forum *forum = forum_open(1);
    struct script script = {0};
    expect_kept(forum, &script, 0);
    forum_pass_time(forum, FORUM_TIMEOUT_NS);
    expect_one(forum, MYC_TIMED_OUT, 7);
    cr_expect_eq(2, world_end(forum->world), "the request and what it asked");
    cr_expect(world_logged(forum->world, "request"));
    world_free(forum->world);
    free(forum);
    NO_LEAKS();
}

/* ---- askers that go ---- */

struct asker {
    struct journal journal;
    desk_ref desk;
};

static void asker_open(struct asker *asker, struct forum *forum)
{
    asker->journal = (struct journal){.user = forum};
    asker->desk = world_desk(forum->world, 0, &asker->journal, NULL);
    world_run(forum->world);
}

static void asker_ask(struct asker *asker, struct forum *forum, oracle_ref sage, uint32_t number)
{
    struct errand errand = {sage, number, FORUM_TIMEOUT_NS, 1};
    forum_job(forum, asker->desk, run_errand, &errand);
    world_run(forum->world);
    cr_assert_eq(0, errand.error);
}

/* It has asked a sage on `worker`. */
static struct forum *forum_with_asker(struct asker *asker, uint32_t worker, struct script *script)
{
    struct forum *forum = forum_open(2);
    asker_open(asker, forum);
    asker_ask(asker, forum, forum_sage(forum, worker, script, NULL), 7);
    return forum;
}

Test(ask_tokens, an_asker_that_has_stopped_is_told_nothing)
{
    for (uint32_t worker = 0; worker < 2; worker++) {
        struct asker asker;
        struct script script = {.deed = KEEP};
        struct forum *forum = forum_with_asker(&asker, worker, &script);
        myc_stop(forum->world->ctx, asker.desk.address);
        world_run(forum->world);
        cr_expect_eq(MYC_DEAD, sage_reply(forum->world->ctx, script.tokens[0], 1));
        cr_expect_eq(1, letters_of(forum->world, MYC_DEAD_LATE));
        script_drop(&script, forum->world->ctx);
        forum_pass_time(forum, 2 * FORUM_TIMEOUT_NS);
        cr_expect_eq(0, forum->count);
        journal_fini(&asker.journal);
        forum_close(forum);
    }
    NO_LEAKS();
}

struct both {
    struct handover handover;
    myc_address asker;
};

static void reply_and_stop_asker(myc_context *ctx, void *argument)
{
    struct both *both = argument;
    reply_for_another(ctx, &both->handover);
    myc_stop(ctx, both->asker);
}

Test(ask_tokens, an_answer_that_was_queued_when_its_asker_stopped_is_a_dead_letter)
{
    for (uint32_t worker = 0; worker < 2; worker++) {
        struct asker asker;
        struct script script = {.deed = KEEP};
        struct forum *forum = forum_with_asker(&asker, 1, &script);
        struct both both = {{&script, MYC_FULL}, asker.desk.address};
        world_call(forum->world, worker, reply_and_stop_asker, &both);
        world_run(forum->world);
        cr_expect_eq(MYC_SENT, both.handover.replied);
        cr_expect_eq(0, forum->count);
        cr_expect_eq(1, letters_of(forum->world, MYC_DEAD_LEFT) +
                            letters_of(forum->world, MYC_DEAD_LATE));
        journal_fini(&asker.journal);
        forum_close(forum);
    }
    NO_LEAKS();
}

static void drop_and_stop_asker(myc_context *ctx, void *argument)
{
    struct both *both = argument;
    script_drop(both->handover.script, ctx);
    myc_stop(ctx, both->asker);
}

Test(ask_tokens, nothing_is_left_of_an_end_that_finds_its_asker_stopping)
{
    for (uint32_t worker = 0; worker < 2; worker++) {
        struct asker asker;
        struct script script = {.deed = KEEP};
        struct forum *forum = forum_with_asker(&asker, 1, &script);
        struct both both = {{&script, MYC_FULL}, asker.desk.address};
        world_call(forum->world, worker, drop_and_stop_asker, &both);
        world_await(forum->world);
        cr_expect_eq(0, forum->count);
        cr_expect_eq(0, forum->world->letter_count);
        journal_fini(&asker.journal);
        forum_close(forum);
    }
    NO_LEAKS();
}

static oracle_ref asked_at_stop;

static void ask_at_stop(struct journal *journal, myc_context *ctx)
{
    (void)journal;
    run_errand(ctx, &(struct errand){asked_at_stop, 7, FORUM_TIMEOUT_NS, 1});
    run_errand(ctx, &(struct errand){{{0}}, 8, FORUM_TIMEOUT_NS, 1});
}

Test(ask_tokens, what_is_asked_in_on_stop_is_asked_for_nobody)
{
    struct forum *forum = forum_open(1);
    struct script script = {.deed = REPLY};
    struct asker asker;
    asked_at_stop = forum_sage(forum, 0, &script, NULL);
    asker_open(&asker, forum);
    asker.journal.at_stop = ask_at_stop;
    myc_stop(forum->world->ctx, asker.desk.address);
    forum_pass_time(forum, 2 * FORUM_TIMEOUT_NS);
    cr_expect_eq(1, script.questions + letters_of(forum->world, MYC_DEAD_EXPIRED));
    cr_expect_eq(0, forum->count);
    journal_fini(&asker.journal);
    forum_close(forum);
    NO_LEAKS();
}

Test(ask_tokens, many_asks_end_with_their_asker)
{
    struct forum *forum = forum_open(2);
    struct script scripts[2] = {{.deed = KEEP}, {.deed = KEEP}};
    struct asker asker;
    asker_open(&asker, forum);
    for (uint32_t worker = 0; worker < 2; worker++) {
        oracle_ref sage = forum_sage(forum, worker, &scripts[worker], NULL);
        for (uint32_t number = 0; number < 8; number++)
            asker_ask(&asker, forum, sage, number);
    }
    for (uint32_t number = 0; number < 8; number += 3) /* some from the middle of the list */
        cr_expect_eq(MYC_SENT, sage_reply(forum->world->ctx, scripts[number % 2].tokens[number],
                                          number + WISDOM));
    world_run(forum->world);
    cr_expect_eq(3, forum->count);
    myc_stop(forum->world->ctx, asker.desk.address);
    forum_pass_time(forum, 2 * FORUM_TIMEOUT_NS);
    cr_expect_eq(3, forum->count);
    script_drop(&scripts[0], forum->world->ctx);
    script_drop(&scripts[1], forum->world->ctx);
    journal_fini(&asker.journal);
    forum_close(forum);
    NO_LEAKS();
}

/* SPDX-License-Identifier: Apache-2.0 */
/* Asking: every way it can end, and each exactly once. Most cases run with the sage on the worker
 * of the asker, and on another one. */
#include "ask_support.h"

enum { HERE, THERE };

static void on_both(void (*run)(uint32_t worker))
{
    run(HERE);
    run(THERE);
    NO_LEAKS();
}

/* A sage on `worker` is asked once, which ends as expected. */
static struct forum *ask_one(uint32_t worker, struct script *script, myc_outcome expected)
{
    struct forum *forum = forum_open(2);
    forum_ask(forum, forum_sage(forum, worker, script, NULL), 7);
    expect_one(forum, expected, 7);
    return forum;
}

static void reply_case(uint32_t worker)
{
    struct script script = {.deed = REPLY};
    struct forum *forum = ask_one(worker, &script, MYC_REPLIED);
    cr_expect_eq(MYC_SENT, script.replied[0]);
    cr_expect_eq(forum->now_ns + FORUM_TIMEOUT_NS, script.deadline_ns);
    forum_pass_time(forum, 10 * FORUM_TIMEOUT_NS);
    cr_expect_eq(1, forum->count, "the timeout of an answered ask fires");
    myc_counts counts = world_since(forum->world);
    cr_expect_eq(3, counts.accepted); /* the job, the request, the reply */
    cr_expect_eq(3, counts.handled);
    forum_close(forum);
}

Test(ask, gives_the_reply_to_the_handler)
{
    on_both(reply_case);
}

static void time_out_case(uint32_t worker)
{
    struct forum *forum = forum_open(2);
    struct script script = {.deed = KEEP};
    oracle_ref sage = forum_sage(forum, worker, &script, NULL);
    forum_ask(forum, sage, 7);
    forum_pass_time(forum, FORUM_TIMEOUT_NS - 1);
    cr_expect_eq(0, forum->count, "it times out too early");
    forum_pass_time(forum, 1);
    expect_one(forum, MYC_TIMED_OUT, 7);
    cr_expect_eq(MYC_DEAD, sage_reply(forum->world->ctx, script.tokens[0], 1));
    cr_expect_eq(1, letters_of(forum->world, MYC_DEAD_LATE));
    script_drop(&script, forum->world->ctx);
    world_run(forum->world);
    cr_expect_eq(1, forum->count, "it ends twice");
    forum_close(forum);
}

Test(ask, times_out_at_its_deadline_and_a_reply_after_it_is_late)
{
    on_both(time_out_case);
}

/* The first question is held, the second queued; the third finds the mailbox full. */
static void full_case(uint32_t worker, myc_overflow overflow, uint32_t refused)
{
    struct forum *forum = forum_open(2);
    struct script script = {.deed = HOLD};
    oracle_ref sage = forum_sage(forum, worker, &script,
                                 &(myc_spawn_options){.mailbox_bound = 1, .overflow = overflow});
    for (uint32_t number = 1; number <= 3; number++) {
        forum_ask_only(forum, sage, number);
        world_pass(forum->world);
        world_pass(forum->world);
    }
    expect_one(forum, MYC_REFUSED, refused);
    script.deed = REPLY;
    world_run(forum->world);
    cr_expect_eq(3, forum->count);
    expect_ending(forum, 1, MYC_REPLIED, 1);
    expect_ending(forum, 2, MYC_REPLIED, refused == 2 ? 3 : 2);
    forum_close(forum);
}

Test(ask, is_refused_by_a_full_mailbox_whatever_its_policy)
{
    for (uint32_t worker = HERE; worker <= THERE; worker++) {
        full_case(worker, MYC_OVERFLOW_REFUSE, 3);
        full_case(worker, MYC_OVERFLOW_DROP_NEWEST, 3);
        full_case(worker, MYC_OVERFLOW_DROP_OLDEST, 2);
    }
    NO_LEAKS();
}

static void dead_case(uint32_t worker)
{
    struct forum *forum = forum_open(2);
    struct script script = {.deed = REPLY};
    oracle_ref sage = forum_sage(forum, worker, &script, NULL);
    world_run(forum->world);
    myc_stop(forum->world->ctx, sage.address);
    world_run(forum->world);
    forum_ask(forum, sage, 7);
    expect_one(forum, MYC_TARGET_STOPPED, 7);
    cr_expect_eq(1, letters_of(forum->world, MYC_DEAD_STOPPED));
    cr_expect_eq(oracle_tag_question, forum->world->letters[0].tag);
    cr_expect_eq(7, forum->world->letters[0].number, "the letter has what was asked");
    cr_expect(myc_address_equal(sage.address, forum->world->letters[0].to));
    forum_close(forum);
}

Test(ask, tells_that_the_actor_had_stopped)
{
    on_both(dead_case);
}

Test(ask, tells_that_there_never_was_such_an_actor)
{
    struct forum *forum = forum_open(2);
    forum_ask(forum, (oracle_ref){0}, 1);
    forum_ask(forum, (oracle_ref){{.slot = 200u << 24, .life = 1}}, 2);
    forum_ask(forum, (oracle_ref){{.slot = 77777, .life = 1}}, 3);
    forum_ask(forum, (oracle_ref){{.slot = 0, .life = 5u << 22 | 1}}, 4); /* another node */
    cr_expect_eq(4, forum->count);
    for (uint32_t index = 0; index < forum->count; index++)
        expect_ending(forum, index, MYC_TARGET_STOPPED, index + 1);
    cr_expect_eq(1, letters_of(forum->world, MYC_DEAD_NO_ROUTE));
    forum_close(forum);
    NO_LEAKS();
}

static void stop_queued_case(uint32_t worker)
{
    struct forum *forum = forum_open(2);
    struct script script = {.deed = REPLY_AND_STOP};
    oracle_ref sage = forum_sage(forum, worker, &script, NULL);
    world_run(forum->world);
    struct errand errands[2] = {{sage, 1, FORUM_TIMEOUT_NS, 1}, {sage, 2, FORUM_TIMEOUT_NS, 1}};
    forum_job(forum, forum->world->clerks[0], run_errand, &errands[0]);
    forum_job(forum, forum->world->clerks[0], run_errand, &errands[1]);
    world_run(forum->world);
    cr_expect_eq(2, forum->count);
    expect_ending(forum, 0, MYC_REPLIED, 1);
    expect_ending(forum, 1, MYC_TARGET_STOPPED, 2);
    cr_expect_eq(1, letters_of(forum->world, worker == HERE ? MYC_DEAD_LEFT : MYC_DEAD_STOPPED));
    forum_close(forum);
}

Test(ask, tells_that_the_actor_stopped_with_the_request_in_its_mailbox)
{
    on_both(stop_queued_case);
}

static void silence_case(uint32_t worker)
{
    struct script script = {.deed = SILENCE};
    struct forum *forum = ask_one(worker, &script, MYC_NO_REPLY);
    cr_expect_eq(0, forum->world->letter_count);
    forum_close(forum);
}

Test(ask, tells_that_the_handler_did_not_reply)
{
    on_both(silence_case);
}

static void fail_case(uint32_t worker)
{
    struct script script = {.deed = FAIL};
    struct forum *forum = ask_one(worker, &script, MYC_NO_REPLY);
    forum_close(forum);
}

Test(ask, tells_that_the_handler_failed_without_a_reply)
{
    on_both(fail_case);
}

static void twice_case(uint32_t worker)
{
    struct script script = {.deed = REPLY_TWICE};
    struct forum *forum = ask_one(worker, &script, MYC_REPLIED);
    cr_expect_eq(MYC_SENT, script.replied[0]);
    cr_expect_eq(MYC_DEAD, script.replied[1]);
    cr_expect_eq(1, letters_of(forum->world, MYC_DEAD_LATE));
    cr_expect_eq(7 + WISDOM + 1, forum->world->letters[0].number);
    forum_close(forum);
}

Test(ask, takes_one_reply_and_no_second)
{
    on_both(twice_case);
}

static void expired_case(uint32_t worker)
{
    struct forum *forum = forum_open(2);
    struct script script = {.deed = REPLY};
    oracle_ref sage = forum_sage(forum, worker, &script, NULL);
    world_run(forum->world);
    struct errand errand = {sage, 7, 0, 1}; /* over at once */
    world_mark(forum->world);
    world_call(forum->world, 0, run_errand, &errand);
    world_run(forum->world);
    expect_one(forum, MYC_TIMED_OUT, 7);
    cr_expect_eq(0, script.questions, "an expired request is handled");
    myc_counts counts = world_since(forum->world);
    cr_expect_eq(1, counts.dead_by[MYC_DEAD_EXPIRED]);
    cr_expect_eq(2, counts.accepted);
    cr_expect_eq(1, counts.handled, "it counts as handled, too");
    cr_expect_eq(7, forum->world->letters[0].number);
    forum_ask(forum, sage, 8);
    expect_ending(forum, 1, MYC_REPLIED, 8);
    forum_close(forum);
}

Test(ask, skips_a_request_whose_deadline_has_passed)
{
    on_both(expired_case);
}

static void again_case(uint32_t worker)
{
    struct script script = {.deed = AGAIN};
    struct forum *forum = ask_one(worker, &script, MYC_REPLIED);
    cr_expect_eq(2, script.questions);
    cr_expect_eq(2, script.asked, "the request that comes again has lost its token");
    forum_close(forum);
}

Test(ask, can_be_taken_up_again_by_its_handler)
{
    on_both(again_case);
}

struct parade {
    oracle_ref to;
    uint32_t count;
};

/* Notes and questions in turn, all from one handler. */
static void run_parade(myc_context *ctx, void *argument)
{
    struct parade *parade = argument;
    for (uint32_t number = 0; number < parade->count; number++) {
        struct errand errand = {parade->to, number, FORUM_TIMEOUT_NS, 1};
        if (number % 3 == 0)
            run_errand(ctx, &errand);
        else
            myc_ignore(oracle_send_note(ctx, parade->to, ticket_make(ctx, 0, number)));
    }
}

static void parade_case(uint32_t worker)
{
    struct forum *forum = forum_open(2);
    struct script script = {.deed = REPLY};
    struct parade parade = {forum_sage(forum, worker, &script, NULL), 60};
    world_run(forum->world);
    world_call(forum->world, 0, run_parade, &parade);
    world_run(forum->world);
    for (uint32_t number = 0; number < parade.count; number++)
        cr_assert_eq(number, script.numbers[number], "%u comes as number %u",
                     script.numbers[number], number);
    for (uint32_t index = 0; index < 20; index++)
        expect_ending(forum, index, MYC_REPLIED, 3 * index);
    forum_close(forum);
}

Test(ask, keeps_its_place_among_the_messages_of_its_sender)
{
    on_both(parade_case);
}

Test(ask, a_row_that_is_sent_has_a_token_of_nobody)
{
    struct forum *forum = forum_open(1);
    struct script script = {.deed = REPLY};
    oracle_ref sage = forum_sage(forum, 0, &script, NULL);
    forum_ask(forum, sage, 1); /* its token is not that of the next message */
    script = (struct script){.deed = REPLY_TWICE};
    world_mark(forum->world);
    cr_expect_eq(MYC_SENT, oracle_send_question(forum->world->ctx, sage,
                                                ticket_make(forum->world->ctx, 0, 7)));
    world_run(forum->world);
    cr_expect_eq(1, script.questions);
    cr_expect_eq(0, script.asked);
    cr_expect_eq(UINT64_MAX, script.deadline_ns);
    cr_expect_eq(MYC_SENT, script.replied[0]);
    cr_expect_eq(MYC_SENT, script.replied[1]);
    cr_expect_eq(1, world_since(forum->world).accepted, "a reply to nobody is a message");
    forum_close(forum);
    NO_LEAKS();
}

static void ask_for_nothing(myc_context *ctx, void *argument)
{
    struct errand *errand = argument;
    errand->error = oracle_ask_question(ctx, errand->to, NULL, errand->timeout_ns, desk_answered);
}

Test(ask, of_nothing_is_an_error_and_no_ask)
{
    struct forum *forum = forum_open(1);
    struct script script = {.deed = REPLY};
    struct errand errand = {forum_sage(forum, 0, &script, NULL), 7, FORUM_TIMEOUT_NS, 1};
    world_call(forum->world, 0, ask_for_nothing, &errand);
    cr_expect_eq(MYC_ENOMEM, errand.error);
    cr_expect_eq(MYC_ETHREAD,
                 oracle_ask_question(forum->world->ctx, errand.to,
                                     ticket_make(forum->world->ctx, 0, 1), 1, desk_answered));
    world_run(forum->world);
    cr_expect_eq(0, forum->count);
    cr_expect_eq(0, script.questions);
    forum_close(forum);
    NO_LEAKS();
}

Test(ask, a_reply_of_nothing_leaves_the_token_good)
{
    struct forum *forum = forum_open(1);
    struct script script = {.deed = KEEP};
    forum_ask(forum, forum_sage(forum, 0, &script, NULL), 7);
    cr_expect_eq(MYC_FULL, oracle_reply_question(forum->world->ctx, script.tokens[0], NULL));
    cr_expect_eq(MYC_SENT, sage_reply(forum->world->ctx, script.tokens[0], 7 + WISDOM));
    script_drop(&script, forum->world->ctx);
    world_run(forum->world);
    expect_one(forum, MYC_REPLIED, 7);
    forum_close(forum);
    NO_LEAKS();
}

static void ask_for_ever(myc_context *ctx, void *argument)
{
    struct errand *errand = argument;
    errand->timeout_ns = UINT64_MAX;
    run_errand(ctx, errand);
    errand->timeout_ns = UINT64_MAX - 1;
    run_errand(ctx, errand);
}

Test(ask, with_the_longest_timeout_waits_for_ever)
{
    struct forum *forum = forum_open(1);
    struct script script = {.deed = KEEP, .drops_at_stop = true};
    struct errand errand = {.to = forum_sage(forum, 0, &script, NULL)};
    world_call(forum->world, 0, ask_for_ever, &errand);
    forum_pass_time(forum, UINT64_C(1) << 62);
    cr_expect_eq(2, script.questions);
    cr_expect_eq(UINT64_MAX, script.deadline_ns);
    cr_expect_eq(0, forum->count);
    forum_close(forum);
    NO_LEAKS();
}

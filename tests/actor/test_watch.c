/* SPDX-License-Identifier: Apache-2.0 */
#include "watch_support.h"

static myc_next fail_42(struct journal *journal, myc_context *ctx, const ticket_data *ticket)
{
    (void)journal;
    (void)ctx;
    (void)ticket;
    return MYC_FAIL(-42);
}

static myc_next stop_now(struct journal *journal, myc_context *ctx, const ticket_data *ticket)
{
    (void)journal;
    (void)ctx;
    (void)ticket;
    return MYC_STOP;
}

/** A guard on worker 0 that watches a desk on `worker`. */
struct post {
    struct world *here;
    struct notebook book;
    struct journal journal;
    guard_ref guard;
    desk_ref desk;
};

static void post_open(struct post *post, uint32_t worker)
{
    post->here = world_open(2);
    post->guard = guard_at(post->here, 0, &post->book);
    post->desk = world_desk(post->here, worker, &post->journal, NULL);
    world_run(post->here);
    guard_tell(post->here, post->guard, run_watch, &post->desk);
    world_run(post->here);
    cr_assert_eq(0, post->book.count);
    world_mark(post->here);
}

static void post_close(struct post *post)
{
    world_await(post->here);
    world_close(post->here);
    journal_fini(&post->journal);
    NO_LEAKS();
}

Test(watch, tells_once_why_a_target_on_any_worker_has_ended)
{
    for (uint32_t worker = 0; worker < 2; worker++) {
        struct post post = {.journal.on_ticket = fail_42};
        post_open(&post, worker);
        cr_expect_eq(MYC_SENT, send_ticket(post.here->ctx, post.desk, 0, 0));
        world_run(post.here);
        expect_told(&post.book, post.desk.address, MYC_EXIT_FAILED, -42);
        cr_expect_eq(2, world_since(post.here).accepted, "the ticket and the notice");
        post_close(&post);
    }
}

Test(watch, tells_of_a_normal_end_and_of_a_stop)
{
    struct post done = {.journal.on_ticket = stop_now};
    post_open(&done, 1);
    cr_expect_eq(MYC_SENT, send_ticket(done.here->ctx, done.desk, 0, 0));
    world_run(done.here);
    expect_told(&done.book, done.desk.address, MYC_EXIT_DONE, 0);
    post_close(&done);

    struct post stopped = {0};
    post_open(&stopped, 1);
    myc_stop(stopped.here->ctx, stopped.desk.address);
    world_run(stopped.here);
    expect_told(&stopped.book, stopped.desk.address, MYC_EXIT_REQUESTED, 0);
    post_close(&stopped);
}

Test(watch, tells_of_a_kill_with_its_code)
{
    for (uint32_t worker = 0; worker < 2; worker++) {
        struct post post = {0};
        post_open(&post, 1);
        world_call(post.here, worker, run_kill, &post.desk.address);
        world_run(post.here);
        expect_told(&post.book, post.desk.address, MYC_EXIT_KILLED, -77);
        expect_exit(&post.journal, MYC_EXIT_KILLED, -77);
        post_close(&post);
    }
}

Test(watch, tells_of_a_start_that_failed)
{
    struct world *here = world_open(2);
    struct notebook book = {0};
    struct journal journal = {.start_code = -5};
    guard_ref guard = guard_at(here, 0, &book);
    world_run(here);
    desk_ref desk = world_desk(here, 0, &journal, NULL);
    guard_tell(here, guard, run_watch, &desk);
    world_run(here);
    cr_assert_eq(1, book.count);
    cr_expect(book.notices[0].why.reason == MYC_EXIT_FAILED ||
              book.notices[0].why.reason == MYC_EXIT_UNKNOWN);
    world_close(here);
    NO_LEAKS();
}

static void run_watch_and_see_nothing(myc_context *ctx, void *argument)
{
    struct post *post = argument;
    run_watch(ctx, &post->desk);
    cr_expect_eq(0, post->book.count, "the notice comes after the handler");
}

Test(watch, of_one_that_has_ended_is_told_unknown)
{
    for (uint32_t worker = 0; worker < 2; worker++) {
        struct post post = {.here = world_open(2)};
        post.guard = guard_at(post.here, 0, &post.book);
        post.desk = world_desk(post.here, worker, &post.journal, NULL);
        myc_stop(post.here->ctx, post.desk.address);
        world_run(post.here);
        guard_tell(post.here, post.guard, run_watch_and_see_nothing, &post);
        world_run(post.here);
        expect_told(&post.book, post.desk.address, MYC_EXIT_UNKNOWN, 0);
        post_close(&post);
    }
}

Test(watch, of_one_that_never_was_is_told_unknown)
{
    static const myc_address nobody[] = {{0}, {1u << 24 | 5000, 1}, {200u << 24, 1}, {77, 3}};
    for (uint32_t kind = 0; kind < 4; kind++) {
        struct post post = {.here = world_open(2), .desk.address = nobody[kind]};
        post.guard = guard_at(post.here, 0, &post.book);
        guard_tell(post.here, post.guard, run_watch, &post.desk);
        world_run(post.here);
        expect_told(&post.book, nobody[kind], MYC_EXIT_UNKNOWN, 0);
        post_close(&post);
    }
}

Test(watch, goes_ahead_of_a_mailbox_and_is_not_refused_by_a_full_one)
{
    struct post post = {.here = world_open(2)};
    guard_ref guard = {0};
    cr_assert_eq(0,
                 guard_spawn(post.here->ctx, &(struct guard){&post.book},
                             &(myc_spawn_options){
                                 .place = MYC_PLACE_ON_WORKER, .mailbox_bound = 4, .batch_max = 1},
                             &guard));
    post.desk = world_desk(post.here, 1, &post.journal, NULL);
    post.journal.on_ticket = fail_42;
    guard_tell(post.here, guard, run_watch, &post.desk);
    world_run(post.here);
    cr_expect_eq(MYC_SENT, send_ticket(post.here->ctx, post.desk, 0, 0));
    world_pass(post.here); /* worker 1 comes after worker 0: the notice is in the lane */
    uint32_t jobs = post.book.jobs;
    for (uint32_t job = 0; job < 4; job++)
        guard_tell(post.here, guard, run_unwatch, &post.here->clerks[0]);
    world_run(post.here);
    expect_told(&post.book, post.desk.address, MYC_EXIT_FAILED, -42);
    cr_expect_leq(post.book.jobs_before, jobs + 1);
    cr_expect_eq(jobs + 4, post.book.jobs);
    post_close(&post);
}

Test(watch, twice_is_one_watch_told_in_the_row_given_last)
{
    struct post post = {0};
    post_open(&post, 1);
    guard_tell(post.here, post.guard, run_watch, &post.desk);
    world_run(post.here);
    myc_stop(post.here->ctx, post.desk.address);
    world_run(post.here);
    expect_told(&post.book, post.desk.address, MYC_EXIT_REQUESTED, 0);
    cr_expect_eq(0, post.book.rows[0]);
    post_close(&post);
}

static void run_watch_lost(myc_context *ctx, void *argument)
{
    cr_expect_eq(0, MYC_WATCH(guard, lost, ctx, *(guard_ref *)argument));
}

Test(watch, can_be_turned_to_another_row)
{
    struct post post = {0};
    post_open(&post, 1);
    guard_tell(post.here, post.guard, run_watch_lost, &post.desk);
    world_run(post.here);
    myc_stop(post.here->ctx, post.desk.address);
    world_run(post.here);
    expect_told(&post.book, post.desk.address, MYC_EXIT_REQUESTED, 0);
    cr_expect_eq(1, post.book.rows[0]);
    post_close(&post);
}

Test(watch, is_over_with_unwatch_and_can_be_begun_again)
{
    for (uint32_t worker = 0; worker < 2; worker++) {
        struct post post = {0};
        post_open(&post, worker);
        guard_tell(post.here, post.guard, run_unwatch, &post.desk);
        guard_tell(post.here, post.guard, run_watch, &post.desk);
        guard_tell(post.here, post.guard, run_unwatch, &post.desk);
        guard_tell(post.here, post.guard, run_unwatch, &post.desk);
        world_run(post.here);
        guard_tell(post.here, post.guard, run_watch, &post.desk);
        world_run(post.here);
        myc_stop(post.here->ctx, post.desk.address);
        world_run(post.here);
        expect_told(&post.book, post.desk.address, MYC_EXIT_REQUESTED, 0);
        post_close(&post);
    }
}

Test(watch, that_was_ended_tells_nothing)
{
    for (uint32_t worker = 0; worker < 2; worker++) {
        struct post post = {0};
        post_open(&post, worker);
        guard_tell(post.here, post.guard, run_unwatch, &post.desk);
        world_run(post.here);
        myc_stop(post.here->ctx, post.desk.address);
        world_run(post.here);
        cr_expect_eq(0, post.book.count);
        post_close(&post);
    }
}

/* Both notices are queued when the first is handled, and that one ends the watch of the other. */
static void unwatch_other(struct notebook *book, myc_context *ctx, const myc_down *down)
{
    const desk_ref *desks = book->user;
    myc_unwatch(ctx, desks[myc_address_equal(down->actor, desks[0].address)].address);
}

Test(watch, that_was_ended_tells_nothing_also_when_its_notice_was_queued)
{
    for (uint32_t worker = 0; worker < 2; worker++) {
        struct world *here = world_open(2);
        struct journal journals[2] = {{0}, {0}};
        desk_ref desks[2];
        struct notebook book = {.at_notice = unwatch_other, .user = desks};
        guard_ref guard = guard_at(here, 0, &book);
        for (uint32_t desk = 0; desk < 2; desk++) {
            desks[desk] = world_desk(here, worker, &journals[desk], NULL);
            guard_tell(here, guard, run_watch, &desks[desk]);
        }
        world_run(here);
        world_mark(here);
        myc_stop(here->ctx, desks[0].address);
        myc_stop(here->ctx, desks[1].address);
        world_run(here);
        cr_expect_eq(1, book.count);
        cr_expect_eq(1, world_since(here).handled);
        world_await(here);
        world_close(here);
        NO_LEAKS();
    }
}

struct crowding {
    struct post *post;
    desk_ref crowd; /* where the watcher is */
};

/* More than a worker takes from a lane in one pass, and the notice behind it. */
static void crowd_then_stop(myc_context *ctx, void *argument)
{
    struct crowding *crowding = argument;
    for (uint32_t number = 0; number < 2 * MYC__TAKEN_PER_LANE; number++)
        cr_expect_eq(MYC_SENT, send_ticket(ctx, crowding->crowd, 0, number));
    myc_stop(ctx, crowding->post->desk.address);
}

/* Notice and unwatch cross each other. */
Test(watch, that_is_ended_while_its_notice_is_on_the_way_tells_nothing)
{
    for (uint32_t ends = 0; ends < 2; ends++) {
        struct post post = {0};
        post_open(&post, 1);
        struct crowding crowding = {
            &post, world_desk(post.here, 0, NULL, &(myc_spawn_options){.mailbox_bound = 5000})};
        world_run(post.here);
        world_call(post.here, 1, crowd_then_stop, &crowding);
        cr_assert_eq(1, post.journal.stops);
        if (ends)
            myc_stop(post.here->ctx, post.guard.address);
        else
            guard_tell(post.here, post.guard, run_unwatch, &post.desk);
        world_run(post.here);
        cr_expect_eq(0, post.book.count);
        cr_expect_eq(ends, post.book.stops);
        post_close(&post);
    }
}

Test(watch, notice_comes_again_when_its_handler_says_so)
{
    struct post post = {.book.agains = 3};
    post_open(&post, 1);
    myc_stop(post.here->ctx, post.desk.address);
    world_run(post.here);
    expect_told(&post.book, post.desk.address, MYC_EXIT_REQUESTED, 0);
    cr_expect_eq(1, world_since(post.here).accepted);
    cr_expect_eq(1, world_since(post.here).handled);
    post_close(&post);
}

Test(watch, notice_in_hand_is_a_dead_letter_when_its_actor_ends)
{
    struct post post = {.book.agains = UINT32_MAX};
    post_open(&post, 1);
    myc_stop(post.here->ctx, post.desk.address);
    for (uint32_t pass = 0; pass < 4; pass++)
        world_pass(post.here);
    myc_stop(post.here->ctx, post.guard.address);
    world_run(post.here);
    cr_expect_eq(0, post.book.count);
    cr_expect_eq(1, letters_of(post.here, MYC_DEAD_LEFT));
    post_close(&post);
}

Test(watch, dies_with_the_actor_that_made_it)
{
    for (uint32_t worker = 0; worker < 2; worker++) {
        struct post post = {0};
        post_open(&post, worker);
        myc_stop(post.here->ctx, post.guard.address);
        world_run(post.here);
        myc_stop(post.here->ctx, post.desk.address);
        world_run(post.here);
        cr_expect_eq(0, post.book.count);
        cr_expect_eq(0, post.here->letter_count);
        post_close(&post);
    }
}

Test(watch, ends_whichever_of_the_two_ends_first_or_both_at_once)
{
    for (uint32_t worker = 0; worker < 2; worker++) {
        for (uint32_t first = 0; first < 2; first++) {
            struct post post = {0};
            post_open(&post, worker);
            myc_stop(post.here->ctx, first ? post.guard.address : post.desk.address);
            myc_stop(post.here->ctx, first ? post.desk.address : post.guard.address);
            world_run(post.here);
            cr_expect_eq(2, world_counts(post.here).actors);
            cr_expect_eq(0, post.here->letter_count);
            post_close(&post);
        }
    }
}

Test(watch, of_thousands_by_one_tells_each_once)
{
    enum { MANY = 5000 };
    struct world *here = world_open(2);
    struct notebook book = {0};
    guard_ref guard = guard_at(here, 0, &book);
    world_run(here);
    static desk_ref desks[MANY];
    for (uint32_t desk = 0; desk < MANY; desk++) {
        desks[desk] = world_desk(here, desk % 2, NULL, NULL);
        guard_tell(here, guard, run_watch, &desks[desk]);
        if (desk % 200 == 0)
            world_run(here);
    }
    world_await(here);
    for (uint32_t desk = 0; desk < MANY; desk += 2) {
        guard_tell(here, guard, run_unwatch, &desks[desk]);
        if (desk % 200 == 0)
            world_run(here);
    }
    world_await(here);
    for (uint32_t desk = 0; desk < MANY; desk++)
        myc_stop(here->ctx, desks[desk].address);
    world_await(here);
    cr_expect_eq(MANY / 2, book.count);
    world_close(here);
    NO_LEAKS();
}

static void run_wrong_watches(myc_context *ctx, void *argument)
{
    const desk_ref *desk = argument;
    myc_address remote = {0, 1u << 22 | 1};
    cr_expect_eq(MYC_ETYPE, myc_watch(ctx, desk->address, guard_tag_job));
    cr_expect_eq(MYC_ETYPE, myc_watch(ctx, desk->address, guard_row_count));
    cr_expect_eq(MYC_EINVAL, myc_watch(ctx, myc_self(ctx), guard_tag_down));
    cr_expect_eq(MYC_ENOTSUP, myc_watch(ctx, remote, guard_tag_down));
}

Test(watch, refuses_what_is_wrong)
{
    struct post post = {0};
    post_open(&post, 1);
    guard_tell(post.here, post.guard, run_wrong_watches, &post.desk);
    cr_expect_eq(MYC_ETHREAD, myc_watch(post.here->ctx, post.desk.address, guard_tag_down));
    myc_unwatch(post.here->ctx, post.desk.address);
    post_close(&post);
}

Test(watch, queued_and_on_their_way_leak_nothing_when_the_system_stops)
{
    for (uint32_t passes = 0; passes < 4; passes++) {
        struct post post = {0};
        post_open(&post, 1);
        myc_stop(post.here->ctx, post.desk.address);
        guard_tell(post.here, post.guard, run_watch, &post.here->clerks[1]);
        for (uint32_t pass = 0; pass < passes; pass++)
            world_pass(post.here);
        world_close(post.here);
        NO_LEAKS();
    }
}

/* A guard whose last act is to watch. */
static void watch_once_more(struct notebook *book, myc_context *ctx)
{
    cr_expect_eq(0, MYC_WATCH(guard, down, ctx, *(desk_ref *)book->user));
}

Test(watch, begun_in_on_stop_is_over_at_once)
{
    for (uint32_t worker = 0; worker < 2; worker++) {
        struct post post = {.book = {.at_stop = watch_once_more, .user = &post.desk}};
        post_open(&post, worker);
        guard_tell(post.here, post.guard, run_unwatch, &post.desk);
        myc_stop(post.here->ctx, post.guard.address);
        world_run(post.here);
        cr_expect_eq(1, post.book.stops);
        post_close(&post);
    }
}

/* SPDX-License-Identifier: Apache-2.0 */
/* A handler gives its own reference away: nothing is counted, and nothing is lost. */
#include "actor_support.h"
#include "message/header.h"

/* A mover on worker 0 and two receivers, one of them on the other worker. */
struct movers {
    struct world *here;
    struct journal mover_journal;
    struct journal journals[2];
    desk_ref mover;
    desk_ref receivers[2];
    uint32_t destroyed;
    const ticket_data *kept;
};

typedef myc_next (*on_ticket)(struct journal *, myc_context *, const ticket_data *);

static void movers_open(struct movers *movers, on_ticket move)
{
    *movers = (struct movers){.here = world_open(2)};
    movers->mover_journal = (struct journal){.on_ticket = move, .user = movers};
    movers->mover = world_desk(movers->here, 0, &movers->mover_journal, NULL);
    for (uint32_t worker = 0; worker < 2; worker++) {
        movers->journals[worker].user = movers;
        movers->receivers[worker] = world_desk(movers->here, worker, &movers->journals[worker],
                                               &(myc_spawn_options){.mailbox_bound = 4});
    }
    world_await(movers->here);
    world_mark(movers->here);
}

static void movers_close(struct movers *movers)
{
    world_close(movers->here);
    journal_fini(&movers->mover_journal);
    for (uint32_t worker = 0; worker < 2; worker++)
        journal_fini(&movers->journals[worker]);
}

static void send_to_mover(myc_context *ctx, void *argument)
{
    struct movers *movers = argument;
    ticket_data *ticket = ticket_make(ctx, 0, 0);
    ticket->destroyed = &movers->destroyed;
    cr_assert_eq(MYC_SENT, desk_send_ticket(ctx, movers->mover, ticket));
}

/* From outside it is handled at once, from its own worker it has been in the mailbox. */
static void call_mover(struct movers *movers, bool from_outside)
{
    if (from_outside)
        send_to_mover(movers->here->ctx, movers);
    else
        world_call(movers->here, 0, send_to_mover, movers);
    world_await(movers->here);
}

/* Runs it both ways; each time the payload is destroyed `destroyed` times. */
static void expect_moved(on_ticket move, uint32_t tickets, uint32_t destroyed)
{
    for (int from_outside = 0; from_outside < 2; from_outside++) {
        struct movers movers;
        movers_open(&movers, move);
        call_mover(&movers, from_outside);
        cr_expect_eq(1, movers.mover_journal.count);
        cr_expect_eq(tickets, movers.journals[0].count + movers.journals[1].count);
        cr_expect_eq(destroyed, movers.destroyed);
        movers_close(&movers);
    }
}

/* Nobody counted anything: the receiver has the only reference. */
static myc_next expect_only_reference(struct journal *journal, myc_context *ctx,
                                      const ticket_data *ticket)
{
    (void)journal;
    (void)ctx;
    cr_expect_eq(1, myc__header_of(ticket)->references);
    return MYC_CONTINUE;
}

static myc_next move_to(struct journal *journal, myc_context *ctx, const ticket_data *ticket,
                        uint32_t receiver)
{
    struct movers *movers = journal->user;
    movers->journals[receiver].on_ticket = expect_only_reference;
    const ticket_data *moved = ticket_data_move(ctx, ticket);
    cr_expect_eq(ticket, moved);
    cr_expect_eq(MYC_SENT, desk_send_ticket(ctx, movers->receivers[receiver], moved));
    return MYC_CONTINUE;
}

static myc_next move_here(struct journal *journal, myc_context *ctx, const ticket_data *ticket)
{
    return move_to(journal, ctx, ticket, 0);
}

static myc_next move_there(struct journal *journal, myc_context *ctx, const ticket_data *ticket)
{
    return move_to(journal, ctx, ticket, 1);
}

WORLD_TEST(move, sends_a_message_on_without_counting)
{
    expect_moved(move_here, 1, 1);
    expect_moved(move_there, 1, 1);
    NO_LEAKS();
}

static myc_next move_to_both(struct journal *journal, myc_context *ctx, const ticket_data *ticket)
{
    struct movers *movers = journal->user;
    for (uint32_t receiver = 0; receiver < 2; receiver++)
        cr_expect_eq(MYC_SENT, desk_send_ticket(ctx, movers->receivers[receiver],
                                                ticket_data_move(ctx, ticket)));
    return MYC_CONTINUE;
}

WORLD_TEST(move, retains_the_second_time)
{
    expect_moved(move_to_both, 2, 1);
    NO_LEAKS();
}

static myc_next move_and_stop(struct journal *journal, myc_context *ctx, const ticket_data *ticket)
{
    (void)move_there(journal, ctx, ticket);
    return MYC_STOP;
}

static myc_next move_and_fail(struct journal *journal, myc_context *ctx, const ticket_data *ticket)
{
    (void)move_there(journal, ctx, ticket);
    return MYC_FAIL(MYC_EBUSY);
}

WORLD_TEST(move, is_not_undone_by_a_handler_that_ends_its_actor)
{
    expect_moved(move_and_stop, 1, 1);
    expect_moved(move_and_fail, 1, 1);
    NO_LEAKS();
}

static myc_next move_and_ask_again(struct journal *journal, myc_context *ctx,
                                   const ticket_data *ticket)
{
    (void)move_there(journal, ctx, ticket);
    return MYC_AGAIN;
}

WORLD_TEST(move, of_a_message_that_is_to_come_again_fails_the_actor)
{
    expect_moved(move_and_ask_again, 1, 1);
    for (int from_outside = 0; from_outside < 2; from_outside++) {
        struct movers movers;
        movers_open(&movers, move_and_ask_again);
        call_mover(&movers, from_outside);
        expect_exit(&movers.mover_journal, MYC_EXIT_FAILED, MYC_EINVAL);
        cr_expect_eq(0, movers.here->letter_count);
        cr_expect_eq(2 + !from_outside, world_since(movers.here).handled);
        movers_close(&movers);
    }
    NO_LEAKS();
}

static myc_next move_and_keep(struct journal *journal, myc_context *ctx, const ticket_data *ticket)
{
    struct movers *movers = journal->user;
    movers->kept = ticket_data_move(ctx, ticket);
    return MYC_CONTINUE;
}

static void release_kept(myc_context *ctx, void *argument)
{
    struct movers *movers = argument;
    cr_expect_eq(1, myc__header_of(movers->kept)->references);
    ticket_data_release(ctx, movers->kept);
}

WORLD_TEST(move, leaves_a_message_that_is_not_sent_to_the_handler)
{
    struct movers movers;
    movers_open(&movers, move_and_keep);
    call_mover(&movers, true);
    cr_expect_eq(0, movers.destroyed);
    world_call(movers.here, 0, release_kept, &movers);
    cr_expect_eq(1, movers.destroyed);
    movers_close(&movers);
    NO_LEAKS();
}

WORLD_TEST(move, and_forget_is_a_leak)
{
    struct movers movers;
    movers_open(&movers, move_and_keep);
    call_mover(&movers, false);
    cr_expect_eq(1, world_end(movers.here));
    cr_expect(world_logged(movers.here, "1 payloads of type ticket_data"));
    cr_expect_eq(0, movers.destroyed);
    world_free(movers.here);
    journal_fini(&movers.mover_journal);
    NO_LEAKS();
}

static myc_next move_to_the_full_and_the_dead(struct journal *journal, myc_context *ctx,
                                              const ticket_data *ticket)
{
    struct movers *movers = journal->user;
    if (ticket->number == 0)
        cr_expect_eq(MYC_FULL,
                     desk_send_ticket(ctx, movers->receivers[0], ticket_data_move(ctx, ticket)));
    else
        cr_expect_eq(MYC_DEAD,
                     desk_send_ticket(ctx, movers->receivers[1], ticket_data_move(ctx, ticket)));
    return MYC_CONTINUE;
}

static void send_to_the_full_and_the_dead(struct movers *movers)
{
    for (uint32_t number = 0; number < 2; number++) {
        ticket_data *ticket = ticket_make(movers->here->ctx, 0, number);
        ticket->destroyed = &movers->destroyed;
        cr_assert_eq(MYC_SENT, desk_send_ticket(movers->here->ctx, movers->mover, ticket));
    }
}

/* A send takes the reference also when it is refused. */
WORLD_TEST(move, into_a_refused_send_is_the_end_of_the_message)
{
    struct movers movers;
    movers_open(&movers, move_to_the_full_and_the_dead);
    movers.journals[0].gated = true;
    for (uint32_t number = 0; number < 5; number++)
        cr_assert_eq(MYC_SENT, send_ticket(movers.here->ctx, movers.receivers[0], 0, number));
    myc_stop(movers.here->ctx, movers.receivers[1].address);
    world_run(movers.here);
    send_to_the_full_and_the_dead(&movers);
    world_run(movers.here);
    cr_expect_eq(2, movers.mover_journal.count);
    cr_expect_eq(2, movers.destroyed);
    cr_expect_eq(1, movers.here->letter_count);
    movers.journals[0].gated = false;
    world_await(movers.here);
    movers_close(&movers);
    NO_LEAKS();
}

static myc_next move_another(struct journal *journal, myc_context *ctx, const ticket_data *ticket)
{
    struct movers *movers = journal->user;
    if (ticket->number == 0)
        return move_and_keep(journal, ctx, ticket);
    const ticket_data *second = ticket_data_move(ctx, movers->kept);
    cr_expect_eq(2, myc__header_of(second)->references, "it is retained: not the one in hand");
    ticket_data_release(ctx, second);
    return MYC_CONTINUE;
}

WORLD_TEST(move, of_another_payload_retains_it)
{
    struct movers movers;
    movers_open(&movers, move_another);
    for (uint32_t number = 0; number < 2; number++) {
        cr_assert_eq(MYC_SENT, send_ticket(movers.here->ctx, movers.mover, 0, number));
        world_run(movers.here);
    }
    const ticket_data *again = ticket_data_move(movers.here->ctx, movers.kept);
    cr_expect_eq(2, myc__header_of(again)->references, "nothing is handled outside of a handler");
    ticket_data_release(movers.here->ctx, again);
    ticket_data_release(movers.here->ctx, movers.kept);
    movers_close(&movers);
    NO_LEAKS();
}

/* Kept by an actor that has ended its handler; in hand of another one, which asked for it again. */
struct shared_ticket {
    const ticket_data *kept;
    uint32_t references;
};

static myc_next keep_a_share(struct journal *journal, myc_context *ctx, const ticket_data *ticket)
{
    ((struct shared_ticket *)journal->user)->kept = ticket_data_retain(ctx, ticket);
    return MYC_CONTINUE;
}

static void move_the_share(struct journal *journal, myc_context *ctx)
{
    struct shared_ticket *shared = journal->user;
    const ticket_data *moved = ticket_data_move(ctx, shared->kept);
    shared->references = myc__header_of(moved)->references;
    ticket_data_release(ctx, moved);
    ticket_data_release(ctx, shared->kept);
}

/* In on_stop no message is handled, whatever was handled last. */
WORLD_TEST(move, outside_of_a_handler_retains_what_another_actor_has_in_hand)
{
    struct world *here = world_open(1);
    struct shared_ticket shared = {0};
    struct journal keeper = {.on_ticket = keep_a_share, .at_stop = move_the_share, .user = &shared};
    struct journal holder = {.gated = true};
    desk_ref desks[2] = {world_desk(here, 0, &keeper, NULL), world_desk(here, 0, &holder, NULL)};
    world_await(here);
    ticket_data *ticket = ticket_make(here->ctx, 0, 0);
    cr_assert_eq(MYC_SENT,
                 desk_send_ticket(here->ctx, desks[0], ticket_data_retain(here->ctx, ticket)));
    cr_assert_eq(MYC_SENT, desk_send_ticket(here->ctx, desks[1], ticket));
    world_run(here);
    myc_stop(here->ctx, desks[0].address);
    world_run(here);
    cr_expect_eq(1, keeper.stops);
    cr_expect_geq(shared.references, 3, "on_stop, the keeper and the one in hand");
    holder.gated = false;
    world_await(here);
    expect_numbers(&holder, 0, 1);
    world_close(here);
    journal_fini(&keeper);
    journal_fini(&holder);
    NO_LEAKS();
}

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The stash: what is put aside comes back first and in order, is accounted for all the time, and
 * does not count in the mailbox.
 */
#include "actor/stash.h"
#include "actor_support.h"

/* A ticket from sender STASH is put aside while the desk is closed; what else a ticket means. */
enum { STASH, OPEN, CLOSE, AGAIN_ONCE, STOP, PLAIN, MOVE_AND_STASH, STASH_TWICE };

struct shelf {
    bool closed;
    bool came_again;
    int code;
    uint32_t back;
    uint32_t stashed;
};

static myc_next put_aside(struct shelf *shelf, myc_context *ctx, const ticket_data *ticket)
{
    shelf->code = desk_stash_ticket(ctx, ticket);
    shelf->stashed = myc_stashed(ctx);
    return MYC_CONTINUE;
}

static myc_next shelf_on_ticket(struct journal *journal, myc_context *ctx,
                                const ticket_data *ticket)
{
    struct shelf *shelf = journal->user;
    switch (ticket->sender) {
    case STASH: return shelf->closed ? put_aside(shelf, ctx, ticket) : MYC_CONTINUE;
    case OPEN:
        shelf->closed = false;
        shelf->back = myc_unstash_all(ctx);
        break;
    case CLOSE: shelf->closed = true; break;
    case AGAIN_ONCE:
        shelf->came_again = !shelf->came_again;
        return shelf->came_again ? MYC_AGAIN : MYC_CONTINUE;
    case STOP: return MYC_STOP;
    case MOVE_AND_STASH:
        myc_release(ctx, ticket_data_move(ctx, ticket));
        return put_aside(shelf, ctx, ticket);
    case STASH_TWICE: (void)put_aside(shelf, ctx, ticket); return put_aside(shelf, ctx, ticket);
    default: break;
    }
    return MYC_CONTINUE;
}

static struct journal shelf_journal(struct shelf *shelf)
{
    return (struct journal){.on_ticket = shelf_on_ticket, .user = shelf};
}

struct told {
    desk_ref to;
    const uint32_t *what;
    uint32_t count;
    uint32_t first;
};

static void send_told(myc_context *ctx, void *argument)
{
    const struct told *told = argument;
    for (uint32_t i = 0; i < told->count; i++)
        cr_expect_eq(MYC_SENT, send_ticket(ctx, told->to, told->what[i], told->first + i));
}

#define TOLD(...)                                                                                  \
    (const uint32_t[]){__VA_ARGS__}, sizeof((const uint32_t[]){__VA_ARGS__}) / sizeof(uint32_t)

/* Queues tickets with the numbers from `first` on in one handler; then they are handled. */
static void tell(struct world *here, desk_ref to, uint32_t first, const uint32_t *what,
                 uint32_t count)
{
    world_call(here, 0, send_told, &(struct told){to, what, count, first});
    world_run(here);
}

/* The numbers the desk saw, each time it saw one. */
static void expect_seen(const struct journal *journal, const uint32_t *numbers, uint32_t count)
{
    cr_expect_eq(count, journal->count, "expected %u calls, got %u", count, journal->count);
    for (uint32_t i = 0; i < count && i < journal->count; i++)
        cr_expect_eq(numbers[i], journal->entries[i].number, "call %u: expected %u, got %u", i,
                     numbers[i], journal->entries[i].number);
}

Test(stash, comes_back_in_order_before_what_is_queued)
{
    struct world *here = world_open(1);
    struct shelf shelf = {.closed = true};
    struct journal journal = shelf_journal(&shelf);
    desk_ref desk = world_desk(here, 0, &journal, NULL);
    tell(here, desk, 1, TOLD(STASH, STASH, PLAIN, STASH, OPEN, PLAIN, PLAIN));
    expect_seen(&journal, TOLD(1, 2, 3, 4, 5, 1, 2, 4, 6, 7));
    cr_expect_eq(0, shelf.code);
    cr_expect_eq(3, shelf.back);
    world_close(here);
    journal_fini(&journal);
    NO_LEAKS();
}

Test(stash, counts_as_queued)
{
    struct world *here = world_open(1);
    struct shelf shelf = {.closed = true};
    struct journal journal = shelf_journal(&shelf);
    desk_ref desk = world_desk(here, 0, &journal, NULL);
    world_run(here);
    world_mark(here);
    tell(here, desk, 1, TOLD(STASH, STASH, PLAIN));
    cr_expect_eq(2, world_since(here).queued);
    cr_expect_eq(2, shelf.stashed);
    cr_expect_eq(MYC_ETIMEDOUT, myc_system_await_quiescence(here->system, 0));
    world_expect_conserved(here);
    tell(here, desk, 4, TOLD(OPEN));
    world_await(here);
    cr_expect_eq(0, world_since(here).queued);
    world_close(here);
    journal_fini(&journal);
    NO_LEAKS();
}

Test(stash, what_is_stashed_again_waits_for_the_next_call)
{
    struct world *here = world_open(1);
    struct shelf shelf = {.closed = true};
    struct journal journal = shelf_journal(&shelf);
    desk_ref desk = world_desk(here, 0, &journal, NULL);
    tell(here, desk, 1, TOLD(STASH, CLOSE, STASH, OPEN, CLOSE, PLAIN));
    /* 1 and 3 come back behind 4, open; 5 closes. */
    expect_seen(&journal, TOLD(1, 2, 3, 4, 1, 3, 5, 6));
    journal.count = 0;
    shelf.closed = true;
    tell(here, desk, 10, TOLD(STASH, STASH));
    shelf.closed = false;
    journal.on_ticket = NULL;
    tell(here, desk, 12, TOLD(PLAIN));
    journal.on_ticket = shelf_on_ticket;
    expect_seen(&journal, TOLD(10, 11, 12));
    tell(here, desk, 13, TOLD(OPEN));
    expect_seen(&journal, TOLD(10, 11, 12, 13, 10, 11));
    world_close(here);
    journal_fini(&journal);
    NO_LEAKS();
}

/* A later call puts what was stashed since before what is left of the earlier one. */
static myc_next open_at_first(struct journal *journal, myc_context *ctx, const ticket_data *ticket)
{
    (void)journal;
    switch (ticket->number) {
    case 1:
    case 2:
        return journal->count < 4 ? (desk_stash_ticket(ctx, ticket) ? MYC_STOP : MYC_CONTINUE)
                                  : MYC_CONTINUE;
    case 3: myc_unstash_all(ctx); return MYC_CONTINUE;
    default: return MYC_CONTINUE;
    }
}

static myc_next stash_and_put_back(struct journal *journal, myc_context *ctx,
                                   const ticket_data *ticket)
{
    if (journal->count == 4) { /* 1 again, with 2 behind it: it goes before 2 */
        cr_expect_eq(0, desk_stash_ticket(ctx, ticket));
        cr_expect_eq(1, myc_unstash_all(ctx));
        return MYC_CONTINUE;
    }
    return open_at_first(journal, ctx, ticket);
}

Test(stash, a_second_call_goes_before_the_rest_of_the_first)
{
    struct world *here = world_open(1);
    struct journal journal = {.on_ticket = stash_and_put_back};
    desk_ref desk = world_desk(here, 0, &journal, NULL);
    tell(here, desk, 1, TOLD(0, 0, 0, 0));
    expect_seen(&journal, TOLD(1, 2, 3, 1, 1, 2, 4));
    cr_expect_eq(0, world_counts(here).queued);
    world_close(here);
    journal_fini(&journal);
    NO_LEAKS();
}

Test(stash, a_message_that_is_to_come_again_stays_first)
{
    struct world *here = world_open(1);
    struct shelf shelf = {.closed = true};
    struct journal journal = shelf_journal(&shelf);
    desk_ref desk = world_desk(here, 0, &journal, NULL);
    world_run(here);
    tell(here, desk, 1, TOLD(STASH, STASH, PLAIN));
    journal.gated = true;
    journal.permits = 1;
    tell(here, desk, 4, TOLD(OPEN, PLAIN));
    cr_expect_eq(4, journal.count, "1 comes again and again");
    for (uint32_t call = 0; call < 3; call++) {
        journal.permits = 1;
        world_run(here);
        cr_expect_eq(5 + call, journal.count);
    }
    expect_seen(&journal, TOLD(1, 2, 3, 4, 1, 2, 5));
    world_close(here);
    journal_fini(&journal);
    NO_LEAKS();
}

Test(stash, is_bounded)
{
    struct world *here = world_open(1);
    struct shelf shelf = {.closed = true};
    struct journal journal = shelf_journal(&shelf);
    desk_ref desk = world_desk(here, 0, &journal, &(myc_spawn_options){.stash_bound = 2});
    tell(here, desk, 1, TOLD(STASH, STASH));
    cr_expect_eq(0, shelf.code);
    tell(here, desk, 3, TOLD(STASH));
    cr_expect_eq(MYC_ELIMIT, shelf.code);
    cr_expect_eq(2, shelf.stashed);
    cr_expect_eq(2, world_counts(here).queued, "3 was handled");
    tell(here, desk, 4, TOLD(OPEN));
    expect_seen(&journal, TOLD(1, 2, 3, 4, 1, 2));
    world_close(here);
    journal_fini(&journal);
    NO_LEAKS();
}

Test(stash, holds_a_thousand_where_nothing_else_is_said)
{
    struct world *here = world_open(1);
    struct shelf shelf = {.closed = true};
    struct journal journal = shelf_journal(&shelf);
    desk_ref desk = world_desk(here, 0, &journal, NULL);
    for (uint32_t number = 0; number <= MYC__STASH_BOUND_DEFAULT; number++) {
        cr_assert_eq(MYC_SENT, send_ticket(here->ctx, desk, STASH, number));
        world_pass(here);
    }
    cr_expect_eq(MYC_ELIMIT, shelf.code);
    cr_expect_eq(1000, shelf.stashed);
    tell(here, desk, 5000, TOLD(OPEN));
    cr_expect_eq(1000, shelf.back);
    cr_expect_eq(2002, journal.count);
    for (uint32_t i = 0; i < 1000; i++)
        cr_assert_eq(i, journal.entries[1002 + i].number);
    world_close(here);
    journal_fini(&journal);
    NO_LEAKS();
}

/* What was put back was accepted once: a full mailbox does not matter, and what is put back does
 * not fill it. */
Test(stash, has_nothing_to_do_with_the_bound_of_the_mailbox)
{
    struct world *here = world_open(1);
    struct shelf shelf = {.closed = true};
    struct journal journal = shelf_journal(&shelf);
    desk_ref desk = world_desk(here, 0, &journal, &(myc_spawn_options){.mailbox_bound = 3});
    tell(here, desk, 1, TOLD(STASH, STASH, STASH));
    tell(here, desk, 4, TOLD(STASH, STASH, STASH));
    tell(here, desk, 7, TOLD(OPEN, PLAIN, PLAIN));
    expect_seen(&journal, TOLD(1, 2, 3, 4, 5, 6, 7, 1, 2, 3, 4, 5, 6, 8, 9));
    cr_expect_eq(0, world_counts(here).dropped);
    cr_expect_eq(0, world_counts(here).refused);
    world_close(here);
    journal_fini(&journal);
    NO_LEAKS();
}

Test(stash, becomes_dead_letters_with_its_actor)
{
    struct world *here = world_open(1);
    struct shelf shelf = {.closed = true};
    struct journal journal = shelf_journal(&shelf);
    desk_ref desk = world_desk(here, 0, &journal, NULL);
    tell(here, desk, 1, TOLD(STASH, STASH, STOP));
    cr_expect_eq(2, letters_of(here, MYC_DEAD_LEFT));
    cr_expect_eq(1, here->letters[0].number);
    cr_expect_eq(2, here->letters[1].number);
    cr_expect_eq(desk_tag_ticket, here->letters[0].tag);
    cr_expect_eq(0, world_counts(here).queued);
    world_close(here);
    journal_fini(&journal);
    NO_LEAKS();
}

static myc_next open_and_stop(struct journal *journal, myc_context *ctx, const ticket_data *ticket)
{
    (void)journal;
    if (ticket->sender == STASH)
        return desk_stash_ticket(ctx, ticket) ? MYC_FAIL(MYC_EINVAL) : MYC_CONTINUE;
    cr_expect_eq(2, myc_unstash_all(ctx));
    return MYC_STOP;
}

Test(stash, becomes_dead_letters_when_it_was_put_back)
{
    struct world *here = world_open(1);
    struct journal journal = {.on_ticket = open_and_stop};
    desk_ref desk = world_desk(here, 0, &journal, NULL);
    tell(here, desk, 1, TOLD(STASH, STASH, PLAIN, PLAIN));
    expect_seen(&journal, TOLD(1, 2, 3));
    cr_expect_eq(3, letters_of(here, MYC_DEAD_LEFT));
    world_close(here);
    journal_fini(&journal);
    NO_LEAKS();
}

Test(stash, is_discarded_with_its_system)
{
    struct world *here = world_open(1);
    struct shelf shelf = {.closed = true};
    struct journal journal = shelf_journal(&shelf);
    desk_ref desk = world_desk(here, 0, &journal, NULL);
    tell(here, desk, 1, TOLD(STASH, STASH));
    cr_expect_eq(0, world_end(here));
    cr_expect_eq(2, letters_of(here, MYC_DEAD_DISCARDED));
    world_free(here);
    journal_fini(&journal);
    NO_LEAKS();
}

Test(stash, takes_only_the_message_in_hand)
{
    struct world *here = world_open(1);
    struct shelf shelf = {.closed = true};
    struct journal journal = shelf_journal(&shelf);
    desk_ref desk = world_desk(here, 0, &journal, NULL);
    tell(here, desk, 1, TOLD(MOVE_AND_STASH));
    cr_expect_eq(MYC_EINVAL, shelf.code);
    tell(here, desk, 2, TOLD(STASH_TWICE));
    cr_expect_eq(MYC_EINVAL, shelf.code);
    cr_expect_eq(1, shelf.stashed);
    ticket_data *mine = ticket_make(here->ctx, 0, 0);
    cr_expect_eq(MYC_ETHREAD, desk_stash_ticket(here->ctx, mine));
    ticket_data_release(here->ctx, mine);
    cr_expect_eq(0, myc_unstash_all(here->ctx));
    cr_expect_eq(0, myc_stashed(here->ctx));
    world_close(here);
    journal_fini(&journal);
    NO_LEAKS();
}

/* From a lane a message is handled without a mailbox. */
Test(stash, takes_messages_of_an_idle_actor)
{
    struct world *here = world_open(2);
    struct shelf shelf = {.closed = true};
    struct journal journal = shelf_journal(&shelf);
    desk_ref desk = world_desk(here, 1, &journal, NULL);
    world_run(here);
    send_told(here->ctx, &(struct told){desk, TOLD(STASH, STASH, OPEN, PLAIN), 1});
    world_run(here);
    expect_seen(&journal, TOLD(1, 2, 3, 1, 2, 4));
    world_close(here);
    journal_fini(&journal);
    NO_LEAKS();
}

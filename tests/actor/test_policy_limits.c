/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Limits of rows and reserved slots, for senders on the worker and elsewhere, by overflow.
 */
#include "stall.h"

static const myc_row_rule two_quotes[] = {{.tag = ROW_QUOTE, .queued_max = 2}};
static const myc_mailbox_policy limit = {.rules = two_quotes, .rule_count = 1};
static const myc_row_rule for_cancels[] = {{.tag = ROW_CANCEL, .reserved = true}};
static const myc_mailbox_policy reserve = {.reserved = 2, .rules = for_cancels, .rule_count = 1};

static const struct stall_send three_quotes[] = {{ROW_QUOTE, 0, 1, MYC_SENT},
                                                 {ROW_QUOTE, 0, 2, MYC_SENT},
                                                 {ROW_ORDER, 0, 1, MYC_SENT},
                                                 {ROW_QUOTE, 0, 3, MYC_SENT}};

Test(policy_limits, a_row_at_its_limit_is_refused)
{
    struct world *here = world_open(1);
    static struct stall_book book;
    stall_ref stall = stall_at(here, 0, &book, &(myc_spawn_options){.policy = &limit});
    for (uint32_t round = 0; round < 20; round++) {
        book.count = 0;
        stall_play_here(here, stall,
                        SENDS({ROW_QUOTE, 0, 1, MYC_SENT}, {ROW_QUOTE, 0, 2, MYC_SENT},
                              {ROW_QUOTE, 0, 3, MYC_FULL}, {ROW_ORDER, 0, 1, MYC_SENT},
                              {ROW_QUOTE, 0, 4, MYC_FULL}));
        expect_book(&book, ENTRIES({ROW_QUOTE, 0, 1}, {ROW_QUOTE, 0, 2}, {ROW_ORDER, 0, 1}));
    }
    cr_expect_eq(40, world_counts(here).refused);
    cr_expect_eq(0, world_counts(here).dropped);
    world_close(here);
    NO_LEAKS();
}

Test(policy_limits, a_row_at_its_limit_is_dropped_from_elsewhere)
{
    struct world *here = world_open(2);
    static struct stall_book book;
    stall_ref stall = stall_at(here, 1, &book, &(myc_spawn_options){.policy = &limit});
    stall_play_away(here, stall, &book, three_quotes, 4);
    expect_book(
        &book, ENTRIES({ROW_ORDER, 0, 0}, {ROW_QUOTE, 0, 1}, {ROW_QUOTE, 0, 2}, {ROW_ORDER, 0, 1}));
    cr_expect_eq(1, world_counts(here).dropped_limited);
    cr_expect_eq(1, world_counts(here).dropped);
    world_close(here);
    NO_LEAKS();
}

/* Also with an overflow that drops the oldest: a limit is no reason to lose another row's. */
Test(policy_limits, a_row_at_its_limit_drops_the_newest)
{
    const myc_overflow overflows[] = {MYC_OVERFLOW_DROP_NEWEST, MYC_OVERFLOW_DROP_OLDEST};
    for (uint32_t i = 0; i < 2; i++) {
        struct world *here = world_open(1);
        static struct stall_book book;
        book.count = 0;
        stall_ref stall = stall_at(
            here, 0, &book, &(myc_spawn_options){.overflow = overflows[i], .policy = &limit});
        stall_play_here(here, stall, three_quotes, 4);
        expect_book(&book, ENTRIES({ROW_QUOTE, 0, 1}, {ROW_QUOTE, 0, 2}, {ROW_ORDER, 0, 1}));
        cr_expect_eq(1, world_counts(here).dropped_limited);
        world_close(here);
    }
    NO_LEAKS();
}

/* Four slots, of which two are for cancels. */
static stall_ref stall_with_reserve(struct world *here, uint32_t worker, struct stall_book *book)
{
    return stall_at(here, worker, book,
                    &(myc_spawn_options){.mailbox_bound = 4, .policy = &reserve});
}

Test(policy_limits, cancels_get_in_when_quotes_fill_the_box)
{
    struct world *here = world_open(1);
    static struct stall_book book;
    stall_ref stall = stall_with_reserve(here, 0, &book);
    stall_play_here(here, stall,
                    SENDS({ROW_QUOTE, 0, 1, MYC_SENT}, {ROW_QUOTE, 0, 2, MYC_SENT},
                          {ROW_QUOTE, 0, 3, MYC_FULL}, {ROW_CANCEL, 0, 1, MYC_SENT},
                          {ROW_CANCEL, 0, 2, MYC_SENT}, {ROW_CANCEL, 0, 3, MYC_FULL},
                          {ROW_QUOTE, 0, 4, MYC_FULL}));
    expect_book(&book, ENTRIES({ROW_QUOTE, 0, 1}, {ROW_QUOTE, 0, 2}, {ROW_CANCEL, 0, 1},
                               {ROW_CANCEL, 0, 2}));
    cr_expect_eq(3, world_counts(here).refused);
    world_close(here);
    NO_LEAKS();
}

Test(policy_limits, cancels_get_in_from_elsewhere)
{
    struct world *here = world_open(2);
    static struct stall_book book;
    stall_ref stall = stall_with_reserve(here, 1, &book);
    stall_play_away(here, stall, &book,
                    SENDS({ROW_QUOTE, 0, 1, MYC_SENT}, {ROW_QUOTE, 0, 2, MYC_SENT},
                          {ROW_QUOTE, 0, 3, MYC_SENT}, {ROW_CANCEL, 0, 1, MYC_SENT},
                          {ROW_CANCEL, 0, 2, MYC_SENT}, {ROW_CANCEL, 0, 3, MYC_SENT}));
    expect_book(&book, ENTRIES({ROW_ORDER, 0, 0}, {ROW_QUOTE, 0, 1}, {ROW_QUOTE, 0, 2},
                               {ROW_CANCEL, 0, 1}, {ROW_CANCEL, 0, 2}));
    cr_expect_eq(1, world_counts(here).dropped_limited, "a quote: only reserved slots are left");
    cr_expect_eq(1, world_counts(here).dropped_newest, "a cancel: the mailbox is at its bound");
    world_close(here);
    NO_LEAKS();
}

/* The sender looks at a flag of the slot before it posts: it must not be up while cancels may come.
 */
Test(policy_limits, a_full_share_does_not_turn_cancels_away)
{
    struct world *here = world_open(2);
    static struct stall_book book;
    stall_ref stall = stall_with_reserve(here, 1, &book);
    book.closed = true;
    for (uint32_t number = 0; number < 4; number++) {
        cr_expect_eq(MYC_SENT, stall_offer(here->ctx, stall, ROW_QUOTE, 0, number));
        world_pass(here);
    }
    cr_expect_eq(MYC_SENT, stall_offer(here->ctx, stall, ROW_CANCEL, 0, 1));
    world_pass(here);
    book.closed = false;
    world_run(here);
    expect_book(&book, ENTRIES({ROW_QUOTE, 0, 0}, {ROW_QUOTE, 0, 1}, {ROW_QUOTE, 0, 2},
                               {ROW_CANCEL, 0, 1}));
    world_close(here);
    NO_LEAKS();
}

/* Without key and reserve the mailbox is as any other one at its bound. */
Test(policy_limits, a_full_mailbox_with_limits_refuses_elsewhere)
{
    struct world *here = world_open(2);
    static struct stall_book book;
    stall_ref stall =
        stall_at(here, 1, &book, &(myc_spawn_options){.mailbox_bound = 2, .policy = &limit});
    book.closed = true;
    for (uint32_t number = 0; number < 3; number++) {
        cr_expect_eq(MYC_SENT, stall_offer(here->ctx, stall, ROW_ORDER, 0, number));
        world_pass(here);
    }
    cr_expect_eq(MYC_FULL, stall_offer(here->ctx, stall, ROW_ORDER, 0, 3));
    book.closed = false;
    world_run(here);
    cr_expect_eq(3, book.count);
    cr_expect_eq(MYC_SENT, stall_offer(here->ctx, stall, ROW_ORDER, 0, 4));
    world_close(here);
    NO_LEAKS();
}

Test(policy_limits, the_oldest_goes_unless_its_row_has_reserved_slots)
{
    struct world *here = world_open(1);
    static struct stall_book book;
    stall_ref stall =
        stall_at(here, 0, &book,
                 &(myc_spawn_options){
                     .mailbox_bound = 4, .overflow = MYC_OVERFLOW_DROP_OLDEST, .policy = &reserve});
    stall_play_here(here, stall,
                    SENDS({ROW_QUOTE, 0, 1, MYC_SENT}, {ROW_CANCEL, 0, 1, MYC_SENT},
                          {ROW_QUOTE, 0, 2, MYC_SENT}, {ROW_QUOTE, 0, 3, MYC_SENT}));
    expect_book(&book, ENTRIES({ROW_CANCEL, 0, 1}, {ROW_QUOTE, 0, 2}));
    cr_expect_eq(1, world_counts(here).dropped_oldest, "quote 1 for quote 2");
    cr_expect_eq(1, world_counts(here).dropped_limited, "quote 3: the oldest is a cancel");
    world_close(here);
    NO_LEAKS();
}

static void look_at_room(myc_context *ctx, void *argument)
{
    const stall_ref *to = argument;
    cr_expect_eq(2, myc_room(ctx, to->address));
    cr_expect_eq(MYC_SENT, stall_offer(ctx, *to, ROW_QUOTE, 0, 1));
    cr_expect_eq(1, myc_room(ctx, to->address));
    cr_expect_eq(MYC_SENT, stall_offer(ctx, *to, ROW_CANCEL, 0, 1));
    cr_expect_eq(MYC_SENT, stall_offer(ctx, *to, ROW_CANCEL, 0, 2));
    cr_expect_eq(0, myc_room(ctx, to->address));
}

Test(policy_limits, room_is_that_of_rows_without_reserve)
{
    struct world *here = world_open(1);
    static struct stall_book book;
    stall_ref stall = stall_with_reserve(here, 0, &book);
    world_call(here, 0, look_at_room, &stall);
    world_run(here);
    cr_expect_eq(3, book.count);
    world_close(here);
    NO_LEAKS();
}

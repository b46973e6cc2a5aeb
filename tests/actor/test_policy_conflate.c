/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Conflation by key: the freshest quote of each instrument, at its old place in the queue.
 */
#include "stall.h"

static const myc_mailbox_policy by_instrument = {.key = quote_key};

static void expect_conflated(const struct world *here, uint64_t count)
{
    cr_expect_eq(count, world_counts(here).dropped_conflated);
    cr_expect_eq(count, world_counts(here).dropped);
    cr_expect_eq(0, world_counts(here).queued);
}

Test(policy_conflate, the_freshest_takes_the_place_of_the_old_one)
{
    struct world *here = world_open(1);
    static struct stall_book book;
    stall_ref stall = stall_at(here, 0, &book, &(myc_spawn_options){.policy = &by_instrument});
    stall_play_here(here, stall,
                    SENDS({ROW_QUOTE, 7, 1, MYC_SENT}, {ROW_QUOTE, 8, 1, MYC_SENT},
                          {ROW_ORDER, 7, 1, MYC_SENT}, {ROW_QUOTE, 9, 1, MYC_SENT},
                          {ROW_QUOTE, 8, 2, MYC_SENT}, {ROW_QUOTE, 7, 2, MYC_SENT},
                          {ROW_QUOTE, 8, 3, MYC_SENT}));
    expect_book(
        &book, ENTRIES({ROW_QUOTE, 7, 2}, {ROW_QUOTE, 8, 3}, {ROW_ORDER, 7, 1}, {ROW_QUOTE, 9, 1}));
    expect_conflated(here, 3);
    world_close(here);
    NO_LEAKS();
}

Test(policy_conflate, what_comes_from_elsewhere_too)
{
    struct world *here = world_open(2);
    static struct stall_book book;
    stall_ref stall = stall_at(here, 1, &book, &(myc_spawn_options){.policy = &by_instrument});
    stall_play_away(here, stall, &book,
                    SENDS({ROW_QUOTE, 7, 1, MYC_SENT}, {ROW_QUOTE, 8, 1, MYC_SENT},
                          {ROW_QUOTE, 7, 2, MYC_SENT}));
    expect_book(&book, ENTRIES({ROW_ORDER, 0, 0}, {ROW_QUOTE, 7, 2}, {ROW_QUOTE, 8, 1}));
    expect_conflated(here, 1);
    world_close(here);
    NO_LEAKS();
}

/* Once it is handled, the next one of its key is a new message. */
Test(policy_conflate, what_was_handled_is_not_replaced)
{
    struct world *here = world_open(1);
    static struct stall_book book;
    stall_ref stall = stall_at(here, 0, &book, &(myc_spawn_options){.policy = &by_instrument});
    for (uint32_t round = 0; round < 50; round++)
        stall_play_here(
            here, stall,
            SENDS({ROW_QUOTE, 7, 2 * round, MYC_SENT}, {ROW_QUOTE, 7, 2 * round + 1, MYC_SENT}));
    cr_expect_eq(50, book.count);
    for (uint32_t round = 0; round < book.count; round++)
        cr_expect_eq(2 * round + 1, book.entries[round].number);
    expect_conflated(here, 50);
    world_close(here);
    NO_LEAKS();
}

static bool any_key(uint32_t tag, const void *payload, uint64_t *key)
{
    (void)tag;
    *key = ((const item *)payload)->about;
    return true;
}

Test(policy_conflate, keys_of_different_rows_are_different)
{
    struct world *here = world_open(1);
    static struct stall_book book;
    const myc_mailbox_policy policy = {.key = any_key};
    stall_ref stall = stall_at(here, 0, &book, &(myc_spawn_options){.policy = &policy});
    stall_play_here(here, stall,
                    SENDS({ROW_QUOTE, 7, 1, MYC_SENT}, {ROW_ORDER, 7, 1, MYC_SENT},
                          {ROW_QUOTE, 7, 2, MYC_SENT}));
    expect_book(&book, ENTRIES({ROW_QUOTE, 7, 2}, {ROW_ORDER, 7, 1}));
    world_close(here);
    NO_LEAKS();
}

/* To replace needs no room; what is new is refused. */
Test(policy_conflate, a_full_mailbox_still_takes_the_freshest)
{
    struct world *here = world_open(1);
    static struct stall_book book;
    stall_ref stall = stall_at(here, 0, &book,
                               &(myc_spawn_options){.mailbox_bound = 2, .policy = &by_instrument});
    stall_play_here(here, stall,
                    SENDS({ROW_QUOTE, 7, 1, MYC_SENT}, {ROW_QUOTE, 8, 1, MYC_SENT},
                          {ROW_QUOTE, 9, 1, MYC_FULL}, {ROW_QUOTE, 7, 2, MYC_SENT},
                          {ROW_QUOTE, 8, 2, MYC_SENT}));
    expect_book(&book, ENTRIES({ROW_QUOTE, 7, 2}, {ROW_QUOTE, 8, 2}));
    cr_expect_eq(1, world_counts(here).refused);
    expect_conflated(here, 2);
    world_close(here);
    NO_LEAKS();
}

/* A sender elsewhere is not told that it is full, since it may not be full for what it sends: the
 * bound is exact. */
Test(policy_conflate, a_full_mailbox_drops_what_is_new_from_elsewhere)
{
    struct world *here = world_open(1);
    static struct stall_book book;
    stall_ref stall = stall_at(here, 0, &book,
                               &(myc_spawn_options){.mailbox_bound = 2, .policy = &by_instrument});
    stall_play_away(here, stall, &book,
                    SENDS({ROW_QUOTE, 7, 1, MYC_SENT}, {ROW_QUOTE, 8, 1, MYC_SENT},
                          {ROW_QUOTE, 9, 1, MYC_SENT}, {ROW_QUOTE, 8, 2, MYC_SENT}));
    expect_book(&book, ENTRIES({ROW_ORDER, 0, 0}, {ROW_QUOTE, 7, 1}, {ROW_QUOTE, 8, 2}));
    cr_expect_eq(1, world_counts(here).dropped_newest);
    cr_expect_eq(1, world_counts(here).dropped_conflated);
    world_close(here);
    NO_LEAKS();
}

Test(policy_conflate, the_old_one_is_destroyed)
{
    struct world *here = world_open(1);
    static struct stall_book book;
    stall_ref stall = stall_at(here, 0, &book, &(myc_spawn_options){.policy = &by_instrument});
    uint32_t destroyed = 0;
    book.closed = true;
    for (uint32_t number = 0; number < 10; number++) {
        item *made = item_make(here->ctx, 7, number);
        made->destroyed = &destroyed;
        cr_expect_eq(MYC_SENT, stall_send_quote(here->ctx, stall, made));
        world_pass(here);
    }
    cr_expect_eq(8, destroyed, "one is in hand, one is queued, not %u", 10 - destroyed);
    world_close(here);
    cr_expect_eq(10, destroyed);
    NO_LEAKS();
}

struct spread {
    stall_ref to;
    uint32_t keys;
    uint32_t rounds;
};

static void send_spread(myc_context *ctx, void *argument)
{
    const struct spread *spread = argument;
    for (uint32_t round = 0; round < spread->rounds; round++)
        for (uint32_t key = 0; key < spread->keys; key++)
            cr_assert_eq(MYC_SENT, stall_offer(ctx, spread->to, ROW_QUOTE, key * 64, round));
}

/* More keys than it began with, several times, so that its ledger grows while all are queued. */
Test(policy_conflate, thousands_of_keys_keep_their_order)
{
    struct world *here = world_open(1);
    static struct stall_book book;
    stall_ref stall = stall_at(
        here, 0, &book, &(myc_spawn_options){.mailbox_bound = 5000, .policy = &by_instrument});
    struct spread spread = {stall, 5000, 3};
    world_call(here, 0, send_spread, &spread);
    world_run(here);
    cr_expect_eq(5000, book.count);
    for (uint32_t i = 0; i < book.count; i++) {
        cr_assert_eq(64 * i, book.entries[i].about);
        cr_assert_eq(2, book.entries[i].number);
    }
    expect_conflated(here, 10000);
    world_close(here);
    NO_LEAKS();
}

static void send_to_itself(myc_context *ctx, void *user, const struct stall_entry *entry)
{
    const stall_ref *self = user;
    if (entry->number < 3)
        cr_expect_eq(MYC_SENT, stall_offer(ctx, *self, ROW_QUOTE, entry->about, entry->number + 1));
}

/* The message in hand has left the mailbox: one with its key goes behind what is queued. */
Test(policy_conflate, the_one_in_hand_is_not_replaced)
{
    struct world *here = world_open(1);
    static struct stall_book book;
    stall_ref stall = stall_at(here, 0, &book, &(myc_spawn_options){.policy = &by_instrument});
    book.on_item = send_to_itself;
    book.user = &stall;
    stall_play_here(here, stall, SENDS({ROW_QUOTE, 7, 1, MYC_SENT}, {ROW_QUOTE, 8, 3, MYC_SENT}));
    expect_book(
        &book, ENTRIES({ROW_QUOTE, 7, 1}, {ROW_QUOTE, 8, 3}, {ROW_QUOTE, 7, 2}, {ROW_QUOTE, 7, 3}));
    expect_conflated(here, 0);
    world_close(here);
    NO_LEAKS();
}

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Deadline drop: how long a message may lie in the mailbox. The clock is the test's.
 */
#include "special_world.h"
#include "stall.h"

static const myc_row_rule fresh_quotes[] = {{.tag = ROW_QUOTE, .max_age_ns = 100}};
static const myc_mailbox_policy fresh = {.rules = fresh_quotes, .rule_count = 1};
static const myc_mailbox_policy fresh_by_instrument = {
    .key = quote_key, .rules = fresh_quotes, .rule_count = 1};

/* The stall has an order in hand, and these behind it. */
static void send_behind(struct world *here, stall_ref stall, const struct stall_send *sends,
                        uint32_t count)
{
    stall_play(here->ctx, &(struct stall_script){stall, sends, count});
    world_pass(here);
}

static stall_ref closed_stall(struct world *here, struct stall_book *book,
                              const myc_mailbox_policy *policy)
{
    stall_ref stall =
        stall_at(here, here->workers - 1, book, &(myc_spawn_options){.policy = policy});
    book->closed = true;
    send_behind(here, stall, SENDS({ROW_ORDER, 0, 0, MYC_SENT}));
    return stall;
}

static void open_stall(struct world *here, struct stall_book *book)
{
    book->closed = false;
    world_run(here);
}

/* A test of a closed stall on the world's last worker. */
#define AGE_TEST(name, workers, policy)                                                            \
    static void policy_age__##name(struct world *here, stall_ref stall, struct stall_book *book,   \
                                   uint64_t *now_ns);                                              \
    Test(policy_age, name)                                                                         \
    {                                                                                              \
        uint64_t now_ns = 1000;                                                                    \
        struct world *here = world_at(&now_ns, workers);                                           \
        static struct stall_book book;                                                             \
        stall_ref stall = closed_stall(here, &book, &(policy));                                    \
        policy_age__##name(here, stall, &book, &now_ns);                                           \
        world_close(here);                                                                         \
        NO_LEAKS();                                                                                \
    }                                                                                              \
    static void policy_age__##name(struct world *here, stall_ref stall, struct stall_book *book,   \
                                   uint64_t *now_ns)

AGE_TEST(what_is_too_old_at_its_turn_is_dropped, 2, fresh)
{
    send_behind(here, stall, SENDS({ROW_QUOTE, 0, 1, MYC_SENT}, {ROW_ORDER, 0, 1, MYC_SENT}));
    *now_ns += 60;
    send_behind(here, stall, SENDS({ROW_QUOTE, 0, 2, MYC_SENT}));
    *now_ns += 40;
    open_stall(here, book);
    expect_book(book, ENTRIES({ROW_ORDER, 0, 0}, {ROW_ORDER, 0, 1}, {ROW_QUOTE, 0, 2}));
    myc_counts counts = world_counts(here);
    cr_expect_eq(1, counts.dropped_expired);
    cr_expect_eq(1, counts.dropped);
    cr_expect_eq(0, counts.queued);
}

AGE_TEST(what_is_just_young_enough_is_handled, 1, fresh)
{
    send_behind(here, stall, SENDS({ROW_QUOTE, 0, 1, MYC_SENT}));
    *now_ns += 99;
    open_stall(here, book);
    expect_book(book, ENTRIES({ROW_ORDER, 0, 0}, {ROW_QUOTE, 0, 1}));
    cr_expect_eq(0, world_counts(here).dropped);
}

/* It had its turn in time. */
AGE_TEST(the_one_in_hand_does_not_age, 1, fresh)
{
    send_behind(here, stall, SENDS({ROW_QUOTE, 0, 1, MYC_SENT}, {ROW_QUOTE, 0, 2, MYC_SENT}));
    open_stall(here, book);
    book->closed = true;
    send_behind(here, stall, SENDS({ROW_QUOTE, 0, 3, MYC_SENT}, {ROW_QUOTE, 0, 4, MYC_SENT}));
    *now_ns += 1000;
    world_pass(here);
    open_stall(here, book);
    expect_book(
        book, ENTRIES({ROW_ORDER, 0, 0}, {ROW_QUOTE, 0, 1}, {ROW_QUOTE, 0, 2}, {ROW_QUOTE, 0, 3}));
    cr_expect_eq(1, world_counts(here).dropped_expired);
}

/* The place is the old one's, the age its own. */
AGE_TEST(the_freshest_is_as_old_as_itself, 1, fresh_by_instrument)
{
    send_behind(here, stall, SENDS({ROW_QUOTE, 7, 1, MYC_SENT}, {ROW_QUOTE, 8, 1, MYC_SENT}));
    *now_ns += 90;
    send_behind(here, stall, SENDS({ROW_QUOTE, 7, 2, MYC_SENT}));
    *now_ns += 90;
    open_stall(here, book);
    expect_book(book, ENTRIES({ROW_ORDER, 0, 0}, {ROW_QUOTE, 7, 2}));
    cr_expect_eq(1, world_counts(here).dropped_expired);
    cr_expect_eq(1, world_counts(here).dropped_conflated);
}

/* A message that is dropped makes room, and does not take the place of one that is handled: the
 * oldest dropped at the bound does not confuse whose turn it is. */
Test(policy_age, ages_are_told_apart_where_the_oldest_goes)
{
    uint64_t now_ns = 1000;
    struct world *here = world_at(&now_ns, 1);
    static struct stall_book book;
    stall_ref stall =
        stall_at(here, 0, &book,
                 &(myc_spawn_options){
                     .mailbox_bound = 2, .overflow = MYC_OVERFLOW_DROP_OLDEST, .policy = &fresh});
    book.closed = true;
    send_behind(here, stall, SENDS({ROW_QUOTE, 0, 0, MYC_SENT}));
    send_behind(here, stall, SENDS({ROW_QUOTE, 0, 1, MYC_SENT}, {ROW_QUOTE, 0, 2, MYC_SENT}));
    now_ns += 200;
    send_behind(here, stall, SENDS({ROW_QUOTE, 0, 3, MYC_SENT}));
    open_stall(here, &book);
    expect_book(&book, ENTRIES({ROW_QUOTE, 0, 0}, {ROW_QUOTE, 0, 3}));
    cr_expect_eq(1, world_counts(here).dropped_oldest, "quote 1");
    cr_expect_eq(1, world_counts(here).dropped_expired, "quote 2");
    world_close(here);
    NO_LEAKS();
}

Test(policy_age, an_expired_message_is_destroyed)
{
    uint64_t now_ns = 1000;
    struct world *here = world_at(&now_ns, 1);
    static struct stall_book book;
    uint32_t destroyed = 0;
    stall_ref stall = closed_stall(here, &book, &fresh);
    item *made = item_make(here->ctx, 0, 1);
    made->destroyed = &destroyed;
    cr_expect_eq(MYC_SENT, stall_send_quote(here->ctx, stall, made));
    world_pass(here);
    now_ns += 100;
    cr_expect_eq(0, destroyed);
    open_stall(here, &book);
    cr_expect_eq(1, destroyed);
    cr_expect_eq(1, book.count);
    world_close(here);
    NO_LEAKS();
}

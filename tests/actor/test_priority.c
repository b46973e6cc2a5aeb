/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Control goes ahead of a full mailbox, whatever its policy: stops, and what is urgent, which is
 * what replies, timers and notices are.
 */
#include "actor/urgent.h"
#include "stall.h"

static const myc_row_rule few_quotes[] = {{.tag = ROW_QUOTE, .queued_max = 1},
                                          {.tag = ROW_CANCEL, .reserved = true}};
static const myc_mailbox_policy strict = {
    .key = quote_key, .reserved = 1, .rules = few_quotes, .rule_count = 2};

/* A notice that is handled as a cancel. */
struct notice {
    myc__urgent urgent;
    bool abandoned;
    const item *payload;
};

static myc__urgent_done notice_handle(myc__shard *shard, myc__actor *actor, myc__urgent *urgent)
{
    return myc__urgent_dispatch(shard, actor, ROW_CANCEL, ((struct notice *)urgent)->payload);
}

static void notice_abandon(myc_context *ctx, myc_address to, myc__urgent *urgent)
{
    (void)ctx, (void)to;
    ((struct notice *)urgent)->abandoned = true;
}

static const myc__urgent_kind notice_kind = {.handle = notice_handle, .abandon = notice_abandon};

struct full {
    stall_ref to;
    struct notice *notice;
};

static void fill_and_urge(myc_context *ctx, void *argument)
{
    const struct full *full = argument;
    uint32_t number = 0;
    while (stall_offer(ctx, full->to, ROW_ORDER, 0, ++number) == MYC_SENT)
        continue;
    cr_expect_eq(MYC_FULL, stall_offer(ctx, full->to, ROW_ORDER, 0, 0));
    cr_expect_eq(MYC_SENT, stall_offer(ctx, full->to, ROW_CANCEL, 0, 1), "the reserved slot");
    cr_expect_eq(MYC_FULL, stall_offer(ctx, full->to, ROW_CANCEL, 0, 2));
    myc__urge(ctx, full->to.address, &full->notice->urgent);
}

/* The notice is counted by whoever makes it: here as accepted, as a timer's message is. */
static struct notice notice_make(myc_context *ctx)
{
    myc__count(&ctx->counters.accepted, 1);
    return (struct notice){{NULL, &notice_kind}, false, item_make(ctx, 0, 99)};
}

static void expect_notice_first(uint32_t workers)
{
    struct world *here = world_open(workers);
    static struct stall_book book;
    book.count = 0;
    stall_ref stall = stall_at(here, workers - 1, &book,
                               &(myc_spawn_options){.mailbox_bound = 4, .policy = &strict});
    struct notice notice = notice_make(here->ctx);
    struct full full = {stall, &notice};
    world_call(here, workers - 1, fill_and_urge, &full);
    world_run(here);
    expect_book(&book, ENTRIES({ROW_CANCEL, 0, 99}, {ROW_ORDER, 0, 1}, {ROW_ORDER, 0, 2},
                               {ROW_ORDER, 0, 3}, {ROW_CANCEL, 0, 1}));
    cr_expect_not(notice.abandoned);
    world_close(here);
}

Test(priority, what_is_urgent_comes_before_a_full_mailbox)
{
    expect_notice_first(1);
    expect_notice_first(2);
    NO_LEAKS();
}

static void fill_from_elsewhere(struct world *here, stall_ref stall, struct stall_book *book)
{
    book->closed = true;
    for (uint32_t number = 0; number < 40; number++) {
        cr_expect_eq(MYC_SENT, stall_offer(here->ctx, stall, ROW_ORDER, 0, number));
        world_pass(here);
    }
}

Test(priority, what_is_urgent_comes_from_elsewhere_while_messages_are_dropped)
{
    struct world *here = world_open(2);
    static struct stall_book book;
    stall_ref stall =
        stall_at(here, 1, &book, &(myc_spawn_options){.mailbox_bound = 4, .policy = &strict});
    struct notice notice = notice_make(here->ctx);
    fill_from_elsewhere(here, stall, &book);
    cr_expect_eq(36, world_counts(here).dropped_limited, "1 is in hand and 3 are queued");
    myc__urge(here->ctx, stall.address, &notice.urgent);
    book.closed = false;
    world_run(here);
    cr_expect_eq(ROW_CANCEL, book.entries[0].row);
    cr_expect_eq(99, book.entries[0].number);
    cr_expect_eq(5, book.count);
    world_close(here);
    NO_LEAKS();
}

Test(priority, a_stop_comes_before_a_full_mailbox)
{
    struct world *here = world_open(2);
    static struct stall_book book;
    stall_ref stall =
        stall_at(here, 1, &book, &(myc_spawn_options){.mailbox_bound = 4, .policy = &strict});
    fill_from_elsewhere(here, stall, &book);
    myc_stop(here->ctx, stall.address);
    world_run(here);
    cr_expect_eq(0, book.count);
    cr_expect_eq(MYC_DEAD, stall_offer(here->ctx, stall, ROW_ORDER, 0, 0));
    myc_counts counts = world_counts(here);
    cr_expect_eq(4, counts.dead_by[MYC_DEAD_LEFT], "in hand and queued");
    cr_expect_eq(36, counts.dropped_limited);
    world_close(here);
    NO_LEAKS();
}

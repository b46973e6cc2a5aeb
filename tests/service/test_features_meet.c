/* SPDX-License-Identifier: Apache-2.0 */

/*
 * Pairs of features where they meet: the stash with messages that are to come again, with timers and
 * with a new life; offloaded work under the test kit.
 */
#include "support/kit.h"

#include "day.h"

enum { SHELF_STASHES = 2 };

#define SHELF_ROWS(ROW, P)                                                                         \
    ROW(P, item, day_number)                                                                       \
    ROW(P, back, day_number)                                                                       \
    ROW(P, tick, day_number)
MYC_PROTOCOL(shelf, SHELF_ROWS)

/* What the shelf did, over all its lives. */
struct shelf_log {
    uint64_t items[16];
    uint32_t count;
    bool open;      /* items are written down */
    bool unstashed; /* items are not stashed, but come again until it is open */
};

struct shelf {
    struct shelf_log *log;
};

static int shelf_on_start(struct shelf *self, myc_context *ctx)
{
    (void)self;
    return shelf_after_tick(ctx, MILLISECOND_NS, day_number_new(ctx), NULL);
}

static void shelf_on_stop(struct shelf *self, myc_context *ctx, myc_exit why)
{
    (void)ctx;
    self->log->open |= why.reason == MYC_EXIT_KILLED; /* in its next life */
}

static myc_next shelf_on_item(struct shelf *self, myc_context *ctx, const day_number *item)
{
    struct shelf_log *log = self->log;
    if (log->open) {
        cr_assert_lt(log->count, 16);
        log->items[log->count++] = item->value;
        return MYC_CONTINUE;
    }
    bool stashed = !log->unstashed && shelf_stash_item(ctx, item) == 0;
    return stashed ? MYC_CONTINUE : MYC_AGAIN;
}

static myc_next shelf_on_back(struct shelf *self, myc_context *ctx, const day_number *back)
{
    (void)back;
    self->log->unstashed = true;
    cr_expect_eq(SHELF_STASHES, myc_unstash_all(ctx));
    return MYC_CONTINUE;
}

static myc_next shelf_on_tick(struct shelf *self, myc_context *ctx, const day_number *tick)
{
    (void)tick;
    self->log->open = true;
    (void)myc_unstash_all(ctx);
    return MYC_CONTINUE;
}

MYC_ACTOR_WITH_LIFECYCLE(shelf, shelf, SHELF_ROWS)

static shelf_ref open_shelf(myc_testkit *kit, struct shelf_log *log)
{
    shelf_ref ref;
    struct shelf state = {log};
    myc_child child =
        MYC_CHILD(shelf, &state, &ref, .spawn = {.batch_max = 1, .stash_bound = SHELF_STASHES});
    cr_assert_eq(0, myc_supervisor_spawn(myc_testkit_context(kit), NULL, &child, 1, NULL));
    kit_run(kit);
    return ref;
}

static void put_items(myc_testkit *kit, shelf_ref shelf, uint64_t first, uint64_t last)
{
    myc_context *ctx = myc_testkit_context(kit);
    for (uint64_t value = first; value <= last; value++) {
        day_number *item = day_number_new(ctx);
        cr_assert_not_null(item);
        item->value = value;
        cr_assert_eq(MYC_SENT, shelf_send_item(ctx, shelf, item));
    }
    kit_run(kit);
}

static void expect_items(const struct shelf_log *log, uint32_t count)
{
    cr_assert_eq(count, log->count, "%u items of %u", log->count, count);
    for (uint32_t i = 0; i < count; i++)
        cr_expect_eq(i + 1, log->items[i], "item %u was number %u", (unsigned)log->items[i], i + 1);
}

Test(features_meet, a_timer_fires_before_what_is_back_from_the_stash_and_comes_again)
{
    myc_testkit *kit = kit_open(1, 1);
    struct shelf_log log = {.count = 0};
    shelf_ref shelf = open_shelf(kit, &log);
    put_items(kit, shelf, 1, SHELF_STASHES);
    myc_context *ctx = myc_testkit_context(kit);
    cr_assert_eq(MYC_SENT, shelf_send_back(ctx, shelf, day_number_new(ctx)));
    kit_run(kit);
    cr_expect_eq(0, log.count);
    kit_advance(kit, 2 * MILLISECOND_NS);
    expect_items(&log, SHELF_STASHES);
    kit_close(kit);
    NO_LEAKS();
}

Test(features_meet, a_message_in_hand_comes_behind_what_is_back_from_the_stash)
{
    myc_testkit *kit = kit_open(1, 1);
    struct shelf_log log = {.count = 0};
    shelf_ref shelf = open_shelf(kit, &log);
    put_items(kit, shelf, 1, SHELF_STASHES + 3);
    kit_advance(kit, 2 * MILLISECOND_NS);
    expect_items(&log, SHELF_STASHES + 3);
    kit_close(kit);
    NO_LEAKS();
}

Test(features_meet, a_new_life_gets_the_stash_before_the_message_in_hand)
{
    myc_testkit *kit = kit_open(1, 1);
    struct shelf_log log = {.count = 0};
    shelf_ref shelf = open_shelf(kit, &log);
    put_items(kit, shelf, 1, SHELF_STASHES + 3);
    myc_kill(myc_testkit_context(kit), shelf.address, MYC_EIO);
    kit_run(kit);
    expect_items(&log, SHELF_STASHES + 3);
    kit_close(kit);
    NO_LEAKS();
}

static void send_trade(myc_testkit *kit, auditing_ref auditor, uint32_t number)
{
    myc_context *ctx = myc_testkit_context(kit);
    day_number *trade = day_number_new(ctx);
    cr_assert_not_null(trade);
    trade->value = day_serial(0, number);
    cr_assert_eq(MYC_SENT, auditing_send_trade(ctx, auditor, trade));
}

static void audit(uint64_t seed, bool runs)
{
    myc_testkit *kit = kit_open(seed, 2);
    myc_context *ctx = myc_testkit_context(kit);
    day_ledger ledger = {0};
    ticks_topic ticks;
    day_office office;
    cr_assert_eq(0, ticks_create(ctx, NULL, &ticks));
    cr_assert_eq(0, day_open_office(ctx, &ledger, ticks, false, &office));
    kit_run(kit);
    for (uint32_t number = 1; number <= 4; number++)
        send_trade(kit, office.auditor, number);
    if (runs)
        kit_run(kit); /* the clock stands still */
    else
        cr_expect_eq(0, myc_system_stop(myc_testkit_system(kit), NULL, NULL));
    cr_expect_eq(4, atomic_load(&ledger.audited), "%s", myc_testkit_text(kit));
    cr_expect_eq(4, atomic_load(&ledger.printed), "%s", myc_testkit_text(kit));
    ticks_destroy(ctx, ticks);
    kit_close(kit);
}

Test(features_meet, the_test_kit_runs_offloaded_work)
{
    KIT_SEEDS(seed, 30)
    audit(seed, true);
    NO_LEAKS();
}

Test(features_meet, a_stop_under_the_test_kit_drains_offloaded_work)
{
    KIT_SEEDS(seed, 30)
    audit(seed, false);
    NO_LEAKS();
}

/* ---- dead letters of one that has ended away from home ---- */

struct letters {
    uint64_t last;
    uint32_t count;
    bool in_order;
};

static void get_letter(void *user, const myc_dead_letter *letter)
{
    struct letters *letters = user;
    uint64_t value = ((const day_number *)letter->payload)->value;
    letters->in_order &= value > letters->last;
    letters->last = value;
    letters->count++;
}

struct sending {
    printing_ref to;
    uint64_t value;
    uint32_t refused; /* while its home waits for the last word of where it lived */
};

static void send_line(myc_context *ctx, void *argument)
{
    struct sending *sending = argument;
    day_number *line = day_number_new(ctx);
    cr_assert_not_null(line);
    line->value = ++sending->value;
    sending->refused += printing_send_line(ctx, sending->to, line) == MYC_FULL;
}

static void end_away(uint64_t seed)
{
    struct letters letters = {.in_order = true};
    myc_system_options options = {.dead_letter = get_letter, .dead_letter_user = &letters};
    myc_testkit *kit = kit_open_with(seed, 2, &options);
    myc_context *ctx = myc_testkit_context(kit);
    day_ledger ledger = {0};
    struct sending sending = {.value = 0};
    myc_spawn_options home = {.place = MYC_PLACE_ON_WORKER};
    cr_assert_eq(0, printer_spawn(ctx, &(struct printer){.ledger = &ledger}, &home, &sending.to));
    cr_assert_eq(0, myc_move_actor(ctx, sending.to.address, 1));
    kit_run(kit);
    myc_stop(ctx, sending.to.address);
    for (uint32_t i = 0; i < 40; i++) {
        myc_testkit_on_worker(kit, 0, send_line, &sending);
        (void)myc_system_run_once(myc_testkit_system(kit));
    }
    kit_run(kit);
    cr_expect_eq(40, letters.count + atomic_load(&ledger.printed) + sending.refused, "%s",
                 myc_testkit_text(kit));
    cr_expect_gt(letters.count, 0);
    cr_expect(letters.in_order, "%s", myc_testkit_text(kit));
    kit_close(kit);
}

Test(features_meet, nothing_overtakes_what_was_sent_to_one_that_ended_away_from_home)
{
    KIT_SEEDS(seed, 100)
    end_away(seed);
    NO_LEAKS();
}

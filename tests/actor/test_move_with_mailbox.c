/* SPDX-License-Identifier: Apache-2.0 */
/* Actors that are moved with a policy, a stash, a profile, a full mailbox and those who wait. */
#include "actor/actor.h"
#include "move_support.h"
#include "stall.h"
#include "system/testkit.h"

enum { KEYS = 5, OFFERS = 300 };

/* ---- policies ---- */

static void offer(struct tour *tour, stall_ref stall, uint32_t row, uint32_t about, uint32_t number,
                  uint32_t *accepted)
{
    *accepted += stall_offer(tour->here->ctx, stall, row, about, number) == MYC_SENT;
    for (uint32_t steps = tour_below(tour, 4); steps > 0; steps--)
        tour_stroll(tour);
}

/* Of what was accepted each is handled, or dropped and counted. */
static void expect_accounted(const struct world *here, const struct stall_book *book,
                             uint32_t accepted)
{
    myc_counts counts = world_since(here);
    cr_expect_eq(accepted, book->count + counts.dropped, "%u accepted, %u handled, %u dropped",
                 accepted, book->count, (uint32_t)counts.dropped);
}

Test(move_with_mailbox, the_freshest_of_each_key_comes_in_the_end)
{
    static struct stall_book book;
    static const myc_mailbox_policy by_instrument = {.key = quote_key};
    TOURS(60)
    {
        struct tour *tour = tour_open(3);
        uint32_t accepted = 0;
        uint32_t last[KEYS] = {0};
        book = (struct stall_book){0};
        stall_ref stall = stall_at(tour->here, 0, &book,
                                   &(myc_spawn_options){.policy = &by_instrument, .batch_max = 2});
        tour_takes(tour, stall.address);
        for (uint32_t number = 1; number <= OFFERS; number++) {
            book.closed = tour_below(tour, 3) == 0;
            offer(tour, stall, ROW_QUOTE, number % KEYS, number, &accepted);
        }
        book.closed = false;
        tour_rest(tour);
        for (uint32_t i = 0; i < book.count; i++) {
            const struct stall_entry *entry = &book.entries[i];
            cr_assert_lt(last[entry->about], entry->number, "an older one after a fresher one");
            last[entry->about] = entry->number;
        }
        expect_accounted(tour->here, &book, accepted);
        cr_expect_eq(world_since(tour->here).dropped, world_since(tour->here).dropped_conflated);
        tour_close(tour);
    }
    NO_LEAKS();
}

Test(move_with_mailbox, ages_and_limits_hold_wherever_it_is)
{
    static struct stall_book book;
    static const myc_row_rule rules[] = {{.tag = ROW_QUOTE, .max_age_ns = 2000},
                                         {.tag = ROW_CANCEL, .reserved = true}};
    static const myc_mailbox_policy policy = {.rules = rules, .rule_count = 2, .reserved = 2};
    TOURS(60)
    {
        struct tour *tour = tour_open(2 + world_seed % 3);
        uint32_t accepted = 0;
        book = (struct stall_book){0};
        stall_ref stall = stall_at(tour->here, 0, &book,
                                   &(myc_spawn_options){.policy = &policy, .mailbox_bound = 12});
        tour_takes(tour, stall.address);
        for (uint32_t number = 1; number <= OFFERS; number++) {
            book.closed = tour_below(tour, 3) == 0;
            offer(tour, stall, tour_below(tour, 3), 0, number, &accepted);
        }
        book.closed = false;
        tour_rest(tour);
        expect_accounted(tour->here, &book, accepted);
        tour_close(tour);
    }
    NO_LEAKS();
}

static uint64_t told_ns(void *user)
{
    return *(const uint64_t *)user;
}

/* A worker looks at the clock once in a pass, so what came with an actor may be of after that. */
Test(move_with_mailbox, what_is_younger_than_the_workers_last_look_is_not_too_old)
{
    static struct stall_book book;
    static const myc_row_rule rules[] = {{.tag = ROW_QUOTE, .max_age_ns = 100}};
    static const myc_mailbox_policy policy = {.rules = rules, .rule_count = 1};
    uint64_t now_ns = 1000;
    struct world *here = calloc(1, sizeof *here);
    cr_assert_not_null(here);
    here->workers = 2;
    world_seed = 0;
    myc_system_options options = world_options(here);
    options.now_ns = told_ns;
    options.clock_user = &now_ns;
    world_start(here, &options);
    stall_ref stall = stall_at(here, 0, &book, &(myc_spawn_options){.policy = &policy});
    book.closed = true;
    for (uint32_t number = 0; number < 3; number++)
        cr_assert_eq(MYC_SENT, stall_offer(here->ctx, stall, ROW_QUOTE, 0, number));
    world_run(here);
    cr_assert_eq(0, myc_move_actor(here->ctx, stall.address, 1));
    now_ns = 999;
    book.closed = false;
    world_run(here);
    cr_expect_eq(3, book.count, "%u of 3", book.count);
    world_close(here);
    NO_LEAKS();
}

/* ---- stash ---- */

struct counter {
    bool open;
    uint32_t handled;
};

/* All are put aside; every third opens the counter for those three. */
static myc_next put_aside(struct journal *journal, myc_context *ctx, const ticket_data *ticket)
{
    struct counter *counter = journal->user;
    if (!counter->open) {
        cr_assert_eq(0, desk_stash_ticket(ctx, ticket));
        counter->open = ticket->number % 3 == 2;
        cr_expect_eq(counter->open ? 3 : 0, counter->open ? myc_unstash_all(ctx) : 0);
        return MYC_CONTINUE;
    }
    cr_assert_eq(counter->handled, ticket->number, "seed %u", (uint32_t)world_seed);
    counter->open = ++counter->handled % 3 != 0;
    return MYC_CONTINUE;
}

Test(move_with_mailbox, what_is_put_aside_comes_back_in_order)
{
    TOURS(60)
    {
        struct tour *tour = tour_open(3);
        struct counter counter = {0};
        struct journal journal = {.on_ticket = put_aside, .user = &counter};
        desk_ref desk =
            world_desk(tour->here, 0, &journal, &(myc_spawn_options){.stash_bound = 100});
        tour_takes(tour, desk.address);
        tour_rest(tour);
        uint32_t sent = 0;
        while (sent < OFFERS) {
            sent += send_ticket(tour->here->ctx, desk, 0, sent) == MYC_SENT;
            tour_stroll(tour);
        }
        tour_rest(tour);
        cr_expect_eq(OFFERS, counter.handled);
        tour_close(tour);
        journal_fini(&journal);
    }
    NO_LEAKS();
}

/* ---- a circle of full mailboxes ---- */

struct ring_member {
    desk_ref next;
    uint32_t *hops;
};

static myc_next hand_on(struct journal *journal, myc_context *ctx, const ticket_data *ticket)
{
    struct ring_member *member = journal->user;
    journal->count = 0;
    ++*member->hops;
    if (ticket->number == 0)
        return MYC_CONTINUE;
    ticket_data *made = ticket_make(ctx, ticket->sender, ticket->number - 1);
    cr_assert_eq(MYC_SENT, desk_send_or_pause_ticket(ctx, member->next, made));
    return MYC_CONTINUE;
}

Test(move_with_mailbox, a_circle_goes_round_while_its_members_move)
{
    enum { MEMBERS = 4, TICKETS = 8, HOPS = 40 };
    TOURS(60)
    {
        struct tour *tour = tour_open(2 + world_seed % 3);
        struct journal journals[MEMBERS] = {{0}};
        struct ring_member members[MEMBERS];
        desk_ref desks[MEMBERS];
        uint32_t hops = 0;
        uint32_t sent = 0;
        for (uint32_t i = 0; i < MEMBERS; i++) {
            journals[i] = (struct journal){.on_ticket = hand_on, .user = &members[i]};
            desks[i] = world_desk(tour->here, i % tour->here->workers, &journals[i],
                                  &(myc_spawn_options){.mailbox_bound = 1});
            tour_takes(tour, desks[i].address);
        }
        for (uint32_t i = 0; i < MEMBERS; i++)
            members[i] = (struct ring_member){desks[(i + 1) % MEMBERS], &hops};
        while (sent < TICKETS) {
            sent += send_ticket(tour->here->ctx, desks[sent % MEMBERS], sent, HOPS - 1) == MYC_SENT;
            tour_stroll(tour);
        }
        for (uint32_t steps = 0; steps < 500; steps++)
            tour_stroll(tour);
        tour_rest(tour);
        cr_expect_eq(TICKETS * HOPS, hops, "%u hops: seed %u", hops, (uint32_t)world_seed);
        tour_close(tour);
        for (uint32_t i = 0; i < MEMBERS; i++)
            journal_fini(&journals[i]);
    }
    NO_LEAKS();
}

/* ---- held full by the test kit ---- */

static uint32_t pressure_of(const struct tour *tour, myc_address address)
{
    const myc__shard *home = tour->here->system->fabric.shards[myc__address_worker(address)];
    return myc__slot_at(&home->slots, myc__address_index(address))->pressure;
}

Test(move_with_mailbox, it_can_be_held_full_when_it_is_full)
{
    TOURS(20)
    {
        struct tour *tour = tour_open(2);
        struct journal journal = {.gated = true};
        desk_ref desk =
            world_desk(tour->here, 0, &journal, &(myc_spawn_options){.mailbox_bound = 2});
        cr_assert_eq(0, myc_move_actor(tour->here->ctx, desk.address, 1));
        tour_rest(tour);
        for (uint32_t number = 0; number < 6; number++)
            (void)send_ticket(tour->here->ctx, desk, 0, number);
        tour_rest(tour);
        cr_assert_eq(MYC__PRESSURE_FULL, pressure_of(tour, desk.address));
        cr_assert_eq(0, myc_testkit_fill(tour->here->kit, desk.address, true));
        cr_expect_eq(MYC__PRESSURE_FULL, pressure_of(tour, desk.address));
        cr_assert_eq(0, myc_testkit_fill(tour->here->kit, desk.address, false));
        cr_expect_eq(MYC__PRESSURE_FULL, pressure_of(tour, desk.address));
        journal.gated = false;
        tour_rest(tour);
        cr_expect_eq(0, pressure_of(tour, desk.address));
        cr_expect_eq(MYC_SENT, send_ticket(tour->here->ctx, desk, 0, 6));
        tour_close(tour);
        journal_fini(&journal);
    }
    NO_LEAKS();
}

/* ---- profiles ---- */

Test(move_with_mailbox, its_profile_counts_each_message_once)
{
    TOURS(40)
    {
        struct tour *tour = tour_open(3);
        struct journal journal = {0};
        desk_ref desk = world_desk(tour->here, 0, &journal, &(myc_spawn_options){.batch_max = 3});
        tour_takes(tour, desk.address);
        tour_rest(tour);
        cr_assert_eq(0, myc_system_profile(tour->here->system, desk.address, true, 0));
        uint32_t sent = 0;
        while (sent < OFFERS) {
            sent += send_ticket(tour->here->ctx, desk, 0, sent) == MYC_SENT;
            if (tour_below(tour, 3) == 0)
                tour_stroll(tour);
        }
        tour_rest(tour);
        myc_histogram *handling = myc_histogram_create();
        myc_histogram *queueing = myc_histogram_create();
        cr_assert_eq(0, myc_system_profile_read(tour->here->system, desk.address, UINT32_MAX,
                                                queueing, handling, 0));
        cr_expect_eq(OFFERS, myc_histogram_count(handling));
        cr_expect_eq(OFFERS, myc_histogram_count(queueing));
        myc_actor_info info;
        cr_assert_eq(0, myc_system_actor(tour->here->system, desk.address, 0, &info));
        cr_expect_eq(OFFERS, info.handled);
        cr_expect(myc_address_equal(desk.address, info.address));
        myc_histogram_destroy(handling);
        myc_histogram_destroy(queueing);
        tour_close(tour);
        expect_numbers(&journal, 0, OFFERS);
        journal_fini(&journal);
    }
    NO_LEAKS();
}

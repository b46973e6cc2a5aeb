/* SPDX-License-Identifier: Apache-2.0 */
#include "actor_support.h"

enum { EXTRA = 20 };

static const uint32_t bounds[] = {1, 2, 3, 4, 5, 1000};

struct burst {
    desk_ref to;
    uint32_t first;
    uint32_t count;
    uint32_t sent;
    uint32_t refused;
};

static void send_burst(myc_context *ctx, void *argument)
{
    struct burst *burst = argument;
    for (uint32_t number = 0; number < burst->count; number++) {
        myc_sent sent = send_ticket(ctx, burst->to, 0, burst->first + number);
        burst->sent += sent == MYC_SENT;
        burst->refused += sent == MYC_FULL;
    }
}

static desk_ref desk_with(struct world *here, uint32_t worker, struct journal *journal,
                          uint32_t bound, myc_overflow overflow)
{
    return world_desk(here, worker, journal,
                      &(myc_spawn_options){.mailbox_bound = bound, .overflow = overflow});
}

/* Bound and twenty more in one handler on the receiver's worker: it has no turn in between. */
static void burst_at_home(uint32_t bound, myc_overflow overflow, struct journal *journal,
                          myc_counts *counts)
{
    struct world *here = world_open(1);
    desk_ref desk = desk_with(here, 0, journal, bound, overflow);
    world_run(here);
    struct burst burst = {desk, 0, bound + EXTRA, 0, 0};
    world_call(here, 0, send_burst, &burst);
    world_run(here);
    *counts = world_since(here);
    cr_expect_eq(counts->refused, burst.refused);
    cr_expect_eq(counts->accepted, burst.sent + 1, "one is the job");
    world_close(here);
}

WORLD_TEST(overflow, refusing_keeps_the_first_and_says_so)
{
    for (uint32_t index = 0; index < sizeof bounds / sizeof *bounds; index++) {
        struct journal journal = {0};
        myc_counts counts;
        burst_at_home(bounds[index], MYC_OVERFLOW_REFUSE, &journal, &counts);
        expect_numbers(&journal, 0, bounds[index]);
        cr_expect_eq(EXTRA, counts.refused);
        cr_expect_eq(0, counts.dropped);
        journal_fini(&journal);
    }
    NO_LEAKS();
}

WORLD_TEST(overflow, dropping_the_newest_keeps_the_first)
{
    for (uint32_t index = 0; index < sizeof bounds / sizeof *bounds; index++) {
        struct journal journal = {0};
        myc_counts counts;
        burst_at_home(bounds[index], MYC_OVERFLOW_DROP_NEWEST, &journal, &counts);
        expect_numbers(&journal, 0, bounds[index]);
        cr_expect_eq(0, counts.refused);
        cr_expect_eq(EXTRA, counts.dropped_newest);
        cr_expect_eq(EXTRA, counts.dropped);
        journal_fini(&journal);
    }
    NO_LEAKS();
}

WORLD_TEST(overflow, dropping_the_oldest_keeps_the_last)
{
    for (uint32_t index = 0; index < sizeof bounds / sizeof *bounds; index++) {
        struct journal journal = {0};
        myc_counts counts;
        burst_at_home(bounds[index], MYC_OVERFLOW_DROP_OLDEST, &journal, &counts);
        expect_numbers(&journal, EXTRA, bounds[index]);
        cr_expect_eq(0, counts.refused);
        cr_expect_eq(EXTRA, counts.dropped_oldest);
        cr_expect_eq(EXTRA, counts.dropped);
        journal_fini(&journal);
    }
    NO_LEAKS();
}

/*
 * The receiver on worker 1 has ticket 0 in hand and its gate is shut; then the same burst comes
 * from elsewhere, in pieces that a lane holds.
 */
static void burst_from_afar(uint32_t bound, myc_overflow overflow, bool from_outside,
                            struct journal *journal, myc_counts *counts)
{
    struct world *here = world_open(2);
    journal->gated = true;
    desk_ref desk = desk_with(here, 1, journal, bound, overflow);
    struct burst all = {desk, 0, 1 + bound + EXTRA, 0, 0};
    for (uint32_t first = 0; first < all.count; first += first ? 100 : 1) {
        uint32_t left = all.count - first;
        struct burst burst = {desk, first, first ? (left < 100 ? left : 100) : 1, 0, 0};
        if (from_outside)
            send_burst(here->ctx, &burst);
        else
            world_call(here, 0, send_burst, &burst);
        world_run(here);
        cr_expect_eq(burst.count, burst.sent);
    }
    cr_expect_eq(bound + 1, world_since(here).queued, "the bound is exact, and one is in hand");
    journal->gated = false;
    world_run(here);
    *counts = world_since(here);
    world_close(here);
}

WORLD_TEST(overflow, dropping_the_newest_is_exact_from_elsewhere)
{
    for (uint32_t round = 0; round < 2 * sizeof bounds / sizeof *bounds; round++) {
        uint32_t bound = bounds[round / 2];
        struct journal journal = {0};
        myc_counts counts;
        burst_from_afar(bound, MYC_OVERFLOW_DROP_NEWEST, round % 2, &journal, &counts);
        expect_numbers(&journal, 0, bound + 1);
        cr_expect_eq(EXTRA, counts.dropped_newest);
        cr_expect_eq(0, counts.dropped_oldest);
        journal_fini(&journal);
    }
    NO_LEAKS();
}

WORLD_TEST(overflow, dropping_the_oldest_is_exact_from_elsewhere)
{
    for (uint32_t round = 0; round < 2 * sizeof bounds / sizeof *bounds; round++) {
        uint32_t bound = bounds[round / 2];
        struct journal journal = {0};
        myc_counts counts;
        burst_from_afar(bound, MYC_OVERFLOW_DROP_OLDEST, round % 2, &journal, &counts);
        cr_assert_eq(bound + 1, journal.count);
        cr_expect_eq(0, journal.entries[0].number, "what is in hand is not queued any more");
        for (uint32_t index = 1; index < journal.count; index++)
            cr_assert_eq(EXTRA + index, journal.entries[index].number);
        cr_expect_eq(EXTRA, counts.dropped_oldest);
        cr_expect_eq(0, counts.dropped_newest);
        journal_fini(&journal);
    }
    NO_LEAKS();
}

WORLD_TEST(overflow, a_dropped_payload_is_destroyed)
{
    struct world *here = world_open(2);
    for (myc_overflow overflow = MYC_OVERFLOW_REFUSE; overflow <= MYC_OVERFLOW_DROP_OLDEST;
         overflow++) {
        struct journal journal = {.gated = true};
        desk_ref desk = desk_with(here, 1, &journal, 1, overflow);
        uint32_t destroyed = 0;
        for (uint32_t number = 0; number < 10; number++) {
            ticket_data *ticket = ticket_make(here->ctx, 0, number);
            ticket->destroyed = &destroyed;
            myc_ignore(desk_send_ticket(here->ctx, desk, ticket));
            world_run(here);
        }
        cr_expect_eq(8, destroyed);
        journal.gated = false;
        world_run(here);
        cr_expect_eq(10, destroyed);
        journal_fini(&journal);
        myc_stop(here->ctx, desk.address);
        world_run(here);
    }
    world_close(here);
    NO_LEAKS();
}

static void expect_answer_everywhere(struct world *here, desk_ref desk, bool room)
{
    for (uint32_t worker = 0; worker < 3; worker++) {
        struct burst burst = {desk, 1000 + worker, 1, 0, 0};
        if (worker < 2)
            world_call(here, worker, send_burst, &burst);
        else
            send_burst(here->ctx, &burst);
        cr_expect_eq(room, burst.sent, "sender %u", worker);
        cr_expect_eq(!room, burst.refused, "sender %u", worker);
        cr_expect_eq(0, room ? 0 : myc_room(here->ctx, desk.address));
    }
}

/* Senders elsewhere see the pressure word, which the home worker sets when the mailbox is full. */
WORLD_TEST(overflow, pressure_refuses_everywhere_until_there_is_room)
{
    struct world *here = world_open(2);
    struct journal journal = {.gated = true};
    desk_ref desk = desk_with(here, 1, &journal, 3, MYC_OVERFLOW_REFUSE);
    struct burst burst = {desk, 0, 9, 0, 0};
    world_call(here, 0, send_burst, &burst);
    world_run(here);
    cr_expect_eq(9, burst.sent, "nobody knew yet");
    cr_expect_eq(9, world_since(here).queued);
    expect_answer_everywhere(here, desk, false);
    journal.permits = 5; /* 5 of 9 are done, one is in hand, 3 are queued: full */
    world_run(here);
    expect_answer_everywhere(here, desk, false);
    journal.permits = 4;
    world_run(here);
    expect_answer_everywhere(here, desk, true);
    journal.gated = false;
    world_run(here);
    cr_expect_eq(12, journal.count);
    world_close(here);
    journal_fini(&journal);
    NO_LEAKS();
}

static void send_until_refused(myc_context *ctx, void *argument)
{
    struct burst *burst = argument;
    uint32_t refused = burst->refused;
    while (burst->refused == refused) {
        burst->count = 1;
        send_burst(ctx, burst);
        cr_assert_leq(burst->sent, 100000, "never refused");
    }
}

/* Three workers and a foreign thread push as hard as they can. */
WORLD_TEST(overflow, refusing_overshoots_by_at_most_a_lane_for_each_sender)
{
    enum { BOUND = 50, SENDERS = 4, ROUNDS = 300 };
    struct world *here = world_open(4);
    struct journal journal = {.gated = true};
    desk_ref desk = desk_with(here, 3, &journal, BOUND, MYC_OVERFLOW_REFUSE);
    struct burst bursts[SENDERS];
    for (uint32_t sender = 0; sender < SENDERS; sender++)
        bursts[sender] = (struct burst){.to = desk};
    uint64_t most = 0;
    for (uint32_t round = 0; round < ROUNDS; round++) {
        for (uint32_t sender = 0; sender + 1 < SENDERS; sender++)
            world_call(here, sender, send_until_refused, &bursts[sender]);
        send_until_refused(here->ctx, &bursts[SENDERS - 1]);
        uint64_t queued = world_counts(here).queued;
        most = queued > most ? queued : most;
        journal.permits = 17;
        world_pass(here);
    }
    cr_expect_leq(most, BOUND + 1 + SENDERS * LANE_MESSAGES);
    cr_expect_gt(most, BOUND);
    journal.gated = false;
    world_run(here);
    cr_expect_eq(bursts[0].sent + bursts[1].sent + bursts[2].sent + bursts[3].sent, journal.count);
    world_close(here);
    journal_fini(&journal);
    NO_LEAKS();
}

WORLD_TEST(overflow, a_full_lane_refuses_a_drop_policy_too_and_loses_nothing)
{
    struct world *here = world_open(2);
    struct journal journal = {0};
    desk_ref desk = desk_with(here, 1, &journal, 5000, MYC_OVERFLOW_DROP_OLDEST);
    world_run(here); /* the order to start has left the lane */
    struct burst burst = {desk, 0, 3000, 0, 0};
    send_burst(here->ctx, &burst);
    cr_expect_eq(LANE_MESSAGES, burst.sent);
    cr_expect_eq(3000 - LANE_MESSAGES, burst.refused);
    world_run(here);
    expect_numbers(&journal, 0, LANE_MESSAGES);
    cr_expect_eq(0, world_since(here).dropped);
    world_close(here);
    journal_fini(&journal);
    NO_LEAKS();
}

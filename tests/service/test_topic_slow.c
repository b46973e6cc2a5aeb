/* SPDX-License-Identifier: Apache-2.0 */
#include "topic_support.h"

enum { BOUND = 10, EVENTS = 100 };

/* A subscriber that handles nothing without a permit, and one that handles all. */
struct pair {
    struct world *here;
    tickets_topic topic;
    struct journal slow_journal;
    struct journal quick_journal;
    desk_ref slow;
    desk_ref quick;
};

static void pair_open(struct pair *pair, const myc_spawn_options *options)
{
    *pair = (struct pair){.here = world_open(2), .slow_journal = {.gated = true}};
    pair->topic = topic_open(pair->here, NULL);
    pair->slow = world_desk(pair->here, 1, &pair->slow_journal, options);
    pair->quick = world_desk(pair->here, 1, &pair->quick_journal, NULL);
}

static void pair_close(struct pair *pair)
{
    topic_close(pair->here, pair->topic);
    journal_fini(&pair->slow_journal);
    journal_fini(&pair->quick_journal);
}

static void publish_to_both(struct pair *pair, myc_slow slow)
{
    subscribe(pair->here, pair->topic, pair->slow, slow);
    subscribe(pair->here, pair->topic, pair->quick, MYC_SLOW_DROP);
    for (uint32_t number = 0; number < EVENTS; number++) {
        publish_all(pair->here, pair->topic, number, 1);
        world_run(pair->here);
    }
    expect_numbers(&pair->quick_journal, 0, EVENTS);
}

static void open_gate(struct pair *pair)
{
    pair->slow_journal.gated = false;
    world_run(pair->here);
}

/* One is in hand and BOUND are queued. */
Test(topic_slow, misses_what_its_mailbox_has_no_room_for)
{
    struct pair pair;
    pair_open(&pair, &(myc_spawn_options){.mailbox_bound = BOUND});
    publish_to_both(&pair, MYC_SLOW_DROP);
    open_gate(&pair);
    expect_numbers(&pair.slow_journal, 0, BOUND + 1);
    cr_expect_eq(EVENTS - BOUND - 1, counts_of(pair.topic).dropped);
    cr_expect_eq(EVENTS + BOUND + 1, counts_of(pair.topic).delivered);
    publish_all(pair.here, pair.topic, BOUND + 1, 1);
    world_run(pair.here);
    expect_numbers(&pair.slow_journal, 0, BOUND + 2);
    pair_close(&pair);
    NO_LEAKS();
}

Test(topic_slow, has_its_own_mailbox_policy)
{
    struct pair pair;
    pair_open(&pair,
              &(myc_spawn_options){.mailbox_bound = BOUND, .overflow = MYC_OVERFLOW_DROP_OLDEST});
    publish_to_both(&pair, MYC_SLOW_CUT_OFF);
    open_gate(&pair);
    cr_expect_eq(0, pair.slow_journal.entries[0].number);
    for (uint32_t i = 1; i <= BOUND; i++)
        cr_expect_eq(EVENTS - BOUND - 1 + i, pair.slow_journal.entries[i].number);
    cr_expect_eq(0, counts_of(pair.topic).cut_off);
    pair_close(&pair);
    NO_LEAKS();
}

Test(topic_slow, gets_the_latest_when_it_has_room_again)
{
    struct pair pair;
    pair_open(&pair, &(myc_spawn_options){.mailbox_bound = BOUND});
    publish_to_both(&pair, MYC_SLOW_KEEP_LATEST);
    cr_expect_eq(1, counts_of(pair.topic).waiting);
    cr_expect_eq(EVENTS - BOUND - 2, counts_of(pair.topic).replaced);
    open_gate(&pair);
    cr_assert_eq(BOUND + 2, pair.slow_journal.count);
    cr_expect_eq(EVENTS - 1, pair.slow_journal.entries[BOUND + 1].number);
    cr_expect_eq(0, counts_of(pair.topic).waiting);
    cr_expect_eq(0, counts_of(pair.topic).dropped);
    publish_all(pair.here, pair.topic, EVENTS, 1);
    world_run(pair.here);
    cr_expect_eq(EVENTS, pair.slow_journal.entries[BOUND + 2].number);
    pair_close(&pair);
    NO_LEAKS();
}

Test(topic_slow, may_unsubscribe_or_end_while_an_event_waits_for_it)
{
    for (uint32_t way = 0; way < 3; way++) {
        struct pair pair;
        pair_open(&pair, &(myc_spawn_options){.mailbox_bound = BOUND});
        publish_to_both(&pair, MYC_SLOW_KEEP_LATEST);
        if (way == 0)
            cr_expect_eq(0, tickets_unsubscribe_desk_ticket(pair.here->ctx, pair.topic, pair.slow));
        if (way == 1)
            myc_stop(pair.here->ctx, pair.slow.address);
        world_run(pair.here);
        if (way < 2) {
            publish_all(pair.here, pair.topic, EVENTS, 1);
            world_run(pair.here);
            cr_expect_eq(1, counts_of(pair.topic).subscribers);
            cr_expect_eq(0, counts_of(pair.topic).waiting);
            open_gate(&pair);
            cr_expect_eq(way == 0 ? BOUND + 1 : 0, pair.slow_journal.count);
        }
        pair_close(&pair); /* way 2: the topic ends while it waits */
    }
    NO_LEAKS();
}

/* ---- cut off ---- */

#define LISTENER_ROWS(ROW, P) ROW(P, ticket, ticket_data) ROW(P, cut, myc_cut_off)
MYC_PROTOCOL(listener, LISTENER_ROWS)
MYC_SUBSCRIPTION(tickets, listener, ticket)

struct listener {
    uint32_t *tickets;
    uint32_t *cuts;
    const bool *gated;
    const myc_topic *topic;
    myc_address pauses_on; /* with a gate: none = it does not pause */
};

static myc_next listener_on_ticket(struct listener *self, myc_context *ctx,
                                   const ticket_data *ticket)
{
    (void)ticket;
    if (*self->gated) {
        if (self->pauses_on.life)
            myc_pause_until_room(ctx, self->pauses_on);
        return MYC_AGAIN;
    }
    ++*self->tickets;
    return MYC_CONTINUE;
}

static myc_next listener_on_cut(struct listener *self, myc_context *ctx, const myc_cut_off *cut)
{
    (void)ctx;
    cr_expect_eq(self->topic, cut->topic);
    ++*self->cuts;
    return MYC_CONTINUE;
}

MYC_ACTOR(listener, listener, LISTENER_ROWS)

static void cut_off(uint32_t topic_worker)
{
    struct world *here = world_open(2);
    tickets_topic topic = topic_open(here, NULL);
    uint32_t tickets = 0, cuts = 0;
    bool gated = true;
    struct listener state = {&tickets, &cuts, &gated, topic.topic, {0, 0}};
    myc_spawn_options place = {
        .mailbox_bound = BOUND, .place = MYC_PLACE_ON_WORKER, .worker = topic_worker};
    listener_ref ref;
    cr_assert_eq(0, listener_spawn(here->ctx, &state, &place, &ref));
    myc_subscribe_options options = {MYC_SLOW_CUT_OFF, listener_tag_cut};
    cr_assert_eq(0, tickets_subscribe_listener_ticket(here->ctx, topic, ref, &options));
    publish_all(here, topic, 0, EVENTS);
    world_run(here);
    cr_expect_eq(1, cuts, "the notice goes ahead of what is queued");
    cr_expect_eq(0, tickets);
    gated = false;
    world_run(here);
    cr_expect_leq(tickets, BOUND + 1);
    cr_expect_geq(tickets, BOUND);
    myc_topic_counts counts = counts_of(topic);
    cr_expect_eq(1, counts.cut_off);
    cr_expect_eq(1, counts.dropped);
    cr_expect_eq(0, counts.subscribers);
    cr_assert_eq(0, tickets_subscribe_listener_ticket(here->ctx, topic, ref, &options));
    publish_all(here, topic, 0, 1);
    world_run(here);
    cr_expect_eq(counts.delivered + 1, counts_of(topic).delivered);
    cr_expect_eq(1, cuts);
    topic_close(here, topic);
}

Test(topic_slow, is_cut_off_with_one_notice_and_may_come_back)
{
    cut_off(0);
    cut_off(1);
    NO_LEAKS();
}

/* It is paused when it is cut off, and so has not handled the notice when it is stopped. */
Test(topic_slow, leaves_a_dead_letter_when_it_ends_before_it_hears_of_the_cut)
{
    struct world *here = world_open(2);
    tickets_topic topic = topic_open(here, NULL);
    struct journal stuck = {.gated = true};
    desk_ref full = world_desk(here, 0, &stuck, &(myc_spawn_options){.mailbox_bound = 1});
    cr_expect_eq(MYC_SENT, send_ticket(here->ctx, full, 0, 0));
    cr_expect_eq(MYC_SENT, send_ticket(here->ctx, full, 0, 1));
    world_run(here);
    bool gated = true;
    uint32_t unheard = 0;
    struct listener state = {&unheard, &unheard, &gated, topic.topic, full.address};
    myc_spawn_options place = {.mailbox_bound = BOUND, .place = MYC_PLACE_ON_WORKER, .worker = 0};
    listener_ref ref;
    cr_assert_eq(0, listener_spawn(here->ctx, &state, &place, &ref));
    cr_assert_eq(0, tickets_subscribe_listener_ticket(
                        here->ctx, topic, ref,
                        &(myc_subscribe_options){MYC_SLOW_CUT_OFF, listener_tag_cut}));
    publish_all(here, topic, 0, 1);
    world_run(here);
    publish_all(here, topic, 1, EVENTS);
    world_run(here);
    cr_expect_eq(1, counts_of(topic).cut_off);
    cr_expect_eq(0, letters_of(here, MYC_DEAD_STOPPED));
    myc_stop(here->ctx, ref.address);
    world_run(here);
    cr_expect_eq(1, letters_of(here, MYC_DEAD_STOPPED));
    cr_expect_eq(0, unheard);
    stuck.gated = false;
    topic_close(here, topic);
    journal_fini(&stuck);
    NO_LEAKS();
}

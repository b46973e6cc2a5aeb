/* SPDX-License-Identifier: Apache-2.0 */
/* Actors that send to each other in circles, with short mailboxes: nobody waits for ever. */
#include "actor/actor.h"
#include "actor_support.h"
#include "base/seeded.h"
#include "system/system.h"

enum { MEMBERS_MAX = 40, FORKS_MAX = 3 };

/* A member passes each ticket on to the next; its `number` counts the hops that are left. */
struct member {
    desk_ref next[FORKS_MAX]; /* each gets a copy */
    uint32_t forks;
    bool by_pause; /* with myc_pause_until_room() and MYC_AGAIN */
    uint32_t passed;
    uint64_t handled;
};

static myc_next pass_by_pause(struct member *self, myc_context *ctx, const ticket_data *ticket)
{
    while (self->passed < self->forks) {
        desk_ref next = self->next[self->passed];
        if (send_ticket(ctx, next, ticket->sender, ticket->number - 1) != MYC_SENT) {
            myc_pause_until_room(ctx, next.address);
            return MYC_AGAIN;
        }
        self->passed++;
    }
    self->passed = 0;
    self->handled++;
    return MYC_CONTINUE;
}

static myc_next pass(struct journal *journal, myc_context *ctx, const ticket_data *ticket)
{
    struct member *self = journal->user;
    journal->count = 0; /* the entries are not wanted */
    if (ticket->number == 0) {
        self->handled++;
        return MYC_CONTINUE;
    }
    if (self->by_pause)
        return pass_by_pause(self, ctx, ticket);
    for (uint32_t fork = 0; fork < self->forks; fork++) {
        ticket_data *made = ticket_make(ctx, ticket->sender, ticket->number - 1);
        cr_assert_neq(MYC_FULL, desk_send_or_pause_ticket(ctx, self->next[fork], made));
    }
    self->handled++;
    return MYC_CONTINUE;
}

struct circle {
    struct world *here;
    uint32_t count;
    struct journal journals[MEMBERS_MAX];
    struct member members[MEMBERS_MAX];
    desk_ref refs[MEMBERS_MAX];
};

static struct circle *circle_open(uint32_t count, uint32_t workers, uint32_t bound)
{
    struct circle *circle = calloc(1, sizeof *circle);
    cr_assert_not_null(circle);
    circle->here = world_open(workers);
    circle->count = count;
    for (uint32_t i = 0; i < count; i++) {
        circle->journals[i] = (struct journal){.on_ticket = pass, .user = &circle->members[i]};
        circle->refs[i] = world_desk(circle->here, i % workers, &circle->journals[i],
                                     &(myc_spawn_options){.mailbox_bound = bound});
    }
    for (uint32_t i = 0; i < count; i++)
        circle->members[i] = (struct member){.next = {circle->refs[(i + 1) % count]}, .forks = 1};
    return circle;
}

static void circle_close(struct circle *circle)
{
    world_close(circle->here);
    for (uint32_t i = 0; i < circle->count; i++)
        journal_fini(&circle->journals[i]);
    free(circle);
}

static void set_gates(struct circle *circle, bool gated)
{
    for (uint32_t i = 0; i < circle->count; i++)
        circle->journals[i].gated = gated;
}

/* So many tickets at each member that all are full when the first of them sends. */
static uint32_t fill(struct circle *circle, uint32_t each, uint32_t hops)
{
    uint32_t sent = 0;
    set_gates(circle, true);
    for (uint32_t i = 0; i < circle->count; i++) {
        for (uint32_t number = 0; number < each; number++)
            sent += send_ticket(circle->here->ctx, circle->refs[i], i, hops) == MYC_SENT;
    }
    world_run(circle->here);
    set_gates(circle, false);
    return sent;
}

static uint64_t handled_by_all(const struct circle *circle)
{
    uint64_t handled = 0;
    for (uint32_t i = 0; i < circle->count; i++)
        handled += circle->members[i].handled;
    return handled;
}

static void goes_round(uint32_t count, uint32_t workers, uint32_t bound, bool by_pause)
{
    enum { HOPS = 200 };
    struct circle *circle = circle_open(count, workers, bound);
    for (uint32_t i = 0; i < count; i++)
        circle->members[i].by_pause = by_pause;
    uint32_t sent = fill(circle, bound + 2, HOPS);
    cr_assert_geq(sent, count * bound);
    world_await(circle->here);
    cr_expect_eq((uint64_t)sent * (HOPS + 1), handled_by_all(circle),
                 "%u on %u workers, bound %u: %lu", count, workers, bound,
                 (unsigned long)handled_by_all(circle));
    myc_counts counts = world_since(circle->here);
    cr_expect_eq(counts.accepted, counts.handled);
    cr_expect_gt(counts.circled, 0, "no circle had to be opened: %u on %u workers, bound %u", count,
                 workers, bound);
    circle_close(circle);
}

Test(circle, of_two_with_room_for_one_goes_round_on_one_worker)
{
    goes_round(2, 1, 1, false);
    goes_round(2, 1, 1, true);
    NO_LEAKS();
}

Test(circle, of_two_with_room_for_one_goes_round_on_two_workers)
{
    goes_round(2, 2, 1, false);
    goes_round(2, 2, 1, true);
    NO_LEAKS();
}

Test(circle, of_any_length_goes_round)
{
    static const uint32_t lengths[] = {1, 3, 4, 7, 16, MEMBERS_MAX};
    for (uint32_t workers = 1; workers <= 4; workers++) {
        for (uint32_t i = 0; i < sizeof lengths / sizeof *lengths; i++) {
            goes_round(lengths[i], workers, 1, false);
            goes_round(lengths[i], workers, 3, false);
            if (lengths[i] > 1)
                goes_round(lengths[i], workers, 2, true);
        }
    }
    NO_LEAKS();
}

/* All that is in the circle, and one beyond: what comes from outside waits for the low-water mark. */
static uint32_t deepest(const struct circle *circle)
{
    uint32_t depth = 0;
    for (uint32_t i = 0; i < circle->count; i++) {
        const myc__shard *shard =
            circle->here->system->fabric.shards[myc__address_worker(circle->refs[i].address)];
        const myc__actor *actor = myc__actor_find(shard, circle->refs[i].address);
        depth = actor->mailbox.depth > depth ? actor->mailbox.depth : depth;
    }
    return depth;
}

/* Outside of the circle: sends to a member what it gets. */
static myc_next feed_in(struct journal *journal, myc_context *ctx, const ticket_data *ticket)
{
    journal->count = 0;
    for (uint32_t i = 0; i < 500; i++)
        cr_assert_eq(MYC_SENT, desk_send_or_pause_ticket(ctx, *(desk_ref *)journal->user,
                                                         ticket_make(ctx, 99, ticket->number)));
    return MYC_CONTINUE;
}

static void stays_near_its_bound(uint32_t workers)
{
    enum { BOUND = 4, COUNT = 5, HOPS = 100 };
    struct circle *circle = circle_open(COUNT, workers, BOUND);
    struct journal feeders[COUNT];
    for (uint32_t i = 0; i < COUNT; i++) {
        feeders[i] = (struct journal){.on_ticket = feed_in, .user = &circle->refs[i]};
        desk_ref feeder = world_desk(circle->here, i % workers, &feeders[i], NULL);
        cr_assert_eq(MYC_SENT, send_ticket(circle->here->ctx, feeder, 0, HOPS));
    }
    uint32_t highest = 0;
    for (uint32_t idle = 0; idle < IDLE_PASSES;) {
        idle = world_pass(circle->here) ? 0 : idle + 1;
        uint32_t now = deepest(circle);
        highest = now > highest ? now : highest;
    }
    cr_expect_eq((uint64_t)COUNT * 500 * (HOPS + 1), handled_by_all(circle));
    if (workers == 1) { /* from other workers more may be on their way */
        cr_expect_gt(world_since(circle->here).circled, 0);
        cr_expect_leq(highest, BOUND + 1);
    }
    for (uint32_t i = 0; i < COUNT; i++)
        journal_fini(&feeders[i]);
    circle_close(circle);
}

Test(circle, stays_near_its_bound_however_much_comes_from_outside)
{
    stays_near_its_bound(1);
    stays_near_its_bound(2);
    stays_near_its_bound(3);
    NO_LEAKS();
}

/* Two circles with one member in both, and a way out of them. */
Test(circle, with_branches_ends)
{
    for (uint32_t workers = 1; workers <= 3; workers++) {
        struct circle *circle = circle_open(5, workers, 2);
        struct member *members = circle->members;
        members[0] = (struct member){.next = {circle->refs[1], circle->refs[3], circle->refs[4]},
                                     .forks = 3};
        members[1] = (struct member){.next = {circle->refs[2]}, .forks = 1};
        members[2] = (struct member){.next = {circle->refs[0]}, .forks = 1};
        members[3] = (struct member){.next = {circle->refs[0]}, .forks = 1};
        members[4] = (struct member){.forks = 0};
        fill(circle, 3, 12);
        world_await(circle->here);
        myc_counts counts = world_since(circle->here);
        cr_expect_eq(counts.accepted, counts.handled);
        cr_expect_gt(counts.circled, 0);
        circle_close(circle);
    }
    NO_LEAKS();
}

/* In a random graph each edge is a sender of its own with its own numbers. */
struct node {
    desk_ref next[FORKS_MAX];
    uint32_t index, forks;
    uint32_t sent[FORKS_MAX];
    uint32_t expected[MEMBERS_MAX]; /* by sender */
    uint64_t *left;                 /* messages that may still be made, of the whole graph */
    seeded random;
};

/* `sender` says which node, `number` which of its messages on that edge. */
static myc_next go_on_at_random(struct journal *journal, myc_context *ctx,
                                const ticket_data *ticket)
{
    struct node *self = journal->user;
    journal->count = 0;
    if (ticket->sender != UINT32_MAX) {
        cr_assert_eq(self->expected[ticket->sender], ticket->number, "from %u to %u",
                     ticket->sender, self->index);
        self->expected[ticket->sender]++;
    }
    for (uint32_t sends = seeded_below(&self->random, 4); sends > 0 && *self->left; sends--) {
        uint32_t fork = seeded_below(&self->random, self->forks);
        ticket_data *made = ticket_make(ctx, self->index, self->sent[fork]++);
        --*self->left;
        cr_assert_eq(MYC_SENT, desk_send_or_pause_ticket(ctx, self->next[fork], made));
    }
    return MYC_CONTINUE;
}

static bool has_edge_to(const struct node *node, desk_ref to)
{
    for (uint32_t fork = 0; fork < node->forks; fork++) {
        if (myc_address_equal(node->next[fork].address, to.address))
            return true;
    }
    return false;
}

static void random_graph(seeded *random)
{
    uint32_t workers = 1 + seeded_below(random, 3);
    struct circle *graph =
        circle_open(2 + seeded_below(random, 10), workers, 1 + seeded_below(random, 3));
    struct node *nodes = calloc(graph->count, sizeof *nodes);
    uint64_t left = 3000;
    for (uint32_t i = 0; i < graph->count; i++) {
        nodes[i] = (struct node){.index = i, .left = &left, .random = *random};
        (void)seeded_below(random, 2);
        for (uint32_t fork = 0; fork < FORKS_MAX; fork++) {
            desk_ref to = graph->refs[seeded_below(random, graph->count)];
            if (!has_edge_to(&nodes[i], to))
                nodes[i].next[nodes[i].forks++] = to;
        }
        graph->journals[i].on_ticket = go_on_at_random;
        graph->journals[i].user = &nodes[i];
    }
    for (uint32_t i = 0; i < graph->count; i++)
        cr_assert_eq(MYC_SENT, send_ticket(graph->here->ctx, graph->refs[i], UINT32_MAX, 0));
    world_await(graph->here);
    uint64_t sent = 0, got = 0;
    for (uint32_t i = 0; i < graph->count; i++) {
        for (uint32_t fork = 0; fork < FORKS_MAX; fork++)
            sent += nodes[i].sent[fork];
        for (uint32_t from = 0; from < graph->count; from++)
            got += nodes[i].expected[from];
    }
    cr_expect_eq(sent, got);
    circle_close(graph);
    free(nodes);
}

Test(circle, in_random_graphs_everything_arrives_once_and_in_order)
{
    seeded random = seeded_start("circle");
    for (uint32_t round = 0; round < 150; round++)
        random_graph(&random);
    NO_LEAKS();
}

/* A member of a standing circle ends: those who wait for it go on, and what is left is accounted. */
Test(circle, may_lose_a_member)
{
    for (uint32_t workers = 1; workers <= 2; workers++) {
        struct circle *circle = circle_open(3, workers, 1);
        fill(circle, 3, 1000000);
        for (uint32_t pass = 0; pass < 5; pass++)
            world_pass(circle->here);
        myc_stop(circle->here->ctx, circle->refs[1].address);
        world_await(circle->here);
        circle_close(circle);
    }
    NO_LEAKS();
}

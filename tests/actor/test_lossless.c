/* SPDX-License-Identifier: Apache-2.0 */
/* A source, a relay and a sink with short mailboxes: nothing is lost, whoever is slow. */
#include "actor_support.h"

enum { PARCELS = 20000 };

struct stage {
    desk_ref next;
    uint32_t made;
    uint32_t calls;
};

static myc_next make_parcels(struct journal *journal, myc_context *ctx, const ticket_data *ticket)
{
    struct stage *stage = journal->user;
    (void)ticket;
    stage->calls++;
    while (stage->made < PARCELS) {
        if (send_ticket(ctx, stage->next, 0, stage->made) != MYC_SENT) {
            myc_pause_until_room(ctx, stage->next.address);
            return MYC_AGAIN;
        }
        stage->made++;
    }
    return MYC_CONTINUE;
}

static myc_next pass_on(struct journal *journal, myc_context *ctx, const ticket_data *ticket)
{
    struct stage *stage = journal->user;
    stage->calls++;
    if (desk_send_ticket(ctx, stage->next, ticket_data_retain(ctx, ticket)) == MYC_SENT)
        return MYC_CONTINUE;
    myc_pause_until_room(ctx, stage->next.address);
    return MYC_AGAIN;
}

struct line {
    uint32_t workers[3]; /* of source, relay and sink */
    uint32_t bounds[2];  /* of relay and sink */
};

static void expect_nothing_lost(const struct world *here, const struct journal *sink)
{
    expect_numbers(sink, 0, PARCELS);
    myc_counts counts = world_since(here);
    cr_expect_eq(2 * PARCELS + 1, counts.accepted);
    cr_expect_eq(counts.accepted, counts.handled);
    cr_expect_eq(0, counts.dropped);
    cr_expect_eq(0, counts.dead);
    cr_expect_gt(counts.refused, 0, "it was never full");
}

/* A stage that waits, rather than tries again and again, gets on with each call. */
static void transfer(const struct line *line)
{
    struct world *here = world_open(4);
    struct journal sink = {0};
    myc_spawn_options relay_options = {.mailbox_bound = line->bounds[0]};
    myc_spawn_options sink_options = {.mailbox_bound = line->bounds[1]};
    struct stage second = {.next = world_desk(here, line->workers[2], &sink, &sink_options)};
    struct journal relay = {.on_ticket = pass_on, .user = &second};
    struct stage first = {.next = world_desk(here, line->workers[1], &relay, &relay_options)};
    struct journal source = {.on_ticket = make_parcels, .user = &first};
    desk_ref begin = world_desk(here, line->workers[0], &source, NULL);
    cr_expect_eq(MYC_SENT, send_ticket(here->ctx, begin, 0, 0));
    world_run(here);
    expect_nothing_lost(here, &sink);
    cr_expect_leq(first.calls, PARCELS + 1);
    cr_expect_leq(second.calls, 2 * PARCELS);
    world_close(here);
    journal_fini(&sink);
    journal_fini(&relay);
    journal_fini(&source);
}

static void transfer_through(uint32_t bound)
{
    const struct line lines[] = {
        {{0, 0, 0}, {bound, bound}}, {{0, 1, 1}, {bound, bound}}, {{1, 1, 0}, {bound, bound}},
        {{0, 1, 0}, {bound, bound}}, {{2, 0, 3}, {bound, bound}}, {{2, 3, 1}, {1000, bound}},
    };
    for (uint32_t index = 0; index < sizeof lines / sizeof *lines; index++)
        transfer(&lines[index]);
}

Test(lossless, through_mailboxes_of_one)
{
    WORLD_SEEDS(10)
    transfer_through(1);
    NO_LEAKS();
}

Test(lossless, through_mailboxes_of_two)
{
    WORLD_SEEDS(10)
    transfer_through(2);
    NO_LEAKS();
}

Test(lossless, through_mailboxes_of_seven)
{
    WORLD_SEEDS(10)
    transfer_through(7);
    NO_LEAKS();
}

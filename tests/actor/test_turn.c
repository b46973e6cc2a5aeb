/* SPDX-License-Identifier: Apache-2.0 */
/* How much one turn handles: the batch bounds it, and actors of a worker take turns. */
#include "actor_support.h"

enum { ACTORS = 2, EACH = 10, BATCH = 3 };

/* Two actors with one journal; the sender of a ticket is the number of its receiver. */
struct duet {
    struct world *here;
    struct journal journal;
    desk_ref desks[ACTORS];
};

static void duet_open(struct duet *duet, uint32_t batch_max)
{
    *duet = (struct duet){.here = world_open(1)};
    for (uint32_t index = 0; index < ACTORS; index++)
        duet->desks[index] =
            world_desk(duet->here, 0, &duet->journal, &(myc_spawn_options){.batch_max = batch_max});
    world_run(duet->here);
}

static void send_to_both(myc_context *ctx, void *argument)
{
    struct duet *duet = argument;
    for (uint32_t index = 0; index < ACTORS; index++)
        for (uint32_t number = 0; number < EACH; number++)
            cr_expect_eq(MYC_SENT, send_ticket(ctx, duet->desks[index], index, number));
}

/* AAABBBAAABBBAAABBBAB. */
static void expect_turns_of(const struct duet *duet, uint32_t batch)
{
    cr_assert_eq(ACTORS * EACH, duet->journal.count);
    uint32_t done[ACTORS] = {0};
    uint32_t whose = 0;
    for (uint32_t index = 0; index < ACTORS * EACH; whose = (whose + 1) % ACTORS) {
        for (uint32_t turn = 0; turn < batch && done[whose] < EACH; turn++, index++) {
            cr_assert_eq(whose, duet->journal.entries[index].sender, "ticket %u", index);
            cr_assert_eq(done[whose]++, duet->journal.entries[index].number);
        }
    }
}

static void duet_close(struct duet *duet)
{
    world_close(duet->here);
    journal_fini(&duet->journal);
}

Test(turn, a_batch_bounds_it)
{
    for (uint32_t batch = 1; batch <= EACH + 1; batch++) {
        struct duet duet;
        duet_open(&duet, batch);
        world_call(duet.here, 0, send_to_both, &duet);
        world_run(duet.here);
        expect_turns_of(&duet, batch);
        duet_close(&duet);
    }
    NO_LEAKS();
}

/* From its own worker: what comes over a lane may be handled before it is in a mailbox. */
static void send_a_hundred_each(myc_context *ctx, void *argument)
{
    const desk_ref *desks = argument;
    for (uint32_t number = 0; number < 200; number++)
        cr_expect_eq(MYC_SENT, send_ticket(ctx, desks[number / 100], number / 100, number));
}

Test(turn, the_default_batch_is_64)
{
    struct world *here = world_open(1);
    struct journal journal = {0};
    desk_ref desks[2] = {world_desk(here, 0, &journal, NULL), world_desk(here, 0, &journal, NULL)};
    world_run(here);
    world_call(here, 0, send_a_hundred_each, desks);
    world_run(here);
    cr_assert_eq(200, journal.count);
    for (uint32_t index = 0; index < 200; index++) {
        uint32_t whose = index < 64 ? 0 : index < 128 ? 1 : index < 164 ? 0 : 1;
        cr_assert_eq(whose, journal.entries[index].sender, "ticket %u", index);
    }
    world_close(here);
    journal_fini(&journal);
    NO_LEAKS();
}

/* A message that comes again counts in its turn like any other. */
Test(turn, a_batch_bounds_it_with_a_message_in_hand_too)
{
    struct duet duet;
    duet_open(&duet, BATCH);
    duet.journal.gated = true;
    world_call(duet.here, 0, send_to_both, &duet);
    world_run(duet.here);
    duet.journal.gated = false;
    world_run(duet.here);
    cr_assert_eq(ACTORS * EACH, duet.journal.count);
    uint32_t run = 0;
    for (uint32_t index = 0; index < duet.journal.count; index++) {
        const ticket_data *entry = &duet.journal.entries[index];
        run = index && entry->sender == entry[-1].sender ? run + 1 : 1;
        cr_assert_leq(run, entry->number == EACH - 1 ? EACH : BATCH, "ticket %u", index);
    }
    duet_close(&duet);
    NO_LEAKS();
}

static myc_next send_to_self_for_ever(struct journal *journal, myc_context *ctx,
                                      const ticket_data *ticket)
{
    if (!*(bool *)journal->user)
        cr_expect_eq(MYC_SENT, send_ticket(ctx, desk_self(ctx), 0, ticket->number + 1));
    return MYC_CONTINUE;
}

/* One that never runs out of messages leaves time for the others, for lanes and for stops. */
Test(turn, one_that_is_always_busy_starves_nobody)
{
    struct world *here = world_open(1);
    bool enough = false;
    struct journal busy = {.on_ticket = send_to_self_for_ever, .user = &enough};
    struct journal other = {0};
    desk_ref first = world_desk(here, 0, &busy, NULL);
    desk_ref second = world_desk(here, 0, &other, NULL);
    cr_expect_eq(MYC_SENT, send_ticket(here->ctx, first, 0, 0));
    for (uint32_t number = 0; number < 100; number++) {
        cr_expect_eq(MYC_SENT, send_ticket(here->ctx, second, 0, number));
        world_pass(here);
        cr_assert_eq(number + 1, other.count);
    }
    myc_stop(here->ctx, first.address);
    world_run(here);
    cr_expect_eq(1, busy.stops);
    cr_expect_gt(busy.count, 100);
    world_close(here);
    journal_fini(&busy);
    journal_fini(&other);
    NO_LEAKS();
}

/* SPDX-License-Identifier: Apache-2.0 */
/* The lossless send: what has no room is parked with its sender, which runs on when it has gone in. */
#include "actor_support.h"

enum { BOUND = 4, FULL = BOUND + 1 }; /* one in hand */

/* Ticket 0 makes a source send so many to each of its sinks in turn; others are only noted. */
struct source {
    desk_ref sinks[2];
    uint32_t sink_count;
    uint32_t rounds;
};

static myc_next send_rounds(struct journal *journal, myc_context *ctx, const ticket_data *ticket)
{
    const struct source *source = journal->user;
    for (uint32_t round = 0; ticket->number == 0 && round < source->rounds; round++) {
        for (uint32_t sink = 0; sink < source->sink_count; sink++)
            cr_assert_eq(MYC_SENT, desk_send_or_pause_ticket(ctx, source->sinks[sink],
                                                             ticket_make(ctx, 1, FULL + round)));
    }
    return MYC_CONTINUE;
}

struct scene {
    struct world *here;
    struct journal sinks[2];
    struct journal journal;
    struct source source;
    desk_ref ref;
};

/* Two sinks, gated and full: the first on `worker`, the second on worker 1. A source on worker 0 is
 * asked to send `rounds` to each of the first `sinks` of them, and has another ticket queued. */
static void scene_open(struct scene *scene, uint32_t worker, uint32_t sinks, uint32_t rounds)
{
    *scene =
        (struct scene){.here = world_open(2), .source = {.sink_count = sinks, .rounds = rounds}};
    for (uint32_t sink = 0; sink < 2; sink++) {
        scene->sinks[sink].gated = true;
        scene->source.sinks[sink] = world_desk(scene->here, sink ? 1 : worker, &scene->sinks[sink],
                                               &(myc_spawn_options){.mailbox_bound = BOUND});
        for (uint32_t number = 0; number < FULL; number++)
            cr_assert_eq(MYC_SENT,
                         send_ticket(scene->here->ctx, scene->source.sinks[sink], 0, number));
    }
    world_run(scene->here);
    scene->journal = (struct journal){.on_ticket = send_rounds, .user = &scene->source};
    scene->ref = world_desk(scene->here, 0, &scene->journal, NULL);
    for (uint32_t number = 0; number < 2; number++)
        cr_assert_eq(MYC_SENT, send_ticket(scene->here->ctx, scene->ref, 0, number));
    world_run(scene->here);
}

static void scene_close(struct scene *scene)
{
    world_close(scene->here);
    journal_fini(&scene->journal);
    journal_fini(&scene->sinks[0]);
    journal_fini(&scene->sinks[1]);
}

static void permit(struct scene *scene, uint32_t sink, uint32_t tickets)
{
    scene->sinks[sink].permits += tickets;
    world_run(scene->here);
}

Test(send_or_pause, holds_its_sender_until_all_has_gone_in)
{
    for (uint32_t worker = 0; worker < 2; worker++) {
        struct scene scene;
        scene_open(&scene, worker, 1, 3 * BOUND);
        cr_expect_eq(1, scene.journal.count, "it ran on while its sends were parked");
        for (uint32_t done = 0; done < 2 * BOUND; done++) {
            permit(&scene, 0, 1);
            cr_assert_eq(1, scene.journal.count, "it ran on after %u", done);
        }
        scene.sinks[0].gated = false;
        world_run(scene.here);
        cr_expect_eq(2, scene.journal.count);
        expect_numbers(&scene.sinks[0], 0, FULL + 3 * BOUND);
        cr_expect_eq(0, world_since(scene.here).refused, "a parked message is no refused one");
        scene_close(&scene);
    }
    NO_LEAKS();
}

/* One sink opened and the other not: what is parked behind the one that waits waits too. */
Test(send_or_pause, sends_in_the_order_asked_for)
{
    for (uint32_t worker = 0; worker < 2; worker++) {
        struct scene scene;
        scene_open(&scene, worker, 2, 5);
        scene.sinks[1].gated = false;
        world_run(scene.here);
        cr_expect_eq(FULL, scene.sinks[1].count);
        permit(&scene, 0,
               3); /* to the low-water mark: the first round goes, and the second's first */
        cr_expect_leq(FULL + 1, scene.sinks[1].count);
        cr_expect_geq(FULL + 3, scene.sinks[1].count);
        scene.sinks[0].gated = false;
        world_run(scene.here);
        for (uint32_t sink = 0; sink < 2; sink++)
            expect_numbers(&scene.sinks[sink], 0, FULL + 5);
        cr_expect_eq(2, scene.journal.count);
        scene_close(&scene);
    }
    NO_LEAKS();
}

/* The second sink has room all the time, but what is for it comes behind what has none. */
Test(send_or_pause, overtakes_nothing_that_is_parked)
{
    for (uint32_t worker = 0; worker < 2; worker++) {
        struct scene scene;
        scene_open(&scene, worker, 2, 0);
        scene.sinks[1].gated = false;
        world_run(scene.here);
        scene.source.rounds = 3;
        cr_assert_eq(MYC_SENT, send_ticket(scene.here->ctx, scene.ref, 0, 0));
        world_run(scene.here);
        cr_expect_eq(FULL, scene.sinks[1].count);
        scene.sinks[0].gated = false;
        world_run(scene.here);
        for (uint32_t sink = 0; sink < 2; sink++)
            expect_numbers(&scene.sinks[sink], 0, FULL + 3);
        scene_close(&scene);
    }
    NO_LEAKS();
}

Test(send_or_pause, goes_on_when_its_receiver_ends)
{
    for (uint32_t worker = 0; worker < 2; worker++) {
        struct scene scene;
        scene_open(&scene, worker, 1, 6);
        myc_stop(scene.here->ctx, scene.source.sinks[0].address);
        world_run(scene.here);
        cr_expect_eq(2, scene.journal.count);
        cr_expect_eq(FULL + 6, scene.here->letter_count);
        cr_expect_eq(FULL + 1, letters_of(scene.here, MYC_DEAD_LEFT));
        cr_expect_eq(5, letters_of(scene.here, MYC_DEAD_STOPPED));
        scene_close(&scene);
    }
    NO_LEAKS();
}

Test(send_or_pause, keeps_its_word_when_its_sender_ends)
{
    for (uint32_t worker = 0; worker < 2; worker++) {
        struct scene scene;
        scene_open(&scene, worker, 2, 6);
        myc_stop(scene.here->ctx, scene.ref.address);
        world_run(scene.here);
        expect_exit(&scene.journal, MYC_EXIT_REQUESTED, 0);
        cr_expect_eq(1, scene.here->letter_count, "its own second ticket");
        for (uint32_t sink = 0; sink < 2; sink++) {
            scene.sinks[sink].gated = false;
            world_run(scene.here);
            expect_numbers(&scene.sinks[sink], 0, FULL + 6);
        }
        scene_close(&scene);
    }
    NO_LEAKS();
}

Test(send_or_pause, is_accounted_for_when_the_system_stops)
{
    for (uint32_t worker = 0; worker < 2; worker++) {
        struct scene scene;
        scene_open(&scene, worker, 2, 6);
        cr_expect_eq(0, world_end(scene.here));
        cr_expect_eq(2 * (FULL + 6) + 1, scene.here->letter_count);
        world_free(scene.here);
        journal_fini(&scene.journal);
    }
    NO_LEAKS();
}

static void send_null(myc_context *ctx, void *argument)
{
    cr_expect_eq(MYC_FULL, desk_send_or_pause_ticket(ctx, *(desk_ref *)argument, NULL));
    cr_expect_eq(MYC_DEAD,
                 desk_send_or_pause_ticket(ctx, (desk_ref){{0, 0}}, ticket_make(ctx, 0, 0)));
    myc_address far = myc_address_on_node(((desk_ref *)argument)->address, 5);
    cr_expect_eq(MYC_UNREACHABLE,
                 desk_send_or_pause_ticket(ctx, (desk_ref){far}, ticket_make(ctx, 0, 0)));
}

Test(send_or_pause, answers_as_a_send_where_there_is_nothing_to_wait_for)
{
    struct scene scene;
    scene_open(&scene, 0, 1, 0);
    world_call(scene.here, 0, send_null, &scene.source.sinks[0]);
    world_call(scene.here, 1, send_null, &scene.source.sinks[0]);
    ticket_data *made = ticket_make(scene.here->ctx, 0, 0); /* from outside of a handler */
    cr_expect_eq(MYC_FULL, desk_send_or_pause_ticket(scene.here->ctx, scene.source.sinks[1], made));
    scene_close(&scene);
    NO_LEAKS();
}

/* Policies that drop have always room. */
Test(send_or_pause, does_not_wait_for_one_that_drops)
{
    struct scene scene;
    scene_open(&scene, 0, 1, 50);
    struct journal dropper = {.gated = true};
    scene.source.sinks[0] =
        world_desk(scene.here, 0, &dropper,
                   &(myc_spawn_options){.mailbox_bound = 2, .overflow = MYC_OVERFLOW_DROP_OLDEST});
    struct journal journal = {.on_ticket = send_rounds, .user = &scene.source};
    desk_ref source = world_desk(scene.here, 0, &journal, NULL);
    for (uint32_t number = 0; number < 2; number++)
        cr_assert_eq(MYC_SENT, send_ticket(scene.here->ctx, source, 0, number));
    world_run(scene.here);
    cr_expect_eq(2, journal.count);
    cr_expect_geq(world_counts(scene.here).dropped_oldest, 47);
    scene_close(&scene);
    journal_fini(&journal);
    journal_fini(&dropper);
    NO_LEAKS();
}

/* SPDX-License-Identifier: Apache-2.0 */
#include "actor_support.h"
#include "shard/envelope.h"

struct shot {
    myc_address to;
    myc_sent answer;
};

static void shoot(myc_context *ctx, void *argument)
{
    struct shot *shot = argument;
    shot->answer = myc_send(ctx, shot->to, desk_tag_ticket, ticket_make(ctx, 0, 77));
}

/* From each worker and from outside: dead, with one letter each that tells who, what and why. */
static void expect_dead(struct world *here, myc_address to, myc_dead_reason reason)
{
    for (uint32_t sender = 0; sender <= here->workers; sender++) {
        struct shot shot = {to, MYC_SENT};
        uint32_t before = here->letter_count;
        if (sender < here->workers)
            world_call(here, sender, shoot, &shot);
        else
            shoot(here->ctx, &shot);
        cr_assert_eq(MYC_DEAD, shot.answer, "sender %u got %d", sender, (int)shot.answer);
        cr_assert_eq(before + 1, here->letter_count);
        const struct letter *letter = &here->letters[before];
        cr_expect(myc_address_equal(to, letter->to));
        cr_expect_eq(desk_tag_ticket, letter->tag);
        cr_expect_eq(reason, letter->reason);
        cr_expect_eq(77, letter->number);
        cr_expect_eq(0, myc_room(here->ctx, to));
    }
}

WORLD_TEST(refs, a_stopped_actor_is_dead_for_everyone)
{
    struct world *here = world_open(3);
    struct journal journal = {0};
    for (uint32_t worker = 0; worker < 3; worker++) {
        desk_ref desk = world_desk(here, worker, &journal, NULL);
        world_run(here);
        myc_stop(here->ctx, desk.address);
        world_run(here);
        expect_dead(here, desk.address, MYC_DEAD_STOPPED);
    }
    cr_expect_eq(3, journal.stops);
    cr_expect_eq(12, world_since(here).dead_by[MYC_DEAD_STOPPED]);
    cr_expect_eq(12, world_since(here).dead);
    world_close(here);
    NO_LEAKS();
}

WORLD_TEST(refs, a_message_that_arrives_after_the_stop_is_a_letter_of_that_reason)
{
    struct world *here = world_open(2);
    struct journal journal = {0};
    desk_ref desk = world_desk(here, 1, &journal, NULL);
    world_run(here);
    myc_stop(here->ctx, desk.address); /* a pass takes 256 of a lane, then comes the last turn */
    for (uint32_t number = 0; number < 300; number++)
        cr_assert_eq(MYC_SENT, send_ticket(here->ctx, desk, 0, number));
    world_run(here);
    cr_expect_eq(0, journal.count);
    uint32_t left = letters_of(here, MYC_DEAD_LEFT);
    cr_expect_leq(left, 256);
    cr_expect_eq(300 - left, letters_of(here, MYC_DEAD_STOPPED));
    for (uint32_t number = 0; number < 300; number++)
        cr_assert_eq(number, here->letters[number].number);
    world_close(here);
    NO_LEAKS();
}

WORLD_TEST(refs, the_zero_ref_names_no_actor)
{
    struct world *here = world_open(2);
    expect_dead(here, (myc_address){0}, MYC_DEAD_NO_ACTOR);
    world_close(here);
    NO_LEAKS();
}

WORLD_TEST(refs, forged_refs_name_no_actor)
{
    struct world *here = world_open(2);
    const myc_address real = here->clerks[1].address;
    const myc_address forged[] = {
        {2u << MYC__INDEX_BITS, 1},                     /* a worker there is not */
        {255u << MYC__INDEX_BITS | MYC__INDEX_MASK, 1}, /* the last there can be */
        {1u << MYC__INDEX_BITS | MYC__INDEX_MASK, 1},   /* an index far out */
        {1u << MYC__INDEX_BITS | 63, 1},                /* a slot nobody took */
        {1u << MYC__INDEX_BITS | 64, 1},                /* in a chunk not made yet */
        {real.slot, real.life + 2},                     /* a life to come */
        {real.slot, real.life + 1},                     /* no life at all */
        {real.slot, 0},
        {real.slot, MYC__GENERATION_MASK},
    };
    for (uint32_t index = 0; index < sizeof forged / sizeof *forged; index++)
        expect_dead(here, forged[index], MYC_DEAD_NO_ACTOR);
    world_close(here);
    NO_LEAKS();
}

WORLD_TEST(refs, another_node_without_a_transport_is_unreachable)
{
    struct world *here = world_open(2);
    myc_address there = myc_address_on_node(here->clerks[1].address, 5);
    for (uint32_t worker = 0; worker < 2; worker++) {
        struct shot shot = {there, MYC_SENT};
        world_call(here, worker, shoot, &shot);
        cr_expect_eq(MYC_UNREACHABLE, shot.answer);
    }
    cr_expect_eq(2, letters_of(here, MYC_DEAD_NO_ROUTE));
    cr_expect_eq(0, myc_room(here->ctx, there));
    world_close(here);
    NO_LEAKS();
}

WORLD_TEST(refs, orders_to_bad_refs_do_nothing)
{
    struct world *here = world_open(2);
    const myc_address real = here->clerks[1].address;
    const myc_address bad[] = {{0, 0},
                               {9u << MYC__INDEX_BITS, 1},
                               {real.slot, real.life + 2},
                               {real.slot, real.life + 1},
                               myc_address_on_node(real, 5)};
    for (uint32_t index = 0; index < sizeof bad / sizeof *bad; index++)
        myc_stop(here->ctx, bad[index]);
    world_run(here);
    cr_expect_eq(2, world_since(here).actors);
    cr_expect_eq(0, world_since(here).dead);
    world_close(here);
    NO_LEAKS();
}

/* Three hundred lives one after the other: more than the slots that are held back. */
WORLD_TEST(refs, a_slot_that_is_used_again_has_a_new_generation)
{
    enum { LIVES = 300 };
    struct world *here = world_open(2);
    struct journal journal = {0};
    myc_address past[LIVES];
    uint32_t reused = 0;
    for (uint32_t life = 0; life < LIVES; life++) {
        past[life] = world_desk(here, 1, &journal, NULL).address;
        for (uint32_t before = 0; before < life; before++) {
            cr_assert_not(myc_address_equal(past[before], past[life]));
            reused += past[before].slot == past[life].slot;
        }
        world_run(here);
        cr_assert_eq(3, world_counts(here).actors);
        myc_stop(here->ctx, past[life]);
        world_run(here);
    }
    cr_expect_gt(reused, LIVES / 2);
    for (uint32_t life = 0; life < LIVES; life++)
        expect_dead(here, past[life], MYC_DEAD_STOPPED);
    cr_expect_eq(LIVES, journal.starts);
    cr_expect_eq(LIVES, journal.stops);
    cr_expect_eq(0, journal.count);
    world_close(here);
    NO_LEAKS();
}

/* A stop meant for the dead actor must not reach the one that lives in its slot now. */
WORLD_TEST(refs, an_old_ref_neither_reaches_nor_stops_the_new_actor)
{
    struct world *here = world_open(2);
    struct journal journal = {0};
    desk_ref old = world_desk(here, 1, &journal, NULL);
    world_run(here);
    myc_stop(here->ctx, old.address);
    world_run(here);
    desk_ref young = {0};
    for (uint32_t spawned = 0; young.address.slot != old.address.slot; spawned++) {
        cr_assert_lt(spawned, 200, "the slot never comes back");
        young = world_desk(here, 1, &journal, NULL);
        myc_stop(here->ctx, young.address.slot == old.address.slot ? old.address : young.address);
        world_run(here);
    }
    cr_expect_eq(MYC_DEAD, send_ticket(here->ctx, old, 0, 1));
    cr_expect_eq(MYC_SENT, send_ticket(here->ctx, young, 0, 2));
    world_run(here);
    expect_numbers(&journal, 2, 1);
    world_close(here);
    journal_fini(&journal);
    NO_LEAKS();
}

/* SPDX-License-Identifier: Apache-2.0 */
#include "scenario.h"
#include "shard/slot_table.h"

/*
 * An actor dies while messages to it are on their way, and others are born, in its slot too (a free
 * slot is taken again at once here: see small.edit): a message reaches whom it was sent to or
 * becomes a dead letter, and whoever finds a slot alive sees all of its actor. The home worker gives
 * birth too, in slots of its run (of two: see small.edit), which nobody else gets.
 */
enum { OLD_MESSAGES = 3, BIRTHS = 2, HOME_BIRTHS = 3, ACTORS = 1 + BIRTHS + HOME_BIRTHS };

struct myc__actor {
    uint32_t number;
};

static myc__slot_table *table;
static struct myc__actor *actors;
static myc__lane *from_sender;
static myc__lane *from_spawner;
static myc_address old; /* the address of actor 0, which the sender keeps using */

static bool dead[ACTORS];
static uint32_t sent;
static uint32_t handled;
static uint32_t senders;
static uint32_t born_at_home;

typedef int take_slot(myc__slot_table *from, uint32_t *index, uint32_t *generation);

static myc_address spawn_in(uint32_t number, take_slot *take)
{
    struct myc__actor *actor = &actors[number];
    MYC__SHARED_WRITE(actor, sizeof *actor);
    actor->number = number;
    uint32_t index;
    uint32_t generation;
    int error = take(table, &index, &generation);
    SIM_EXPECT(error == 0, "no slot: %d", error);
    myc__slot_publish(myc__slot_at(table, index), actor, generation);
    sim_note("actor %u lives in slot %u, generation %u", number, index, generation);
    return (myc_address){index, generation};
}

static myc_address spawn(uint32_t number)
{
    return spawn_in(number, myc__slot_take);
}

static void setup(void)
{
    table = sim_allocate(sizeof *table, 64);
    myc__slot_table_init(table, sim_allocator_new());
    actors = sim_allocate(ACTORS * sizeof *actors, 64);
    from_sender = sim_lane_new("from sender", 0);
    from_spawner = sim_lane_new("from spawner", 0);
    sent = handled = 0;
    senders = 2;
    born_at_home = 0;
    for (uint32_t i = 0; i < ACTORS; i++) {
        dead[i] = false;
    }
    old = spawn(0);
    myc__slot *slot = myc__slot_at(table, old.slot);
    sim_name(table, sizeof *table, "table");
    sim_name_part("table", &table->lock, sizeof table->lock, 1, "lock");
    sim_name_part("table", slot, sizeof *slot, MYC__SLOT_CHUNK_MIN, "slots");
    sim_name_part("all", actors, sizeof *actors, ACTORS, "actors");
}

/* The payload tells the test whom the message is meant for. */
static void send(myc__lane *lane, myc_address to, uint32_t number)
{
    sent++;
    sim_lane_send(lane, myc__envelope_make(to, 0, &actors[number]));
}

/* What is constant in an actor may be read as long as the table's lock is held. */
static void visit(void *user, uint32_t index, const myc__slot *slot)
{
    (void)user;
    MYC__SHARED_READ(slot->actor, sizeof *slot->actor);
    SIM_EXPECT(slot->actor == &actors[slot->actor->number], "slot %u shows a dead actor", index);
}

static void run_sender(void)
{
    for (uint32_t i = 0; i < OLD_MESSAGES; i++) {
        if (sim_random(3) == 0) {
            myc__slot_each_alive(table, visit, NULL);
        }
        myc__slot *slot = myc__slot_at(table, old.slot);
        if (myc__load_relaxed_u32(&slot->life) == old.life) {
            send(from_sender, old, 0);
        }
    }
    senders--;
}

static void run_spawner(void)
{
    for (uint32_t i = 1; i <= BIRTHS; i++) {
        send(from_spawner, spawn(i), i);
    }
    senders--;
}

/* Its memory is another's as soon as the slot is free. */
static void end_life(uint32_t index, struct myc__actor *actor)
{
    sim_note("actor %td dies", actor - actors);
    dead[actor - actors] = true;
    myc__slot_free(table, index);
    MYC__SHARED_WRITE(actor, sizeof *actor);
    actor->number = ACTORS;
}

static struct myc__actor *look_at(myc__slot *slot)
{
    struct myc__actor *actor = slot->actor;
    SIM_EXPECT(actor >= actors && actor < actors + ACTORS, "a living slot has no actor");
    SIM_EXPECT(!dead[actor - actors], "actor %td lives on", actor - actors);
    MYC__SHARED_READ(actor, sizeof *actor);
    SIM_EXPECT(actor == &actors[actor->number], "an actor is not all there");
    return actor;
}

/* As the home worker does with an envelope. Now and then the message ends the actor. */
static void deliver(const myc__envelope *envelope)
{
    handled++;
    myc_address to = myc__envelope_to(envelope);
    myc__slot *slot = myc__slot_at(table, myc__address_index(to));
    SIM_EXPECT(slot, "a message to slot %u, which is not there", to.slot);
    if (myc__load_acquire_u32(&slot->life) != to.life) {
        return;
    }
    struct myc__actor *actor = look_at(slot);
    SIM_EXPECT(actor == envelope->payload, "actor %u got a message to actor %td", actor->number,
               (const struct myc__actor *)envelope->payload - actors);
    if (sim_random(2)) {
        end_life(to.slot, actor);
    }
}

/* As it does when all actors are to stop. */
static void walk(void)
{
    uint32_t used = myc__slot_table_used(table);
    for (uint32_t i = 0; i < used; i++) {
        myc__slot *slot = myc__slot_at(table, i);
        if (myc__load_acquire_u32(&slot->life) % 2 == 1) {
            look_at(slot);
        }
    }
}

/* Some of them die at once. */
static void bear(void)
{
    uint32_t number = 1 + BIRTHS + born_at_home++;
    myc_address address = spawn_in(number, myc__slot_take_at_home);
    myc__slot *slot = myc__slot_at(table, address.slot);
    struct myc__actor *actor = look_at(slot);
    SIM_EXPECT(actor->number == number, "actor %u lives where %u was born", actor->number, number);
    if (sim_random(2)) {
        end_life(address.slot, actor);
    }
}

static void run_home(void)
{
    while (senders > 0 || handled < sent || born_at_home < HOME_BIRTHS) {
        myc__envelope envelope;
        bool any = false;
        if (sim_lane_take(from_sender, &envelope)) {
            deliver(&envelope);
            any = true;
        }
        if (sim_lane_take(from_spawner, &envelope)) {
            deliver(&envelope);
            any = true;
        }
        if (born_at_home < HOME_BIRTHS && sim_random(3) == 0) {
            bear();
        }
        if (sim_random(4) == 0) {
            walk();
        }
        if (!any) {
            myc__pause();
        }
    }
}

static void check(void)
{
    uint32_t alive = 0;
    for (uint32_t i = 0; i < table->used; i++) {
        alive += myc__slot_at(table, i)->life % 2;
    }
    uint32_t expected = 0;
    for (uint32_t i = 0; i < ACTORS; i++) {
        expected += !dead[i];
    }
    SIM_EXPECT(alive == expected, "%u actors live in the table, %u were not ended", alive,
               expected);
}

const sim_scenario sim_scenario_slots = {
    .name = "slots",
    .about = "a message to a dead actor never reaches the next one in its slot",
    .typical_steps = 200,
    .setup = setup,
    .check = check,
    .threads = {{"home", run_home}, {"sender", run_sender}, {"spawner", run_spawner}},
};

/* SPDX-License-Identifier: Apache-2.0 */
#include "scenario.h"

/*
 * One producer, one consumer, more messages than slots, and positions that wrap: everything arrives
 * once, in order, with its content.
 *
 *   lane    lane.h as workers use it, four slots, one of them kept for an order
 *   ring    the ring alone with two slots, where each fill and each retirement matters
 */
enum { MESSAGES = 7, RING_SLOTS = 2, LAPS_MAX = 2, RESERVE = MYC__LANE_CONTROL_SLOTS };

static myc__lane *lane;
static uint64_t *payloads;
static uint32_t order; /* which message needs no reserve */

typedef struct slot {
    uint64_t word;
    uint64_t rest;
} slot;

static struct {
    myc__lap_ring ring;
    slot slots[RING_SLOTS];
} * small;

static uint32_t received;

static uint64_t content_of(uint32_t message)
{
    return 1000 + message;
}

static void setup_lane(void)
{
    received = 0;
    order = sim_random(MESSAGES);
    lane = sim_lane_new("lane", sim_random(1 + LAPS_MAX));
    payloads = sim_allocate(MESSAGES * sizeof *payloads, 64);
    sim_name_part("lane", payloads, sizeof *payloads, MESSAGES, "payloads");
}

static void write_payload(uint32_t message)
{
    MYC__SHARED_WRITE(&payloads[message], sizeof payloads[message]);
    payloads[message] = content_of(message);
}

static bool put(uint32_t message, uint32_t reserve)
{
    return myc__lane_put(lane, (myc__envelope){message, message, &payloads[message]}, reserve);
}

static void produce(void)
{
    for (uint32_t i = 0; i < MESSAGES; i++) {
        write_payload(i);
        if (i == order) {
            bool sent = put(i, 0);
            SIM_EXPECT(sent, "no slot was kept for an order");
        } else {
            while (!put(i, RESERVE)) {
                myc__pause();
            }
        }
    }
}

static void accept(const myc__envelope *envelope)
{
    SIM_EXPECT(envelope->slot == received && envelope->life_and_tag == received &&
                   envelope->payload == &payloads[received],
               "message %u arrived where %u was expected", envelope->slot, received);
    MYC__SHARED_READ(&payloads[received], sizeof payloads[received]);
    SIM_EXPECT(payloads[received] == content_of(received), "message %u has another's content",
               received);
    received++;
}

/* As a worker takes a lane: one after the other as they come, and gives all slots back at once. */
static void consume(void)
{
    while (received < MESSAGES) {
        myc__envelope envelope;
        uint32_t limit = 1 + sim_random(MYC__LANE_SLOTS);
        uint32_t taken = 0;
        while (taken < limit && received < MESSAGES && myc__lane_peek(lane, taken, &envelope)) {
            accept(&envelope);
            taken++;
        }
        if (taken) {
            myc__lane_retire(lane, taken);
        } else {
            myc__pause();
        }
    }
}

static void step_lane(void)
{
    sim_lane_check(lane);
}

static void check_lane(void)
{
    SIM_EXPECT(!myc__lane_pending(lane), "more arrived than was sent");
}

const sim_scenario sim_scenario_lane = {
    .name = "lane",
    .about = "every envelope arrives once, in order, with its content",
    .typical_steps = 200,
    .setup = setup_lane,
    .step = step_lane,
    .check = check_lane,
    .threads = {{"producer", produce}, {"consumer", consume}},
};

static void setup_ring(void)
{
    received = 0;
    small = sim_allocate(sizeof *small, alignof(myc__lap_ring));
    myc__lap_ring_init(&small->ring, RING_SLOTS);
    uint32_t laps = sim_random(1 + LAPS_MAX);
    if (laps) {
        sim_lap_ring_wraps(&small->ring, RING_SLOTS, laps);
    }
    sim_name_part("ring", &small->ring.taken, sizeof small->ring.taken, 1, "taken");
    sim_name_part("ring", small->slots, sizeof small->slots[0], RING_SLOTS, "slots");
}

static void produce_numbers(void)
{
    for (uint32_t i = 0; i < MESSAGES; i++) {
        while (myc__lap_ring_room(&small->ring, RING_SLOTS, 1) == 0) {
            myc__pause();
        }
        slot *next = &small->slots[myc__lap_ring_fill_slot(&small->ring, RING_SLOTS)];
        MYC__SHARED_WRITE(&next->rest, sizeof next->rest);
        next->rest = content_of(i);
        myc__lap_ring_fill(&small->ring, RING_SLOTS, &next->word, i);
    }
}

static bool take_number(void)
{
    const slot *next = &small->slots[myc__lap_ring_read_slot(&small->ring, RING_SLOTS, 0)];
    uint64_t value;
    if (!myc__lap_ring_read(&small->ring, RING_SLOTS, 0, &next->word, &value)) {
        return false;
    }
    MYC__SHARED_READ(&next->rest, sizeof next->rest);
    SIM_EXPECT(value == received && next->rest == content_of(received),
               "%llu arrived where %u was expected", (unsigned long long)value, received);
    received++;
    myc__lap_ring_retire(&small->ring, 1);
    return true;
}

static void consume_numbers(void)
{
    while (received < MESSAGES) {
        if (!take_number()) {
            myc__pause();
        }
    }
}

static void step_ring(void)
{
    uint32_t used = small->ring.filled - small->ring.taken;
    SIM_EXPECT(used <= RING_SLOTS, "a ring of %d slots has %u in use", RING_SLOTS, used);
}

static void check_ring(void)
{
    SIM_EXPECT(!take_number(), "more arrived than was sent");
}

const sim_scenario sim_scenario_ring = {
    .name = "ring",
    .about = "the same for the ring alone, with two slots",
    .typical_steps = 200,
    .setup = setup_ring,
    .step = step_ring,
    .check = check_ring,
    .threads = {{"producer", produce_numbers}, {"consumer", consume_numbers}},
};

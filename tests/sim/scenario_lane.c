/* SPDX-License-Identifier: Apache-2.0 */
#include "scenario.h"

/*
 * One producer, one consumer, batches of any size, more messages than slots, and indices that wrap:
 * everything arrives once, in order, with its content.
 *
 *   lane    lane.h as workers use it, four slots
 *   ring    the ring alone with two slots, where each publication and each retirement matters
 */
enum { MESSAGES = 7, RING_SLOTS = 2, WRAP_BEFORE = 3 };

static myc__lane *lane;
static uint64_t *payloads;

static struct {
    myc__spsc_ring ring;
    uint64_t slots[RING_SLOTS];
} * small;

static uint32_t received;

static uint64_t content_of(uint32_t message)
{
    return 1000 + message;
}

static uint32_t random_start(void)
{
    return sim_random(2) ? UINT32_MAX - WRAP_BEFORE : 0;
}

static void setup_lane(void)
{
    received = 0;
    lane = sim_lane_new("lane", random_start());
    payloads = sim_allocate(MESSAGES * sizeof *payloads, 64);
    sim_name_part("lane", payloads, sizeof *payloads, MESSAGES, "payloads");
}

static void write_payload(uint32_t message)
{
    MYC__SHARED_WRITE(&payloads[message], sizeof payloads[message]);
    payloads[message] = content_of(message);
}

static void produce(void)
{
    for (uint32_t i = 0; i < MESSAGES; i++) {
        write_payload(i);
        while (!myc__lane_fill(lane, (myc__envelope){i, i, &payloads[i]})) {
            myc__spsc_publish(&lane->ring);
            myc__pause();
        }
        if (sim_random(2)) {
            myc__spsc_publish(&lane->ring);
        }
    }
    myc__spsc_publish(&lane->ring);
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

static void consume(void)
{
    while (received < MESSAGES) {
        uint32_t available = myc__spsc_available(&lane->ring);
        if (available == 0) {
            myc__spsc_retire(&lane->ring);
            myc__pause();
            continue;
        }
        uint32_t taken = 1 + sim_random(available);
        for (uint32_t i = 0; i < taken; i++) {
            accept(myc__lane_at(lane, i));
        }
        myc__spsc_read_done(&lane->ring, taken);
        if (sim_random(2)) {
            myc__spsc_retire(&lane->ring);
        }
    }
}

static void step_lane(void)
{
    sim_lane_check(lane);
}

static void check_lane(void)
{
    SIM_EXPECT(myc__spsc_available(&lane->ring) == 0, "more arrived than was sent");
}

const sim_scenario sim_scenario_lane = {
    .name = "lane",
    .about = "every envelope arrives once, in order, with its content",
    .typical_steps = 80,
    .setup = setup_lane,
    .step = step_lane,
    .check = check_lane,
    .threads = {{"producer", produce}, {"consumer", consume}},
};

static void setup_ring(void)
{
    received = 0;
    small = sim_allocate(sizeof *small, alignof(myc__spsc_ring));
    myc__spsc_init(&small->ring, RING_SLOTS);
    small->ring.tail = small->ring.filled = small->ring.head_seen = random_start();
    small->ring.head = small->ring.consumed = small->ring.tail_seen = small->ring.tail;
    sim_ring_name(&small->ring, "ring");
    sim_name_part("ring", small->slots, sizeof small->slots[0], RING_SLOTS, "slots");
}

static void produce_numbers(void)
{
    for (uint32_t i = 0; i < MESSAGES; i++) {
        while (myc__spsc_room(&small->ring) == 0) {
            myc__spsc_publish(&small->ring);
            myc__pause();
        }
        uint64_t *slot = &small->slots[myc__spsc_fill_slot(&small->ring)];
        MYC__SHARED_WRITE(slot, sizeof *slot);
        *slot = content_of(i);
        myc__spsc_fill_done(&small->ring);
        if (myc__spsc_unpublished(&small->ring) > sim_random(2)) {
            myc__spsc_publish(&small->ring);
        }
    }
    myc__spsc_publish(&small->ring);
}

static void consume_numbers(void)
{
    while (received < MESSAGES) {
        if (myc__spsc_available(&small->ring) == 0) {
            myc__pause();
            continue;
        }
        const uint64_t *slot = &small->slots[myc__spsc_read_slot(&small->ring, 0)];
        MYC__SHARED_READ(slot, sizeof *slot);
        SIM_EXPECT(*slot == content_of(received), "%llu arrived where %u was expected",
                   (unsigned long long)*slot, received);
        received++;
        myc__spsc_read_done(&small->ring, 1);
        myc__spsc_retire(&small->ring);
    }
}

static void step_ring(void)
{
    uint32_t used = small->ring.tail - small->ring.head;
    SIM_EXPECT(used <= RING_SLOTS, "a ring of %d slots has %u in use", RING_SLOTS, used);
}

static void check_ring(void)
{
    SIM_EXPECT(myc__spsc_available(&small->ring) == 0, "more arrived than was sent");
}

const sim_scenario sim_scenario_ring = {
    .name = "ring",
    .about = "the same for the ring alone, with two slots",
    .typical_steps = 80,
    .setup = setup_ring,
    .step = step_ring,
    .check = check_ring,
    .threads = {{"producer", produce_numbers}, {"consumer", consume_numbers}},
};

/* SPDX-License-Identifier: Apache-2.0 */
#include "base/spsc_ring.h"
#include "scenario.h"

/*
 * The ring that publishes in batches, which blocks go home by: two slots, so that each publication
 * and each retirement matters, more numbers than slots, and indices that wrap.
 */
enum { NUMBERS = 7, SLOTS = 2, WRAP_BEFORE = 3 };

static struct {
    myc__spsc_ring ring;
    uint64_t slots[SLOTS];
} * small;

static uint32_t received;

static uint64_t content_of(uint32_t number)
{
    return 1000 + number;
}

static void setup(void)
{
    received = 0;
    small = sim_allocate(sizeof *small, alignof(myc__spsc_ring));
    myc__spsc_init(&small->ring, SLOTS);
    small->ring.tail = small->ring.filled = small->ring.head_seen =
        sim_random(2) ? UINT32_MAX - WRAP_BEFORE : 0;
    small->ring.head = small->ring.consumed = small->ring.tail_seen = small->ring.tail;
    sim_ring_name(&small->ring, "spsc");
    sim_name_part("spsc", small->slots, sizeof small->slots[0], SLOTS, "slots");
}

static void produce(void)
{
    for (uint32_t i = 0; i < NUMBERS; i++) {
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

static void consume(void)
{
    while (received < NUMBERS) {
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

static void step(void)
{
    uint32_t used = small->ring.tail - small->ring.head;
    SIM_EXPECT(used <= SLOTS, "a ring of %d slots has %u in use", SLOTS, used);
}

static void check(void)
{
    SIM_EXPECT(myc__spsc_available(&small->ring) == 0, "more arrived than was sent");
}

const sim_scenario sim_scenario_spsc = {
    .name = "spsc",
    .about = "a ring that publishes in batches loses nothing",
    .typical_steps = 200,
    .setup = setup,
    .step = step,
    .check = check,
    .threads = {{"producer", produce}, {"consumer", consume}},
};

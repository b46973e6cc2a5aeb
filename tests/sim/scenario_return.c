/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "message/size_class.h"
#include "scenario.h"

/*
 * Blocks made at home, sent to two other endpoints and freed there: a block is never live twice,
 * its next life begins after its last reader is done, and none is lost, also when the way home is
 * full: a burst is longer than the return ring, which has four slots here (see small.edit).
 */
enum { BURSTS = 2, BURST = 6, FREERS = 2, BLOCKS_MAX = BURSTS * BURST };

typedef struct numbered {
    uint64_t number;
} numbered;

typedef struct block {
    const numbered *payload;
    bool live;
} block;

static const myc_type numbered_type = {
    .name = "numbered", .size_bytes = sizeof(numbered), .alignment_bytes = 8};

static myc__heap *heap;
static myc__memory *home;
static myc__memory *freers[FREERS];
static myc__lane *lanes[FREERS];

static block blocks[BLOCKS_MAX]; /* every block there ever was */
static uint32_t block_count;
static uint32_t sent[FREERS];
static bool all_sent;

static void setup(void)
{
    static const char *const names[FREERS] = {"lane to B", "lane to C"};
    static const char *const memories[FREERS] = {"memory of B", "memory of C"};
    block_count = 0;
    all_sent = false;
    heap = sim_heap_new();
    home = sim_memory_new(heap, 0, true, "memory of home");
    for (uint16_t i = 0; i < FREERS; i++) {
        sent[i] = 0;
        freers[i] = sim_memory_new(heap, (uint16_t)(i + 1), true, memories[i]);
        lanes[i] = sim_lane_new(names[i], 0);
    }
}

static block *block_of(const numbered *payload)
{
    for (uint32_t i = 0; i < block_count; i++) {
        if (blocks[i].payload == payload) {
            return &blocks[i];
        }
    }
    static const char *const names[BLOCKS_MAX] = {"block 0", "block 1", "block 2",  "block 3",
                                                  "block 4", "block 5", "block 6",  "block 7",
                                                  "block 8", "block 9", "block 10", "block 11"};
    SIM_EXPECT(block_count < BLOCKS_MAX, "more than %d blocks", BLOCKS_MAX);
    blocks[block_count] = (block){payload, false};
    sim_name_payload(payload, names[block_count]);
    return &blocks[block_count++];
}

static numbered *make(uint32_t number)
{
    numbered *made = myc__memory_new(home, &numbered_type, sizeof *made, 8);
    SIM_EXPECT(made, "no memory");
    block *taken = block_of(made);
    SIM_EXPECT(!taken->live, "block %td is live twice", taken - blocks);
    taken->live = true;
    sim_note("makes number %u of block %td", number, taken - blocks);
    MYC__SHARED_WRITE(made, sizeof *made);
    made->number = number;
    return made;
}

static void run_home(void)
{
    for (uint32_t burst = 0; burst < BURSTS; burst++) {
        const numbered *made[BURST];
        for (uint32_t i = 0; i < BURST; i++) {
            made[i] = make(burst * BURST + i);
        }
        bool spread = sim_random(2);
        uint32_t freer = sim_random(FREERS);
        for (uint32_t i = 0; i < BURST; i++) {
            freer = spread ? sim_random(FREERS) : freer;
            sent[freer]++;
            sim_lane_send(lanes[freer],
                          (myc__envelope){.slot = burst * BURST + i, .payload = made[i]});
        }
    }
    all_sent = true;
}

static void name_way_home(uint32_t freer)
{
    static const char *const names[FREERS] = {"way home from B", "way home from C"};
    const myc__return_lane *lane = freers[freer]->out[0].lane;
    sim_name(lane, sizeof *lane, names[freer]);
    sim_ring_name(&lane->ring, names[freer]);
    sim_name_part(names[freer], lane->slots, sizeof lane->slots[0], MYC__RETURN_SLOTS, "slots");
}

static void use_up(uint32_t freer, const numbered *payload, uint32_t number)
{
    MYC__SHARED_READ(payload, sizeof *payload);
    SIM_EXPECT(payload->number == number, "number %u became %llu", number,
               (unsigned long long)payload->number);
    block *freed = block_of(payload);
    sim_note("frees block %td", freed - blocks);
    freed->live = false;
    myc__release_header(freers[freer], myc__header_of(payload));
    name_way_home(freer);
    if (sim_random(2)) {
        myc__memory_flush(freers[freer]);
    }
}

static void run_freer(uint32_t freer)
{
    uint32_t taken = 0;
    while (!all_sent || taken < sent[freer]) {
        myc__envelope envelope;
        if (sim_lane_take(lanes[freer], &envelope)) {
            use_up(freer, envelope.payload, envelope.slot);
            taken++;
        } else {
            myc__pause();
        }
    }
    myc__memory_flush(freers[freer]);
}

static void run_freer_b(void)
{
    run_freer(0);
}

static void run_freer_c(void)
{
    run_freer(1);
}

static void bring_home(uint32_t freer)
{
    myc__return_lane *lane = home->in[freer + 1];
    for (uint32_t i = 0; lane && i < BLOCKS_MAX; i++) {
        myc__memory_flush(freers[freer]);
        myc__return_collect(lane, &home->pool, BLOCKS_MAX);
    }
    SIM_EXPECT(freers[freer]->unflushed == 0, "a freed block cannot go home");
}

static void check(void)
{
    bring_home(0);
    bring_home(1);
    uint32_t free_count = 0;
    uint32_t size_class = myc__size_class(sizeof(myc__header) + sizeof(numbered));
    for (const myc__free_block *freed = home->pool.free[size_class]; freed; freed = freed->next) {
        SIM_EXPECT(++free_count <= block_count, "a block is free twice");
    }
    SIM_EXPECT(free_count == block_count, "%u blocks were made and %u came home", block_count,
               free_count);
}

const sim_scenario sim_scenario_return = {
    .name = "return",
    .about = "freed blocks come home once, and are reused only after that",
    .typical_steps = 350,
    .setup = setup,
    .check = check,
    .threads = {{"home", run_home}, {"freer B", run_freer_b}, {"freer C", run_freer_c}},
};

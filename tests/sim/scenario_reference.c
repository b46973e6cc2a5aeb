/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "scenario.h"

/*
 * Payloads shared by two workers, which keep references in stock, and a foreign thread, which does
 * not: each is destroyed once, after the last holder let go, and its memory is a new payload's only
 * then.
 */
enum { PAYLOADS = 3, SHARED = 2 };

typedef struct shared {
    uint64_t serial;
    uint64_t content;
} shared;

static myc__heap *heap;
static myc__memory *home;
static myc__memory *worker;
static myc__memory *foreign;
static myc__lane *to_worker;
static myc__lane *to_foreign;

static int32_t held[PAYLOADS]; /* references that users hold */
static uint32_t destroyed[PAYLOADS];

static void destroy(myc_context *ctx, void *payload)
{
    (void)ctx;
    shared *dead = payload;
    uint64_t serial = dead->serial;
    SIM_EXPECT(serial < PAYLOADS, "payload %llu destroyed: no such payload",
               (unsigned long long)serial);
    SIM_EXPECT(held[serial] == 0, "payload %llu destroyed while %d references are held",
               (unsigned long long)serial, held[serial]);
    SIM_EXPECT(destroyed[serial]++ == 0, "payload %llu destroyed twice",
               (unsigned long long)serial);
    MYC__SHARED_WRITE(dead, sizeof *dead);
    dead->content = 0;
}

static const myc_type shared_type = {
    .name = "shared", .size_bytes = sizeof(shared), .alignment_bytes = 8, .destroy = destroy};

static void setup(void)
{
    memset(held, 0, sizeof held);
    memset(destroyed, 0, sizeof destroyed);
    heap = sim_heap_new();
    home = sim_memory_new(heap, 0, true, "memory of home");
    worker = sim_memory_new(heap, 1, true, "memory of worker");
    foreign = sim_memory_new(heap, 2, false, "memory of foreign");
    to_worker = sim_lane_new("lane to worker", 0);
    to_foreign = sim_lane_new("lane to foreign", 0);
}

static shared *make(uint32_t serial)
{
    static const char *const names[PAYLOADS] = {"payload 0", "payload 1", "payload 2"};
    shared *made = myc__memory_new(home, &shared_type, sizeof *made, 8);
    SIM_EXPECT(made, "no memory");
    sim_name_payload(made, names[serial]);
    MYC__SHARED_WRITE(made, sizeof *made);
    *made = (shared){serial, ~(uint64_t)serial};
    held[serial] = 1;
    return made;
}

static void look_at(const shared *payload, uint32_t serial)
{
    MYC__SHARED_READ(payload, sizeof *payload);
    SIM_EXPECT(payload->serial == serial && payload->content == ~(uint64_t)serial,
               "payload %u has changed while it is held", serial);
}

static void retain(myc__memory *memory, const shared *payload, uint32_t serial)
{
    held[serial]++;
    myc__retain_header(memory, myc__header_of(payload));
}

static void release(myc__memory *memory, const shared *payload, uint32_t serial)
{
    held[serial]--;
    myc__release_header(memory, myc__header_of(payload));
}

static void end_of_pass(myc__memory *memory)
{
    myc__settle(memory);
    myc__memory_flush(memory);
}

/* Up to four references more than it has, given back in any mixture with looks at the payload. */
static void use(myc__memory *memory, const shared *payload, uint32_t serial)
{
    uint32_t extra = 0;
    for (uint32_t i = sim_random(5); i > 0; i--) {
        if (extra > 0 && sim_random(2)) {
            release(memory, payload, serial);
            extra--;
        } else {
            retain(memory, payload, serial);
            extra++;
        }
    }
    look_at(payload, serial);
    while (extra-- > 0) {
        release(memory, payload, serial);
    }
}

static void run_home(void)
{
    for (uint32_t i = 0; i < SHARED; i++) {
        shared *payload = make(i);
        retain(home, payload, i);
        retain(home, payload, i);
        sim_lane_send(to_worker, (myc__envelope){.slot = i, .payload = payload});
        sim_lane_send(to_foreign, (myc__envelope){.slot = i, .payload = payload});
        use(home, payload, i);
        release(home, payload, i);
        if (sim_random(2)) {
            end_of_pass(home);
        }
    }
    end_of_pass(home);
    release(home, make(SHARED), SHARED); /* takes a block that came home, if one did */
    end_of_pass(home);
}

static void run_holder(myc__memory *memory, myc__lane *lane)
{
    for (uint32_t i = 0; i < SHARED; i++) {
        myc__envelope envelope;
        while (!sim_lane_take(lane, &envelope)) {
            myc__pause();
        }
        use(memory, envelope.payload, envelope.slot);
        release(memory, envelope.payload, envelope.slot);
        if (sim_random(2)) {
            end_of_pass(memory);
        }
    }
    end_of_pass(memory);
}

static void run_worker(void)
{
    run_holder(worker, to_worker);
}

static void run_foreign(void)
{
    run_holder(foreign, to_foreign);
}

static void refuse_live(void *user, myc__header *header)
{
    (void)user;
    sim_fail("payload %llu is never freed: %u references left",
             (unsigned long long)((shared *)myc__payload_of(header))->serial, header->references);
}

static void check(void)
{
    myc__heap_each_live(heap, refuse_live, NULL);
    for (uint32_t i = 0; i < PAYLOADS; i++) {
        SIM_EXPECT(destroyed[i] == 1, "payload %u was destroyed %u times", i, destroyed[i]);
    }
}

const sim_scenario sim_scenario_reference = {
    .name = "reference",
    .about = "a shared payload is destroyed once, after its last holder let go",
    .typical_steps = 150,
    .setup = setup,
    .check = check,
    .threads = {{"home", run_home}, {"worker", run_worker}, {"foreign", run_foreign}},
};

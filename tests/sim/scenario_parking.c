/* SPDX-License-Identifier: Apache-2.0 */
#include "scenario.h"
#include "shard/fabric.h"

/*
 * A worker that parks as soon as it has nothing to do; two senders that open their lane with the
 * first message; a thread that orders the worker to end. No wake-up is lost, each message is
 * handled once, and an announcement is answered by at most one signal or wake. With both kinds of
 * fences and both ways to wait.
 */
enum { SENDERS = 2, MESSAGES = 2, WAKE_EVENT = 0, SENDER_ENDPOINT = 1 };

static myc__fabric *fabric;
static myc__shard *shard;
static myc_context *senders[SENDERS];
static uint32_t received[SENDERS];
static uint32_t announced;

static void setup_fabric(void)
{
    fabric = sim_allocate(sizeof *fabric, alignof(myc__fabric));
    shard = sim_allocate(sizeof *shard, alignof(myc__shard));
    sim_name(fabric, sizeof *fabric, "fabric");
    sim_name(&fabric->allocator, sizeof fabric->allocator, "allocator");
    sim_name(shard, sizeof *shard, "shard");
    sim_name_part("shard", &shard->parking, sizeof shard->parking, 1, "parking");
    sim_name_part("shard", &shard->stage, sizeof shard->stage, 1, "stage");
    sim_name_part("shard", shard->inbox, sizeof shard->inbox[0], MYC__ENDPOINTS_MAX, "inbox");
    sim_allocator_init(&fabric->allocator);
    myc__heap_init(&fabric->heap, &fabric->allocator);
    fabric->shards[0] = shard;
    fabric->shard_count = 1;
    myc__context_init(&shard->context, fabric, 0, shard);
}

static void setup(bool asymmetric)
{
    announced = 0;
    setup_fabric();
    myc__parking_init(&shard->parking, WAKE_EVENT, asymmetric);
    for (uint16_t i = 0; i < SENDERS; i++) {
        received[i] = 0;
        senders[i] = sim_allocate(sizeof *senders[i], alignof(myc_context));
        sim_name(senders[i], sizeof *senders[i], "sender");
        myc__context_init(senders[i], fabric, (uint16_t)(SENDER_ENDPOINT + i), NULL);
    }
}

static void setup_asymmetric(void)
{
    setup(true);
}

static void setup_symmetric(void)
{
    setup(false);
}

/* Messages, and orders by the way they go from worker to worker. */
static void send(myc_context *ctx, const char *lane_name)
{
    for (uint32_t i = 0; i < MESSAGES; i++) {
        myc__outbox *outbox = myc__context_outbox(ctx, 0);
        sim_lane_name(outbox->lane, lane_name);
        myc__envelope envelope = {.slot = i};
        bool posted = sim_random(2) ? myc__outbox_post(outbox, envelope)
                                    : myc__context_post_control(ctx, 0, envelope);
        SIM_EXPECT(posted && !outbox->waiting.depth, "the lane is full");
    }
}

static void send_a(void)
{
    send(senders[0], "lane A");
}

static void send_b(void)
{
    send(senders[1], "lane B");
}

/* As system/stop.c gives an order. */
static void order_end(void)
{
    myc__store_release_u32(&shard->stage, MYC__STAGE_EXIT);
    myc__parking_notify(&shard->parking);
}

static myc__lane *lane_of(uint32_t sender)
{
    return myc__load_acquire_ptr((void **)&shard->inbox[SENDER_ENDPOINT + sender]);
}

static void handle(uint32_t sender)
{
    myc__lane *lane = lane_of(sender);
    myc__envelope envelope;
    uint32_t taken = 0;
    while (lane && myc__lane_peek(lane, taken, &envelope)) {
        SIM_EXPECT(envelope.slot == received[sender], "message %u arrived where %u was expected",
                   envelope.slot, received[sender]);
        received[sender]++;
        taken++;
    }
    if (taken) {
        myc__lane_retire(lane, taken);
    }
}

static bool must_end(void)
{
    return myc__load_acquire_u32(&shard->stage) == MYC__STAGE_EXIT;
}

/* As system/worker.c looks for work and parks. `ends`: it has obeyed the order, which is no news.
 */
static bool has_work(bool ends)
{
    if (!ends && must_end()) {
        return true;
    }
    for (uint32_t i = 0; i < SENDERS; i++) {
        myc__lane *lane = lane_of(i);
        if (lane && myc__lane_pending(lane)) {
            return true;
        }
    }
    return false;
}

static void announce(bool on_word)
{
    announced++;
    if (on_word) {
        myc__parking_announce_on_word(&shard->parking);
    } else {
        myc__parking_announce(&shard->parking);
    }
}

static void wait_for_wake(bool on_word)
{
    if (on_word) {
        myc__parking_wait(&shard->parking, -1);
    } else {
        sim_event_wait(WAKE_EVENT);
    }
}

/* As io/io.c chooses: I/O may be in flight at one time and not at another. */
static void park(bool ends)
{
    bool on_word = sim_random(2);
    announce(on_word);
    if (!has_work(ends)) {
        wait_for_wake(on_word);
    }
    myc__parking_leave(&shard->parking);
}

static void work(void)
{
    bool ends = false;
    while (!ends || received[0] < MESSAGES || received[1] < MESSAGES) {
        ends = ends || must_end();
        handle(0);
        handle(1);
        if (!has_work(ends) && (!ends || received[0] < MESSAGES || received[1] < MESSAGES)) {
            park(ends);
        }
    }
}

static void step(void)
{
    uint32_t signals = sim_event_signals(WAKE_EVENT) + sim_word_wakes();
    SIM_EXPECT(signals <= announced, "%u signals for %u announcements", signals, announced);
}

static void check(void)
{
    SIM_EXPECT(!has_work(true), "more arrived than was sent");
}

const sim_scenario sim_scenario_parking_asymmetric = {
    .name = "parking-asymmetric",
    .about = "no wake-up is lost, with membarrier on the worker's side",
    .typical_steps = 80,
    .setup = setup_asymmetric,
    .step = step,
    .check = check,
    .threads = {{"worker", work}, {"sender A", send_a}, {"sender B", send_b}, {"stop", order_end}},
};

const sim_scenario sim_scenario_parking_symmetric = {
    .name = "parking-symmetric",
    .about = "no wake-up is lost, with full fences on both sides",
    .typical_steps = 80,
    .setup = setup_symmetric,
    .step = step,
    .check = check,
    .threads = {{"worker", work}, {"sender A", send_a}, {"sender B", send_b}, {"stop", order_end}},
};

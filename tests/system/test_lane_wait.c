/* SPDX-License-Identifier: Apache-2.0 */
/* Sources whose worker sleeps while the lane they wait for is full: the receiver's worker wakes it,
 * no timer. */
#include "frame.h"
#include "system/system.h"

enum { SOURCES_MAX = 100, NOTES = 3000 };

#define PUMP_ROWS(ROW, P) ROW(P, note, note)
MYC_PROTOCOL(pump, PUMP_ROWS)

struct flow {
    desk_ref to;
    uint64_t sent;       /* by all sources: the one worker's */
    atomic_uint refused; /* sources that were */
    uint32_t sources;
};

struct source {
    struct flow *flow;
    bool refused;
};

static myc_next source_on_note(struct source *self, myc_context *ctx, const note *got)
{
    struct flow *flow = self->flow;
    (void)got;
    while (flow->sent < NOTES) {
        if (send_note(ctx, flow->to, flow->sent + 1) != MYC_SENT) {
            myc_pause_until_room(ctx, flow->to.address);
            atomic_fetch_add(&flow->refused, !self->refused);
            self->refused = true;
            return MYC_AGAIN;
        }
        flow->sent++;
    }
    return MYC_CONTINUE;
}
MYC_ACTOR(source, pump, PUMP_ROWS)

static void start_sources(office *at, struct flow *flow)
{
    for (uint32_t name = 0; name < flow->sources; name++) {
        pump_ref ref;
        myc_spawn_options options = {.place = MYC_PLACE_ON_WORKER, .worker = 0};
        cr_assert_eq(0, source_spawn(at->ctx, &(struct source){.flow = flow}, &options, &ref));
        cr_assert_eq(MYC_SENT, pump_send_note(at->ctx, ref, note_new(at->ctx)));
    }
    cr_assert(await_count(&flow->refused, flow->sources));
}

/* Its worker has looked at everything, and sleeps. */
static void await_sleep(const office *at, uint32_t worker)
{
    myc__parking *parking = &at->system->fabric.shards[worker]->parking;
    while (myc__load_acquire_u32(&parking->state) == MYC__AWAKE) {
        nanosleep(&(struct timespec){.tv_nsec = 100000}, NULL);
    }
}

/* The receiver's worker is held in a handler while the sources fill the lane and go to sleep. */
static void expect_all_arrive(myc_idle idle, uint32_t sources)
{
    office at;
    sem_t entered, leave;
    sem_init(&entered, 0, 0);
    sem_init(&leave, 0, 0);
    office_open(&at, (myc_system_options){.workers = 2, .idle = idle, .spin_ns = 1000});
    journal sink = {0};
    struct flow flow = {.to = hire(&at, &sink, 1), .sources = sources};
    send_gate(at.ctx, flow.to, &entered, &leave);
    wait_semaphore(&entered);
    start_sources(&at, &flow);
    cr_expect_eq(MYC__LANE_SLOTS - MYC__LANE_CONTROL_SLOTS, flow.sent);
    if (idle != MYC_IDLE_SPIN) {
        await_sleep(&at, 0);
    }
    sem_post(&leave);
    expect_quiet(&at);
    cr_expect_eq(NOTES, atomic_load(&sink.notes));
    cr_expect_eq(0, atomic_load(&sink.out_of_order));
    office_close(&at);
}

Test(lane_wait, one_source_is_woken, .timeout = 100)
{
    expect_all_arrive(MYC_IDLE_PARK, 1);
    expect_all_arrive(MYC_IDLE_SPIN_PARK, 1);
    expect_all_arrive(MYC_IDLE_SPIN, 1);
    NO_LEAKS();
}

/* More questions than there are slots for orders. */
Test(lane_wait, many_sources_are_woken, .timeout = 100)
{
    expect_all_arrive(MYC_IDLE_PARK, SOURCES_MAX);
    expect_all_arrive(MYC_IDLE_SPIN_PARK, SOURCES_MAX);
    expect_all_arrive(MYC_IDLE_SPIN, SOURCES_MAX);
    NO_LEAKS();
}

/* Nobody is let go before the end: what waits is discarded, the lane and the questions in it. */
Test(lane_wait, a_system_ends_while_its_sources_sleep)
{
    office at;
    sem_t entered, leave;
    sem_init(&entered, 0, 0);
    sem_init(&leave, 0, 0);
    office_open(&at, (myc_system_options){.workers = 2, .idle = MYC_IDLE_PARK});
    journal sink = {0};
    struct flow flow = {.to = hire(&at, &sink, 1), .sources = 50};
    send_gate(at.ctx, flow.to, &entered, &leave);
    wait_semaphore(&entered);
    start_sources(&at, &flow);
    await_sleep(&at, 0);
    myc_stop_options at_once = {.discard = true, .timeout_ns = 1};
    cr_expect_eq(MYC_ETIMEDOUT, myc_system_stop(at.system, &at_once, NULL));
    sem_post(&leave);
    cr_expect_eq(0, myc_system_stop(at.system, &(myc_stop_options){.discard = true}, NULL));
    office_close(&at);
    NO_LEAKS();
}

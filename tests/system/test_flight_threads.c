/* SPDX-License-Identifier: Apache-2.0 */
#include "system/frame.h"

static uint32_t count_of(const office *at, uint32_t worker, myc_event_kind kind)
{
    static myc_event events[MYC_EVENTS_KEPT];
    uint32_t read = myc_system_events(at->system, worker, events, MYC_EVENTS_KEPT);
    uint32_t count = 0;
    for (uint32_t i = 0; i < read; i++)
        count += events[i].kind == kind;
    return count;
}

/* Reading is no obstacle to being stuck. */
Test(flight_threads, a_worker_that_is_stuck_can_be_read)
{
    office at;
    office_open(&at,
                (myc_system_options){.workers = 1, .idle = MYC_IDLE_PARK, .flight_recorder = true});
    sem_t entered, leave;
    sem_init(&entered, 0, 0);
    sem_init(&leave, 0, 0);
    journal kept = {0};
    desk_ref ref = hire(&at, &kept, 0);
    for (uint64_t i = 1; i <= 5; i++)
        cr_assert_eq(MYC_SENT, send_note(at.ctx, ref, i));
    expect_quiet(&at);
    send_gate(at.ctx, ref, &entered, &leave);
    wait_semaphore(&entered);
    cr_expect_eq(5, count_of(&at, 0, MYC_EVENT_HANDLED));
    cr_expect_eq(1, count_of(&at, 0, MYC_EVENT_STARTED));
    sem_post(&leave);
    expect_quiet(&at);
    cr_expect_eq(6, count_of(&at, 0, MYC_EVENT_HANDLED));
    while (count_of(&at, 0, MYC_EVENT_PARKED) == 0) { /* soon, for it has nothing to do */
        nanosleep(&(struct timespec){.tv_nsec = 100000}, NULL);
    }
    cr_assert_eq(MYC_SENT, send_note(at.ctx, ref, 6));
    expect_quiet(&at);
    cr_expect_geq(count_of(&at, 0, MYC_EVENT_WOKEN), 1);
    office_close(&at);
    NO_LEAKS();
}

/* SPDX-License-Identifier: Apache-2.0 */
#include <sys/resource.h>

#include "system/frame.h"

static uint64_t cpu_ns(void)
{
    struct rusage usage;
    getrusage(RUSAGE_SELF, &usage);
    return (uint64_t)(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) * SECOND_NS +
           (uint64_t)(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) * 1000;
}

/* The one second is what is measured, not a way to wait for something. */
static void expect_no_cpu(myc_idle idle)
{
    office at;
    office_open(&at, (myc_system_options){.workers = 4, .idle = idle});
    journal log = {0};
    cr_expect_eq(MYC_SENT, send_note(at.ctx, hire(&at, &log, 3), 1));
    expect_quiet(&at);
    nanosleep(&(struct timespec){.tv_nsec = 50000000}, NULL); /* spinning comes to its end */
    uint64_t before_ns = cpu_ns();
    nanosleep(&(struct timespec){.tv_sec = 1}, NULL);
    cr_expect_lt(cpu_ns() - before_ns, SECOND_NS / 100, "%lu ns", cpu_ns() - before_ns);
    office_close(&at);
}

Test(idle, costs_no_processor_time_when_parked)
{
    expect_no_cpu(MYC_IDLE_PARK);
    NO_LEAKS();
}

Test(idle, costs_no_processor_time_after_spinning)
{
    expect_no_cpu(MYC_IDLE_SPIN_PARK);
    NO_LEAKS();
}

static void expect_all_notes(myc_idle idle, uint32_t count)
{
    office at;
    office_open(&at, (myc_system_options){.workers = 2, .idle = idle, .spin_ns = 1000});
    journal journals[2] = {{0}};
    desk_ref refs[2] = {hire(&at, &journals[0], 0), hire(&at, &journals[1], 1)};
    for (uint32_t i = 0; i < count; i++) {
        note *made = note_new(at.ctx);
        made->value = i / 2 + 1;
        cr_assert_eq(MYC_SENT, desk_send_wait_note(at.ctx, refs[i % 2], made, LONG_NS));
    }
    expect_quiet(&at);
    for (uint32_t worker = 0; worker < 2; worker++) {
        cr_expect_eq(count / 2, atomic_load(&journals[worker].notes));
        cr_expect_eq(0, atomic_load(&journals[worker].out_of_order));
    }
    office_close(&at);
}

Test(idle, works_in_every_mode)
{
    expect_all_notes(MYC_IDLE_SPIN, 2000);
    expect_all_notes(MYC_IDLE_SPIN_PARK, 2000);
    expect_all_notes(MYC_IDLE_PARK, 2000);
    NO_LEAKS();
}

static void answer(myc_context *ctx, const note *got, void *user)
{
    (void)ctx;
    (void)got;
    sem_post(user);
}

/* Each note is sent when the one before was handled, so its worker is on its way to sleep. */
Test(idle, wakes_for_each_single_message)
{
    office at;
    sem_t answered;
    sem_init(&answered, 0, 0);
    office_open(&at, (myc_system_options){.workers = 2, .idle = MYC_IDLE_PARK});
    journal log = {.on_note = answer, .user = &answered};
    desk_ref ref = hire(&at, &log, 1);
    for (uint32_t i = 1; i <= 10000; i++) {
        cr_assert_eq(MYC_SENT, send_note(at.ctx, ref, i));
        wait_semaphore(&answered);
    }
    cr_expect_eq(0, atomic_load(&log.out_of_order));
    office_close(&at);
    NO_LEAKS();
}

typedef struct ring {
    desk_ref next;
    sem_t done;
} ring;

static void pass_round(myc_context *ctx, const note *got, void *user)
{
    ring *member = user;
    if (got->value == 0) {
        sem_post(&member->done);
    } else {
        myc_ignore(send_note(ctx, member->next, got->value - 1));
    }
}

/* One note in four parked workers: every hop wakes one and lets another go to sleep. */
Test(idle, wakes_worker_after_worker)
{
    office at;
    ring members[4];
    journal journals[4];
    office_open(&at, (myc_system_options){.workers = 4, .idle = MYC_IDLE_PARK});
    for (uint32_t i = 0; i < 4; i++) {
        sem_init(&members[i].done, 0, 0);
        journals[i] = (journal){.on_note = pass_round, .user = &members[i]};
        members[(i + 3) % 4].next = hire(&at, &journals[i], i);
    }
    cr_expect_eq(MYC_SENT, send_note(at.ctx, members[3].next, 10000)); /* ends where it began */
    wait_semaphore(&members[0].done);
    expect_quiet(&at);
    myc_counts counts;
    myc_system_counts(at.system, &counts);
    cr_expect_eq(10001, counts.handled);
    office_close(&at);
    NO_LEAKS();
}

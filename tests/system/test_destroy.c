/* SPDX-License-Identifier: Apache-2.0 */
#include "system/frame.h"

Test(destroy, of_nothing_is_fine)
{
    cr_expect_eq(0, myc_system_destroy(NULL));
}

Test(destroy, stops_the_system_first)
{
    office at;
    office_open(&at, (myc_system_options){.workers = 2});
    journal log = {0};
    desk_ref ref = hire(&at, &log, 1);
    cr_expect_eq(MYC_SENT, desk_send_hold(at.ctx, ref, hold_new(at.ctx)));
    cr_expect_eq(MYC_SENT, send_note(at.ctx, ref, 1));
    office_close(&at);
    cr_expect_eq(atomic_load(&log.started), atomic_load(&log.stopped));
    cr_expect_eq(0, atomic_load(&log.notes));
    cr_expect_eq(2, atomic_load(&at.letters[MYC_DEAD_DISCARDED]));
    NO_LEAKS();
}

static void *destroy_it(void *argument)
{
    office *at = argument;
    office_close(at);
    return NULL;
}

Test(destroy, waits_for_a_handler_that_runs)
{
    office at;
    sem_t entered, leave;
    sem_init(&entered, 0, 0);
    sem_init(&leave, 0, 0);
    office_open(&at, (myc_system_options){.workers = 1});
    journal log = {0};
    send_gate(at.ctx, hire(&at, &log, 0), &entered, &leave);
    wait_semaphore(&entered);
    pthread_t thread;
    cr_assert_eq(0, pthread_create(&thread, NULL, destroy_it, &at));
    cr_expect_eq(0, atomic_load(&log.stopped));
    sem_post(&leave);
    pthread_join(thread, NULL);
    cr_expect_eq(1, atomic_load(&log.stopped));
    NO_LEAKS();
}

Test(destroy, counts_and_names_payloads_the_program_still_holds)
{
    office at;
    office_open(&at, (myc_system_options){.workers = 2});
    for (uint32_t i = 0; i < 3; i++) {
        cr_assert_not_null(note_new(at.ctx));
    }
    cr_assert_not_null(gate_new(at.ctx));
    cr_expect_eq(4, myc_system_destroy(at.system));
    cr_expect(strstr(at.lines, "3 payloads of type note"), "'%s'", at.lines);
    cr_expect(strstr(at.lines, "1 payloads of type gate"), "'%s'", at.lines);
    NO_LEAKS();
}

static void retain_it(myc_context *ctx, const note *got, void *user)
{
    (void)user;
    (void)note_retain(ctx, got);
}

Test(destroy, counts_what_an_actor_retained_and_forgot)
{
    office at;
    office_open(&at, (myc_system_options){.workers = 1});
    journal log = {.on_note = retain_it};
    cr_expect_eq(MYC_SENT, send_note(at.ctx, hire(&at, &log, 0), 1));
    expect_quiet(&at);
    cr_expect_eq(1, myc_system_destroy(at.system));
    cr_expect(strstr(at.lines, "1 payloads of type note"), "'%s'", at.lines);
    NO_LEAKS();
}

Test(destroy, says_nothing_when_nothing_is_left)
{
    office at;
    office_open(&at, (myc_system_options){.workers = 2});
    journal log = {0};
    cr_expect_eq(MYC_SENT, send_note(at.ctx, hire(&at, &log, 0), 1));
    expect_quiet(&at);
    office_close(&at);
    cr_expect_str_empty(at.lines);
    NO_LEAKS();
}

/* ---- a spawn that is under way while the system stops: its memory makes it wait ---- */

typedef struct late {
    pthread_t spawner;
    atomic_bool armed;
    sem_t entered, leave;
    office *at;
    journal log;
    int error;
} late;

static void *allocate_late(void *user, size_t size_bytes, size_t alignment_bytes)
{
    late *with = user;
    if (atomic_exchange(&with->armed, false)) {
        sem_post(&with->entered);
        wait_semaphore(&with->leave);
    }
    void *memory = NULL;
    return posix_memalign(&memory, alignment_bytes < 8 ? 8 : alignment_bytes, size_bytes) ? NULL
                                                                                          : memory;
}

static void free_late(void *user, void *memory, size_t size_bytes)
{
    (void)user;
    (void)size_bytes;
    free(memory);
}

static void *spawn_late(void *argument)
{
    late *with = argument;
    myc_context *ctx = myc_context_of(with->at->system);
    desk_ref ref;
    atomic_store(&with->armed, true);
    with->error = clerk_spawn(ctx, &(struct clerk){&with->log}, NULL, &ref);
    return NULL;
}

Test(destroy, ends_an_actor_whose_spawn_overlapped_the_stop)
{
    office at;
    late with = {.at = &at};
    sem_init(&with.entered, 0, 0);
    sem_init(&with.leave, 0, 0);
    office_open(&at,
                (myc_system_options){.workers = 2, .allocator = {allocate_late, free_late, &with}});
    cr_assert_eq(0, pthread_create(&with.spawner, NULL, spawn_late, &with));
    wait_semaphore(&with.entered);
    cr_expect_eq(0, myc_system_stop(at.system, NULL, NULL));
    sem_post(&with.leave);
    pthread_join(with.spawner, NULL);
    cr_expect(with.error == 0 || with.error == MYC_ESTOPPING);
    office_close(&at);
    cr_expect_eq(atomic_load(&with.log.started), atomic_load(&with.log.stopped));
    NO_LEAKS();
}

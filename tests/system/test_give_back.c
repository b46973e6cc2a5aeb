/* SPDX-License-Identifier: Apache-2.0 */
#include "system/frame.h"

/*
 * What a burst took goes back to the allocator when its workers have been idle for a while, whoever
 * made the payloads and whoever released them.
 */
enum { BURST = 50000, BURST_BYTES = BURST * 64, SLACK_BYTES = 512 << 10 };

#define KEEP_NS UINT64_C(1000000)

static const note *handed_over[BURST];

static void make_burst(myc_context *ctx, const note *got, void *user)
{
    (void)got;
    (void)user;
    for (uint32_t i = 0; i < BURST; i++) {
        handed_over[i] = note_new(ctx);
        cr_assert_not_null(handed_over[i]);
    }
}

static void release_burst(myc_context *ctx, const note *got, void *user)
{
    (void)got;
    (void)user;
    for (uint32_t i = 0; i < BURST; i++) {
        note_release(ctx, handed_over[i]);
    }
}

/* Lets a clerk of its own do it on `worker`. The hand-over is ordered by quiescence. */
static void do_on(office *at, uint32_t worker, void (*what)(myc_context *, const note *, void *))
{
    journal log = {.on_note = what};
    desk_ref ref = hire(at, &log, worker);
    cr_assert_eq(MYC_SENT, send_note(at->ctx, ref, 1));
    expect_quiet(at);
    myc_stop(at->ctx, ref.address);
    expect_quiet(at);
    cr_assert_eq(1, atomic_load(&log.stopped));
}

static bool is_back(const office *at, uint64_t before)
{
    return myc_system_memory_bytes(at->system) <= before + SLACK_BYTES;
}

static bool await_back(const office *at, uint64_t before)
{
    for (uint32_t looks = 0; looks < 20000 && !is_back(at, before); looks++) {
        nanosleep(&(struct timespec){.tv_nsec = 1000000}, NULL);
    }
    return is_back(at, before);
}

/* Opens a warm system and returns the bytes it holds. */
static uint64_t open_warm(office *at, uint32_t workers, myc_idle idle)
{
    office_open(at,
                (myc_system_options){.workers = workers, .idle = idle, .keep_memory_ns = KEEP_NS});
    journal logs[2] = {{0}};
    for (uint32_t worker = 0; worker < workers; worker++) {
        desk_ref ref = hire(at, &logs[worker], worker);
        cr_assert_eq(MYC_SENT, send_note(at->ctx, ref, 1));
        expect_quiet(at);
        myc_stop(at->ctx, ref.address);
        expect_quiet(at);
        cr_assert_eq(1, atomic_load(&logs[worker].stopped));
    }
    return myc_system_memory_bytes(at->system);
}

static void send_burst(myc_context *ctx, const note *got, void *user)
{
    (void)got;
    for (uint32_t i = 1; i <= BURST; i++) {
        cr_assert_eq(MYC_SENT, send_note(ctx, *(desk_ref *)user, i));
    }
}

/* All of it is queued at once: slabs, and a ring that has no turn to go back in. */
static void expect_queued_burst_back(myc_idle idle)
{
    office at;
    uint64_t before = open_warm(&at, 1, idle);
    journal log = {0};
    desk_ref ref = {{0, 0}};
    myc_spawn_options roomy = {.mailbox_bound = BURST};
    cr_assert_eq(0, clerk_spawn(at.ctx, &(struct clerk){&log}, &roomy, &ref));
    journal sender = {.on_note = send_burst, .user = &ref};
    cr_assert_eq(MYC_SENT, send_note(at.ctx, hire(&at, &sender, 0), 1));
    expect_quiet(&at);
    cr_expect_eq(BURST, atomic_load(&log.notes));
    cr_expect(await_back(&at, before), "%lu bytes, %lu before",
              (unsigned long)myc_system_memory_bytes(at.system), (unsigned long)before);
    cr_expect_eq(MYC_SENT, send_note(at.ctx, ref, BURST + 1));
    expect_quiet(&at);
    cr_expect_eq(0, atomic_load(&log.out_of_order));
    office_close(&at);
}

Test(give_back, a_queued_burst_goes_back_in_every_idle_mode, .timeout = 120)
{
    expect_queued_burst_back(MYC_IDLE_SPIN_PARK);
    expect_queued_burst_back(MYC_IDLE_PARK);
    expect_queued_burst_back(MYC_IDLE_SPIN);
    NO_LEAKS();
}

/* The maker has nothing to do any more when its memory comes home: it is called. */
Test(give_back, memory_goes_back_that_another_worker_freed, .timeout = 120)
{
    static const myc_idle modes[] = {MYC_IDLE_PARK, MYC_IDLE_SPIN_PARK, MYC_IDLE_SPIN};
    for (size_t mode = 0; mode < sizeof modes / sizeof modes[0]; mode++) {
        office at;
        uint64_t before = open_warm(&at, 2, modes[mode]);
        do_on(&at, 0, make_burst);
        cr_expect_geq(myc_system_memory_bytes(at.system), BURST_BYTES);
        nanosleep(&(struct timespec){.tv_nsec = 20 * KEEP_NS}, NULL); /* so that it may sleep */
        do_on(&at, 1, release_burst);
        cr_expect(await_back(&at, before), "mode %d", (int)modes[mode]);
        office_close(&at);
    }
    NO_LEAKS();
}

static void *make_and_end(void *argument)
{
    office *at = argument;
    make_burst(myc_context_of(at->system), NULL, NULL);
    return NULL;
}

static void *release_and_end(void *argument)
{
    office *at = argument;
    release_burst(myc_context_of(at->system), NULL, NULL);
    return NULL;
}

static void run_thread(office *at, void *(*body)(void *))
{
    pthread_t thread;
    cr_assert_eq(0, pthread_create(&thread, NULL, body, at));
    pthread_join(thread, NULL);
}

Test(give_back, memory_goes_back_of_a_thread_that_has_ended, .timeout = 60)
{
    office at;
    uint64_t before = open_warm(&at, 2, MYC_IDLE_PARK);
    run_thread(&at, make_and_end);
    do_on(&at, 1, release_burst);
    cr_expect(await_back(&at, before));
    run_thread(&at, make_and_end); /* takes the endpoint over */
    run_thread(&at, release_and_end);
    cr_expect(await_back(&at, before), "made and released outside");
    office_close(&at);
    NO_LEAKS();
}

Test(give_back, memory_goes_back_that_a_thread_freed_before_it_ended, .timeout = 60)
{
    office at;
    uint64_t before = open_warm(&at, 1, MYC_IDLE_PARK);
    do_on(&at, 0, make_burst);
    run_thread(&at, release_and_end);
    cr_expect(await_back(&at, before));
    office_close(&at);
    NO_LEAKS();
}

Test(give_back, a_living_thread_gives_its_memory_back_when_told, .timeout = 60)
{
    office at;
    uint64_t before = open_warm(&at, 1, MYC_IDLE_PARK);
    make_burst(at.ctx, NULL, NULL);
    do_on(&at, 0, release_burst);
    for (uint32_t looks = 0; looks < 10000 && !is_back(&at, before); looks++) {
        myc_context_trim(at.ctx); /* the end of the worker's pass may come after its messages */
        nanosleep(&(struct timespec){.tv_nsec = 1000000}, NULL);
    }
    cr_expect(is_back(&at, before));
    do_on(&at, 0, make_burst);
    release_burst(at.ctx, NULL, NULL);
    myc_context_trim(at.ctx);
    cr_expect(await_back(&at, before), "what it freed for a worker");
    office_close(&at);
    NO_LEAKS();
}

/* ---- exactly when: by a clock of the test's own ---- */

typedef struct lab {
    office at;
    uint64_t now_ns;
} lab;

static uint64_t lab_now(void *user)
{
    return ((lab *)user)->now_ns;
}

static void lab_open(lab *here, uint64_t keep_memory_ns)
{
    here->now_ns = SECOND_NS;
    office_open(&here->at, (myc_system_options){.workers = 1,
                                                .caller_driven = true,
                                                .keep_memory_ns = keep_memory_ns,
                                                .now_ns = lab_now,
                                                .clock_user = here});
    do_on(&here->at, 0, make_burst);
    do_on(&here->at, 0, release_burst);
}

static void lab_pass(lab *here, uint64_t until_ns)
{
    here->now_ns = until_ns;
    for (uint32_t pass = 0; pass < 5000; pass++) {
        cr_assert_eq(0, myc_system_run_once(here->at.system));
    }
}

static uint64_t held(const lab *here)
{
    return myc_system_memory_bytes(here->at.system);
}

Test(give_back, begins_when_memory_was_not_needed_for_the_time_to_keep_it)
{
    lab here;
    lab_open(&here, 0);
    uint64_t start_ns = here.now_ns;
    uint64_t full = held(&here);
    cr_expect_geq(full, BURST_BYTES);
    lab_pass(&here, start_ns);
    lab_pass(&here, start_ns + 99999999);
    lab_pass(&here, start_ns + 100000000);
    lab_pass(&here, start_ns + 199999999);
    cr_expect_eq(full, held(&here), "the first look only notes what is free");
    lab_pass(&here, start_ns + 200000000);
    cr_expect_leq(held(&here), full - BURST_BYTES + SLACK_BYTES);
    uint64_t small = held(&here);
    lab_pass(&here, start_ns + 10 * SECOND_NS);
    cr_expect_eq(small, held(&here));
    office_close(&here.at);
    NO_LEAKS();
}

Test(give_back, does_not_give_back_what_a_burst_needs_again_in_time)
{
    lab here;
    lab_open(&here, 0);
    uint64_t full = held(&here);
    for (uint32_t round = 0; round < 10; round++) {
        lab_pass(&here, here.now_ns);
        lab_pass(&here, here.now_ns + 100000000);
        do_on(&here.at, 0, make_burst);
        do_on(&here.at, 0, release_burst);
        cr_expect_eq(full, held(&here), "round %u", round);
    }
    office_close(&here.at);
    NO_LEAKS();
}

Test(give_back, keeps_memory_for_ever_when_told_so)
{
    lab here;
    lab_open(&here, UINT64_MAX);
    uint64_t full = held(&here);
    for (uint32_t look = 1; look <= 5; look++) {
        lab_pass(&here, here.now_ns + SECOND_NS);
    }
    myc_context_trim(here.at.ctx);
    cr_expect_eq(full, held(&here));
    office_close(&here.at);
    NO_LEAKS();
}

/* A warm program that idles while sealed does not have to allocate afterwards. */
Test(give_back, gives_nothing_back_while_the_memory_is_sealed)
{
    lab here;
    lab_open(&here, 0);
    uint64_t full = held(&here);
    lab_pass(&here, here.now_ns);
    lab_pass(&here, here.now_ns + 100000000); /* a look has begun, and marked what is free */
    myc_system_seal_memory(here.at.system);
    for (uint32_t look = 1; look <= 5; look++) {
        lab_pass(&here, here.now_ns + SECOND_NS);
    }
    cr_expect_eq(full, held(&here));
    do_on(&here.at, 0, make_burst);
    do_on(&here.at, 0, release_burst);
    cr_expect_eq(0, myc_system_unseal_memory(here.at.system));
    for (uint32_t look = 1; look <= 5; look++) {
        lab_pass(&here, here.now_ns + SECOND_NS);
    }
    cr_expect_leq(held(&here), full - BURST_BYTES + SLACK_BYTES);
    office_close(&here.at);
    NO_LEAKS();
}

/* SPDX-License-Identifier: Apache-2.0 */
#include "system/system.h"

#include "system/frame.h"

static const myc_spawn_options ALONE = {.name = "alone", .place = MYC_PLACE_DEDICATED};

static desk_ref hire_alone(office *at, journal *to)
{
    desk_ref ref = {{0, 0}};
    cr_assert_eq(0, clerk_spawn(at->ctx, &(struct clerk){to}, &ALONE, &ref));
    return ref;
}

Test(dedicated, actors_may_block_and_hold_up_nobody, .timeout = 60)
{
    office at;
    office_open(&at, (myc_system_options){.workers = 1, .dedicated = 2});
    cr_expect_eq(1, myc_system_workers(at.system));
    sem_t entered, leave;
    sem_init(&entered, 0, 0);
    sem_init(&leave, 0, 0);
    journal blocked[2] = {0}, other = {0};
    desk_ref refs[2];
    for (uint32_t i = 0; i < 2; i++) {
        refs[i] = hire_alone(&at, &blocked[i]);
        send_gate(at.ctx, refs[i], &entered, &leave);
        wait_semaphore(&entered);
        cr_expect_eq(MYC_SENT, send_note(at.ctx, refs[i], 1));
    }
    desk_ref quick = hire(&at, &other, 0);
    for (uint64_t i = 1; i <= 100; i++) {
        cr_expect_eq(MYC_SENT, send_note(at.ctx, quick, i));
    }
    cr_expect(await_count(&other.notes, 100));
    for (uint32_t i = 0; i < 2; i++) {
        cr_expect_eq(0, atomic_load(&blocked[i].notes));
        cr_expect_eq(1 + i, atomic_load(&blocked[i].worker));
        sem_post(&leave);
    }
    expect_quiet(&at);
    for (uint32_t i = 0; i < 2; i++) {
        cr_expect_eq(1, atomic_load(&blocked[i].notes));
    }
    office_close(&at);
    NO_LEAKS();
}

/* Its thread has slept all the time; each message has to wake it, in every idle mode. */
Test(dedicated, workers_wake_for_each_message, .timeout = 60)
{
    for (uint32_t idle = 0; idle < 3; idle++) {
        office at;
        office_open(&at, (myc_system_options){.workers = 1, .dedicated = 1, .idle = idle});
        journal log = {0};
        desk_ref ref = hire_alone(&at, &log);
        for (uint64_t i = 1; i <= 200; i++) {
            cr_expect_eq(MYC_SENT, send_note(at.ctx, ref, i));
            expect_quiet(&at);
            cr_assert_eq(i, atomic_load(&log.notes));
        }
        cr_expect_eq(0, atomic_load(&log.out_of_order));
        office_close(&at);
    }
    NO_LEAKS();
}

/* In a system whose other workers never do. */
Test(dedicated, workers_sleep_while_there_is_nothing_to_do, .timeout = 60)
{
    office at;
    office_open(&at, (myc_system_options){.workers = 1, .dedicated = 1, .idle = MYC_IDLE_SPIN});
    const myc__parking *parking = &at.system->fabric.shards[1]->parking;
    for (uint32_t looks = 0; myc__load_relaxed_u32(&parking->state) == MYC__AWAKE; looks++) {
        cr_assert_lt(looks, 10000, "it does not park");
        nanosleep(&(struct timespec){.tv_nsec = 1000000}, NULL);
    }
    cr_expect_eq(MYC__AWAKE, myc__load_relaxed_u32(&at.system->fabric.shards[0]->parking.state));
    office_close(&at);
    NO_LEAKS();
}

Test(dedicated, workers_are_one_for_each_actor_and_free_again_when_it_ends, .timeout = 60)
{
    office at;
    office_open(&at, (myc_system_options){.workers = 1, .dedicated = 2});
    journal logs[3] = {0};
    desk_ref first = hire_alone(&at, &logs[0]);
    hire_alone(&at, &logs[1]);
    desk_ref none = {{7, 7}};
    cr_expect_eq(MYC_ELIMIT, clerk_spawn(at.ctx, &(struct clerk){&logs[2]}, &ALONE, &none));
    cr_expect(strstr(at.lines, "each of the 2 dedicated workers has its actor"), "'%s'", at.lines);
    cr_expect(myc_address_equal((myc_address){7, 7}, none.address));
    for (uint32_t i = 0; i < 300; i++) {
        myc_stop(at.ctx, first.address);
        expect_quiet(&at);
        first = hire_alone(&at, &logs[2]);
        expect_quiet(&at); /* else it may be stopped before it has begun */
    }
    cr_expect_eq(300, atomic_load(&logs[2].started));
    cr_expect_eq(299, atomic_load(&logs[2].stopped));
    office_close(&at);
    NO_LEAKS();
}

Test(dedicated, workers_are_given_to_nobody_else, .timeout = 60)
{
    office at;
    office_open(&at, (myc_system_options){.workers = 2, .dedicated = 1, .caller_driven = true});
    journal logs[20] = {0};
    for (uint32_t i = 0; i < 20; i++) {
        desk_ref ref;
        myc_spawn_options options = {.place = i % 2 ? MYC_PLACE_SPREAD : MYC_PLACE_WITH_SPAWNER};
        cr_assert_eq(0, clerk_spawn(at.ctx, &(struct clerk){&logs[i]}, &options, &ref));
    }
    desk_ref none;
    myc_spawn_options beyond = {.place = MYC_PLACE_ON_WORKER, .worker = 2};
    cr_expect_eq(MYC_EINVAL, clerk_spawn(at.ctx, &(struct clerk){&logs[0]}, &beyond, &none));
    cr_expect(strstr(at.lines, "there is no such worker"), "'%s'", at.lines);
    cr_expect_eq(MYC_EINVAL, clerk_spawn(at.ctx, &(struct clerk){&logs[0]},
                                         &(myc_spawn_options){.place = 4}, &none));
    expect_quiet(&at);
    for (uint32_t i = 0; i < 20; i++) {
        cr_expect_lt(atomic_load(&logs[i].worker), 2);
    }
    office_close(&at);
    NO_LEAKS();
}

typedef struct family {
    journal parent;
    journal children[8];
} family;

static void bear_children(myc_context *ctx, const note *got, void *user)
{
    (void)got;
    family *in = user;
    cr_expect_eq(2, myc_worker(ctx));
    for (uint32_t i = 0; i < 8; i++) {
        desk_ref child;
        cr_expect_eq(0, clerk_spawn(ctx, &(struct clerk){&in->children[i]}, NULL, &child));
        cr_expect_eq(MYC_SENT, send_note(ctx, child, 1));
    }
}

Test(dedicated, actors_spawn_children_on_the_ordinary_workers, .timeout = 60)
{
    office at;
    office_open(&at, (myc_system_options){.workers = 2, .dedicated = 1});
    family in = {.parent = {.on_note = bear_children, .user = &in}};
    cr_expect_eq(MYC_SENT, send_note(at.ctx, hire_alone(&at, &in.parent), 1));
    expect_quiet(&at);
    uint32_t on_worker[2] = {0};
    for (uint32_t i = 0; i < 8; i++) {
        cr_expect_eq(1, atomic_load(&in.children[i].notes));
        cr_assert_lt(atomic_load(&in.children[i].worker), 2);
        on_worker[atomic_load(&in.children[i].worker)]++;
    }
    cr_expect_eq(4, on_worker[0]);
    cr_expect_eq(4, on_worker[1]);
    office_close(&at);
    NO_LEAKS();
}

Test(dedicated, actor_that_blocks_too_long_is_a_straggler, .timeout = 60)
{
    office at;
    office_open(&at, (myc_system_options){.workers = 1, .dedicated = 1});
    sem_t entered, leave;
    sem_init(&entered, 0, 0);
    sem_init(&leave, 0, 0);
    journal log = {0}, other = {0};
    hire(&at, &other, 0);
    desk_ref ref = hire_alone(&at, &log);
    send_gate(at.ctx, ref, &entered, &leave);
    wait_semaphore(&entered);
    myc_straggler stragglers[4];
    myc_stop_report report = {stragglers, 4, 0};
    myc_stop_options soon = {.discard = true, .timeout_ns = SECOND_NS / 50};
    cr_expect_eq(MYC_ETIMEDOUT, myc_system_stop(at.system, &soon, &report));
    cr_assert_eq(1, report.count);
    cr_expect_str_eq("alone", stragglers[0].name);
    cr_expect_eq(1, stragglers[0].worker);
    cr_expect(myc_address_equal(ref.address, stragglers[0].address));
    sem_post(&leave);
    cr_expect_eq(0, myc_system_stop(at.system, NULL, &report));
    cr_expect_eq(0, report.count);
    cr_expect_eq(1, atomic_load(&log.stopped));
    office_close(&at);
    NO_LEAKS();
}

/* ---- threads ---- */

typedef struct thread_names {
    char names[4][16];
    atomic_uint started;
} thread_names;

static void keep_name(void *user, uint32_t worker)
{
    thread_names *in = user;
    cr_assert_lt(worker, 4);
    pthread_getname_np(pthread_self(), in->names[worker], sizeof in->names[worker]);
    atomic_fetch_add(&in->started, 1);
}

Test(dedicated, threads_have_names_and_are_greeted, .timeout = 60)
{
    office at;
    thread_names in = {.started = 0};
    office_open(&at, (myc_system_options){.name = "desk",
                                          .workers = 2,
                                          .dedicated = 2,
                                          .thread_start = keep_name,
                                          .thread_start_user = &in});
    cr_assert(await_count(&in.started, 4));
    const char *expected[] = {"desk-0", "desk-1", "desk-d0", "desk-d1"};
    for (uint32_t i = 0; i < 4; i++) {
        cr_expect_str_eq(expected[i], in.names[i]);
    }
    office_close(&at);
    NO_LEAKS();
}

/* ---- options and errors ---- */

static int create_with(office *at, uint32_t workers, uint32_t dedicated)
{
    myc_system_options options = office_options(
        at,
        (myc_system_options){.workers = workers, .dedicated = dedicated, .caller_driven = true});
    int error = myc_system_create(&options, &at->system);
    if (error == 0) {
        office_close(at);
    }
    return error;
}

Test(dedicated, workers_and_the_others_are_64_at_most)
{
    office at;
    cr_expect_eq(0, create_with(&at, 1, 63));
    cr_expect_eq(0, create_with(&at, 0, 63));
    cr_expect_eq(0, create_with(&at, 64, 0));
    cr_expect_eq(MYC_EINVAL, create_with(&at, 1, 64));
    cr_expect_eq(MYC_EINVAL, create_with(&at, 64, 1));
    cr_expect_eq(MYC_EINVAL, create_with(&at, 0, 64));
    cr_expect_eq(MYC_EINVAL, create_with(&at, 2, UINT32_MAX));
    cr_expect(
        strstr(at.lines, "option dedicated is 4294967295: expected at most 64 with the other"),
        "'%s'", at.lines);
    NO_LEAKS();
}

static int fails_to_start(myc_context *ctx)
{
    (void)ctx;
    return MYC_EIO;
}

typedef struct fuse {
    bool blown;
} fuse;

static void *fused_allocate(void *user, size_t size_bytes, size_t alignment_bytes)
{
    void *memory = NULL;
    bool failed =
        ((fuse *)user)->blown || posix_memalign(&memory, alignment_bytes, size_bytes) != 0;
    return failed ? NULL : memory;
}

static void fused_free(void *user, void *memory, size_t size_bytes)
{
    (void)user;
    (void)size_bytes;
    free(memory);
}

Test(dedicated, worker_of_a_spawn_that_fails_is_free_again, .timeout = 60)
{
    office at;
    fuse in = {false};
    office_open(&at, (myc_system_options){.workers = 1,
                                          .dedicated = 1,
                                          .caller_driven = true,
                                          .allocator = {fused_allocate, fused_free, &in}});
    journal fails = {.on_start = fails_to_start}, log = {0};
    hire_alone(&at, &fails);
    expect_quiet(&at);
    myc_behaviour huge = clerk__behaviour;
    huge.state_size_bytes = 16 << 20; /* more than there is in the pools */
    myc_address none;
    in.blown = true;
    cr_expect_eq(MYC_ENOMEM, myc_spawn(at.ctx, &huge, NULL, &ALONE, &none));
    in.blown = false;
    hire_alone(&at, &log);
    expect_quiet(&at);
    cr_expect_eq(1, atomic_load(&log.started));
    office_close(&at);
    NO_LEAKS();
}

/* SPDX-License-Identifier: Apache-2.0 */
#include <sched.h>
#include <sys/resource.h>

#include "system/frame.h"

static void expect_refused(myc_system_options options, const char *named, const char *expected)
{
    office at;
    myc_system *system = NULL;
    options = office_options(&at, options);
    cr_expect_eq(MYC_EINVAL, myc_system_create(&options, &system));
    cr_expect_null(system);
    cr_expect(strstr(at.lines, named), "'%s' does not name %s", at.lines, named);
    cr_expect(strstr(at.lines, expected), "'%s' does not say %s", at.lines, expected);
}

static void *no_memory(void *user, size_t size_bytes, size_t alignment_bytes)
{
    (void)user;
    (void)size_bytes;
    (void)alignment_bytes;
    return NULL;
}

Test(create, names_the_option_that_is_wrong)
{
    uint32_t cpus[] = {0, 1024};
    expect_refused((myc_system_options){.workers = 65}, "workers is 65", "at most 64");
    expect_refused((myc_system_options){.idle = (myc_idle)3}, "idle is 3", "myc_idle");
    expect_refused((myc_system_options){.io = (myc_io_backend)7}, "io is 7", "myc_io_backend");
    expect_refused((myc_system_options){.cpus = cpus}, "cpu_count is 0", "at least 1");
    expect_refused((myc_system_options){.cpus = cpus, .cpu_count = 2}, "cpus is 1024",
                   "below 1024");
    expect_refused((myc_system_options){.allocator = {.allocate = no_memory}}, "allocator",
                   "both functions");
    NO_LEAKS();
}

Test(create, refuses_bad_options_without_a_log_too)
{
    myc_system *system;
    cr_expect_eq(MYC_EINVAL, myc_system_create(&(myc_system_options){.workers = 65}, &system));
    NO_LEAKS();
}

static void run_on(uint32_t workers)
{
    office at;
    office_open(&at, (myc_system_options){.workers = workers});
    cr_expect_eq(workers, myc_system_workers(at.system));
    journal journals[4] = {{0}};
    for (uint32_t worker = 0; worker < workers; worker++) {
        desk_ref ref = hire(&at, &journals[worker], worker);
        cr_expect_eq(MYC_SENT, send_note(at.ctx, ref, 1));
    }
    expect_quiet(&at);
    for (uint32_t worker = 0; worker < workers; worker++) {
        cr_expect_eq(1, atomic_load(&journals[worker].notes));
        cr_expect_eq(worker, atomic_load(&journals[worker].worker));
    }
    office_close(&at);
}

Test(create, runs_one_two_and_four_workers)
{
    run_on(1);
    run_on(2);
    run_on(4);
    NO_LEAKS();
}

Test(create, has_a_worker_for_each_processor_by_default)
{
    cpu_set_t set;
    myc_system *system;
    cr_assert_eq(0, sched_getaffinity(0, sizeof set, &set));
    cr_assert_eq(0, myc_system_create(NULL, &system));
    uint32_t expected = CPU_COUNT(&set) < 64 ? (uint32_t)CPU_COUNT(&set) : 64;
    cr_expect_eq(expected, myc_system_workers(system));
    cr_expect_eq(0, myc_system_destroy(system));
    NO_LEAKS();
}

Test(create, keeps_two_systems_apart)
{
    office first, second;
    office_open(&first, (myc_system_options){.workers = 2});
    office_open(&second, (myc_system_options){.workers = 2});
    journal in_first = {0}, in_second = {0};
    cr_expect_neq(first.ctx, second.ctx);
    cr_expect_eq(first.system, myc_context_system(first.ctx));
    cr_expect_eq(MYC_SENT, send_note(first.ctx, hire(&first, &in_first, 1), 1));
    expect_quiet(&first);
    office_close(&first);
    cr_expect_eq(MYC_SENT, send_note(second.ctx, hire(&second, &in_second, 1), 1));
    expect_quiet(&second);
    cr_expect_eq(1, atomic_load(&in_first.notes));
    cr_expect_eq(1, atomic_load(&in_second.notes));
    office_close(&second);
    NO_LEAKS();
}

/* ---- threads ---- */

typedef struct thread_notes {
    char names[4][16];
    atomic_uint starts[4];
    atomic_int cpu[4];
} thread_notes;

static void note_thread(void *user, uint32_t worker)
{
    thread_notes *notes = user;
    cpu_set_t set;
    pthread_getname_np(pthread_self(), notes->names[worker], sizeof notes->names[worker]);
    pthread_getaffinity_np(pthread_self(), sizeof set, &set);
    for (int cpu = 0; cpu < CPU_SETSIZE; cpu++) {
        if (CPU_ISSET(cpu, &set) && CPU_COUNT(&set) == 1) {
            atomic_store(&notes->cpu[worker], cpu);
        }
    }
    atomic_fetch_add(&notes->starts[worker], 1);
}

Test(create, names_its_threads_and_runs_the_hook_once_on_each)
{
    office at;
    thread_notes notes = {0};
    office_open(&at, (myc_system_options){.workers = 4,
                                          .name = "exchange-feed",
                                          .thread_start = note_thread,
                                          .thread_start_user = &notes});
    cr_expect_eq(0, myc_system_stop(at.system, NULL, NULL));
    for (uint32_t worker = 0; worker < 4; worker++) {
        char expected[16];
        snprintf(expected, sizeof expected, "exchange-%u", worker);
        cr_expect_str_eq(expected, notes.names[worker]);
        cr_expect_eq(1, atomic_load(&notes.starts[worker]));
    }
    office_close(&at);
    NO_LEAKS();
}

static uint32_t first_processor(void)
{
    cpu_set_t set;
    cr_assert_eq(0, sched_getaffinity(0, sizeof set, &set));
    uint32_t cpu = 0;
    while (!CPU_ISSET(cpu, &set)) {
        cpu++;
    }
    return cpu;
}

Test(create, pins_its_workers_in_turn)
{
    office at;
    thread_notes notes = {.cpu = {-1, -1}};
    uint32_t cpu = first_processor();
    office_open(&at, (myc_system_options){.workers = 2,
                                          .cpus = &cpu,
                                          .cpu_count = 1,
                                          .thread_start = note_thread,
                                          .thread_start_user = &notes});
    cr_expect_eq(0, myc_system_stop(at.system, NULL, NULL));
    cr_expect_eq((int)cpu, atomic_load(&notes.cpu[0]));
    cr_expect_eq((int)cpu, atomic_load(&notes.cpu[1]));
    cr_expect_str_empty(at.lines);
    office_close(&at);
    NO_LEAKS();
}

Test(create, warns_of_a_processor_that_is_not_to_be_had)
{
    office at;
    uint32_t cpu = 1023;
    office_open(&at, (myc_system_options){.workers = 1, .cpus = &cpu, .cpu_count = 1});
    cr_expect_eq(0, myc_system_stop(at.system, NULL, NULL));
    cr_expect(strstr(at.lines, "processor 1023"), "'%s'", at.lines);
    office_close(&at);
    NO_LEAKS();
}

/* ---- what the kernel refuses ---- */

Test(create, says_what_to_raise_when_descriptors_are_out)
{
    office at;
    myc_system *system = NULL;
    struct rlimit limit;
    cr_assert_eq(0, getrlimit(RLIMIT_NOFILE, &limit));
    struct rlimit none = {0, limit.rlim_max};
    myc_system_options options = office_options(&at, (myc_system_options){.workers = 2});
    cr_assert_eq(0, setrlimit(RLIMIT_NOFILE, &none));
    int error = myc_system_create(&options, &system);
    cr_assert_eq(0, setrlimit(RLIMIT_NOFILE, &limit));
    cr_expect_eq(MYC_ELIMIT, error);
    cr_expect(strstr(at.lines, "RLIMIT_NOFILE"), "'%s'", at.lines);
    NO_LEAKS();
}

/* A stack larger than any address space: the first thread is refused. */
Test(create, says_what_to_raise_when_a_thread_is_refused, .timeout = 20)
{
    office at;
    myc_system *system = NULL;
    pthread_attr_t attributes;
    pthread_attr_init(&attributes);
    cr_assert_eq(0, pthread_attr_setstacksize(&attributes, (size_t)1 << 48));
    cr_assert_eq(0, pthread_setattr_default_np(&attributes));
    myc_system_options options = office_options(&at, (myc_system_options){.workers = 2});
    cr_expect_eq(MYC_ELIMIT, myc_system_create(&options, &system));
    cr_expect(strstr(at.lines, "worker thread 0 was refused"), "'%s'", at.lines);
    pthread_attr_destroy(&attributes);
    NO_LEAKS();
}

Test(create, says_so_when_the_process_has_no_thread_specific_key_left)
{
    office at;
    myc_system *system = NULL;
    pthread_key_t key;
    while (pthread_key_create(&key, NULL) == 0) {
    }
    myc_system_options options = office_options(&at, (myc_system_options){.workers = 1});
    cr_expect_eq(MYC_ELIMIT, myc_system_create(&options, &system));
    cr_expect_str_not_empty(at.lines);
    NO_LEAKS();
}

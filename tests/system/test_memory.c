/* SPDX-License-Identifier: Apache-2.0 */
#include "system/frame.h"

/* ---- an allocator that counts, checks sizes, and fails when told to ---- */

typedef struct purse {
    atomic_llong bytes;
    atomic_ullong calls;
    atomic_uint wrong;       /* frees with another size */
    atomic_ullong fail_at;   /* this call fails; 0 = none */
    atomic_bool fails_after; /* and all after it */
} purse;

typedef struct prefix {
    _Alignas(64) size_t size_bytes;
} prefix;

static bool is_out(purse *from)
{
    unsigned long long call = atomic_fetch_add(&from->calls, 1) + 1;
    unsigned long long fail_at = atomic_load(&from->fail_at);
    return fail_at && (call == fail_at || (call > fail_at && atomic_load(&from->fails_after)));
}

static void *purse_allocate(void *user, size_t size_bytes, size_t alignment_bytes)
{
    purse *from = user;
    void *memory = NULL;
    if (is_out(from) || alignment_bytes > sizeof(prefix) ||
        posix_memalign(&memory, sizeof(prefix), sizeof(prefix) + size_bytes) != 0) {
        return NULL;
    }
    prefix *before = memory;
    before->size_bytes = size_bytes;
    memset(before + 1, 0xa5, size_bytes);
    atomic_fetch_add(&from->bytes, (long long)size_bytes);
    return before + 1;
}

static void purse_free(void *user, void *memory, size_t size_bytes)
{
    purse *from = user;
    prefix *before = (prefix *)memory - 1;
    atomic_fetch_add(&from->wrong, before->size_bytes != size_bytes);
    atomic_fetch_sub(&from->bytes, (long long)before->size_bytes);
    free(before);
}

static myc_allocator purse_of(purse *from)
{
    return (myc_allocator){purse_allocate, purse_free, from};
}

static void expect_balanced(purse *from)
{
    cr_expect_eq(0, atomic_load(&from->bytes));
    cr_expect_eq(0, atomic_load(&from->wrong));
}

/* ---- a small program ---- */

typedef struct hop {
    desk_ref to;
} hop;

static void hop_on(myc_context *ctx, const note *got, void *user)
{
    if (got->value) {
        myc_ignore(send_note(ctx, ((hop *)user)->to, got->value - 1));
    }
}

typedef struct program {
    journal journals[2];
    hop hops[2];
    desk_ref refs[2];
} program;

static int spawn_named(myc_context *ctx, journal *log, uint32_t worker, desk_ref *ref)
{
    myc_spawn_options options = {
        .name = "a name", .place = MYC_PLACE_ON_WORKER, .worker = worker, .mailbox_bound = 5000};
    return clerk_spawn(ctx, &(struct clerk){log}, &options, ref);
}

static void run_program(myc_context *ctx, program *in)
{
    *in = (program){0};
    for (uint32_t i = 0; i < 2; i++) {
        in->journals[i] = (journal){.on_note = hop_on, .user = &in->hops[1 - i]};
        int error = spawn_named(ctx, &in->journals[i], i, &in->refs[i]);
        cr_expect(error == 0 || error == MYC_ENOMEM, "%s", myc_error_name(error));
    }
    in->hops[0].to = in->refs[0];
    in->hops[1].to = in->refs[1];
    for (uint32_t i = 0; i < 300; i++) {
        myc_ignore(send_note(ctx, in->refs[i % 2], 3));
    }
}

Test(memory, of_a_system_all_comes_from_its_allocator)
{
    office at;
    purse from = {0};
    program in;
    office_open(&at, (myc_system_options){.workers = 2, .allocator = purse_of(&from)});
    cr_expect_eq(atomic_load(&from.bytes), (long long)myc_system_memory_bytes(at.system));
    run_program(at.ctx, &in);
    expect_quiet(&at);
    cr_expect_eq(600, atomic_load(&in.journals[0].notes));
    cr_expect_eq(600, atomic_load(&in.journals[1].notes));
    cr_expect_eq(atomic_load(&from.bytes), (long long)myc_system_memory_bytes(at.system));
    office_close(&at);
    expect_balanced(&from);
    NO_LEAKS();
}

/* Whatever allocation fails: an error or a refusal, all is accounted for, and the stop ends. */
static bool run_with_failure(purse *from, uint32_t fail_at, bool fails_after, bool caller_driven)
{
    office at;
    program in;
    *from = (purse){.fail_at = fail_at, .fails_after = fails_after};
    myc_system_options options = office_options(
        &at, (myc_system_options){
                 .workers = 2, .caller_driven = caller_driven, .allocator = purse_of(from)});
    int error = myc_system_create(&options, &at.system);
    cr_expect(error == 0 || error == MYC_ENOMEM, "%s", myc_error_name(error));
    if (error == 0) {
        myc_context *ctx = myc_context_of(at.system);
        if (ctx) {
            run_program(ctx, &in);
        }
        myc_stop_options drain = {.timeout_ns = 2 * SECOND_NS};
        cr_expect_eq(0, myc_system_stop(at.system, &drain, NULL), "allocation %u failed: no drain",
                     fail_at);
        cr_expect_eq(0, myc_system_destroy(at.system));
    }
    cr_expect_eq(0, atomic_load(&from->bytes), "allocation %u failed: %lld bytes left", fail_at,
                 atomic_load(&from->bytes));
    cr_expect_eq(0, atomic_load(&from->wrong));
    return atomic_load(&from->calls) >= fail_at;
}

static void fail_one_after_the_other(bool fails_after, bool caller_driven)
{
    purse from;
    uint32_t failed = 0;
    for (uint32_t fail_at = 1; fail_at <= 200; fail_at++) {
        failed += run_with_failure(&from, fail_at, fails_after, caller_driven);
    }
    cr_expect_gt(failed, 10, "only %u allocations failed", failed);
}

Test(memory, may_be_out_once_at_any_allocation, .timeout = 300)
{
    fail_one_after_the_other(false, true);
    NO_LEAKS();
}

Test(memory, may_be_out_from_any_allocation_on, .timeout = 300)
{
    fail_one_after_the_other(true, true);
    NO_LEAKS();
}

Test(memory, may_be_out_at_any_allocation_of_threads, .timeout = 300)
{
    fail_one_after_the_other(false, false);
    NO_LEAKS();
}

/* ---- the test mode ---- */

static void exchange_notes(office *at, desk_ref ref, uint32_t count)
{
    for (uint32_t i = 0; i < count; i++) {
        cr_assert_eq(MYC_SENT, send_note(at->ctx, ref, i));
        (void)myc_system_run_once(at->system);
    }
}

Test(memory, is_not_asked_for_when_the_program_is_warm)
{
    office at;
    office_open(&at, (myc_system_options){.workers = 1, .caller_driven = true});
    journal log = {0};
    desk_ref ref = hire(&at, &log, 0);
    exchange_notes(&at, ref, 5000);
    myc_system_seal_memory(at.system);
    exchange_notes(&at, ref, 5000);
    cr_expect_eq(0, myc_system_unseal_memory(at.system));
    cr_expect_str_empty(at.lines);
    office_close(&at);
    NO_LEAKS();
}

Test(memory, counts_breaches_of_its_seal_and_logs_the_first)
{
    office at;
    office_open(&at, (myc_system_options){.workers = 2, .caller_driven = true});
    myc_system_seal_memory(at.system);
    journal log = {0};
    hire(&at, &log, 0);
    hire(&at, &log, 1);
    uint64_t breaches = myc_system_unseal_memory(at.system);
    cr_expect_gt(breaches, 1);
    const char *end_of_first = strchr(at.lines, '\n');
    cr_assert_not_null(end_of_first);
    cr_expect(strstr(at.lines, "after the memory was sealed"), "'%s'", at.lines);
    cr_expect_str_empty(end_of_first + 1);
    myc_system_seal_memory(at.system);
    cr_expect_eq(0, myc_system_unseal_memory(at.system));
    office_close(&at);
    NO_LEAKS();
}

/* ---- callbacks may call back: the library holds no lock ---- */

typedef struct curious {
    myc_system *system;
    atomic_uint called;
} curious;

static void log_curiously(void *user, myc_log_level level, const char *text)
{
    (void)level;
    (void)text;
    curious *who = user;
    if (who->system && atomic_fetch_add(&who->called, 1) == 0) {
        cr_expect_not_null(myc_context_of(who->system));
    }
}

static void *first_call(void *argument)
{
    curious *who = argument;
    cr_expect_not_null(myc_context_of(who->system));
    return NULL;
}

Test(memory, breaches_are_logged_under_no_lock, .timeout = 20)
{
    curious who = {0};
    myc_system_options options = {.workers = 1, .log = log_curiously, .log_user = &who};
    cr_assert_eq(0, myc_system_create(&options, &who.system));
    myc_system_seal_memory(who.system);
    pthread_t thread;
    cr_assert_eq(0, pthread_create(&thread, NULL, first_call, &who));
    pthread_join(thread, NULL);
    cr_expect_gt(atomic_load(&who.called), 0);
    cr_expect_gt(myc_system_unseal_memory(who.system), 0);
    cr_expect_eq(0, myc_system_destroy(who.system));
    NO_LEAKS();
}

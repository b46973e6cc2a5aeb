/* SPDX-License-Identifier: Apache-2.0 */
#include <pthread.h>
#include <signal.h>
#include <stdio.h>

#include "base/sync.h"
#include "probe_allocator.h"
#include "support/leaks.h"

static bool all_bytes_are(const uint8_t *bytes, size_t count, uint8_t value)
{
    for (size_t index = 0; index < count; index++)
        if (bytes[index] != value)
            return false;
    return true;
}

Test(allocator, asks_the_users_functions_for_what_was_asked)
{
    probe_allocator probe;
    myc__allocator allocator;
    probe_start(&probe, &allocator);
    void *memory = myc__allocate(&allocator, 100, 32);
    cr_assert_not_null(memory);
    cr_expect_eq(1, probe.calls);
    cr_expect_eq(100, probe.last_size);
    cr_expect_eq(32, probe.last_alignment);
    cr_expect_eq(&probe, probe.last_user);
    myc__free(&allocator, memory, 100);
    probe_expect_balanced(&probe);
    NO_LEAKS();
}

Test(allocator, zeroes_memory_unless_it_is_asked_for_raw)
{
    probe_allocator probe;
    myc__allocator allocator;
    probe_start(&probe, &allocator);
    uint8_t *zeroed = myc__allocate(&allocator, 4097, 8);
    uint8_t *raw = myc__allocate_raw(&allocator, 4097, 8);
    cr_expect(all_bytes_are(zeroed, 4097, 0));
    cr_expect(all_bytes_are(raw, 4097, PROBE_FILL), "raw memory is touched");
    myc__free(&allocator, zeroed, 4097);
    myc__free(&allocator, raw, 4097);
    probe_expect_balanced(&probe);
    NO_LEAKS();
}

Test(allocator, accounts_for_the_bytes_it_holds)
{
    probe_allocator probe;
    myc__allocator allocator;
    probe_start(&probe, &allocator);
    void *first = myc__allocate(&allocator, 1000, 8);
    void *second = myc__allocate_raw(&allocator, 24, 8);
    cr_expect_eq(1024, allocator.bytes);
    myc__free(&allocator, first, 1000);
    cr_expect_eq(24, allocator.bytes);
    myc__free(&allocator, NULL, 77);
    cr_expect_eq(24, allocator.bytes);
    myc__free(&allocator, second, 24);
    cr_expect_eq(0, allocator.bytes);
    probe_expect_balanced(&probe);
    NO_LEAKS();
}

Test(allocator, counts_nothing_as_held_when_memory_is_out)
{
    probe_allocator probe;
    myc__allocator allocator;
    probe_start(&probe, &allocator);
    probe.exhausted = true;
    cr_expect_null(myc__allocate(&allocator, 64, 8));
    cr_expect_null(myc__allocate_raw(&allocator, 64, 8));
    cr_expect_eq(0, allocator.bytes);
    NO_LEAKS();
}

Test(allocator, without_user_functions_gives_malloc_memory_at_every_alignment)
{
    static const myc_allocator none;
    static const myc__log no_log;
    const myc_allocator *given[] = {NULL, &none};
    for (int way = 0; way < 2; way++) {
        myc__allocator allocator;
        myc__allocator_init(&allocator, given[way], &no_log);
        for (size_t alignment = 1; alignment <= 4096; alignment *= 2) {
            uint8_t *memory = myc__allocate(&allocator, 3 * alignment, alignment);
            cr_assert_not_null(memory);
            cr_expect_eq(0, (uintptr_t)memory % alignment, "alignment %zu", alignment);
            cr_expect(all_bytes_are(memory, 3 * alignment, 0));
            myc__free(&allocator, memory, 3 * alignment);
        }
        cr_expect_eq(0, allocator.bytes);
    }
    NO_LEAKS();
}

Test(allocator, takes_back_no_more_than_it_gave, .signal = SIGABRT)
{
    probe_allocator probe;
    myc__allocator allocator;
    probe_start(&probe, &allocator);
    myc__free(&allocator, myc__allocate(&allocator, 64, 8), 65);
}

struct lines {
    uint32_t count;
    myc_log_level level;
    char first[MYC__LOG_LINE_BYTES];
};

static void keep_line(void *user, myc_log_level level, const char *text)
{
    struct lines *lines = user;
    if (lines->count++ == 0) {
        lines->level = level;
        snprintf(lines->first, sizeof lines->first, "%s", text);
    }
}

Test(allocator, counts_each_breach_of_a_seal_and_logs_the_first)
{
    struct lines lines = {0};
    myc__log log = {keep_line, &lines};
    myc__allocator allocator;
    myc__allocator_init(&allocator, NULL, &log);
    void *before = myc__allocate(&allocator, 10, 8);
    cr_expect_eq(0, allocator.breaches);
    myc__store_relaxed_u32(&allocator.sealed, 1);
    void *first = myc__allocate(&allocator, 123, 8);
    void *second = myc__allocate_raw(&allocator, 456, 8);
    myc__free(&allocator, before, 10);
    cr_expect_eq(2, allocator.breaches, "frees are none");
    cr_expect_eq(1, lines.count);
    cr_expect_eq(MYC_LOG_WARNING, lines.level);
    cr_expect_not_null(strstr(lines.first, "123 bytes"), "%s", lines.first);
    myc__store_relaxed_u32(&allocator.sealed, 0);
    void *after = myc__allocate(&allocator, 10, 8);
    cr_expect_eq(2, allocator.breaches);
    myc__free(&allocator, first, 123);
    myc__free(&allocator, second, 456);
    myc__free(&allocator, after, 10);
    NO_LEAKS();
}

enum { THREADS = 4, ROUNDS = 5000 };

static void *allocate_and_free(void *user)
{
    myc__allocator *allocator = user;
    void *kept[16] = {0};
    for (size_t round = 0; round < ROUNDS; round++) {
        size_t place = round % 16;
        myc__free(allocator, kept[place], 16 * (place + 1));
        kept[place] = myc__allocate_raw(allocator, 16 * (place + 1), 16);
    }
    for (size_t place = 0; place < 16; place++)
        myc__free(allocator, kept[place], 16 * (place + 1));
    return NULL;
}

Test(allocator, keeps_its_account_when_threads_use_it_at_once, .timeout = 60)
{
    static const myc__log no_log;
    myc__allocator allocator;
    myc__allocator_init(&allocator, NULL, &no_log);
    myc__store_relaxed_u32(&allocator.sealed, 1);
    pthread_t threads[THREADS];
    for (int index = 0; index < THREADS; index++)
        cr_assert_eq(0, pthread_create(&threads[index], NULL, allocate_and_free, &allocator));
    for (int index = 0; index < THREADS; index++)
        pthread_join(threads[index], NULL);
    cr_expect_eq(0, allocator.bytes);
    cr_expect_eq(THREADS * ROUNDS, allocator.breaches);
    NO_LEAKS();
}

enum { HUGE_BYTES = 2 << 20 };

/* Not for the user's functions: they are asked for what is needed and no more. */
Test(allocator, without_user_functions_aligns_large_memory_to_huge_pages)
{
    static const myc__log no_log;
    static const size_t more_bytes[] = {0, 1, 4095, 4096, HUGE_BYTES / 2, 3 * HUGE_BYTES};
    myc__allocator allocator;
    myc__allocator_init(&allocator, NULL, &no_log);
    uint8_t *held[6];
    for (int place = 0; place < 6; place++) {
        held[place] = myc__allocate_raw(&allocator, HUGE_BYTES + more_bytes[place], 64);
        cr_assert_not_null(held[place]);
        cr_expect_eq(0, (uintptr_t)held[place] % HUGE_BYTES, "%zu more", more_bytes[place]);
        memset(held[place], place + 1, HUGE_BYTES + more_bytes[place]);
    }
    for (int place = 0; place < 6; place++) {
        size_t size_bytes = HUGE_BYTES + more_bytes[place];
        cr_expect(all_bytes_are(held[place], size_bytes, (uint8_t)(place + 1)));
        myc__free(&allocator, held[place], size_bytes);
    }
    cr_expect_eq(0, allocator.bytes);
    NO_LEAKS();
}

/* It comes from the kernel each time, so it need not be written to. */
Test(allocator, without_user_functions_gives_large_memory_zeroed)
{
    static const myc__log no_log;
    myc__allocator allocator;
    myc__allocator_init(&allocator, NULL, &no_log);
    for (int round = 0; round < 4; round++) {
        uint8_t *memory = myc__allocate(&allocator, HUGE_BYTES + 5, 8);
        cr_assert_not_null(memory);
        cr_expect(all_bytes_are(memory, HUGE_BYTES + 5, 0));
        memset(memory, 0x77, HUGE_BYTES + 5);
        myc__free(&allocator, memory, HUGE_BYTES + 5);
    }
    NO_LEAKS();
}

Test(allocator, says_when_large_memory_is_out)
{
    static const myc__log no_log;
    myc__allocator allocator;
    myc__allocator_init(&allocator, NULL, &no_log);
    static const size_t absurd[] = {(size_t)1 << 62, SIZE_MAX / 2, SIZE_MAX - HUGE_BYTES, SIZE_MAX};
    for (int place = 0; place < 4; place++)
        cr_expect_null(myc__allocate(&allocator, absurd[place], 64));
    cr_expect_eq(0, allocator.bytes);
    NO_LEAKS();
}

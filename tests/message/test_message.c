/* SPDX-License-Identifier: Apache-2.0 */
#include "contexts.h"

typedef struct quote {
    int64_t price;
    uint8_t name[100];
} quote;
MYC_MESSAGE(quote)

typedef struct wide_trade {
    _Alignas(64) uint8_t bytes[192];
} wide_trade;
MYC_MESSAGE(wide_trade)

typedef struct tracked {
    uint32_t number;
} tracked;
MYC_MESSAGE(tracked)

static uint32_t destroyed[8];
static uint32_t destroyed_count;
static const myc_context *destroyer;

static void note_destroyed(myc_context *ctx, void *payload)
{
    destroyer = ctx;
    destroyed[destroyed_count++] = ((tracked *)payload)->number;
}

/* Refers to the one before it. */
typedef struct chained {
    const struct chained *before;
} chained;
MYC_MESSAGE(chained)

static uint32_t links_destroyed;

static void destroy_chained(myc_context *ctx, void *payload)
{
    links_destroyed++;
    chained_release(ctx, ((const chained *)payload)->before);
}

MYC_MESSAGE_TYPE(chained, .destroy = destroy_chained)
MYC_MESSAGE_TYPE(quote, .id = 0)
MYC_MESSAGE_TYPE(wide_trade, .id = 0)
MYC_MESSAGE_TYPE(tracked, .destroy = note_destroyed)

static bool all_zero(const void *memory, size_t size_bytes)
{
    const uint8_t *bytes = memory;
    for (size_t index = 0; index < size_bytes; index++)
        if (bytes[index])
            return false;
    return true;
}

Test(message, is_zeroed_when_new_also_in_used_memory)
{
    contexts both;
    contexts_open(&both);
    for (int kind = 0; kind < 2; kind++)
        for (int round = 0; round < 2; round++) {
            quote *made = quote_new(both.each[kind]);
            cr_assert_not_null(made);
            cr_expect(all_zero(made, sizeof *made));
            memset(made, 0xff, sizeof *made);
            quote_release(both.each[kind], made);
        }
    contexts_close(&both);
    NO_LEAKS();
}

Test(message, is_aligned_as_its_type_asks)
{
    contexts both;
    contexts_open(&both);
    const wide_trade *trades[20];
    for (int index = 0; index < 20; index++) {
        trades[index] = wide_trade_new(both.worker);
        cr_expect_eq(0, (uintptr_t)trades[index] % 64);
        cr_expect(all_zero(trades[index], sizeof *trades[index]));
    }
    for (int index = 0; index < 20; index++)
        wide_trade_release(both.foreign, trades[index]);
    contexts_close(&both);
    NO_LEAKS();
}

Test(message, knows_its_type_and_casts_to_it_only)
{
    contexts both;
    contexts_open(&both);
    quote *made = quote_new(both.foreign);
    cr_expect_eq(&quote_type, myc_type_of(made));
    cr_expect_str_eq(myc_type_of(made)->name, "quote");
    cr_expect_eq(made, quote_cast(made));
    cr_expect_null(wide_trade_cast(made));
    cr_expect_null(quote_cast(NULL));
    cr_expect_null(myc_cast(NULL, NULL));
    quote_release(both.foreign, made);
    contexts_close(&both);
    NO_LEAKS();
}

Test(message, stays_while_it_is_retained)
{
    contexts both;
    contexts_open(&both);
    for (int kind = 0; kind < 2; kind++) {
        destroyed_count = 0;
        tracked *made = tracked_new(both.each[kind]);
        made->number = 7;
        cr_expect_eq(made, tracked_retain(both.each[kind], made), "it gives what it got");
        tracked_release(both.each[kind], made);
        myc__settle(&both.each[kind]->memory);
        cr_expect_eq(0, destroyed_count);
        cr_expect_eq(7, made->number);
        tracked_release(both.each[kind], made);
        cr_expect_eq(1, destroyed_count);
        cr_expect_eq(both.each[kind], destroyer, "it runs where the last release was");
    }
    contexts_close(&both);
    NO_LEAKS();
}

Test(message, runs_destroy_hooks_in_the_order_of_the_last_releases)
{
    contexts both;
    contexts_open(&both);
    tracked *made[4];
    for (uint32_t index = 0; index < 4; index++) {
        made[index] = tracked_new(both.worker);
        made[index]->number = index;
    }
    (void)tracked_retain(both.foreign, made[0]);
    for (uint32_t index = 0; index < 4; index++)
        tracked_release(both.foreign, made[index]);
    tracked_release(both.foreign, made[0]);
    static const uint32_t expected[] = {1, 2, 3, 0};
    cr_assert_eq(4, destroyed_count);
    cr_expect_eq(0, memcmp(expected, destroyed, sizeof expected));
    contexts_close(&both);
    NO_LEAKS();
}

Test(message, releases_what_it_refers_to_in_its_destroy_hook)
{
    enum { LINKS = 100 };
    contexts both;
    contexts_open(&both);
    for (int kind = 0; kind < 2; kind++) {
        links_destroyed = 0;
        const chained *last = NULL, *middle = NULL;
        for (int index = 0; index < LINKS; index++) {
            chained *made = chained_new(both.worker);
            made->before = last;
            last = made;
            if (index == LINKS / 2)
                middle = chained_retain(both.foreign, made);
        }
        chained_release(both.each[kind], last);
        myc__settle(&both.each[kind]->memory);
        cr_expect_eq(LINKS / 2 - 1, links_destroyed, "the middle one has another holder");
        chained_release(both.foreign, middle);
        cr_expect_eq(LINKS, links_destroyed);
    }
    contexts_close(&both);
    NO_LEAKS();
}

Test(message, releases_nothing_for_null)
{
    contexts both;
    contexts_open(&both);
    quote_release(both.worker, NULL);
    myc_release(both.foreign, NULL);
    contexts_close(&both);
    NO_LEAKS();
}

Test(message, is_null_when_memory_is_out)
{
    contexts both;
    contexts_open(&both);
    both.probe.exhausted = true;
    cr_expect_null(quote_new(both.foreign));
    cr_expect_null(myc_new_uninitialized(both.worker, &wide_trade_type));
    both.probe.exhausted = false;
    quote *made = quote_new(both.foreign);
    cr_expect_not_null(made);
    quote_release(both.foreign, made);
    contexts_close(&both);
    NO_LEAKS();
}

Test(message, takes_no_system_memory_once_it_is_warm)
{
    contexts both;
    contexts_open(&both);
    for (int index = 0; index < 2; index++)
        quote_release(both.worker, quote_new(both.worker));
    myc_system_seal_memory(both.system);
    for (int index = 0; index < 10000; index++)
        quote_release(both.worker, quote_new(both.worker));
    cr_expect_eq(0, myc_system_unseal_memory(both.system));
    contexts_close(&both);
    NO_LEAKS();
}

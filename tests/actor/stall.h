/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TESTS_ACTOR_STALL_H
#define TESTS_ACTOR_STALL_H

/*
 * An actor with several rows, for mailbox policies: a stall at a market that writes down what it
 * handled. While it is closed the item in hand comes again and again, so that the others stay in
 * its mailbox.
 *
 *     struct stall_book book = {0};
 *     stall_ref stall = stall_at(here, 0, &book, &(myc_spawn_options){.policy = &policy});
 *     stall_offer(ctx, stall, ROW_QUOTE, 7, 1);      the first item about 7
 *     expect_book(&book, (struct stall_entry[]){{ROW_QUOTE, 7, 1}}, 1);
 */
#include "actor_support.h"

typedef struct item {
    uint32_t about; /* the key */
    uint32_t number;
    uint32_t *destroyed; /* counted up by the destroy hook; may be NULL */
} item;
MYC_MESSAGE(item)

static void item_destroy(myc_context *ctx, void *payload)
{
    (void)ctx;
    uint32_t *destroyed = ((item *)payload)->destroyed;
    if (destroyed)
        ++*destroyed;
}

__attribute__((weak)) MYC_MESSAGE_TYPE(item, .destroy = item_destroy);

#define STALL_ROWS(ROW, P)                                                                         \
    ROW(P, quote, item)                                                                            \
    ROW(P, order, item)                                                                            \
    ROW(P, cancel, item)
MYC_PROTOCOL(stall, STALL_ROWS)

enum { ROW_QUOTE = stall_tag_quote, ROW_ORDER = stall_tag_order, ROW_CANCEL = stall_tag_cancel };
enum { BOOK_ENTRIES = 20000 };

struct stall_entry {
    uint32_t row;
    uint32_t about;
    uint32_t number;
};

struct stall_book {
    struct stall_entry entries[BOOK_ENTRIES];
    uint32_t count;
    bool closed;
    void (*on_item)(myc_context *ctx, void *user, const struct stall_entry *entry);
    void *user;
};

struct stall {
    struct stall_book *book;
};

static myc_next stall_enter(struct stall *self, myc_context *ctx, uint32_t row, const item *got)
{
    struct stall_book *book = self->book;
    if (book->closed)
        return MYC_AGAIN;
    cr_assert_lt(book->count, BOOK_ENTRIES);
    struct stall_entry *entry = &book->entries[book->count++];
    *entry = (struct stall_entry){row, got->about, got->number};
    if (book->on_item)
        book->on_item(ctx, book->user, entry);
    return MYC_CONTINUE;
}

static myc_next stall_on_quote(struct stall *self, myc_context *ctx, const item *quote)
{
    return stall_enter(self, ctx, ROW_QUOTE, quote);
}

static myc_next stall_on_order(struct stall *self, myc_context *ctx, const item *order)
{
    return stall_enter(self, ctx, ROW_ORDER, order);
}

static myc_next stall_on_cancel(struct stall *self, myc_context *ctx, const item *cancel)
{
    return stall_enter(self, ctx, ROW_CANCEL, cancel);
}

MYC_ACTOR(stall, stall, STALL_ROWS)

MYC_UNUSED static stall_ref stall_at(struct world *world, uint32_t worker, struct stall_book *book,
                                     const myc_spawn_options *given)
{
    myc_spawn_options options = *given;
    options.place = MYC_PLACE_ON_WORKER;
    options.worker = worker;
    stall_ref ref = {0};
    cr_assert_eq(0, stall_spawn(world->ctx, &(struct stall){book}, &options, &ref));
    world_run(world);
    return ref;
}

MYC_UNUSED static item *item_make(myc_context *ctx, uint32_t about, uint32_t number)
{
    item *made = item_new(ctx);
    cr_assert_not_null(made);
    *made = (item){about, number, NULL};
    return made;
}

MYC_UNUSED static myc_sent stall_offer(myc_context *ctx, stall_ref to, uint32_t row, uint32_t about,
                                       uint32_t number)
{
    return myc_send(ctx, to.address, row, item_make(ctx, about, number));
}

/* ---- sends by a script ---- */

/** One send and what it should answer. */
struct stall_send {
    uint32_t row;
    uint32_t about;
    uint32_t number;
    myc_sent expected;
};

struct stall_script {
    stall_ref to;
    const struct stall_send *sends;
    uint32_t count;
};

MYC_UNUSED static void stall_play(myc_context *ctx, void *argument)
{
    const struct stall_script *script = argument;
    for (uint32_t i = 0; i < script->count; i++) {
        const struct stall_send *send = &script->sends[i];
        myc_sent sent = stall_offer(ctx, script->to, send->row, send->about, send->number);
        cr_expect_eq(send->expected, sent, "send %u: expected %d, got %d", i, (int)send->expected,
                     (int)sent);
    }
}

/** Plays the script on the worker of the stall, in one handler; then all is handled. */
MYC_UNUSED static void stall_play_here(struct world *world, stall_ref to,
                                       const struct stall_send *sends, uint32_t count)
{
    struct stall_script script = {to, sends, count};
    world_call(world, to.address.slot >> MYC__INDEX_BITS, stall_play, &script);
    world_run(world);
}

/**
 * Plays it from a foreign thread while the stall is closed, behind an order with the number 0 that
 * it has in hand; then it is opened.
 */
MYC_UNUSED static void stall_play_away(struct world *world, stall_ref to, struct stall_book *book,
                                       const struct stall_send *sends, uint32_t count)
{
    book->closed = true;
    cr_expect_eq(MYC_SENT, stall_offer(world->ctx, to, ROW_ORDER, 0, 0));
    world_pass(world);
    stall_play(world->ctx, &(struct stall_script){to, sends, count});
    world_pass(world);
    book->closed = false;
    world_run(world);
}

MYC_UNUSED static void expect_book(const struct stall_book *book,
                                   const struct stall_entry *expected, uint32_t count)
{
    cr_expect_eq(count, book->count, "expected %u entries, got %u", count, book->count);
    for (uint32_t i = 0; i < count && i < book->count; i++) {
        const struct stall_entry *got = &book->entries[i];
        cr_expect(expected[i].row == got->row && expected[i].about == got->about &&
                      expected[i].number == got->number,
                  "entry %u: expected row %u about %u number %u, got %u, %u, %u", i,
                  expected[i].row, expected[i].about, expected[i].number, got->row, got->about,
                  got->number);
    }
}

/** A key for quotes: what they are about. */
MYC_UNUSED static bool quote_key(uint32_t tag, const void *payload, uint64_t *key)
{
    *key = ((const item *)payload)->about;
    return tag == ROW_QUOTE;
}

#define ENTRIES(...)                                                                               \
    (const struct stall_entry[]){__VA_ARGS__},                                                     \
        sizeof((const struct stall_entry[]){__VA_ARGS__}) / sizeof(struct stall_entry)
#define SENDS(...)                                                                                 \
    (const struct stall_send[]){__VA_ARGS__},                                                      \
        sizeof((const struct stall_send[]){__VA_ARGS__}) / sizeof(struct stall_send)

#endif

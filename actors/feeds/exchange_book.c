/* SPDX-License-Identifier: Apache-2.0 */
#include "feeds/exchange_book.h"

static const exchange_fault LIMIT = {EXCHANGE_BAD_LIMIT, NULL,
                                     "expected at most 1048576 levels a side, or memory is out"};
_Static_assert(BOOK_SIDE_LEVELS_MAX == 1048576, "the text above names it");

static void invalidate(exchange_entry *entry)
{
    entry->shown.is_valid = false;
    entry->shown.sequence = 0;
    kraken_checksum_reset(&entry->checksum);
    order_book_clear(&entry->shown.book);
}

/* A snapshot is asked for once, until one comes. */
static unsigned ask(exchange_entry *entry)
{
    unsigned flags = entry->has_asked ? 0 : EXCHANGE_RESYNC;
    entry->has_asked = true;
    return flags;
}

unsigned exchange_book_lose(exchange_entry *entry)
{
    if (!entry->shown.is_valid) {
        return ask(entry);
    }
    entry->shown.counts.gaps++;
    invalidate(entry);
    return EXCHANGE_CHANGED | ask(entry);
}

static void drop_held(exchange_entry *entry)
{
    entry->shown.counts.depth_dropped_invalid += entry->held.count;
    exchange_held_drop(&entry->held, entry->held.count);
    entry->shown.counts.depth_held = 0;
}

void exchange_book_lose_all(exchange_entry *entry)
{
    (void)exchange_book_lose(entry);
    drop_held(entry);
    entry->has_asked = false;
}

static bool set_levels(exchange_entry *entry, const exchange_frame *frame)
{
    order_book *book = &entry->shown.book;
    for (unsigned side = BOOK_BIDS; side <= BOOK_ASKS; side++) {
        const exchange_levels *list = &frame->sides[side];
        for (uint32_t i = 0; i < list->count; i++) {
            book_level level = list->levels[i];
            kraken_checksum_touch(&entry->checksum, book, (book_side)side, level.price);
            if (order_book_set(book, (book_side)side, level.price, level.quantity) < 0) {
                return false;
            }
        }
    }
    (void)order_book_trim(book);
    return true;
}

static bool has_levels(const exchange_frame *frame)
{
    return frame->sides[BOOK_BIDS].count + frame->sides[BOOK_ASKS].count > 0;
}

static bool has_decimals_of(const order_book *book, const exchange_frame *frame)
{
    return !has_levels(frame) || (book->decimals.price == frame->decimals.price &&
                                  book->decimals.quantity == frame->decimals.quantity);
}

static uint32_t smaller_limit(uint32_t a, uint32_t b)
{
    return a == 0 || (b != 0 && b < a) ? b : a;
}

/* A snapshot says anew how deep the book is and what decimals it has. */
static void take_form(exchange_entry *entry, const exchange_frame *frame)
{
    order_book *book = &entry->shown.book;
    order_book_clear(book);
    kraken_checksum_reset(&entry->checksum);
    book->depth_max = smaller_limit(entry->depth_max, frame->depth_max);
    if (has_levels(frame)) {
        book->decimals = frame->decimals;
    }
}

static void note_event(exchange_entry *entry, const exchange_frame *frame)
{
    exchange_instrument_counts *counts = &entry->shown.counts;
    counts->depth_applied++;
    counts->level_changes += frame->sides[BOOK_BIDS].count + frame->sides[BOOK_ASKS].count;
    counts->republished += frame->republished;
    counts->crossed += order_book_is_crossed(&entry->shown.book);
}

static exchange_outcome fail(exchange_entry *entry, exchange_fault fault)
{
    return (exchange_outcome){exchange_book_lose(entry), fault};
}

/* Compares the book with what the exchange has. */
static unsigned check(exchange_entry *entry, const exchange_frame *frame)
{
    if (!frame->has_checksum) {
        return 0;
    }
    entry->shown.last_checksum = frame->checksum;
    if (kraken_checksum_of(&entry->checksum, &entry->shown.book) == frame->checksum) {
        entry->shown.counts.checksums_ok++;
        return 0;
    }
    entry->shown.counts.checksums_bad++;
    invalidate(entry);
    return ask(entry);
}

static exchange_outcome apply(exchange_entry *entry, const exchange_frame *frame)
{
    if (!set_levels(entry, frame)) {
        return fail(entry, LIMIT);
    }
    note_event(entry, frame);
    return (exchange_outcome){.flags = EXCHANGE_CHANGED | check(entry, frame)};
}

static bool follows(const exchange_entry *entry, const exchange_frame *frame)
{
    uint64_t sequence = entry->shown.sequence;
    if (entry->has_joined) {
        return frame->has_previous ? frame->previous_id == sequence
                                   : frame->first_id == sequence + 1;
    }
    return frame->has_previous ? frame->previous_id <= sequence : frame->first_id <= sequence + 1;
}

/* The book is valid. After a gap it is not, and the event is still to be held. */
static exchange_outcome follow(exchange_entry *entry, const exchange_frame *frame)
{
    if (frame->last_id <= entry->shown.sequence) {
        entry->shown.counts.depth_dropped_old++;
        return (exchange_outcome){0};
    }
    if (!follows(entry, frame)) {
        return (exchange_outcome){.flags = exchange_book_lose(entry)};
    }
    exchange_outcome outcome = apply(entry, frame);
    if (!outcome.fault.reason) {
        entry->shown.sequence = frame->last_id;
        entry->has_joined = true;
    }
    return outcome;
}

static unsigned hold(exchange_entry *entry, const exchange_frame *frame)
{
    if (!exchange_held_add(&entry->held, frame)) {
        drop_held(entry);
        entry->shown.counts.depth_dropped_invalid++;
    }
    entry->shown.counts.depth_held = entry->held.count;
    return ask(entry);
}

/* What is held follows the snapshot, up to the first that does not. */
static exchange_outcome release(exchange_entry *entry)
{
    exchange_outcome outcome = {.flags = EXCHANGE_CHANGED};
    exchange_frame frame;
    uint32_t done = 0;
    while (done < entry->held.count && entry->shown.is_valid && !outcome.fault.reason) {
        exchange_held_get(&entry->held, done, &frame);
        exchange_outcome next = follow(entry, &frame);
        outcome.flags |= next.flags;
        outcome.fault = next.fault;
        done += entry->shown.is_valid;
    }
    exchange_held_drop(&entry->held, done);
    entry->shown.counts.depth_held = entry->held.count;
    return outcome;
}

exchange_outcome exchange_book_load(exchange_entry *entry, const exchange_frame *frame,
                                    exchange_format format)
{
    exchange_instrument *shown = &entry->shown;
    bool is_old = shown->is_valid && frame->last_id < shown->sequence;
    if (is_old && format == EXCHANGE_BINANCE) {
        shown->counts.snapshots++;
        shown->counts.snapshots_dropped_old++;
        return (exchange_outcome){0};
    }
    shown->is_valid = false;
    take_form(entry, frame);
    if (!set_levels(entry, frame)) {
        order_book_clear(&shown->book);
        return (exchange_outcome){EXCHANGE_CHANGED | ask(entry), LIMIT};
    }
    shown->counts.snapshots++;
    shown->counts.crossed += order_book_is_crossed(&shown->book);
    shown->is_valid = true;
    shown->sequence = frame->last_id;
    entry->has_joined = entry->has_asked = false;
    exchange_outcome outcome = release(entry);
    outcome.flags |= shown->is_valid ? check(entry, frame) : 0;
    return outcome;
}

exchange_outcome exchange_book_change(exchange_entry *entry, const exchange_frame *frame,
                                      exchange_format format)
{
    exchange_instrument_counts *counts = &entry->shown.counts;
    exchange_outcome outcome = {0};
    bool is_binance = format == EXCHANGE_BINANCE;
    if (entry->shown.is_valid && !has_decimals_of(&entry->shown.book, frame)) {
        return fail(entry, (exchange_fault){EXCHANGE_BAD_NUMBER, NULL,
                                            "expected levels with the decimals of the snapshot"});
    }
    if (entry->shown.is_valid) {
        outcome = is_binance ? follow(entry, frame) : apply(entry, frame);
    } else if (!is_binance) {
        counts->depth_dropped_invalid++;
        outcome.flags = ask(entry);
    }
    if (outcome.fault.reason) {
        return outcome;
    }
    counts->depth++;
    if (is_binance && !entry->shown.is_valid) {
        outcome.flags |= hold(entry, frame);
    }
    return outcome;
}

/* SPDX-License-Identifier: Apache-2.0 */
#include "actors/recorded_frames.h"
#include "market/book_checksum.h"
#include "market/quotes.h"
#include "support/leaks.h"

#define KRAKEN "kraken_book_ws/kraken_book_20210417.log.gz"
#define COINBASE "coinbase_l2_ws/coinbase_l2_20210417.log.gz"

static void assert_level(const json_t *expected, const order_book *book, book_side side)
{
    const book_level *level = order_book_best(book, side);
    cr_assert_not_null(level);
    cr_assert_eq(json_integer_value(json_array_get(expected, 0)), level->price);
    cr_assert_eq(json_integer_value(json_array_get(expected, 1)), level->quantity);
}

/* A Binance book with its updates held back until the snapshot is there. */
typedef struct binance_replay {
    order_book book;
    json_t *held;
    json_int_t snapshot_id;
    uint64_t crossed;
    uint64_t applied;
} binance_replay;

static void apply_depth(binance_replay *self, const json_t *depth)
{
    if (integer_at(depth, "u") <= self->snapshot_id)
        return;
    apply_levels(&self->book, BOOK_BIDS, json_object_get(depth, "b"));
    apply_levels(&self->book, BOOK_ASKS, json_object_get(depth, "a"));
    self->applied++;
    self->crossed += order_book_is_crossed(&self->book);
}

static void apply_snapshot(binance_replay *self, const json_t *snapshot)
{
    size_t i;
    json_t *depth;
    self->snapshot_id = integer_at(snapshot, "lastUpdateId");
    apply_levels(&self->book, BOOK_BIDS, json_object_get(snapshot, "bids"));
    apply_levels(&self->book, BOOK_ASKS, json_object_get(snapshot, "asks"));
    json_array_foreach(self->held, i, depth) apply_depth(self, depth);
}

static void on_binance(void *user, const char *time, json_t *frame)
{
    (void)time;
    binance_replay *self = user;
    json_t *data = json_object_get(frame, "data");
    if (!data)
        apply_snapshot(self, frame);
    else if (strstr(json_string_value(json_object_get(frame, "stream")), "@depth") == NULL)
        return;
    else if (self->snapshot_id == 0)
        json_array_append(self->held, data);
    else
        apply_depth(self, data);
}

static void assert_binance(const char *name, uint64_t applied)
{
    char file[64];
    snprintf(file, sizeof file, "binance_ws/%s.gz", name);
    NEED_DATA(file);
    binance_replay replay = {.held = json_array()};
    cr_assert_eq(0, order_book_init(&replay.book, (book_decimals){8, 8}, NULL));
    for_each_frame(file, on_binance, &replay);

    json_t *all = load_expected("oracle/binance_expected.json");
    const json_t *expected = json_object_get(all, name);
    cr_assert_eq(applied, replay.applied);
    cr_assert_eq(0, replay.crossed);
    assert_level(json_object_get(expected, "final_best_bid_e8"), &replay.book, BOOK_BIDS);
    assert_level(json_object_get(expected, "final_best_ask_e8"), &replay.book, BOOK_ASKS);
    cr_assert_eq(integer_at(expected, "final_bid_levels"),
                 order_book_count(&replay.book, BOOK_BIDS));
    cr_assert_eq(integer_at(expected, "final_ask_levels"),
                 order_book_count(&replay.book, BOOK_ASKS));
    cr_assert_eq(integer_at(expected, "final_book_crc32"), book_checksum_final(&replay.book, 8));
    json_decref(all);
    json_decref(replay.held);
    order_book_fini(&replay.book);
    NO_LEAKS();
}

Test(recorded_books, binance_spot_btcusdt, .timeout = 120)
{
    assert_binance("spot_btcusdt_20240808", 3449);
}

Test(recorded_books, binance_spot_ethusdt, .timeout = 120)
{
    assert_binance("spot_ethusdt_20240808", 3432);
}

Test(recorded_books, binance_perpetual_btcusdt, .timeout = 120)
{
    assert_binance("usdm_btcusdt_20240808", 6547);
}

/* Books by name; few, so the list is searched. */
enum { BOOKS_MAX = 16 };

typedef struct named_book {
    char name[16];
    order_book book;
    uint64_t checksums_ok;
} named_book;

typedef struct named_books {
    named_book all[BOOKS_MAX];
    size_t count;
    order_book_options options;
} named_books;

static named_book *find_book(named_books *books, const char *name)
{
    for (size_t i = 0; i < books->count; i++)
        if (strcmp(name, books->all[i].name) == 0)
            return &books->all[i];
    return NULL;
}

static named_book *add_book(named_books *books, const char *name, book_decimals decimals)
{
    cr_assert_lt(books->count, (size_t)BOOKS_MAX);
    named_book *book = &books->all[books->count++];
    snprintf(book->name, sizeof book->name, "%s", name);
    cr_assert_eq(0, order_book_init(&book->book, decimals, &books->options));
    return book;
}

static void fini_books(named_books *books)
{
    for (size_t i = 0; i < books->count; i++)
        order_book_fini(&books->all[i].book);
}

static uint8_t decimals_of(const char *text)
{
    const char *dot = strchr(text, '.');
    return dot ? (uint8_t)strlen(dot + 1) : 0;
}

/* With the decimals of the first level: they count in the checksum. */
static named_book *open_kraken(named_books *books, const char *pair, const json_t *snapshot)
{
    const json_t *level = json_array_get(json_object_get(snapshot, "as"), 0);
    return add_book(books, pair,
                    (book_decimals){.price = decimals_of(text_of(level, 0)),
                                    .quantity = decimals_of(text_of(level, 1))});
}

static void apply_kraken(named_book *book, const json_t *part)
{
    apply_levels(&book->book, BOOK_ASKS, json_object_get(part, "as"));
    apply_levels(&book->book, BOOK_BIDS, json_object_get(part, "bs"));
    apply_levels(&book->book, BOOK_ASKS, json_object_get(part, "a"));
    apply_levels(&book->book, BOOK_BIDS, json_object_get(part, "b"));
}

static void on_kraken(void *user, const char *time, json_t *frame)
{
    (void)time;
    named_books *books = user;
    if (!json_is_array(frame))
        return;
    size_t size = json_array_size(frame);
    const char *pair = text_of(frame, size - 1), *checksum = NULL;
    named_book *book = find_book(books, pair);
    if (!book)
        book = open_kraken(books, pair, json_array_get(frame, 1));
    for (size_t i = 1; i + 2 < size; i++) {
        const json_t *part = json_array_get(frame, i), *crc = json_object_get(part, "c");
        apply_kraken(book, part);
        checksum = crc ? json_string_value(crc) : checksum;
    }
    (void)order_book_trim(&book->book);
    book->checksums_ok +=
        checksum && strtoul(checksum, NULL, 10) == (unsigned long)book_checksum_kraken(&book->book);
}

static void assert_kraken_book(const char *pair, const json_t *expected, named_books *books)
{
    named_book *book = find_book(books, pair);
    cr_assert_not_null(book, "%s", pair);
    const json_t *bid = json_object_get(expected, "final_best_bid");
    const book_level *best = order_book_best(&book->book, BOOK_BIDS);
    cr_assert_eq(count_at(expected, "checksum_ok"), book->checksums_ok, "%s", pair);
    cr_assert_eq(count_at(expected, "updates"), book->checksums_ok, "%s", pair);
    cr_assert_eq(scaled(text_of(bid, 0), book->book.decimals.price), best->price, "%s", pair);
    cr_assert_eq(scaled(text_of(bid, 1), book->book.decimals.quantity), best->quantity);
    cr_assert_eq(integer_at(expected, "final_bid_levels"), order_book_count(&book->book, BOOK_BIDS),
                 "%s", pair);
    cr_assert_eq(integer_at(expected, "final_ask_levels"), order_book_count(&book->book, BOOK_ASKS),
                 "%s", pair);
}

Test(recorded_books, kraken_checks_every_update, .timeout = 120)
{
    NEED_DATA(KRAKEN);
    named_books books = {.options = {.depth_max = 1000}};
    for_each_frame(KRAKEN, on_kraken, &books);
    json_t *all = load_expected("oracle/kraken_expected.json"), *expected;
    cr_assert_eq(7, books.count);
    const char *pair;
    uint64_t checked = 0;
    json_object_foreach(json_object_get(all, "pairs"), pair, expected)
    {
        assert_kraken_book(pair, expected, &books);
        checked += find_book(&books, pair)->checksums_ok;
    }
    cr_assert_eq(3256, checked);
    json_decref(all);
    fini_books(&books);
    NO_LEAKS();
}

static void on_coinbase(void *user, const char *time, json_t *frame)
{
    (void)time;
    named_books *books = user;
    const char *type = json_string_value(json_object_get(frame, "type"));
    const char *product = json_string_value(json_object_get(frame, "product_id"));
    size_t i;
    json_t *change;
    if (strcmp(type, "snapshot") == 0) {
        order_book *book = &add_book(books, product, (book_decimals){10, 10})->book;
        apply_levels(book, BOOK_BIDS, json_object_get(frame, "bids"));
        apply_levels(book, BOOK_ASKS, json_object_get(frame, "asks"));
    }
    json_array_foreach(json_object_get(frame, "changes"), i, change)
    {
        book_side side = strcmp(text_of(change, 0), "buy") == 0 ? BOOK_BIDS : BOOK_ASKS;
        order_book *book = &find_book(books, product)->book;
        cr_assert_geq(order_book_set(book, side, scaled(text_of(change, 1), 10),
                                     scaled(text_of(change, 2), 10)),
                      0);
    }
}

Test(recorded_books, coinbase_has_the_checksum_of_each_product, .timeout = 120)
{
    NEED_DATA(COINBASE);
    named_books books = {.count = 0};
    for_each_frame(COINBASE, on_coinbase, &books);
    json_t *all = load_expected("oracle/coinbase_expected.json"), *expected;
    cr_assert_eq(7, books.count);
    const char *product;
    json_object_foreach(json_object_get(all, "products"), product, expected)
    {
        const order_book *book = &find_book(&books, product)->book;
        assert_level(json_object_get(expected, "final_best_bid_e10"), book, BOOK_BIDS);
        assert_level(json_object_get(expected, "final_best_ask_e10"), book, BOOK_ASKS);
        cr_assert_eq(integer_at(expected, "final_book_crc32"), book_checksum_final(book, 10), "%s",
                     product);
    }
    json_decref(all);
    fini_books(&books);
    NO_LEAKS();
}

/* SPDX-License-Identifier: Apache-2.0 */
#include "market/book_checksum.h"

#include <stdio.h>
#include <string.h>

#include <criterion/criterion.h>
#include <zlib.h>

#include "actors/market_random.h"
#include "support/leaks.h"

static order_book open_book(uint8_t price, uint8_t quantity)
{
    order_book book;
    cr_assert_eq(0, order_book_init(&book, (book_decimals){price, quantity}, NULL));
    return book;
}

static void set(order_book *book, book_side side, int64_t price, int64_t quantity)
{
    cr_assert_geq(order_book_set(book, side, price, quantity), 0);
}

static uint32_t crc_of(const char *text)
{
    return (uint32_t)crc32(0, (const Bytef *)text, (uInt)strlen(text));
}

Test(book_checksum, is_over_bids_from_high_to_low_then_asks_from_low_to_high)
{
    order_book book = open_book(8, 8);
    cr_assert_eq(0, book_checksum_final(&book, 8));
    set(&book, BOOK_ASKS, 30, 3);
    set(&book, BOOK_ASKS, 40, 4);
    set(&book, BOOK_BIDS, 10, 1);
    set(&book, BOOK_BIDS, 20, 2);
    cr_assert_eq(crc_of("20,2\n10,1\n30,3\n40,4\n"), book_checksum_final(&book, 8));
    order_book_fini(&book);
    NO_LEAKS();
}

Test(book_checksum, writes_the_unit_that_is_asked)
{
    order_book book = open_book(2, 4);
    set(&book, BOOK_BIDS, 12345, 70001);
    set(&book, BOOK_BIDS, -199, INT64_MAX);
    set(&book, BOOK_BIDS, 0, 5);
    cr_assert_eq(crc_of("12345000000,700010000\n0,50000\n-199000000,92233720368547758070000\n"),
                 book_checksum_final(&book, 8));
    cr_assert_eq(crc_of("123,7\n0,0\n-1,922337203685477\n"), book_checksum_final(&book, 0));
    order_book_fini(&book);
    NO_LEAKS();
}

/* More lines than go to zlib at once, against one text of all. */
Test(book_checksum, of_a_large_book)
{
    enum { LEVELS = 3000, TEXT_BYTES = LEVELS * 48 };
    order_book book = open_book(8, 8);
    char *text = malloc(TEXT_BYTES);
    size_t size = 0;
    test_random random = random_start(9);
    for (int64_t i = LEVELS; i > 0; i--) {
        int64_t quantity = 1 + (int64_t)(random_next(&random) >> random_below(&random, 63) >> 1);
        set(&book, BOOK_BIDS, i * 1000000007, quantity);
        size += (size_t)snprintf(text + size, TEXT_BYTES - size, "%" PRId64 ",%" PRId64 "\n",
                                 i * 1000000007, quantity);
    }
    cr_assert_eq(crc_of(text), book_checksum_final(&book, 8));
    free(text);
    order_book_fini(&book);
    NO_LEAKS();
}

static void assert_kraken(const char *expected, const order_book *book)
{
    char text[BOOK_CHECKSUM_KRAKEN_BYTES_MAX];
    size_t size = book_checksum_kraken_text(book, text);
    cr_assert_eq(strlen(expected), size);
    cr_assert_arr_eq(expected, text, size);
    cr_assert_eq(crc_of(expected), book_checksum_kraken(book));
}

/* "0.05005" and "0.00000500" without dots and leading zeros. */
Test(book_checksum, kraken_takes_ten_asks_then_ten_bids)
{
    order_book book = open_book(5, 8);
    for (int64_t i = 0; i < 11; i++) {
        set(&book, BOOK_ASKS, 5005 + 5 * i, 500 + (i == 10));
        set(&book, BOOK_BIDS, 5000 - 5 * i, 500);
    }
    assert_kraken("5005500501050050155005020500502550050305005035500504050050455005050500"
                  "5000500499550049905004985500498050049755004970500496550049605004955500",
                  &book);
    order_book_fini(&book);
    NO_LEAKS();
}

Test(book_checksum, kraken_of_few_and_of_large_levels)
{
    order_book book = open_book(9, 8);
    assert_kraken("", &book);
    set(&book, BOOK_ASKS, 22900, 1335587450757);
    assert_kraken("229001335587450757", &book);
    order_book_clear(&book);
    char expected[BOOK_CHECKSUM_KRAKEN_BYTES_MAX + 1] = "";
    for (int64_t i = 0; i < 10; i++) {
        set(&book, BOOK_ASKS, INT64_MAX - 9 + i, INT64_MAX);
        set(&book, BOOK_BIDS, INT64_MAX - 10 - i, INT64_MAX);
    }
    for (int i = 0; i < 20; i++)
        snprintf(expected + strlen(expected), sizeof expected - strlen(expected),
                 "%" PRId64 "%" PRId64, i < 10 ? INT64_MAX - 9 + i : INT64_MAX - i, INT64_MAX);
    cr_assert_eq((size_t)BOOK_CHECKSUM_KRAKEN_BYTES_MAX, strlen(expected));
    assert_kraken(expected, &book);
    order_book_fini(&book);
    NO_LEAKS();
}

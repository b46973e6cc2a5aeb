/* SPDX-License-Identifier: Apache-2.0 */
#ifndef MARKET_BOOK_CHECKSUM_H
#define MARKET_BOOK_CHECKSUM_H

/*
 * Checksums of a book: two ways of writing it down, and the CRC-32 of zlib over that.
 *
 * Pure; any thread that may read the book. Nothing allocates.
 */
#include <stddef.h>
#include <stdint.h>

#include "market/order_book.h"

/**
 * CRC-32 over the lines "price,quantity\n" of all levels, bids from high to low, then asks from low
 * to high; integers in units of 10^-`decimals`, for both.
 *
 * With 8 it is the final_book_crc32 of the recorded Binance books, with 10 that of Coinbase.
 * Digits that the unit has no room for are cut off, towards zero, and a value that does not fit 64
 * bits is written whole, so that the checksum of any book is well defined.
 * Takes some 50 ns for each level: for the end of a run, not for each update.
 */
uint32_t book_checksum_final(const order_book *book, uint32_t decimals);

enum {
    BOOK_CHECKSUM_KRAKEN_LEVELS = 10, /* of each side */
    /* 20 levels of two numbers with 19 digits at most */
    BOOK_CHECKSUM_KRAKEN_BYTES_MAX = 20 * 2 * 19
};

/**
 * Kraken's checksum: CRC-32 over the 10 lowest asks, then the 10 highest bids (fewer if there are
 * fewer); of each the digits of price and quantity, without the dot and without leading zeros.
 *
 * Right only when the book has the decimals that the venue writes: "0.043110" must be held as
 * 43110 with 6 decimals, because Kraken's trailing zeros count.
 * https://docs.kraken.com/api/docs/guides/spot-ws-book-v1
 */
uint32_t book_checksum_kraken(const order_book *book);

/** The text of the above, without a terminating zero, for tests. Returns its count of bytes. */
size_t book_checksum_kraken_text(const order_book *book, char text[BOOK_CHECKSUM_KRAKEN_BYTES_MAX]);

#endif

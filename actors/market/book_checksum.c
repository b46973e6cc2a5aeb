/* SPDX-License-Identifier: Apache-2.0 */
#include "market/book_checksum.h"

#include <string.h>

#include <zlib.h>

#include "text/digits.h"

/* A value of 19 digits with up to 18 zeros behind it and a sign, twice, a comma and a newline. */
enum { NUMBER_BYTES_MAX = 1 + 19 + DECIMALS_MAX, LINE_BYTES_MAX = 2 * NUMBER_BYTES_MAX + 2 };

/* Lines go to the checksum in pieces of this size. */
enum { PIECE_BYTES = 4096 };

typedef struct crc_stream {
    uLong crc;
    size_t size_bytes;
    char bytes[PIECE_BYTES];
} crc_stream;

static void flush(crc_stream *stream)
{
    stream->crc = crc32(stream->crc, (const Bytef *)stream->bytes, (uInt)stream->size_bytes);
    stream->size_bytes = 0;
}

/* `value` with `from` decimals, written with `to`. Cutting digits or writing zeros behind them
 * cannot overflow, unlike reckoning. */
static char *put_number(char *at, int64_t value, uint32_t from, uint32_t to)
{
    uint64_t magnitude = value < 0 ? -(uint64_t)value : (uint64_t)value;
    if (to < from)
        magnitude /= (uint64_t)decimals_power(from - to);
    if (value < 0 && magnitude > 0)
        *at++ = '-';
    at = digits_put(at, magnitude);
    if (to > from && magnitude > 0) {
        memset(at, '0', to - from);
        at += to - from;
    }
    return at;
}

static void add_line(crc_stream *stream, const order_book *book, const book_level *level,
                     uint32_t to)
{
    if (stream->size_bytes + LINE_BYTES_MAX > sizeof stream->bytes)
        flush(stream);
    char *begin = &stream->bytes[stream->size_bytes];
    char *at = put_number(begin, level->price, book->decimals.price, to);
    *at++ = ',';
    at = put_number(at, level->quantity, book->decimals.quantity, to);
    *at++ = '\n';
    stream->size_bytes += (size_t)(at - begin);
}

uint32_t book_checksum_final(const order_book *book, uint32_t decimals)
{
    crc_stream stream = {.crc = crc32(0, NULL, 0)};
    assert(decimals <= DECIMALS_MAX);
    for (int side = BOOK_BIDS; side <= BOOK_ASKS; side++)
        for (uint32_t rank = 0; rank < order_book_count(book, (book_side)side); rank++)
            add_line(&stream, book, order_book_at(book, (book_side)side, rank), decimals);
    flush(&stream);
    return (uint32_t)stream.crc;
}

static char *put_side(char *at, const order_book *book, book_side side)
{
    uint32_t count = order_book_count(book, side);
    for (uint32_t rank = 0; rank < count && rank < BOOK_CHECKSUM_KRAKEN_LEVELS; rank++) {
        const book_level *level = order_book_at(book, side, rank);
        at = put_number(at, level->price, 0, 0);
        at = put_number(at, level->quantity, 0, 0);
    }
    return at;
}

size_t book_checksum_kraken_text(const order_book *book, char text[BOOK_CHECKSUM_KRAKEN_BYTES_MAX])
{
    char *end = put_side(put_side(text, book, BOOK_ASKS), book, BOOK_BIDS);
    return (size_t)(end - text);
}

uint32_t book_checksum_kraken(const order_book *book)
{
    char text[BOOK_CHECKSUM_KRAKEN_BYTES_MAX];
    size_t size = book_checksum_kraken_text(book, text);
    return (uint32_t)crc32(crc32(0, NULL, 0), (const Bytef *)text, (uInt)size);
}

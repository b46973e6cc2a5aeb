/* SPDX-License-Identifier: Apache-2.0 */
#include "feeds/kraken_checksum.h"

#include <zlib.h>

#include "text/digits.h"

static bool write_side(kraken_checksum *self, const order_book *book, book_side side)
{
    if (self->is_current[side]) {
        return false;
    }
    char *at = self->digits[side];
    uint32_t count = order_book_count(book, side);
    for (uint32_t rank = 0; rank < count && rank < BOOK_CHECKSUM_KRAKEN_LEVELS; rank++) {
        const book_level *level = order_book_at(book, side, rank);
        at = digits_put(at, (uint64_t)level->price);
        at = digits_put(at, (uint64_t)level->quantity);
    }
    self->sizes[side] = (uint16_t)(at - self->digits[side]);
    self->is_current[side] = true;
    return true;
}

static uint32_t add(const kraken_checksum *self, book_side side, uint32_t before)
{
    return (uint32_t)crc32(before, (const Bytef *)self->digits[side], self->sizes[side]);
}

uint32_t kraken_checksum_of(kraken_checksum *self, const order_book *book)
{
    bool has_asks = write_side(self, book, BOOK_ASKS);
    bool has_bids = write_side(self, book, BOOK_BIDS);
    if (has_asks) {
        self->asks = add(self, BOOK_ASKS, 0);
    }
    if (has_asks || has_bids) {
        self->all = add(self, BOOK_BIDS, self->asks);
    }
    return self->all;
}

/* SPDX-License-Identifier: Apache-2.0 */
#include "feeds/book_clock.h"

#include <stdlib.h>

int book_clock_init(book_clock *self, uint64_t interval_ns)
{
    *self = (book_clock){.interval_ns = interval_ns};
    if (interval_ns == 0) {
        return 0;
    }
    self->quotes = malloc(EXCHANGE_INSTRUMENTS_MAX * sizeof *self->quotes);
    for (uint32_t i = 0; self->quotes && i < EXCHANGE_INSTRUMENTS_MAX; i++) {
        book_quotes_init(&self->quotes[i],
                         &(book_quotes_options){.snapshot_interval_ns = interval_ns});
    }
    return self->quotes ? 0 : MYC_ENOMEM;
}

void book_clock_fini(book_clock *self)
{
    free(self->quotes);
    self->quotes = NULL;
}

bool book_clock_take(book_clock *self, uint32_t index, const exchange_instrument *instrument,
                     uint16_t venue, order_book_snapshot *snapshot)
{
    book_stamp stamp = {.timestamp_ns = instrument->received_ns,
                        .received_ns = instrument->received_ns,
                        .sequence = instrument->sequence,
                        .instrument = instrument->name,
                        .venue = venue};
    if (!self->quotes || !instrument->is_valid ||
        !book_quotes_is_snapshot_due(&self->quotes[index], stamp.timestamp_ns)) {
        return false;
    }
    return book_snapshot_fill(&instrument->book, 0, &stamp, snapshot) == 0;
}

/* SPDX-License-Identifier: Apache-2.0 */
#ifndef FEEDS_EXCHANGE_BOOK_H
#define FEEDS_EXCHANGE_BOOK_H

/*
 * What frames do to the book of an instrument, and when it is to be trusted. Part of the reader of
 * exchange_reader.h.
 *
 *     state     event                                   becomes
 *     invalid   snapshot                                valid; Binance: then what is held, in order
 *     invalid   changes: Binance holds, others drop     invalid, a snapshot is asked for once
 *     valid     changes that follow                     valid
 *     valid     Binance: changes that do not follow     invalid, a gap; they are held
 *     valid     Kraken: the checksum is another one     invalid
 *     valid     a bad frame, lost frames, a limit       invalid, a gap
 *
 * Binance: changes follow when their U (futures: pu) joins the u of the changes before. The first
 * ones after a snapshot join it when U - 1 (pu) is at most its id, and u is above. Changes up to
 * the id, and later ones that are not new, are dropped as old, and so is a snapshot that is older
 * than the book.
 *
 * Threads: an entry belongs to one thread at a time.
 */
#include "feeds/exchange_instruments.h"

/** What a frame came to: EXCHANGE_RESYNC and EXCHANGE_CHANGED, and why it is bad, if it is. */
typedef struct exchange_outcome {
    unsigned flags;
    exchange_fault fault;
} exchange_outcome;

/** Puts the levels of the frame in place of the book. */
exchange_outcome exchange_book_load(exchange_entry *entry, const exchange_frame *frame,
                                    exchange_format format);

/** Applies the changes of the frame, or holds or drops them. */
exchange_outcome exchange_book_change(exchange_entry *entry, const exchange_frame *frame,
                                      exchange_format format);

/** Empties a book that something is missing in; a valid one counts a gap. Returns flags. */
unsigned exchange_book_lose(exchange_entry *entry);

/** The same, and drops what is held too: it may not follow what comes. */
void exchange_book_lose_all(exchange_entry *entry);

#endif

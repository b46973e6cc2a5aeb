/* SPDX-License-Identifier: Apache-2.0 */
#ifndef MARKET_CROSS_VENUE_H
#define MARKET_CROSS_VENUE_H

/*
 * One instrument on two venues, a and b: when what is asked on one is bid for more on the other.
 *
 * The gap is (bid - ask) / ask in parts per million, of the better of the two directions. At each
 * quote of either venue it is compared, in exact integers, with some thresholds; an unbroken run of
 * quotes at or above a threshold is an episode of that threshold. It gives one signal when it
 * starts and one when it ends. When buying and selling change places within one quote the run goes
 * on, and a signal says that it has turned.
 *
 *     cross_venue pair;
 *     cross_venue_init(&pair, thresholds_ppm, count);
 *     cross_venue_signal signals[CROSS_VENUE_THRESHOLDS_MAX];
 *     size_t count = cross_venue_on_quote(&pair, CROSS_VENUE_B, &quote, &next_id, signals);
 *
 * A side with quantity 0 is absent, and an ask that is not above 0 has no gap: directions that lack
 * one do not count, and an episode without any ends. Quotes of the two venues come merged in the
 * order they were received.
 *
 * Threads: one at a time. Nothing allocates.
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <libtypes/market.h>
#include <libtypes/signal.h>

enum { CROSS_VENUE_THRESHOLDS_MAX = 8 };

typedef enum cross_venue_place { CROSS_VENUE_A = 0, CROSS_VENUE_B = 1 } cross_venue_place;

/** What was found at one threshold. */
typedef struct cross_venue_threshold {
    uint32_t ppm;
    bool is_open;      /* an episode is going on */
    uint64_t quotes;   /* at or above the threshold */
    uint64_t episodes; /* begun */
    /* Of the open episode: */
    uint64_t episode_id;
    uint64_t started_ns; /* by the time of the quote */
    double largest_gap_ppm;
    cross_venue_place buy;
} cross_venue_threshold;

/** One side of one venue; for the pair's own use. */
typedef struct cross_venue_quote {
    price_level bid;
    price_level ask;
    instrument_name instrument;
    uint16_t venue;
} cross_venue_quote;

/** A price bought at and a price sold at. */
typedef struct cross_venue_gap {
    int64_t ask_e8; /* > 0 */
    int64_t bid_e8;
    uint64_t timestamp_ns;
    cross_venue_place buy;
} cross_venue_gap;

/** Members are read-only outside. */
typedef struct cross_venue {
    cross_venue_quote quotes[2]; /* by cross_venue_place; all zero = none yet */
    cross_venue_threshold thresholds[CROSS_VENUE_THRESHOLDS_MAX];
    size_t threshold_count;
    uint64_t compared;       /* quotes at which there was a gap to look at */
    cross_venue_gap largest; /* of all that were compared; meaningful when there were any */
} cross_venue;

/**
 * Starts with no quotes. `thresholds_ppm` (borrowed) are 0 to CROSS_VENUE_THRESHOLDS_MAX numbers
 * above 0.
 * Returns 0 or MYC_EINVAL.
 */
MYC_MUST_CHECK int cross_venue_init(cross_venue *self, const uint32_t *thresholds_ppm,
                                    size_t count);

/** Takes over a quote that came before the two were compared: the next one is the first that
 * counts. */
void cross_venue_know(cross_venue *self, cross_venue_place place, const quote_update *quote);

/**
 * Takes over the quote of one venue (borrowed) and fills in what it begins, turns or ends: at most
 * one signal for each threshold. Episodes take their ids from `*last_id`, counting it up.
 * Returns the count of signals.
 */
size_t cross_venue_on_quote(cross_venue *self, cross_venue_place place, const quote_update *quote,
                            uint64_t *last_id, cross_venue_signal signals[]);

/** The gap of two prices in ppm of the ask; `ask_e8` > 0. Off by at most one part in 2^51. */
double cross_venue_gap_ppm(int64_t bid_e8, int64_t ask_e8);

/** The largest gap of all that were compared; 0 when none was. May be negative. */
double cross_venue_largest_gap_ppm(const cross_venue *self);

#endif

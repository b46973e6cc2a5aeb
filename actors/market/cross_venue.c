/* SPDX-License-Identifier: Apache-2.0 */
#include "market/cross_venue.h"

#include <assert.h>

#include <mycelium/error.h>

/* Products of two prices, and of a price and ppm: no 64 bits hold them. */
__extension__ typedef __int128 wide;

enum { PPM_WHOLE = 1000000 };

int cross_venue_init(cross_venue *self, const uint32_t *thresholds_ppm, size_t count)
{
    *self = (cross_venue){.threshold_count = count};
    if (count > CROSS_VENUE_THRESHOLDS_MAX)
        return MYC_EINVAL;
    for (size_t i = 0; i < count; i++) {
        if (thresholds_ppm[i] == 0)
            return MYC_EINVAL;
        self->thresholds[i].ppm = thresholds_ppm[i];
    }
    return 0;
}

double cross_venue_gap_ppm(int64_t bid_e8, int64_t ask_e8)
{
    return (double)(((wide)bid_e8 - ask_e8) * PPM_WHOLE) / (double)ask_e8;
}

double cross_venue_largest_gap_ppm(const cross_venue *self)
{
    return self->compared ? cross_venue_gap_ppm(self->largest.bid_e8, self->largest.ask_e8) : 0;
}

/* Whether the gap of `a` is larger: bid_a / ask_a > bid_b / ask_b. */
static bool is_larger(const cross_venue_gap *a, const cross_venue_gap *b)
{
    return (wide)a->bid_e8 * b->ask_e8 > (wide)b->bid_e8 * a->ask_e8;
}

static bool reaches(const cross_venue_gap *gap, uint32_t threshold_ppm)
{
    return ((wide)gap->bid_e8 - gap->ask_e8) * PPM_WHOLE >= (wide)threshold_ppm * gap->ask_e8;
}

/* The gap when bought on `buy` and sold on the other venue. Returns false when a side is absent. */
static bool find_gap(const cross_venue *self, cross_venue_place buy, cross_venue_gap *gap)
{
    const price_level *ask = &self->quotes[buy].ask, *bid = &self->quotes[1 - buy].bid;
    *gap = (cross_venue_gap){.ask_e8 = ask->price_e8, .bid_e8 = bid->price_e8, .buy = buy};
    return ask->quantity_e8 > 0 && ask->price_e8 > 0 && bid->quantity_e8 > 0;
}

/* Of equal gaps, that of buying on b. Returns false when there is none. */
static bool find_larger_gap(const cross_venue *self, cross_venue_gap *gap)
{
    cross_venue_gap other;
    bool has_b = find_gap(self, CROSS_VENUE_B, gap);
    bool has_a = find_gap(self, CROSS_VENUE_A, &other);
    if (has_a && (!has_b || is_larger(&other, gap)))
        *gap = other;
    return has_a || has_b;
}

void cross_venue_know(cross_venue *self, cross_venue_place place, const quote_update *quote)
{
    self->quotes[place] = (cross_venue_quote){.bid = quote->bid,
                                              .ask = quote->ask,
                                              .instrument = quote->instrument,
                                              .venue = quote->venue};
}

/* Clocks may be set back, and those of two venues differ. */
static uint64_t elapsed_ns(uint64_t from_ns, uint64_t to_ns)
{
    return to_ns > from_ns ? to_ns - from_ns : 0;
}

/* At the end a price may be gone, or none that a gap can be told of. */
static double gap_to_tell(const price_level *bid, const price_level *ask)
{
    return ask->price_e8 > 0 ? cross_venue_gap_ppm(bid->price_e8, ask->price_e8) : 0;
}

static cross_venue_signal signal_of(const cross_venue *self, cross_venue_threshold *threshold,
                                    const quote_update *quote, cross_venue_phase phase)
{
    const cross_venue_quote *buy = &self->quotes[threshold->buy];
    const cross_venue_quote *sell = &self->quotes[1 - threshold->buy];
    return (cross_venue_signal){
        .timestamp_ns = quote->timestamp_ns,
        .received_ns = quote->received_ns,
        .episode_id = threshold->episode_id,
        .duration_ns = elapsed_ns(threshold->started_ns, quote->timestamp_ns),
        .gap_ppm = gap_to_tell(&sell->bid, &buy->ask),
        .largest_gap_ppm = threshold->largest_gap_ppm,
        .buy_ask = buy->ask,
        .sell_bid = sell->bid,
        .buy_instrument = buy->instrument,
        .sell_instrument = sell->instrument,
        .threshold_ppm = threshold->ppm,
        .buy_venue = buy->venue,
        .sell_venue = sell->venue,
        .phase = (uint8_t)phase,
    };
}

static void start(cross_venue_threshold *threshold, uint64_t id, uint64_t now_ns)
{
    threshold->is_open = true;
    threshold->episodes++;
    threshold->episode_id = id;
    threshold->started_ns = now_ns;
    threshold->largest_gap_ppm = 0;
}

/* Brings one threshold up to date with a gap that reaches it. Returns whether that is news. */
static bool on_hit(cross_venue_threshold *threshold, const cross_venue_gap *gap,
                   const quote_update *quote, uint64_t *last_id, cross_venue_phase *phase)
{
    bool starts = !threshold->is_open, turns = threshold->is_open && threshold->buy != gap->buy;
    if (starts)
        start(threshold, ++*last_id, quote->timestamp_ns);
    double gap_ppm = cross_venue_gap_ppm(gap->bid_e8, gap->ask_e8);
    if (gap_ppm > threshold->largest_gap_ppm)
        threshold->largest_gap_ppm = gap_ppm;
    threshold->buy = gap->buy;
    threshold->quotes++;
    *phase = starts ? CROSS_VENUE_START : CROSS_VENUE_TURN;
    return starts || turns;
}

/* The same with a gap that does not, or with none. */
static bool on_miss(cross_venue_threshold *threshold, cross_venue_phase *phase)
{
    bool ends = threshold->is_open;
    threshold->is_open = false;
    *phase = CROSS_VENUE_END;
    return ends;
}

static void note_gap(cross_venue *self, const cross_venue_gap *gap, uint64_t now_ns)
{
    if (self->compared++ == 0 || is_larger(gap, &self->largest)) {
        self->largest = *gap;
        self->largest.timestamp_ns = now_ns;
    }
}

size_t cross_venue_on_quote(cross_venue *self, cross_venue_place place, const quote_update *quote,
                            uint64_t *last_id, cross_venue_signal signals[])
{
    cross_venue_gap gap;
    size_t count = 0;
    cross_venue_know(self, place, quote);
    bool has_gap = find_larger_gap(self, &gap);
    if (has_gap)
        note_gap(self, &gap, quote->timestamp_ns);
    for (size_t i = 0; i < self->threshold_count; i++) {
        cross_venue_threshold *threshold = &self->thresholds[i];
        cross_venue_phase phase;
        bool is_news = has_gap && reaches(&gap, threshold->ppm)
                           ? on_hit(threshold, &gap, quote, last_id, &phase)
                           : on_miss(threshold, &phase);
        if (is_news)
            signals[count++] = signal_of(self, threshold, quote, phase);
    }
    return count;
}

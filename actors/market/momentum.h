/* SPDX-License-Identifier: Apache-2.0 */
#ifndef MARKET_MOMENTUM_H
#define MARKET_MOMENTUM_H

/*
 * Momentum of one instrument on one venue: a fast moving average of the mid price that has left a
 * slow one.
 *
 * Both are exponential averages in continuous time: after a mid price z that came dt after the one
 * before, average += (1 - exp(-dt / tau)) * (z - average). This is the operator EMA of Zumbach and
 * Mueller, "Operators on inhomogeneous time series", International Journal of Theoretical and
 * Applied Finance 4 (2001), with their next-point rule (nu = mu): how often a price is repeated
 * does not matter, only how long it stood. The first mid price starts both averages.
 *
 * A signal is given when |fast / slow - 1| reaches the threshold; the next one only after it was
 * below half of that.
 *
 * Time is that of the quotes: when they were received, so a recording gives what it gave then. The
 * two exponentials of a quote take some 50 ns together, more than all else that is done with it.
 *
 * Threads: one at a time. Nothing allocates.
 */
#include <stdbool.h>
#include <stdint.h>

#include <libtypes/market.h>
#include <libtypes/signal.h>

enum { MOMENTUM_FAST_TAU_NS = 1000000000 };
#define MOMENTUM_SLOW_TAU_NS UINT64_C(10000000000)

/** Of all instruments alike. Zero = default, but for the threshold. */
typedef struct momentum_rule {
    uint64_t fast_tau_ns;   /* 0 = MOMENTUM_FAST_TAU_NS */
    uint64_t slow_tau_ns;   /* 0 = MOMENTUM_SLOW_TAU_NS; above the fast one */
    uint32_t threshold_ppm; /* above 0 */
} momentum_rule;

/** Of one instrument on one venue. All zero is one that has seen nothing. Members are read-only
 * outside. */
typedef struct momentum {
    double fast_price; /* quote currency */
    double slow_price;
    uint64_t last_ns; /* of the last mid price, by the time of the quote */
    bool has_started;
    bool is_disarmed; /* a signal was given; the averages have not come together again */
} momentum;

/** Puts defaults in place of zeros. Returns 0; MYC_EINVAL without a threshold, or when the slow
 * average is not slower than the fast one. */
MYC_MUST_CHECK int momentum_rule_check(momentum_rule *rule);

/**
 * Takes the mid price of `quote` (borrowed) in, by a rule that was checked; returns true and fills
 * in `*signal` when the threshold is reached.
 *
 * A quote with an absent side (quantity 0) or a mid price that is not above 0 is passed over. One
 * whose time is not after that of the last changes nothing either: no time has gone by.
 */
bool momentum_on_quote(momentum *self, const momentum_rule *rule, const quote_update *quote,
                       momentum_signal *signal);

#endif

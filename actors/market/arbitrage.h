/* SPDX-License-Identifier: Apache-2.0 */
#ifndef MARKET_ARBITRAGE_H
#define MARKET_ARBITRAGE_H

/*
 * Two-pool arbitrage between constant-product pools (Uniswap V2 and its kin).
 *
 * Start with `x` of one token, sell it in pool A for the other token, sell that in pool B for the
 * first one again. arbitrage_screen() tells with a few floating-point operations whether this can
 * gain anything; arbitrage_confirm() computes the best whole `x` and its gain exactly.
 *
 *     if (arbitrage_screen(&a, &b) &&
 *         arbitrage_confirm(workspace, &a, &b, &trade) == ARBITRAGE_FOUND) ...
 *
 * Threads: everything but the workspace is pure; a workspace belongs to one thread at a time.
 */
#include <stdbool.h>

#include <libtypes/scalar.h>

enum {
    FEE_PPM_WHOLE = 1000000,  /* parts in a whole: a fee lies below it */
    FEE_PPM_UNISWAP_V2 = 3000 /* 0.3 %, what nearly every V2 pool takes */
};

/** One pool as seen by a trade through it. Reserves in token units. */
typedef struct arbitrage_leg {
    uint128 reserve_in;  /* of the token that is paid in */
    uint128 reserve_out; /* of the token that comes out */
    uint32_t fee_ppm;    /* of what is paid in; below FEE_PPM_WHOLE */
} arbitrage_leg;

typedef struct arbitrage_trade {
    uint128 amount_in;
    uint128 profit; /* > 0 */
} arbitrage_trade;

typedef enum arbitrage_result {
    ARBITRAGE_NONE = 0, /* no whole input gains anything, by the formula of arbitrage_confirm() */
    ARBITRAGE_FOUND = 1
} arbitrage_result;

/** Integers that keep their memory between calls. Opaque. */
typedef struct arbitrage_workspace arbitrage_workspace;

/** Gives a workspace; NULL when memory is out. All the memory that confirming needs is taken here.
 */
arbitrage_workspace *arbitrage_workspace_create(void);

/** Takes `workspace`; NULL is ignored. */
void arbitrage_workspace_destroy(arbitrage_workspace *workspace);

/** `value` as a double, off by at most 2 units in the last place. */
double uint128_to_double(uint128 value);

/** What of an input the pool trades after its fee: (1000000 - fee) / 1000000. */
double arbitrage_kept_share(uint32_t fee_ppm);

/**
 * Whether the price of one pool is above that of the other by more than both fees, or so close to
 * it that doubles cannot tell. Never false where arbitrage_confirm() finds a trade.
 *
 * `price_mid_bought`: reserve_out / reserve_in of leg A; `price_mid_sold`: reserve_in / reserve_out
 * of leg B (both: token_mid for one token_in); `kept_both`: the product of the kept shares. NaN or
 * zero as a price gives false.
 */
bool arbitrage_screen_prices(double price_mid_bought, double price_mid_sold, double kept_both);

/** The same from the reserves. */
bool arbitrage_screen(const arbitrage_leg *a, const arbitrage_leg *b);

/**
 * The best whole input for A then B, and its gain. Exact.
 *
 * With n = 1000000 - fee_ppm of a leg, d = 1000000 and g the greatest common divisor of both n:
 *   x = (d g isqrt(nA/g nB/g inA outA inB outB) - d^2 inA inB) / (nA (d inB + nB outA)), rounded
 *   down; gain = out_B(out_A(x)) - x, where out(x) = x n out / (in d + x n), rounded down.
 * (x is the zero of the derivative of the gain; with both fees 3000 it is to the last digit the
 * formula in common use, with 997 and 1000.) The rounding of the root can put x one below the
 * best whole input.
 *
 * Both results fit 128 bits: x < out_B(...) < outB, because a pool never pays out all it has.
 * Fills in `*trade` only when a trade is found. Allocates nothing.
 */
arbitrage_result arbitrage_confirm(arbitrage_workspace *workspace, const arbitrage_leg *a,
                                   const arbitrage_leg *b, arbitrage_trade *trade);

/** What comes out for `amount_in` (exact, rounded down; below `reserve_out`). */
uint128 arbitrage_amount_out(arbitrage_workspace *workspace, const arbitrage_leg *leg,
                             uint128 amount_in);

#endif

/* SPDX-License-Identifier: Apache-2.0 */
#include "market/arbitrage.h"

#include <assert.h>
#include <gmp.h>
#include <stdlib.h>

#include "market/uint128_gmp.h"

/*
 * Why the screen never refuses what the exact computation finds: a gain needs
 *     nA outA nB outB > d^2 inA inB,    that is    bought * kept_both > sold.
 * With u = 2^-53 (half a unit in the last place) the doubles are off by a relative
 *     3u  each reserve: its high and low half are rounded, then their sum,
 *     7u  each price: two reserves and a division,
 *     3u  kept_both: two kept shares (a division each) and a product,
 *     1u  bought * kept_both,    1u  sold * margin,
 * together at most 7 + 7 + 3 + 1 + 1 = 19u, which is 2.2e-15 (4.3e-15 under a directed rounding
 * mode). A margin of 1e-14 holds more than twice that. All values lie between 2^-148 and 2^148,
 * so nothing overflows or loses digits to underflow. What passes without a gain is sorted out by
 * the exact computation: only prices within 1e-14 of the fees.
 */
static const double screen_margin = 1.0 - 1e-14;

_Static_assert(sizeof(unsigned long) == 8, "the products of fees are given to GMP as longs");

struct arbitrage_workspace {
    mpz_t in_a;
    mpz_t out_a;
    mpz_t in_b;
    mpz_t out_b;
    mpz_t left;
    mpz_t right;
    mpz_t amount_in;
    mpz_t amount_mid;
    mpz_t amount_back;
};

/* Four reserves of 128 bits, two fee factors of 20 bits, a limb that GMP wants for itself, and
 * as much again: no operation below ever reallocates. */
enum { INTEGER_BITS = 1280, INTEGER_COUNT = sizeof(arbitrage_workspace) / sizeof(mpz_t) };

arbitrage_workspace *arbitrage_workspace_create(void)
{
    arbitrage_workspace *workspace = malloc(sizeof *workspace);
    if (!workspace)
        return NULL;
    mpz_t *integers = &workspace->in_a;
    for (size_t i = 0; i < INTEGER_COUNT; i++)
        mpz_init2(integers[i], INTEGER_BITS);
    return workspace;
}

void arbitrage_workspace_destroy(arbitrage_workspace *workspace)
{
    if (!workspace)
        return;
    mpz_t *integers = &workspace->in_a;
    for (size_t i = 0; i < INTEGER_COUNT; i++)
        mpz_clear(integers[i]);
    free(workspace);
}

double uint128_to_double(uint128 value)
{
    return (double)value.high * 0x1p64 + (double)value.low;
}

double arbitrage_kept_share(uint32_t fee_ppm)
{
    return fee_ppm < FEE_PPM_WHOLE ? (double)(FEE_PPM_WHOLE - fee_ppm) / FEE_PPM_WHOLE : 0.0;
}

bool arbitrage_screen_prices(double price_mid_bought, double price_mid_sold, double kept_both)
{
    return price_mid_bought * kept_both > price_mid_sold * screen_margin;
}

bool arbitrage_screen(const arbitrage_leg *a, const arbitrage_leg *b)
{
    double in_a = uint128_to_double(a->reserve_in), out_a = uint128_to_double(a->reserve_out);
    double in_b = uint128_to_double(b->reserve_in), out_b = uint128_to_double(b->reserve_out);
    if (in_a == 0 || out_a == 0 || in_b == 0 || out_b == 0)
        return false;
    return arbitrage_screen_prices(out_a / in_a, in_b / out_b,
                                   arbitrage_kept_share(a->fee_ppm) *
                                       arbitrage_kept_share(b->fee_ppm));
}

static unsigned long greatest_common_divisor(unsigned long a, unsigned long b)
{
    while (b != 0) {
        unsigned long rest = a % b;
        a = b;
        b = rest;
    }
    return a;
}

/* amount_out = amount n out / (in d + amount n), rounded down. `left`, `right`: scratch. */
static void amount_out_exact(mpz_t amount_out, const mpz_t amount, unsigned long kept,
                             const mpz_t reserve_in, const mpz_t reserve_out, mpz_t left,
                             mpz_t right)
{
    mpz_mul_ui(left, amount, kept);
    mpz_mul_ui(right, reserve_in, FEE_PPM_WHOLE);
    mpz_add(right, right, left);
    if (mpz_sgn(right) == 0) {
        mpz_set_ui(amount_out, 0);
        return;
    }
    mpz_mul(left, left, reserve_out);
    mpz_fdiv_q(amount_out, left, right);
}

/* Whether nA outA nB outB > d^2 inA inB. Leaves d^2 inA inB in `right`. */
static bool can_gain(arbitrage_workspace *w, unsigned long kept_a, unsigned long kept_b)
{
    mpz_mul(w->left, w->out_a, w->out_b);
    mpz_mul_ui(w->left, w->left, kept_a * kept_b);
    mpz_mul(w->right, w->in_a, w->in_b);
    mpz_mul_ui(w->right, w->right, (unsigned long)FEE_PPM_WHOLE * FEE_PPM_WHOLE);
    return mpz_cmp(w->left, w->right) > 0;
}

/* Sets amount_in by the formula of the header; takes d^2 inA inB from `right`. */
static void best_amount_in(arbitrage_workspace *w, unsigned long kept_a, unsigned long kept_b)
{
    unsigned long divisor = greatest_common_divisor(kept_a, kept_b);
    mpz_mul(w->left, w->in_a, w->out_a);
    mpz_mul(w->left, w->left, w->in_b);
    mpz_mul(w->left, w->left, w->out_b);
    mpz_mul_ui(w->left, w->left, (kept_a / divisor) * (kept_b / divisor));
    mpz_sqrt(w->left, w->left);
    mpz_mul_ui(w->left, w->left, divisor * FEE_PPM_WHOLE);
    mpz_sub(w->amount_in, w->left, w->right);

    mpz_mul_ui(w->left, w->in_b, FEE_PPM_WHOLE);
    mpz_mul_ui(w->right, w->out_a, kept_b);
    mpz_add(w->right, w->right, w->left);
    mpz_mul_ui(w->right, w->right, kept_a);
    mpz_fdiv_q(w->amount_in, w->amount_in, w->right);
}

static void load_legs(arbitrage_workspace *w, const arbitrage_leg *a, const arbitrage_leg *b)
{
    uint128_to_mpz(w->in_a, a->reserve_in);
    uint128_to_mpz(w->out_a, a->reserve_out);
    uint128_to_mpz(w->in_b, b->reserve_in);
    uint128_to_mpz(w->out_b, b->reserve_out);
}

arbitrage_result arbitrage_confirm(arbitrage_workspace *w, const arbitrage_leg *a,
                                   const arbitrage_leg *b, arbitrage_trade *trade)
{
    if (a->fee_ppm >= FEE_PPM_WHOLE || b->fee_ppm >= FEE_PPM_WHOLE)
        return ARBITRAGE_NONE;
    unsigned long kept_a = FEE_PPM_WHOLE - a->fee_ppm, kept_b = FEE_PPM_WHOLE - b->fee_ppm;
    load_legs(w, a, b);
    if (!can_gain(w, kept_a, kept_b))
        return ARBITRAGE_NONE;
    best_amount_in(w, kept_a, kept_b);
    if (mpz_sgn(w->amount_in) <= 0)
        return ARBITRAGE_NONE;

    amount_out_exact(w->amount_mid, w->amount_in, kept_a, w->in_a, w->out_a, w->left, w->right);
    amount_out_exact(w->amount_back, w->amount_mid, kept_b, w->in_b, w->out_b, w->left, w->right);
    mpz_sub(w->amount_back, w->amount_back, w->amount_in);
    if (mpz_sgn(w->amount_back) <= 0)
        return ARBITRAGE_NONE;
    trade->amount_in = uint128_from_mpz(w->amount_in);
    trade->profit = uint128_from_mpz(w->amount_back);
    return ARBITRAGE_FOUND;
}

uint128 arbitrage_amount_out(arbitrage_workspace *w, const arbitrage_leg *leg, uint128 amount_in)
{
    assert(leg->fee_ppm < FEE_PPM_WHOLE);
    uint128_to_mpz(w->amount_in, amount_in);
    uint128_to_mpz(w->in_a, leg->reserve_in);
    uint128_to_mpz(w->out_a, leg->reserve_out);
    amount_out_exact(w->amount_mid, w->amount_in, FEE_PPM_WHOLE - leg->fee_ppm, w->in_a, w->out_a,
                     w->left, w->right);
    return uint128_from_mpz(w->amount_mid);
}

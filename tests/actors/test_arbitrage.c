/* SPDX-License-Identifier: Apache-2.0 */
#include <gmp.h>
#include <math.h>
#include <stdlib.h>

#include <criterion/criterion.h>

#include "actors/market_random.h"
#include "market/arbitrage.h"
#include "support/leaks.h"

typedef unsigned __int128 wide;

static wide to_wide(uint128 value)
{
    return (wide)value.high << 64 | value.low;
}

static uint128 from_wide(wide value)
{
    return (uint128){.low = (uint64_t)value, .high = (uint64_t)(value >> 64)};
}

static arbitrage_leg leg(wide in, wide out, uint32_t fee_ppm)
{
    return (arbitrage_leg){
        .reserve_in = from_wide(in), .reserve_out = from_wide(out), .fee_ppm = fee_ppm};
}

/* What comes out, for reserves small enough that 128 bits hold the products. */
static wide small_out(const arbitrage_leg *pool, wide amount)
{
    wide kept = amount * (1000000 - pool->fee_ppm);
    return kept * to_wide(pool->reserve_out) / (to_wide(pool->reserve_in) * 1000000 + kept);
}

static __int128 small_gain(const arbitrage_leg *a, const arbitrage_leg *b, wide amount)
{
    return (__int128)small_out(b, small_out(a, amount)) - (__int128)amount;
}

/* By how much another whole input may gain more than the computed one: that is less than 2 below
 * the real optimum, and each unit there gains less than the price at 0; one rounding loses a unit
 * of token_mid, the other one of token_in. */
static double rounding_allowance(const arbitrage_leg *a, const arbitrage_leg *b)
{
    double kept_a = 1 - a->fee_ppm / 1e6, kept_b = 1 - b->fee_ppm / 1e6;
    double price_a = kept_a * uint128_to_double(a->reserve_out) / uint128_to_double(a->reserve_in);
    double price_b = kept_b * uint128_to_double(b->reserve_out) / uint128_to_double(b->reserve_in);
    return 2 * fmax(price_a * price_b - 1, 0) + price_b + 1;
}

static uint32_t random_fee(test_random *random)
{
    static const uint32_t fees[] = {3000, 2500, 500, 0, 10000, 999999, 123457};
    return fees[random_below(random, sizeof fees / sizeof *fees)];
}

Test(arbitrage, pays_out_what_the_pool_contract_pays)
{
    arbitrage_workspace *workspace = arbitrage_workspace_create();
    arbitrage_leg pool = leg(5, 10, 3000);
    cr_assert_eq(1, to_wide(arbitrage_amount_out(workspace, &pool, (uint128){.low = 1})));
    /* Worked by hand: 2 * 997 * 1000000 / (1000000 * 1000 + 2 * 997) is 1.99399602... */
    pool = leg(1000000, 1000000, 3000);
    cr_assert_eq(1, to_wide(arbitrage_amount_out(workspace, &pool, (uint128){.low = 2})));
    pool = leg(1000000, 1000000, 0);
    cr_assert_eq(500000,
                 to_wide(arbitrage_amount_out(workspace, &pool, (uint128){.low = 1000000})));
    pool = leg(0, 7, 3000);
    cr_assert_eq(0, to_wide(arbitrage_amount_out(workspace, &pool, (uint128){.low = 0})));
    arbitrage_workspace_destroy(workspace);
    NO_LEAKS();
}

Test(arbitrage, pays_out_less_than_it_has_for_the_largest_amounts)
{
    arbitrage_workspace *workspace = arbitrage_workspace_create();
    uint128 largest = {.low = UINT64_MAX, .high = UINT64_MAX};
    arbitrage_leg pool = {.reserve_in = {.low = 1}, .reserve_out = largest, .fee_ppm = 0};
    uint128 out = arbitrage_amount_out(workspace, &pool, largest);
    cr_assert_eq(to_wide(largest) - 1, to_wide(out));
    arbitrage_workspace_destroy(workspace);
    NO_LEAKS();
}

static wide best_gain_of_all_inputs(const arbitrage_leg *a, const arbitrage_leg *b)
{
    __int128 best = 0;
    for (wide amount = 1; amount < 2 * to_wide(b->reserve_out); amount++) {
        __int128 gain = small_gain(a, b, amount);
        if (gain > best)
            best = gain;
    }
    return (wide)best;
}

Test(arbitrage, gains_what_trying_every_input_gains)
{
    test_random random = random_start(1);
    arbitrage_workspace *workspace = arbitrage_workspace_create();
    size_t found = 0, best = 0;
    for (int i = 0; i < 3000; i++) {
        uint32_t fee_a = random_fee(&random), fee_b = random_fee(&random);
        arbitrage_leg a =
            leg(1 + random_below(&random, 900), 1 + random_below(&random, 900), fee_a);
        arbitrage_leg b =
            leg(1 + random_below(&random, 900), 1 + random_below(&random, 900), fee_b);
        arbitrage_trade trade = {.profit = {.low = 0}};
        wide most = best_gain_of_all_inputs(&a, &b);
        if (arbitrage_confirm(workspace, &a, &b, &trade) == ARBITRAGE_FOUND) {
            found++;
            cr_assert_eq(small_gain(&a, &b, to_wide(trade.amount_in)),
                         (__int128)to_wide(trade.profit));
        }
        best += most > 0 && most == to_wide(trade.profit);
        cr_assert_leq(to_wide(trade.profit), most);
        cr_assert_leq((double)most - uint128_to_double(trade.profit), rounding_allowance(&a, &b));
    }
    cr_assert_gt(found, 500, "the cases are too poor");
    cr_assert_gt(best, found / 2, "the best input is missed too often: %zu of %zu", best, found);
    arbitrage_workspace_destroy(workspace);
    NO_LEAKS();
}

/* The formula in common use, with 997 and 1000, written anew with GMP's conveniences. */
typedef struct common_formula {
    mpz_t a_in, a_out, b_in, b_out, x, y, left, right;
} common_formula;

static void common_out(common_formula *f, mpz_t out, const mpz_t x, const mpz_t in, const mpz_t all)
{
    mpz_mul_ui(f->left, x, 997);
    mpz_mul(f->left, f->left, all);
    mpz_mul_ui(f->right, in, 1000);
    mpz_addmul_ui(f->right, x, 997);
    mpz_fdiv_q(out, f->left, f->right);
}

static void read_uint128(mpz_t integer, uint128 value)
{
    mpz_set_ui(integer, value.high);
    mpz_mul_2exp(integer, integer, 64);
    mpz_add_ui(integer, integer, value.low);
}

/* Leaves x and the gain in x and y. Returns whether there is one. */
static bool common_two_pool(common_formula *f, const arbitrage_leg *a, const arbitrage_leg *b)
{
    read_uint128(f->a_in, a->reserve_in), read_uint128(f->a_out, a->reserve_out);
    read_uint128(f->b_in, b->reserve_in), read_uint128(f->b_out, b->reserve_out);
    mpz_mul(f->x, f->a_in, f->a_out);
    mpz_mul(f->x, f->x, f->b_in);
    mpz_mul(f->x, f->x, f->b_out);
    mpz_sqrt(f->x, f->x);
    mpz_mul_ui(f->x, f->x, 997000);
    mpz_mul(f->left, f->a_in, f->b_in);
    mpz_submul_ui(f->x, f->left, 1000000);
    mpz_mul_ui(f->right, f->b_in, 1000);
    mpz_addmul_ui(f->right, f->a_out, 997);
    mpz_mul_ui(f->right, f->right, 997);
    mpz_fdiv_q(f->x, f->x, f->right);
    if (mpz_sgn(f->x) <= 0)
        return false;
    common_out(f, f->y, f->x, f->a_in, f->a_out);
    common_out(f, f->y, f->y, f->b_in, f->b_out);
    mpz_sub(f->y, f->y, f->x);
    return mpz_sgn(f->y) > 0;
}

Test(arbitrage, equals_the_common_formula_at_0_3_percent_to_the_last_digit)
{
    test_random random = random_start(2);
    arbitrage_workspace *workspace = arbitrage_workspace_create();
    common_formula formula;
    mpz_inits(formula.a_in, formula.a_out, formula.b_in, formula.b_out, formula.x, formula.y,
              formula.left, formula.right, NULL);
    size_t found = 0;
    for (int i = 0; i < 40000; i++) {
        arbitrage_leg a = {random_uint128(&random, 128), random_uint128(&random, 128), 3000};
        arbitrage_leg b = {random_uint128(&random, 128), random_uint128(&random, 128), 3000};
        arbitrage_trade trade;
        bool expected = common_two_pool(&formula, &a, &b);
        cr_assert_eq(expected, arbitrage_confirm(workspace, &a, &b, &trade) == ARBITRAGE_FOUND);
        if (!expected)
            continue;
        found++;
        read_uint128(formula.left, trade.amount_in);
        read_uint128(formula.right, trade.profit);
        cr_assert_eq(0, mpz_cmp(formula.x, formula.left));
        cr_assert_eq(0, mpz_cmp(formula.y, formula.right));
    }
    cr_assert_gt(found, 10000, "the cases are too poor");
    mpz_clears(formula.a_in, formula.a_out, formula.b_in, formula.b_out, formula.x, formula.y,
               formula.left, formula.right, NULL);
    arbitrage_workspace_destroy(workspace);
    NO_LEAKS();
}

static double gain_at(arbitrage_workspace *workspace, const arbitrage_leg *a,
                      const arbitrage_leg *b, wide amount)
{
    uint128 mid = arbitrage_amount_out(workspace, a, from_wide(amount));
    wide back = to_wide(arbitrage_amount_out(workspace, b, mid));
    return back >= amount ? (double)(back - amount) : -(double)(amount - back);
}

Test(arbitrage, no_neighbour_of_the_best_input_gains_more_than_rounding_allows)
{
    test_random random = random_start(3);
    arbitrage_workspace *workspace = arbitrage_workspace_create();
    size_t found = 0;
    for (int i = 0; i < 5000; i++) {
        arbitrage_leg a = {random_uint128(&random, 112), random_uint128(&random, 112),
                           random_fee(&random)};
        arbitrage_leg b = {random_uint128(&random, 112), random_uint128(&random, 112),
                           random_fee(&random)};
        arbitrage_trade trade;
        if (arbitrage_confirm(workspace, &a, &b, &trade) != ARBITRAGE_FOUND)
            continue;
        found++;
        wide best = to_wide(trade.amount_in);
        double gain = gain_at(workspace, &a, &b, best);
        double allowance = rounding_allowance(&a, &b) + gain * 1e-15;
        cr_assert_eq((double)to_wide(trade.profit), gain);
        for (unsigned shift = 0; shift < 110; shift++) {
            wide step = (wide)1 << shift;
            cr_assert_leq(gain_at(workspace, &a, &b, best + step), gain + allowance);
            if (step < best)
                cr_assert_leq(gain_at(workspace, &a, &b, best - step), gain + allowance);
        }
    }
    cr_assert_gt(found, 1000, "the cases are too poor");
    arbitrage_workspace_destroy(workspace);
    NO_LEAKS();
}

Test(arbitrage, empty_pools_and_whole_fees_gain_nothing)
{
    arbitrage_workspace *workspace = arbitrage_workspace_create();
    arbitrage_trade trade;
    for (unsigned empty = 0; empty < 16; empty++) {
        arbitrage_leg a = leg(empty & 1 ? 0 : 10, empty & 2 ? 0 : 1000000, 3000);
        arbitrage_leg b = leg(empty & 4 ? 0 : 10, empty & 8 ? 0 : 1000000, 3000);
        cr_assert_eq(empty == 0, arbitrage_screen(&a, &b), "empty reserves %u", empty);
        cr_assert_eq(empty == 0 ? ARBITRAGE_FOUND : ARBITRAGE_NONE,
                     arbitrage_confirm(workspace, &a, &b, &trade), "empty reserves %u", empty);
    }
    arbitrage_leg good = leg(10, 1000000, 3000), greedy = leg(10, 1000000, FEE_PPM_WHOLE);
    cr_assert_eq(ARBITRAGE_NONE, arbitrage_confirm(workspace, &good, &greedy, &trade));
    cr_assert_eq(ARBITRAGE_NONE, arbitrage_confirm(workspace, &greedy, &good, &trade));
    cr_assert_not(arbitrage_screen(&good, &greedy));
    arbitrage_workspace_destroy(workspace);
    NO_LEAKS();
}

static size_t allocations;

static void *counted_allocate(size_t size)
{
    allocations++;
    return malloc(size);
}

static void *counted_reallocate(void *memory, size_t old_size, size_t new_size)
{
    (void)old_size;
    allocations++;
    return realloc(memory, new_size);
}

static void counted_free(void *memory, size_t size)
{
    (void)size;
    free(memory);
}

Test(arbitrage, confirming_allocates_nothing)
{
    test_random random = random_start(5);
    mp_set_memory_functions(counted_allocate, counted_reallocate, counted_free);
    arbitrage_workspace *workspace = arbitrage_workspace_create();
    cr_assert_gt(allocations, 0, "the counter does not count");
    allocations = 0;
    size_t found = 0;
    for (int i = 0; i < 20000; i++) {
        arbitrage_leg a = {random_uint128(&random, 128), random_uint128(&random, 128),
                           random_fee(&random)};
        arbitrage_leg b = {random_uint128(&random, 128), random_uint128(&random, 128),
                           random_fee(&random)};
        arbitrage_trade trade;
        found += arbitrage_confirm(workspace, &a, &b, &trade) == ARBITRAGE_FOUND;
    }
    cr_assert_gt(found, 1000, "the cases are too poor");
    cr_assert_eq(0, allocations);
    arbitrage_workspace_destroy(workspace);
    NO_LEAKS();
}

/* SPDX-License-Identifier: Apache-2.0 */
#include <criterion/criterion.h>

#include "actors/market_random.h"
#include "market/arbitrage.h"
#include "market/uint128_gmp.h"
#include "support/leaks.h"

static uint32_t random_fee(test_random *random)
{
    static const uint32_t fees[] = {3000, 2500, 500, 0, 10000, 999999, 123457};
    return fees[random_below(random, sizeof fees / sizeof *fees)];
}

static uint128 power_of_two(unsigned exponent, uint64_t less_low)
{
    unsigned __int128 value = ((unsigned __int128)1 << exponent) - less_low;
    return (uint128){.low = (uint64_t)value, .high = (uint64_t)(value >> 64)};
}

/* A second pool whose price is the break-even one but for a relative 2^-`closeness`. */
static arbitrage_leg near_break_even(const arbitrage_leg *a, uint128 reserve_in, uint32_t fee_ppm,
                                     unsigned closeness)
{
    mpz_t out, divisor, nudge;
    arbitrage_leg b = {.reserve_in = reserve_in, .fee_ppm = fee_ppm};
    mpz_inits(out, divisor, nudge, NULL);
    uint128_to_mpz(out, b.reserve_in);
    uint128_to_mpz(divisor, a->reserve_in);
    mpz_mul(out, out, divisor);
    mpz_mul_ui(out, out, 1000000000000);
    uint128_to_mpz(divisor, a->reserve_out);
    mpz_mul_ui(divisor, divisor, (1000000ul - a->fee_ppm) * (1000000ul - fee_ppm));
    mpz_cdiv_q(out, out, divisor);
    mpz_fdiv_q_2exp(nudge, out, closeness);
    mpz_add(out, out, nudge);
    mpz_add_ui(out, out, 1);
    if (mpz_sizeinbase(out, 2) <= 128) {
        b.reserve_out.low = mpz_get_ui(out);
        mpz_fdiv_q_2exp(out, out, 64);
        b.reserve_out.high = mpz_get_ui(out);
    }
    mpz_clears(out, divisor, nudge, NULL);
    return b;
}

Test(arbitrage_screen, never_refuses_what_is_confirmed)
{
    test_random random = random_start(4);
    arbitrage_workspace *workspace = arbitrage_workspace_create();
    size_t confirmed = 0, refused = 0, without_margin = 0;
    for (int i = 0; i < 120000; i++) {
        arbitrage_leg a = {random_uint128(&random, 112), random_uint128(&random, 112),
                           random_fee(&random)};
        arbitrage_leg b = {random_uint128(&random, 112), random_uint128(&random, 112),
                           random_fee(&random)};
        unsigned bits = i % 2 ? 112 : 20 + (unsigned)random_below(&random, 92);
        if (i % 4 != 0) {
            a.reserve_in = random_bits(&random, bits);
            a.reserve_out = random_bits(&random, bits);
            b = near_break_even(&a, random_bits(&random, bits), b.fee_ppm,
                                bits / 2 - 8 + (unsigned)random_below(&random, 8));
        }
        arbitrage_trade trade;
        bool passes = arbitrage_screen(&a, &b);
        refused += !passes;
        if (arbitrage_confirm(workspace, &a, &b, &trade) != ARBITRAGE_FOUND)
            continue;
        confirmed++;
        cr_assert(passes, "case %d: a gain was screened out", i);
        double bought = uint128_to_double(a.reserve_out) / uint128_to_double(a.reserve_in);
        double sold = uint128_to_double(b.reserve_in) / uint128_to_double(b.reserve_out);
        without_margin +=
            bought * arbitrage_kept_share(a.fee_ppm) * arbitrage_kept_share(b.fee_ppm) <= sold;
    }
    cr_assert_gt(confirmed, 30000, "the cases are too poor");
    cr_assert_gt(refused, 10000, "the screen lets too much through");
    cr_assert_gt(without_margin, 0, "no case needs the margin");
    arbitrage_workspace_destroy(workspace);
    NO_LEAKS();
}

Test(arbitrage_screen, refuses_all_but_a_sliver_of_what_gains_nothing)
{
    arbitrage_leg a = {power_of_two(90, 0), power_of_two(90, 0), 0};
    arbitrage_leg level = {power_of_two(100, 0), power_of_two(100, UINT64_C(1) << 54), 0};
    cr_assert_not(arbitrage_screen(&a, &level), "2^-46 below break-even is let through");
    arbitrage_leg close = {power_of_two(100, 0), power_of_two(100, UINT64_C(1) << 48), 0};
    cr_assert(arbitrage_screen(&a, &close), "2^-52 below break-even cannot be told apart");
    NO_LEAKS();
}

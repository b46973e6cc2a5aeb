/* SPDX-License-Identifier: Apache-2.0 */
#include <gmp.h>
#include <string.h>

#include <criterion/criterion.h>

#include "actors/market_random.h"
#include "support/leaks.h"
#include "text/uint128.h"

#define MAX_DECIMAL "340282366920938463463374607431768211455" /* 2^128 - 1 */

static void to_mpz(mpz_t number, uint128 value)
{
    mpz_set_ui(number, value.high);
    mpz_mul_2exp(number, number, 64);
    mpz_add_ui(number, number, value.low);
}

/* The word's two's complement value, by GMP. */
static void word_to_mpz(mpz_t number, const hex_word *word)
{
    mpz_import(number, sizeof word->bytes, 1, 1, 1, 0, word->bytes);
    if (mpz_tstbit(number, 255)) {
        mpz_t modulus;
        mpz_init_set_ui(modulus, 1);
        mpz_mul_2exp(modulus, modulus, 256);
        mpz_sub(number, number, modulus);
        mpz_clear(modulus);
    }
}

/* Words of every length and sign: random low bits below a run of equal high bits. */
static hex_word random_word(test_random *random)
{
    hex_word word;
    unsigned same_bytes = (unsigned)random_below(random, 33);
    uint8_t filler = random_below(random, 2) ? 0xff : 0;
    for (unsigned i = 0; i < 32; i++)
        word.bytes[i] = i < same_bytes ? filler : (uint8_t)random_next(random);
    if (random_below(random, 4) == 0)
        memset(word.bytes + 16, (int)random_below(random, 2) * 0xff, 16);
    return word;
}

Test(uint128, writes_decimal_as_gmp_does_and_reads_it_back)
{
    test_random random = random_start(2);
    mpz_t number;
    mpz_init(number);
    for (int i = 0; i < 20000; i++) {
        char text[UINT128_TEXT_SIZE], expected[64];
        uint128 value = random_uint128(&random, 128), read;
        to_mpz(number, value);
        size_t size = uint128_to_decimal(value, text);
        cr_assert_str_eq(mpz_get_str(expected, 10, number), text);
        cr_assert_eq(strlen(text), size);
        cr_assert(uint128_from_decimal(text, size, &read));
        cr_assert_eq(0, uint128_compare(value, read), "%s", text);
    }
    mpz_clear(number);
    NO_LEAKS();
}

Test(uint128, decimal_ends_at_two_to_the_128)
{
    uint128 value;
    char text[UINT128_TEXT_SIZE];
    cr_assert(uint128_from_decimal(MAX_DECIMAL, strlen(MAX_DECIMAL), &value));
    cr_assert(value.low == UINT64_MAX && value.high == UINT64_MAX);
    cr_assert_eq(39, uint128_to_decimal(value, text));
    cr_assert_str_eq(MAX_DECIMAL, text);
    static const char *const over[] = {
        "340282366920938463463374607431768211456", "340282366920938463463374607431768211460",
        "999999999999999999999999999999999999999", "1000000000000000000000000000000000000000"};
    for (size_t i = 0; i < sizeof over / sizeof *over; i++)
        cr_assert_not(uint128_from_decimal(over[i], strlen(over[i]), &value), "%s", over[i]);
    NO_LEAKS();
}

Test(uint128, decimal_of_64_bits_ends_at_two_to_the_64)
{
    uint64_t value = 0;
    cr_assert(uint64_from_decimal("18446744073709551615", 20, &value));
    cr_assert_eq(UINT64_MAX, value);
    cr_assert_not(uint64_from_decimal("18446744073709551616", 20, &value));
    NO_LEAKS();
}

Test(uint128, refuses_what_is_no_decimal)
{
    static const char *const bad[] = {"", " 1", "1 ", "-1", "+1", "1.0", "0x1", "1e3", "a", "1_0"};
    uint128 value;
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        cr_assert_not(uint128_from_decimal(bad[i], strlen(bad[i]), &value), "\"%s\"", bad[i]);
    NO_LEAKS();
}

Test(uint128, compares_as_gmp_does)
{
    test_random random = random_start(3);
    mpz_t left, right;
    mpz_inits(left, right, NULL);
    for (int i = 0; i < 20000; i++) {
        uint128 a = random_uint128(&random, 128), b = random_uint128(&random, 128);
        if (random_below(&random, 2))
            b.high = a.high;
        to_mpz(left, a);
        to_mpz(right, b);
        int expected = mpz_cmp(left, right);
        int found = uint128_compare(a, b);
        cr_assert_eq((expected > 0) - (expected < 0), (found > 0) - (found < 0));
    }
    mpz_clears(left, right, NULL);
    NO_LEAKS();
}

Test(uint128, fits_what_has_at_most_that_many_bits)
{
    test_random random = random_start(4);
    for (unsigned bits = 1; bits <= 128; bits++) {
        uint128 value = random_bits(&random, bits);
        for (unsigned width = 0; width <= 128; width++)
            cr_assert_eq(bits <= width, uint128_fits(value, width), "%u in %u", bits, width);
    }
    cr_assert(uint128_fits((uint128){0}, 0));
    NO_LEAKS();
}

Test(uint128, reads_words_as_gmp_does)
{
    test_random random = random_start(5);
    int fitted = 0;
    mpz_t expected, found;
    mpz_inits(expected, found, NULL);
    for (int i = 0; i < 20000; i++) {
        uint128 value;
        hex_word word = random_word(&random);
        mpz_import(expected, sizeof word.bytes, 1, 1, 1, 0, word.bytes);
        bool fits = mpz_sizeinbase(expected, 2) <= 128;
        cr_assert_eq(fits, uint128_from_word(&word, &value));
        to_mpz(found, value);
        cr_assert(!fits || mpz_cmp(expected, found) == 0);
        fitted += fits;
    }
    cr_assert(fitted > 1000 && fitted < 19000, "both cases must occur");
    mpz_clears(expected, found, NULL);
    NO_LEAKS();
}

Test(uint128, splits_signed_words_as_gmp_does)
{
    test_random random = random_start(6);
    int counts[2][2] = {{0}};
    mpz_t expected, found;
    mpz_inits(expected, found, NULL);
    for (int i = 0; i < 40000; i++) {
        uint128 positive, negative;
        hex_word word = random_word(&random);
        word_to_mpz(expected, &word);
        bool is_negative = mpz_sgn(expected) < 0;
        bool fits = mpz_sizeinbase(expected, 2) <= 128;
        cr_assert_eq(fits, int256_split(&word, &positive, &negative));
        counts[is_negative][fits]++;
        if (!fits)
            continue;
        to_mpz(found, is_negative ? negative : positive);
        cr_assert_eq(0, mpz_cmpabs(expected, found));
        cr_assert_eq(0, uint128_compare((uint128){0}, is_negative ? positive : negative));
    }
    for (int i = 0; i < 4; i++)
        cr_assert(counts[i / 2][i % 2] > 100, "all cases must occur");
    mpz_clears(expected, found, NULL);
    NO_LEAKS();
}

Test(uint128, splits_at_the_edges_of_128_bits)
{
    hex_word word;
    uint128 positive, negative;
    memset(&word, 0xff, 16);
    memset(word.bytes + 16, 0, 16);
    cr_assert_not(int256_split(&word, &positive, &negative), "-2^128");
    word.bytes[31] = 1;
    cr_assert(int256_split(&word, &positive, &negative), "1 - 2^128");
    cr_assert(negative.low == UINT64_MAX && negative.high == UINT64_MAX);
    memset(&word, 0xff, sizeof word);
    cr_assert(int256_split(&word, &positive, &negative), "-1");
    cr_assert(negative.low == 1 && negative.high == 0 && positive.low == 0);
    memset(&word, 0, sizeof word);
    word.bytes[0] = 0x80;
    cr_assert_not(int256_split(&word, &positive, &negative), "-2^255");
    NO_LEAKS();
}

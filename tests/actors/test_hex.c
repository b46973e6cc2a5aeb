/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include <criterion/criterion.h>

#include "actors/market_random.h"
#include "support/leaks.h"
#include "text/hex.h"

static const char ADDRESS[] = "0x00ffA1b2C3d4e5F60718293a4B5c6D7e8F90aBcD";

Test(hex, reads_an_address_in_either_case)
{
    static const uint8_t expected[20] = {0x00, 0xff, 0xa1, 0xb2, 0xc3, 0xd4, 0xe5,
                                         0xf6, 0x07, 0x18, 0x29, 0x3a, 0x4b, 0x5c,
                                         0x6d, 0x7e, 0x8f, 0x90, 0xab, 0xcd};
    eth_address address;
    cr_assert(hex_parse_address(ADDRESS, strlen(ADDRESS), &address));
    cr_assert_arr_eq(expected, address.bytes, sizeof expected);
    NO_LEAKS();
}

Test(hex, refuses_an_address_with_any_one_byte_wrong)
{
    eth_address address;
    for (size_t i = 0; i < strlen(ADDRESS); i++) {
        for (unsigned c = 0; c < 256; c++) {
            char text[sizeof ADDRESS];
            memcpy(text, ADDRESS, sizeof text);
            text[i] = (char)c;
            bool is_digit = c > 0 && strchr("0123456789abcdefABCDEF", (int)c) != NULL;
            bool expected = i < 2 ? (char)c == ADDRESS[i] : is_digit;
            cr_assert_eq(expected, hex_parse_address(text, strlen(ADDRESS), &address),
                         "byte %zu = %u", i, c);
        }
    }
    NO_LEAKS();
}

Test(hex, refuses_other_lengths)
{
    eth_address address;
    hex_word word;
    char text[80] = "0x";
    memset(text + 2, '0', sizeof text - 2);
    for (size_t size = 0; size < sizeof text; size++) {
        cr_assert_eq(size == 42, hex_parse_address(text, size, &address), "size %zu", size);
        cr_assert_eq(size == 66, hex_parse_word(text, size, &word), "size %zu", size);
    }
    NO_LEAKS();
}

Test(hex, reads_quantities_up_to_64_bits)
{
    static const struct {
        const char *text;
        uint64_t value;
    } good[] = {
        {"0x0", 0},
        {"0x1f", 31},
        {"0xA4da80", 10803840},
        {"0xffffffffffffffff", UINT64_MAX},
        {"0x8000000000000000", UINT64_C(1) << 63},
    };
    for (size_t i = 0; i < sizeof good / sizeof *good; i++) {
        uint64_t value = 0;
        cr_assert(hex_parse_quantity(good[i].text, strlen(good[i].text), &value), "%s",
                  good[i].text);
        cr_assert_eq(good[i].value, value, "%s", good[i].text);
    }
    NO_LEAKS();
}

Test(hex, refuses_what_is_no_quantity)
{
    static const char *const bad[] = {
        "",     "0",    "0x",   "1f", "0X1f", "0x1g", "0x 1",   "-0x1",
        "0x01", "0x00", "0x1 ", "x1", "0x+1", "0x1.", "0x\xff", "0x10000000000000000"};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        uint64_t value;
        cr_assert_not(hex_parse_quantity(bad[i], strlen(bad[i]), &value), "\"%s\"", bad[i]);
    }
    NO_LEAKS();
}

Test(hex, writes_an_address_that_reads_the_same)
{
    test_random random = random_start(1);
    for (int i = 0; i < 1000; i++) {
        eth_address address = random_address(&random), read;
        char text[HEX_ADDRESS_TEXT_SIZE + 1];
        hex_format_address(&address, text);
        cr_assert_eq(HEX_ADDRESS_TEXT_SIZE, strlen(text));
        cr_assert(hex_parse_address(text, strlen(text), &read), "%s", text);
        cr_assert_arr_eq(address.bytes, read.bytes, sizeof address.bytes);
    }
    NO_LEAKS();
}

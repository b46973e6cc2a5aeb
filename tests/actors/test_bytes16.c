/* SPDX-License-Identifier: Apache-2.0 */
#include "actors/feed_support.h"
#include "support/leaks.h"
#include "text/bytes16.h"

static unsigned naive_special(const char *bytes)
{
    unsigned mask = 0;
    for (int i = 0; i < BYTES16; i++) {
        unsigned char c = (unsigned char)bytes[i];
        mask |= (unsigned)(c < 0x20 || c >= 0x80 || c == '"' || c == '\\') << i;
    }
    return mask;
}

static unsigned naive_equal(const char *bytes, char wanted)
{
    unsigned mask = 0;
    for (int i = 0; i < BYTES16; i++)
        mask |= (unsigned)(bytes[i] == wanted) << i;
    return mask;
}

/* Each byte value at each place, among others at random. */
Test(bytes16, both_ways_say_what_each_byte_says)
{
    test_random random = random_start(41);
    for (int round = 0; round < 50000; round++) {
        char bytes[BYTES16];
        for (int i = 0; i < BYTES16; i++)
            bytes[i] = (char)random_below(&random, round % 2 ? 256 : 128);
        bytes[round / 256 % BYTES16] = (char)round;
        char wanted = bytes[random_below(&random, BYTES16)];
        cr_assert_eq(naive_special(bytes), bytes16_special(bytes));
        cr_assert_eq(naive_special(bytes), bytes16_special_portable(bytes));
        cr_assert_eq(naive_equal(bytes, wanted), bytes16_equal(bytes, wanted));
        cr_assert_eq(naive_equal(bytes, wanted), bytes16_equal_portable(bytes, wanted));
    }
    NO_LEAKS();
}

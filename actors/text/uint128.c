/* SPDX-License-Identifier: Apache-2.0 */
#include "text/uint128.h"

#include <assert.h>
#include <string.h>

__extension__ typedef unsigned __int128 wide;

static wide to_wide(uint128 value)
{
    return (wide)value.high << 64 | value.low;
}

static uint128 from_wide(wide value)
{
    return (uint128){.low = (uint64_t)value, .high = (uint64_t)(value >> 64)};
}

int uint128_compare(uint128 a, uint128 b)
{
    if (a.high != b.high) {
        return a.high < b.high ? -1 : 1;
    }
    return (a.low > b.low) - (a.low < b.low);
}

bool uint128_fits(uint128 value, unsigned bits)
{
    assert(bits <= 128);
    return bits == 128 || to_wide(value) >> bits == 0;
}

static uint64_t read_big_endian(const uint8_t *bytes)
{
    uint64_t value = 0;
    for (int i = 0; i < 8; i++) {
        value = value << 8 | bytes[i];
    }
    return value;
}

bool uint128_from_word(const hex_word *word, uint128 *value)
{
    value->high = read_big_endian(word->bytes + 16);
    value->low = read_big_endian(word->bytes + 24);
    return (read_big_endian(word->bytes) | read_big_endian(word->bytes + 8)) == 0;
}

/* -x = ~x + 1. The upper half of the magnitude is zero when the upper half of ~x is and the carry
 * of the + 1 does not reach it. */
static bool negated_from_word(const hex_word *word, uint128 *value)
{
    uint64_t top = ~(read_big_endian(word->bytes) & read_big_endian(word->bytes + 8));
    wide low = ~((wide)read_big_endian(word->bytes + 16) << 64 | read_big_endian(word->bytes + 24));
    *value = from_wide(low + 1);
    return top == 0 && low + 1 != 0;
}

bool int256_split(const hex_word *word, uint128 *positive, uint128 *negative)
{
    *positive = *negative = (uint128){0};
    bool is_negative = word->bytes[0] & 0x80;
    return is_negative ? negated_from_word(word, negative) : uint128_from_word(word, positive);
}

bool uint128_from_decimal(const char *text, size_t size, uint128 *value)
{
    const wide max = ~(wide)0;
    wide sum = 0;
    for (size_t i = 0; i < size; i++) {
        unsigned digit = (unsigned)(unsigned char)text[i] - '0';
        if (digit > 9 || sum > (max - digit) / 10) {
            return false;
        }
        sum = sum * 10 + digit;
    }
    *value = from_wide(sum);
    return size > 0;
}

bool uint64_from_decimal(const char *text, size_t size, uint64_t *value)
{
    uint128 wider;
    if (!uint128_from_decimal(text, size, &wider) || wider.high != 0) {
        return false;
    }
    *value = wider.low;
    return true;
}

size_t uint128_to_decimal(uint128 value, char text[UINT128_TEXT_SIZE])
{
    char digits[UINT128_TEXT_SIZE];
    size_t first = sizeof digits;
    wide rest = to_wide(value);
    do {
        digits[--first] = (char)('0' + (unsigned)(rest % 10));
        rest /= 10;
    } while (rest != 0);
    size_t count = sizeof digits - first;
    memcpy(text, digits + first, count);
    text[count] = '\0';
    return count;
}

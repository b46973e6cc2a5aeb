/* SPDX-License-Identifier: Apache-2.0 */
#include "text/hex.h"

enum { DIGIT = 0x10, QUANTITY_DIGITS_MAX = 16 };

/* The value of a digit with DIGIT set; 0 for every other byte, so that one AND over all digits
 * tells whether all are valid. */
#define D(value) (DIGIT | (value))
static const uint8_t digit_table[256] = {
    ['0'] = D(0),  ['1'] = D(1),  ['2'] = D(2),  ['3'] = D(3),  ['4'] = D(4),  ['5'] = D(5),
    ['6'] = D(6),  ['7'] = D(7),  ['8'] = D(8),  ['9'] = D(9),  ['a'] = D(10), ['b'] = D(11),
    ['c'] = D(12), ['d'] = D(13), ['e'] = D(14), ['f'] = D(15), ['A'] = D(10), ['B'] = D(11),
    ['C'] = D(12), ['D'] = D(13), ['E'] = D(14), ['F'] = D(15),
};
#undef D

static uint8_t digit(char c)
{
    return digit_table[(unsigned char)c];
}

bool hex_has_prefix(const char *text, size_t size)
{
    return size >= 2 && text[0] == '0' && text[1] == 'x';
}

bool hex_parse_digits(const char *digits, uint8_t *bytes, size_t count)
{
    uint8_t valid = DIGIT;
    for (size_t i = 0; i < count; i++) {
        uint8_t high = digit(digits[2 * i]);
        uint8_t low = digit(digits[2 * i + 1]);
        valid &= high & low;
        bytes[i] = (uint8_t)(high << 4 | (low & 15));
    }
    return valid != 0;
}

bool hex_parse_address(const char *text, size_t size, eth_address *address)
{
    return size == HEX_ADDRESS_TEXT_SIZE && hex_has_prefix(text, size) &&
           hex_parse_digits(text + 2, address->bytes, sizeof address->bytes);
}

bool hex_parse_word(const char *text, size_t size, hex_word *word)
{
    return size == HEX_WORD_TEXT_SIZE && hex_has_prefix(text, size) &&
           hex_parse_digits(text + 2, word->bytes, sizeof word->bytes);
}

bool hex_parse_quantity(const char *text, size_t size, uint64_t *value)
{
    if (!hex_has_prefix(text, size) || size == 2 || size > 2 + QUANTITY_DIGITS_MAX) {
        return false;
    }
    if (text[2] == '0' && size > 3) {
        return false;
    }
    uint8_t valid = DIGIT;
    uint64_t sum = 0;
    for (size_t i = 2; i < size; i++) {
        valid &= digit(text[i]);
        sum = sum << 4 | (digit(text[i]) & 15);
    }
    *value = sum;
    return valid != 0;
}

void hex_format_address(const eth_address *address, char text[HEX_ADDRESS_TEXT_SIZE + 1])
{
    static const char digits[] = "0123456789abcdef";
    *text++ = '0';
    *text++ = 'x';
    for (size_t i = 0; i < sizeof address->bytes; i++) {
        *text++ = digits[address->bytes[i] >> 4];
        *text++ = digits[address->bytes[i] & 15];
    }
    *text = '\0';
}

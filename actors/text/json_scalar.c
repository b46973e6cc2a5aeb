/* SPDX-License-Identifier: Apache-2.0 */
#include "text/json_scalar.h"

#include <stdint.h>
#include <string.h>

#define EACH_BYTE(value) (UINT64_C(0x0101010101010101) * (value))

/* The top bit of some byte is set when the eight bytes hold a control byte, a backslash or a byte
 * of 80 or more. May be set without (a borrow from the byte below), never missing. */
static uint64_t special_bits(uint64_t bytes)
{
    uint64_t no_backslash = bytes ^ EACH_BYTE('\\');
    uint64_t control = bytes - EACH_BYTE(0x20);
    uint64_t backslash = no_backslash - EACH_BYTE(1);
    return (control | backslash | bytes) & EACH_BYTE(0x80);
}

/* Most strings are plain ASCII; they are looked at eight bytes at a time. */
static bool is_plain(const char *text, size_t size)
{
    uint64_t special = 0;
    for (; size >= 8; text += 8, size -= 8) {
        uint64_t bytes;
        memcpy(&bytes, text, 8);
        special |= special_bits(bytes);
    }
    uint64_t rest = EACH_BYTE(' ');
    memcpy(&rest, text, size);
    return ((special | special_bits(rest)) & EACH_BYTE(0x80)) == 0;
}

/* A cursor over bytes; take_* step behind what they accept. */
typedef struct bytes {
    const unsigned char *at;
    const unsigned char *end;
} bytes;

static size_t rest_of(const bytes *in)
{
    return (size_t)(in->end - in->at);
}

static bool take_hex4(bytes *in, unsigned *value)
{
    if (rest_of(in) < 4) {
        return false;
    }
    *value = 0;
    for (int i = 0; i < 4; i++) {
        unsigned char c = *in->at++;
        unsigned letter = (c | 0x20u) - 'a';
        unsigned number = c - (unsigned)'0';
        if (number > 9 && letter > 5) {
            return false;
        }
        *value = *value << 4 | (number <= 9 ? number : letter + 10);
    }
    return true;
}

static bool take_low_surrogate(bytes *in)
{
    unsigned low;
    if (rest_of(in) < 2 || in->at[0] != '\\' || in->at[1] != 'u') {
        return false;
    }
    in->at += 2;
    return take_hex4(in, &low) && low >= 0xdc00 && low <= 0xdfff;
}

static bool take_unicode_escape(bytes *in)
{
    unsigned code;
    if (!take_hex4(in, &code) || code == 0 || (code >= 0xdc00 && code <= 0xdfff)) {
        return false;
    }
    bool is_high_surrogate = code >= 0xd800 && code <= 0xdbff;
    return !is_high_surrogate || take_low_surrogate(in);
}

/* Behind the backslash. */
static bool take_escape(bytes *in)
{
    if (rest_of(in) == 0) {
        return false;
    }
    unsigned char c = *in->at++;
    return c == 'u' ? take_unicode_escape(in) : c != '\0' && strchr("\"\\/bfnrt", c) != NULL;
}

/* The second byte's range shuts out overlong forms, surrogates and code points above 10ffff
 * (Unicode standard, table 3-7). */
static bool take_utf8(bytes *in)
{
    unsigned char lead = *in->at++;
    size_t more = lead < 0xc2 ? 0 : lead < 0xe0 ? 1 : lead < 0xf0 ? 2 : lead < 0xf5 ? 3 : 0;
    if (more == 0 || rest_of(in) < more) {
        return false;
    }
    unsigned char low = lead == 0xe0 ? 0xa0 : lead == 0xf0 ? 0x90 : 0x80;
    unsigned char high = lead == 0xed ? 0x9f : lead == 0xf4 ? 0x8f : 0xbf;
    bool is_valid = in->at[0] >= low && in->at[0] <= high;
    for (size_t i = 1; i < more; i++) {
        is_valid &= (in->at[i] & 0xc0) == 0x80;
    }
    in->at += more;
    return is_valid;
}

static bool take_character(bytes *in)
{
    unsigned char c = *in->at;
    if (c >= 0x80) {
        return take_utf8(in);
    }
    in->at++;
    return c == '\\' ? take_escape(in) : c >= 0x20;
}

bool json_is_string(const char *text, size_t size)
{
    if (is_plain(text, size)) {
        return true;
    }
    bytes in = {(const unsigned char *)text, (const unsigned char *)text + size};
    while (rest_of(&in) > 0) {
        if (!take_character(&in)) {
            return false;
        }
    }
    return true;
}

static bool take_one_of(bytes *in, const char *set)
{
    if (rest_of(in) == 0 || *in->at == '\0' || !strchr(set, *in->at)) {
        return false;
    }
    in->at++;
    return true;
}

static bool take_digits(bytes *in)
{
    const unsigned char *start = in->at;
    while (take_one_of(in, "0123456789")) {
    }
    return in->at > start;
}

/* [-] (0 | 1-9 digits) [. digits] [e [+|-] digits] */
static bool is_number(const char *text, size_t size)
{
    bytes in = {(const unsigned char *)text, (const unsigned char *)text + size};
    take_one_of(&in, "-");
    if (!take_one_of(&in, "0") && !take_digits(&in)) {
        return false;
    }
    if (take_one_of(&in, ".") && !take_digits(&in)) {
        return false;
    }
    if (take_one_of(&in, "eE")) {
        take_one_of(&in, "+-");
        if (!take_digits(&in)) {
            return false;
        }
    }
    return rest_of(&in) == 0;
}

static bool equals(const char *text, size_t size, const char *word)
{
    return size == strlen(word) && memcmp(text, word, size) == 0;
}

bool json_is_primitive(const char *text, size_t size)
{
    return equals(text, size, "false") || equals(text, size, "true") ||
           equals(text, size, "null") || is_number(text, size);
}

/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TESTS_FUZZ_NAIVE_JSON_H
#define TESTS_FUZZ_NAIVE_JSON_H

/*
 * What naive parsers of feeds share: jansson reads the JSON, decimals are read digit by digit into
 * 128 bits.
 *
 * Some texts have no opinion: those with escapes (which are resolved by jansson only), numbers that
 * jansson cannot hold, keys given twice, "-0", nesting deeper than is read here.
 */
#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#include <mycelium/export.h>

typedef enum naive_verdict { NAIVE_VALID, NAIVE_INVALID, NAIVE_NO_OPINION } naive_verdict;

enum { NAIVE_DEPTH_MAX = 60 };

static inline unsigned naive_depth(const json_t *value)
{
    unsigned most = 0;
    size_t i;
    const char *key;
    json_t *item;
    json_array_foreach(value, i, item)
    {
        unsigned depth = naive_depth(item);
        most = depth > most ? depth : most;
    }
    json_object_foreach((json_t *)value, key, item)
    {
        unsigned depth = naive_depth(item);
        most = depth > most ? depth : most;
    }
    return most + 1;
}

/* Whether brackets alone nest deeper, in a text that jansson may refuse for another reason. */
static inline bool naive_is_deep(const char *text, size_t size)
{
    size_t brackets = 0;
    for (size_t i = 0; i < size; i++)
        brackets += text[i] == '[' || text[i] == '{';
    return brackets > NAIVE_DEPTH_MAX;
}

/** Parses the text; json_decref() `*root`. */
MYC_UNUSED static naive_verdict naive_load(const char *text, size_t size, json_t **root)
{
    json_error_t error;
    *root = NULL;
    if (memchr(text, '\0', size)) /* jansson overlooks one behind a number */
        return NAIVE_INVALID;
    *root = json_loadb(text, size, JSON_REJECT_DUPLICATES, &error);
    if (*root)
        return memchr(text, '\\', size) || memmem(text, size, "-0", 2) ||
                       naive_depth(*root) > NAIVE_DEPTH_MAX
                   ? NAIVE_NO_OPINION
                   : NAIVE_VALID;
    enum json_error_code code = json_error_code(&error);
    return code == json_error_numeric_overflow || code == json_error_duplicate_key ||
                   naive_is_deep(text, size)
               ? NAIVE_NO_OPINION
               : NAIVE_INVALID;
}

/** Whether the text is digits, or digits, a dot, digits; its value in units of 10^-decimals if it
 * has that exactly and it is below 2^63. */
MYC_UNUSED static bool naive_fixed(const char *text, unsigned decimals, int64_t *value)
{
    unsigned __int128 sum = 0, most = INT64_MAX;
    size_t whole = strspn(text, "0123456789");
    size_t rest = text[whole] == '.' ? strspn(text + whole + 1, "0123456789") : 0;
    if (whole == 0 || (text[whole] == '.' && rest == 0) ||
        text[whole + (text[whole] == '.') + rest] != '\0')
        return false;
    for (size_t i = 0; i < whole; i++)
        if ((sum = sum * 10 + (unsigned)(text[i] - '0')) > most)
            return false;
    for (size_t i = 0; i < rest || i < decimals; i++) {
        unsigned digit = i < rest ? (unsigned)(text[whole + 1 + i] - '0') : 0;
        if (i >= decimals ? digit != 0 : (sum = sum * 10 + digit) > most)
            return false;
    }
    *value = (int64_t)sum;
    return true;
}

/** The decimals a text is written with. */
MYC_UNUSED static unsigned naive_decimals(const char *text)
{
    const char *dot = strchr(text, '.');
    return dot ? (unsigned)strlen(dot + 1) : 0;
}

MYC_UNUSED static bool naive_has(const json_t *object, const char *key)
{
    return json_object_get(object, key) != NULL;
}

/** The string under a key; NULL = none. */
MYC_UNUSED static const char *naive_text(const json_t *object, const char *key)
{
    return json_string_value(json_object_get(object, key));
}

MYC_UNUSED static bool naive_is(const json_t *object, const char *key, const char *text)
{
    const char *value = naive_text(object, key);
    return value && strcmp(value, text) == 0;
}

/** An integer that is not negative. */
MYC_UNUSED static bool naive_uint(const json_t *object, const char *key, uint64_t *value)
{
    const json_t *found = json_object_get(object, key);
    *value = (uint64_t)json_integer_value(found);
    return json_is_integer(found) && json_integer_value(found) >= 0;
}

MYC_UNUSED static bool naive_decimal(const json_t *object, const char *key, unsigned decimals,
                                     int64_t *value)
{
    const char *text = naive_text(object, key);
    return text && naive_fixed(text, decimals, value);
}

#endif

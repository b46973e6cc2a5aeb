/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TEXT_JSON_SCAN_H
#define TEXT_JSON_SCAN_H

/*
 * Reader of a JSON text from front to back, in one pass, without tokens and without memory. It
 * checks all that it passes (RFC 8259), so that a text read to its end was valid:
 *
 *     json_scan in = json_scan_of(text, size);
 *     json_scan_open(&in, '{');
 *     while (json_scan_member(&in, &key))
 *         key is "price" ? json_scan_string(&in, &price) : json_scan_skip(&in);
 *     json_scan_finish(&in);
 *     if (in.reason) ... refused, near in.at
 *
 * The first fault stays in `reason`; from then on every function returns false and does nothing.
 * try_ functions leave all as it was when the value is not what they look for, so that the caller
 * can json_scan_skip() it instead.
 *
 * Not accepted although the grammar has it: nesting deeper than JSON_DEPTH_MAX, and \u escapes that
 * are no character (NUL, half of a surrogate pair).
 *
 * Strings are looked at 16 bytes at a time where that many are left. Nothing is read past the end.
 *
 * Threads: all functions are pure.
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "text/bytes16.h"

enum { JSON_DEPTH_MAX = 64 };

/** Part of the text, borrowed; of a string what is between its quotes, with escapes as written. */
typedef struct json_text {
    const char *text;
    size_t size;
} json_text;

/** `at` and `reason` are for reading. */
typedef struct json_scan {
    const char *at;
    const char *end;
    const char *reason; /* NULL, or what was expected; static */
    uint64_t objects;   /* bit n: the container at depth n + 1 is an object */
    unsigned depth;     /* of open containers */
    bool is_fresh;      /* the innermost one was just opened */
} json_scan;

/** At the front of a text, which is borrowed as long as it is read. */
static inline json_scan json_scan_of(const char *text, size_t size)
{
    return (json_scan){.at = text, .end = text + size};
}

/** Notes the first fault. Returns false. */
bool json_scan_fail(json_scan *in, const char *reason);

/** Opens the object ('{') or array ('[') that must stand here. */
bool json_scan_open(json_scan *in, char bracket);

/** Steps to the next member of the innermost container, an object, and behind its colon. Returns
 * false at its end, which is then passed, or at a fault. */
bool json_scan_member(json_scan *in, json_text *key);

/** Steps to the next element of the innermost container, an array. Returns false as above. */
bool json_scan_element(json_scan *in);

/** Passes any value. */
bool json_scan_skip(json_scan *in);

/** Passes any value and tells its text, with its quotes or brackets. */
bool json_scan_raw(json_scan *in, json_text *value);

/** Checks that all containers are closed and nothing but white space is left. */
bool json_scan_finish(json_scan *in);

/** For the functions below: the slow way through a string with escapes, UTF-8, or near the end. */
bool json_scan__string_end(json_scan *in, const char *start, const char *from, json_text *text);

static inline void json_scan_space(json_scan *in)
{
    while (in->at < in->end && (unsigned char)*in->at <= ' ' &&
           (*in->at == ' ' || *in->at == '\n' || *in->at == '\r' || *in->at == '\t')) {
        in->at++;
    }
}

/** The first character of the value that stands here; 0 at the end of the text. */
static inline char json_scan_peek(json_scan *in)
{
    json_scan_space(in);
    return in->at < in->end ? *in->at : '\0';
}

/** Passes a string that begins here, at its quote. */
static inline bool json_scan__string_here(json_scan *in, json_text *text)
{
    const char *start = in->at + 1;
    if (in->end - start >= BYTES16) {
        unsigned special = bytes16_special(start);
        unsigned size = (unsigned)__builtin_ctz(special | 1u << BYTES16);
        if (size < BYTES16 && start[size] == '"') {
            *text = (json_text){start, size};
            in->at = start + size + 1;
            in->is_fresh = false;
            return true;
        }
        return json_scan__string_end(in, start, start + size, text);
    }
    return json_scan__string_end(in, start, start, text);
}

/** Passes a string. */
static inline bool json_scan_string(json_scan *in, json_text *text)
{
    return json_scan_peek(in) == '"' && !in->reason ? json_scan__string_here(in, text)
                                                    : json_scan_fail(in, "expected a JSON string");
}

/** Passes a string, if the value is one. */
static inline bool json_scan_try_string(json_scan *in, json_text *text)
{
    return !in->reason && json_scan_peek(in) == '"' && json_scan__string_here(in, text);
}

/** Passes an integer from 0 to 2^64 - 1 without sign, fraction and exponent, if the value is one.
 */
bool json_scan_try_uint(json_scan *in, uint64_t *value);

/** Whether `text` is `word`, which is a literal. */
#define json_text_is(text, word) json_text_equals(text, word, sizeof(word) - 1)

static inline bool json_text_equals(json_text text, const char *word, size_t size)
{
    return text.size == size && __builtin_memcmp(text.text, word, size) == 0;
}

#endif

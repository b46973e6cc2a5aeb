/* SPDX-License-Identifier: Apache-2.0 */
#include "text/json_scan.h"

#include "text/json_scalar.h"

static const char TOO_DEEP[] = "expected JSON nested at most 64 deep";
static const char CUT_SHORT[] = "expected a JSON object, it is cut short";
_Static_assert(JSON_DEPTH_MAX == 64, "the text above names it, and a bit of 64 is a level");

bool json_scan_fail(json_scan *in, const char *reason)
{
    if (!in->reason) {
        in->reason = reason;
    }
    return false;
}

bool json_scan_open(json_scan *in, char bracket)
{
    if (in->reason) {
        return false;
    }
    if (json_scan_peek(in) != bracket) {
        return json_scan_fail(in,
                              bracket == '{' ? "expected a JSON object" : "expected a JSON array");
    }
    if (in->depth == JSON_DEPTH_MAX) {
        return json_scan_fail(in, TOO_DEEP);
    }
    uint64_t bit = UINT64_C(1) << in->depth++;
    in->objects = bracket == '{' ? in->objects | bit : in->objects & ~bit;
    in->is_fresh = true;
    in->at++;
    return true;
}

/* Passes the end of the container, or the comma before its next item. Returns whether there is a
 * next item. */
static bool step(json_scan *in, char close)
{
    char c = json_scan_peek(in);
    if (in->reason) {
        return false;
    }
    if (c == close) {
        in->at++;
        in->depth--;
        in->is_fresh = false;
        return false;
    }
    if (in->is_fresh) {
        return in->at < in->end || json_scan_fail(in, CUT_SHORT);
    }
    if (c != ',') {
        return json_scan_fail(in,
                              in->at == in->end ? CUT_SHORT : "expected ',' between JSON values");
    }
    in->at++;
    in->is_fresh = true;
    return true;
}

bool json_scan_member(json_scan *in, json_text *key)
{
    if (!step(in, '}')) {
        return false;
    }
    if (json_scan_peek(in) != '"') {
        return json_scan_fail(in, "expected a JSON string as key");
    }
    if (!json_scan__string_here(in, key)) {
        return false;
    }
    if (json_scan_peek(in) != ':') {
        return json_scan_fail(in, "expected ':' behind a JSON key");
    }
    in->at++;
    return true;
}

bool json_scan_element(json_scan *in)
{
    return step(in, ']');
}

/* The closing quote at or behind `at`, or NULL. Quotes behind a backslash do not count. Tells
 * whether all before it is plain: it needs no further look then. */
static const char *find_quote(const char *at, const char *end, bool *is_plain)
{
    *is_plain = true;
    while (at < end) {
        if (end - at >= BYTES16) {
            unsigned special = bytes16_special(at);
            if (special == 0) {
                at += BYTES16;
                continue;
            }
            at += __builtin_ctz(special);
        }
        if (*at == '"') {
            return at;
        }
        *is_plain &= (signed char)*at >= ' ' && *at != '\\'; /* UTF-8 is below 0 */
        at += *at == '\\' && end - at > 1 ? 2 : 1;
    }
    return NULL;
}

bool json_scan__string_end(json_scan *in, const char *start, const char *from, json_text *text)
{
    bool is_plain;
    const char *quote = find_quote(from, in->end, &is_plain);
    if (!quote) {
        in->at = in->end;
        return json_scan_fail(in, CUT_SHORT);
    }
    *text = (json_text){start, (size_t)(quote - start)};
    if (!is_plain && !json_is_string(start, text->size)) {
        return json_scan_fail(in, "expected a valid JSON string");
    }
    in->at = quote + 1;
    in->is_fresh = false;
    return true;
}

static bool ends_scalar(char c)
{
    return c == ',' || c == ']' || c == '}' || c == ' ' || c == '\t' || c == '\n' || c == '\r' ||
           c == ':' || c == '"' || c == '[' || c == '{';
}

/* Most numbers are: ids and times. */
static bool is_integer(const char *start, const char *end)
{
    const char *at = start;
    while (at < end && (unsigned)(*at - '0') <= 9) {
        at++;
    }
    return at == end && (*start != '0' || end == start + 1);
}

/* A number, true, false or null. */
static bool skip_primitive(json_scan *in)
{
    const char *start = in->at;
    while (in->at < in->end && !ends_scalar(*in->at)) {
        in->at++;
    }
    if (in->at == start) {
        return json_scan_fail(in, start == in->end ? CUT_SHORT : "expected a JSON value");
    }
    in->is_fresh = false;
    return is_integer(start, in->at) || json_is_primitive(start, (size_t)(in->at - start)) ||
           json_scan_fail(in, "expected a valid JSON value");
}

/* Passes a scalar, or opens the container that begins here. */
static bool enter(json_scan *in)
{
    json_text text;
    char c = json_scan_peek(in);
    if (c == '"') {
        return json_scan__string_here(in, &text);
    }
    return c == '{' || c == '[' ? json_scan_open(in, c) : skip_primitive(in);
}

/* Each round passes a scalar, opens a container or closes one. */
bool json_scan_skip(json_scan *in)
{
    json_text key;
    unsigned outside = in->depth;
    if (in->reason || !enter(in)) {
        return false;
    }
    while (in->depth > outside) {
        bool is_object = in->objects >> (in->depth - 1) & 1;
        if (is_object ? json_scan_member(in, &key) : json_scan_element(in)) {
            (void)enter(in);
        }
        if (in->reason) {
            return false;
        }
    }
    return true;
}

bool json_scan_raw(json_scan *in, json_text *value)
{
    json_scan_space(in);
    value->text = in->at;
    bool is_passed = json_scan_skip(in);
    value->size = (size_t)(in->at - value->text);
    return is_passed;
}

bool json_scan_finish(json_scan *in)
{
    json_scan_space(in);
    return !in->reason &&
           (in->at == in->end || json_scan_fail(in, "expected nothing behind the JSON object"));
}

bool json_scan_try_uint(json_scan *in, uint64_t *value)
{
    json_scan_space(in);
    const char *at = in->at;
    uint64_t sum = 0;
    while (at < in->end && (unsigned)(*at - '0') <= 9) {
        unsigned digit = (unsigned)(*at++ - '0');
        if (__builtin_mul_overflow(sum, 10, &sum) || __builtin_add_overflow(sum, digit, &sum)) {
            return false;
        }
    }
    bool is_integer =
        at > in->at && (at == in->at + 1 || *in->at != '0') && (at == in->end || ends_scalar(*at));
    if (in->reason || !is_integer) {
        return false;
    }
    *value = sum;
    in->at = at;
    in->is_fresh = false;
    return true;
}

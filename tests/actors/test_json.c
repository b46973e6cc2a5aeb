/* SPDX-License-Identifier: Apache-2.0 */
#include <jansson.h>
#include <string.h>

#include <criterion/criterion.h>

#include "actors/feed_support.h"
#include "actors/log_lines.h"
#include "support/leaks.h"
#include "text/json.h"
#include "text/json_scan.h"

static const char *parse_copy(json_reader *reader, const char *text, size_t size)
{
    char *copy = exact_copy(text, size);
    const char *refused = json_parse(reader, copy, size);
    free(copy);
    return refused;
}

static const char *verdict(const char *text)
{
    json_reader reader = {0};
    const char *refused = parse_copy(&reader, text, strlen(text));
    json_fini(&reader);
    return refused;
}

/* Whether jansson takes the text. A number too large for its integers and doubles is valid JSON. */
static bool is_object_by_jansson(const char *text, size_t size, bool *is_overflow)
{
    json_error_t error;
    json_t *root = json_loadb(text, size, 0, &error);
    bool is_object = json_is_object(root);
    *is_overflow = !root && json_error_code(&error) == json_error_numeric_overflow;
    json_decref(root);
    return is_object;
}

Test(json, accepts_what_the_grammar_has)
{
    static const char *const good[] = {
        "{}",
        " \t\r\n{ } \n",
        "{\"a\":1}",
        "{\"a\":[],\"b\":{},\"c\":[[],[1,2,{\"d\":null}]]}",
        "{\"a\":true,\"b\":false,\"c\":null}",
        "{\"a\":[0,-0,1.5,-1.25e+10,1E5,1e-7,123456789012345678901234567890]}",
        "{\"\":\"\",\"\\u0061\":\"\\\"\\\\\\/\\b\\f\\n\\r\\t\\ud83c\\udf44\"}",
        "{\"\xc3\xa9\":\"\xf0\x9f\x8d\x84 \xe2\x82\xac\"}",
        "{\"a\":1,\"a\":2}",
    };
    for (size_t i = 0; i < sizeof good / sizeof *good; i++)
        cr_assert_null(verdict(good[i]), "%s: %s", good[i], verdict(good[i]));
    NO_LEAKS();
}

Test(json, refuses_what_the_grammar_has_not)
{
    static const char *const bad[] = {
        "",
        " ",
        "[]",
        "\"a\"",
        "{}{}",
        "{} x",
        "{}\"a\"",
        "{\"a\"}",
        "{\"a\",\"b\"}",
        "{\"a\":}",
        "{\"a\":1,}",
        "{,\"a\":1}",
        "{\"a\":1 \"b\":2}",
        "{\"a\":1,,\"b\":2}",
        "{\"a\":\"b\":\"c\"}",
        "{\"a\" \"b\"}",
        "{\"a\"::1}",
        "{\"a\":1 2}",
        "{\"a\":\"b\" \"c\"}",
        "{\"a\":[1,]}",
        "{\"a\":[,1]}",
        "{\"a\":[1 2]}",
        "{\"a\":[\"b\":1]}",
        "{\"a\":[1}",
        "{\"a\":{]}",
        "{1:2}",
        "{null:2}",
        "{[]:2}",
        "{{}:2}",
        "{\"a\":tru}",
        "{\"a\":nulll}",
        "{\"a\":falsetrue}",
        "{\"a\":01}",
        "{\"a\":1.}",
        "{\"a\":.5}",
        "{\"a\":+1}",
        "{\"a\":-}",
        "{\"a\":1e}",
        "{\"a\":0x10}",
        "{\"a\":\"\t\"}",
        "{\"a\":\"\x1f\"}",
        "{\"a\":\"\\x\"}",
        "{\"a\":\"\\u12\"}",
        "{\"a\":\"\\u12g4\"}",
        "{\"a\":\"\\ud800\"}",
        "{\"a\":\"\\ud800\\u0041\"}",
        "{\"a\":\"\\udc00\"}",
        "{\"a\":\"\\u0000\"}",
        "{\"a\":\"\xff\"}",
        "{\"a\":\"\xc0\x80\"}",
        "{\"a\":\"\xed\xa0\x80\"}",
        "{\"a\":\"\xf4\x90\x80\x80\"}",
        "{\"a\":\"\xe2\x82\"}",
        "{\"a\":\"b",
        "{\"a\":\"b\\",
        "{\"a\":1",
        "}",
        "{}}",
        "\xef\xbb\xbf{}",
        "{\"a\":1}//x",
    };
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        cr_assert_not_null(verdict(bad[i]), "%s", bad[i]);
    NO_LEAKS();
}

Test(json, refuses_a_zero_byte_anywhere)
{
    static const char text[] = "{\"a\": [1, \"b\"]} ";
    json_reader reader = {0};
    for (size_t i = 0; i < sizeof text; i++) {
        char changed[sizeof text];
        memcpy(changed, text, sizeof text);
        changed[i] = '\0';
        cr_assert_not_null(parse_copy(&reader, changed, sizeof text), "at %zu", i);
    }
    json_fini(&reader);
    NO_LEAKS();
}

Test(json, walks_members_and_elements)
{
    static const char text[] = "{\"a\":[1,[2,{\"x\":3}],\"s\"],\"b\":{\"y\":[]},\"c\":null}";
    json_reader reader = {0};
    json_value key, value, element;
    cr_assert_null(json_parse(&reader, text, sizeof text - 1));
    json_cursor at = json_members(&reader);

    cr_assert(json_next_member(&reader, &at, &key, &value));
    cr_assert(key.size == 1 && *key.text == 'a' && value.kind == JSON_KIND_ARRAY);
    json_cursor in = json_elements(&reader, &value);
    cr_assert(json_next_element(&reader, &in, &element) && element.kind == JSON_KIND_NUMBER);
    cr_assert(json_next_element(&reader, &in, &element) && element.kind == JSON_KIND_ARRAY);
    cr_assert_eq(0, memcmp("[2,{\"x\":3}]", element.text, element.size));
    cr_assert(json_next_element(&reader, &in, &element) && element.kind == JSON_KIND_STRING);
    cr_assert_not(json_next_element(&reader, &in, &element));

    cr_assert(json_next_member(&reader, &at, &key, &value));
    cr_assert(*key.text == 'b' && value.kind == JSON_KIND_OBJECT);
    cr_assert(json_next_member(&reader, &at, &key, &value));
    cr_assert(*key.text == 'c' && value.kind == JSON_KIND_NULL);
    cr_assert_not(json_next_member(&reader, &at, &key, &value));
    json_fini(&reader);
    NO_LEAKS();
}

/* {"a":{"a":...{}...}} or {"a":[[...[]...]]} of `depth` levels. free() it. */
static char *nested(unsigned depth, bool is_array)
{
    const char *open = is_array ? "[" : "{\"a\":";
    char *text = malloc(6 * (size_t)depth + 16), *at = text;
    at = stpcpy(at, is_array ? "{\"a\":" : open);
    for (unsigned i = 2; i < depth; i++)
        at = stpcpy(at, open);
    at = stpcpy(at, is_array ? "[]" : "{}");
    for (unsigned i = 2; i < depth; i++)
        at = stpcpy(at, is_array ? "]" : "}");
    strcpy(at, "}");
    return text;
}

Test(json, bounds_the_depth)
{
    for (unsigned over = 0; over < 2; over++) {
        for (unsigned is_array = 0; is_array < 2; is_array++) {
            char *text = nested(JSON_DEPTH_MAX + over, is_array);
            cr_assert_eq(over, verdict(text) != NULL, "%s", text);
            free(text);
        }
    }
    NO_LEAKS();
}

/* At the first bracket too many, not at the end. */
Test(json, stops_reading_where_it_is_too_deep)
{
    char *deep = nested(100000, true);
    cr_assert_str_eq("expected JSON nested at most 64 deep", verdict(deep));
    deep[1000] = '\0'; /* cut short, which is seen only at the end */
    cr_assert_str_eq("expected JSON nested at most 64 deep", verdict(deep));
    free(deep);
    NO_LEAKS();
}

Test(json, takes_as_many_tokens_as_a_line_of_one_mebibyte_holds)
{
    enum { SIZE = 1024 * 1024 };
    char *text = malloc(SIZE);
    strcpy(text, "{\"a\":[1");
    for (size_t i = strlen(text); i < SIZE - 2; i++)
        text[i] = i % 2 ? ',' : '1';
    text[SIZE - 3] = '1';
    memcpy(text + SIZE - 2, "]}", 2);
    json_reader reader = {0};
    const char *refused = json_parse(&reader, text, SIZE);
    bool is_overflow;
    cr_assert(is_object_by_jansson(text, SIZE, &is_overflow));
    cr_assert_null(refused, "%s", refused);
    json_fini(&reader);
    free(text);
    NO_LEAKS();
}

static void load(mutable_text *text, const char *from)
{
    text->size = strlen(from);
    cr_assert(text->size <= sizeof text->bytes);
    memcpy(text->bytes, from, text->size);
}

static void compare_verdicts(json_reader *reader, const mutable_text *text, unsigned counts[2])
{
    bool is_overflow;
    bool expected = is_object_by_jansson(text->bytes, text->size, &is_overflow);
    const char *refused = parse_copy(reader, text->bytes, text->size);
    if (!is_overflow)
        cr_assert_eq(expected, !refused, "jansson %s, we say %s: %.*s",
                     expected ? "accepts" : "refuses", refused ? refused : "valid", (int)text->size,
                     text->bytes);
    counts[expected]++;
}

Test(json, agrees_with_jansson_on_changed_texts)
{
    static const char rich[] =
        "{\"address\":\"0x00\",\"n\":-12.5e3,\"topics\":[\"0x1\",[true,null],{\"x\":false}],"
        "\"e\":\"a\\u00e9\\ud83c\\udf44\\n\xc3\xa9\", \"blockTimestamp\" : 1599340734 }";
    size_t size;
    char *line = log_line(&(log_parts){.more = ",\"x\":{\"y\":[1,2]}"}, &size);
    const char *const bases[] = {rich, line, "{}", "{\"a\":[]}"};
    test_random random = random_start(10);
    unsigned counts[2] = {0};
    json_reader reader = {0};
    static mutable_text text;
    for (unsigned round = 0; round < 40000; round++) {
        load(&text, bases[round % 4]);
        for (uint64_t changes = 1 + random_below(&random, 3); changes > 0; changes--)
            mutate(&random, &text);
        compare_verdicts(&reader, &text, counts);
    }
    cr_assert(counts[0] > 4000 && counts[1] > 4000, "both verdicts must occur: %u, %u", counts[0],
              counts[1]);
    json_fini(&reader);
    free(line);
    NO_LEAKS();
}

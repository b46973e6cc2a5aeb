/* SPDX-License-Identifier: Apache-2.0 */
/* The reader of JSON objects against jansson: the same verdict, and the same tree. */
#include "text/json.h"
#include "fuzz.h"
#include "naive_json.h"

static void compare_value(const json_reader *reader, const json_value *found,
                          const json_t *expected);

static void compare_object(const json_reader *reader, json_cursor at, const json_t *expected)
{
    json_value key, value;
    size_t count = 0;
    while (json_next_member(reader, &at, &key, &value)) {
        const json_t *wanted = json_object_getn(expected, key.text, key.size);
        FUZZ_CHECK(wanted, "member %.*s", (int)key.size, key.text);
        compare_value(reader, &value, wanted);
        count++;
    }
    FUZZ_CHECK(count == json_object_size(expected), "%zu members", count);
}

static void compare_array(const json_reader *reader, json_cursor at, const json_t *expected)
{
    json_value value;
    size_t count = 0;
    while (json_next_element(reader, &at, &value))
        compare_value(reader, &value, json_array_get(expected, count++));
    FUZZ_CHECK(count == json_array_size(expected), "%zu elements", count);
}

static void compare_value(const json_reader *reader, const json_value *found,
                          const json_t *expected)
{
    static const json_kind kinds[] = {
        [JSON_NULL] = JSON_KIND_NULL,   [JSON_FALSE] = JSON_KIND_FALSE,
        [JSON_TRUE] = JSON_KIND_TRUE,   [JSON_INTEGER] = JSON_KIND_NUMBER,
        [JSON_REAL] = JSON_KIND_NUMBER, [JSON_STRING] = JSON_KIND_STRING,
        [JSON_ARRAY] = JSON_KIND_ARRAY, [JSON_OBJECT] = JSON_KIND_OBJECT,
    };
    FUZZ_CHECK(kinds[json_typeof(expected)] == found->kind, "kind %d", found->kind);
    if (found->kind == JSON_KIND_OBJECT)
        compare_object(reader, json_members_of(reader, found), expected);
    if (found->kind == JSON_KIND_ARRAY)
        compare_array(reader, json_elements(reader, found), expected);
    if (found->kind == JSON_KIND_STRING)
        FUZZ_CHECK(found->size == json_string_length(expected) &&
                       memcmp(found->text, json_string_value(expected), found->size) == 0,
                   "string %.*s", (int)found->size, found->text);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size_bytes)
{
    static json_reader reader;
    json_t *root;
    char *text = malloc(size_bytes ? size_bytes : 1);
    memcpy(text, bytes, size_bytes);
    const char *refused = json_parse(&reader, text, size_bytes);
    naive_verdict verdict = naive_load(text, size_bytes, &root);
    if (verdict == NAIVE_INVALID || (verdict == NAIVE_VALID && !json_is_object(root)))
        FUZZ_CHECK(refused, "invalid JSON is taken");
    if (verdict == NAIVE_VALID && json_is_object(root)) {
        FUZZ_CHECK(!refused, "%s", refused);
        compare_object(&reader, json_members(&reader), root);
    }
    json_decref(root);
    free(text);
    return 0;
}

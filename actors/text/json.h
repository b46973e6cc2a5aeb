/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TEXT_JSON_H
#define TEXT_JSON_H

/*
 * Reader of a text that is one JSON object, without copying it, for those who want its values in
 * another order than they come. One pass of json_scan.h, which checks all by RFC 8259, leaves a
 * token for each value and key.
 *
 *     const char *reason = json_parse(&json, text, size);        // NULL = valid
 *     json_cursor at = json_members(&json);
 *     while (json_next_member(&json, &at, &key, &value)) ...
 *
 * Threads: a reader belongs to one thread at a time.
 */
#include <stdbool.h>
#include <stddef.h>

enum { JSON_SIZE_MAX = 256 * 1024 * 1024 };

typedef enum json_kind {
    JSON_KIND_NULL,
    JSON_KIND_FALSE,
    JSON_KIND_TRUE,
    JSON_KIND_NUMBER,
    JSON_KIND_STRING,
    JSON_KIND_ARRAY,
    JSON_KIND_OBJECT
} json_kind;

/** A value. `text` is borrowed from the parsed text: of a string what is between the quotes, with
 * escapes as written; of the others all of it. */
typedef struct json_value {
    const char *text;
    size_t size;
    json_kind kind;
    int token; /* private */
} json_value;

/** A place inside an object or array. Fields are private. */
typedef struct json_cursor {
    int next;
    int end;
} json_cursor;

/** Fields are private. All zero is a reader that has parsed nothing. */
typedef struct json_reader {
    const char *text;
    void *tokens; /* reused, grows to at most one for each byte */
    unsigned count;
    unsigned capacity;
} json_reader;

/** Frees the tokens. */
void json_fini(json_reader *self);

/**
 * Parses `text`, which is borrowed as long as values of it are used. Reads nothing past `size`.
 * Allocates only when it needs more tokens than ever before. Time is linear in `size`.
 * Returns NULL, or why it is not one valid JSON object; static.
 */
const char *json_parse(json_reader *self, const char *text, size_t size);

/** Before the first member of the object that was parsed. */
json_cursor json_members(const json_reader *self);

/** Before the first member of an object inside it. */
json_cursor json_members_of(const json_reader *self, const json_value *object);

/** Steps to the next member. Returns false at the end. */
bool json_next_member(const json_reader *self, json_cursor *at, json_value *key, json_value *value);

/** Before the first element of an array. */
json_cursor json_elements(const json_reader *self, const json_value *array);

/** Steps to the next element. Returns false at the end. */
bool json_next_element(const json_reader *self, json_cursor *at, json_value *element);

#endif

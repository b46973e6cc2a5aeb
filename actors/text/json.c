/* SPDX-License-Identifier: Apache-2.0 */
#include "text/json.h"

#include <stdint.h>
#include <stdlib.h>

#include "text/json_scan.h"

enum { CAPACITY_MIN = 256, NO_TOKEN = -1 };

/* A scalar, a key, or a container. Offsets fit: the size of a text is bounded. */
typedef struct json_token {
    uint32_t start;
    uint32_t size;
    int next; /* index of the token behind it and all it holds; of an open container its parent */
    json_kind kind;
} json_token;

_Static_assert(JSON_SIZE_MAX <= INT32_MAX, "offsets and token indices fit 32 bits");

void json_fini(json_reader *self)
{
    free(self->tokens);
    *self = (json_reader){0};
}

static json_token *token_at(const json_reader *self, int index)
{
    return (json_token *)self->tokens + index;
}

static bool has_room(json_reader *self, json_scan *in)
{
    if (self->count < self->capacity) {
        return true;
    }
    unsigned capacity = self->capacity ? self->capacity * 2 : CAPACITY_MIN;
    void *tokens = reallocarray(self->tokens, capacity, sizeof(json_token));
    if (!tokens) {
        return json_scan_fail(in, "out of memory for JSON tokens");
    }
    self->tokens = tokens;
    self->capacity = capacity;
    return true;
}

static bool push(json_reader *self, json_scan *in, const char *text, size_t size, json_kind kind)
{
    if (!has_room(self, in)) {
        return false;
    }
    *token_at(self, (int)self->count) = (json_token){.start = (uint32_t)(text - self->text),
                                                     .size = (uint32_t)size,
                                                     .next = (int)self->count + 1,
                                                     .kind = kind};
    self->count++;
    return true;
}

static json_kind kind_of(char first)
{
    switch (first) {
    case 'n': return JSON_KIND_NULL;
    case 't': return JSON_KIND_TRUE;
    case 'f': return JSON_KIND_FALSE;
    default: return JSON_KIND_NUMBER;
    }
}

static bool open_container(json_reader *self, json_scan *in, int *container, char bracket)
{
    const char *start = in->at;
    if (!json_scan_open(in, bracket) ||
        !push(self, in, start, 0, bracket == '{' ? JSON_KIND_OBJECT : JSON_KIND_ARRAY)) {
        return false;
    }
    token_at(self, (int)self->count - 1)->next = *container;
    *container = (int)self->count - 1;
    return true;
}

static void close_container(json_reader *self, const json_scan *in, int *container)
{
    json_token *token = token_at(self, *container);
    *container = token->next;
    token->next = (int)self->count;
    token->size = (uint32_t)(in->at - self->text) - token->start;
}

static bool take_value(json_reader *self, json_scan *in, int *container)
{
    json_text text;
    char c = json_scan_peek(in);
    if (c == '{' || c == '[') {
        return open_container(self, in, container, c);
    }
    if (c == '"') {
        return json_scan_string(in, &text) &&
               push(self, in, text.text, text.size, JSON_KIND_STRING);
    }
    return json_scan_raw(in, &text) && push(self, in, text.text, text.size, kind_of(*text.text));
}

/* One member, one element, or the end of the container. */
static void take_item(json_reader *self, json_scan *in, int *container)
{
    json_text key;
    bool is_object = token_at(self, *container)->kind == JSON_KIND_OBJECT;
    if (is_object ? json_scan_member(in, &key) : json_scan_element(in)) {
        if (!is_object || push(self, in, key.text, key.size, JSON_KIND_STRING)) {
            (void)take_value(self, in, container);
        }
    } else if (!in->reason) {
        close_container(self, in, container);
    }
}

const char *json_parse(json_reader *self, const char *text, size_t size)
{
    int container = NO_TOKEN;
    if (size > JSON_SIZE_MAX) {
        return "expected JSON of at most 256 MiB";
    }
    self->text = text;
    self->count = 0;
    json_scan in = json_scan_of(text, size);
    json_scan_space(&in);
    (void)open_container(self, &in, &container, '{');
    while (!in.reason && container != NO_TOKEN) {
        take_item(self, &in, &container);
    }
    (void)json_scan_finish(&in);
    return in.reason;
}

static json_value value_at(const json_reader *self, int index)
{
    const json_token *token = token_at(self, index);
    return (json_value){.text = self->text + token->start,
                        .size = token->size,
                        .kind = token->kind,
                        .token = index};
}

static json_cursor inside(const json_reader *self, int container)
{
    return (json_cursor){.next = container + 1, .end = token_at(self, container)->next};
}

json_cursor json_members(const json_reader *self)
{
    return inside(self, 0);
}

json_cursor json_members_of(const json_reader *self, const json_value *object)
{
    return inside(self, object->token);
}

json_cursor json_elements(const json_reader *self, const json_value *array)
{
    return inside(self, array->token);
}

bool json_next_element(const json_reader *self, json_cursor *at, json_value *element)
{
    if (at->next == at->end) {
        return false;
    }
    *element = value_at(self, at->next);
    at->next = token_at(self, at->next)->next;
    return true;
}

bool json_next_member(const json_reader *self, json_cursor *at, json_value *key, json_value *value)
{
    return json_next_element(self, at, key) && json_next_element(self, at, value);
}

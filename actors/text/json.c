/* SPDX-License-Identifier: Apache-2.0 */
#include "text/json.h"

#include <stdint.h>
#include <stdlib.h>

#include "text/json_scalar.h"

#define JSMN_STATIC
#define JSMN_STRICT
#define JSMN_PARENT_LINKS
#include <jsmn.h>

/*
 * jsmn climbs from its newest token to the innermost open container at each closing bracket, which
 * takes quadratic time on deep nesting. So it gets its tokens TOKEN_STEP at a time, and between two
 * steps the climb is measured; in a valid text it is at most two links (a key, an object) a level.
 */
enum { TOKEN_STEP = 64, CAPACITY_MIN = 256, LINKS_MAX = 2 * JSON_DEPTH_MAX, NO_TOKEN = -1 };

void json_fini(json_reader *self)
{
    free(self->tokens);
    *self = (json_reader){0};
}

static const char *reserve(json_reader *self, unsigned count)
{
    if (count <= self->capacity) {
        return NULL;
    }
    unsigned capacity = self->capacity ? self->capacity * 2 : CAPACITY_MIN;
    void *tokens = reallocarray(self->tokens, capacity, sizeof(jsmntok_t));
    if (!tokens) {
        return "out of memory for JSON tokens";
    }
    self->tokens = tokens;
    self->capacity = capacity;
    return NULL;
}

static bool is_too_deep(const jsmntok_t *tokens, const jsmn_parser *parser)
{
    int links = 0;
    for (int i = parser->toksuper; i != NO_TOKEN; i = tokens[i].parent) {
        if (++links > LINKS_MAX) {
            return true;
        }
    }
    return false;
}

static const char *reason_of(int code)
{
    return code == JSMN_ERROR_PART ? "expected a JSON object, it is cut short"
                                   : "expected a JSON object, a character is out of place";
}

static const char TOO_DEEP[] = "expected JSON nested at most 64 deep";
_Static_assert(JSON_DEPTH_MAX == 64, "the text above names it");

/* Fills in the tokens; `count` of them. */
static const char *tokenize(json_reader *self, size_t size, int *count)
{
    jsmn_parser parser;
    jsmn_init(&parser);
    do {
        if (is_too_deep(self->tokens, &parser)) {
            return TOO_DEEP;
        }
        unsigned step_end = parser.toknext + TOKEN_STEP;
        const char *refused = reserve(self, step_end);
        if (refused) {
            return refused;
        }
        *count = jsmn_parse(&parser, self->text, size, self->tokens, step_end);
    } while (*count == JSMN_ERROR_NOMEM);
    return *count < 0 ? reason_of(*count) : NULL;
}

/*
 * The check walks over the text from token to token, so each byte is either inside a token or white
 * space or the one punctuation mark that belongs there. It relies on nothing but the order, the
 * type and the place of the tokens, and leaves behind in each:
 *
 *     size    index of the token behind it and all it holds
 *     parent  the object or array that holds it
 */
typedef struct check {
    const char *text;
    size_t size;
    size_t position;
    jsmntok_t *tokens;
    int count;
    int next;      /* token */
    int container; /* the innermost open one */
    int depth;
    bool is_fresh; /* the container was just opened */
} check;

static void skip_space(check *self)
{
    while (self->position < self->size) {
        char c = self->text[self->position];
        if (c != ' ' && c != '\t' && c != '\r' && c != '\n') {
            return;
        }
        self->position++;
    }
}

static bool take(check *self, char c)
{
    skip_space(self);
    bool is_there = self->position < self->size && self->text[self->position] == c;
    self->position += is_there;
    return is_there;
}

static const char *open_container(check *self, jsmntok_t *token)
{
    if (++self->depth > JSON_DEPTH_MAX) {
        return TOO_DEEP;
    }
    token->parent = self->container;
    self->container = self->next++;
    self->is_fresh = true;
    self->position++;
    return NULL;
}

static void close_container(check *self)
{
    jsmntok_t *token = &self->tokens[self->container];
    token->size = self->next;
    self->container = token->parent;
    self->is_fresh = false;
    self->depth--;
}

static const char *take_scalar(check *self, jsmntok_t *token)
{
    bool is_string = token->type == JSMN_STRING;
    const char *text = self->text + token->start;
    size_t size = (size_t)(token->end - token->start);
    if (is_string ? !json_is_string(text, size) : !json_is_primitive(text, size)) {
        return is_string ? "expected a valid JSON string" : "expected a valid JSON value";
    }
    token->parent = self->container;
    token->size = ++self->next;
    self->position = (size_t)token->end + is_string;
    self->is_fresh = false;
    return NULL;
}

/* The token that begins at the position, or NULL. That of a string begins behind its quote. */
static jsmntok_t *token_here(check *self)
{
    skip_space(self);
    if (self->next == self->count) {
        return NULL;
    }
    jsmntok_t *token = &self->tokens[self->next];
    size_t start = (size_t)token->start - (token->type == JSMN_STRING);
    return start == self->position ? token : NULL;
}

static const char *take_value(check *self)
{
    jsmntok_t *token = token_here(self);
    if (!token) {
        return "expected a JSON value";
    }
    bool is_container = token->type == JSMN_OBJECT || token->type == JSMN_ARRAY;
    return is_container ? open_container(self, token) : take_scalar(self, token);
}

static const char *take_key(check *self)
{
    jsmntok_t *token = token_here(self);
    if (!token || token->type != JSMN_STRING) {
        return "expected a JSON string as key";
    }
    const char *refused = take_scalar(self, token);
    if (refused) {
        return refused;
    }
    return take(self, ':') ? NULL : "expected ':' behind a JSON key";
}

/* One member, one element, or the end of the container. */
static const char *take_item(check *self)
{
    bool is_object = self->tokens[self->container].type == JSMN_OBJECT;
    if (take(self, is_object ? '}' : ']')) {
        close_container(self);
        return NULL;
    }
    if (!self->is_fresh && !take(self, ',')) {
        return "expected ',' between JSON values";
    }
    const char *refused = is_object ? take_key(self) : NULL;
    return refused ? refused : take_value(self);
}

/* Each round takes a token or closes a container. */
static const char *check_object(check *self)
{
    jsmntok_t *root = token_here(self);
    if (!root || root->type != JSMN_OBJECT) {
        return "expected a JSON object";
    }
    const char *refused = open_container(self, root);
    while (!refused && self->container != NO_TOKEN) {
        refused = take_item(self);
    }
    if (refused) {
        return refused;
    }
    skip_space(self);
    return self->position == self->size ? NULL : "expected nothing behind the JSON object";
}

const char *json_parse(json_reader *self, const char *text, size_t size)
{
    int count;
    if (size > JSON_SIZE_MAX) {
        return "expected JSON of at most 256 MiB";
    }
    self->text = text;
    const char *refused = tokenize(self, size, &count);
    if (refused) {
        return refused;
    }
    check checking = {
        .text = text, .size = size, .tokens = self->tokens, .count = count, .container = NO_TOKEN};
    return check_object(&checking);
}

static const jsmntok_t *token_at(const json_reader *self, int index)
{
    return (const jsmntok_t *)self->tokens + index;
}

static json_kind kind_of(const jsmntok_t *token, char first)
{
    switch (token->type) {
    case JSMN_OBJECT: return JSON_KIND_OBJECT;
    case JSMN_ARRAY: return JSON_KIND_ARRAY;
    case JSMN_STRING: return JSON_KIND_STRING;
    default: break;
    }
    switch (first) {
    case 'n': return JSON_KIND_NULL;
    case 't': return JSON_KIND_TRUE;
    case 'f': return JSON_KIND_FALSE;
    default: return JSON_KIND_NUMBER;
    }
}

static json_value value_at(const json_reader *self, int index)
{
    const jsmntok_t *token = token_at(self, index);
    const char *text = self->text + token->start;
    return (json_value){.text = text,
                        .size = (size_t)(token->end - token->start),
                        .kind = kind_of(token, *text),
                        .token = index};
}

static json_cursor inside(const json_reader *self, int container)
{
    return (json_cursor){.next = container + 1, .end = token_at(self, container)->size};
}

json_cursor json_members(const json_reader *self)
{
    return inside(self, 0);
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
    at->next = token_at(self, at->next)->size;
    return true;
}

bool json_next_member(const json_reader *self, json_cursor *at, json_value *key, json_value *value)
{
    return json_next_element(self, at, key) && json_next_element(self, at, value);
}

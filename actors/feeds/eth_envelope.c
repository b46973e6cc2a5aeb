/* SPDX-License-Identifier: Apache-2.0 */
#include "feeds/eth_envelope.h"

#include <string.h>

/* A value, or `is_there` is false. */
typedef struct member {
    json_value value;
    bool is_there;
} member;

static bool is_text(const json_value *value, const char *text)
{
    return value->size == strlen(text) && memcmp(value->text, text, value->size) == 0;
}

/* The last one of that name, as most readers have it. */
static member find(const json_reader *json, json_cursor at, const char *name)
{
    member found = {.is_there = false};
    json_value key, value;
    while (json_next_member(json, &at, &key, &value)) {
        if (is_text(&key, name)) {
            found = (member){value, true};
        }
    }
    return found;
}

static eth_envelope refuse(const char *key, const char *reason)
{
    return (eth_envelope){.kind = ETH_ENVELOPE_BAD, .key = key, .reason = reason};
}

static eth_envelope open_notification(const json_reader *json)
{
    member params = find(json, json_members(json), "params");
    if (!params.is_there || params.value.kind != JSON_KIND_OBJECT) {
        return refuse("params", "expected an object with the log as result");
    }
    member result = find(json, json_members_of(json, &params.value), "result");
    if (!result.is_there || result.value.kind != JSON_KIND_OBJECT) {
        return refuse("result", "expected an object, the log");
    }
    return (eth_envelope){.kind = ETH_ENVELOPE_LOG, .log = result.value};
}

eth_envelope eth_envelope_open(const json_reader *json)
{
    member method = find(json, json_members(json), "method");
    if (method.is_there && method.value.kind == JSON_KIND_STRING &&
        is_text(&method.value, "eth_subscription")) {
        return open_notification(json);
    }
    member error = find(json, json_members(json), "error");
    if (error.is_there && error.value.kind != JSON_KIND_NULL) {
        return refuse("error", "expected an answer without it: the node refuses a request");
    }
    return (eth_envelope){.kind = ETH_ENVELOPE_ANSWER};
}

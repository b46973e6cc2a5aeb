/* SPDX-License-Identifier: Apache-2.0 */
/* The decoder of Kraken frames against a naive one. */
#include "naive_frame.h"

/* [number, {...}, ..., "channel", "pair"] with one object or more. */
static bool is_book_shaped(const json_t *root)
{
    size_t size = json_array_size(root);
    const json_t *id = json_array_get(root, 0);
    if (size < 4 || !json_is_integer(id) || json_integer_value(id) < 0)
        return false;
    for (size_t i = 1; i < size; i++) {
        const json_t *item = json_array_get(root, i);
        if (i < size - 2 ? !json_is_object(item) : !json_is_string(item))
            return false;
    }
    return true;
}

static bool read_depth(const char *channel, size_t size, uint32_t *depth)
{
    *depth = 10;
    if (strlen(channel) != size || strncmp(channel, "book", 4) != 0)
        return false;
    if (channel[4] == '\0')
        return true;
    size_t digits = strspn(channel + 5, "0123456789");
    if (channel[4] != '-' || digits == 0 || digits > 6 || channel[5 + digits] != '\0')
        return false;
    *depth = (uint32_t)strtoul(channel + 5, NULL, 10);
    return *depth > 0;
}

/* How many of the objects have the key. */
static unsigned count_key(const json_t *root, const char *key)
{
    unsigned count = 0;
    for (size_t i = 1; i < json_array_size(root) - 2; i++)
        count += naive_has(json_array_get(root, i), key);
    return count;
}

static bool fill_checksum(const json_t *object, exchange_frame *frame)
{
    const char *text = naive_text(object, "c");
    if (!naive_has(object, "c"))
        return true;
    if (!text || strlen(text) == 0 || strlen(text) > 10 ||
        strspn(text, "0123456789") != json_string_length(json_object_get(object, "c")))
        return false;
    unsigned long long value = strtoull(text, NULL, 10);
    frame->checksum = (uint32_t)value;
    frame->has_checksum = true;
    return value <= UINT32_MAX;
}

static bool fill_list(const json_t *object, const char *key, book_side side, exchange_frame *frame)
{
    return !naive_has(object, key) || naive_levels(json_object_get(object, key), true, frame, side);
}

static bool fill_book(const json_t *root, exchange_frame *frame)
{
    static const char *const keys[] = {"as", "bs", "a", "b", "c"};
    for (size_t i = 0; i < sizeof keys / sizeof *keys; i++)
        if (count_key(root, keys[i]) > 1)
            return false;
    for (size_t i = 1; i < json_array_size(root) - 2; i++) {
        const json_t *object = json_array_get(root, i);
        if (!fill_list(object, "as", BOOK_ASKS, frame) ||
            !fill_list(object, "a", BOOK_ASKS, frame) ||
            !fill_list(object, "bs", BOOK_BIDS, frame) ||
            !fill_list(object, "b", BOOK_BIDS, frame) || !fill_checksum(object, frame))
            return false;
    }
    return true;
}

static void naive_book(const json_t *root, exchange_frame *frame)
{
    size_t size = json_array_size(root);
    const json_t *pair = json_array_get(root, size - 1), *channel = json_array_get(root, size - 2);
    uint32_t depth;
    if (!read_depth(json_string_value(channel), json_string_length(channel), &depth))
        return;
    bool is_snapshot = count_key(root, "as") + count_key(root, "bs") > 0;
    bool is_depth = count_key(root, "a") + count_key(root, "b") > 0;
    frame->depth_max = depth;
    frame->instrument = (json_text){json_string_value(pair), json_string_length(pair)};
    frame->kind = is_snapshot ? EXCHANGE_FRAME_SNAPSHOT : EXCHANGE_FRAME_DEPTH;
    if (is_snapshot == is_depth || !fill_book(root, frame))
        frame->kind = EXCHANGE_FRAME_BAD;
}

static void naive_status(const json_t *root, exchange_frame *frame)
{
    static const char *const known[] = {"heartbeat", "systemStatus", "subscriptionStatus", "pong"};
    if (naive_is(root, "event", "error"))
        frame->kind = EXCHANGE_FRAME_BAD;
    for (size_t i = 0; i < sizeof known / sizeof *known; i++)
        if (naive_is(root, "event", known[i]))
            frame->kind =
                naive_is(root, "status", "error") ? EXCHANGE_FRAME_BAD : EXCHANGE_FRAME_STATUS;
}

static void naive_kraken(const json_t *root, exchange_frame *frame)
{
    if (json_is_object(root))
        naive_status(root, frame);
    else if (is_book_shaped(root))
        naive_book(root, frame);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size_bytes)
{
    check_frame(bytes, size_bytes, kraken_decode, naive_kraken);
    return 0;
}

/* SPDX-License-Identifier: Apache-2.0 */
/* The decoder of Binance frames against a naive one. */
#include "naive_frame.h"

static bool has_both_lists(const json_t *data)
{
    return (naive_has(data, "bids") && json_is_array(json_object_get(data, "b"))) ||
           (naive_has(data, "asks") && json_is_array(json_object_get(data, "a")));
}

static bool fill_lists(const json_t *data, const char *bids, const char *asks,
                       exchange_frame *frame)
{
    return !has_both_lists(data) &&
           naive_levels(json_object_get(data, bids), false, frame, BOOK_BIDS) &&
           naive_levels(json_object_get(data, asks), false, frame, BOOK_ASKS);
}

static bool fill_depth(const json_t *data, exchange_frame *frame)
{
    frame->has_previous = naive_has(data, "pu");
    frame->instrument = naive_name(data, "s");
    return naive_text(data, "s") && naive_uint(data, "U", &frame->first_id) &&
           naive_uint(data, "u", &frame->last_id) &&
           (!frame->has_previous || naive_uint(data, "pu", &frame->previous_id)) &&
           fill_lists(data, "b", "a", frame);
}

static bool fill_ticker(const json_t *data, exchange_frame *frame)
{
    frame->has_sizes = true;
    frame->instrument = naive_name(data, "s");
    return naive_text(data, "s") && naive_uint(data, "u", &frame->last_id) &&
           naive_decimal(data, "b", 8, &frame->best[BOOK_BIDS].price) &&
           naive_decimal(data, "B", 8, &frame->best[BOOK_BIDS].quantity) &&
           naive_decimal(data, "a", 8, &frame->best[BOOK_ASKS].price) &&
           naive_decimal(data, "A", 8, &frame->best[BOOK_ASKS].quantity);
}

static bool fill_trade(const json_t *data, exchange_frame *frame)
{
    frame->instrument = naive_name(data, "s");
    return naive_text(data, "s") && naive_decimal(data, "p", 8, &frame->trade.price) &&
           naive_decimal(data, "q", 8, &frame->trade.quantity);
}

static bool fill_snapshot(const json_t *data, exchange_frame *frame)
{
    return naive_uint(data, "lastUpdateId", &frame->last_id) &&
           fill_lists(data, "bids", "asks", frame);
}

static bool is_nameless_ticker(const json_t *root, const json_t *data)
{
    const char *stream = naive_text(root, "stream");
    if (stream) {
        const char *at = strchr(stream, '@');
        return at && (strcmp(at, "@bookTicker") == 0 || strncmp(at, "@bookTicker@", 12) == 0);
    }
    return naive_has(data, "s") && naive_has(data, "u") && naive_has(data, "B") &&
           naive_has(data, "A") && naive_has(data, "b") && naive_has(data, "a") &&
           !json_is_array(json_object_get(data, "b")) && !json_is_array(json_object_get(data, "a"));
}

static exchange_frame_kind kind_of(const json_t *root, const json_t *data)
{
    const char *event = naive_text(data, "e");
    bool has_stream = naive_has(root, "stream");
    if (event)
        return strcmp(event, "depthUpdate") == 0  ? EXCHANGE_FRAME_DEPTH
               : strcmp(event, "bookTicker") == 0 ? EXCHANGE_FRAME_TICKER
               : strcmp(event, "trade") == 0      ? EXCHANGE_FRAME_TRADE
                                                  : EXCHANGE_FRAME_UNKNOWN;
    if (!has_stream && naive_has(data, "lastUpdateId"))
        return EXCHANGE_FRAME_SNAPSHOT;
    if (is_nameless_ticker(root, data))
        return EXCHANGE_FRAME_TICKER;
    return !has_stream && (naive_has(data, "result") || naive_has(data, "code") ||
                           naive_has(data, "error"))
               ? EXCHANGE_FRAME_STATUS
               : EXCHANGE_FRAME_UNKNOWN;
}

static bool fill(const json_t *data, exchange_frame *frame)
{
    switch (frame->kind) {
    case EXCHANGE_FRAME_DEPTH: return fill_depth(data, frame);
    case EXCHANGE_FRAME_TICKER: return fill_ticker(data, frame);
    case EXCHANGE_FRAME_TRADE: return fill_trade(data, frame);
    case EXCHANGE_FRAME_SNAPSHOT: return fill_snapshot(data, frame);
    case EXCHANGE_FRAME_STATUS: return !naive_has(data, "code") && !naive_has(data, "error");
    default: return json_is_object(data);
    }
}

static void naive_binance(const json_t *root, exchange_frame *frame)
{
    const json_t *inner = json_object_get(root, "data");
    const json_t *data = json_is_object(inner) ? inner : root;
    frame->decimals = (book_decimals){8, 8};
    frame->kind = kind_of(root, data);
    if (!json_is_object(root) || !fill(data, frame))
        frame->kind = EXCHANGE_FRAME_BAD;
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size_bytes)
{
    check_frame(bytes, size_bytes, binance_decode, naive_binance);
    return 0;
}

/* SPDX-License-Identifier: Apache-2.0 */
/* The decoder of Coinbase frames against a naive one. */
#include "naive_frame.h"

static bool has_both_lists(const json_t *root)
{
    return naive_has(root, "changes") && (naive_has(root, "bids") || naive_has(root, "asks"));
}

static bool fill_changes(const json_t *root, exchange_frame *frame)
{
    const json_t *changes = json_object_get(root, "changes");
    size_t i;
    json_t *change;
    json_array_foreach(changes, i, change)
    {
        const char *side = json_string_value(json_array_get(change, 0));
        bool is_buy = side && strcmp(side, "buy") == 0;
        if ((!is_buy && (!side || strcmp(side, "sell") != 0)) ||
            !naive_level(change, 1, false, frame, is_buy ? BOOK_BIDS : BOOK_ASKS))
            return false;
    }
    return json_is_array(changes) && !has_both_lists(root);
}

static bool fill_snapshot(const json_t *root, exchange_frame *frame)
{
    return !has_both_lists(root) &&
           naive_levels(json_object_get(root, "bids"), false, frame, BOOK_BIDS) &&
           naive_levels(json_object_get(root, "asks"), false, frame, BOOK_ASKS);
}

static bool fill_sequence(const json_t *root, exchange_frame *frame)
{
    return !naive_has(root, "sequence") || naive_uint(root, "sequence", &frame->last_id);
}

static bool fill_size(const json_t *root, const char *key, int64_t *size)
{
    return !naive_has(root, key) || naive_decimal(root, key, 10, size);
}

static bool fill_ticker(const json_t *root, exchange_frame *frame)
{
    frame->has_sizes = naive_has(root, "best_bid_size") && naive_has(root, "best_ask_size");
    return naive_decimal(root, "best_bid", 10, &frame->best[BOOK_BIDS].price) &&
           naive_decimal(root, "best_ask", 10, &frame->best[BOOK_ASKS].price) &&
           fill_size(root, "best_bid_size", &frame->best[BOOK_BIDS].quantity) &&
           fill_size(root, "best_ask_size", &frame->best[BOOK_ASKS].quantity) &&
           fill_sequence(root, frame);
}

static bool fill_trade(const json_t *root, exchange_frame *frame)
{
    return naive_decimal(root, "price", 10, &frame->trade.price) &&
           naive_decimal(root, "size", 10, &frame->trade.quantity) && fill_sequence(root, frame);
}

static bool fill(const json_t *root, exchange_frame *frame)
{
    switch (frame->kind) {
    case EXCHANGE_FRAME_DEPTH: return fill_changes(root, frame);
    case EXCHANGE_FRAME_SNAPSHOT: return fill_snapshot(root, frame);
    case EXCHANGE_FRAME_TICKER: return fill_ticker(root, frame);
    default: return fill_trade(root, frame);
    }
}

static exchange_frame_kind kind_of(const json_t *root)
{
    static const struct {
        const char *type;
        exchange_frame_kind kind;
    } kinds[] = {
        {"l2update", EXCHANGE_FRAME_DEPTH},        {"snapshot", EXCHANGE_FRAME_SNAPSHOT},
        {"ticker", EXCHANGE_FRAME_TICKER},         {"match", EXCHANGE_FRAME_TRADE},
        {"last_match", EXCHANGE_FRAME_LAST_TRADE}, {"subscriptions", EXCHANGE_FRAME_STATUS},
        {"heartbeat", EXCHANGE_FRAME_STATUS},      {"error", EXCHANGE_FRAME_BAD},
    };
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
        if (naive_is(root, "type", kinds[i].type))
            return kinds[i].kind;
    return EXCHANGE_FRAME_UNKNOWN;
}

static void naive_coinbase(const json_t *root, exchange_frame *frame)
{
    frame->decimals = (book_decimals){10, 10};
    frame->kind = json_is_object(root) ? kind_of(root) : EXCHANGE_FRAME_BAD;
    if (frame->kind < EXCHANGE_FRAME_SNAPSHOT)
        return;
    frame->instrument = naive_name(root, "product_id");
    if (!naive_text(root, "product_id") || !fill(root, frame))
        frame->kind = EXCHANGE_FRAME_BAD;
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size_bytes)
{
    check_frame(bytes, size_bytes, coinbase_decode, naive_coinbase);
    return 0;
}

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Frames of Coinbase Exchange: channels level2, ticker, matches.
 * https://docs.cdp.coinbase.com/exchange/docs/websocket-channels
 */
#include "feeds/exchange_fields.h"

enum { DECIMALS = 10 };

typedef enum coinbase_key {
    TYPE,
    PRODUCT,
    CHANGES,
    BIDS,
    ASKS,
    BEST_BID,
    BEST_ASK,
    BEST_BID_SIZE,
    BEST_ASK_SIZE,
    PRICE,
    SIZE,
    SEQUENCE,
    KEYS
} coinbase_key;

static const char *const names[] = {
    [TYPE] = "type",
    [PRODUCT] = "product_id",
    [CHANGES] = "changes",
    [BIDS] = "bids",
    [ASKS] = "asks",
    [BEST_BID] = "best_bid",
    [BEST_ASK] = "best_ask",
    [BEST_BID_SIZE] = "best_bid_size",
    [BEST_ASK_SIZE] = "best_ask_size",
    [PRICE] = "price",
    [SIZE] = "size",
    [SEQUENCE] = "sequence",
};

typedef struct coinbase {
    exchange_fields fields;
    json_text type;
} coinbase;

static coinbase_key find_key(json_text name)
{
    coinbase_key key = 0;
    while (key < KEYS && (names[key][0] != *name.text ||
                          !json_text_equals(name, names[key], __builtin_strlen(names[key])))) {
        key++;
    }
    return key;
}

/* "buy" or "sell", in front of price and size. */
static bool read_side(json_scan *in, book_side *side)
{
    json_text text;
    if (!json_scan_element(in) || !json_scan_try_string(in, &text)) {
        return false;
    }
    *side = json_text_is(text, "buy") ? BOOK_BIDS : BOOK_ASKS;
    return *side == BOOK_BIDS || json_text_is(text, "sell");
}

static exchange_value read_change(exchange_fields *fields)
{
    json_scan *in = &fields->in;
    book_side side;
    book_level level;
    if (json_scan_peek(in) != '[' || !json_scan_open(in, '[') || !read_side(in, &side)) {
        return EXCHANGE_VALUE_NO_CHANGES;
    }
    exchange_value value = exchange_level_read(in, &fields->form, &level);
    if (value != EXCHANGE_VALUE_OK) {
        return value == EXCHANGE_VALUE_NO_LEVELS ? EXCHANGE_VALUE_NO_CHANGES : value;
    }
    while (json_scan_element(in)) {
        (void)json_scan_skip(in);
    }
    return exchange_levels_add(&fields->frame->sides[side], level);
}

static exchange_value read_changes(exchange_fields *fields)
{
    exchange_value value = EXCHANGE_VALUE_OK;
    if (json_scan_peek(&fields->in) != '[' || !json_scan_open(&fields->in, '[')) {
        return EXCHANGE_VALUE_NO_CHANGES;
    }
    while (value == EXCHANGE_VALUE_OK && json_scan_element(&fields->in)) {
        value = read_change(fields);
    }
    return value;
}

static void note_changes(exchange_fields *fields)
{
    json_scan before = fields->in;
    exchange_value value = read_changes(fields);
    if (value != EXCHANGE_VALUE_OK) {
        fields->in = before;
        (void)json_scan_skip(&fields->in);
    }
    exchange_fields_note(fields, CHANGES, value);
}

static void read_value(coinbase *self, coinbase_key key)
{
    exchange_fields *fields = &self->fields;
    exchange_frame *frame = fields->frame;
    switch (key) {
    case TYPE: exchange_fields_text(fields, key, &self->type); break;
    case PRODUCT: exchange_fields_text(fields, key, &frame->instrument); break;
    case CHANGES: note_changes(fields); break;
    case BIDS: exchange_fields_levels(fields, key, BOOK_BIDS); break;
    case ASKS: exchange_fields_levels(fields, key, BOOK_ASKS); break;
    case BEST_BID: exchange_fields_decimal(fields, key, &frame->best[BOOK_BIDS].price); break;
    case BEST_ASK: exchange_fields_decimal(fields, key, &frame->best[BOOK_ASKS].price); break;
    case BEST_BID_SIZE:
        exchange_fields_decimal(fields, key, &frame->best[BOOK_BIDS].quantity);
        break;
    case BEST_ASK_SIZE:
        exchange_fields_decimal(fields, key, &frame->best[BOOK_ASKS].quantity);
        break;
    case PRICE: exchange_fields_decimal(fields, key, &frame->trade.price); break;
    case SIZE: exchange_fields_decimal(fields, key, &frame->trade.quantity); break;
    case SEQUENCE: exchange_fields_uint(fields, key, &frame->last_id); break;
    case KEYS: (void)json_scan_skip(&fields->in); break;
    }
}

static void make_error(exchange_frame *frame)
{
    exchange_frame_fail(
        frame, EXCHANGE_FRAME_STATUS,
        (exchange_fault){EXCHANGE_BAD_REFUSED, NULL, "the exchange reports an error"});
}

/* A snapshot and changes fill the same lists: who gives both gives neither. */
static void refuse_both(exchange_fields *fields)
{
    const uint32_t sides = EXCHANGE_KEY(BIDS) | EXCHANGE_KEY(ASKS);
    if (exchange_fields_saw(fields, CHANGES) && (fields->seen & sides)) {
        exchange_fields_blame(fields, CHANGES, EXCHANGE_VALUE_TWICE);
        exchange_fields_blame(fields, BIDS, EXCHANGE_VALUE_TWICE);
        exchange_fields_blame(fields, ASKS, EXCHANGE_VALUE_TWICE);
    }
}

static void make_ticker(exchange_fields *fields)
{
    const uint32_t sizes = EXCHANGE_KEY(BEST_BID_SIZE) | EXCHANGE_KEY(BEST_ASK_SIZE);
    fields->frame->has_sizes = (fields->seen & sizes) == sizes;
    exchange_fields_make(fields, EXCHANGE_FRAME_TICKER,
                         EXCHANGE_KEY(PRODUCT) | EXCHANGE_KEY(BEST_BID) | EXCHANGE_KEY(BEST_ASK),
                         sizes | EXCHANGE_KEY(SEQUENCE));
}

static void make_trade(exchange_fields *fields, exchange_frame_kind kind)
{
    exchange_fields_make(fields, kind,
                         EXCHANGE_KEY(PRODUCT) | EXCHANGE_KEY(PRICE) | EXCHANGE_KEY(SIZE),
                         EXCHANGE_KEY(SEQUENCE));
}

static void make(coinbase *self)
{
    exchange_fields *fields = &self->fields;
    json_text type = exchange_fields_has(fields, TYPE) ? self->type : (json_text){"", 0};
    refuse_both(fields);
    if (json_text_is(type, "l2update")) {
        exchange_fields_make(fields, EXCHANGE_FRAME_DEPTH,
                             EXCHANGE_KEY(PRODUCT) | EXCHANGE_KEY(CHANGES), 0);
    } else if (json_text_is(type, "snapshot")) {
        exchange_fields_make(fields, EXCHANGE_FRAME_SNAPSHOT,
                             EXCHANGE_KEY(PRODUCT) | EXCHANGE_KEY(BIDS) | EXCHANGE_KEY(ASKS), 0);
    } else if (json_text_is(type, "ticker")) {
        make_ticker(fields);
    } else if (json_text_is(type, "match")) {
        make_trade(fields, EXCHANGE_FRAME_TRADE);
    } else if (json_text_is(type, "last_match")) {
        make_trade(fields, EXCHANGE_FRAME_LAST_TRADE);
    } else if (json_text_is(type, "subscriptions") || json_text_is(type, "heartbeat")) {
        fields->frame->kind = EXCHANGE_FRAME_STATUS;
    } else if (json_text_is(type, "error")) {
        make_error(fields->frame);
    }
}

void coinbase_decode(const char *text, size_t size, exchange_frame *frame)
{
    json_text name;
    coinbase self = {.fields = {.in = json_scan_of(text, size),
                                .frame = frame,
                                .names = names,
                                .form = {.decimals = {DECIMALS, DECIMALS}}}};
    exchange_frame_begin(frame, DECIMALS);
    (void)json_scan_open(&self.fields.in, '{');
    while (json_scan_member(&self.fields.in, &name)) {
        read_value(&self, find_key(name));
    }
    if (exchange_fields_finish(&self.fields)) {
        make(&self);
    }
}

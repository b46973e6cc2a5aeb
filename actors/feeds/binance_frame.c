/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Frames of Binance, spot and futures: https://developers.binance.com/docs, "WebSocket Streams".
 *
 * A combined stream wraps each frame, {"stream":"btcusdt@trade","data":{...}}; a raw one does not.
 * What it is stands in `e`, but spot's bookTicker has none and is told by its stream or its keys.
 */
#include "feeds/exchange_fields.h"

enum { DECIMALS = 8 };

typedef enum binance_key {
    STREAM,
    DATA,
    EVENT,
    SYMBOL,
    FIRST_ID,
    LAST_ID,
    PREVIOUS_ID,
    BID_LEVELS, /* `b` and `a` are levels in depth, prices in bookTicker */
    ASK_LEVELS,
    BID_PRICE,
    ASK_PRICE,
    BID_QUANTITY,
    ASK_QUANTITY,
    PRICE,
    QUANTITY,
    SNAPSHOT_ID,
    SNAPSHOT_BIDS,
    SNAPSHOT_ASKS,
    RESULT,
    CODE,
    ERROR,
    OTHER
} binance_key;

static const char *const names[] = {
    [STREAM] = "stream",
    [DATA] = "data",
    [EVENT] = "e",
    [SYMBOL] = "s",
    [FIRST_ID] = "U",
    [LAST_ID] = "u",
    [PREVIOUS_ID] = "pu",
    [BID_LEVELS] = "b",
    [ASK_LEVELS] = "a",
    [BID_PRICE] = "b",
    [ASK_PRICE] = "a",
    [BID_QUANTITY] = "B",
    [ASK_QUANTITY] = "A",
    [PRICE] = "p",
    [QUANTITY] = "q",
    [SNAPSHOT_ID] = "lastUpdateId",
    [SNAPSHOT_BIDS] = "bids",
    [SNAPSHOT_ASKS] = "asks",
    [RESULT] = "result",
    [CODE] = "code",
    [ERROR] = "error",
};

typedef struct binance {
    exchange_fields fields;
    json_text stream;
    json_text event;
    uint64_t snapshot_id;
} binance;

static binance_key letter_key(char letter)
{
    switch (letter) {
    case 'e': return EVENT;
    case 's': return SYMBOL;
    case 'U': return FIRST_ID;
    case 'u': return LAST_ID;
    case 'b': return BID_PRICE;
    case 'B': return BID_QUANTITY;
    case 'a': return ASK_PRICE;
    case 'A': return ASK_QUANTITY;
    case 'p': return PRICE;
    case 'q': return QUANTITY;
    default: return OTHER;
    }
}

static binance_key find_key(json_text name)
{
    static const binance_key words[] = {
        STREAM, DATA, PREVIOUS_ID, SNAPSHOT_ID, SNAPSHOT_BIDS, SNAPSHOT_ASKS, RESULT, CODE, ERROR};
    if (name.size == 1) {
        return letter_key(*name.text);
    }
    for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
        const char *word = names[words[i]];
        if (*word == *name.text && json_text_equals(name, word, __builtin_strlen(word))) {
            return words[i];
        }
    }
    return OTHER;
}

/* `b` and `bids` fill the same list: who gives both gives neither. */
static void read_levels(binance *self, binance_key levels, binance_key other, book_side side)
{
    exchange_fields *fields = &self->fields;
    exchange_fields_levels(fields, levels, side);
    if (exchange_fields_saw(fields, other)) {
        exchange_fields_blame(fields, levels, EXCHANGE_VALUE_TWICE);
        exchange_fields_blame(fields, other, EXCHANGE_VALUE_TWICE);
    }
}

static void read_levels_or_price(binance *self, binance_key levels, binance_key price,
                                 book_side side)
{
    exchange_fields *fields = &self->fields;
    if (json_scan_peek(&fields->in) == '[') {
        read_levels(self, levels, levels == BID_LEVELS ? SNAPSHOT_BIDS : SNAPSHOT_ASKS, side);
    } else {
        exchange_fields_decimal(fields, price, &fields->frame->best[side].price);
    }
    if (exchange_fields_saw(fields, levels) && exchange_fields_saw(fields, price)) {
        exchange_fields_blame(fields, levels, EXCHANGE_VALUE_TWICE);
        exchange_fields_blame(fields, price, EXCHANGE_VALUE_TWICE);
    }
}

static void read_value(binance *self, binance_key key)
{
    exchange_fields *fields = &self->fields;
    exchange_frame *frame = fields->frame;
    switch (key) {
    case STREAM: exchange_fields_text(fields, key, &self->stream); break;
    case EVENT: exchange_fields_text(fields, key, &self->event); break;
    case SYMBOL: exchange_fields_text(fields, key, &frame->instrument); break;
    case FIRST_ID: exchange_fields_uint(fields, key, &frame->first_id); break;
    case LAST_ID: exchange_fields_uint(fields, key, &frame->last_id); break;
    case PREVIOUS_ID: exchange_fields_uint(fields, key, &frame->previous_id); break;
    case SNAPSHOT_ID: exchange_fields_uint(fields, key, &self->snapshot_id); break;
    case BID_PRICE: read_levels_or_price(self, BID_LEVELS, BID_PRICE, BOOK_BIDS); break;
    case ASK_PRICE: read_levels_or_price(self, ASK_LEVELS, ASK_PRICE, BOOK_ASKS); break;
    case BID_QUANTITY:
        exchange_fields_decimal(fields, key, &frame->best[BOOK_BIDS].quantity);
        break;
    case ASK_QUANTITY:
        exchange_fields_decimal(fields, key, &frame->best[BOOK_ASKS].quantity);
        break;
    case PRICE: exchange_fields_decimal(fields, key, &frame->trade.price); break;
    case QUANTITY: exchange_fields_decimal(fields, key, &frame->trade.quantity); break;
    case SNAPSHOT_BIDS: read_levels(self, key, BID_LEVELS, BOOK_BIDS); break;
    case SNAPSHOT_ASKS: read_levels(self, key, ASK_LEVELS, BOOK_ASKS); break;
    case RESULT:
    case CODE:
    case ERROR: exchange_fields_see(fields, key); break;
    default: (void)json_scan_skip(&fields->in); break;
    }
}

/* The members of what is wrapped count in place of those around it, but for the stream. */
static void read_data(binance *self)
{
    exchange_fields *fields = &self->fields;
    json_text name;
    uint32_t around = fields->seen & (EXCHANGE_KEY(STREAM) | EXCHANGE_KEY(DATA));
    fields->seen = around;
    fields->wrong &= around;
    fields->frame->sides[BOOK_BIDS].count = fields->frame->sides[BOOK_ASKS].count = 0;
    exchange_fields_note(fields, DATA, EXCHANGE_VALUE_OK);
    (void)json_scan_open(&fields->in, '{');
    while (json_scan_member(&fields->in, &name)) {
        binance_key key = find_key(name);
        read_value(self, key == STREAM ? OTHER : key);
    }
}

static void read_frame(binance *self)
{
    exchange_fields *fields = &self->fields;
    json_text name;
    (void)json_scan_open(&fields->in, '{');
    while (json_scan_member(&fields->in, &name)) {
        binance_key key = find_key(name);
        if (key == DATA && json_scan_peek(&fields->in) == '{') {
            read_data(self);
        } else if (key == STREAM || !exchange_fields_saw(fields, DATA)) {
            read_value(self, key);
        } else {
            (void)json_scan_skip(&fields->in);
        }
    }
}

/* Whether the stream is "<symbol>@<kind>", or that with more behind another '@'. */
static bool stream_is(const binance *self, const char *kind, size_t size)
{
    const char *at = memchr(self->stream.text, '@', self->stream.size);
    size_t left = at ? (size_t)(self->stream.text + self->stream.size - ++at) : 0;
    return left >= size && memcmp(at, kind, size) == 0 && (left == size || at[size] == '@');
}

static bool is_nameless_ticker(const binance *self)
{
    const uint32_t keys = EXCHANGE_KEY(SYMBOL) | EXCHANGE_KEY(LAST_ID) | EXCHANGE_KEY(BID_PRICE) |
                          EXCHANGE_KEY(BID_QUANTITY) | EXCHANGE_KEY(ASK_PRICE) |
                          EXCHANGE_KEY(ASK_QUANTITY);
    if (exchange_fields_has(&self->fields, STREAM)) {
        return stream_is(self, "bookTicker", sizeof "bookTicker" - 1);
    }
    return (self->fields.seen & keys) == keys;
}

static exchange_frame_kind kind_of(const binance *self)
{
    const exchange_fields *fields = &self->fields;
    bool has_stream = exchange_fields_saw(fields, STREAM);
    if (exchange_fields_has(fields, EVENT)) {
        return json_text_is(self->event, "depthUpdate")  ? EXCHANGE_FRAME_DEPTH
               : json_text_is(self->event, "bookTicker") ? EXCHANGE_FRAME_TICKER
               : json_text_is(self->event, "trade")      ? EXCHANGE_FRAME_TRADE
                                                         : EXCHANGE_FRAME_UNKNOWN;
    }
    if (!has_stream && exchange_fields_saw(fields, SNAPSHOT_ID)) {
        return EXCHANGE_FRAME_SNAPSHOT;
    }
    if (is_nameless_ticker(self)) {
        return EXCHANGE_FRAME_TICKER;
    }
    return !has_stream && (fields->seen &
                           (EXCHANGE_KEY(RESULT) | EXCHANGE_KEY(CODE) | EXCHANGE_KEY(ERROR)))
               ? EXCHANGE_FRAME_STATUS
               : EXCHANGE_FRAME_UNKNOWN;
}

static void make_depth(binance *self)
{
    exchange_fields *fields = &self->fields;
    fields->frame->has_previous = exchange_fields_saw(fields, PREVIOUS_ID);
    exchange_fields_make(fields, EXCHANGE_FRAME_DEPTH,
                         EXCHANGE_KEY(SYMBOL) | EXCHANGE_KEY(FIRST_ID) | EXCHANGE_KEY(LAST_ID) |
                             EXCHANGE_KEY(BID_LEVELS) | EXCHANGE_KEY(ASK_LEVELS),
                         EXCHANGE_KEY(PREVIOUS_ID));
}

static void make_ticker(binance *self)
{
    self->fields.frame->has_sizes = true;
    exchange_fields_make(&self->fields, EXCHANGE_FRAME_TICKER,
                         EXCHANGE_KEY(SYMBOL) | EXCHANGE_KEY(LAST_ID) | EXCHANGE_KEY(BID_PRICE) |
                             EXCHANGE_KEY(BID_QUANTITY) | EXCHANGE_KEY(ASK_PRICE) |
                             EXCHANGE_KEY(ASK_QUANTITY),
                         0);
}

static void make_snapshot(binance *self)
{
    self->fields.frame->last_id = self->snapshot_id;
    self->fields.frame->instrument = (json_text){0};
    exchange_fields_make(
        &self->fields, EXCHANGE_FRAME_SNAPSHOT,
        EXCHANGE_KEY(SNAPSHOT_ID) | EXCHANGE_KEY(SNAPSHOT_BIDS) | EXCHANGE_KEY(SNAPSHOT_ASKS), 0);
}

/* An answer to a request: {"result":null,"id":1}, or what was wrong with it. */
static void make_status(binance *self)
{
    self->fields.frame->kind = EXCHANGE_FRAME_STATUS;
    if (exchange_fields_saw(&self->fields, CODE) || exchange_fields_saw(&self->fields, ERROR)) {
        exchange_frame_fail(
            self->fields.frame, EXCHANGE_FRAME_STATUS,
            (exchange_fault){EXCHANGE_BAD_REFUSED, NULL, "the exchange answers with an error"});
    }
}

void binance_decode(const char *text, size_t size, exchange_frame *frame)
{
    binance self = {.fields = {.in = json_scan_of(text, size),
                               .frame = frame,
                               .names = names,
                               .form = {.decimals = {DECIMALS, DECIMALS}}}};
    exchange_frame_begin(frame, DECIMALS);
    read_frame(&self);
    if (!exchange_fields_finish(&self.fields)) {
        return;
    }
    switch (kind_of(&self)) {
    case EXCHANGE_FRAME_DEPTH: make_depth(&self); break;
    case EXCHANGE_FRAME_TICKER: make_ticker(&self); break;
    case EXCHANGE_FRAME_SNAPSHOT: make_snapshot(&self); break;
    case EXCHANGE_FRAME_STATUS: make_status(&self); break;
    case EXCHANGE_FRAME_TRADE:
        exchange_fields_make(&self.fields, EXCHANGE_FRAME_TRADE,
                             EXCHANGE_KEY(SYMBOL) | EXCHANGE_KEY(PRICE) | EXCHANGE_KEY(QUANTITY),
                             0);
        break;
    default: break;
    }
}

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Frames of Kraken's WebSocket version 1: [channel id, {...}, "book-1000", "XBT/USD"], at times with
 * two objects, of which the last has the checksum; and objects with an `event` about the connection.
 * https://docs.kraken.com/api/docs/guides/spot-ws-book-v1
 */
#include "feeds/exchange_fields.h"

enum { TAIL = 2 /* texts at the end: channel and pair */ };

typedef enum kraken_key {
    SNAPSHOT_ASKS,
    SNAPSHOT_BIDS,
    ASKS,
    BIDS,
    CHECKSUM,
    EVENT,
    STATUS,
    OTHER
} kraken_key;

static const char *const names[] = {
    [SNAPSHOT_ASKS] = "as", [SNAPSHOT_BIDS] = "bs", [ASKS] = "a",        [BIDS] = "b",
    [CHECKSUM] = "c",       [EVENT] = "event",      [STATUS] = "status",
};

static const uint32_t SNAPSHOT_KEYS = EXCHANGE_KEY(SNAPSHOT_ASKS) | EXCHANGE_KEY(SNAPSHOT_BIDS);
static const uint32_t DEPTH_KEYS = EXCHANGE_KEY(ASKS) | EXCHANGE_KEY(BIDS);

typedef struct kraken {
    exchange_fields fields;
    json_text event;
    json_text status;
    json_text tail[TAIL];
    unsigned objects;
    unsigned texts;
    bool is_odd; /* something stands where a book frame has nothing like it */
} kraken;

static kraken_key find_key(json_text name)
{
    if (name.size == 1) {
        return *name.text == 'a'   ? ASKS
               : *name.text == 'b' ? BIDS
               : *name.text == 'c' ? CHECKSUM
                                   : OTHER;
    }
    return json_text_is(name, "as")       ? SNAPSHOT_ASKS
           : json_text_is(name, "bs")     ? SNAPSHOT_BIDS
           : json_text_is(name, "event")  ? EVENT
           : json_text_is(name, "status") ? STATUS
                                          : OTHER;
}

static exchange_value parse_checksum(json_text text, uint32_t *checksum)
{
    uint64_t sum = 0;
    bool is_valid = text.size > 0 && text.size <= 10;
    for (size_t i = 0; is_valid && i < text.size; i++) {
        unsigned digit = (unsigned)(text.text[i] - '0');
        is_valid = digit <= 9;
        sum = sum * 10 + digit;
    }
    *checksum = (uint32_t)sum;
    return is_valid && sum <= UINT32_MAX ? EXCHANGE_VALUE_OK : EXCHANGE_VALUE_NO_CHECKSUM;
}

static void read_checksum(exchange_fields *fields)
{
    json_text text;
    exchange_value value = EXCHANGE_VALUE_NO_CHECKSUM;
    if (json_scan_try_string(&fields->in, &text)) {
        value = parse_checksum(text, &fields->frame->checksum);
    } else {
        (void)json_scan_skip(&fields->in);
    }
    exchange_fields_note(fields, CHECKSUM, value);
}

static void read_book_value(kraken *self, kraken_key key)
{
    exchange_fields *fields = &self->fields;
    switch (key) {
    case SNAPSHOT_ASKS:
    case ASKS: exchange_fields_levels(fields, key, BOOK_ASKS); break;
    case SNAPSHOT_BIDS:
    case BIDS: exchange_fields_levels(fields, key, BOOK_BIDS); break;
    case CHECKSUM: read_checksum(fields); break;
    default: (void)json_scan_skip(&fields->in); break;
    }
}

static void read_book(kraken *self)
{
    json_text name;
    self->objects++;
    self->is_odd |= self->texts > 0;
    (void)json_scan_open(&self->fields.in, '{');
    while (json_scan_member(&self->fields.in, &name)) {
        read_book_value(self, find_key(name));
    }
}

static void read_text(kraken *self)
{
    json_text text;
    (void)json_scan_string(&self->fields.in, &text);
    self->is_odd |= self->texts == TAIL;
    if (self->texts < TAIL) {
        self->tail[self->texts++] = text;
    }
}

static void read_item(kraken *self, bool is_first)
{
    json_scan *in = &self->fields.in;
    uint64_t channel;
    switch (json_scan_peek(in)) {
    case '{':
        self->is_odd |= is_first;
        read_book(self);
        break;
    case '"':
        self->is_odd |= is_first;
        read_text(self);
        break;
    default:
        if (!is_first || !json_scan_try_uint(in, &channel)) {
            self->is_odd = true;
            (void)json_scan_skip(in);
        }
    }
}

/* "book" or "book-N". The number goes to the frame; without one it is 10, as the exchange has it. */
static bool read_channel(json_text channel, exchange_frame *frame)
{
    static const char prefix[] = "book-";
    const size_t size = sizeof prefix - 1;
    uint64_t depth = 0;
    frame->depth_max = 10;
    if (json_text_is(channel, "book")) {
        return true;
    }
    if (channel.size <= size || channel.size > size + 6 ||
        memcmp(channel.text, prefix, size) != 0) {
        return false;
    }
    for (size_t i = size; i < channel.size; i++) {
        unsigned digit = (unsigned)(channel.text[i] - '0');
        if (digit > 9) {
            return false;
        }
        depth = depth * 10 + digit;
    }
    frame->depth_max = (uint32_t)depth;
    return depth > 0;
}

static void make_book(kraken *self)
{
    exchange_fields *fields = &self->fields;
    exchange_frame *frame = fields->frame;
    bool is_snapshot = (fields->seen & SNAPSHOT_KEYS) != 0;
    bool is_depth = (fields->seen & DEPTH_KEYS) != 0;
    exchange_frame_kind kind = is_snapshot ? EXCHANGE_FRAME_SNAPSHOT : EXCHANGE_FRAME_DEPTH;
    frame->instrument = self->tail[1];
    frame->decimals = fields->form.decimals;
    frame->republished = fields->form.republished;
    frame->has_checksum = exchange_fields_saw(fields, CHECKSUM);
    if (is_snapshot == is_depth) {
        exchange_frame_fail(
            frame, kind,
            (exchange_fault){EXCHANGE_BAD_KEY, NULL, "expected either as and bs, or a and b"});
    }
    if (frame->kind != EXCHANGE_FRAME_BAD) {
        exchange_fields_make(fields, kind, 0, SNAPSHOT_KEYS | DEPTH_KEYS | EXCHANGE_KEY(CHECKSUM));
    }
}

static void decode_array(kraken *self)
{
    bool is_first = true;
    (void)json_scan_open(&self->fields.in, '[');
    while (json_scan_element(&self->fields.in)) {
        read_item(self, is_first);
        is_first = false;
    }
    if (exchange_fields_finish(&self->fields) && !self->is_odd && self->objects > 0 &&
        self->texts == TAIL && read_channel(self->tail[0], self->fields.frame)) {
        make_book(self);
    }
}

static void make_status(kraken *self)
{
    static const char *const known[] = {"heartbeat", "systemStatus", "subscriptionStatus", "pong"};
    exchange_fields *fields = &self->fields;
    json_text event = exchange_fields_has(fields, EVENT) ? self->event : (json_text){"", 0};
    bool is_error = json_text_is(event, "error");
    for (size_t i = 0; i < sizeof known / sizeof *known; i++) {
        if (json_text_equals(event, known[i], strlen(known[i]))) {
            fields->frame->kind = EXCHANGE_FRAME_STATUS;
            is_error = exchange_fields_has(fields, STATUS) && json_text_is(self->status, "error");
        }
    }
    if (is_error) {
        exchange_frame_fail(
            fields->frame, EXCHANGE_FRAME_STATUS,
            (exchange_fault){EXCHANGE_BAD_REFUSED, NULL, "the exchange reports an error"});
    }
}

static void decode_object(kraken *self)
{
    exchange_fields *fields = &self->fields;
    json_text name;
    (void)json_scan_open(&fields->in, '{');
    while (json_scan_member(&fields->in, &name)) {
        switch (find_key(name)) {
        case EVENT: exchange_fields_text(fields, EVENT, &self->event); break;
        case STATUS: exchange_fields_text(fields, STATUS, &self->status); break;
        default: (void)json_scan_skip(&fields->in); break;
        }
    }
    if (exchange_fields_finish(fields)) {
        make_status(self);
    }
}

void kraken_decode(const char *text, size_t size, exchange_frame *frame)
{
    kraken self = {.fields = {.in = json_scan_of(text, size),
                              .frame = frame,
                              .names = names,
                              .form = {.as_written = true}}};
    exchange_frame_begin(frame, 0);
    if (json_scan_peek(&self.fields.in) == '[') {
        decode_array(&self);
    } else {
        decode_object(&self);
    }
}

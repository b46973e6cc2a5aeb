/* SPDX-License-Identifier: Apache-2.0 */
#include "feeds/exchange_fields.h"

static const struct value_text {
    exchange_bad kind;
    const char *reason;
} value_texts[] = {
    [EXCHANGE_VALUE_MALFORMED] = {EXCHANGE_BAD_NUMBER,
                                  "expected a decimal: digits, or digits, a dot and digits"},
    [EXCHANGE_VALUE_TOO_LARGE] = {EXCHANGE_BAD_NUMBER,
                                  "expected a decimal below 2^63 in the unit of the book"},
    [EXCHANGE_VALUE_TOO_FINE] = {EXCHANGE_BAD_NUMBER,
                                 "expected no more decimals than the book has"},
    [EXCHANGE_VALUE_NO_STRING] = {EXCHANGE_BAD_VALUE, "expected a string"},
    [EXCHANGE_VALUE_NO_DECIMAL] = {EXCHANGE_BAD_VALUE, "expected a decimal in quotes"},
    [EXCHANGE_VALUE_NO_INTEGER] = {EXCHANGE_BAD_VALUE, "expected an integer of at most 64 bits"},
    [EXCHANGE_VALUE_NO_LEVELS] = {EXCHANGE_BAD_VALUE,
                                  "expected an array of levels, [\"price\",\"quantity\"]"},
    [EXCHANGE_VALUE_NO_CHANGES] = {EXCHANGE_BAD_VALUE,
                                   "expected an array of changes, [\"buy\",\"price\",\"size\"]"},
    [EXCHANGE_VALUE_NO_CHECKSUM] = {EXCHANGE_BAD_VALUE, "expected 32 bits as decimal text"},
    [EXCHANGE_VALUE_MIXED] = {EXCHANGE_BAD_NUMBER,
                              "expected all levels with the same count of decimals"},
    [EXCHANGE_VALUE_TWICE] = {EXCHANGE_BAD_KEY, "expected this key once, it is given twice"},
    [EXCHANGE_VALUE_NO_MEMORY] = {EXCHANGE_BAD_LIMIT, "out of memory for the levels of a frame"},
};

void exchange_fields_blame(exchange_fields *self, unsigned key, exchange_value value)
{
    self->seen |= EXCHANGE_KEY(key);
    self->wrong |= EXCHANGE_KEY(key);
    self->values[key] = (uint8_t)value;
}

void exchange_fields_note(exchange_fields *self, unsigned key, exchange_value value)
{
    bool is_again = exchange_fields_saw(self, key);
    self->seen |= EXCHANGE_KEY(key);
    if (value != EXCHANGE_VALUE_OK || is_again) {
        exchange_fields_blame(self, key, is_again ? EXCHANGE_VALUE_TWICE : value);
    }
}

void exchange_fields_see(exchange_fields *self, unsigned key)
{
    (void)json_scan_skip(&self->in);
    exchange_fields_note(self, key, EXCHANGE_VALUE_OK);
}

void exchange_fields_text(exchange_fields *self, unsigned key, json_text *to)
{
    exchange_value value = EXCHANGE_VALUE_OK;
    if (!json_scan_try_string(&self->in, to)) {
        value = EXCHANGE_VALUE_NO_STRING;
        (void)json_scan_skip(&self->in);
    }
    exchange_fields_note(self, key, value);
}

void exchange_fields_uint(exchange_fields *self, unsigned key, uint64_t *to)
{
    exchange_value value = EXCHANGE_VALUE_OK;
    if (!json_scan_try_uint(&self->in, to)) {
        value = EXCHANGE_VALUE_NO_INTEGER;
        (void)json_scan_skip(&self->in);
    }
    exchange_fields_note(self, key, value);
}

void exchange_fields_decimal(exchange_fields *self, unsigned key, int64_t *to)
{
    exchange_value value = exchange_decimal_read(&self->in, self->form.decimals.price, to);
    if (value == EXCHANGE_VALUE_NO_DECIMAL) {
        (void)json_scan_skip(&self->in);
    }
    exchange_fields_note(self, key, value);
}

void exchange_fields_levels(exchange_fields *self, unsigned key, book_side side)
{
    json_scan before = self->in;
    exchange_value value = exchange_levels_read(&self->in, &self->form, &self->frame->sides[side]);
    if (value != EXCHANGE_VALUE_OK) {
        self->in = before;
        (void)json_scan_skip(&self->in);
    }
    exchange_fields_note(self, key, value);
}

static exchange_fault fault_of(const exchange_fields *self, uint32_t keys)
{
    unsigned key = (unsigned)__builtin_ctz(keys);
    if (!exchange_fields_saw(self, key)) {
        return (exchange_fault){EXCHANGE_BAD_KEY, self->names[key],
                                "expected this key, it is missing"};
    }
    const struct value_text *text = &value_texts[self->values[key]];
    return (exchange_fault){text->kind, self->names[key], text->reason};
}

void exchange_fields_make(exchange_fields *self, exchange_frame_kind kind, uint32_t keys,
                          uint32_t if_here)
{
    uint32_t needed = keys | (if_here & self->seen);
    uint32_t missing = needed & ~(self->seen & ~self->wrong);
    if (missing) {
        exchange_frame_fail(self->frame, kind, fault_of(self, missing));
    } else {
        self->frame->kind = kind;
    }
}

bool exchange_fields_finish(exchange_fields *self)
{
    if (!json_scan_finish(&self->in)) {
        exchange_frame_fail(self->frame, EXCHANGE_FRAME_UNKNOWN,
                            (exchange_fault){EXCHANGE_BAD_JSON, NULL, self->in.reason});
    }
    return !self->in.reason;
}

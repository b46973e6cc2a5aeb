/* SPDX-License-Identifier: Apache-2.0 */
#ifndef FEEDS_EXCHANGE_FIELDS_H
#define FEEDS_EXCHANGE_FIELDS_H

/*
 * The known keys of a frame on the way through its text: which were seen, and which have a value of
 * a wrong form. Whether that matters is known only when the kind of the frame is: then the decoder
 * says which keys it needs. Part of the decoders of exchange_frame.h.
 *
 * Threads: fields belong to one thread at a time.
 */
#include "feeds/exchange_frame.h"

enum { EXCHANGE_KEYS_MAX = 32 };

#define EXCHANGE_KEY(key) (UINT32_C(1) << (key))

typedef struct exchange_fields {
    json_scan in;
    exchange_frame *frame;
    const char *const *names; /* of the keys */
    exchange_level_form form; /* of all levels of the frame */
    uint32_t seen;            /* a bit for each key */
    uint32_t wrong;
    uint8_t values[EXCHANGE_KEYS_MAX]; /* exchange_value of those that are wrong */
} exchange_fields;

/** Notes that the value of `key` is wrong. */
void exchange_fields_blame(exchange_fields *self, unsigned key, exchange_value value);

/** Notes that `key` is here, and what became of its value, which was passed or skipped. A key that
 * was here before is wrong. */
void exchange_fields_note(exchange_fields *self, unsigned key, exchange_value value);

/** Notes that `key` is here; its value does not matter and is skipped. */
void exchange_fields_see(exchange_fields *self, unsigned key);

/** Reads a string, a number, a decimal, the levels of a side; notes it as above. */
void exchange_fields_text(exchange_fields *self, unsigned key, json_text *to);
void exchange_fields_uint(exchange_fields *self, unsigned key, uint64_t *to);
void exchange_fields_decimal(exchange_fields *self, unsigned key, int64_t *to);
void exchange_fields_levels(exchange_fields *self, unsigned key, book_side side);

/** Whether `key` is here with a value that could be read. */
static inline bool exchange_fields_has(const exchange_fields *self, unsigned key)
{
    return (self->seen & ~self->wrong & EXCHANGE_KEY(key)) != 0;
}

/** Whether `key` is here, with whatever value. */
static inline bool exchange_fields_saw(const exchange_fields *self, unsigned key)
{
    return (self->seen & EXCHANGE_KEY(key)) != 0;
}

/** Makes the frame one of `kind` if all `keys` (bits) can be had and those in `if_here` if they are
 * here; else a bad one that was meant to be of that kind. */
void exchange_fields_make(exchange_fields *self, exchange_frame_kind kind, uint32_t keys,
                          uint32_t if_here);

/** Ends the text. Returns whether it was valid JSON; else the frame is bad. */
bool exchange_fields_finish(exchange_fields *self);

#endif

/* SPDX-License-Identifier: Apache-2.0 */
#ifndef LIBTYPES_SBE_CURSOR_H
#define LIBTYPES_SBE_CURSOR_H

/*
 * A cursor over the serialized form of one message, for both directions, in the manner of XDR.
 *
 * Each type has one walk, which names its fields in the order of the schema. On an encoding cursor
 * a field is copied from the payload to the bytes, on a decoding one from the bytes to the payload:
 * the two directions cannot disagree, and both check the same limits.
 *
 *     static void tick_walk(sbe_cursor *c, tick *m)
 *     {
 *         libtypes__block_begin(c, TICK_ID, 8 + 16);
 *         field_u64(c, "timestamp_ns", &m->timestamp_ns);
 *         field_level(c, "last", &m->last);
 *         libtypes__block_end(c);
 *     }
 *     SBE_MESSAGE(tick, TICK_ID)
 *
 * The first failure sticks and is the one reported; after it every call does nothing. So a walk
 * has no checks, except where it loops.
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <mycelium/message.h>

enum { GROUP_HEADER_BYTES = 4, PRICE_LEVEL_BYTES = 16 };

typedef struct sbe_cursor {
    bool encoding;
    int code;          /* 0, or the first failure */
    const uint8_t *in; /* decoding: the message */
    uint8_t *out;      /* encoding: where it goes */
    size_t size_bytes; /* of the one in use */
    size_t offset;     /* of the next field */
    size_t block_end;  /* where the sender's block ends, past our fields if it is newer */
    uint16_t version;  /* of the sender's schema */
    const char *type_name;
    myc_codec_error *error; /* may be NULL */
} sbe_cursor;

/** Records a failure unless there is one already. `field` NULL: about the whole message. */
void libtypes__fail(sbe_cursor *c, int code, const char *field, const char *reason, size_t offset);

/** Starts the message: its header, then a root block of `length_bytes` in this version. */
void libtypes__block_begin(sbe_cursor *c, uint16_t template_id, uint16_t length_bytes);

/** Ends the root block. The walk must have named fields for all of its length. */
void libtypes__block_end(sbe_cursor *c);

/**
 * Starts a group of at most `count_max` entries of `entry_bytes` each in this version.
 * Decoding sets `*count`. Returns the length of an entry on the wire.
 */
uint16_t libtypes__group_begin(sbe_cursor *c, const char *group, uint8_t *count, uint8_t count_max,
                               uint16_t entry_bytes);

/** Skips to `end` what a newer version has put behind the fields known here. */
void libtypes__skip_to(sbe_cursor *c, const char *group, size_t end);

/** Ends the message. Returns its count of bytes, or the failure. */
int64_t libtypes__finish(sbe_cursor *c);

static inline uint16_t load_u16(const uint8_t *at)
{
    return (uint16_t)(at[0] | at[1] << 8);
}

static inline uint32_t load_u32(const uint8_t *at)
{
    return load_u16(at) | (uint32_t)load_u16(at + 2) << 16;
}

static inline uint64_t load_u64(const uint8_t *at)
{
    return load_u32(at) | (uint64_t)load_u32(at + 4) << 32;
}

static inline void store_u16(uint8_t *at, uint16_t value)
{
    at[0] = (uint8_t)value;
    at[1] = (uint8_t)(value >> 8);
}

static inline void store_u32(uint8_t *at, uint32_t value)
{
    store_u16(at, (uint16_t)value);
    store_u16(at + 2, (uint16_t)(value >> 16));
}

static inline void store_u64(uint8_t *at, uint64_t value)
{
    store_u32(at, (uint32_t)value);
    store_u32(at + 4, (uint32_t)(value >> 32));
}

/* Moves past `length_bytes` and gives where they start; false when they are not all there. */
static inline bool take(sbe_cursor *c, const char *field, size_t length_bytes, size_t *at)
{
    *at = c->offset;
    if (c->code == 0 && length_bytes <= c->size_bytes - c->offset) {
        c->offset += length_bytes;
        return true;
    }
    libtypes__fail(c, MYC_ESHORT, field, "more bytes: the message ends before or in this field",
                   c->offset);
    return false;
}

/* The scalars at a place that take() gave. */
static inline void put_or_get_u16(const sbe_cursor *c, size_t at, uint16_t *value)
{
    if (c->encoding)
        store_u16(c->out + at, *value);
    else
        *value = load_u16(c->in + at);
}

static inline void put_or_get_u32(const sbe_cursor *c, size_t at, uint32_t *value)
{
    if (c->encoding)
        store_u32(c->out + at, *value);
    else
        *value = load_u32(c->in + at);
}

static inline void put_or_get_u64(const sbe_cursor *c, size_t at, uint64_t *value)
{
    if (c->encoding)
        store_u64(c->out + at, *value);
    else
        *value = load_u64(c->in + at);
}

static inline void put_or_get_i64(const sbe_cursor *c, size_t at, int64_t *value)
{
    uint64_t bits = (uint64_t)*value;
    put_or_get_u64(c, at, &bits);
    if (!c->encoding)
        *value = (int64_t)bits;
}

static inline void put_or_get_bytes(const sbe_cursor *c, size_t at, void *bytes, size_t size_bytes)
{
    if (c->encoding)
        memcpy(c->out + at, bytes, size_bytes);
    else
        memcpy(bytes, c->in + at, size_bytes);
}

#endif

/* SPDX-License-Identifier: Apache-2.0 */
#ifndef LIBTYPES_SBE_FIELDS_H
#define LIBTYPES_SBE_FIELDS_H

/*
 * The kinds of field the schema has, one function each, with the limits the schema sets.
 * See sbe_cursor.h for how a walk uses them.
 */
#include <libtypes/scalar.h>

#include "sbe_cursor.h"

/* 2^112, the bound of a V2 pool's reserves, in units of the high word. */
#define UINT112_HIGH_END (UINT64_C(1) << (112 - 64))

#define F64_EXPONENT UINT64_C(0x7ff0000000000000)
#define F64_FRACTION UINT64_C(0x000fffffffffffff)
#define F64_SIGN UINT64_C(0x8000000000000000)
#define F64_NULL UINT64_C(0x7ff8000000000000) /* the NaN that SBE takes for null */

static inline void field_u64(sbe_cursor *c, const char *field, uint64_t *value)
{
    size_t at;
    if (take(c, field, 8, &at))
        put_or_get_u64(c, at, value);
}

static inline void field_i64(sbe_cursor *c, const char *field, int64_t *value)
{
    size_t at;
    if (take(c, field, 8, &at))
        put_or_get_i64(c, at, value);
}

static inline void field_u16(sbe_cursor *c, const char *field, uint16_t *value)
{
    size_t at;
    if (take(c, field, 2, &at))
        put_or_get_u16(c, at, value);
}

static inline void field_u32(sbe_cursor *c, const char *field, uint32_t *value)
{
    size_t at;
    if (take(c, field, 4, &at))
        put_or_get_u32(c, at, value);
}

/* An enum or another small number, of the values `min` to `max`. */
static inline void field_u8(sbe_cursor *c, const char *field, uint8_t *value, uint8_t min,
                            uint8_t max, const char *expected)
{
    size_t at;
    if (!take(c, field, 1, &at))
        return;
    put_or_get_bytes(c, at, value, 1);
    if (*value < min || *value > max)
        libtypes__fail(c, MYC_EFIELD, field, expected, at);
}

static inline bool is_nan_bits(uint64_t bits)
{
    return (bits & F64_EXPONENT) == F64_EXPONENT && (bits & F64_FRACTION);
}

/* Returns the bits of the double. Any NaN goes out as the one that means null. */
static inline uint64_t put_or_get_f64(const sbe_cursor *c, size_t at, double *value)
{
    uint64_t bits;
    memcpy(&bits, value, sizeof bits);
    if (is_nan_bits(bits))
        bits = F64_NULL;
    put_or_get_u64(c, at, &bits);
    if (!c->encoding)
        memcpy(value, &bits, sizeof bits);
    return bits;
}

static inline void field_f64(sbe_cursor *c, const char *field, double *value)
{
    size_t at;
    if (!take(c, field, 8, &at))
        return;
    if ((put_or_get_f64(c, at, value) & F64_EXPONENT) == F64_EXPONENT)
        libtypes__fail(c, MYC_EFIELD, field, "a finite number", at);
}

static inline void field_f64_amount_or_null(sbe_cursor *c, const char *field, double *value)
{
    size_t at;
    if (!take(c, field, 8, &at))
        return;
    uint64_t bits = put_or_get_f64(c, at, value);
    bool is_finite = (bits & F64_EXPONENT) != F64_EXPONENT;
    if (!is_nan_bits(bits) && (!is_finite || (bits & F64_SIGN)))
        libtypes__fail(c, MYC_EFIELD, field, "a finite number of at least 0, or NaN for unknown",
                       at);
}

static inline size_t field_u128(sbe_cursor *c, const char *field, uint128 *value)
{
    size_t at;
    if (take(c, field, 16, &at)) {
        put_or_get_u64(c, at, &value->low);
        put_or_get_u64(c, at + 8, &value->high);
    }
    return at;
}

static inline void field_u128_positive(sbe_cursor *c, const char *field, uint128 *value)
{
    size_t at = field_u128(c, field, value);
    if ((value->low | value->high) == 0)
        libtypes__fail(c, MYC_EFIELD, field, "more than 0", at);
}

static inline void field_u112(sbe_cursor *c, const char *field, uint128 *value)
{
    size_t at = field_u128(c, field, value);
    if (value->high >= UINT112_HIGH_END)
        libtypes__fail(c, MYC_EFIELD, field, "less than 2^112", at);
}

static inline void field_address(sbe_cursor *c, const char *field, eth_address *address)
{
    size_t at;
    if (take(c, field, sizeof address->bytes, &at))
        put_or_get_bytes(c, at, address->bytes, sizeof address->bytes);
}

static inline void field_position(sbe_cursor *c, const char *field, chain_position *position)
{
    size_t at;
    if (!take(c, field, 16, &at))
        return;
    put_or_get_u64(c, at, &position->block_number);
    put_or_get_u32(c, at + 8, &position->transaction_index);
    put_or_get_u32(c, at + 12, &position->log_index);
}

static inline void field_level(sbe_cursor *c, const char *field, price_level *level)
{
    size_t at;
    if (!take(c, field, PRICE_LEVEL_BYTES, &at))
        return;
    put_or_get_i64(c, at, &level->price_e8);
    put_or_get_i64(c, at + 8, &level->quantity_e8);
    if (level->quantity_e8 < 0)
        libtypes__fail(c, MYC_EFIELD, field, "a quantity of at least 0", at);
}

static inline bool is_instrument_name(const instrument_name *name)
{
    size_t length = 0;
    while (length < sizeof name->text && name->text[length] >= ' ' && name->text[length] <= '~')
        length++;
    for (size_t i = length; i < sizeof name->text; i++)
        if (name->text[i] != 0)
            return false;
    return length > 0;
}

static inline void field_instrument(sbe_cursor *c, const char *field, instrument_name *name)
{
    size_t at;
    if (!take(c, field, sizeof name->text, &at))
        return;
    put_or_get_bytes(c, at, name->text, sizeof name->text);
    if (!is_instrument_name(name))
        libtypes__fail(c, MYC_EFIELD, field, "1 to 16 printable ASCII characters, then zero bytes",
                       at);
}

static inline sbe_cursor sbe_encoding(const char *type_name, uint8_t *bytes, size_t capacity_bytes,
                                      myc_codec_error *error)
{
    return (sbe_cursor){.encoding = true,
                        .out = bytes,
                        .size_bytes = capacity_bytes,
                        .type_name = type_name,
                        .error = error};
}

static inline sbe_cursor sbe_decoding(const char *type_name, const uint8_t *bytes,
                                      size_t size_bytes, myc_codec_error *error)
{
    return (sbe_cursor){
        .in = bytes, .size_bytes = size_bytes, .type_name = type_name, .error = error};
}

/*
 * T_type with its two hooks, made from T_walk(). The cast drops const, but an encoding cursor only
 * reads the payload.
 */
#define SBE_MESSAGE(T, template_id)                                                                \
    static int64_t T##_encode(const void *payload, uint8_t *bytes, size_t capacity_bytes,          \
                              myc_codec_error *error)                                              \
    {                                                                                              \
        sbe_cursor c = sbe_encoding(#T, bytes, capacity_bytes, error);                             \
        T##_walk(&c, (T *)payload);                                                                \
        return libtypes__finish(&c);                                                               \
    }                                                                                              \
    static int T##_decode(void *payload, const uint8_t *bytes, size_t size_bytes,                  \
                          myc_codec_error *error)                                                  \
    {                                                                                              \
        sbe_cursor c = sbe_decoding(#T, bytes, size_bytes, error);                                 \
        T##_walk(&c, (T *)payload);                                                                \
        int64_t result = libtypes__finish(&c);                                                     \
        return result < 0 ? (int)result : 0;                                                       \
    }                                                                                              \
    MYC_MESSAGE_TYPE(T, .id = (template_id), .encode = T##_encode, .decode = T##_decode)

#endif

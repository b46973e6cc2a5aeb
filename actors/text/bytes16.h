/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TEXT_BYTES16_H
#define TEXT_BYTES16_H

/*
 * Questions about 16 bytes at once: with SSE2, which every x86-64 has, else eight bytes at a time
 * in a word. Bit n of an answer is about byte n.
 *
 * Threads: all functions are pure.
 */
#include <stdint.h>
#include <string.h>

enum { BYTES16 = 16 };

#define BYTES16_EACH(value) (UINT64_C(0x0101010101010101) * (uint8_t)(value))

/* The top bits of the bytes of `bits`, bit 0 from the byte that lies first in memory. */
static inline unsigned bytes16__gather(uint64_t bits)
{
#if __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
    bits = __builtin_bswap64(bits);
#endif
    return (unsigned)(((bits & BYTES16_EACH(0x80)) >> 7) * UINT64_C(0x0102040810204080) >> 56);
}

static inline uint64_t bytes16__half(const char *at)
{
    uint64_t bytes;
    memcpy(&bytes, at, sizeof bytes);
    return bytes;
}

/* The top bit of each byte that is zero; exact, no borrow between bytes. */
static inline uint64_t bytes16__zero(uint64_t bytes)
{
    return ~(((bytes & BYTES16_EACH(0x7f)) + BYTES16_EACH(0x7f)) | bytes) & BYTES16_EACH(0x80);
}

static inline uint64_t bytes16__special(uint64_t bytes)
{
    uint64_t printable = (bytes & BYTES16_EACH(0x7f)) + BYTES16_EACH(0x80 - 0x20);
    return bytes16__zero(bytes ^ BYTES16_EACH('"')) | bytes16__zero(bytes ^ BYTES16_EACH('\\')) |
           ~printable | bytes;
}

/** The functions below where there is no SSE2; everywhere for tests. */
static inline unsigned bytes16_equal_portable(const char *at, char c)
{
    return bytes16__gather(bytes16__zero(bytes16__half(at) ^ BYTES16_EACH(c))) |
           bytes16__gather(bytes16__zero(bytes16__half(at + 8) ^ BYTES16_EACH(c))) << 8;
}

static inline unsigned bytes16_special_portable(const char *at)
{
    return bytes16__gather(bytes16__special(bytes16__half(at))) |
           bytes16__gather(bytes16__special(bytes16__half(at + 8))) << 8;
}

#ifdef __SSE2__

#include <emmintrin.h>

static inline __m128i bytes16__load(const char *at)
{
    __m128i bytes;
    memcpy(&bytes, at, sizeof bytes);
    return bytes;
}

/** Which bytes are `c`. */
static inline unsigned bytes16_equal(const char *at, char c)
{
    return (unsigned)_mm_movemask_epi8(_mm_cmpeq_epi8(bytes16__load(at), _mm_set1_epi8(c)));
}

/** Which bytes end a plain run inside a JSON string: quote, backslash, below 20, 80 and above. As
 * signed numbers the last two are all those below 20. */
static inline unsigned bytes16_special(const char *at)
{
    __m128i bytes = bytes16__load(at);
    __m128i quote = _mm_cmpeq_epi8(bytes, _mm_set1_epi8('"'));
    __m128i backslash = _mm_cmpeq_epi8(bytes, _mm_set1_epi8('\\'));
    __m128i other = _mm_cmplt_epi8(bytes, _mm_set1_epi8(0x20));
    return (unsigned)_mm_movemask_epi8(_mm_or_si128(_mm_or_si128(quote, backslash), other));
}

#else

static inline unsigned bytes16_equal(const char *at, char c)
{
    return bytes16_equal_portable(at, c);
}

static inline unsigned bytes16_special(const char *at)
{
    return bytes16_special_portable(at);
}

#endif

#endif

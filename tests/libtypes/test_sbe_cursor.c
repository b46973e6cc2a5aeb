/* SPDX-License-Identifier: Apache-2.0 */
/* What holds for every message, whatever its fields. */
#include <sys/mman.h>

#include "samples.h"
#include "support/leaks.h"

enum { ROUNDS = 500 };

Test(sbe_cursor, random_messages_come_back_equal)
{
    uint64_t state = random_seed();
    for (size_t i = 0; i < LIBTYPES_TYPE_COUNT; i++)
        for (int round = 0; round < ROUNDS; round++) {
            const myc_type *type = libtypes_types()[i];
            sample s = random_sample(&state, type->id), decoded;
            myc_codec_error error = {0};
            encoded e = encode(type, &s);
            cr_assert_eq(0, e.code, "%s.%s: %s", type->name, e.error.field, e.error.reason);
            cr_assert_eq(0, decode(type, &decoded, e.bytes, e.size_bytes, &error), "%s.%s: %s",
                         type->name, error.field, error.reason);
            cr_assert_arr_eq((uint8_t *)&s, (uint8_t *)&decoded, sizeof s, "%s", type->name);
            free(e.bytes);
        }
    NO_LEAKS();
}

/* A sent payload is shared with other threads: encoding must not touch it. */
Test(sbe_cursor, encodes_from_memory_that_cannot_be_written)
{
    uint64_t state = random_seed();
    for (size_t i = 0; i < LIBTYPES_TYPE_COUNT; i++) {
        const myc_type *type = libtypes_types()[i];
        sample *s =
            mmap(NULL, sizeof *s, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
        cr_assert_neq(MAP_FAILED, (void *)s);
        *s = random_sample(&state, type->id);
        cr_assert_eq(0, mprotect(s, sizeof *s, PROT_READ));
        encoded e = encode(type, s);
        cr_assert_eq(0, e.code);
        free(e.bytes);
        munmap(s, sizeof *s);
    }
    NO_LEAKS();
}

Test(sbe_cursor, every_truncated_message_is_short)
{
    uint64_t state = random_seed();
    for (size_t i = 0; i < LIBTYPES_TYPE_COUNT; i++) {
        const myc_type *type = libtypes_types()[i];
        sample s = random_sample(&state, type->id), ignored;
        encoded e = encode(type, &s);
        for (size_t cut = 0; cut < e.size_bytes; cut++) {
            myc_codec_error error = {0};
            cr_assert_eq(MYC_ESHORT, decode(type, &ignored, e.bytes, cut, &error), "%s at %zu",
                         type->name, cut);
            cr_assert_str_eq(type->name, error.type);
            cr_assert_not_null(error.field);
            cr_assert_leq(error.offset, cut);
        }
        free(e.bytes);
    }
    NO_LEAKS();
}

Test(sbe_cursor, every_capacity_too_small_is_short)
{
    uint64_t state = random_seed();
    for (size_t i = 0; i < LIBTYPES_TYPE_COUNT; i++) {
        const myc_type *type = libtypes_types()[i];
        sample s = random_sample(&state, type->id);
        encoded whole = encode(type, &s);
        for (size_t capacity = 0; capacity < whole.size_bytes; capacity++) {
            encoded e = encode_with(type, &s, capacity);
            cr_assert_eq(MYC_ESHORT, e.code, "%s into %zu", type->name, capacity);
            cr_assert_str_eq(type->name, e.error.type);
            cr_assert_not_null(e.error.field);
            free(e.bytes);
        }
        free(whole.bytes);
    }
    NO_LEAKS();
}

Test(sbe_cursor, the_error_may_be_left_out)
{
    sample s;
    memset(&s, 0, sizeof s);
    cr_assert_eq(MYC_ESHORT, pool_sync_event_type.encode(&s, NULL, 0, NULL));
    cr_assert_eq(MYC_ESHORT, pool_sync_event_type.decode(&s, NULL, 0, NULL));
    NO_LEAKS();
}

Test(sbe_cursor, no_type_reads_the_messages_of_another)
{
    uint64_t state = random_seed();
    for (size_t i = 0; i < LIBTYPES_TYPE_COUNT; i++)
        for (size_t j = 0; j < LIBTYPES_TYPE_COUNT; j++) {
            if (i == j)
                continue;
            const myc_type *reader = libtypes_types()[j];
            sample s = random_sample(&state, libtypes_types()[i]->id), ignored;
            encoded e = encode(libtypes_types()[i], &s);
            myc_codec_error error = {0};
            cr_assert_eq(MYC_ETYPE, decode(reader, &ignored, e.bytes, e.size_bytes, &error));
            cr_assert_str_eq(reader->name, error.type);
            cr_assert_str_eq("templateId", error.field);
            cr_assert_eq(2, error.offset);
            free(e.bytes);
        }
    NO_LEAKS();
}

static encoded encode_random(const myc_type *type, sample *s)
{
    uint64_t state = 11;
    *s = random_sample(&state, type->id);
    encoded e = encode(type, s);
    cr_assert_eq(0, e.code);
    return e;
}

Test(sbe_cursor, refuses_another_schema)
{
    for (size_t i = 0; i < LIBTYPES_TYPE_COUNT; i++) {
        const myc_type *type = libtypes_types()[i];
        sample s, ignored;
        encoded e = encode_random(type, &s);
        myc_codec_error error = {0};
        e.bytes[5] ^= 1;
        cr_assert_eq(MYC_ETYPE, decode(type, &ignored, e.bytes, e.size_bytes, &error));
        cr_assert_str_eq("schemaId", error.field);
        cr_assert_eq(4, error.offset);
        free(e.bytes);
    }
    NO_LEAKS();
}

Test(sbe_cursor, refuses_bytes_behind_the_end)
{
    for (size_t i = 0; i < LIBTYPES_TYPE_COUNT; i++) {
        const myc_type *type = libtypes_types()[i];
        sample s, ignored;
        encoded e = encode_random(type, &s);
        uint8_t longer[LIBTYPES_MESSAGE_BYTES_MAX + 1] = {0};
        myc_codec_error error = {0};
        memcpy(longer, e.bytes, e.size_bytes);
        cr_assert_eq(MYC_EFIELD, decode(type, &ignored, longer, e.size_bytes + 1, &error));
        cr_assert_null(error.field);
        cr_assert_eq(e.size_bytes, error.offset);
        free(e.bytes);
    }
    NO_LEAKS();
}

/* Whatever the bytes, a decoder gives a verdict and stays inside of them. */
Test(sbe_cursor, survives_damaged_messages)
{
    uint64_t state = random_seed();
    for (int round = 0; round < 20 * ROUNDS; round++) {
        const myc_type *type = libtypes_types()[random_u64(&state) % LIBTYPES_TYPE_COUNT];
        sample s = random_sample(&state, type->id), decoded;
        myc_codec_error error = {0};
        encoded e = encode(type, &s);
        for (uint64_t damage = 1 + random_u64(&state) % 4; damage > 0; damage--)
            e.bytes[random_u64(&state) % e.size_bytes] = (uint8_t)random_u64(&state);
        int code = decode(type, &decoded, e.bytes, e.size_bytes, &error);
        cr_assert(code == 0 || code == MYC_ESHORT || code == MYC_EFIELD || code == MYC_ETYPE);
        cr_assert_eq(code == 0, error.reason == NULL);
        free(e.bytes);
    }
    NO_LEAKS();
}

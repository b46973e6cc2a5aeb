/* SPDX-License-Identifier: Apache-2.0 */
/* Messages of newer versions are read as far as they are known; wrong lengths are refused. */
#include "samples.h"
#include "support/leaks.h"

enum { EXTRA = 5 };

static encoded encode_random(const myc_type *type, sample *s)
{
    uint64_t state = 11;
    *s = random_sample(&state, type->id);
    encoded e = encode(type, s);
    cr_assert_eq(0, e.code);
    return e;
}

static void set_u16(uint8_t *at, size_t value)
{
    at[0] = (uint8_t)value;
    at[1] = (uint8_t)(value >> 8);
}

static size_t get_u16(const uint8_t *at)
{
    return (size_t)(at[0] | at[1] << 8);
}

static void append(uint8_t *to, size_t *size_bytes, const uint8_t *from, size_t count)
{
    memcpy(to + *size_bytes, from, count);
    *size_bytes += count;
}

/*
 * The same message as a sender of version `version` writes it: `extra` bytes behind the known
 * fields of the block and of each entry. Returns the count of bytes.
 */
static size_t as_newer(const encoded *e, size_t version, size_t extra, uint8_t *to)
{
    static const uint8_t added[EXTRA] = {0xa5, 0xa5, 0xa5, 0xa5, 0xa5};
    size_t block = get_u16(e->bytes), from = 8 + block, size_bytes = 0;
    append(to, &size_bytes, e->bytes, from);
    append(to, &size_bytes, added, extra);
    set_u16(to, block + extra);
    set_u16(to + 6, version);
    while (from < e->size_bytes) { /* the groups */
        size_t entries = get_u16(e->bytes + from + 2), entry_bytes = get_u16(e->bytes + from);
        append(to, &size_bytes, e->bytes + from, 4);
        set_u16(to + size_bytes - 4, entry_bytes + extra);
        from += 4;
        for (; entries > 0; entries--, from += entry_bytes) {
            append(to, &size_bytes, e->bytes + from, entry_bytes);
            append(to, &size_bytes, added, extra);
        }
    }
    return size_bytes;
}

Test(versions, reads_what_it_knows_of_newer_versions)
{
    for (size_t i = 0; i < LIBTYPES_TYPE_COUNT; i++)
        for (size_t extra = 0; extra <= EXTRA; extra++) {
            const myc_type *type = libtypes_types()[i];
            sample s, decoded;
            uint8_t newer[2 * LIBTYPES_MESSAGE_BYTES_MAX] = {0};
            encoded e = encode_random(type, &s);
            size_t size_bytes = as_newer(&e, LIBTYPES_SCHEMA_VERSION + 1, extra, newer);
            cr_assert_eq(0, decode(type, &decoded, newer, size_bytes, NULL), "%s", type->name);
            cr_assert_arr_eq((uint8_t *)&s, (uint8_t *)&decoded, sizeof s, "%s", type->name);
            /* and with a group behind the end that is unknown here */
            cr_assert_eq(0, decode(type, &decoded, newer, size_bytes + 4, NULL));
            cr_assert_arr_eq((uint8_t *)&s, (uint8_t *)&decoded, sizeof s, "%s", type->name);
            free(e.bytes);
        }
    NO_LEAKS();
}

Test(versions, every_truncated_message_of_a_newer_version_is_short)
{
    for (size_t i = 0; i < LIBTYPES_TYPE_COUNT; i++) {
        const myc_type *type = libtypes_types()[i];
        sample s, ignored;
        uint8_t newer[2 * LIBTYPES_MESSAGE_BYTES_MAX] = {0};
        encoded e = encode_random(type, &s);
        size_t size_bytes = as_newer(&e, UINT16_MAX, EXTRA, newer);
        for (size_t cut = 0; cut < size_bytes; cut++)
            cr_assert_eq(MYC_ESHORT, decode(type, &ignored, newer, cut, NULL), "%s at %zu",
                         type->name, cut);
        free(e.bytes);
    }
    NO_LEAKS();
}

/* `version` and a blockLength off by `delta`: is it taken? The bytes for it are there. */
static int decode_with_block(const myc_type *type, uint8_t version, int delta,
                             myc_codec_error *error)
{
    sample s, ignored;
    uint8_t bytes[2 * LIBTYPES_MESSAGE_BYTES_MAX] = {0};
    encoded e = encode_random(type, &s);
    memcpy(bytes, e.bytes, e.size_bytes);
    set_u16(bytes, (size_t)((int)get_u16(bytes) + delta));
    bytes[6] = version;
    free(e.bytes);
    return decode(type, &ignored, bytes, sizeof bytes, error);
}

Test(versions, refuses_a_block_of_the_wrong_length)
{
    static const struct {
        uint8_t version;
        int delta;
    } wrong[] = {{0, -1}, {0, 1}, {1, -1}, {9, -20}};
    for (size_t i = 0; i < LIBTYPES_TYPE_COUNT; i++)
        for (size_t j = 0; j < sizeof wrong / sizeof *wrong; j++) {
            myc_codec_error error = {0};
            cr_assert_eq(MYC_EFIELD, decode_with_block(libtypes_types()[i], wrong[j].version,
                                                       wrong[j].delta, &error));
            cr_assert_str_eq("blockLength", error.field);
            cr_assert_eq(0, error.offset);
        }
    NO_LEAKS();
}

Test(versions, refuses_group_entries_of_the_wrong_length)
{
    enum { BIDS = 8 + 42 };
    static const struct {
        uint8_t version;
        uint8_t length_bytes;
    } wrong[] = {{0, 15}, {0, 17}, {0, 0}, {1, 15}};
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        sample s, ignored;
        encoded e = encode_random(&order_book_snapshot_type, &s);
        myc_codec_error error = {0};
        e.bytes[6] = wrong[i].version;
        e.bytes[BIDS] = wrong[i].length_bytes;
        cr_assert_eq(MYC_EFIELD,
                     decode(&order_book_snapshot_type, &ignored, e.bytes, e.size_bytes, &error));
        cr_assert_str_eq("bids", error.field);
        cr_assert_eq(BIDS, error.offset);
        free(e.bytes);
    }
    NO_LEAKS();
}

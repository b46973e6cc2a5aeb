/* SPDX-License-Identifier: Apache-2.0 */
#include "sbe_cursor.h"

#include <assert.h>

#include <libtypes/sbe.h>

void libtypes__fail(sbe_cursor *c, int code, const char *field, const char *reason, size_t offset)
{
    if (c->code)
        return;
    c->code = code;
    if (c->error)
        *c->error = (myc_codec_error){c->type_name, field, reason, offset};
}

static uint16_t header_u16(sbe_cursor *c, const char *field, uint16_t value)
{
    size_t at;
    if (take(c, field, 2, &at))
        put_or_get_u16(c, at, &value);
    return value;
}

/* A sender of this version has our length; a newer one may have added fields behind ours. */
static bool is_length_good(const sbe_cursor *c, uint16_t length_bytes, uint16_t ours_bytes)
{
    return c->version > LIBTYPES_SCHEMA_VERSION ? length_bytes >= ours_bytes
                                                : length_bytes == ours_bytes;
}

void libtypes__block_begin(sbe_cursor *c, uint16_t template_id, uint16_t length_bytes)
{
    uint16_t block_length = header_u16(c, "blockLength", length_bytes);
    uint16_t template_found = header_u16(c, "templateId", template_id);
    uint16_t schema_found = header_u16(c, "schemaId", LIBTYPES_SCHEMA_ID);
    c->version = header_u16(c, "version", LIBTYPES_SCHEMA_VERSION);
    if (schema_found != LIBTYPES_SCHEMA_ID)
        libtypes__fail(c, MYC_ETYPE, "schemaId", "the schema mycelium.market", 4);
    if (template_found != template_id)
        libtypes__fail(c, MYC_ETYPE, "templateId", "the template of this type", 2);
    if (!is_length_good(c, block_length, length_bytes))
        libtypes__fail(c, MYC_EFIELD, "blockLength",
                       "the length of this version's block, or more from a newer version", 0);
    c->block_end = c->offset + block_length;
}

void libtypes__skip_to(sbe_cursor *c, const char *group, size_t end)
{
    if (c->code)
        return;
    assert(c->version > LIBTYPES_SCHEMA_VERSION ? c->offset <= end : c->offset == end);
    if (end > c->size_bytes)
        libtypes__fail(c, MYC_ESHORT, group, "more bytes: the message ends before this block does",
                       c->offset);
    else
        c->offset = end;
}

void libtypes__block_end(sbe_cursor *c)
{
    libtypes__skip_to(c, NULL, c->block_end);
}

uint16_t libtypes__group_begin(sbe_cursor *c, const char *group, uint8_t *count, uint8_t count_max,
                               uint16_t entry_bytes)
{
    size_t at;
    uint16_t length_bytes = entry_bytes;
    uint16_t entries = *count;
    if (!take(c, group, GROUP_HEADER_BYTES, &at))
        return entry_bytes;
    put_or_get_u16(c, at, &length_bytes);
    put_or_get_u16(c, at + 2, &entries);
    if (!is_length_good(c, length_bytes, entry_bytes))
        libtypes__fail(c, MYC_EFIELD, group,
                       "the length of this version's entries, or more from a newer version", at);
    if (entries > count_max)
        libtypes__fail(c, MYC_EFIELD, group, "no more entries than the schema allows", at);
    else if (!c->encoding)
        *count = (uint8_t)entries;
    return length_bytes;
}

int64_t libtypes__finish(sbe_cursor *c)
{
    /* A newer version may end in groups that are unknown here. */
    if (!c->encoding && c->version <= LIBTYPES_SCHEMA_VERSION && c->offset < c->size_bytes)
        libtypes__fail(c, MYC_EFIELD, NULL, "no bytes behind the end of the message", c->offset);
    return c->code ? c->code : (int64_t)c->offset;
}

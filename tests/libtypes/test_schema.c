/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The C structs, the codecs and schema/market.xml must agree. The schema is read and laid out;
 * then single bytes of a struct are changed to see which bytes the encoder really writes them to,
 * and single bytes of a message to see which members the decoder really sets. All compares bytes,
 * so it holds on little-endian hosts.
 */
#include "samples.h"
#include "schema_members.h"
#include "schema_reader.h"
#include "support/leaks.h"

static const c_leaf *find_c_leaf(const myc_type *type, const char *path)
{
    for (size_t i = 0; i < C_LEAF_COUNT; i++)
        if (!strcmp(c_leaves[i].type, type->name) && !strcmp(c_leaves[i].path, path))
            return &c_leaves[i];
    cr_assert_fail("the schema has %s.%s, the struct has not", type->name, path);
    return NULL;
}

static int find_message(const xml_schema *schema, const myc_type *type)
{
    int message = schema_find(schema, 0, "sbe:message", type->name);
    cr_assert_neq(-1, message, "the schema has no message %s", type->name);
    return message;
}

static void set_name(instrument_name *name)
{
    memset(name->text, 'A', sizeof name->text);
}

/* Messages in which the lowest bit of nearly every byte can be flipped and leave them valid. */
static sample base_sample(const myc_type *type, uint8_t levels)
{
    sample s;
    memset(&s, 0, sizeof s);
    s.swap.pool_version = type->id == POOL_SWAP_EVENT_ID ? 2 : 0;
    if (type->id == QUOTE_UPDATE_ID)
        set_name(&s.quote.instrument);
    if (type->id == MOMENTUM_SIGNAL_ID) {
        set_name(&s.momentum.instrument);
        s.momentum.fast_price = s.momentum.slow_price = 2.0;
    }
    if (type->id == CROSS_VENUE_SIGNAL_ID) {
        set_name(&s.cross_venue.buy_instrument);
        set_name(&s.cross_venue.sell_instrument);
        s.cross_venue.gap_ppm = s.cross_venue.largest_gap_ppm = 2.0;
    }
    if (type->id == ARBITRAGE_SIGNAL_ID) {
        s.arbitrage.profit = (uint128){2, 2};
        s.arbitrage.profit_usd = 2.0;
    }
    if (type->id == ORDER_BOOK_SNAPSHOT_ID) {
        set_name(&s.book.instrument);
        s.book.bid_count = s.book.ask_count = levels;
        for (int64_t i = 0; i < levels; i++) {
            s.book.bids[i].price_e8 = (3 - i) << 61;
            s.book.asks[i].price_e8 = (1 + i) << 61;
        }
    }
    return s;
}

/* Runs `check` for each message of the schema with `levels` entries in each group. */
typedef void (*layout_check)(const xml_schema *schema, const myc_type *type,
                             const schema_layout *layout);

static void for_each_message(uint8_t levels, layout_check check)
{
    xml_schema *schema = schema_open();
    for (size_t i = 0; i < LIBTYPES_TYPE_COUNT; i++) {
        const myc_type *type = libtypes_types()[i];
        schema_layout *layout = schema_lay_out(schema, find_message(schema, type), levels);
        check(schema, type, layout);
        free(layout);
    }
    schema_close(schema);
}

static void check_paths(const xml_schema *schema, const myc_type *type, const schema_layout *layout)
{
    size_t next = 0;
    (void)schema;
    for (size_t i = 0; i < C_LEAF_COUNT; i++) {
        if (strcmp(c_leaves[i].type, type->name) || !c_leaves[i].kind)
            continue;
        cr_assert_lt(next, layout->leaf_count, "%s.%s is not in the schema", type->name,
                     c_leaves[i].path);
        const schema_leaf *leaf = &layout->leaves[next++];
        cr_assert_str_eq(c_leaves[i].path, leaf->path);
        cr_assert_str_eq(c_leaves[i].kind, leaf->kind, "kind of %s.%s", type->name, leaf->path);
        cr_assert_eq(c_leaves[i].size_bytes, leaf->size_bytes, "size of %s.%s", type->name,
                     leaf->path);
    }
    cr_assert_eq(next, layout->leaf_count, "%s.%s of the schema is not in the struct", type->name,
                 layout->leaves[next % LEAVES_MAX].path);
}

Test(schema, has_the_members_of_the_structs_in_order_kind_and_size)
{
    for_each_message(2, check_paths);
    NO_LEAKS();
}

/* A member added to a struct and forgotten here would leave bytes that nobody owns. */
Test(schema, every_byte_of_a_struct_is_accounted_for)
{
    for (size_t i = 0; i < LIBTYPES_TYPE_COUNT; i++) {
        const myc_type *type = libtypes_types()[i];
        uint8_t owners[sizeof(sample)] = {0};
        size_t end = type->size_bytes;
        if (type->id == ORDER_BOOK_SNAPSHOT_ID) /* levels 2 and on are like those before */
            for (size_t j = 2; j < ORDER_BOOK_LEVELS_MAX; j++) {
                memset(&owners[offsetof(order_book_snapshot, bids[j])], 1, sizeof(price_level));
                memset(&owners[offsetof(order_book_snapshot, asks[j])], 1, sizeof(price_level));
            }
        for (size_t j = 0; j < C_LEAF_COUNT; j++)
            for (size_t b = 0; !strcmp(c_leaves[j].type, type->name) && b < c_leaves[j].size_bytes;
                 b++)
                owners[c_leaves[j].offset + b]++;
        for (size_t b = 0; b < end; b++)
            cr_assert_eq(1, owners[b], "byte %zu of %s has %d owners", b, type->name, owners[b]);
    }
    NO_LEAKS();
}

static void check_header(const xml_schema *schema, const myc_type *type,
                         const schema_layout *layout)
{
    sample s = base_sample(type, 2);
    encoded e = encode(type, &s);
    int message = find_message(schema, type);
    cr_assert_eq(0, e.code);
    cr_assert_eq(layout->size_bytes, e.size_bytes, "size of %s", type->name);
    uint8_t header[8] = {(uint8_t)layout->block_length,
                         (uint8_t)(layout->block_length >> 8),
                         (uint8_t)node_number(schema, message, "id"),
                         0,
                         (uint8_t)node_number(schema, 0, "id"),
                         (uint8_t)(node_number(schema, 0, "id") >> 8),
                         (uint8_t)node_number(schema, 0, "version"),
                         0};
    cr_assert_arr_eq(header, e.bytes, sizeof header, "header of %s", type->name);
    for (size_t i = 0; i < layout->group_count; i++) {
        uint8_t dimension[4] = {(uint8_t)layout->entry_bytes[i], 0, 2, 0};
        cr_assert_arr_eq(dimension, e.bytes + layout->group_offsets[i], sizeof dimension);
    }
    free(e.bytes);
}

Test(schema, has_the_headers_that_the_encoders_write)
{
    for_each_message(2, check_header);
    NO_LEAKS();
}

Test(schema, has_the_eight_messages_and_no_other)
{
    xml_schema *schema = schema_open();
    size_t messages = 0;
    for (int i = 0; i < schema->node_count; i++)
        messages += node_is(schema, i, "sbe:message");
    cr_assert_eq(LIBTYPES_TYPE_COUNT, messages);
    cr_assert_eq(LIBTYPES_SCHEMA_ID, node_number(schema, 0, "id"));
    cr_assert_eq(LIBTYPES_SCHEMA_VERSION, node_number(schema, 0, "version"));
    int size = schema_find(schema, schema_types(schema), "composite", "bookGroupSize");
    int entries = schema_find(schema, size, "type", "numInGroup");
    cr_assert_eq(ORDER_BOOK_LEVELS_MAX, node_number(schema, entries, "maxValue"));
    schema_close(schema);
    NO_LEAKS();
}

Test(schema, ids_of_fields_are_unique_in_a_message)
{
    xml_schema *schema = schema_open();
    for (int i = 0; i < schema->node_count; i++)
        for (int j = i + 1; j < schema->node_count; j++) {
            bool is_field_i = node_is(schema, i, "field") || node_is(schema, i, "group");
            bool is_field_j = node_is(schema, j, "field") || node_is(schema, j, "group");
            if (is_field_i && is_field_j && schema->nodes[i].parent == schema->nodes[j].parent)
                cr_assert_neq(node_number(schema, i, "id"), node_number(schema, j, "id"));
        }
    schema_close(schema);
    NO_LEAKS();
}

/* Flips a bit of byte `byte` of a member: exactly its byte on the wire must change with it. */
static bool flip_and_encode(const myc_type *type, const schema_leaf *leaf, size_t byte)
{
    const c_leaf *member = find_c_leaf(type, leaf->path);
    sample s = base_sample(type, 2);
    encoded before = encode(type, &s);
    ((uint8_t *)&s)[member->offset + byte] ^= 1;
    encoded after = encode(type, &s);
    if (after.code == 0) {
        before.bytes[leaf->offset + byte] ^= 1;
        cr_assert_eq(before.size_bytes, after.size_bytes);
        cr_assert_arr_eq(before.bytes, after.bytes, after.size_bytes,
                         "byte %zu of %s.%s is written elsewhere", byte, type->name, leaf->path);
    } else {
        cr_assert_eq(MYC_EFIELD, after.code);
        cr_assert_str_eq(leaf->field, after.error.field);
        cr_assert_eq(leaf->field_offset, after.error.offset, "offset of %s", leaf->path);
    }
    free(before.bytes);
    free(after.bytes);
    return after.code == 0;
}

/* The same from the other side: the byte on the wire changes exactly the byte of the member. */
static bool flip_and_decode(const myc_type *type, const schema_leaf *leaf, size_t byte)
{
    const c_leaf *member = find_c_leaf(type, leaf->path);
    sample expected = base_sample(type, 2), actual;
    encoded e = encode(type, &expected);
    myc_codec_error error = {0};
    e.bytes[leaf->offset + byte] ^= 1;
    int code = decode(type, &actual, e.bytes, e.size_bytes, &error);
    if (code == 0) {
        ((uint8_t *)&expected)[member->offset + byte] ^= 1;
        cr_assert_arr_eq((uint8_t *)&expected, (uint8_t *)&actual, sizeof actual,
                         "byte %zu of %s.%s is read elsewhere", byte, type->name, leaf->path);
    } else {
        cr_assert_eq(MYC_EFIELD, code);
        cr_assert_str_eq(leaf->field, error.field);
        cr_assert_eq(leaf->field_offset, error.offset, "offset of %s", leaf->path);
    }
    free(e.bytes);
    return code == 0;
}

static void check_bytes(const xml_schema *schema, const myc_type *type, const schema_layout *layout)
{
    (void)schema;
    for (size_t i = 0; i < layout->leaf_count; i++) {
        const schema_leaf *leaf = &layout->leaves[i];
        size_t accepted = 0;
        for (size_t byte = 0; byte < leaf->size_bytes; byte++) {
            bool encodes = flip_and_encode(type, leaf, byte);
            cr_assert_eq(encodes, flip_and_decode(type, leaf, byte), "%s.%s: one way only",
                         type->name, leaf->path);
            accepted += encodes;
        }
        bool is_fixed = type->id == ARBITRAGE_SIGNAL_ID && !strcmp(leaf->path, "kind");
        bool is_limited = strstr(leaf->path, "reserve") && strstr(leaf->path, ".high");
        cr_assert_eq(is_fixed     ? 0
                     : is_limited ? 6
                                  : leaf->size_bytes,
                     accepted, "%s.%s", type->name, leaf->path);
    }
}

Test(schema, has_each_byte_where_the_codecs_have_it)
{
    for_each_message(2, check_bytes);
    NO_LEAKS();
}

/* Cut anywhere, the field that is missing must be the one the schema has there. */
static void check_cuts(const xml_schema *schema, const myc_type *type, const schema_layout *layout)
{
    static const char *const header[] = {"blockLength", "templateId", "schemaId", "version"};
    sample s = base_sample(type, 2), ignored;
    encoded e = encode(type, &s);
    (void)schema;
    for (size_t cut = 0; cut < e.size_bytes; cut++) {
        myc_codec_error error = {0};
        const char *field = cut < 8 ? header[cut / 2] : NULL;
        size_t offset = cut / 2 * 2;
        for (size_t i = 0; i < layout->leaf_count; i++)
            if (layout->leaves[i].field_offset <= cut && cut >= 8) {
                field = layout->leaves[i].field;
                offset = layout->leaves[i].field_offset;
            }
        for (size_t i = 0; i < layout->group_count; i++) {
            size_t at = layout->group_offsets[i];
            if (at <= cut && cut < at + 4) {
                char name[TEXT_MAX];
                node_required(schema, layout->groups[i], "name", name);
                cr_assert_eq(MYC_ESHORT, decode(type, &ignored, e.bytes, cut, &error));
                cr_assert_str_eq(name, error.field);
                field = error.field;
                offset = at;
            }
        }
        cr_assert_eq(MYC_ESHORT, decode(type, &ignored, e.bytes, cut, &error));
        cr_assert_str_eq(field, error.field, "%s cut at %zu: %s, not %s", type->name, cut,
                         error.field, field);
        cr_assert_eq(offset, error.offset, "%s cut at %zu", type->name, cut);
    }
    free(e.bytes);
}

Test(schema, names_the_field_at_every_cut)
{
    for_each_message(2, check_cuts);
    NO_LEAKS();
}

/* SPDX-License-Identifier: Apache-2.0 */
/* minValue, maxValue and the enums of schema/market.xml are the limits the codecs keep. */
#include <errno.h>
#include <inttypes.h>
#include <stddef.h>

#include "samples.h"
#include "schema_reader.h"
#include "support/leaks.h"

/* What a leaf may hold, read as a 64-bit pattern. */
typedef struct range {
    uint64_t min;
    uint64_t max;
    bool is_signed;
} range;

/* The default range of SBE leaves the null value out: the highest unsigned, the lowest signed. */
static range default_range(const char *kind)
{
    unsigned bits = (unsigned)primitive_bytes(kind) * 8;
    uint64_t all = UINT64_MAX >> (64 - bits);
    if (kind[0] == 'u')
        return (range){.min = 0, .max = all - 1};
    return (range){.min = (uint64_t) - (int64_t)(all >> 1), .max = all >> 1, .is_signed = true};
}

static uint64_t parse_limit(const char *text, bool is_signed)
{
    char *end;
    errno = 0;
    uint64_t value = is_signed ? (uint64_t)strtoll(text, &end, 10) : strtoull(text, &end, 10);
    cr_assert(errno == 0 && *text && *end == 0, "\"%s\" is not a limit", text);
    return value;
}

static range range_of(const xml_schema *schema, const schema_leaf *leaf)
{
    range r = default_range(leaf->kind);
    char text[TEXT_MAX];
    if (node_attribute(schema, leaf->type_node, "minValue", text))
        r.min = parse_limit(text, r.is_signed);
    if (node_attribute(schema, leaf->type_node, "maxValue", text))
        r.max = parse_limit(text, r.is_signed);
    return r;
}

/* A message with one level a side, valid whatever a single other field is set to. */
static encoded encode_base(const myc_type *type)
{
    uint64_t state = 1;
    sample s = random_sample(&state, type->id);
    if (type->id == ORDER_BOOK_SNAPSHOT_ID)
        s.book.bid_count = s.book.ask_count = 1;
    if (type->id == ARBITRAGE_SIGNAL_ID)
        s.arbitrage.profit = (uint128){1, 1};
    encoded e = encode(type, &s);
    cr_assert_eq(0, e.code, "%s: %s %s", type->name, e.error.field, e.error.reason);
    return e;
}

/* Sets a scalar on the wire and says whether the message is then taken, both ways. */
static bool is_accepted(const myc_type *type, const schema_leaf *leaf, uint64_t value)
{
    encoded e = encode_base(type);
    myc_codec_error error = {0};
    sample decoded;
    for (size_t i = 0; i < leaf->size_bytes; i++)
        e.bytes[leaf->offset + i] = (uint8_t)(value >> (8 * i));
    int code = decode(type, &decoded, e.bytes, e.size_bytes, &error);
    uint8_t again[LIBTYPES_MESSAGE_BYTES_MAX];
    int64_t written = type->encode(&decoded, again, sizeof again, NULL);
    cr_assert(code == 0 || code == MYC_EFIELD);
    if (code)
        cr_assert_str_eq(leaf->field, error.field);
    else
        cr_assert_eq((int64_t)e.size_bytes, written, "%s.%s can be decoded but not encoded",
                     type->name, leaf->path);
    free(e.bytes);
    return code == 0;
}

static void check_range(const xml_schema *schema, const myc_type *type, const schema_leaf *leaf)
{
    range r = range_of(schema, leaf);
    uint64_t lowest = 0, highest = UINT64_MAX >> (64 - 8 * leaf->size_bytes);
    if (r.is_signed) {
        lowest = (uint64_t)INT64_MIN;
        highest = (uint64_t)INT64_MAX;
        cr_assert_eq(8, leaf->size_bytes, "only 64-bit signed integers are looked at here");
    }
    cr_assert(is_accepted(type, leaf, r.min), "%s.%s: min refused", type->name, leaf->path);
    cr_assert(is_accepted(type, leaf, r.max), "%s.%s: max refused", type->name, leaf->path);
    if (r.min != lowest)
        cr_assert_not(is_accepted(type, leaf, r.min - 1), "%s.%s: below min", type->name,
                      leaf->path);
    if (r.max != highest)
        cr_assert_not(is_accepted(type, leaf, r.max + 1), "%s.%s: %" PRIu64 " is above max",
                      type->name, leaf->path, r.max + 1);
}

static bool enum_has(const xml_schema *schema, int node, unsigned value)
{
    for (int i = node + 1; i < schema->node_count; i++)
        if (schema->nodes[i].parent == node && strtoul(schema->nodes[i].text, NULL, 10) == value)
            return true;
    return false;
}

static void check_enum(const xml_schema *schema, const myc_type *type, const schema_leaf *leaf)
{
    for (unsigned value = 0; value <= UINT8_MAX; value++)
        cr_assert_eq(enum_has(schema, leaf->type_node, value), is_accepted(type, leaf, value),
                     "%s.%s = %u", type->name, leaf->path, value);
}

static void check_limits(const xml_schema *schema, const myc_type *type)
{
    int message = schema_find(schema, 0, "sbe:message", type->name);
    schema_layout *layout = schema_lay_out(schema, message, 1);
    for (size_t i = 0; i < layout->leaf_count; i++) {
        const schema_leaf *leaf = &layout->leaves[i];
        if (node_is(schema, leaf->type_node, "enum"))
            check_enum(schema, type, leaf);
        else if (strcmp(leaf->kind, "double") && leaf->size_bytes == primitive_bytes(leaf->kind))
            check_range(schema, type, leaf);
    }
    free(layout);
}

Test(schema_limits, are_those_of_the_codecs)
{
    xml_schema *schema = schema_open();
    for (size_t i = 0; i < LIBTYPES_TYPE_COUNT; i++)
        check_limits(schema, libtypes_types()[i]);
    schema_close(schema);
    NO_LEAKS();
}

#define VALUE(T, prefix, name)                                                                     \
    {                                                                                              \
#T, #name, prefix##name                                                                    \
    }

Test(schema_limits, enums_have_the_names_and_values_of_c)
{
    static const struct {
        const char *type;
        const char *name;
        unsigned value;
    } values[] = {
        VALUE(pool_liquidity_kind, POOL_LIQUIDITY_, MINT),
        VALUE(pool_liquidity_kind, POOL_LIQUIDITY_, BURN),
        VALUE(arbitrage_kind, ARBITRAGE_, TWO_POOL),
        VALUE(momentum_direction, MOMENTUM_, UP),
        VALUE(momentum_direction, MOMENTUM_, DOWN),
        VALUE(cross_venue_phase, CROSS_VENUE_, START),
        VALUE(cross_venue_phase, CROSS_VENUE_, TURN),
        VALUE(cross_venue_phase, CROSS_VENUE_, END),
    };
    xml_schema *schema = schema_open();
    size_t in_schema = 0;
    for (size_t i = 0; i < sizeof values / sizeof *values; i++) {
        int node = schema_find(schema, schema_types(schema), "enum", values[i].type);
        int value = schema_find(schema, node, "validValue", values[i].name);
        cr_assert_neq(-1, value, "%s of %s is not in the schema", values[i].name, values[i].type);
        cr_assert_eq(values[i].value, strtoul(schema->nodes[value].text, NULL, 10));
    }
    for (int i = 0; i < schema->node_count; i++)
        in_schema += node_is(schema, i, "validValue");
    cr_assert_eq(sizeof values / sizeof *values, in_schema);
    schema_close(schema);
    NO_LEAKS();
}

/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TESTS_LIBTYPES_SCHEMA_READER_H
#define TESTS_LIBTYPES_SCHEMA_READER_H

/*
 * Reads libtypes/schema/market.xml and lays its messages out by the rules of SBE: fields one
 * behind the other, composites taken apart down to their scalars.
 *
 * Reads what the schema uses of XML: elements, attributes, text, comments.
 */
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <criterion/criterion.h>

#ifndef MYC_SOURCE_DIR
#define MYC_SOURCE_DIR "."
#endif

enum { NODES_MAX = 256, LEAVES_MAX = 64, TEXT_MAX = 128 };

typedef struct xml_node {
    const char *name;       /* in the file's text, as the next two */
    const char *attributes; /* from behind the name to the closing bracket */
    const char *text;       /* behind that bracket */
    int parent;             /* index, -1 for the root */
} xml_node;

typedef struct xml_schema {
    char *file;
    int node_count;
    xml_node nodes[NODES_MAX];
} xml_schema;

/* One scalar (or array of bytes) of a message as it is laid out. */
typedef struct schema_leaf {
    char path[TEXT_MAX];  /* as C names it: "position.block_number", "bids[0].price_e8" */
    char field[TEXT_MAX]; /* field or group it belongs to: "position", "bids" */
    char kind[TEXT_MAX];  /* primitiveType */
    size_t field_offset;  /* from the start of the message, as the next */
    size_t offset;
    size_t size_bytes;
    int type_node; /* the <type> or <enum> */
} schema_leaf;

typedef struct schema_layout {
    size_t block_length;
    size_t size_bytes; /* of the message */
    size_t leaf_count;
    schema_leaf leaves[LEAVES_MAX];
    size_t group_count;
    size_t group_offsets[2]; /* of the group headers */
    size_t entry_bytes[2];
    int groups[2]; /* nodes */
} schema_layout;

static inline char *xml_read_file(const char *path)
{
    FILE *file = fopen(path, "rb");
    cr_assert_not_null(file, "cannot open %s", path);
    char *text = calloc(1, 64 << 10);
    size_t size_bytes = fread(text, 1, (64 << 10) - 1, file);
    cr_assert(feof(file), "%s is longer than %zu bytes", path, size_bytes);
    fclose(file);
    return text;
}

/* `open` is the node whose element is not yet closed. Returns the one open afterwards. */
static inline int xml_take_tag(xml_schema *schema, char *tag, char *end, int open)
{
    if (tag[0] == '/')
        return schema->nodes[open].parent;
    cr_assert_lt(schema->node_count, NODES_MAX);
    int index = schema->node_count++;
    bool is_empty = end[-1] == '/';
    end[is_empty ? -1 : 0] = 0;
    char *attributes = tag + strcspn(tag, " \t\r\n");
    if (*attributes)
        *attributes++ = 0;
    schema->nodes[index] = (xml_node){tag, attributes, end + 1, open};
    return is_empty ? open : index;
}

static inline xml_schema *schema_open(void)
{
    xml_schema *schema = calloc(1, sizeof *schema);
    schema->file = xml_read_file(MYC_SOURCE_DIR "/libtypes/schema/market.xml");
    int open = -1;
    for (char *at = strchr(schema->file, '<'); at; at = strchr(at, '<')) {
        bool is_comment = strncmp(at, "<!--", 4) == 0;
        char *end = is_comment ? strstr(at, "-->") : strchr(at, '>');
        cr_assert_not_null(end, "the schema ends inside a tag");
        if (!is_comment && at[1] != '?')
            open = xml_take_tag(schema, at + 1, end, open);
        at = end + 1;
    }
    cr_assert_eq(-1, open, "an element of the schema is not closed");
    return schema;
}

static inline void schema_close(xml_schema *schema)
{
    free(schema->file);
    free(schema);
}

static inline bool node_is(const xml_schema *schema, int node, const char *name)
{
    return strcmp(schema->nodes[node].name, name) == 0;
}

/* Copies the value of an attribute; false when the element does not have it. */
static inline bool node_attribute(const xml_schema *schema, int node, const char *name, char *value)
{
    size_t length = strlen(name);
    const char *at = schema->nodes[node].attributes;
    while ((at = strstr(at, name)) != NULL) {
        bool is_start = at[-1] == ' ' || at[-1] == '\n' || at[-1] == 0;
        if (is_start && at[length] == '=' && at[length + 1] == '"')
            break;
        at += length;
    }
    if (!at)
        return false;
    const char *start = at + length + 2;
    snprintf(value, TEXT_MAX, "%.*s", (int)strcspn(start, "\""), start);
    return true;
}

static inline void node_required(const xml_schema *schema, int node, const char *name, char *value)
{
    cr_assert(node_attribute(schema, node, name, value), "<%s> has no attribute %s",
              schema->nodes[node].name, name);
}

static inline size_t node_number(const xml_schema *schema, int node, const char *name)
{
    char text[TEXT_MAX];
    char *end;
    node_required(schema, node, name, text);
    size_t value = strtoull(text, &end, 10);
    cr_assert(end != text && *end == 0, "%s=\"%s\" is not a number", name, text);
    return value;
}

/* The element of that name whose attribute `name` is `value`, or -1. */
static inline int schema_find(const xml_schema *schema, int parent, const char *element,
                              const char *value)
{
    char name[TEXT_MAX];
    for (int i = 0; i < schema->node_count; i++)
        if (schema->nodes[i].parent == parent && (!element || node_is(schema, i, element)) &&
            node_attribute(schema, i, "name", name) && strcmp(name, value) == 0)
            return i;
    return -1;
}

static inline int schema_types(const xml_schema *schema)
{
    for (int i = 0; i < schema->node_count; i++)
        if (node_is(schema, i, "types"))
            return i;
    cr_assert_fail("the schema has no <types>");
    return -1;
}

static inline size_t primitive_bytes(const char *kind)
{
    static const struct {
        const char *kind;
        size_t size_bytes;
    } primitives[] = {{"char", 1},   {"int8", 1},   {"uint8", 1},  {"int16", 2},
                      {"uint16", 2}, {"int32", 4},  {"uint32", 4}, {"float", 4},
                      {"int64", 8},  {"uint64", 8}, {"double", 8}};
    for (size_t i = 0; i < sizeof primitives / sizeof *primitives; i++)
        if (strcmp(primitives[i].kind, kind) == 0)
            return primitives[i].size_bytes;
    cr_assert_fail("%s is no primitive type of SBE", kind);
    return 0;
}

static inline size_t type_length(const xml_schema *schema, int node)
{
    char text[TEXT_MAX];
    return node_attribute(schema, node, "length", text) ? node_number(schema, node, "length") : 1;
}

/* Adds the scalars of a type at the end of the layout; `like` has path, field and its offset. */
static inline void lay_out_type(const xml_schema *schema, int node, schema_leaf like,
                                schema_layout *layout)
{
    if (node_is(schema, node, "composite")) {
        for (int i = node + 1; i < schema->node_count; i++) {
            if (schema->nodes[i].parent != node)
                continue;
            schema_leaf member = like;
            char name[TEXT_MAX];
            node_required(schema, i, "name", name);
            strncat(member.path, ".", TEXT_MAX - strlen(member.path) - 1);
            strncat(member.path, name, TEXT_MAX - strlen(member.path) - 1);
            lay_out_type(schema, i, member, layout);
        }
        return;
    }
    cr_assert_lt(layout->leaf_count, LEAVES_MAX);
    schema_leaf *leaf = &layout->leaves[layout->leaf_count++];
    *leaf = like;
    leaf->type_node = node;
    leaf->offset = layout->size_bytes;
    bool is_enum = node_is(schema, node, "enum");
    node_required(schema, node, is_enum ? "encodingType" : "primitiveType", leaf->kind);
    leaf->size_bytes = primitive_bytes(leaf->kind) * type_length(schema, node);
    layout->size_bytes += leaf->size_bytes;
}

/* A field names either a type of the schema or a primitive one. */
static inline void lay_out_field(const xml_schema *schema, int field, schema_leaf like,
                                 schema_layout *layout)
{
    char type[TEXT_MAX];
    node_required(schema, field, "type", type);
    int node = schema_find(schema, schema_types(schema), NULL, type);
    cr_assert_neq(-1, node, "type %s of field %s is not in <types>", type, like.path);
    lay_out_type(schema, node, like, layout);
}

static inline void lay_out_group(const xml_schema *schema, int group, size_t count,
                                 schema_layout *layout)
{
    char name[TEXT_MAX];
    size_t index = layout->group_count++;
    node_required(schema, group, "name", name);
    layout->groups[index] = group;
    layout->group_offsets[index] = layout->size_bytes;
    layout->entry_bytes[index] = node_number(schema, group, "blockLength");
    layout->size_bytes += 2 + 2;
    for (size_t i = 0; i < count; i++) {
        size_t start = layout->size_bytes;
        for (int field = group + 1; field < schema->node_count; field++) {
            char member[TEXT_MAX];
            schema_leaf like = {.field_offset = start};
            if (schema->nodes[field].parent != group)
                continue;
            node_required(schema, field, "name", member);
            cr_assert_eq(layout->size_bytes - start, node_number(schema, field, "offset"),
                         "offset of %s.%s", name, member);
            snprintf(like.field, TEXT_MAX, "%s", name);
            cr_assert_lt(snprintf(like.path, TEXT_MAX, "%.40s[%zu].%.40s", name, i, member),
                         TEXT_MAX);
            lay_out_field(schema, field, like, layout);
        }
        cr_assert_eq(layout->entry_bytes[index], layout->size_bytes - start,
                     "blockLength of group %s", name);
    }
}

/* The layout of a message with `count` entries in each group. Checks offset and blockLength. */
static inline schema_layout *schema_lay_out(const xml_schema *schema, int message, size_t count)
{
    schema_layout *layout = calloc(1, sizeof *layout);
    layout->size_bytes = 8;
    layout->block_length = node_number(schema, message, "blockLength");
    for (int i = message + 1; i < schema->node_count; i++) {
        schema_leaf like = {.field_offset = layout->size_bytes};
        if (schema->nodes[i].parent != message || !node_is(schema, i, "field"))
            continue;
        node_required(schema, i, "name", like.path);
        memcpy(like.field, like.path, TEXT_MAX);
        cr_assert_eq(layout->size_bytes - 8, node_number(schema, i, "offset"), "offset of %s",
                     like.path);
        lay_out_field(schema, i, like, layout);
    }
    cr_assert_eq(layout->block_length, layout->size_bytes - 8, "blockLength of the message");
    for (int i = message + 1; i < schema->node_count; i++)
        if (schema->nodes[i].parent == message && node_is(schema, i, "group"))
            lay_out_group(schema, i, count, layout);
    return layout;
}

#endif

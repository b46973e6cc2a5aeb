/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include <mycelium/registry.h>

/* Each library of a program may have its own object for the type. */
static bool types_equal(const myc_type *a, const myc_type *b)
{
    return a == b || (a && b && strcmp(a->name, b->name) == 0 && a->id == b->id &&
                      a->size_bytes == b->size_bytes);
}

static bool rows_equal(const myc_row *a, const myc_row *b)
{
    return strcmp(a->name, b->name) == 0 && types_equal(a->type, b->type) &&
           types_equal(a->reply, b->reply);
}

/* Each source file of a program has its own object for a protocol. */
bool myc_protocol_equal(const myc_protocol *a, const myc_protocol *b)
{
    if (a == b) {
        return true;
    }
    bool equal = strcmp(a->name, b->name) == 0 && a->row_count == b->row_count;
    for (uint32_t i = 0; i < a->row_count && equal; i++) {
        equal = rows_equal(&a->rows[i], &b->rows[i]);
    }
    return equal;
}

/* SPDX-License-Identifier: Apache-2.0 */
#include "feeds/blocks_file.h"

#include <stdlib.h>

#include "text/csv_rows.h"
#include "text/uint128.h"

enum { NUMBER, TIMESTAMP, COLUMNS };
static const char *const column_names[COLUMNS] = {"number", "timestamp"};

static bool parse_row(csv_table *table, const csv_field *fields, void *row)
{
    block_time *block = row;
    const csv_field *number = &fields[NUMBER];
    const csv_field *timestamp = &fields[TIMESTAMP];
    if (!uint64_from_decimal(number->text, number->size, &block->number)) {
        csv_reject(table, NUMBER, number, "a block number (decimal, 64 bits)");
        return false;
    }
    if (!uint64_from_decimal(timestamp->text, timestamp->size, &block->timestamp_s) ||
        block->timestamp_s > BLOCK_TIMESTAMP_S_MAX) {
        csv_reject(table, TIMESTAMP, timestamp, "Unix seconds (decimal, at most 18446744073)");
        return false;
    }
    return true;
}

static int compare_numbers(const void *a, const void *b)
{
    uint64_t left = ((const block_time *)a)->number;
    uint64_t right = ((const block_time *)b)->number;
    return (left > right) - (left < right);
}

_Static_assert(offsetof(block_time, line) == 0, "csv_rows.h asks for it");

static const csv_row_type row_type = {
    .names = column_names,
    .names_count = COLUMNS,
    .row_size = sizeof(block_time),
    .parse = parse_row,
    .compare_keys = compare_numbers,
};

int blocks_file_read(blocks_file *self, const char *path, csv_report report)
{
    csv_rows rows;
    *self = (blocks_file){0};
    int result = csv_rows_read(&rows, path, &row_type, report, self->error);
    self->blocks = (block_time *)(void *)rows.rows;
    self->count = rows.count;
    self->bad_rows = rows.bad_rows;
    self->duplicates = rows.duplicates;
    return result;
}

void blocks_file_fini(blocks_file *self)
{
    free(self->blocks);
    *self = (blocks_file){0};
}

bool blocks_file_find(const blocks_file *self, uint64_t number, uint64_t *timestamp_s)
{
    const block_time key = {.number = number};
    if (self->count == 0) {
        return false;
    }
    const block_time *found = bsearch(&key, self->blocks, self->count, sizeof key, compare_numbers);
    if (!found) {
        return false;
    }
    *timestamp_s = found->timestamp_s;
    return true;
}

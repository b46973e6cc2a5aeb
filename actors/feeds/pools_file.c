/* SPDX-License-Identifier: Apache-2.0 */
#include "feeds/pools_file.h"

#include <stdlib.h>
#include <string.h>

#include "text/csv_rows.h"
#include "text/hex.h"
#include "text/uint128.h"

enum { POOL, KIND, TOKEN0, TOKEN1, FEE_PPM, COLUMNS };
static const char *const column_names[COLUMNS] = {"pool", "kind", "token0", "token1", "fee_ppm"};

enum { FEE_PPM_END = 1000000 };

static bool parse_address(csv_table *table, const csv_field *fields, size_t column, eth_address *to)
{
    const csv_field *field = &fields[column];
    if (hex_parse_address(field->text, field->size, to)) {
        return true;
    }
    csv_reject(table, column, field, "an address (0x and 40 hex digits)");
    return false;
}

static bool parse_version(csv_table *table, const csv_field *fields, uint8_t *version)
{
    const csv_field *kind = &fields[KIND];
    bool is_known =
        kind->size == 2 && kind->text[0] == 'v' && (kind->text[1] == '2' || kind->text[1] == '3');
    if (!is_known) {
        csv_reject(table, KIND, kind, "v2 or v3");
        return false;
    }
    *version = (uint8_t)(kind->text[1] - '0');
    return true;
}

static bool parse_fee(csv_table *table, const csv_field *fields, uint32_t *fee_ppm)
{
    const csv_field *fee = &fields[FEE_PPM];
    uint64_t value;
    if (!uint64_from_decimal(fee->text, fee->size, &value) || value >= FEE_PPM_END) {
        csv_reject(table, FEE_PPM, fee, "parts per million (0 to 999999)");
        return false;
    }
    *fee_ppm = (uint32_t)value;
    return true;
}

static bool check_tokens(csv_table *table, const csv_field *fields, const pool_row *pool)
{
    if (memcmp(&pool->token0, &pool->token1, sizeof pool->token0) != 0) {
        return true;
    }
    csv_reject(table, TOKEN1, &fields[TOKEN1], "another token than token0");
    return false;
}

static bool parse_row(csv_table *table, const csv_field *fields, void *row)
{
    pool_row *pool = row;
    return parse_address(table, fields, POOL, &pool->pool) &&
           parse_version(table, fields, &pool->version) &&
           parse_address(table, fields, TOKEN0, &pool->token0) &&
           parse_address(table, fields, TOKEN1, &pool->token1) &&
           check_tokens(table, fields, pool) && parse_fee(table, fields, &pool->fee_ppm);
}

static int compare_pools(const void *a, const void *b)
{
    const eth_address *left = &((const pool_row *)a)->pool;
    const eth_address *right = &((const pool_row *)b)->pool;
    return memcmp(left->bytes, right->bytes, sizeof left->bytes);
}

_Static_assert(offsetof(pool_row, line) == 0, "csv_rows.h asks for it");

static const csv_row_type row_type = {
    .names = column_names,
    .names_count = COLUMNS,
    .row_size = sizeof(pool_row),
    .parse = parse_row,
    .compare_keys = compare_pools,
};

int pools_file_read(pools_file *self, const char *path, csv_report report)
{
    csv_rows rows;
    *self = (pools_file){0};
    int result = csv_rows_read(&rows, path, &row_type, report, self->error);
    self->pools = (pool_row *)(void *)rows.rows;
    self->count = rows.count;
    self->bad_rows = rows.bad_rows;
    self->duplicates = rows.duplicates;
    return result;
}

void pools_file_fini(pools_file *self)
{
    free(self->pools);
    *self = (pools_file){0};
}

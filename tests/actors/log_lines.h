/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TESTS_ACTORS_LOG_LINES_H
#define TESTS_ACTORS_LOG_LINES_H

/*
 * Ethereum logs made for tests.
 */
#include <stdio.h>

#include <criterion/criterion.h>

#include <mycelium/export.h>

#define SYNC_V2 "0x1c411e9a96e071241c2f21f7726b17ae89e3cab4c78be50e062b03a9fffbbad1"
#define SWAP_V2 "0xd78ad95fa46c994b6551d0da85fc275fe613ce37657fb8d5e3d130840159d822"
#define SWAP_V3 "0xc42079f94a6350d7e6235f29174924f928cc2ac818eb64fed8004e115fbcca67"
#define MINT_V2 "0x4c209b5fc8ad50758f13e2e1088ba56a560dff690a1c6fef26394f4c03821c4f"
#define BURN_V2 "0xdccd412f0b1252819cb1fd330b93224ca42612892bb3f4f789976e6d81936496"
#define TRANSFER "0xddf252ad1be2c89b69c2b068fc378daa952ba7f163c4a11628f55a4df523b3ef"
#define PARTY "0x000000000000000000000000a0b86991c6218b36c1d19d4a2e9eb0ce3606eb48"

#define ZEROS16 "0000000000000000"
#define WORD(low16) ZEROS16 ZEROS16 ZEROS16 low16
#define WORD128(high16, low16) ZEROS16 ZEROS16 high16 low16
#define ONES16 "ffffffffffffffff"
#define NEGATIVE(low16) ONES16 ONES16 ONES16 low16

/** JSON texts of the values; NULL = that of a good Sync, "" = the key is left out. */
typedef struct log_parts {
    const char *address;
    const char *block_number;
    const char *data;
    const char *log_index;
    const char *removed;
    const char *topics;
    const char *transaction_index;
    const char *more; /* further members, each with a comma before it; NULL = none */
} log_parts;

#define LOG_POOL "\"0x0D4a11d5EEaaC28EC3F61d100daF4d40471f1852\""

/** Writes `,"key":value`, or nothing for "". */
MYC_UNUSED static void put_member(FILE *out, const char *key, const char *value, const char *usual)
{
    value = value ? value : usual;
    if (*value)
        fprintf(out, ",\"%s\":%s", key, value);
}

/** Gives the line; release with free(). The size goes to `size`. */
MYC_UNUSED static char *log_line(const log_parts *parts, size_t *size)
{
    char *line;
    FILE *out = open_memstream(&line, size);
    cr_assert_not_null(out);
    fputs("{\"blockHash\":\"0x00\"", out);
    put_member(out, "address", parts->address, LOG_POOL);
    put_member(out, "blockNumber", parts->block_number, "\"0xa4da80\"");
    put_member(out, "data", parts->data,
               "\"0x" WORD("000000000000000a") WORD("000000000000000b") "\"");
    put_member(out, "logIndex", parts->log_index, "\"0x1f\"");
    put_member(out, "removed", parts->removed, "false");
    put_member(out, "topics", parts->topics, "[\"" SYNC_V2 "\"]");
    put_member(out, "transactionIndex", parts->transaction_index, "\"0x0\"");
    fprintf(out, "%s}", parts->more ? parts->more : "");
    fclose(out);
    return line;
}

#endif

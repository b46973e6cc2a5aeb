/* SPDX-License-Identifier: Apache-2.0 */
#ifndef FEEDS_POOLS_FILE_H
#define FEEDS_POOLS_FILE_H

/*
 * Reader of pools.csv: tokens and fee of each pool. Needs the columns `pool`, `kind` (v2 or v3),
 * `token0`, `token1` and `fee_ppm`, in any place; other columns are ignored. Plain or gzip.
 *
 * Threads: reading blocks on the file; a file that was read is constant and may be shared.
 */
#include <stddef.h>
#include <stdint.h>

#include <libtypes/scalar.h>

#include "text/csv.h"

typedef struct pool_row {
    uint64_t line; /* of the file */
    eth_address pool;
    eth_address token0; /* never equal to token1 */
    eth_address token1;
    uint32_t fee_ppm; /* parts per million of the amount in; below 1000000 */
    uint8_t version;  /* 2 or 3 */
} pool_row;

typedef struct pools_file {
    pool_row *pools; /* by ascending address, each once */
    size_t count;
    uint64_t bad_rows;
    uint64_t duplicates; /* rows replaced by a later one of the same pool */
    char error[CSV_ERROR_SIZE];
} pools_file;

/**
 * Reads `path`. Each bad row is told to `report` and counted, the rest is kept; of two rows of the
 * same pool the later one wins.
 *
 * Gives the array in `self`: release with pools_file_fini(), also after a failure.
 * Returns 0, or -1 with self->error filled in: the file cannot be read, a column is missing, memory
 * is out.
 */
int pools_file_read(pools_file *self, const char *path, csv_report report);

/** Frees the array. */
void pools_file_fini(pools_file *self);

#endif

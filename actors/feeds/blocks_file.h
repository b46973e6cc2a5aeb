/* SPDX-License-Identifier: Apache-2.0 */
#ifndef FEEDS_BLOCKS_FILE_H
#define FEEDS_BLOCKS_FILE_H

/*
 * Reader of blocks.csv: the time of each block. Needs the columns `number` and `timestamp` (Unix
 * seconds), in any place; other columns are ignored. Plain or gzip.
 *
 * Threads: reading blocks on the file; a file that was read is constant and may be shared.
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "text/csv.h"

/* Seconds above this do not fit 64 bits as nanoseconds. */
#define BLOCK_TIMESTAMP_S_MAX (UINT64_MAX / 1000000000)

typedef struct block_time {
    uint64_t line; /* of the file */
    uint64_t number;
    uint64_t timestamp_s; /* Unix seconds, at most BLOCK_TIMESTAMP_S_MAX */
} block_time;

typedef struct blocks_file {
    block_time *blocks; /* by number, each once */
    size_t count;
    uint64_t bad_rows;
    uint64_t duplicates; /* rows replaced by a later one of the same block */
    char error[CSV_ERROR_SIZE];
} blocks_file;

/**
 * Reads `path`. Each bad row is told to `report` and counted, the rest is kept; of two rows of the
 * same block the later one wins.
 *
 * Gives the array in `self`: release with blocks_file_fini(), also after a failure.
 * Returns 0, or -1 with self->error filled in: the file cannot be read, a column is missing, memory
 * is out.
 */
int blocks_file_read(blocks_file *self, const char *path, csv_report report);

/** Frees the array. */
void blocks_file_fini(blocks_file *self);

/** Looks up the Unix seconds of a block. Returns whether it is known. */
bool blocks_file_find(const blocks_file *self, uint64_t number, uint64_t *timestamp_s);

#endif

/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TEXT_CSV_ROWS_H
#define TEXT_CSV_ROWS_H

/*
 * Loads a whole CSV file into an array of rows, sorted by key, each key once.
 *
 * Threads: reading blocks on the file.
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "text/csv.h"

/** What a row is made of. A row is a struct whose first member is `uint64_t line`. */
typedef struct csv_row_type {
    const char *const *names; /* of the columns */
    size_t names_count;
    size_t row_size; /* bytes */
    /* Fills in the row but for its line, or calls csv_reject() and returns false. */
    bool (*parse)(csv_table *table, const csv_field *fields, void *row);
    int (*compare_keys)(const void *a, const void *b); /* as for qsort() */
} csv_row_type;

typedef struct csv_rows {
    char *rows;
    size_t count;
    uint64_t bad_rows;
    uint64_t duplicates; /* rows replaced by a later one with the same key */
} csv_rows;

/**
 * Reads `path`. Bad rows are told to `report`, counted and left out; of equal keys the last wins.
 *
 * Gives self->rows: release with free(). A failure gives nothing.
 * Returns 0, or -1 with the reason in `error`: the file cannot be read, a column is missing, memory
 * is out.
 */
int csv_rows_read(csv_rows *self, const char *path, const csv_row_type *type, csv_report report,
                  char error[CSV_ERROR_SIZE]);

#endif

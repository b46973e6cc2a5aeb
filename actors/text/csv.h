/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TEXT_CSV_H
#define TEXT_CSV_H

/*
 * Comma-separated files with a header line, read by column name. Columns stand in any order, names
 * that were not asked for are ignored. A field may be in double quotes, a row is one line.
 *
 * Messages read "FILE:LINE: column NAME: expected WHAT, found TEXT".
 *
 * Threads: a table belongs to one thread; reading blocks on the file.
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "text/text_file.h"

enum { CSV_COLUMNS_MAX = 8, CSV_ERROR_SIZE = 512 };

/** Told about each bad row. `line` NULL = nobody listens; the rows are counted all the same. */
typedef struct csv_report {
    void (*line)(void *context, const char *text);
    void *context;
} csv_report;

/** Borrowed until the next csv_next(); not zero-ended. */
typedef struct csv_field {
    const char *text;
    size_t size;
} csv_field;

/** Fields are private, but for `line` and `bad_rows`. */
typedef struct csv_table {
    text_file file;
    const char *const *names; /* the columns asked for */
    size_t count;
    unsigned position[CSV_COLUMNS_MAX]; /* of each in a row of the file */
    unsigned width;                     /* fields of the header, and so of each row */
    csv_report report;
    uint64_t line; /* of the row that was read last */
    uint64_t bad_rows;
} csv_table;

/**
 * Opens `path` and reads the header. Borrows `path` and `names` until csv_close(); all `count`
 * names must be there. Bad rows are told `to` the report. Returns 0 (close with csv_close()), or -1
 * with the reason in `error`.
 */
int csv_open(csv_table *self, const char *path, const char *const *names, size_t count,
             csv_report to, char error[CSV_ERROR_SIZE]);

/**
 * Reads the next row that has all columns; rows that lack some are reported and counted.
 * The fields in `to` are in the order of `names`. Returns 1, 0 at the end, or -1 with the reason in
 * `error`.
 */
int csv_next(csv_table *self, csv_field *to, char error[CSV_ERROR_SIZE]);

/** Reports and counts the row that was read last: in column `column`, `expected` was not found. */
void csv_reject(csv_table *self, size_t column, const csv_field *found, const char *expected);

/** Closes the file. */
void csv_close(csv_table *self);

#endif

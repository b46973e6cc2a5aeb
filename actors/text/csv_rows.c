/* SPDX-License-Identifier: Apache-2.0 */
#include "text/csv_rows.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { CAPACITY_MIN = 256 };

typedef struct loader {
    csv_rows *to;
    const csv_row_type *type;
    csv_table table;
    size_t capacity; /* rows */
    char *error;
} loader;

static char *row_at(const csv_rows *self, const csv_row_type *type, size_t index)
{
    return self->rows + index * type->row_size;
}

static int reserve_row(loader *self)
{
    if (self->to->count < self->capacity) {
        return 0;
    }
    size_t capacity = self->capacity ? self->capacity * 2 : CAPACITY_MIN;
    char *rows = reallocarray(self->to->rows, capacity, self->type->row_size);
    if (!rows) {
        snprintf(self->error, CSV_ERROR_SIZE, "%s:%llu: out of memory for %zu rows",
                 self->table.file.path, (unsigned long long)self->table.line, capacity);
        return -1;
    }
    self->to->rows = rows;
    self->capacity = capacity;
    return 0;
}

static void take_row(loader *self, const csv_field *fields)
{
    char *row = row_at(self->to, self->type, self->to->count);
    memset(row, 0, self->type->row_size);
    memcpy(row, &self->table.line, sizeof self->table.line);
    self->to->count += self->type->parse(&self->table, fields, row);
}

static int load(loader *self)
{
    csv_field fields[CSV_COLUMNS_MAX];
    int result;
    while ((result = csv_next(&self->table, fields, self->error)) > 0) {
        if (reserve_row(self)) {
            return -1;
        }
        take_row(self, fields);
    }
    self->to->bad_rows = self->table.bad_rows;
    return result;
}

/* By key, then in the order of the file: qsort() alone need not keep the order of equal keys. */
static int compare_rows(const void *a, const void *b, void *type)
{
    int order = ((const csv_row_type *)type)->compare_keys(a, b);
    uint64_t a_line, b_line;
    memcpy(&a_line, a, sizeof a_line);
    memcpy(&b_line, b, sizeof b_line);
    return order ? order : (a_line > b_line) - (a_line < b_line);
}

/* Keeps the last of equal keys. */
static void drop_duplicates(csv_rows *self, const csv_row_type *type)
{
    size_t kept = 0;
    for (size_t i = 0; i < self->count; i++) {
        const char *row = row_at(self, type, i);
        if (kept > 0 && type->compare_keys(row_at(self, type, kept - 1), row) == 0) {
            self->duplicates++;
            kept--;
        }
        memmove(row_at(self, type, kept++), row, type->row_size);
    }
    self->count = kept;
}

int csv_rows_read(csv_rows *self, const char *path, const csv_row_type *type, csv_report report,
                  char error[CSV_ERROR_SIZE])
{
    *self = (csv_rows){0};
    loader loading = {.to = self, .type = type, .error = error};
    if (csv_open(&loading.table, path, type->names, type->names_count, report, error)) {
        return -1;
    }
    int result = load(&loading);
    csv_close(&loading.table);
    if (result < 0) {
        free(self->rows);
        *self = (csv_rows){0};
        return -1;
    }
    if (self->count > 1) {
        qsort_r(self->rows, self->count, type->row_size, compare_rows, (void *)type);
        drop_duplicates(self, type);
    }
    return 0;
}

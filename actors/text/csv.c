/* SPDX-License-Identifier: Apache-2.0 */
#include "text/csv.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

enum { NOT_FOUND = -1, FOUND_TEXT_MAX = 64 };

/* A cursor over the fields of one row. */
typedef struct fields {
    const char *rest;
    size_t rest_size;
    bool is_at_end;
} fields;

static fields fields_of(const line_view *row)
{
    return (fields){row->text, row->size, false};
}

/* The count of bytes of a quoted field, both quotes included; a doubled quote is part of it. */
static size_t quoted_size(const char *text, size_t size)
{
    for (size_t i = 1; i < size; i++) {
        if (text[i] != '"') {
            continue;
        }
        if (i + 1 == size || text[i + 1] != '"') {
            return i + 1;
        }
        i++;
    }
    return size;
}

static size_t raw_size(const char *text, size_t size)
{
    size_t start = size > 0 && text[0] == '"' ? quoted_size(text, size) : 0;
    const char *comma = memchr(text + start, ',', size - start);
    return comma ? (size_t)(comma - text) : size;
}

static csv_field unquoted(const char *text, size_t size)
{
    if (size >= 2 && text[0] == '"' && text[size - 1] == '"') {
        return (csv_field){text + 1, size - 2};
    }
    return (csv_field){text, size};
}

static bool next_field(fields *row, csv_field *field)
{
    if (row->is_at_end) {
        return false;
    }
    size_t size = raw_size(row->rest, row->rest_size);
    *field = unquoted(row->rest, size);
    row->is_at_end = size == row->rest_size;
    size_t used = size + !row->is_at_end;
    row->rest += used;
    row->rest_size -= used;
    return true;
}

static void report(csv_table *self, const char *text)
{
    self->bad_rows++;
    if (self->report.line) {
        self->report.line(self->report.context, text);
    }
}

/* Control bytes would garble the message; UTF-8 passes. */
static void copy_printable(char *to, const csv_field *field)
{
    size_t size = field->size < FOUND_TEXT_MAX ? field->size : FOUND_TEXT_MAX;
    for (size_t i = 0; i < size; i++) {
        unsigned char c = (unsigned char)field->text[i];
        to[i] = c < 0x20 || c == 0x7f ? '?' : (char)c;
    }
    strcpy(to + size, size < field->size ? "..." : "");
}

void csv_reject(csv_table *self, size_t column, const csv_field *found, const char *expected)
{
    assert(column < self->count);
    char text[CSV_ERROR_SIZE];
    char shown[FOUND_TEXT_MAX + sizeof "..."];
    copy_printable(shown, found);
    snprintf(text, sizeof text, "%s:%llu: column %s: expected %s, found \"%s\"", self->file.path,
             (unsigned long long)self->line, self->names[column], expected, shown);
    report(self, text);
}

static void reject_row(csv_table *self, const char *reason)
{
    char text[CSV_ERROR_SIZE];
    snprintf(text, sizeof text, "%s:%llu: %s", self->file.path, (unsigned long long)self->line,
             reason);
    report(self, text);
}

static int find_name(const csv_table *self, const csv_field *field)
{
    for (size_t i = 0; i < self->count; i++) {
        if (strlen(self->names[i]) == field->size &&
            memcmp(self->names[i], field->text, field->size) == 0) {
            return (int)i;
        }
    }
    return NOT_FOUND;
}

static int missing_column(const csv_table *self, size_t index, char error[CSV_ERROR_SIZE])
{
    snprintf(error, CSV_ERROR_SIZE, "%s:%llu: expected a header line with the column %s",
             self->file.path, (unsigned long long)self->line, self->names[index]);
    return -1;
}

/* Spreadsheet programs put a byte order mark before the first name. */
static void skip_byte_order_mark(line_view *header)
{
    if (header->size >= 3 && memcmp(header->text, "\xef\xbb\xbf", 3) == 0) {
        header->text += 3;
        header->size -= 3;
    }
}

static int map_columns(csv_table *self, line_view *header, char error[CSV_ERROR_SIZE])
{
    bool is_found[CSV_COLUMNS_MAX] = {false};
    csv_field name;
    skip_byte_order_mark(header);
    fields row = fields_of(header);
    for (unsigned place = 0; next_field(&row, &name); place++) {
        self->width = place + 1;
        int index = find_name(self, &name);
        if (index != NOT_FOUND && !is_found[index]) {
            is_found[index] = true;
            self->position[index] = place;
        }
    }
    for (size_t i = 0; i < self->count; i++) {
        if (!is_found[i]) {
            return missing_column(self, i, error);
        }
    }
    return 0;
}

static int read_header(csv_table *self, char error[CSV_ERROR_SIZE])
{
    line_view header = {.text = ""};
    int result = text_file_next(&self->file, &header);
    if (result < 0) {
        snprintf(error, CSV_ERROR_SIZE, "%s", text_file_error(&self->file));
        return -1;
    }
    self->line = result > 0 ? header.number : 1;
    if (header.error) {
        snprintf(error, CSV_ERROR_SIZE, "%s:%llu: %s", self->file.path,
                 (unsigned long long)self->line, header.error);
        return -1;
    }
    return map_columns(self, &header, error);
}

int csv_open(csv_table *self, const char *path, const char *const *names, size_t count,
             csv_report to, char error[CSV_ERROR_SIZE])
{
    assert(count > 0 && count <= CSV_COLUMNS_MAX);
    *self = (csv_table){.names = names, .count = count, .report = to};
    if (text_file_open(&self->file, path, 0)) {
        snprintf(error, CSV_ERROR_SIZE, "%s", text_file_error(&self->file));
        return -1;
    }
    if (read_header(self, error)) {
        csv_close(self);
        return -1;
    }
    return 0;
}

void csv_close(csv_table *self)
{
    text_file_close(&self->file);
}

/* Returns the count of fields in the row. */
static unsigned split(const csv_table *self, const line_view *line, csv_field *to)
{
    unsigned place = 0;
    csv_field field;
    fields row = fields_of(line);
    for (; next_field(&row, &field); place++) {
        for (size_t i = 0; i < self->count; i++) {
            if (self->position[i] == place) {
                to[i] = field;
            }
        }
    }
    return place;
}

static bool take_row(csv_table *self, const line_view *line, csv_field *to)
{
    self->line = line->number;
    if (line->error) {
        reject_row(self, line->error);
        return false;
    }
    unsigned found = split(self, line, to);
    if (found != self->width) {
        char reason[96];
        snprintf(reason, sizeof reason, "expected %u fields as in the header, found %u",
                 self->width, found);
        reject_row(self, reason);
        return false;
    }
    return true;
}

int csv_next(csv_table *self, csv_field *to, char error[CSV_ERROR_SIZE])
{
    line_view line;
    int result;
    while ((result = text_file_next(&self->file, &line)) > 0) {
        if (take_row(self, &line, to)) {
            return 1;
        }
    }
    if (result < 0) {
        snprintf(error, CSV_ERROR_SIZE, "%s", text_file_error(&self->file));
    }
    return result;
}

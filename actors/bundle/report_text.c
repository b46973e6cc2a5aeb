/* SPDX-License-Identifier: Apache-2.0 */
#include "bundle/report_text.h"

#include <inttypes.h>
#include <string.h>

enum { NAME_WIDTH = 22, VALUE_WIDTH = 14 };

void report_member(FILE *out, const char *name, uint64_t value, const char *after)
{
    (void)fprintf(out, "\"%s\":%" PRIu64 "%s", name, value, after);
}

/* Bytes above 127 are let through: paths are UTF-8, if they are text at all. */
void report_string(FILE *out, const char *text, size_t size)
{
    size_t length = strnlen(text, size);
    (void)fputc('"', out);
    for (size_t i = 0; i < length; i++) {
        unsigned char byte = (unsigned char)text[i];
        if (byte < ' ') {
            (void)fprintf(out, "\\u%04x", (unsigned)byte);
        } else {
            (void)fputs(byte == '"' || byte == '\\' ? "\\" : "", out);
            (void)fputc(byte, out);
        }
    }
    (void)fputc('"', out);
}

void report_heading(FILE *out, const char *heading)
{
    (void)fprintf(out, "%s\n", heading);
}

void report_text(FILE *out, const char *name, const char *value)
{
    (void)fprintf(out, "  %-*s %*s\n", NAME_WIDTH, name, VALUE_WIDTH, value);
}

void report_row(FILE *out, const char *name, human_text value)
{
    report_text(out, name, value.text);
}

void report_count(FILE *out, const char *name, uint64_t value)
{
    report_row(out, name, human_count(value));
}

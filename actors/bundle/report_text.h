/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BUNDLE_REPORT_TEXT_H
#define BUNDLE_REPORT_TEXT_H

/* Parts of JSON and of the table that several reports have. Threads: one at a time. */
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "bundle/human.h"
#include "bundle/report.h"

/** Writes "name":value and `after`. The name needs no escapes. */
void report_member(FILE *out, const char *name, uint64_t value, const char *after);

/** Writes `text`, up to `size` bytes or its end, as a JSON string. */
void report_string(FILE *out, const char *text, size_t size);

/** A line without an indent. */
void report_heading(FILE *out, const char *heading);

/** An indented line with a name and a value behind it. */
void report_text(FILE *out, const char *name, const char *value);
void report_row(FILE *out, const char *name, human_text value);
void report_count(FILE *out, const char *name, uint64_t value);

/** Parts of the statistics, each ending in ",\n ". */
void report_write_feeds(const bundle_report *report, FILE *out);
void report_write_quotes(const bundle_report *report, FILE *out);

/** Parts of the table. */
void report_table_feeds(const bundle_report *report, FILE *out);
void report_table_quotes(const bundle_report *report, FILE *out);

#endif

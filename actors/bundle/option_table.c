/* SPDX-License-Identifier: Apache-2.0 */
#include "bundle/option_table.h"

#include <assert.h>
#include <getopt.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "text/uint128.h"

enum { ROWS_MAX = 40, HELP_COLUMN = 28, FIRST_ROW_CODE = 256 };

static void fill_getopt(const option_table *table, struct option *getopt_rows)
{
    size_t i = 0;
    for (; i < table->count; i++) {
        const option_row *row = &table->rows[i];
        getopt_rows[i] = (struct option){row->name, row->argument ? required_argument : no_argument,
                                         NULL, FIRST_ROW_CODE + (int)i};
    }
    getopt_rows[i++] = (struct option){"help", no_argument, NULL, 'h'};
    getopt_rows[i] = (struct option){0};
}

static option_outcome reject(const option_table *table, char *error, const char *word,
                             const char *what)
{
    (void)snprintf(error, OPTION_ERROR_SIZE, "%s: %s: %s", table->command, word, what);
    return OPTIONS_BAD;
}

/* Returns whether the row took the value. */
static bool set_row(const option_table *table, const option_row *row, void *options,
                    const char *value, char *error)
{
    const char *expected = row->set(options, value);
    if (expected) {
        (void)snprintf(error, OPTION_ERROR_SIZE, "%s: --%s %s: expected %s", table->command,
                       row->name, value ? value : "", expected);
    }
    return !expected;
}

static option_outcome parse_next(const option_table *table, int code, char **argv, void *options,
                                 char *error)
{
    if (code == 'h') {
        return OPTIONS_HELP;
    }
    if (code == ':') {
        const option_row *row = &table->rows[optopt - FIRST_ROW_CODE];
        (void)snprintf(error, OPTION_ERROR_SIZE, "%s: --%s: expected %s after it", table->command,
                       row->name, row->argument);
        return OPTIONS_BAD;
    }
    if (code < FIRST_ROW_CODE) {
        return reject(table, error, argv[optind - 1],
                      "expected one of the options that --help lists, spelled out");
    }
    const option_row *row = &table->rows[code - FIRST_ROW_CODE];
    return set_row(table, row, options, optarg, error) ? OPTIONS_PARSED : OPTIONS_BAD;
}

option_outcome option_table_parse(const option_table *table, int argc, char **argv, void *options,
                                  char error[OPTION_ERROR_SIZE])
{
    struct option getopt_rows[ROWS_MAX + 2];
    assert(table->count <= ROWS_MAX);
    fill_getopt(table, getopt_rows);
    optind = 0; /* start afresh, also with what glibc keeps beside it */
    opterr = 0;
    error[0] = '\0';
    for (int code; (code = getopt_long(argc, argv, "+:h", getopt_rows, NULL)) != -1;) {
        option_outcome outcome = parse_next(table, code, argv, options, error);
        if (outcome != OPTIONS_PARSED) {
            return outcome;
        }
    }
    if (optind < argc) {
        return reject(table, error, argv[optind], "expected an option (they begin with --)");
    }
    return OPTIONS_PARSED;
}

static void print_row(const option_row *row, FILE *out)
{
    int width = fprintf(out, "  --%s%s%s", row->name, row->argument ? " " : "",
                        row->argument ? row->argument : "");
    if (width > HELP_COLUMN - 2) {
        width = 0;
        (void)fputc('\n', out);
    }
    (void)fprintf(out, "%*s", HELP_COLUMN - width, "");
    for (const char *c = row->help; *c; c++) {
        (void)fputc(*c, out);
        if (*c == '\n') {
            (void)fprintf(out, "%*s", HELP_COLUMN, "");
        }
    }
    if (row->fallback) {
        (void)fprintf(out, " (default: %s)", row->fallback);
    }
    (void)fputc('\n', out);
}

void option_table_print_help(const option_table *table, FILE *out)
{
    static const option_row help = {.name = "help", .help = "Print this and exit."};
    (void)fprintf(out, "Usage: %s [OPTION]...\n%s\n\n", table->command, table->summary);
    for (size_t i = 0; i < table->count; i++) {
        print_row(&table->rows[i], out);
    }
    print_row(&help, out);
}

int option_parse_count(const char *text, uint64_t minimum, uint64_t maximum, uint64_t *value)
{
    uint64_t parsed;
    if (!uint64_from_decimal(text, strlen(text), &parsed) || parsed < minimum || parsed > maximum) {
        return -1;
    }
    *value = parsed;
    return 0;
}

int option_parse_amount(const char *text, double *value)
{
    /* The program never calls setlocale(), so strtod() reads a dot. It also reads signs, hex, "nan"
     * and blanks, which are refused here. */
    if (text[strspn(text, "0123456789.eE+-")] != '\0' || text[0] == '-' || text[0] == '+') {
        return -1;
    }
    char *end;
    double parsed = strtod(text, &end);
    if (end == text || *end != '\0' || !isfinite(parsed)) {
        return -1;
    }
    *value = parsed;
    return 0;
}

int option_parse_choice(const char *text, const char *const *names, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        if (strcmp(text, names[i]) == 0) {
            return (int)i;
        }
    }
    return -1;
}

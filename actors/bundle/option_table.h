/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BUNDLE_OPTION_TABLE_H
#define BUNDLE_OPTION_TABLE_H

/*
 * Command-line options as a table, from which the parser and the help text are made.
 *
 * Threads: one at a time (getopt_long() keeps its place in globals).
 */
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

enum { OPTION_ERROR_SIZE = 512 };

typedef struct option_row {
    const char *name;     /* without the dashes */
    const char *argument; /* what it takes, such as "PATH"; NULL = nothing */
    const char *help;     /* lines are separated by "\n" */
    const char *fallback; /* the default as text; NULL = not worth a word */
    /** Takes over `value` (NULL without argument). Returns NULL, or what was expected; static. */
    const char *(*set)(void *options, const char *value);
} option_row;

typedef struct option_table {
    const char *command; /* for messages: "market-bundle run" */
    const char *summary; /* what the command does, for the help */
    const option_row *rows;
    size_t count;
} option_table;

typedef enum option_outcome {
    OPTIONS_PARSED,
    OPTIONS_HELP, /* --help was among them */
    OPTIONS_BAD
} option_outcome;

/**
 * Parses argv[1] on with `table` into `options`. Borrows argv: values may be kept as pointers.
 * With OPTIONS_BAD, `error` has one line that names the option, the value and what was expected.
 */
option_outcome option_table_parse(const option_table *table, int argc, char **argv, void *options,
                                  char error[OPTION_ERROR_SIZE]);

/** Writes usage, summary and each option with its default. */
void option_table_print_help(const option_table *table, FILE *out);

/** Parses decimal digits from `minimum` to `maximum`. Returns 0, or -1 with `*value` unchanged. */
int option_parse_count(const char *text, uint64_t minimum, uint64_t maximum, uint64_t *value);

/** Parses a finite decimal number of 0 or more, with a dot in every locale. Returns 0 or -1. */
int option_parse_amount(const char *text, double *value);

/** The index of `text` among `count` names; -1 when it is none of them. */
int option_parse_choice(const char *text, const char *const *names, size_t count);

#endif

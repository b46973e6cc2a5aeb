/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BUNDLE_CONSOLE_H
#define BUNDLE_CONSOLE_H

/*
 * Standard error: messages, and below them one line of progress that is written over and over.
 *
 * Threads: any.
 */
#include <stdbool.h>

#include <mycelium/actor.h>

typedef struct bundle_console {
    bool has_line; /* a progress line stands there now */
} bundle_console;

/** Writes "market-bundle: ", the message and a newline. */
void console_say(bundle_console *self, const char *format, ...) MYC_PRINTF(2, 3);

/** Replaces the progress line. */
void console_show(bundle_console *self, const char *line);

/** Removes the progress line, if there is one. */
void console_clear(bundle_console *self);

/** The log callback of a system; `self` is a bundle_console. */
void console_log(void *self, myc_log_level level, const char *text);

/** A csv_report callback: at most 10 rows are told. `self` is a console_rows. */
typedef struct console_rows {
    bundle_console *console;
    unsigned told;
} console_rows;

void console_row(void *self, const char *text);

#endif

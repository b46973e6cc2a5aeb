/* SPDX-License-Identifier: Apache-2.0 */
#include "bundle/console.h"

#include <stdarg.h>
#include <stdio.h>

enum { ROWS_TOLD_MAX = 10 };

/* The lock of stderr also guards has_line. */
static void clear_locked(bundle_console *self)
{
    if (self->has_line) {
        (void)fputs("\r\033[K", stderr);
        self->has_line = false;
    }
}

void console_say(bundle_console *self, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    flockfile(stderr);
    clear_locked(self);
    (void)fputs("market-bundle: ", stderr);
    (void)vfprintf(stderr, format, arguments);
    (void)fputc('\n', stderr);
    funlockfile(stderr);
    va_end(arguments);
}

void console_show(bundle_console *self, const char *line)
{
    flockfile(stderr);
    (void)fprintf(stderr, "\r%s\033[K", line);
    (void)fflush(stderr);
    self->has_line = true;
    funlockfile(stderr);
}

void console_clear(bundle_console *self)
{
    flockfile(stderr);
    clear_locked(self);
    (void)fflush(stderr);
    funlockfile(stderr);
}

void console_log(void *self, myc_log_level level, const char *text)
{
    static const char *const NAMES[] = {"error: ", "warning: ", ""};
    console_say(self, "%s%s", NAMES[level], text);
}

void console_row(void *self, const char *text)
{
    console_rows *rows = self;
    if (rows->told < ROWS_TOLD_MAX) {
        console_say(rows->console, "warning: %s", text);
    } else if (rows->told == ROWS_TOLD_MAX) {
        console_say(rows->console, "warning: more bad rows: from here on they are only counted");
    }
    rows->told++;
}

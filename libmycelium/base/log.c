/* SPDX-License-Identifier: Apache-2.0 */
#include "base/log.h"

#include <stdio.h>

#include "base/limits.h"

void myc__log_line_va(const myc__log *log, myc_log_level level, const char *format, va_list args)
{
    if (!log->write) {
        return;
    }
    char text[MYC__LOG_LINE_BYTES];
    vsnprintf(text, sizeof text, format, args);
    log->write(log->user, level, text);
}

void myc__log_line(const myc__log *log, myc_log_level level, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    myc__log_line_va(log, level, format, args);
    va_end(args);
}

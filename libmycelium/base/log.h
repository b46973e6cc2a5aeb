/* SPDX-License-Identifier: Apache-2.0 */
#ifndef MYC_BASE_LOG_H
#define MYC_BASE_LOG_H

/*
 * Log lines for the user's callback. Formatted on the stack: no memory, no lock.
 */
#include <stdarg.h>

#include <mycelium/actor.h>

typedef struct myc__log {
    void (*write)(void *user, myc_log_level level, const char *text); /* may be NULL */
    void *user;
} myc__log;

/** Formats one line and hands it on. Borrows everything. Any thread; never call it under a lock. */
void myc__log_line(const myc__log *log, myc_log_level level, const char *format, ...)
    MYC_PRINTF(3, 4);

void myc__log_line_va(const myc__log *log, myc_log_level level, const char *format, va_list args)
    MYC_PRINTF(3, 0);

#endif

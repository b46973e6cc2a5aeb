/* SPDX-License-Identifier: Apache-2.0 */
#ifndef MYC_BASE_CHECK_H
#define MYC_BASE_CHECK_H

/*
 * Assertions of the library's own invariants. A broken one ends the program: going on would lose or
 * double a message. Bad input is never checked this way.
 */
#include <assert.h>
#include <stdnoreturn.h>

noreturn void myc__check_failed(const char *condition, const char *file, int line);

/** What is to be told of when a check fails on the calling thread: `tell(what)` runs before the
 * program ends. NULL = nothing. */
void myc__check_tell(void (*tell)(const void *what), const void *what);

#define MYC__LIKELY(condition) __builtin_expect(!!(condition), 1)
#define MYC__COLD __attribute__((noinline, cold)) /* keeps the hot path around it short */
#define MYC__UNLIKELY(condition) __builtin_expect(!!(condition), 0)

/** Stays on in release: cheap, and guards memory or the account of messages. */
#define MYC__CHECK(condition)                                                                      \
    (MYC__LIKELY(condition) ? (void)0 : myc__check_failed(#condition, __FILE__, __LINE__))

/** Debug builds only: on a hot path, or costly. */
#ifdef NDEBUG
#define MYC__DEBUG_CHECK(condition) ((void)sizeof(condition))
#else
#define MYC__DEBUG_CHECK(condition) MYC__CHECK(condition)
#endif

#endif

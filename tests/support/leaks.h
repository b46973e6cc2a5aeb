/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TESTS_SUPPORT_LEAKS_H
#define TESTS_SUPPORT_LEAKS_H

/*
 * NO_LEAKS() at the end of a test body fails the test when memory is lost.
 *
 * The check at exit of AddressSanitizer never runs in a Criterion test: each test is a forked
 * worker that leaves by _exit(). Without AddressSanitizer the macro does nothing.
 */
#include <stdbool.h>

#include <criterion/criterion.h>

#if defined(__SANITIZE_ADDRESS__)
#define LEAKS_ARE_CHECKED 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define LEAKS_ARE_CHECKED 1
#endif
#endif

#ifdef LEAKS_ARE_CHECKED
#include <sanitizer/lsan_interface.h>

static inline bool leaks_found(void)
{
    return __lsan_do_recoverable_leak_check() != 0;
}
#else
static inline bool leaks_found(void)
{
    return false;
}
#endif

#define NO_LEAKS() cr_assert(!leaks_found(), "memory is lost; the report is above")

#endif

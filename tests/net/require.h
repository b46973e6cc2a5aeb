/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TESTS_NET_REQUIRE_H
#define TESTS_NET_REQUIRE_H

/*
 * For the servers of these tests, which also run on threads of their own and in plain programs,
 * where Criterion's assertions cannot be used: ends the test's process.
 */
#include <stdio.h>
#include <stdlib.h>

#define REQUIRE(what)                                                                              \
    ((what) ? (void)0                                                                              \
            : (fprintf(stderr, "%s:%d: failed: %s\n", __FILE__, __LINE__, #what), abort()))

#endif

/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TESTS_MESSAGE_CONTEXTS_H
#define TESTS_MESSAGE_CONTEXTS_H

/*
 * Both kinds of context of a system without threads: a worker's and this foreign thread's.
 */
#include <criterion/criterion.h>

#include "base/probe_allocator.h"
#include "support/leaks.h"
#include "system/system.h"

typedef struct contexts {
    probe_allocator probe;
    myc_system *system;
    myc_context *worker;
    myc_context *foreign;
    myc_context *each[2]; /* both of them */
} contexts;

MYC_UNUSED static void contexts_open(contexts *both)
{
    *both = (contexts){0};
    myc_system_options options = {
        .workers = 1, .caller_driven = true, .allocator = probe_interface(&both->probe)};
    cr_assert_eq(0, myc_system_create(&options, &both->system));
    both->worker = both->each[0] = &both->system->fabric.shards[0]->context;
    both->foreign = both->each[1] = myc_context_of(both->system);
    cr_assert_not_null(both->foreign);
}

/** No payload may be left. */
MYC_UNUSED static void contexts_close(contexts *both)
{
    cr_expect_eq(0, myc_system_destroy(both->system));
    probe_expect_balanced(&both->probe);
}

#endif

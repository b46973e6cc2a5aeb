/* SPDX-License-Identifier: Apache-2.0 */
#ifndef MYC_IO_FILE_NAMES_H
#define MYC_IO_FILE_NAMES_H

/*
 * Names of files, in order, each once: what is in a directory, and what is added to that.
 *
 * Threads: one at a time.
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/allocator.h"

/** All zero but for the allocator: empty. Fields are private. */
typedef struct myc__file_names {
    myc__allocator *allocator; /* borrowed */
    char *text;                /* names, each with a closing zero */
    size_t text_bytes, text_capacity;
    uint32_t *places; /* of names in the text */
    uint32_t count, places_capacity;
    uint32_t taken;
} myc__file_names;

/** Frees all; it is empty then. */
void myc__file_names_clear(myc__file_names *names);

/** Adds a name. Returns 0 or ENOMEM. */
MYC_MUST_CHECK int myc__file_names_add(myc__file_names *names, const char *name);

/** Adds the files in the directory `path`: what is no file is left out, links to files are not.
 * Returns 0 or an errno. */
MYC_MUST_CHECK int myc__file_names_list(myc__file_names *names, const char *path);

/** Puts them in order, without those that are there already. Before the first is taken. */
void myc__file_names_sort(myc__file_names *names);

/** Gives the next name, valid until names are cleared or added; NULL when all have been taken. */
const char *myc__file_names_take(myc__file_names *names);

#endif

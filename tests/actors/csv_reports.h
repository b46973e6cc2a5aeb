/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TESTS_ACTORS_CSV_REPORTS_H
#define TESTS_ACTORS_CSV_REPORTS_H

/*
 * A listener to reports about CSV rows that writes down what it is told, a line each, with PATH in
 * the place of the file's path.
 */
#include <stdio.h>
#include <string.h>

#include <criterion/criterion.h>

#include <mycelium/export.h>

#include "text/csv.h"

typedef struct reports {
    char path[64];
    char text[4096];
} reports;

MYC_UNUSED static reports reports_for(const char *path)
{
    reports made = {.text = ""};
    snprintf(made.path, sizeof made.path, "%s", path);
    return made;
}

MYC_UNUSED static void reports_note(void *context, const char *text)
{
    reports *self = context;
    size_t path_size = strlen(self->path), size = strlen(self->text);
    cr_assert_eq(0, strncmp(self->path, text, path_size), "%s", text);
    snprintf(self->text + size, sizeof self->text - size, "PATH%s\n", text + path_size);
}

/** Borrows `self` as long as the listener is used. */
MYC_UNUSED static csv_report reports_listener(reports *self)
{
    return (csv_report){.line = reports_note, .context = self};
}

#endif

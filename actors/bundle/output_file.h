/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BUNDLE_OUTPUT_FILE_H
#define BUNDLE_OUTPUT_FILE_H

/*
 * A file that is there whole or not at all: written beside its place and moved there at the end.
 * Standard output ("-") and what is no regular file (a pipe, /dev/null) are written in place.
 *
 * Threads: one at a time.
 */
#include <stdio.h>

/** Writes `content` to `out`. Returns 0 or an errno; errors of `out` itself are seen without it. */
typedef int (*output_writer)(const void *content, FILE *out);

/**
 * Writes `path` with `write`. Borrows everything.
 * Returns 0, or the errno of what failed first; then a file that was there before is as it was.
 */
int output_file_write(const char *path, output_writer write, const void *content);

/** Whether `path` can be written, without touching it. Returns 0 or an errno. */
int output_file_check(const char *path);

#endif

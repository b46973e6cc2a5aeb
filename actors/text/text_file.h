/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TEXT_TEXT_FILE_H
#define TEXT_TEXT_FILE_H

/*
 * Blocking reader of the lines of a file, plain or gzip: for small files at start-up and for tests.
 *
 * Threads: belongs to one thread; blocks on the file.
 */
#include <stddef.h>

#include "text/inflate.h"
#include "text/lines.h"

/** Fields are private, but for `path`. */
typedef struct text_file {
    const char *path; /* borrowed */
    int fd;
    char *buffer;
    size_t buffer_size;
    inflater *inflater;
    lines lines;
    char error[256];
} text_file;

/**
 * Opens `path`, which is borrowed until text_file_close(). `read_size` bytes are read at a time;
 * 0 = 64 KiB. Returns 0, or -1 with text_file_error() (then there is nothing to close).
 */
int text_file_open(text_file *self, const char *path, size_t read_size);

/**
 * Fills in the next line, which may be a bad one (see lines.h). The text is borrowed until the next
 * call. Returns 1, 0 at the end of the file, or -1 with text_file_error().
 */
int text_file_next(text_file *self, line_view *line);

/** Closes the file and frees the buffers. */
void text_file_close(text_file *self);

/** After a failure: what went wrong, with the path. Borrowed from `self`. */
const char *text_file_error(const text_file *self);

#endif

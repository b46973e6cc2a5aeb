/* SPDX-License-Identifier: Apache-2.0 */
#ifndef ACTORS_SIGNAL_SINK_H
#define ACTORS_SIGNAL_SINK_H

/*
 * A buffered file of lines that remembers the first error. After an error nothing more is written.
 *
 * Threads: any; each call takes the lock of the file. So one thread may write lines and another
 * flush from time to time.
 */
#include <stdint.h>
#include <stdio.h>

enum { SIGNAL_SINK_BUFFER_SIZE = 64 * 1024 };

typedef struct signal_sink {
    FILE *file;
    const char *path; /* borrowed */
    int os_error;     /* errno of the first failure; 0 = none */
    uint64_t lines;   /* taken into the buffer */
} signal_sink;

/**
 * Opens `path` (borrowed until the close), emptied; "-" is standard output.
 * Returns 0 (close with signal_sink_close()) or an errno.
 */
int signal_sink_open(signal_sink *self, const char *path);

/** Appends `size` bytes, a line. */
void signal_sink_write(signal_sink *self, const char *line, size_t size);

/** Writes what is buffered. */
void signal_sink_flush(signal_sink *self);

/** The errno of the first failure so far, or 0. */
int signal_sink_error(signal_sink *self);

/** Writes what is buffered and closes; standard output stays open. Returns signal_sink_error(). */
int signal_sink_close(signal_sink *self);

#endif

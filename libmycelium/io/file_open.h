/* SPDX-License-Identifier: Apache-2.0 */
#ifndef MYC_IO_FILE_OPEN_H
#define MYC_IO_FILE_OPEN_H

/*
 * Opens what is to be read or written to, and finds out how that can be done.
 */
#include "base/log.h"

#include <stdbool.h>
#include <stdint.h>

typedef struct myc__open_file {
    int fd;
    bool is_borrowed;    /* standard input or output: not ours to close */
    bool has_positions;  /* a regular file: reads name their offset */
    bool is_fifo;        /* has an end before its first writer has come: await data first */
    bool has_peer;       /* a pipe or socket: whoever is at its other end may go */
    bool is_on_disk;     /* can be synced */
    uint64_t start;      /* where to begin, with positions: standard input may be read in part */
    uint64_t size_bytes; /* from there to the end as it is now, with positions */
} myc__open_file;

/**
 * Opens `path`; "-" is standard input. Never waits for a writer. Close it by
 * myc__file_close(). Returns 0, or MYC_ENOENT, MYC_EACCES, MYC_ELIMIT, MYC_ENOMEM or MYC_EIO with
 * a log line that has path and cause.
 */
MYC_MUST_CHECK int myc__file_open(const char *path, const myc__log *log, myc__open_file *file);

/**
 * Opens `path` to write at its end, made when missing (mode 0644, less the umask); "-" is standard
 * output, written where it stands. Never waits for a reader. Else as myc__file_open().
 */
MYC_MUST_CHECK int myc__file_open_to_append(const char *path, const myc__log *log,
                                            myc__open_file *file);

void myc__file_close(const myc__open_file *file);

#endif

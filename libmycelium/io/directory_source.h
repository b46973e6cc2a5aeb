/* SPDX-License-Identifier: Apache-2.0 */
#ifndef MYC_IO_DIRECTORY_SOURCE_H
#define MYC_IO_DIRECTORY_SOURCE_H

/*
 * A source of the names of files in a directory: those that are there, then those that are closed
 * after writing or moved there.
 *
 * The directory is watched first and read then, so no file is missed in between; what the kernel
 * has told until it is read through is looked at before any name is told, so none is told twice.
 * When the kernel's queue has run over, the directory is read again in the same way, and all that
 * is there is told again.
 */
#include "io/source.h"

typedef struct myc__directory_source_options {
    const char *path;
    myc_address owner;
    myc__source_rows rows;
} myc__directory_source_options;

/**
 * Begins to watch for an actor of `shard`, which has room for a source. `*number` names it. Returns
 * as myc_stream_watch_directory(), with a log line that has path and cause.
 */
MYC_MUST_CHECK int myc__directory_source_create(myc__shard *shard,
                                                const myc__directory_source_options *options,
                                                uint32_t *number);

#endif

/* SPDX-License-Identifier: Apache-2.0 */
#ifndef MYC_IO_FILE_SOURCE_H
#define MYC_IO_FILE_SOURCE_H

/*
 * A source that reads a file, pipe or terminal.
 */
#include "io/file_open.h"
#include "io/source.h"

typedef struct myc__file_source_options {
    myc__open_file file;
    myc_address owner;
    myc__source_rows rows;
    uint32_t depth; /* 1 to MYC__READ_DEPTH_MAX; 0 = default of the kind of file */
} myc__file_source_options;

/**
 * Begins to read for an actor of `shard`, which has room for a source. Takes the open file when it
 * succeeds. Returns 0, MYC_ENOMEM or MYC_ENOTSUP. `*number` names the source.
 */
MYC_MUST_CHECK int myc__file_source_create(myc__shard *shard,
                                           const myc__file_source_options *options,
                                           uint32_t *number);

#endif

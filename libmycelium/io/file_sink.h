/* SPDX-License-Identifier: Apache-2.0 */
#ifndef MYC_IO_FILE_SINK_H
#define MYC_IO_FILE_SINK_H

/*
 * A source, in the sense of source.h, that is written to: a file, pipe or terminal.
 *
 * One write is under way at a time, so what is written keeps its order, also in a pipe that others
 * write to. Small chunks are copied together and written by one call; larger ones go as they are.
 * What has two ends (pipe, socket) is written to once it has room, and only as long as there is
 * somebody to read: the write itself would raise SIGPIPE. (If the reader goes in between, it still
 * does: a program that does not want to end then ignores that signal.)
 *
 * A sink that has nothing to write does not keep the system from being quiet.
 *
 * Threads: the worker's.
 */
#include "io/file_open.h"
#include "io/source.h"

typedef struct myc__file_sink_options {
    myc__open_file file;
    myc_address owner;
    myc__source_rows rows;
    uint32_t queue_bytes; /* 0 = default */
} myc__file_sink_options;

/**
 * Begins to write for an actor of `shard`, which has room for a source. Takes the open file when it
 * succeeds. Returns 0, MYC_ENOMEM or MYC_ENOTSUP. `*number` names the sink.
 */
MYC_MUST_CHECK int myc__file_sink_create(myc__shard *shard, const myc__file_sink_options *options,
                                         uint32_t *number);

#endif

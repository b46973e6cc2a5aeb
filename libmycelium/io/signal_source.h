/* SPDX-License-Identifier: Apache-2.0 */
#ifndef MYC_IO_SIGNAL_SOURCE_H
#define MYC_IO_SIGNAL_SOURCE_H

/*
 * A source of the signals the process gets.
 *
 * The kernel gives each signal to one reader: of several sources that watch the same one, in
 * whatever system of the process, one is told.
 */
#include "io/source.h"

typedef struct myc__signal_source_options {
    const int *signals; /* ends with 0 */
    myc_address owner;
    myc__source_rows rows;
} myc__signal_source_options;

/**
 * Begins to watch for an actor of `shard`, which has room for a source. `*number` names it. Returns
 * 0, MYC_EINVAL (no signal, or one that is not blocked in this thread, with a log line), MYC_ELIMIT,
 * MYC_ENOMEM or MYC_ENOTSUP.
 */
MYC_MUST_CHECK int myc__signal_source_create(myc__shard *shard,
                                             const myc__signal_source_options *options,
                                             uint32_t *number);

#endif

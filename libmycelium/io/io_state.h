/* SPDX-License-Identifier: Apache-2.0 */
#ifndef MYC_IO_IO_STATE_H
#define MYC_IO_IO_STATE_H

/*
 * The I/O of a worker from inside:
 *
 *   io.c            the driver, the groups of buffers, what is done in each pass
 *   source_table.c  the sources: their numbers, which of them are polled, which are waited for
 *   source_end.c    what happens to them when their owner ends or the system stops
 */
#include "actor/actor.h"
#include "io/groups.h"
#include "io/source.h"

struct myc__io {
    myc__shard *shard;
    myc__driver *driver; /* NULL until a source needs it */
    myc__groups groups;
    myc__source *sources;
    myc__source *awake;     /* of these, to be polled */
    uint32_t source_count;  /* all */
    uint32_t silent_count;  /* of these, drained or quiet: the rest is shard->open_sources */
    uint32_t removed_count; /* sources that are gone, in all */
    uint32_t last_number;
    uint64_t wall_ns, wall_pass; /* the time, and the pass of the worker it is of */
    myc__source *by_number[MYC__SOURCE_BUCKETS];
};

/** The source is told no more of the system's stop, or rests for good: it is not waited for. */
void myc__source_set_silence(myc__source *source, bool is_drained, bool is_quiet);

#endif

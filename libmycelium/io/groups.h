/* SPDX-License-Identifier: Apache-2.0 */
#ifndef MYC_IO_GROUPS_H
#define MYC_IO_GROUPS_H

/*
 * The buffer groups of a worker, one for each class of socket, made when the first socket of the
 * class is opened. A buffer is a chunk: what was received is sent on as it is.
 *
 *   group            block    room for                      because
 *   STREAM           16 KiB   16320 bytes of a connection   a read takes what is there, and a feed
 *                                                           in bursts fills it
 *   DATAGRAM         3 KiB    one of up to 2048 bytes       a frame of Ethernet and more; who
 *                                                           retains one retains little
 *   LARGE_DATAGRAM   96 KiB   one of any length             is rare
 *
 * A chunk keeps its whole block for as long as it is retained, also when it holds 64 bytes of a
 * connection: who keeps many small pieces copies them.
 *
 * Threads: the worker's.
 */
#include "io/buffers.h"
#include "shard/shard.h"

typedef enum myc__group {
    MYC__GROUP_STREAM = 0,
    MYC__GROUP_DATAGRAM,
    MYC__GROUP_LARGE_DATAGRAM,
    MYC__GROUPS
} myc__group;

/** All zero: no group is made yet. */
typedef struct myc__groups {
    myc__buffers *made[MYC__GROUPS];
} myc__groups;

/** Gives `*buffers`, borrowed; made if need be. Returns 0 or MYC_ENOMEM. */
MYC_MUST_CHECK int myc__groups_get(myc__groups *groups, myc__shard *shard, myc__driver *driver,
                                   myc__group group, myc__buffers **buffers);

/** Frees all buffers. Nothing receives into them any more; their driver is still there. */
void myc__groups_fini(myc__groups *groups);

#endif

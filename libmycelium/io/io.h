/* SPDX-License-Identifier: Apache-2.0 */
#ifndef MYC_IO_IO_H
#define MYC_IO_IO_H

/*
 * The I/O of one worker: its sources, and where it sleeps. The driver behind it is made when the
 * first source is opened; a worker with nothing in flight sleeps without it, which is cheaper.
 *
 * Threads: the worker's.
 */
#include "shard/shard.h"

typedef struct myc__io myc__io;

/** Borrows `shard` for its life. Gives `*io`. Returns 0 or MYC_ENOMEM. */
int myc__io_create(myc__shard *shard, myc__io **io);

/** Takes `io`, all of whose sources are closed; NULL is ignored. */
void myc__io_destroy(myc__io *io);

/** Looks for completions and room, delivers chunks, starts reads. Never blocks. Returns how much it
 * did. */
uint32_t myc__io_poll(myc__io *io);

/** W1 and W2 of the parking handshake, for the wait that fits. What is in flight must not change
 * before the wait. */
void myc__io_announce_wait(myc__io *io);

/** Sleeps until the worker is woken, I/O completes or `timeout_ns` has passed (-1 = never). May end
 * early. After the announcement. */
void myc__io_wait(myc__io *io, int64_t timeout_ns);

/** The system stops: no source brings anything any more, but those that write still do, until their
 * owners end. shard->open_sources goes to 0 in later polls. May be called again and again. */
void myc__io_drain_sources(myc__io *io);

/** Closes every source; there are none in later polls. May be called again and again. */
void myc__io_close_sources(myc__io *io);

/** Gives what sockets would receive into back to the pool: it counts as payloads that are held.
 * There are no sources any more. */
void myc__io_free_buffers(myc__io *io);

/** Sources that are not gone. */
uint32_t myc__io_source_count(const myc__io *io);

#endif

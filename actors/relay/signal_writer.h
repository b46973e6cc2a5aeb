/* SPDX-License-Identifier: Apache-2.0 */
#ifndef RELAY_SIGNAL_WRITER_H
#define RELAY_SIGNAL_WRITER_H

/*
 * The sending end of the relay: signals as Simple Binary Encoding messages on a stream socket.
 *
 * Each signal is written at once: what waits for a second one is late. The socket blocks, and that
 * is the whole backpressure: a writer waits for its reader.
 *
 * Threads: one at a time.
 */
#include <stdint.h>

#include <libtypes/signal.h>

/** Zero-initialise but for `fd`. */
typedef struct signal_writer {
    int fd;          /* a blocking stream socket; borrowed */
    uint64_t frames; /* written whole */
    uint64_t unsent; /* signals that were not, for the reason below */
    int os_error;    /* why nothing can be written any more: EPIPE = the reader is gone; 0 = all
                        is well. After it nothing is tried: half a frame may be on its way */
} signal_writer;

/**
 * Writes `signal` (borrowed). Blocks while the socket is full.
 * Returns 0 or an errno: EBADMSG when the signal is outside of what the schema allows (the next one
 * may pass), else the writer's os_error.
 */
int signal_writer_send(signal_writer *self, const arbitrage_signal *signal);

/** Tells the reader that nothing follows. */
void signal_writer_end(signal_writer *self);

#endif

/* SPDX-License-Identifier: Apache-2.0 */
#ifndef RELAY_SIGNAL_READER_H
#define RELAY_SIGNAL_READER_H

/*
 * The receiving end of the relay: signals out of a stream of Simple Binary Encoding messages, which
 * may arrive in pieces of any size.
 *
 *     while ((result = signal_reader_next(&reader, &signal)) != SIGNAL_READER_END) ...
 *
 * A frame that is no signal, or one with a field outside of the schema, is counted and left out:
 * its length is known, so the stream goes on behind it. Where the length cannot be known (another
 * schema, an unknown template or version, an impossible length) the stream is lost and ends.
 *
 * Threads: one at a time; blocks on the socket.
 */
#include <stddef.h>
#include <stdint.h>

#include <libtypes/sbe.h>
#include <libtypes/signal.h>

enum { SIGNAL_READER_BYTES = 64 * 1024, SIGNAL_READER_ERROR_SIZE = 192 };

typedef enum signal_reader_result {
    SIGNAL_READER_SIGNAL,
    SIGNAL_READER_END,   /* the writer ended the stream, between two frames */
    SIGNAL_READER_FAILED /* see `error` */
} signal_reader_result;

/** Zero-initialise but for `fd`. `begin`, `end` and `bytes` are private. */
typedef struct signal_reader {
    int fd;                               /* a blocking stream socket; borrowed */
    uint64_t frames;                      /* all whole ones, the bad ones too */
    uint64_t bad_frames;                  /* no arbitrage signal, or one with a bad field */
    char error[SIGNAL_READER_ERROR_SIZE]; /* why the stream was given up; "" = it was not */
    size_t begin;                         /* [begin, end) of `bytes` is not yet decoded */
    size_t end;
    uint8_t bytes[SIGNAL_READER_BYTES];
} signal_reader;

/** Fills in the next signal. Blocks until there is one, or the stream ends. */
signal_reader_result signal_reader_next(signal_reader *self, arbitrage_signal *signal);

#endif

/* SPDX-License-Identifier: Apache-2.0 */
#ifndef ACTORS_RECORDER_H
#define ACTORS_RECORDER_H

/*
 * An actor that writes a recording (feeds/recording.h) of what an intake takes in. For each record
 * it gets a `note`, and behind it, if the note says so, the payload as a chunk.
 *
 * What it gets is gathered into blocks of 64 KiB; one that is not full is written after 100 ms. A
 * disk that is slower than the feeds pauses the recorder, then the intake: a recording has no
 * holes. A disk that fails (full, gone) ends the recording: that is told and counted, and the rest
 * of the run goes on.
 *
 * Threads: one worker.
 */
#include <mycelium/mycelium.h>

#include "feeds/recording.h"
#include "live_count.h"

enum { RECORDER_ERROR_SIZE = 256, RECORDER_QUEUE_BYTES = 4 * 1024 * 1024, RECORDER_FLUSH_MS = 100 };

/** A record without its payload. */
typedef struct record_note {
    uint64_t time_ns;
    uint32_t stream;
    uint16_t feed;
    uint8_t kind; /* recording_kind */
    uint8_t flags;
    uint8_t has_payload; /* it comes as the next chunk */
    uint8_t reserved[7];
} record_note;
MYC_MESSAGE(record_note)

#define RECORDER_ROWS(ROW, P)                                                                      \
    MYC_READER_ROWS(ROW, P)                                                                        \
    ROW(P, note, record_note)                                                                      \
    ROW(P, flush, record_note)
MYC_PROTOCOL(recorder, RECORDER_ROWS)

/** To be read when the actor has stopped. */
typedef struct recorder_stats {
    uint64_t records; /* written */
    uint64_t bytes;
    uint64_t lost;                   /* records that came after the failure */
    live_count is_over;              /* 1 = all is on the disk, or nothing more can be */
    char error[RECORDER_ERROR_SIZE]; /* why it is not whole; "" = it is */
} recorder_stats;

/**
 * Starts a recorder that appends to `path`, which should be empty. Borrows `path` and `stats` until
 * the actor has stopped. A recording is complete with a note of kind RECORDING_CLOSED.
 * Returns as myc_spawn().
 */
MYC_MUST_CHECK int recorder_start(myc_context *ctx, const char *path, recorder_stats *stats,
                                  const myc_spawn_options *spawn, recorder_ref *ref);

#endif

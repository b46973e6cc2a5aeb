/* SPDX-License-Identifier: Apache-2.0 */
#ifndef FEEDS_FEED_DECODER_H
#define FEEDS_FEED_DECODER_H

/*
 * From the frames of a feed, whatever its format, to events:
 *
 *     feed_decoder_take(decoder, &frame, now_ns, report);
 *     while (feed_decoder_event(decoder, &event)) ... send it ... feed_decoder_sent(decoder);
 *
 * A frame gives two events at most (a quote and a snapshot of the book). They stay until they are
 * said to be sent: who has no room for one asks again later. The next frame only after that.
 *
 * received_ns of an event is when its frame was received: a replay gives the same. Only events from
 * Ethereum logs, most of which lie in files, have `now_ns`, when they were decoded; latencies count
 * from there, and nothing that is written depends on it.
 *
 * Threads: belongs to one thread at a time.
 */
#include <stdbool.h>
#include <stdint.h>

#include "feeds/eth_logs.h"
#include "feeds/exchange_reader.h"
#include "feeds/feed_event.h"
#include "feeds/feed_spec.h"
#include "feeds/frames.h"
#include "feeds/sbe_reader.h"

enum { FEED_REPORTS_MAX = 10 /* bad frames that are reported in full */ };

/** Zero = default. */
typedef struct feed_decoder_options {
    feed_spec spec;            /* its texts are borrowed as long as the decoder lives */
    uint16_t number;           /* of the feed, from 1: the venue of its quotes. Those of an SBE feed
                                  have 256 * number + the venue they came with. */
    const blocks_file *blocks; /* eth-logs: times of blocks; borrowed likewise; NULL = none */
    uint64_t book_interval_ns; /* between snapshots of a book; 0 = none */
} feed_decoder_options;

/** Gets the text about a bad frame; borrowed during the call. */
typedef struct feed_report {
    void (*tell)(void *user, const char *text);
    void *user;
} feed_report;

/** Opaque. */
typedef struct feed_decoder feed_decoder;

/** Gives a decoder; release with feed_decoder_destroy(). NULL when memory is out. */
feed_decoder *feed_decoder_create(const feed_decoder_options *options);

/** NULL is ignored. */
void feed_decoder_destroy(feed_decoder *self);

/** Takes a frame: counts it, and reports it if it is bad. */
void feed_decoder_take(feed_decoder *self, const feed_frame *taken, uint64_t now_ns,
                       feed_report report);

/** Fills in the event that is to be sent next. Returns false when there is none. */
bool feed_decoder_event(const feed_decoder *self, feed_event *event);

/** The event was sent, or cannot be. */
void feed_decoder_sent(feed_decoder *self);

/** Says that frames may have been lost: books wait for their next snapshot. */
void feed_decoder_lose(feed_decoder *self);

/** When a frame that was not taken yet was received: by what stands in it, else by the transport.
 */
uint64_t feed_decoder_time_of(const feed_decoder *self, const feed_frame *next);

/** Frames that were taken so far. */
uint64_t feed_decoder_frames(const feed_decoder *self);

/** Of them, bad ones. */
uint64_t feed_decoder_bad(const feed_decoder *self);

/** As it was made. Borrowed. */
const feed_decoder_options *feed_decoder_made(const feed_decoder *self);

/** What was counted; NULL when its format is another one. Borrowed. */
const eth_logs_counters *feed_decoder_eth(const feed_decoder *self);
const exchange_reader *feed_decoder_exchange(const feed_decoder *self);
const sbe_counts *feed_decoder_sbe(const feed_decoder *self);

/** The form of its frames. */
frames_form feed_format_frames(feed_format format);

#endif

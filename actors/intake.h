/* SPDX-License-Identifier: Apache-2.0 */
#ifndef ACTORS_INTAKE_H
#define ACTORS_INTAKE_H

/*
 * An actor that takes in feeds: it opens their sources, cuts what comes into frames, decodes them
 * and sends the events to market data (and the signals of SBE feeds to an actor that judges them).
 *
 * All feeds of a run go through one intake, so there is one order in which everything came in:
 * that order is what a recording holds, and a replay of it gives the same books and signals
 * whatever the transports were. To decode takes less than to act on what is decoded; who needs more
 * than one core for it starts several.
 *
 * How it goes on, in the words of the code: an *inlet* is one byte stream (a file, a connection, a
 * socket of datagrams), which holds the *frame* that is next in it. Each step *picks* an inlet:
 * the one whose chunk is in hand; or, when feeds are merged, the one whose frame was received
 * first; or the one that the recording says. A frame is taken when it is due (--speed), its events
 * are sent, and nothing else is done before they are.
 *
 * Nothing is lost: when market data has no room the intake pauses inside a chunk, and its sources
 * with it. Files that have to wait for others are held, not read ahead.
 *
 * Threads: one worker; the live counts may be read by others.
 */
#include <libtypes/market.h>
#include <libtypes/signal.h>
#include <mycelium/mycelium.h>

#include "feeds/feed_decoder.h"
#include "feeds/pace.h"
#include "live_count.h"
#include "publisher.h"
#include "recorder.h"

enum {
    INTAKE_FRAMES_PER_TURN = 64,
    INTAKE_FEEDS_MAX = 64,
    INTAKE_ERROR_SIZE = 512,
    INTAKE_SUBSCRIPTIONS_MAX = 256,
    INTAKE_DATAGRAM_BYTES = 65507 /* the longest that there are */
};

/** A feed: what it is, and what became of it. The counts are to be read when the actor has stopped,
 * like those of its decoder. */
typedef struct intake_feed {
    feed_decoder *decoder;         /* borrowed */
    uint64_t pieces;               /* chunks, datagrams or messages that came in */
    uint64_t bytes;                /* in them, before decompression */
    uint64_t connections;          /* made or accepted */
    uint64_t lost;                 /* connections that broke, or ended when others followed */
    uint64_t dropped;              /* datagrams that the kernel had no room for */
    bool has_gap;                  /* a connection has ended: the next one does not follow on it */
    bool is_done;                  /* to its end: nothing of it follows */
    char error[INTAKE_ERROR_SIZE]; /* why it ended early; "" = it did not */
} intake_feed;

/** What a server is told to send: a message in its own words. */
typedef struct intake_subscription {
    uint32_t feed; /* from 1 */
    const char *text;
} intake_subscription;

/** Zero = default. Borrowed as long as the actor lives, with all it names. */
typedef struct intake_options {
    intake_feed *feeds; /* feed N is feeds[N - 1] */
    uint32_t feed_count;
    const char *replay_path; /* a recording of the feeds; NULL = their own sources are opened */
    uint32_t rounds;         /* how often the Ethereum log files are read; default 1 */
    bool is_merged;          /* by time of receipt, then feed, then line; all feeds are files */
    pace_options pace;       /* all feeds are files, and merged when there are several */
    uint32_t connections;    /* a listening feed is done after so many; 0 = never */
    bool reconnects;         /* connections that cannot be made or break are made again */
    const intake_subscription *subscriptions; /* sent by WebSockets once they are open */
    uint32_t subscription_count;
    struct myc_tls *tls;       /* of wss://, which needs it */
    struct myc_pool *resolver; /* looks host names of WebSockets up, which needs it */
    market_ref market;
    signal_ref signals;
    recorder_ref recorder;   /* all zero: nothing is recorded */
    publisher_ref publisher; /* all zero: nothing is published */
} intake_options;

typedef struct intake_stats {
    live_count bytes;
    live_count frames;
    live_count events;
    live_count is_over;            /* 1 = nothing more comes from it, for whatever reason */
    uint64_t unsent;               /* events that had no way on when it was stopped */
    uint64_t unpublished;          /* quotes and books that the publisher had no room for */
    bool is_complete;              /* all feeds are done, and none had an error */
    char error[INTAKE_ERROR_SIZE]; /* why it all ended early; "" = it did not */
} intake_stats;

/** What the intake sends to itself and is told from outside. */
typedef struct intake_order {
    uint32_t step;
    uint32_t reserved;
} intake_order;
MYC_MESSAGE(intake_order)

#define INTAKE_ROWS(ROW, P)                                                                        \
    MYC_READER_ROWS(ROW, P)                                                                        \
    ROW(P, due, intake_order)                                                                      \
    ROW(P, finish, intake_order)
MYC_PROTOCOL(intake, INTAKE_ROWS)

/**
 * Starts an intake. Borrows `stats` until the actor has stopped.
 *
 * To end it before its feeds end, send it `finish` (an intake_order of zeros): it closes its
 * sources, handles what they have brought already, and is then over.
 * Returns as myc_spawn(), MYC_EINVAL without feeds.
 */
MYC_MUST_CHECK int intake_start(myc_context *ctx, const intake_options *options,
                                intake_stats *stats, const myc_spawn_options *spawn,
                                intake_ref *ref);

#endif

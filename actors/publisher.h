/* SPDX-License-Identifier: Apache-2.0 */
#ifndef ACTORS_PUBLISHER_H
#define ACTORS_PUBLISHER_H

/*
 * An actor that writes market events and signals as SBE messages (libtypes/sbe.h) to whoever is
 * connected to its targets: a stream of messages, or datagrams with whole messages in each.
 *
 * It never holds up who sends to it: its mailbox drops the oldest message when it is full, which is
 * counted. A subscriber of a connection that does not read (1 MiB waits for it) is disconnected, as
 * a hole in a stream would not be seen. Datagrams that have no room are lost and counted.
 *
 * Messages are gathered while there are more in the mailbox, up to 1400 bytes for datagrams and
 * 16 KiB for connections.
 *
 * Threads: one worker.
 */
#include <libtypes/market.h>
#include <libtypes/signal.h>
#include <mycelium/mycelium.h>

#include "live_count.h"

enum { PUBLISHER_TARGETS_MAX = 16, PUBLISHER_SUBSCRIBERS_MAX = 256, PUBLISHER_ERROR_SIZE = 256 };

typedef struct publisher_order {
    uint64_t reserved;
} publisher_order;
MYC_MESSAGE(publisher_order)

#define PUBLISHER_ROWS(ROW, P)                                                                     \
    MYC_READER_ROWS(ROW, P)                                                                        \
    ROW(P, quote, quote_update)                                                                    \
    ROW(P, order_book, order_book_snapshot)                                                        \
    ROW(P, arbitrage, arbitrage_signal)                                                            \
    ROW(P, momentum, momentum_signal)                                                              \
    ROW(P, cross_venue, cross_venue_signal)                                                        \
    ROW(P, flush, publisher_order)                                                                 \
    ROW(P, finish, publisher_order)
MYC_PROTOCOL(publisher, PUBLISHER_ROWS)

/** Borrowed as long as the actor lives. */
typedef struct publisher_options {
    const char *const *targets; /* tcp-listen://, unix-listen://, udp-to://, unix-datagram-to:// */
    uint32_t target_count;
} publisher_options;

/** To be read when the actor has stopped. */
typedef struct publisher_stats {
    uint64_t messages;     /* encoded */
    uint64_t subscribers;  /* that ever connected */
    uint64_t disconnected; /* of them, for not reading */
    uint64_t refused;      /* for want of room for more of them */
    uint64_t lost;         /* messages, for want of memory */
    uint64_t datagrams;
    uint64_t datagrams_lost;
    live_count is_ready;   /* 1 = its targets are open, or cannot be */
    live_count has_failed; /* 1 = a target cannot be opened: see `error` */
    live_count connected;  /* subscribers now */
    live_count is_over;    /* 1 = all is written that can be */
    char error[PUBLISHER_ERROR_SIZE];
} publisher_stats;

/**
 * Starts a publisher. Borrows `stats` until the actor has stopped. Its end: send it `finish` when
 * nothing more is sent to it.
 * Returns as myc_spawn(), MYC_EINVAL without targets or with too many.
 */
MYC_MUST_CHECK int publisher_start(myc_context *ctx, const publisher_options *options,
                                   publisher_stats *stats, const myc_spawn_options *spawn,
                                   publisher_ref *ref);

#endif

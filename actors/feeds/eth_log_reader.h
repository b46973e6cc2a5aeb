/* SPDX-License-Identifier: Apache-2.0 */
#ifndef FEEDS_ETH_LOG_READER_H
#define FEEDS_ETH_LOG_READER_H

/*
 * From the bytes of files to events: inflates, splits into lines, decodes, counts, reports bad
 * lines, and keeps the place in the list of files and rounds. Who reads the bytes, and how, is the
 * caller's business:
 *
 *     eth_log_reader_open(&reader);
 *     while (... bytes ...) {
 *         eth_log_reader_feed(&reader, bytes, size);   // borrowed until ETH_LOG_STEP_DRY
 *         while ((step = eth_log_reader_step(&reader, now_ns)) < ETH_LOG_STEP_DRY)
 *             if (step == ETH_LOG_STEP_EVENT) use reader.log
 *     }
 *     eth_log_reader_end(&reader);                     // then the same steps once more
 *     if (eth_log_reader_advance(&reader)) ... the next file
 *
 * A bad line is reported and counted; the rest goes on. A file that cannot be read on ends it all:
 * what follows would be built on a gap.
 *
 * Threads: belongs to one thread at a time; the live counts may be read by others.
 */
#include <stdbool.h>
#include <stdint.h>

#include "feeds/eth_logs.h"
#include "live_count.h"
#include "text/inflate.h"
#include "text/lines.h"

enum {
    ETH_LOG_REPORTS_MAX = 10, /* bad lines that are reported in full */
    ETH_LOG_ERROR_SIZE = 512
};

/** Zero = default. */
typedef struct eth_log_reader_options {
    const char *const *paths;  /* borrowed as long as the reader lives; "-" is standard input */
    uint32_t path_count;       /* 1 or more */
    uint32_t rounds;           /* how often the list of files is read; default 1 */
    const blocks_file *blocks; /* times of blocks; borrowed likewise; NULL = none known */
} eth_log_reader_options;

/** What was read. The live counts may be looked at any time, the rest when the reading has ended.
 */
typedef struct eth_log_reader_stats {
    live_count bytes; /* read from the files, before decompression */
    live_count lines;
    live_count events;
    eth_logs_counters counts;
    uint64_t unsent;                /* events and signals that had no way on when it was stopped */
    uint32_t files_read;            /* to their end */
    bool is_complete;               /* all files of all rounds were */
    char error[ETH_LOG_ERROR_SIZE]; /* why the reading ended early; "" = it did not */
} eth_log_reader_stats;

/** Gets the text about a bad line; borrowed during the call. */
typedef struct eth_log_report {
    void (*tell)(void *user, const char *text);
    void *user;
} eth_log_report;

/** What a step came to. */
typedef enum eth_log_step {
    ETH_LOG_STEP_EVENT, /* `log` holds a pool event */
    ETH_LOG_STEP_ON,    /* no event; there may be more */
    ETH_LOG_STEP_DRY,   /* all that was fed is decoded; after the end: the file is done */
    ETH_LOG_STEP_FAILED /* see the error in the stats */
} eth_log_step;

typedef struct eth_log_reader {
    eth_log log; /* of the last ETH_LOG_STEP_EVENT; the other fields are private */
    eth_log_reader_options options;
    eth_log_reader_stats *stats;
    inflater *inflater;
    lines lines;
    eth_logs *decoder;
    uint32_t file;  /* index of the path that is being read */
    uint32_t round; /* counts from 0 */
    uint64_t bytes; /* of all files so far */
    uint64_t bad_lines;
    bool is_last_line; /* the file has ended, and the line without a newline is all that is left */
} eth_log_reader;

/**
 * Sets up a reader at the first file. Borrows `stats` until the fini.
 * Returns 0, MYC_EINVAL (no path) or MYC_ENOMEM. Call the fini in any case.
 */
MYC_MUST_CHECK int eth_log_reader_init(eth_log_reader *self, const eth_log_reader_options *options,
                                       eth_log_reader_stats *stats);

/** Completes the stats and frees what the reader holds. May be called again. */
void eth_log_reader_fini(eth_log_reader *self);

/** The path of the current file. */
const char *eth_log_reader_path(const eth_log_reader *self);

/** Begins the current file. Returns 0 or MYC_ENOMEM. */
MYC_MUST_CHECK int eth_log_reader_open(eth_log_reader *self);

/** Gives the next bytes of the file. Borrows them until ETH_LOG_STEP_DRY; call it only then. */
void eth_log_reader_feed(eth_log_reader *self, const char *bytes, size_t size);

/** Says that no bytes follow in this file. */
void eth_log_reader_end(eth_log_reader *self);

/** Looks at one line, or unpacks more of them. Events without a time of their own carry
 * `received_ns` (since the Unix epoch). A bad line goes to `report`. */
eth_log_step eth_log_reader_step(eth_log_reader *self, uint64_t received_ns, eth_log_report report);

/** Brings the live counts up to date: to be called once for each piece of input. */
void eth_log_reader_publish(eth_log_reader *self);

/** Goes on to the next file, to be opened then. Returns false when there is none: it is complete.
 */
bool eth_log_reader_advance(eth_log_reader *self);

/** Ends the reading with an error that names the current file. The first one stays. */
void eth_log_reader_fail(eth_log_reader *self, const char *reason);

/** Whether it ended with an error. */
bool eth_log_reader_has_failed(const eth_log_reader *self);

#endif

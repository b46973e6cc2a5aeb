/* SPDX-License-Identifier: Apache-2.0 */
#ifndef FEEDS_EXCHANGE_READER_H
#define FEEDS_EXCHANGE_READER_H

/*
 * From the frames of one exchange feed to the books of its instruments and to quotes. Who reads the
 * frames, and how, is the caller's business; a frame is a line of a capture or a WebSocket message:
 *
 *     exchange_reader *reader = exchange_reader_create(&options);
 *     for (... each frame ...) {
 *         unsigned events = exchange_reader_take(reader, &frame, report);
 *         if (events & EXCHANGE_QUOTE) ... send exchange_reader_quote(reader)
 *         if (events & EXCHANGE_RESYNC) ... ask the exchange for a new snapshot
 *     }
 *     exchange_reader_destroy(reader);
 *
 * A frame is all or nothing: it is read to its end before a book is touched. It gives one quote at
 * most, which stays until the next frame is taken: a caller without room for it keeps it there and
 * takes the next frame later.
 *
 * When a book cannot be trusted any more (a gap in the sequence, a checksum that is not the
 * exchange's, a frame of it that was bad) it is emptied and takes part again from its next
 * snapshot on. Until then changes are counted as held (Binance, which joins them to the snapshot) or
 * dropped.
 *
 * The system is asked for memory for a new instrument, for a frame with more levels than any before
 * and for held changes; otherwise nothing is allocated.
 *
 * Threads: belongs to one thread at a time; the live counts may be read by others.
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <libtypes/market.h>

#include "live_count.h"
#include "market/order_book.h"

enum {
    EXCHANGE_INSTRUMENTS_MAX = 1024, /* of one feed */
    EXCHANGE_FRAME_BYTES_MAX = 16 * 1024 * 1024,
    EXCHANGE_HELD_LEVELS_MAX = 1 << 20, /* of one instrument, until a snapshot comes */
    EXCHANGE_REPORTS_MAX = 10           /* bad frames that are reported in full */
};

typedef enum exchange_format {
    EXCHANGE_BINANCE,  /* depth, bookTicker, trade, REST snapshot; spot and futures */
    EXCHANGE_KRAKEN,   /* book with checksums (WebSocket v1) */
    EXCHANGE_COINBASE, /* level2, ticker, match */
    EXCHANGE_FORMATS
} exchange_format;

/** Whence quotes come. */
typedef enum exchange_quotes {
    /* From the exchange's own best prices where it streams them on every change (bookTicker), as
     * the book is behind them (100 ms on spot); from the book of instruments that have none. */
    EXCHANGE_QUOTES_AUTO,
    EXCHANGE_QUOTES_TICKER, /* bookTicker and ticker only */
    EXCHANGE_QUOTES_BOOK,   /* changes of the best levels of the book only */
    EXCHANGE_QUOTES_ALL     /* both, as they come */
} exchange_quotes;

/** Zero = default. */
typedef struct exchange_reader_options {
    exchange_format format;
    const char *name; /* of the feed, for reports; borrowed; NULL = the name of the format */
    /* Binance: whose book a REST snapshot is, which names no symbol, as "BTCUSDT"; borrowed. NULL =
     * the one symbol of the stream so far; a snapshot while there are none or several is bad. */
    const char *instrument;
    exchange_quotes quotes;
    uint32_t depth_max; /* levels a side; 0 = what the feed says (Kraken: its channel), else all */
    uint16_t venue;     /* number of the feed, for quotes */
} exchange_reader_options;

/** One line of a capture, or one message. */
typedef struct exchange_input {
    const char *text; /* borrowed for the call; nothing past `size` is read */
    size_t size;
    uint64_t received_ns; /* since the Unix epoch; used when the line carries no time of its own */
    uint64_t number;      /* of the line or message, for reports; counts from 1 */
    bool is_message;      /* the whole of it is JSON: no time before it, and it is no note */
} exchange_input;

/** What a frame came to; flags. */
enum {
    EXCHANGE_QUOTE = 1,  /* exchange_reader_quote() is a new one */
    EXCHANGE_RESYNC = 2, /* a book became invalid: exchange_reader_instrument(reader, changed) */
    EXCHANGE_CHANGED = 4 /* the book of exchange_reader_changed() was changed */
};

/** Kinds of bad frames; exchange_bad_name() names them. */
typedef enum exchange_bad {
    EXCHANGE_BAD_LINE,       /* too long, or gathered without memory: never reached the reader */
    EXCHANGE_BAD_TIME,       /* the receive time before the frame */
    EXCHANGE_BAD_JSON,       /* not one JSON object or array */
    EXCHANGE_BAD_KEY,        /* a key is missing or given twice */
    EXCHANGE_BAD_VALUE,      /* a value is not of the expected type or form */
    EXCHANGE_BAD_NUMBER,     /* a decimal is malformed, too large, or has too many decimals */
    EXCHANGE_BAD_INSTRUMENT, /* not 1 to 16 printable characters, or one too many */
    EXCHANGE_BAD_SNAPSHOT,   /* of no instrument */
    EXCHANGE_BAD_REFUSED,    /* the exchange reports an error */
    EXCHANGE_BAD_LIMIT,      /* a book or what is held for it is at its limit, memory is out */
    EXCHANGE_BAD_KINDS
} exchange_bad;

/** Of one instrument. frames of it = snapshots + depth + book_tickers + trades + last_trades. */
typedef struct exchange_instrument_counts {
    uint64_t snapshots;
    uint64_t snapshots_dropped_old; /* of them, Binance: older than the book */
    uint64_t depth;             /* events; = applied + dropped_old + dropped_invalid + held now */
    uint64_t depth_applied;     /* to the book */
    uint64_t depth_dropped_old; /* Binance: not newer than the snapshot */
    uint64_t depth_dropped_invalid; /* came while the book waited for a snapshot */
    uint64_t depth_held;            /* Binance: wait for a snapshot right now */
    uint64_t level_changes;         /* in what was applied, with those that changed nothing */
    uint64_t republished;           /* Kraken: of them marked "r" */
    uint64_t gaps;
    uint64_t book_tickers; /* bookTicker, ticker */
    uint64_t trades;
    uint64_t last_trades;  /* Coinbase: last_match, which happened before the stream began */
    uint128 trade_qty_sum; /* exact, of `trades`; quantity decimals of the book */
    uint64_t checksums_ok;
    uint64_t checksums_bad;
    uint64_t crossed;      /* times the best bid was at or above the best ask after an event */
    uint64_t quotes;       /* given */
    uint64_t quotes_unfit; /* not given: did not fit 64 bits at 1e-8 */
} exchange_instrument_counts;

/** Of the whole feed. lines = notes + frames; frames = bad + unknown + status + those counted by
 * instrument. */
typedef struct exchange_counts {
    uint64_t lines;
    uint64_t notes; /* notes of the recorder and empty lines */
    uint64_t frames;
    uint64_t status;  /* of the connection: heartbeat, subscriptions and the like */
    uint64_t unknown; /* valid JSON, but no frame that is known here */
    uint64_t bad;     /* the sum of bad_kinds */
    uint64_t bad_kinds[EXCHANGE_BAD_KINDS];
    uint64_t bad_first_number; /* of the first bad one, 0 = none */
    uint64_t time_went_back;   /* frames received before the one before them */
} exchange_counts;

/** Counts for display while it runs. */
typedef struct exchange_live {
    live_count frames;
    live_count quotes;
} exchange_live;

/** One instrument. Read-only; lives as long as the reader. */
typedef struct exchange_instrument {
    instrument_name name;
    order_book book;      /* its decimals: Binance 8, Coinbase 10, Kraken as the exchange writes */
    bool is_valid;        /* false before the first snapshot and after a fault */
    uint64_t sequence;    /* of the last event of the book; 0 = it has none */
    uint64_t received_ns; /* of the last event of the book */
    uint32_t last_checksum; /* Kraken: the one in the last update that had one */
    exchange_instrument_counts counts;
} exchange_instrument;

/** Gets the text about a bad frame; borrowed during the call. */
typedef struct exchange_report {
    void (*tell)(void *user, const char *text); /* NULL = nobody listens */
    void *user;
} exchange_report;

/** Opaque. */
typedef struct exchange_reader exchange_reader;

/**
 * Gives a reader without instruments; release with exchange_reader_destroy(). Borrows the texts of
 * `options` as long as it lives. Returns NULL when memory is out, the format is none, or the
 * instrument is not 1 to 16 printable characters.
 */
exchange_reader *exchange_reader_create(const exchange_reader_options *options);

/** Frees the reader and its books. NULL is ignored. */
void exchange_reader_destroy(exchange_reader *self);

/**
 * Takes one frame: counts it, changes the book of its instrument, reports it if it is bad (the
 * first EXCHANGE_REPORTS_MAX in full). Returns flags of what came of it; 0 = nothing to do.
 */
unsigned exchange_reader_take(exchange_reader *self, const exchange_input *input,
                              exchange_report report);

/** Counts and reports a line that could not be read, such as one over the size limit. */
void exchange_reader_refuse(exchange_reader *self, uint64_t number, const char *reason,
                            exchange_report report);

/**
 * Says that frames may have been lost (the connection was): all books become invalid until their
 * next snapshot, what is held for them is dropped. Books that were valid count a gap each.
 */
void exchange_reader_lose(exchange_reader *self);

/** The quote of the last frame that gave one. Borrowed until the next frame is taken. */
const quote_update *exchange_reader_quote(const exchange_reader *self);

/** Index of the instrument of the last frame that was of one. */
uint32_t exchange_reader_changed(const exchange_reader *self);

/** How many instruments were seen; they are numbered in the order of their first frames. */
uint32_t exchange_reader_instruments(const exchange_reader *self);

/** An instrument; `index` < exchange_reader_instruments(). Borrowed as long as the reader lives. */
const exchange_instrument *exchange_reader_instrument(const exchange_reader *self, uint32_t index);

/** What came in so far. Borrowed from `self`. */
const exchange_counts *exchange_reader_counted(const exchange_reader *self);

/** Counts that other threads may read while it runs. Borrowed from `self`. */
const exchange_live *exchange_reader_live(const exchange_reader *self);

/** Brings the live counts up to date: to be called once for each piece of input. */
void exchange_reader_publish(exchange_reader *self);

/** Finds a format by its name, "binance" and so on. Returns EXCHANGE_FORMATS when it is none. */
exchange_format exchange_format_of(const char *name);

/** "binance" and so on; static. */
const char *exchange_format_name(exchange_format format);

/** Decimals of final_book_crc32 and of sums in this format's results: 8, Coinbase 10. */
uint32_t exchange_format_decimals(exchange_format format);

/** "json" and so on, for statistics; static. */
const char *exchange_bad_name(exchange_bad bad);

#endif

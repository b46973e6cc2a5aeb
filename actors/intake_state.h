/* SPDX-License-Identifier: Apache-2.0 */
#ifndef ACTORS_INTAKE_STATE_H
#define ACTORS_INTAKE_STATE_H

/* The parts of an intake; see intake.h. Threads: the actor's worker. */
#include <stdbool.h>

#include "feeds/frames.h"
#include "feeds/recording.h"
#include "intake.h"
#include "outlet.h"

/** One byte stream of a feed. */
typedef struct inlet {
    struct inlet *next; /* in order of their beginning */
    intake_feed *feed;
    frames frames;
    uint32_t number;        /* in recordings */
    uint32_t feed_number;   /* from 1 */
    myc_stream stream;      /* all zero: it is closed, or comes from a recording */
    myc_address client;     /* of a WebSocket, whose stream number is made up */
    const myc_chunk *chunk; /* retained while its bytes are looked at */
    feed_frame frame;       /* that is next, if it has one */
    uint64_t frame_ns;      /* when that was received; only when the order or pace depends on it */
    bool has_frame;
    bool is_listener; /* brings connections, not bytes */
    bool is_ended;    /* no piece follows */
    bool is_finished; /* all is taken: to be freed */
} inlet;

/** The recording that feeds are replayed from. */
typedef struct intake_replay {
    recording_parser parser;
    myc_stream stream;
    const myc_chunk *chunk; /* retained while the parser looks at it */
    inlet *current;         /* what the last record was about; NULL = nothing to do */
    bool is_ended;          /* the file has */
    bool is_done;
} intake_replay;

typedef enum intake_hand { HAND_NONE, HAND_INPUT, HAND_DUE } intake_hand;

typedef struct intake_state {
    const intake_options *options;
    intake_stats *stats;
    outlet market;
    outlet signals;
    inlet *inlets;
    inlet *current; /* its chunk is in hand: only this one is picked, unless frames have an order */
    inlet *sending; /* its feed's decoder has events that wait to be sent */
    intake_replay replay;
    pace pace;
    myc_timer timer;
    uint32_t last_number;
    uint32_t round; /* of the chain of log files, from 0 */
    uint64_t bytes;
    uint64_t frames;
    uint64_t events;
    intake_hand hand;  /* the message that comes again, which was looked at already */
    bool is_waiting;   /* for a frame to be due */
    bool is_finishing; /* its sources are closed; what they brought is still handled */
    bool is_over;
    bool is_closed; /* the end of the recording is noted */
} intake_state;

/* --- inlets: intake_inlets.c --- */

/** Whether which frame comes next is decided by more than what comes in. */
bool intake_is_ordered(const intake_state *self);

/** Begins a stream of `feed`; NULL when memory is out, which fails the feed. */
inlet *intake_add_inlet(intake_state *self, myc_context *ctx, intake_feed *feed, uint32_t number);

/** The inlet of an open stream, or NULL. */
inlet *intake_find_stream(const intake_state *self, myc_stream stream);

/** The inlet of this number, or NULL. */
inlet *intake_find_number(const intake_state *self, uint32_t number);

/** Gives it a piece; `chunk` holds the bytes, and is retained. */
void inlet_feed(inlet *self, myc_context *ctx, const feed_piece *piece, const myc_chunk *chunk);

/** Looks whether it has a frame, or can get one. False: it waits for a piece, or has finished. */
bool intake_look(intake_state *self, myc_context *ctx, inlet *from);

/** Ends a stream for a reason other than its end. */
void intake_break(intake_state *self, myc_context *ctx, inlet *from, const char *reason);

/** Frees those that have finished. */
void intake_sweep(intake_state *self, myc_context *ctx);

/** Frees all. */
void intake_free_inlets(intake_state *self, myc_context *ctx);

/* --- sources: intake_sources.c --- */

/** Opens the sources of all feeds that do not wait for others, or the recording. */
void intake_open(intake_state *self, myc_context *ctx);

/** Opens the next file of the chain of Ethereum log files, if there is one. */
void intake_open_next(intake_state *self, myc_context *ctx, const intake_feed *after);

/** A stream of a feed has ended: the feed may be done, and all feeds. */
void intake_check_done(intake_state *self, myc_context *ctx, intake_feed *feed);

/** Whether all feeds are done, or cannot be: then it is over. */
void intake_check_over(intake_state *self);

/** Ends a feed with an error, the first of which stays. */
void intake_fail_feed(intake_state *self, intake_feed *feed, const char *reason);

/** Ends everything with an error. */
void intake_fail(intake_state *self, myc_context *ctx, const char *reason);

/** Closes all that is open. */
void intake_close(intake_state *self, myc_context *ctx);

/** Nothing more comes from it. */
void intake_be_over(intake_state *self);

/* --- what comes in: intake_absorb.c --- */

/** Gives a chunk to its inlet, or to the parser of the recording. */
void intake_absorb_chunk(intake_state *self, myc_context *ctx, const myc_chunk *chunk);

/** Ends the inlet, or the recording. */
void intake_absorb_end(intake_state *self, myc_context *ctx, const myc_stream_end *end);

/* --- what happens beside the bytes: intake_events.c --- */

void intake_take_event(intake_state *self, myc_context *ctx, const myc_stream_event *event);

/** Frames of the feed may have been lost, and what of stream `number` was not complete. */
void intake_lose(intake_state *self, myc_context *ctx, intake_feed *feed, uint32_t number);

/** Datagrams of the feed were lost. */
void intake_drop(intake_feed *feed, uint64_t count);

/* --- which frame is next: intake_pick.c --- */

/** The inlet whose frame is to be taken next; NULL when something has to come in first. */
inlet *intake_pick(intake_state *self, myc_context *ctx);

/** The same when feeds are merged. */
inlet *intake_pick_first(intake_state *self, myc_context *ctx);

/* --- replay: intake_replay.c --- */

int intake_replay_open(intake_state *self, myc_context *ctx);

/** The next inlet with a frame, as the recording has it; NULL as above. */
inlet *intake_replay_pick(intake_state *self, myc_context *ctx);

/** The file has ended, with an error text or NULL. */
void intake_replay_end(intake_state *self, myc_context *ctx, const char *error);

/** Gives back what it holds. */
void intake_replay_close(intake_state *self, myc_context *ctx);

/* --- events on: intake_send.c --- */

/** Sends what the decoder of `self->sending` has, one event. OUTLET_AGAIN: it is paused. */
outlet_result intake_send(intake_state *self, myc_context *ctx);

/* --- to the recorder: intake_note.c --- */

/** Notes something without a payload. */
void intake_note(intake_state *self, myc_context *ctx, recording_kind kind, const inlet *from,
                 uint64_t time_ns);

/** Gives a chunk with these bytes; at most RECORDING_PAYLOAD_MAX fit. NULL when memory is out. */
const myc_chunk *intake_copy(myc_context *ctx, const char *bytes, size_t size);

/** Notes a piece, which `chunk` holds. */
void intake_note_piece(intake_state *self, myc_context *ctx, const inlet *from,
                       const feed_piece *piece, const myc_chunk *chunk);

/** Notes something with a text for a payload. */
void intake_note_text(intake_state *self, myc_context *ctx, recording_kind kind, const inlet *from,
                      uint64_t time_ns, const char *text);

/** Notes that nothing follows, once. */
void intake_note_closed(intake_state *self, myc_context *ctx);

/** Notes what a recording begins with. */
void intake_note_feeds(intake_state *self, myc_context *ctx);

#endif

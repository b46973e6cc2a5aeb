/* SPDX-License-Identifier: Apache-2.0 */
#ifndef MYC_NET_CLIENT_H
#define MYC_NET_CLIENT_H

/*
 * The client actor. Its life is a row of tries, each with the same phases:
 *
 *   RESOLVING  a helper thread looks the name up           -> CONNECTING, or lost
 *   CONNECTING a stream to the next address is opening     -> UPGRADING, the next address, or lost
 *   UPGRADING  TLS and the upgrade go to and fro           -> OPEN, or lost
 *   OPEN       messages are handed over                    -> lost, or CLOSING when told to
 *   CLOSING    the goodbye is out, the answer is awaited   -> over
 *   WAITING    lost; the next try is due later             -> RESOLVING or CONNECTING, or over
 *
 * One timer serves what only one phase has: the deadline of a try, the pause, the wait for the
 * answer to a goodbye. Another one is the keepalive of OPEN.
 *
 * What belongs to a try before, of a stream that is closed or a query that came too late, is known
 * by its number and ignored.
 */
#include <mycelium/offload.h>
#include <mycelium/timer.h>
#include <mycelium/websocket.h>

#include "net/plan.h"
#include "net/resolve.h"
#include "net/wire.h"

typedef enum myc__websocket_what {
    MYC__TICK_TIMER = 0, /* what it means is the phase's to say */
    MYC__TICK_KEEPALIVE = 1,
    MYC__TICK_WRITABLE = 2 /* comes when the actor runs again: the stream takes more */
} myc__websocket_what;

typedef struct myc__websocket_tick {
    myc__websocket_what what;
} myc__websocket_tick;
MYC_MESSAGE(myc__websocket_tick)

/* The first row is that of the protocol outside. */
#define MYC__CLIENT_ROWS(ROW, P)                                                                   \
    ROW(P, order, myc_websocket_order)                                                             \
    ROW(P, begin, myc__websocket_plan)                                                             \
    ROW(P, chunk, myc_chunk)                                                                       \
    ROW(P, event, myc_stream_event)                                                                \
    ROW(P, end, myc_stream_end)                                                                    \
    ROW(P, addresses, myc__websocket_addresses)                                                    \
    ROW(P, unresolved, myc_work_failed)                                                            \
    ROW(P, tick, myc__websocket_tick)
MYC_PROTOCOL(myc__client, MYC__CLIENT_ROWS)

typedef enum myc__client_phase {
    MYC__CLIENT_NEW = 0, /* the plan has not come */
    MYC__CLIENT_RESOLVING,
    MYC__CLIENT_CONNECTING,
    MYC__CLIENT_UPGRADING,
    MYC__CLIENT_OPEN,
    MYC__CLIENT_CLOSING,
    MYC__CLIENT_WAITING,
    MYC__CLIENT_OVER
} myc__client_phase;

struct myc__client {
    const myc__websocket_plan *plan; /* own reference */
    myc__client_phase phase;
    struct myc__wire wire;
    myc_stream stream;
    const myc__websocket_addresses *addresses; /* own reference; NULL = the host is numeric */
    uint32_t next_address;
    uint32_t attempt;  /* how many tries have begun */
    uint32_t failures; /* in a row */
    myc_timer timer;
    myc_timer keepalive;
    uint64_t ticked_ns; /* when the keepalive was looked at */
    bool heard;         /* something came since then */
    bool pinged;        /* and nothing was heard since that */
    bool held_up;       /* the receiver was full since then */
    bool unwanted;      /* told to close before the plan came */
    bool fed;           /* the chunk being handled is in the engine already */
    int fed_error;
    const myc_chunk *unsent; /* own reference: what the stream did not take yet */
    uint64_t received_ns;
    uint64_t delivered; /* messages */
    uint64_t delivered_bytes;
    uint64_t dropped; /* orders */
    int32_t os_error; /* of the last try */
};

/* ---- client_try.c: the row of tries ---- */

/** Begins the next try. */
void myc__client_try(struct myc__client *self, myc_context *ctx);

/** The name has these addresses. Borrows them. */
void myc__client_resolved(struct myc__client *self, myc_context *ctx,
                          const myc__websocket_addresses *addresses);

/** Opens a stream to the next address; without one the try is lost, as `text` says. */
void myc__client_next_address(struct myc__client *self, myc_context *ctx, int error,
                              const char *text);

/** The try is over: tells the receiver why, and waits for the next one, or ends. */
void myc__client_lose(struct myc__client *self, myc_context *ctx, int error, const char *text);

/** Sets the timer of the phase. */
void myc__client_set_timer(struct myc__client *self, myc_context *ctx, uint64_t delay_ns);

/** Tells the receiver the end; the actor stops after this handler. */
void myc__client_finish(struct myc__client *self, myc_context *ctx, int error);

/** Gives up all that it holds. */
void myc__client_fini(struct myc__client *self, myc_context *ctx);

/* ---- client_flow.c: what goes through ---- */

/** The stream is there: TLS and the upgrade begin. */
void myc__client_begin_upgrade(struct myc__client *self, myc_context *ctx);

/** A chunk of the stream. Returns the handler's verdict. */
myc_next myc__client_take_in(struct myc__client *self, myc_context *ctx, const myc_chunk *chunk);

/** Writes what the engines have to say, as much as the stream takes. Returns false when it takes no
 * more now. */
bool myc__client_push(struct myc__client *self, myc_context *ctx);

/** The same; what is left is written later. */
void myc__client_flush(struct myc__client *self, myc_context *ctx);

/** Tells the receiver of something; `text` goes into `name`. */
void myc__client_tell(struct myc__client *self, myc_context *ctx, const myc_stream_event *event,
                      const char *text);

/** A look at the other end, from time to time. */
void myc__client_look(struct myc__client *self, myc_context *ctx);

/** The receiver is not there any more: nobody to work for. */
void myc__client_abandon(struct myc__client *self, myc_context *ctx);

#endif

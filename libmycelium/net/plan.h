/* SPDX-License-Identifier: Apache-2.0 */
#ifndef MYC_NET_PLAN_H
#define MYC_NET_PLAN_H

/*
 * What a client is to do, as a message to it: so it is given up also when the actor never starts.
 */
#include <mycelium/websocket.h>

#include "net/url.h"

typedef struct myc__websocket_plan {
    struct myc__url url;
    myc_websocket_options options; /* complete; its texts lie in `texts` */
    myc_reader_ref to;
    myc_tls *tls;                          /* own reference; NULL = the URL is not secure */
    char *texts;                           /* own memory: pointers, then what they point to */
    char target[MYC__HOST_BYTES_MAX + 32]; /* for log lines: the URL without its query */
} myc__websocket_plan;
MYC_MESSAGE(myc__websocket_plan)

/**
 * Checks and copies everything. Gives `*plan`: send or release it.
 * Returns 0, MYC_ENOMEM, MYC_EIO, or MYC_EINVAL with `why` filled in.
 */
int myc__websocket_plan_make(myc_context *ctx, const char *url,
                             const myc_websocket_options *options, myc_reader_ref to,
                             myc__websocket_plan **plan, myc_net_error *why);

/** The part of it that is of the engine. */
myc_websocket_session_options myc__websocket_plan_session(const myc__websocket_plan *plan);

#endif

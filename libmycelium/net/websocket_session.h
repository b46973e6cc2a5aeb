/* SPDX-License-Identifier: Apache-2.0 */
#ifndef MYC_NET_WEBSOCKET_SESSION_H
#define MYC_NET_WEBSOCKET_SESSION_H

/*
 * The inside of a session, and what wslay calls when it finds frames or makes them.
 */
#include <wslay/wslay.h>

#include "net/upgrade.h"

/* A message in the inbox; its bytes lie behind it. */
struct myc__record {
    uint32_t size_bytes;
    uint32_t kind;
};

struct myc_websocket_session {
    wslay_event_context_ptr frames;
    struct myc__upgrade upgrade;
    size_t looked_at;         /* of the answer to the upgrade */
    struct myc__bytes answer; /* to the upgrade */
    struct myc__bytes to_send;
    struct myc__bytes inbox;
    size_t unfinished; /* bytes at the tail of the inbox that are no whole message yet */
    size_t given;      /* bytes at its head that myc_websocket_session_next() gave */
    const uint8_t *fed;
    size_t fed_bytes;
    uint32_t message_bytes_max;
    uint8_t opcode; /* of the frame being received */
    bool too_long;
    bool no_memory;
    myc_websocket_state state;
    uint64_t pongs;
    uint8_t goodbye[MYC__CONTROL_BYTES_MAX]; /* of the server's, as it came */
    size_t goodbye_bytes;
    uint16_t close_code;
    char close_reason[MYC__CLOSE_REASON_BYTES_MAX + 1];
    myc_net_error error;
};

static_assert(MYC__MESSAGE_BYTES_MAX <= UINT32_MAX - sizeof(struct myc__record),
              "sizes fit a record");

/** What wslay is to call, with the session. */
extern const struct wslay_event_callbacks myc__websocket_callbacks;

#endif

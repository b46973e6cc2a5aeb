/* SPDX-License-Identifier: Apache-2.0 */
#ifndef FEEDS_ETH_ENVELOPE_H
#define FEEDS_ETH_ENVELOPE_H

/*
 * JSON-RPC around a log, as a node sends it to a subscriber of eth_subscribe("logs"):
 *
 *     {"jsonrpc":"2.0","method":"eth_subscription","params":{"subscription":"0x..","result":{..}}}
 *
 * and the answers to requests, which carry no log. Part of the decoder of eth_logs.h.
 *
 * Threads: all functions are pure.
 */
#include "text/json.h"

typedef enum eth_envelope_kind {
    ETH_ENVELOPE_LOG,    /* a notification: the log is inside */
    ETH_ENVELOPE_ANSWER, /* to a request, or a notification of another kind */
    ETH_ENVELOPE_BAD     /* see key and reason */
} eth_envelope_kind;

typedef struct eth_envelope {
    eth_envelope_kind kind;
    json_value log;
    const char *key;    /* static */
    const char *reason; /* static */
} eth_envelope;

/** Opens the envelope that was parsed: an object with the key "jsonrpc". */
eth_envelope eth_envelope_open(const json_reader *json);

#endif

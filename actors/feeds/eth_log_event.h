/* SPDX-License-Identifier: Apache-2.0 */
#ifndef FEEDS_ETH_LOG_EVENT_H
#define FEEDS_ETH_LOG_EVENT_H

/*
 * The pool events that are known, by topics[0], and how their data becomes a market event. Part of
 * the decoder of eth_logs.h.
 */
#include "feeds/eth_logs.h"
#include "text/hex.h"

enum { ETH_LOG_WORDS_MAX = 5 };

/** What all events have in common. */
typedef struct eth_log_origin {
    uint64_t timestamp_ns;
    uint64_t received_ns;
    chain_position position;
    eth_address pool;
} eth_log_origin;

typedef struct eth_log_event {
    eth_log_kind kind;
    hex_word signature; /* topics[0]: keccak-256 of the text form of the event */
    unsigned topics;    /* with the signature */
    unsigned words;     /* of data */
    const char *expected_topics;
    const char *expected_words;
    /* Fills in log->event. Returns NULL, or why the words are refused; static. */
    const char *(*fill)(const eth_log_origin *origin, const hex_word *words, eth_log *log);
} eth_log_event;

/**
 * The event with this signature, preferably with as many topics; else the usual one, for what is
 * expected. NULL = another event. Static.
 */
const eth_log_event *eth_log_event_find(const hex_word *signature, unsigned topics);

#endif

/* SPDX-License-Identifier: Apache-2.0 */
#ifndef FEEDS_SBE_EVENTS_H
#define FEEDS_SBE_EVENTS_H

/*
 * What an SBE message is to the feed that it came from.
 *
 * Threads: all functions are pure.
 */
#include <stddef.h>

#include "feeds/feed_event.h"
#include "feeds/sbe_reader.h"

/** Which event a message of this type is. */
feed_event_kind sbe_event_kind(const myc_type *type);

/**
 * Makes `message`, an event of `kind`, one of feed `number`, received at `received_ns`: its venue
 * becomes 256 * `number` + what it was. Returns NULL, or what is wrong with the venue; static.
 */
const char *sbe_event_adopt(feed_event_kind kind, sbe_message *message, uint16_t number,
                            uint64_t received_ns);

/** timestamp_ns of a message that was not decoded yet; 0 = it is too short to have one. */
uint64_t sbe_event_time(const char *bytes, size_t size);

#endif

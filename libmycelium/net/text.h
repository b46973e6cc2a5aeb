/* SPDX-License-Identifier: Apache-2.0 */
#ifndef MYC_NET_TEXT_H
#define MYC_NET_TEXT_H

/*
 * Texts of a fixed room that may hold what a peer has sent: cut where the room ends, and of
 * printable ASCII, so that a log line stays one.
 */
#include <stddef.h>

#include <mycelium/tls.h>

/** Fills in `error`, which may be NULL. */
void myc__net_explain(myc_net_error *error, const char *format, ...) MYC_PRINTF(2, 3);

/** Fills in `error`, which may be NULL, for a code that nobody has explained; gives `code` back. */
int myc__net_explain_code(myc_net_error *error, int code);

/** Appends to the text in `room`, of `room_bytes`. */
void myc__text_add(char *room, size_t room_bytes, const char *format, ...) MYC_PRINTF(3, 4);

/** Puts ? in place of whatever is not printable. */
void myc__text_clean(char *text);

#endif

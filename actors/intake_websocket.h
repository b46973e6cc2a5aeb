/* SPDX-License-Identifier: Apache-2.0 */
#ifndef ACTORS_INTAKE_WEBSOCKET_H
#define ACTORS_INTAKE_WEBSOCKET_H

/*
 * Feeds from WebSockets: a client, which is an actor of its own, sends the intake what a stream
 * would. Without mycelium-net there are none.
 *
 * Threads: the intake's worker.
 */
#include "intake_state.h"

/** Connects the inlet. Returns as myc_stream_open(); MYC_ENOTSUP without mycelium-net. */
MYC_MUST_CHECK int intake_websocket_open(intake_state *self, myc_context *ctx, inlet *to);

/** Has the client of the inlet say goodbye. */
void intake_websocket_close(myc_context *ctx, const inlet *from);

#endif

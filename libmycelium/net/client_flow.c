/* SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>
#include <string.h>

#include "net/client.h"
#include "net/text.h"

/* ---- to the receiver ---- */

void myc__client_tell(struct myc__client *self, myc_context *ctx, const myc_stream_event *event,
                      const char *text)
{
    myc_stream_event *made = myc_stream_event_new(ctx);
    if (!made) {
        myc_log(ctx, MYC_LOG_ERROR, "websocket %s: no memory to tell: %s", self->plan->target,
                text);
        return;
    }
    *made = *event;
    made->stream.number = self->plan->options.stream_number;
    snprintf(made->name, sizeof made->name, "%s", text);
    if (myc_reader_send_or_pause_event(ctx, self->plan->to, made) != MYC_SENT) {
        myc__client_abandon(self, ctx);
    }
}

static myc_sent hand_over_part(struct myc__client *self, myc_context *ctx,
                               const myc_websocket_message *message, size_t from, uint32_t size)
{
    bool last = from + size == message->size_bytes;
    myc_chunk *chunk = myc_chunk_make(ctx, size ? size : 1);
    if (!chunk) {
        return MYC_FULL;
    }
    if (size) {
        memcpy(chunk->bytes, message->bytes + from, size);
    }
    chunk->size_bytes = size;
    chunk->offset = self->delivered;
    chunk->received_ns = self->received_ns;
    chunk->stream.number = self->plan->options.stream_number;
    chunk->flags = (last ? MYC_CHUNK_WHOLE : MYC_CHUNK_MORE) |
                   (message->kind == MYC_WEBSOCKET_BINARY ? MYC_WEBSOCKET_CHUNK_BINARY : 0);
    return myc_reader_send_or_pause_chunk(ctx, self->plan->to, chunk);
}

/* All its parts, also when the receiver is full: they are parked then. */
static myc_sent hand_over(struct myc__client *self, myc_context *ctx,
                          const myc_websocket_message *message)
{
    size_t from = 0;
    myc_sent sent;
    do {
        size_t left = message->size_bytes - from;
        uint32_t size = left > MYC_CHUNK_BYTES ? MYC_CHUNK_BYTES : (uint32_t)left;
        sent = hand_over_part(self, ctx, message, from, size);
        from += size;
    } while (sent == MYC_SENT && from < message->size_bytes);
    self->delivered++;
    self->delivered_bytes += message->size_bytes;
    return sent;
}

/* Returns true when all has been handed over (or nobody is there), false when the receiver has no
 * room for more: one message is parked with it then, so this actor is paused. */
static bool deliver(struct myc__client *self, myc_context *ctx)
{
    myc_websocket_message message;
    while (myc_websocket_session_next(self->wire.socket, &message)) {
        myc_sent sent = hand_over(self, ctx, &message);
        if (sent == MYC_FULL) {
            self->fed_error = MYC_ENOMEM;
            return true;
        }
        if (sent != MYC_SENT) {
            myc__client_abandon(self, ctx);
            return true;
        }
        if (myc_room(ctx, self->plan->to.address) == 0) {
            self->held_up = true;
            return false;
        }
    }
    return true;
}

/* ---- to the stream ---- */

/* Returns false when the stream takes no more now. */
static bool write_out(struct myc__client *self, myc_context *ctx, const myc_chunk *chunk)
{
    self->unsent = myc_chunk_retain(ctx, chunk);
    myc_sent sent = myc_stream_write(ctx, self->stream, chunk);
    if (sent == MYC_FULL) {
        return false;
    }
    /* Where it has gone there is an end on its way to here. */
    myc_chunk_release(ctx, self->unsent);
    self->unsent = NULL;
    return true;
}

static bool write_unsent(struct myc__client *self, myc_context *ctx)
{
    const myc_chunk *chunk = self->unsent;
    if (!chunk) {
        return true;
    }
    self->unsent = NULL;
    return write_out(self, ctx, chunk);
}

static bool write_piece(struct myc__client *self, myc_context *ctx, const uint8_t *bytes,
                        uint32_t count)
{
    myc_chunk *chunk = myc_chunk_make(ctx, count);
    if (!chunk) {
        self->fed_error = MYC_ENOMEM;
        return true;
    }
    memcpy(chunk->bytes, bytes, count);
    chunk->size_bytes = count;
    return write_out(self, ctx, chunk);
}

/* The tick comes once the actor runs again, which is when the stream takes more. */
static void wait_until_writable(struct myc__client *self, myc_context *ctx)
{
    myc__websocket_tick *tick = myc__websocket_tick_new(ctx);
    if (tick) {
        tick->what = MYC__TICK_WRITABLE;
    }
    if (myc__client_after_tick(ctx, 0, tick, NULL) != 0) {
        self->fed_error = MYC_ENOMEM;
        return;
    }
    myc_stream_pause_until_writable(ctx, self->stream);
}

bool myc__client_push(struct myc__client *self, myc_context *ctx)
{
    uint8_t piece[MYC__PIECE_BYTES];
    size_t count;
    if (!write_unsent(self, ctx)) {
        return false;
    }
    while (self->wire.socket && (count = myc__wire_take(&self->wire, piece, sizeof piece)) > 0) {
        if (!write_piece(self, ctx, piece, (uint32_t)count)) {
            return false;
        }
    }
    return true;
}

void myc__client_flush(struct myc__client *self, myc_context *ctx)
{
    if (!myc__client_push(self, ctx)) {
        wait_until_writable(self, ctx);
    }
}

/* ---- a connection ---- */

void myc__client_begin_upgrade(struct myc__client *self, myc_context *ctx)
{
    const myc__websocket_plan *plan = self->plan;
    myc_websocket_session_options options = myc__websocket_plan_session(plan);
    myc_net_error why = {"out of memory"};
    int error = myc__wire_init(&self->wire, plan->tls, plan->url.host, &options, &why);
    self->phase = MYC__CLIENT_UPGRADING;
    self->fed = false;
    self->fed_error = 0;
    if (error) {
        myc__client_lose(self, ctx, error, why.text);
        return;
    }
    myc__client_flush(self, ctx);
}

static void subscribe(struct myc__client *self)
{
    const myc_websocket_options *options = &self->plan->options;
    for (uint32_t index = 0; index < options->subscription_count && !self->fed_error; index++) {
        const char *text = options->subscriptions[index];
        self->fed_error = myc_websocket_session_write(self->wire.socket, MYC_WEBSOCKET_TEXT,
                                                      (const uint8_t *)text, strlen(text));
    }
}

static void keep_alive(struct myc__client *self, myc_context *ctx)
{
    uint64_t period = self->plan->options.keepalive_ns;
    self->ticked_ns = myc_now_ns(ctx);
    self->heard = self->pinged = self->held_up = false;
    if (period == UINT64_MAX) {
        return;
    }
    myc__websocket_tick *tick = myc__websocket_tick_new(ctx);
    if (tick) {
        tick->what = MYC__TICK_KEEPALIVE;
    }
    if (myc__client_every_tick(ctx, period, tick, &self->keepalive) != 0) {
        self->fed_error = MYC_ENOMEM;
    }
}

static void opened(struct myc__client *self, myc_context *ctx)
{
    myc_timer_cancel(ctx, self->timer);
    self->phase = MYC__CLIENT_OPEN;
    self->failures = 0;
    keep_alive(self, ctx);
    subscribe(self);
    myc__client_tell(self, ctx, &(myc_stream_event){.what = MYC_STREAM_OPENED}, self->plan->target);
}

/* ---- from the stream ---- */

static void feed(struct myc__client *self, myc_context *ctx, const myc_chunk *chunk)
{
    self->fed = true;
    self->heard = true;
    self->received_ns = chunk->received_ns;
    self->fed_error = myc__wire_feed(&self->wire, chunk->bytes, chunk->size_bytes);
    myc_websocket_state state = myc_websocket_session_state(self->wire.socket);
    bool upgraded = state == MYC_WEBSOCKET_OPEN || state == MYC_WEBSOCKET_CLOSED;
    if (self->phase == MYC__CLIENT_UPGRADING && upgraded) {
        opened(self, ctx);
    }
}

static void explain_goodbye(struct myc__client *self, myc_net_error *text)
{
    const char *reason = myc_websocket_session_close_reason(self->wire.socket);
    myc__net_explain(text, "the server said goodbye: %u%s%s",
                     myc_websocket_session_close_code(self->wire.socket), reason[0] ? " " : "",
                     reason);
}

/* What the chunk has brought about, once its messages are handed over. */
static void look_at_wire(struct myc__client *self, myc_context *ctx)
{
    myc_net_error text;
    if (self->fed_error) {
        const char *error = myc__wire_error(&self->wire);
        myc__client_lose(self, ctx, self->fed_error,
                         error[0] ? error : myc_error_text(self->fed_error));
    } else if (myc_websocket_session_state(self->wire.socket) == MYC_WEBSOCKET_CLOSED) {
        explain_goodbye(self, &text);
        myc__client_lose(self, ctx, 0, text.text);
    }
}

myc_next myc__client_take_in(struct myc__client *self, myc_context *ctx, const myc_chunk *chunk)
{
    if (!self->fed) {
        feed(self, ctx, chunk);
    }
    if (self->phase == MYC__CLIENT_OVER) {
        return MYC_STOP;
    }
    /* Subscriptions and answers go out now, not when the receiver has room. */
    myc__client_flush(self, ctx);
    if (!deliver(self, ctx)) {
        return MYC_AGAIN;
    }
    self->fed = false;
    if (self->phase != MYC__CLIENT_OVER) {
        look_at_wire(self, ctx);
    }
    return self->phase == MYC__CLIENT_OVER ? MYC_STOP : MYC_CONTINUE;
}

/* ---- silence ---- */

/* While the receiver is full nothing is read, and while the worker is busy elsewhere neither: what
 * the server said then lies in the socket, and its silence says nothing. */
static bool was_listening(struct myc__client *self, myc_context *ctx)
{
    uint64_t now = myc_now_ns(ctx), period = self->plan->options.keepalive_ns;
    uint64_t passed = now - self->ticked_ns;
    bool listening = !self->held_up && passed >= period / 4 * 3 && passed <= period / 4 * 5;
    self->ticked_ns = now;
    self->held_up = false;
    return listening;
}

void myc__client_look(struct myc__client *self, myc_context *ctx)
{
    bool listening = was_listening(self, ctx);
    if (self->heard) {
        self->heard = self->pinged = false;
        return;
    }
    if (self->pinged && listening) {
        myc__client_lose(self, ctx, MYC_ETIMEDOUT, "the server does not answer a ping");
        return;
    }
    if (!self->pinged) {
        self->pinged = true;
        self->fed_error = myc_websocket_session_ping(self->wire.socket);
        myc__client_flush(self, ctx);
    }
    if (self->fed_error) {
        myc__client_lose(self, ctx, self->fed_error, myc_error_text(self->fed_error));
    }
}

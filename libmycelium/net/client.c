/* SPDX-License-Identifier: Apache-2.0 */
#include "net/client.h"

#include <assert.h>
#include <string.h>

#include "net/text.h"

static void order_destroy(myc_context *ctx, void *payload)
{
    myc_chunk_release(ctx, ((myc_websocket_order *)payload)->chunk);
}

MYC_MESSAGE_TYPE(myc_websocket_order, .destroy = order_destroy)
MYC_MESSAGE_TYPE(myc__websocket_tick)

static_assert((int)myc_websocket_tag_order == (int)myc__client_tag_order,
              "an order of the protocol outside is one of the protocol inside");

static bool is_ours(const struct myc__client *self, myc_stream stream)
{
    return stream.number != 0 && stream.number == self->stream.number;
}

static myc_next go_on(const struct myc__client *self)
{
    return self->phase == MYC__CLIENT_OVER ? MYC_STOP : MYC_CONTINUE;
}

/* ---- from outside ---- */

static void tell_dropped(struct myc__client *self, myc_context *ctx, uint64_t count)
{
    myc__client_tell(self, ctx, &(myc_stream_event){.what = MYC_STREAM_DROPPED, .count = count},
                     "what was to be sent came while there was no connection, or is no message");
}

static myc_next myc__client_on_begin(struct myc__client *self, myc_context *ctx,
                                     const myc__websocket_plan *plan)
{
    self->plan = myc__websocket_plan_retain(ctx, plan);
    if (self->dropped) {
        tell_dropped(self, ctx, self->dropped);
    }
    if (self->unwanted) {
        myc__client_finish(self, ctx, 0);
    }
    if (self->phase == MYC__CLIENT_NEW) {
        myc__client_try(self, ctx);
    }
    return go_on(self);
}

static void drop_order(struct myc__client *self, myc_context *ctx)
{
    self->dropped++;
    tell_dropped(self, ctx, 1);
}

/* Who got the ref from another thread may be faster than the plan. */
static void keep_early(struct myc__client *self, const myc_websocket_order *order)
{
    bool close = order->kind == MYC_WEBSOCKET_CLOSE;
    self->unwanted |= close;
    self->dropped += !close;
}

static void say_goodbye(struct myc__client *self, myc_context *ctx)
{
    bool open = self->phase == MYC__CLIENT_OPEN;
    if (!open || myc_websocket_session_close(self->wire.socket, 1000, NULL) != 0) {
        myc__client_finish(self, ctx, 0);
        return;
    }
    self->phase = MYC__CLIENT_CLOSING;
    myc_timer_cancel(ctx, self->keepalive);
    myc__client_flush(self, ctx);
    myc__client_set_timer(self, ctx, MYC__CLOSE_TIMEOUT_NS);
}

static void send_message(struct myc__client *self, myc_context *ctx,
                         const myc_websocket_order *order)
{
    const myc_chunk *chunk = order->chunk;
    int error = myc_websocket_session_write(
        self->wire.socket, order->kind, chunk ? chunk->bytes : NULL, chunk ? chunk->size_bytes : 0);
    if (error) {
        drop_order(self, ctx);
    } else {
        myc__client_flush(self, ctx);
    }
}

static myc_next myc__client_on_order(struct myc__client *self, myc_context *ctx,
                                     const myc_websocket_order *order)
{
    if (self->phase == MYC__CLIENT_NEW) {
        keep_early(self, order);
        return MYC_CONTINUE;
    }
    if (self->phase == MYC__CLIENT_OPEN && self->unsent) {
        /* Its own turn comes when the stream takes more: the tick is on its way already. */
        myc_stream_pause_until_writable(ctx, self->stream);
        return MYC_AGAIN;
    }
    if (order->kind == MYC_WEBSOCKET_CLOSE) {
        say_goodbye(self, ctx);
    } else if (self->phase == MYC__CLIENT_OPEN) {
        send_message(self, ctx, order);
    } else {
        drop_order(self, ctx);
    }
    return go_on(self);
}

/* ---- of the name ---- */

static myc_next myc__client_on_addresses(struct myc__client *self, myc_context *ctx,
                                         const myc__websocket_addresses *addresses)
{
    myc__client_resolved(self, ctx, addresses);
    return go_on(self);
}

static myc_next myc__client_on_unresolved(struct myc__client *self, myc_context *ctx,
                                          const myc_work_failed *failed)
{
    const myc__websocket_query *query = failed->argument;
    if (self->phase == MYC__CLIENT_RESOLVING && query->attempt == self->attempt) {
        myc__client_lose(self, ctx, MYC_EUNKNOWN,
                         "the name was not looked up: no memory, or its "
                         "pool was stopped");
    }
    return go_on(self);
}

/* ---- of the stream ---- */

static myc_next myc__client_on_event(struct myc__client *self, myc_context *ctx,
                                     const myc_stream_event *event)
{
    bool opened = is_ours(self, event->stream) && event->what == MYC_STREAM_OPENED;
    if (opened && self->phase == MYC__CLIENT_CONNECTING) {
        myc__client_begin_upgrade(self, ctx);
    }
    return go_on(self);
}

static myc_next myc__client_on_chunk(struct myc__client *self, myc_context *ctx,
                                     const myc_chunk *chunk)
{
    bool wanted = is_ours(self, chunk->stream) && self->wire.socket;
    return wanted ? myc__client_take_in(self, ctx, chunk) : go_on(self);
}

/* Why a connection was not made, or broke. */
static void explain_end(const struct myc__client *self, const myc_stream_end *end,
                        myc_net_error *text)
{
    const char *what = self->phase == MYC__CLIENT_CONNECTING ? "no connection" : "connection lost";
    const char *cause = end->error ? myc_error_text(end->error) : "closed by the server";
    char detail[128];
    if (end->os_error) {
        cause = strerror_r(end->os_error, detail, sizeof detail);
    }
    myc__net_explain(text, "%s: %s", what, cause);
}

static void lose_connection(struct myc__client *self, myc_context *ctx, const myc_stream_end *end,
                            const char *text)
{
    /* The engines know best what an end means that is none of the kernel's errors. */
    if (end->error == 0 && myc__wire_feed_end(&self->wire) != 0) {
        text = myc__wire_error(&self->wire);
    }
    myc__client_lose(self, ctx, end->error ? end->error : MYC_EIO, text);
}

static myc_next myc__client_on_end(struct myc__client *self, myc_context *ctx,
                                   const myc_stream_end *end)
{
    myc_net_error text;
    if (!is_ours(self, end->stream)) {
        return go_on(self);
    }
    self->stream = (myc_stream){0};
    self->os_error = end->os_error;
    explain_end(self, end, &text);
    if (self->phase == MYC__CLIENT_CONNECTING) {
        myc__client_next_address(self, ctx, end->error ? end->error : MYC_EIO, text.text);
    } else {
        lose_connection(self, ctx, end, text.text);
    }
    return go_on(self);
}

/* ---- of the clock ---- */

static void on_timer(struct myc__client *self, myc_context *ctx)
{
    static const char *const late[] = {
        [MYC__CLIENT_RESOLVING] = "timed out: the name has not been looked up",
        [MYC__CLIENT_CONNECTING] = "timed out: no connection",
        [MYC__CLIENT_UPGRADING] = "timed out: no answer to the upgrade",
        [MYC__CLIENT_CLOSING] = "timed out: no answer to the goodbye"};
    if (self->phase == MYC__CLIENT_WAITING) {
        myc__client_try(self, ctx);
    } else if (self->phase != MYC__CLIENT_OPEN) {
        myc__client_lose(self, ctx, MYC_ETIMEDOUT, late[self->phase]);
    }
}

static myc_next myc__client_on_tick(struct myc__client *self, myc_context *ctx,
                                    const myc__websocket_tick *tick)
{
    if (tick->what == MYC__TICK_TIMER) {
        on_timer(self, ctx);
    } else if (tick->what == MYC__TICK_WRITABLE) {
        myc__client_flush(self, ctx);
    } else if (self->phase == MYC__CLIENT_OPEN) {
        myc__client_look(self, ctx);
    }
    return go_on(self);
}

/* ---- the actor ---- */

static int myc__client_on_start(struct myc__client *self, myc_context *ctx)
{
    (void)self;
    (void)ctx;
    return 0;
}

static void myc__client_on_stop(struct myc__client *self, myc_context *ctx, myc_exit why)
{
    (void)why;
    myc__client_fini(self, ctx);
}

MYC_ACTOR_WITH_LIFECYCLE(myc__client, myc__client, MYC__CLIENT_ROWS)

/* ---- what the program calls ---- */

int myc_websocket_check(const char *url, myc_net_error *why)
{
    struct myc__url parsed;
    return myc__url_parse(url, &parsed, why);
}

static int start(myc_context *ctx, const myc_spawn_options *options, myc__websocket_plan *plan,
                 myc_websocket_ref *client)
{
    myc_spawn_options named = options ? *options : (myc_spawn_options){0};
    named.name = named.name ? named.name : "websocket";
    myc__client_ref made = {0};
    int error = myc__client_spawn(ctx, NULL, &named, &made);
    if (error) {
        myc__websocket_plan_release(ctx, plan);
        return error;
    }
    if (myc__client_send_begin(ctx, made, plan) != MYC_SENT) {
        myc_stop(ctx, made.address);
        return MYC_ESTOPPING;
    }
    client->address = made.address;
    return 0;
}

int myc_websocket_connect(myc_context *ctx, const char *url, const myc_websocket_options *options,
                          myc_reader_ref to, myc_websocket_ref *client)
{
    myc__websocket_plan *plan = NULL;
    myc_net_error why = {""};
    int error = myc__websocket_plan_make(ctx, url, options, to, &plan, &why);
    if (error) {
        myc_log(ctx, MYC_LOG_ERROR, "websocket: %s",
                error == MYC_ENOMEM ? myc_error_text(error) : why.text);
        return error;
    }
    return start(ctx, options ? options->spawn : NULL, plan, client);
}

myc_sent myc_websocket_send(myc_context *ctx, myc_websocket_ref client, myc_websocket_kind kind,
                            const myc_chunk *chunk)
{
    myc_websocket_order *order = myc_websocket_order_new(ctx);
    if (!order) {
        myc_chunk_release(ctx, chunk);
        return MYC_FULL;
    }
    *order = (myc_websocket_order){.chunk = chunk, .kind = kind};
    return myc_websocket_send_order(ctx, client, order);
}

myc_sent myc_websocket_send_text(myc_context *ctx, myc_websocket_ref client, const char *text)
{
    size_t size = strlen(text);
    myc_chunk *chunk =
        size <= MYC_CHUNK_BYTES ? myc_chunk_make(ctx, size ? (uint32_t)size : 1) : NULL;
    if (!chunk) {
        return MYC_FULL;
    }
    memcpy(chunk->bytes, text, size);
    chunk->size_bytes = (uint32_t)size;
    return myc_websocket_send(ctx, client, MYC_WEBSOCKET_TEXT, chunk);
}

myc_sent myc_websocket_close(myc_context *ctx, myc_websocket_ref client)
{
    return myc_websocket_send(ctx, client, MYC_WEBSOCKET_CLOSE, NULL);
}

/* SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>
#include <string.h>

#include "net/client.h"
#include "net/text.h"

/* ---- timers ---- */

static int after(struct myc__client *self, myc_context *ctx, uint64_t delay_ns)
{
    myc__websocket_tick *tick = myc__websocket_tick_new(ctx);
    if (tick) {
        tick->what = MYC__TICK_TIMER;
    }
    return myc__client_after_tick(ctx, delay_ns, tick, &self->timer);
}

static void stop_timers(struct myc__client *self, myc_context *ctx)
{
    myc_timer_cancel(ctx, self->timer);
    myc_timer_cancel(ctx, self->keepalive);
    self->timer = self->keepalive = (myc_timer){0};
}

void myc__client_set_timer(struct myc__client *self, myc_context *ctx, uint64_t delay_ns)
{
    myc_timer_cancel(ctx, self->timer);
    if (after(self, ctx, delay_ns) != 0) {
        /* Without a timer nothing would ever move it on. */
        myc_log(ctx, MYC_LOG_ERROR, "websocket %s: no memory for a timer: it ends",
                self->plan->target);
        myc__client_finish(self, ctx, MYC_ENOMEM);
    }
}

/* ---- a try ---- */

static void look_up(struct myc__client *self, myc_context *ctx)
{
    myc__websocket_query *query = myc__websocket_query_new(ctx);
    self->phase = MYC__CLIENT_RESOLVING;
    if (query) {
        query->attempt = self->attempt;
        strcpy(query->host, self->plan->url.host);
    }
    if (!query || myc__client_offload_addresses(ctx, self->plan->options.resolver,
                                                myc__websocket_resolve, query) != MYC_SENT) {
        myc__client_lose(self, ctx, MYC_EBUSY,
                         "the name cannot be looked up: the pool is full or has been stopped");
    }
}

void myc__client_try(struct myc__client *self, myc_context *ctx)
{
    self->attempt++;
    self->os_error = 0;
    self->next_address = 0;
    myc__client_set_timer(self, ctx, self->plan->options.open_timeout_ns);
    if (self->phase == MYC__CLIENT_OVER) {
        return;
    }
    if (self->plan->url.numeric) {
        myc__client_next_address(self, ctx, MYC_EIO, "no connection");
    } else {
        look_up(self, ctx);
    }
}

void myc__client_resolved(struct myc__client *self, myc_context *ctx,
                          const myc__websocket_addresses *addresses)
{
    if (self->phase != MYC__CLIENT_RESOLVING || addresses->attempt != self->attempt) {
        return;
    }
    myc_net_error why;
    myc__net_explain(&why, "the name '%s' cannot be looked up: %s", self->plan->url.host,
                     addresses->error);
    myc__websocket_addresses_release(ctx, self->addresses);
    self->addresses = myc__websocket_addresses_retain(ctx, addresses);
    myc__client_next_address(self, ctx, MYC_EUNKNOWN, why.text);
}

/* ---- a stream ---- */

static const char *next_host(struct myc__client *self)
{
    uint32_t index = self->next_address++;
    if (self->plan->url.numeric) {
        return index == 0 ? self->plan->url.host : NULL;
    }
    return self->addresses && index < self->addresses->count ? self->addresses->texts[index] : NULL;
}

/* Each address gets its share of the time, or one that is silent would have it all. */
static uint64_t share_of_time(const struct myc__client *self)
{
    uint32_t count = self->addresses && self->addresses->count ? self->addresses->count : 1;
    return self->plan->options.open_timeout_ns / count + 1;
}

static int open_stream(struct myc__client *self, myc_context *ctx, const char *host)
{
    char target[MYC__HOST_BYTES_MAX + 32];
    bool brackets = strchr(host, ':') != NULL;
    snprintf(target, sizeof target, "tcp://%s%s%s:%u", brackets ? "[" : "", host,
             brackets ? "]" : "", self->plan->url.port);
    myc_stream_options options = {.connect_timeout_ns = share_of_time(self)};
    return myc_stream_open(ctx, target, &options, &self->stream);
}

void myc__client_next_address(struct myc__client *self, myc_context *ctx, int error,
                              const char *text)
{
    self->phase = MYC__CLIENT_CONNECTING;
    for (const char *host = next_host(self); host; host = next_host(self)) {
        error = open_stream(self, ctx, host);
        if (!error) {
            return;
        }
        text = myc_error_text(error);
    }
    myc__client_lose(self, ctx, error, text);
}

/* What is to be sent still goes out: an alert, a goodbye. */
static void disconnect(struct myc__client *self, myc_context *ctx)
{
    if (self->stream.number) {
        (void)myc__client_push(self, ctx);
        myc_stream_close(ctx, self->stream);
        self->stream = (myc_stream){0};
    }
    myc_chunk_release(ctx, self->unsent);
    self->unsent = NULL;
    self->fed = false;
    myc__wire_fini(&self->wire);
}

/* ---- the end of one ---- */

/* Any spread will do that is not the same for clients that lost their server together. */
static uint64_t by_chance(const struct myc__client *self, const myc_context *ctx)
{
    myc_address own = myc_self(ctx);
    uint64_t mixed =
        myc_now_ns(ctx) ^ ((uint64_t)own.slot << 32 | own.life) ^ (uint64_t)self->attempt << 48;
    mixed = (mixed ^ mixed >> 33) * UINT64_C(0xff51afd7ed558ccd); /* the mixer of MurmurHash3 */
    mixed = (mixed ^ mixed >> 33) * UINT64_C(0xc4ceb9fe1a85ec53);
    return mixed ^ mixed >> 33;
}

static uint64_t pause_ns(const struct myc__client *self, const myc_context *ctx)
{
    uint64_t longest = self->plan->options.reconnect_max_ns;
    uint64_t pause = self->plan->options.reconnect_first_ns;
    for (uint32_t failure = 1; failure < self->failures && pause < longest; failure++) {
        pause = pause > longest / 2 ? longest : pause * 2;
    }
    return pause - by_chance(self, ctx) % (pause / 2 + 1);
}

static void report(struct myc__client *self, myc_context *ctx, int error, const char *text,
                   uint64_t pause)
{
    if (pause) {
        myc_log(ctx, MYC_LOG_WARNING, "websocket %s: %s; next try in %llu ms", self->plan->target,
                text, (unsigned long long)(pause / 1000000));
    } else {
        myc_log(ctx, MYC_LOG_WARNING, "websocket %s: %s; that was the last try", self->plan->target,
                text);
    }
    myc__client_tell(self, ctx,
                     &(myc_stream_event){.what = MYC_STREAM_LOST,
                                         .error = error,
                                         .os_error = self->os_error,
                                         .count = self->failures},
                     text);
}

void myc__client_lose(struct myc__client *self, myc_context *ctx, int error, const char *given)
{
    myc_net_error text;
    myc__net_explain(&text, "%s", given); /* what it is goes with the connection */
    bool told = self->phase == MYC__CLIENT_CLOSING;
    stop_timers(self, ctx);
    disconnect(self, ctx);
    if (told) {
        myc__client_finish(self, ctx, 0);
        return;
    }
    self->failures++;
    uint32_t most = self->plan->options.attempts_max;
    bool last = most && self->failures >= most;
    uint64_t pause = last ? 0 : pause_ns(self, ctx);
    self->phase = MYC__CLIENT_WAITING;
    report(self, ctx, error, text.text, pause);
    if (self->phase == MYC__CLIENT_OVER) {
        return;
    }
    if (last) {
        myc__client_finish(self, ctx, error);
    } else {
        myc__client_set_timer(self, ctx, pause);
    }
}

/* ---- the end of all ---- */

void myc__client_finish(struct myc__client *self, myc_context *ctx, int error)
{
    self->phase = MYC__CLIENT_OVER;
    stop_timers(self, ctx);
    disconnect(self, ctx);
    myc_stream_end *end = myc_stream_end_new(ctx);
    if (!end) {
        myc_log(ctx, MYC_LOG_ERROR, "websocket %s: no memory to tell its end", self->plan->target);
        return;
    }
    end->size_bytes = self->delivered_bytes;
    end->dropped = self->dropped;
    end->error = error;
    end->os_error = self->os_error;
    end->stream.number = self->plan->options.stream_number;
    myc_ignore(myc_reader_send_or_pause_end(ctx, self->plan->to, end));
}

void myc__client_abandon(struct myc__client *self, myc_context *ctx)
{
    if (self->phase != MYC__CLIENT_OVER) {
        self->phase = MYC__CLIENT_OVER;
        myc_log(ctx, MYC_LOG_WARNING, "websocket %s: its receiver has ended, so it ends too",
                self->plan->target);
        stop_timers(self, ctx);
        disconnect(self, ctx);
    }
}

void myc__client_fini(struct myc__client *self, myc_context *ctx)
{
    myc__wire_fini(&self->wire);
    myc_chunk_release(ctx, self->unsent);
    myc__websocket_addresses_release(ctx, self->addresses);
    myc__websocket_plan_release(ctx, self->plan);
}

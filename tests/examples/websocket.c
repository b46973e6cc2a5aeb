/* SPDX-License-Identifier: Apache-2.0 */
/* A feed behind wss://: subscribes after each connect, prints what comes, says why it was lost. */
#include <mycelium/mycelium.h>
#include <mycelium/websocket.h>
#include <stdio.h>
struct feed {
    int lost;
};
static myc_next feed_on_chunk(struct feed *self, myc_context *ctx, const myc_chunk *message)
{
    printf("%.*s\n", (int)message->size_bytes, (const char *)message->bytes);
    return self && ctx ? MYC_CONTINUE : MYC_STOP;
}
static myc_next feed_on_event(struct feed *self, myc_context *ctx, const myc_stream_event *event)
{
    self->lost += event->what == MYC_STREAM_LOST; /* it comes back by itself */
    myc_log(ctx, MYC_LOG_INFO, "%s", event->name);
    return MYC_CONTINUE;
}
static myc_next feed_on_end(struct feed *self, myc_context *ctx, const myc_stream_end *end)
{
    return ctx && end && self->lost == 1 ? MYC_STOP : MYC_FAIL(MYC_EFIELD);
}
MYC_ACTOR(feed, myc_reader, MYC_READER_ROWS)
int main(int count, char **arguments)
{
    const char *url = count > 1 ? arguments[1] : "wss://127.0.0.1:1/"; /* nobody listens there */
    const char *const texts[] = {"{\"op\":\"subscribe\",\"channel\":\"book\"}"};
    myc_websocket_options options = {.subscriptions = texts, .subscription_count = 1};
    options.attempts_max = count > 1 ? 0 : 1;
    myc_system *system;
    myc_reader_ref feed;
    myc_websocket_ref client;
    int error = myc_system_create(NULL, &system);
    myc_context *ctx = error ? NULL : myc_context_of(system);
    error = error || feed_spawn(ctx, NULL, NULL, &feed) ||
            myc_websocket_connect(ctx, url, &options, feed, &client) ||
            myc_system_await_quiescence(system, UINT64_MAX);
    return error || myc_system_destroy(system) != 0;
}

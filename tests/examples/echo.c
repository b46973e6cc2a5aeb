/* SPDX-License-Identifier: Apache-2.0 */
/* A server sends back what comes over TCP; its client sends one byte and waits for it. */
#include <mycelium/mycelium.h>
#include <stdio.h>
struct echo {
    char target[64];
    bool is_client;
};
static myc_next echo_on_event(struct echo *self, myc_context *ctx, const myc_stream_event *event);
static myc_next echo_on_chunk(struct echo *self, myc_context *ctx, const myc_chunk *chunk)
{
    myc_ignore(myc_stream_write(ctx, chunk->stream, myc_chunk_retain(ctx, chunk)));
    return self->is_client ? MYC_STOP : MYC_CONTINUE;
}
static myc_next echo_on_end(struct echo *self, myc_context *ctx, const myc_stream_end *end)
{
    return self && ctx && end->error ? MYC_FAIL(end->error) : MYC_STOP;
}
MYC_ACTOR_WITH_LIFECYCLE(echo, myc_reader, MYC_READER_ROWS)
static int echo_on_start(struct echo *self, myc_context *ctx)
{
    return myc_stream_open(ctx, self->target, NULL, NULL);
}
static void echo_on_stop(struct echo *self, myc_context *ctx, myc_exit why)
{
    myc_log(ctx, MYC_LOG_INFO, "%s: %s", self->target, myc_error_text(why.code));
}
static myc_next echo_on_event(struct echo *self, myc_context *ctx, const myc_stream_event *event)
{
    struct echo client = {.is_client = true};
    myc_chunk *byte = self->is_client ? myc_chunk_make(ctx, 1) : NULL;
    if (byte)
        byte->bytes[0] = '!', byte->size_bytes = 1;
    snprintf(client.target, sizeof client.target, "tcp://%.50s", event->name);
    if (event->what == MYC_STREAM_OPENED && !self->is_client)
        return echo_spawn(ctx, &client, NULL, &(myc_reader_ref){{0, 0}}) ? MYC_STOP : MYC_CONTINUE;
    return !byte || myc_stream_write(ctx, event->stream, byte) == MYC_SENT ? MYC_CONTINUE
                                                                           : MYC_STOP;
}
int main(void)
{
    myc_system *system;
    struct echo server = {"tcp-listen://127.0.0.1:0", false};
    return myc_system_create(NULL, &system) ||
           echo_spawn(myc_context_of(system), &server, NULL, &(myc_reader_ref){{0, 0}}) ||
           myc_system_await_quiescence(system, UINT64_MAX) || myc_system_destroy(system) != 0;
}

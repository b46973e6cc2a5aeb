/* SPDX-License-Identifier: Apache-2.0 */
/* Who gets bytes over TCP sends them back: a server and its client, three streams of one actor. */
#include <mycelium/mycelium.h>
#include <string.h>
struct echo {
    myc_stream server, client;
};
static int echo_on_start(struct echo *self, myc_context *ctx)
{
    return myc_stream_open(ctx, "tcp-listen://127.0.0.1:0", NULL, &self->server);
}
static myc_next echo_on_event(struct echo *self, myc_context *ctx, const myc_stream_event *event)
{
    char target[64] = "tcp://";
    if (event->stream.number == self->server.number) /* listens there; later, has accepted */
        return self->client.number ||
                       !myc_stream_open(ctx, strcat(target, event->name), NULL, &self->client)
                   ? MYC_CONTINUE
                   : MYC_STOP;
    myc_chunk *hello = myc_chunk_make(ctx, 5);
    memcpy(hello->bytes, "hello", hello->size_bytes = 5);
    return myc_stream_write(ctx, self->client, hello) == MYC_SENT ? MYC_CONTINUE : MYC_STOP;
}
static myc_next echo_on_chunk(struct echo *self, myc_context *ctx, const myc_chunk *chunk)
{
    myc_ignore(myc_stream_write(ctx, chunk->stream, myc_chunk_retain(ctx, chunk))); /* no copy */
    return chunk->stream.number == self->client.number ? MYC_STOP : MYC_CONTINUE;
}
static myc_next echo_on_end(struct echo *self, myc_context *ctx, const myc_stream_end *end)
{
    return self && ctx && end->error ? MYC_FAIL(end->error) : MYC_CONTINUE;
}
MYC_ACTOR_WITH_START(echo, myc_reader, MYC_READER_ROWS)
int main(void)
{
    myc_system *system;
    return myc_system_create(NULL, &system) ||
           echo_spawn(myc_context_of(system), NULL, NULL, &(myc_reader_ref){{0, 0}}) ||
           myc_system_await_quiescence(system, UINT64_MAX) || myc_system_destroy(system) != 0;
}

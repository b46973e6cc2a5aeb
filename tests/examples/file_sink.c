/* SPDX-License-Identifier: Apache-2.0 */
/* Copies a file to standard output, no faster than that takes it. */
#include <mycelium/mycelium.h>
MYC_PROTOCOL(copying, MYC_STREAM_ROWS)
struct copy {
    myc_stream output;
};
static int copy_on_start(struct copy *self, myc_context *ctx)
{
    const myc_stream_options append = {.mode = MYC_STREAM_APPEND, .queue_bytes = 65536};
    int error = myc_stream_open(ctx, "-", &append, &self->output); /* or a path: made if missing */
    return error ? error : myc_stream_open(ctx, "/proc/self/status", NULL, NULL);
}
static void copy_on_stop(struct copy *self, myc_context *ctx, myc_exit why)
{
    (void)self, (void)ctx, (void)why; /* both are closed, the output once all is written */
}
static myc_next copy_on_chunk(struct copy *self, myc_context *ctx, const myc_chunk *chunk)
{
    if (myc_stream_write(ctx, self->output, myc_chunk_retain(ctx, chunk)) == MYC_FULL) {
        myc_stream_pause_until_writable(ctx, self->output); /* nothing is read meanwhile */
        return MYC_AGAIN; /* with the same chunk, once half of what waits is written */
    }
    return MYC_CONTINUE;
}
static myc_next copy_on_end(struct copy *self, myc_context *ctx, const myc_stream_end *end)
{
    (void)ctx; /* of the input; or of the output, on which so many bytes were not written */
    return end->stream.number == self->output.number ? MYC_FAIL(end->error) : MYC_STOP;
}
MYC_ACTOR_WITH_LIFECYCLE(copy, copying, MYC_STREAM_ROWS)
int main(void)
{
    myc_system *system;
    copying_ref copy;
    myc_context *ctx = myc_system_create(NULL, &system) ? NULL : myc_context_of(system);
    return !ctx || copy_spawn(ctx, &(struct copy){{0}}, NULL, &copy) ||
           myc_system_await_quiescence(system, 10000000000) ||
           myc_system_stop(system, NULL, NULL) || myc_system_destroy(system);
}

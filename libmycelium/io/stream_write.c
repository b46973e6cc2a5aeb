/* SPDX-License-Identifier: Apache-2.0 */
#include <mycelium/stream.h>

#include "io/source.h"

/* A stream is written to by its owner only: else two actors' chunks would be mixed. */
static myc__source *find_own(const myc_context *ctx, myc_stream stream)
{
    myc__source *source = ctx->shard ? myc__io_find(ctx->shard->io, stream.number) : NULL;
    bool is_own = source && ctx->current &&
                  myc_address_equal(source->owner, ctx->current->address) && source->writes;
    return is_own ? source : NULL;
}

myc_sent myc_stream_write(myc_context *ctx, myc_stream stream, const myc_chunk *chunk)
{
    myc__source *source = find_own(ctx, stream);
    if (!chunk) {
        return MYC_FULL; /* memory was out */
    }
    if (!source) {
        myc_release(ctx, chunk);
        return MYC_DEAD;
    }
    myc_sent sent = myc__write_queue_add(source->writes, ctx, chunk);
    if (sent == MYC_SENT) {
        myc__source_wake(source);
    }
    return sent;
}

uint64_t myc_stream_queued(const myc_context *ctx, myc_stream stream)
{
    const myc__source *source = find_own(ctx, stream);
    return source ? source->writes->bytes : 0;
}

void myc_stream_pause_until_writable(myc_context *ctx, myc_stream stream)
{
    myc__source *source = find_own(ctx, stream);
    if (source && myc__write_queue_is_high(source->writes)) {
        source->writes->pauses = true;
        ctx->current->interrupts |= MYC__PAUSED;
    }
}

int myc_stream_sync(myc_context *ctx, myc_stream stream)
{
    myc__source *source = find_own(ctx, stream);
    return source && source->kind->sync ? source->kind->sync(source) : MYC_EINVAL;
}

/* SPDX-License-Identifier: Apache-2.0 */
#include <mycelium/stream.h>

#include "io/source.h"
#include "shard/fabric.h"

static myc__source *find(const myc_context *ctx, myc_stream stream)
{
    return ctx->shard ? myc__io_find(ctx->shard->io, stream.number) : NULL;
}

int myc_stream_hold(myc_context *ctx, myc_stream stream)
{
    myc__source *source = find(ctx, stream);
    if (!source) {
        return MYC_EINVAL;
    }
    if (!source->kind->can_be_held) {
        return MYC_ENOTSUP;
    }
    myc__source_rest(source);
    return 0;
}

/* The pass that this handler belongs to polls it next. */
void myc_stream_resume(myc_context *ctx, myc_stream stream)
{
    myc__source *source = find(ctx, stream);
    if (source && source->kind->can_be_held) {
        myc__source_wake(source);
    }
}

/* SPDX-License-Identifier: Apache-2.0 */
#include <mycelium/message.h>

#include "base/check.h"
#include "message/reference.h"

/* A context begins with its memory (static-asserted in shard/context.h). */
static myc__memory *memory_of(myc_context *ctx)
{
    return (myc__memory *)(void *)ctx;
}

void *myc_new_uninitialized(myc_context *ctx, const myc_type *type)
{
    return myc__memory_new(memory_of(ctx), type, type->size_bytes, type->alignment_bytes);
}

const void *myc_retain(myc_context *ctx, const void *payload)
{
    myc__retain_header(memory_of(ctx), myc__header_of(payload));
    return payload;
}

void myc_release(myc_context *ctx, const void *payload)
{
    if (payload) {
        myc__release_header(memory_of(ctx), myc__header_of(payload));
    }
}

const myc_type *myc_type_of(const void *payload)
{
    return myc__header_of(payload)->type;
}

const void *myc_cast(const void *payload, const myc_type *type)
{
    return payload && myc_type_of(payload) == type ? payload : NULL;
}

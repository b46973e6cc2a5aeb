/* SPDX-License-Identifier: Apache-2.0 */
/* Sources end with their owner, and with the system. */
#include "io/io_state.h"

static void close_sources_of(const myc__shard *shard, myc_address owner)
{
    for (myc__source *source = shard->io->sources, *next; source; source = next) {
        next = source->next;
        if (myc_address_equal(source->owner, owner)) {
            myc__source_close(source);
        }
    }
}

static void on_owner_end(myc__ending *ending, myc__shard *shard, myc__actor *owner)
{
    close_sources_of(shard, owner->address);
    myc__memory_free(&shard->context.memory, myc__header_of(ending));
}

static void on_owner_renewed(myc__ending *ending, myc__shard *shard, myc__actor *owner)
{
    (void)ending;
    close_sources_of(shard, owner->address);
}

int myc__io_admit(myc__io *io, myc__actor *owner)
{
    myc_context *ctx = &io->shard->context;
    if (!myc__annex_of(ctx, owner)) {
        return MYC_ENOMEM;
    }
    if (myc__annex_has_ending(owner, on_owner_end)) {
        return 0;
    }
    myc__ending *ending = myc__memory_new_internal(&ctx->memory, sizeof *ending);
    if (!ending) {
        return MYC_ENOMEM;
    }
    *ending = (myc__ending){.run = on_owner_end, .renew = on_owner_renewed};
    myc__annex_add_ending(owner, ending);
    return 0;
}

/* ---- the system stops ---- */

static void hurry(myc__source *source)
{
    if (source->kind->hurry) {
        source->kind->hurry(source);
    }
}

static void drain(myc__source *source)
{
    if (!source->kind->drain) {
        myc__source_close(source);
    } else if (!source->drained) {
        myc__source_set_silence(source, true, source->is_quiet);
        source->kind->drain(source);
    }
}

void myc__io_drain_sources(myc__io *io)
{
    for (myc__source *source = io->sources, *next; source; source = next) {
        next = source->next;
        if (source->closing) {
            hurry(source);
        } else {
            drain(source);
        }
    }
}

void myc__io_close_sources(myc__io *io)
{
    for (myc__source *source = io->sources, *next; source; source = next) {
        next = source->next;
        if (source->closing) {
            hurry(source);
        } else {
            myc__source_close(source);
        }
    }
}

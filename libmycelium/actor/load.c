/* SPDX-License-Identifier: Apache-2.0 */
#include "actor/load.h"

#include "actor/interpose.h"
#include "actor/urgent.h"

typedef struct myc__load_step {
    myc__step step;
    myc__slot *slot;  /* the actor's, where everybody looks for it */
    uint32_t version; /* of the last publication */
    uint32_t shown;   /* its bits */
} myc__load_step;

static void publish(myc__load_step *step, uint32_t depth)
{
    uint32_t shown = depth < MYC__LOAD_DEPTH_MAX ? depth : MYC__LOAD_DEPTH_MAX;
    step->version = step->version == MYC__LOAD_VERSION_MAX ? 1 : step->version + 1;
    uint32_t bits = shown << MYC__LOAD_DEPTH_SHIFT | step->version << MYC__LOAD_VERSION_SHIFT;
    (void)myc__add_relaxed_u32(&step->slot->pressure, bits - step->shown);
    step->shown = bits;
}

static myc_next around(myc__step *step, void *state, myc_context *ctx, uint32_t tag,
                       const void *payload)
{
    myc__load_step *self = (myc__load_step *)step;
    const myc__actor *actor = ctx->current;
    publish(self, actor->mailbox.depth + 1);
    myc_next next = myc__step_inward(step, state, ctx, tag, payload);
    if (actor->mailbox.depth == 0) {
        publish(self, 0);
    }
    return next;
}

/* In the turn of the actor that was asked. Without memory it goes on unpublished: the reader still
 * counts what it has sent. */
static void begin(myc__shard *shard, myc__actor *actor)
{
    myc__load_step *step = myc__memory_new_internal(&shard->context.memory, sizeof *step);
    if (!step) {
        return;
    }
    *step = (myc__load_step){.step.around = around,
                             .slot = myc__slot_of(&shard->context, actor->address)};
    if (myc__interpose(&shard->context, actor, &step->step)) {
        actor->annex->load = step;
        publish(step, actor->mailbox.depth);
    } else {
        myc__memory_free(&shard->context.memory, myc__header_of(step));
    }
}

static myc__urgent_done obey(myc__shard *shard, myc__actor *actor, myc__urgent *item)
{
    myc__memory_free(&shard->context.memory, myc__header_of(item));
    if (!actor->annex->load) {
        begin(shard, actor);
    }
    return MYC__URGENT_SILENT;
}

static void abandon(myc_context *ctx, myc_address to, myc__urgent *item)
{
    (void)to;
    myc__memory_free(&ctx->memory, myc__header_of(item));
}

static const myc__urgent_kind request_kind = {.handle = obey, .abandon = abandon};

bool myc__load_publish(myc_context *ctx, myc_address address)
{
    myc__urgent *item = myc__memory_new_internal(&ctx->memory, sizeof *item);
    if (item) {
        item->kind = &request_kind;
        myc__urge(ctx, address, item);
    }
    return item != NULL;
}

void myc__load_end(myc__shard *shard, myc__actor *actor)
{
    if (actor->annex->load) {
        myc__interpose_end(actor, &actor->annex->load->step);
        myc__memory_free(&shard->context.memory, myc__header_of(actor->annex->load));
    }
}

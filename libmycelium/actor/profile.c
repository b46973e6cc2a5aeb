/* SPDX-License-Identifier: Apache-2.0 */
#include "actor/profile.h"

#include <string.h>

#include "actor/request.h"

enum { STAMPS_FIRST = 64 };

static uint64_t look(myc__shard *shard)
{
    return myc__clock_now_ns(&shard->context.fabric->clock);
}

/* How long the message that was taken out last had been queued; 0 when it had not been. */
static uint64_t queued_for(myc__profile *profile, const myc__actor *actor, uint64_t now_ns)
{
    uint64_t behind = profile->next - actor->mailbox.depth; /* the number of what comes next */
    if (behind <= profile->taken) {
        return 0;
    }
    profile->taken = behind;
    uint64_t number = behind - 1;
    if (number < profile->unstamped_to) {
        return 0;
    }
    uint64_t stamp_ns = profile->stamps_ns[number & (profile->capacity - 1)];
    return now_ns > stamp_ns ? now_ns - stamp_ns : 0;
}

/* Without memory for it nothing is counted. */
static myc__profile_row *row_of(myc__shard *shard, myc__profile *profile, uint32_t tag)
{
    uint32_t index = tag < profile->row_count ? tag : profile->row_count;
    if (MYC__UNLIKELY(!profile->rows[index])) {
        myc__profile_row *made = myc__memory_new_internal(&shard->context.memory, sizeof *made);
        profile->rows[index] = made ? memset(made, 0, sizeof *made) : NULL;
    }
    return profile->rows[index];
}

static myc_next measure(myc__step *step, void *state, myc_context *ctx, uint32_t tag,
                        const void *payload)
{
    myc__profile *profile = (myc__profile *)(void *)step;
    uint32_t row_tag = myc__inner_tag(tag, payload); /* it may be gone afterwards */
    uint64_t begin_ns = look(ctx->shard);
    uint64_t queueing_ns = queued_for(profile, ctx->current, begin_ns);
    myc_next next = myc__step_inward(step, state, ctx, tag, payload);
    uint64_t handling_ns = look(ctx->shard) - begin_ns;
    myc__profile_row *row = row_of(ctx->shard, profile, row_tag);
    if (MYC__LIKELY(row != NULL)) {
        myc__tally_count(&row->queueing, queueing_ns);
        myc__tally_count(&row->handling, handling_ns);
    }
    profile->busy_ns += handling_ns;
    return next;
}

static void free_stamps(myc__shard *shard, myc__profile *profile)
{
    if (profile->stamps_ns) {
        myc__memory_free(&shard->context.memory, myc__header_of(profile->stamps_ns));
    }
}

/* Each stamp stays with its number. */
static bool grow(myc__shard *shard, myc__profile *profile)
{
    uint32_t capacity = profile->capacity ? 2 * profile->capacity : STAMPS_FIRST;
    uint64_t *grown =
        myc__memory_new_internal(&shard->context.memory, capacity * (uint32_t)sizeof *grown);
    if (!grown) {
        return false;
    }
    for (uint32_t i = 1; i <= profile->capacity; i++) {
        uint64_t number = profile->next - i;
        grown[number & (capacity - 1)] = profile->stamps_ns[number & (profile->capacity - 1)];
    }
    free_stamps(shard, profile);
    profile->stamps_ns = grown;
    profile->capacity = capacity;
    return true;
}

void myc__profile_queued(myc__shard *shard, myc__actor *actor)
{
    myc__profile *profile = actor->annex->profile;
    uint32_t depth = actor->mailbox.depth;
    profile->high = depth > profile->high ? depth : profile->high;
    if (depth > profile->capacity && !grow(shard, profile)) {
        profile->next++;
        profile->unstamped_to = profile->next; /* it would take the place of another's */
        return;
    }
    profile->stamps_ns[profile->next++ & (profile->capacity - 1)] = look(shard);
}

static myc__profile *make(myc__shard *shard, const myc__actor *actor)
{
    uint32_t row_count = actor->behaviour->protocol->row_count;
    uint32_t size_bytes =
        (uint32_t)sizeof(myc__profile) + (row_count + 1) * (uint32_t)sizeof(myc__profile_row *);
    myc__profile *made = myc__memory_new_internal(&shard->context.memory, size_bytes);
    if (made) {
        memset(made, 0, size_bytes);
        made->step.around = measure;
        made->row_count = row_count;
        made->high = actor->mailbox.depth;
        made->next = actor->mailbox.depth;
        made->unstamped_to = actor->mailbox.depth;
    }
    return made;
}

bool myc__profile_begin(myc__shard *shard, myc__actor *actor)
{
    if (myc__is_profiled(actor)) {
        return true;
    }
    myc__profile *made = make(shard, actor);
    if (!made) {
        return false;
    }
    if (!myc__interpose(&shard->context, actor, &made->step)) {
        myc__memory_free(&shard->context.memory, myc__header_of(made));
        return false;
    }
    actor->annex->profile = made;
    myc__actor_refit(actor);
    return true;
}

void myc__profile_end(myc__shard *shard, myc__actor *actor)
{
    if (!myc__is_profiled(actor)) {
        return;
    }
    myc__profile *profile = actor->annex->profile;
    myc__interpose_end(actor, &profile->step);
    actor->annex->profile = NULL;
    myc__actor_refit(actor);
    for (uint32_t i = 0; i <= profile->row_count; i++) {
        if (profile->rows[i]) {
            myc__memory_free(&shard->context.memory, myc__header_of(profile->rows[i]));
        }
    }
    free_stamps(shard, profile);
    myc__memory_free(&shard->context.memory, myc__header_of(profile));
}

void myc__profile_sum(const myc__profile *profile, uint32_t tag, myc__profile_row *sum)
{
    for (uint32_t i = 0; i <= profile->row_count; i++) {
        if (profile->rows[i] && (tag == UINT32_MAX || tag == i)) {
            myc__tally_add(&sum->queueing, &profile->rows[i]->queueing);
            myc__tally_add(&sum->handling, &profile->rows[i]->handling);
        }
    }
}

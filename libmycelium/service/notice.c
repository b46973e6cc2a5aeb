/* SPDX-License-Identifier: Apache-2.0 */
#include "service/notice.h"

#include "actor/dead_letter.h"
#include "actor/urgent.h"

MYC_MESSAGE_TYPE(myc_cut_off)

/* The payload begins the block; what sends it lies behind it. */
struct myc__notice {
    myc_cut_off message;
    myc__urgent urgent;
    uint32_t tag;
};

static myc__notice *notice_of(myc__urgent *item)
{
    return (myc__notice *)(void *)((uint8_t *)item - offsetof(myc__notice, urgent));
}

static myc__urgent_done handle(myc__shard *shard, myc__actor *actor, myc__urgent *item)
{
    myc__notice *notice = notice_of(item);
    return myc__urgent_dispatch(shard, actor, notice->tag, &notice->message);
}

static void abandon(myc_context *ctx, myc_address to, myc__urgent *item)
{
    myc__notice *notice = notice_of(item);
    myc__dead_letter(ctx, to, notice->tag, &notice->message, MYC_DEAD_STOPPED);
}

static const myc__urgent_kind kind = {.handle = handle, .abandon = abandon};

myc__notice *myc__notice_new(myc_context *ctx, myc_topic *topic, uint32_t tag)
{
    myc__notice *notice =
        myc__memory_new(&ctx->memory, &myc_cut_off_type, sizeof *notice, alignof(myc__notice));
    if (notice) {
        *notice = (myc__notice){.message = {topic}, .urgent = {.kind = &kind}, .tag = tag};
    }
    return notice;
}

void myc__notice_send(myc_context *ctx, myc__notice *notice, myc_address to)
{
    myc__count(&ctx->counters.accepted, 1);
    myc__urge(ctx, to, &notice->urgent);
}

void myc__notice_free(myc_context *ctx, myc__notice *notice)
{
    myc_release(ctx, notice);
}

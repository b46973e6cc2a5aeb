/* SPDX-License-Identifier: Apache-2.0 */
#include "service/notice.h"
#include "service/topic.h"

static void order_destroy(myc_context *ctx, void *payload)
{
    myc__subscription_end(ctx, &((myc__topic_order *)payload)->subscription);
}

static const myc_type order_type = {.name = "myc_topic_order",
                                    .size_bytes = sizeof(myc__topic_order),
                                    .alignment_bytes = MYC__ALIGNOF(myc__topic_order),
                                    .destroy = order_destroy};

myc__topic_order *myc__post_take_orders(myc__post *post)
{
    pthread_mutex_lock(&post->lock);
    myc__topic_order *orders = post->first;
    post->first = NULL;
    post->last = NULL;
    post->nudged = false;
    myc__store_relaxed_u32(&post->pending, 0);
    pthread_mutex_unlock(&post->lock);
    return orders;
}

/* Returns true when the hub has to be nudged. */
static bool link_order(myc__post *post, myc__topic_order *order)
{
    pthread_mutex_lock(&post->lock);
    if (post->last) {
        post->last->next = order;
    } else {
        post->first = order;
    }
    post->last = order;
    bool nudges = !post->nudged;
    post->nudged = true;
    myc__store_relaxed_u32(&post->pending, 1);
    pthread_mutex_unlock(&post->lock);
    return nudges;
}

static void put_order(myc_context *ctx, myc__post *post, myc__topic_order *order)
{
    if (!order->leaves) {
        (void)myc__add_relaxed_u32(&post->interest, 1);
    }
    if (link_order(post, order)) {
        myc__hub_nudge(ctx, post);
    }
}

static myc__topic_order *order_new(myc_context *ctx, myc_address to, uint32_t tag)
{
    myc__topic_order *order = myc_new_uninitialized(ctx, &order_type);
    if (order) {
        *order = (myc__topic_order){.subscription = {.to = to, .tag = (uint16_t)tag}};
    }
    return order;
}

static uint32_t worker_of(const myc_topic *topic, const myc__post *post)
{
    return (uint32_t)(post - topic->posts);
}

/* What the choice for a slow subscriber needs is made now, so that it is there when it is needed.
 * Returns 0 or why not. */
static int provide(myc_context *ctx, myc_topic *topic, myc__subscription *for_it,
                   const myc_subscribe_options *options)
{
    for_it->slow = (uint8_t)options->slow;
    if (options->slow == MYC_SLOW_KEEP_LATEST) {
        uint32_t worker = worker_of(topic, myc__post_of(topic, for_it->to));
        return myc__parcel_create(ctx, worker, for_it->to, for_it->tag, &for_it->parcel);
    }
    if (options->slow == MYC_SLOW_CUT_OFF) {
        for_it->notice = myc__notice_new(ctx, topic, options->notice_tag);
        return for_it->notice ? 0 : MYC_ENOMEM;
    }
    return 0;
}

static const char *fault_of_place(const myc_context *ctx, myc_address subscriber, uint32_t tag)
{
    if (myc__address_node(subscriber) != 0) {
        return "the subscriber is on another node";
    }
    if (!myc__is_reachable(ctx->fabric, subscriber)) {
        return "the subscriber never was";
    }
    return tag < MYC__ROWS_MAX ? NULL : "the tag is no row";
}

static const char *fault_of_options(const myc_subscribe_options *options)
{
    if ((unsigned)options->slow > MYC_SLOW_CUT_OFF) {
        return "slow is no myc_slow";
    }
    return options->notice_tag < MYC__ROWS_MAX ? NULL : "notice_tag is no row";
}

static int refuse(myc_context *ctx, const myc_topic *topic, const char *fault)
{
    myc_log(ctx, MYC_LOG_ERROR, "topic %s cannot be subscribed to: %s", topic->name, fault);
    return MYC_EINVAL;
}

int myc_topic_subscribe(myc_context *ctx, myc_topic *topic, myc_address subscriber, uint32_t tag,
                        const myc_subscribe_options *given)
{
    myc_subscribe_options options = given ? *given : (myc_subscribe_options){MYC_SLOW_DROP, 0};
    const char *fault = fault_of_place(ctx, subscriber, tag);
    fault = fault ? fault : fault_of_options(&options);
    if (fault) {
        return refuse(ctx, topic, fault);
    }
    if (myc__load_acquire_u32(&ctx->fabric->stopping)) {
        return MYC_ESTOPPING;
    }
    myc__topic_order *order = order_new(ctx, subscriber, tag);
    int error = order ? provide(ctx, topic, &order->subscription, &options) : MYC_ENOMEM;
    if (error) {
        myc_release(ctx, order);
        return error;
    }
    put_order(ctx, myc__post_of(topic, subscriber), order);
    return 0;
}

int myc_topic_unsubscribe(myc_context *ctx, myc_topic *topic, myc_address subscriber, uint32_t tag)
{
    if (fault_of_place(ctx, subscriber, tag)) {
        return 0; /* nobody who could have subscribed */
    }
    myc__topic_order *order = order_new(ctx, subscriber, tag);
    if (!order) {
        return MYC_ENOMEM;
    }
    order->leaves = true;
    put_order(ctx, myc__post_of(topic, subscriber), order);
    return 0;
}

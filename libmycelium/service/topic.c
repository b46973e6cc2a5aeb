/* SPDX-License-Identifier: Apache-2.0 */
#include "service/topic.h"

#include <stdio.h>
#include <string.h>

static void end_post(myc_context *ctx, myc__post *post)
{
    myc__topic_order *order = myc__post_take_orders(post);
    while (order) {
        myc__topic_order *next = order->next;
        myc_release(ctx, order);
        order = next;
    }
    pthread_mutex_destroy(&post->lock);
}

static void topic_destroy(myc_context *ctx, void *payload)
{
    myc_topic *topic = payload;
    for (uint32_t i = 0; i < topic->post_count; i++) {
        end_post(ctx, &topic->posts[i]);
    }
}

const myc_type myc__topic_type = {.name = "myc_topic",
                                  .size_bytes = sizeof(myc_topic),
                                  .alignment_bytes = MYC__ALIGNOF(myc_topic),
                                  .destroy = topic_destroy};

static const char *fault_of(const myc_topic_options *options)
{
    if (options->queue_bound > MYC__MAILBOX_BOUND_MAX) {
        return "queue_bound is over 16777216";
    }
    if (options->name && strlen(options->name) >= MYC__NAME_BYTES) {
        return "its name has more than 31 characters";
    }
    return NULL;
}

static void init_post(myc_topic *topic, myc__post *post)
{
    post->topic = topic;
    int failed = pthread_mutex_init(&post->lock, NULL);
    MYC__CHECK(failed == 0);
}

static myc_topic *make(myc_context *ctx, const myc_type *type, const char *name)
{
    uint32_t posts = ctx->fabric->shard_count;
    uint32_t size_bytes = (uint32_t)(sizeof(myc_topic) + posts * sizeof(myc__post));
    myc_topic *topic = myc__memory_new(&ctx->memory, &myc__topic_type, size_bytes, MYC__CACHE_LINE);
    if (!topic) {
        return NULL;
    }
    memset(topic, 0, size_bytes);
    topic->type = type;
    topic->hub_count = ctx->fabric->worker_count;
    topic->post_count = posts;
    snprintf(topic->name, sizeof topic->name, "%s", name ? name : "topic");
    for (uint32_t i = 0; i < posts; i++) {
        init_post(topic, &topic->posts[i]);
    }
    return topic;
}

/* Takes the reference of its creator, and `hubs` hubs with theirs. */
static void end(myc_context *ctx, myc_topic *topic, uint32_t hubs)
{
    for (uint32_t i = 0; i < hubs; i++) {
        myc__hub_close(ctx, &topic->posts[i]);
    }
    myc_release(ctx, topic);
}

static int start(myc_context *ctx, myc_topic *topic, uint32_t queue_bound)
{
    int error = 0;
    for (uint32_t i = 0; i < topic->hub_count; i++) {
        myc_retain(ctx, topic);
        error = myc__hub_spawn(ctx, &topic->posts[i], i, queue_bound);
        if (error) {
            myc_release(ctx, topic);
            end(ctx, topic, i);
            break;
        }
    }
    return error;
}

int myc_topic_create(myc_context *ctx, const myc_type *type, const myc_topic_options *given,
                     myc_topic **created)
{
    myc_topic_options options = given ? *given : (myc_topic_options){0};
    const char *fault = fault_of(&options);
    if (fault) {
        myc_log(ctx, MYC_LOG_ERROR, "topic %s cannot be created: %s",
                options.name ? options.name : "topic", fault);
        return MYC_EINVAL;
    }
    myc_topic *topic = make(ctx, type, options.name);
    int error = topic ? start(ctx, topic, options.queue_bound) : MYC_ENOMEM;
    if (!error) {
        *created = topic;
    }
    return error;
}

void myc_topic_destroy(myc_context *ctx, myc_topic *topic)
{
    if (topic) {
        end(ctx, topic, topic->hub_count);
    }
}

static void count_call(myc_context *ctx, myc_topic *topic, uint32_t refused)
{
    if (ctx->shard) {
        myc__topic_calls *calls = &topic->posts[ctx->worker].calls;
        myc__count(&calls->published, 1);
        myc__count(&calls->refused, refused);
        return;
    }
    (void)myc__add_relaxed_u64(&topic->foreign_calls.published, 1);
    if (refused) {
        (void)myc__add_relaxed_u64(&topic->foreign_calls.refused, refused);
    }
}

/* The next post from `i` on whose hub wants the event. */
static uint32_t next_interested(const myc_topic *topic, uint32_t i)
{
    while (i < topic->hub_count && !myc__load_relaxed_u32(&topic->posts[i].interest)) {
        i++;
    }
    return i;
}

/* The last hub gets the caller's reference. */
static myc_published send_to_hubs(myc_context *ctx, myc_topic *topic, const void *payload)
{
    myc_published published = {0, 0};
    uint32_t i = next_interested(topic, 0);
    if (i == topic->hub_count) {
        myc_release(ctx, payload);
    }
    while (i < topic->hub_count) {
        myc_address hub = topic->posts[i].hub;
        i = next_interested(topic, i + 1);
        bool is_last = i == topic->hub_count;
        myc_sent sent = myc_send(ctx, hub, 0, is_last ? payload : myc_retain(ctx, payload));
        published.workers += sent == MYC_SENT;
        published.refused += sent != MYC_SENT;
    }
    return published;
}

myc_published myc_topic_publish(myc_context *ctx, myc_topic *topic, const void *payload)
{
    myc_published published = payload ? send_to_hubs(ctx, topic, payload) : (myc_published){0, 1};
    count_call(ctx, topic, published.refused);
    return published;
}

bool myc_topic_pause_until_room(myc_context *ctx, myc_topic *topic)
{
    for (uint32_t i = next_interested(topic, 0); i < topic->hub_count;
         i = next_interested(topic, i + 1)) {
        if (myc_room(ctx, topic->posts[i].hub) == 0) {
            myc_pause_until_room(ctx, topic->posts[i].hub);
            return true;
        }
    }
    return false;
}

static void add_calls(myc_topic_counts *to, const myc__topic_calls *from)
{
    to->published += myc__load_relaxed_u64(&from->published);
    to->refused += myc__load_relaxed_u64(&from->refused);
}

static void add_tally(myc_topic_counts *to, const myc__topic_tally *from)
{
    to->delivered += myc__load_relaxed_u64(&from->delivered);
    to->dropped += myc__load_relaxed_u64(&from->dropped);
    to->replaced += myc__load_relaxed_u64(&from->replaced);
    to->waiting += myc__load_relaxed_u64(&from->waiting);
    to->cut_off += myc__load_relaxed_u64(&from->cut_off);
    to->ended += myc__load_relaxed_u64(&from->ended);
}

void myc_topic_counts_read(const myc_topic *topic, myc_topic_counts *counts)
{
    *counts = (myc_topic_counts){0};
    add_calls(counts, &topic->foreign_calls);
    for (uint32_t i = 0; i < topic->post_count; i++) {
        const myc__post *post = &topic->posts[i];
        add_calls(counts, &post->calls);
        add_tally(counts, &post->tally);
        counts->subscribers += myc__load_relaxed_u32(&post->interest);
    }
}

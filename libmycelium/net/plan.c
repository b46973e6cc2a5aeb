/* SPDX-License-Identifier: Apache-2.0 */
#include "net/plan.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "net/text.h"

static void plan_destroy(myc_context *ctx, void *payload)
{
    (void)ctx;
    myc__websocket_plan *plan = payload;
    myc_tls_release(plan->tls);
    free(plan->texts);
}

MYC_MESSAGE_TYPE(myc__websocket_plan, .destroy = plan_destroy)

/* ---- texts ---- */

/* A list of texts in the options: where it is, and how long. */
struct list {
    const char *const **texts;
    uint32_t count;
};

enum { LISTS = 3 };

static void find_lists(myc_websocket_options *options, struct list lists[LISTS])
{
    lists[0] = (struct list){&options->subscriptions, options->subscription_count};
    lists[1] = (struct list){&options->protocols, options->protocol_count};
    lists[2] = (struct list){&options->headers, options->header_count};
}

static size_t size_of_texts(const struct list lists[LISTS])
{
    size_t size = 1;
    for (int list = 0; list < LISTS; list++) {
        for (uint32_t index = 0; index < lists[list].count; index++) {
            size += sizeof(char *) + strlen((*lists[list].texts)[index]) + 1;
        }
    }
    return size;
}

static void copy_list(struct list *list, const char ***pointers, char **bytes)
{
    const char **copy = *pointers;
    for (uint32_t index = 0; index < list->count; index++) {
        size_t size = strlen((*list->texts)[index]) + 1;
        copy[index] = memcpy(*bytes, (*list->texts)[index], size);
        *bytes += size;
    }
    *pointers += list->count;
    *list->texts = copy;
}

/* All in one block: the pointers of the three lists, then their texts. */
static int copy_texts(myc__websocket_plan *plan)
{
    struct list lists[LISTS];
    find_lists(&plan->options, lists);
    plan->texts = malloc(size_of_texts(lists));
    if (!plan->texts) {
        return MYC_ENOMEM;
    }
    const char **pointers = (const char **)(void *)plan->texts;
    char *bytes = (char *)(pointers + lists[0].count + lists[1].count + lists[2].count);
    for (int list = 0; list < LISTS; list++) {
        copy_list(&lists[list], &pointers, &bytes);
    }
    return 0;
}

/* ---- numbers ---- */

static uint64_t or_default(uint64_t value, uint64_t usual)
{
    return value ? value : usual;
}

static void complete(myc_websocket_options *options)
{
    options->open_timeout_ns = or_default(options->open_timeout_ns, MYC__OPEN_TIMEOUT_NS_DEFAULT);
    options->keepalive_ns = or_default(options->keepalive_ns, MYC__KEEPALIVE_NS_DEFAULT);
    options->reconnect_first_ns =
        or_default(options->reconnect_first_ns, MYC__RECONNECT_FIRST_NS_DEFAULT);
    options->reconnect_max_ns =
        or_default(options->reconnect_max_ns, MYC__RECONNECT_MAX_NS_DEFAULT);
    options->spawn = NULL;
}

/* ---- checks ---- */

static int refuse(myc_net_error *why, const char *text)
{
    myc__net_explain(why, "%s", text);
    return MYC_EINVAL;
}

/* The engine knows best what it takes. */
static int try_engine(const myc__websocket_plan *plan, myc_net_error *why)
{
    myc_websocket_session_options options = myc__websocket_plan_session(plan);
    myc_websocket_session *made = NULL;
    int error = myc_websocket_session_create(&options, &made, why);
    myc_websocket_session_destroy(made);
    return error;
}

static int check(const myc__websocket_plan *plan, myc_net_error *why)
{
    const myc_websocket_options *options = &plan->options;
    if (!plan->url.numeric && !options->resolver) {
        return refuse(why, "resolver: expected a pool where the name of the host is looked up, or "
                           "an address as the host");
    }
    if (options->reconnect_max_ns < options->reconnect_first_ns) {
        return refuse(why, "reconnect_max_ns: expected no less than reconnect_first_ns");
    }
    return try_engine(plan, why);
}

/* ---- all of it ---- */

static int find_trust(myc__websocket_plan *plan, myc_net_error *why)
{
    if (!plan->url.secure) {
        return 0;
    }
    if (plan->options.tls) {
        plan->tls = myc_tls_retain(plan->options.tls);
        return 0;
    }
    return myc_tls_create(NULL, &plan->tls, why);
}

static int fill(myc__websocket_plan *plan, const char *url, myc_net_error *why)
{
    int error = myc__url_parse(url, &plan->url, why);
    if (error) {
        return error;
    }
    snprintf(plan->target, sizeof plan->target, "%s://%s", plan->url.secure ? "wss" : "ws",
             plan->url.authority);
    if (plan->options.subscription_count > MYC__SUBSCRIPTIONS_MAX) {
        return refuse(why, "subscription_count: expected at most 1024");
    }
    complete(&plan->options);
    error = copy_texts(plan);
    if (!error) {
        error = check(plan, why);
    }
    return error ? error : find_trust(plan, why);
}

int myc__websocket_plan_make(myc_context *ctx, const char *url,
                             const myc_websocket_options *options, myc_reader_ref to,
                             myc__websocket_plan **plan, myc_net_error *why)
{
    *plan = NULL;
    myc__websocket_plan *made = myc__websocket_plan_new(ctx);
    if (!made) {
        return MYC_ENOMEM;
    }
    made->options = options ? *options : (myc_websocket_options){0};
    made->to = to;
    int error = fill(made, url, why);
    if (error) {
        myc__websocket_plan_release(ctx, made);
        return error;
    }
    *plan = made;
    return 0;
}

myc_websocket_session_options myc__websocket_plan_session(const myc__websocket_plan *plan)
{
    return (myc_websocket_session_options){.host = plan->url.authority,
                                           .path = plan->url.path,
                                           .protocols = plan->options.protocols,
                                           .headers = plan->options.headers,
                                           .protocol_count = plan->options.protocol_count,
                                           .header_count = plan->options.header_count,
                                           .message_bytes_max = plan->options.message_bytes_max};
}

/* SPDX-License-Identifier: Apache-2.0 */
#include "io/socket_open.h"

#include "io/socket.h"

static myc_stream_options complete(const myc__target *target, const myc_stream_options *given)
{
    myc_stream_options options = given ? *given : (myc_stream_options){0};
    bool is_datagram = myc__target_is_datagram(target);
    if (!options.depth) {
        options.depth = is_datagram ? MYC__DATAGRAM_DEPTH_DEFAULT : MYC__READ_DEPTH_DEFAULT;
    }
    options.datagram_bytes =
        options.datagram_bytes ? options.datagram_bytes : MYC__DATAGRAM_BYTES_DEFAULT;
    options.backlog = options.backlog ? options.backlog : MYC__BACKLOG_DEFAULT;
    if (!options.connect_timeout_ns) {
        options.connect_timeout_ns = MYC__CONNECT_TIMEOUT_NS_DEFAULT;
    }
    if (!options.reconnect_max_ns) {
        options.reconnect_max_ns = MYC__RECONNECT_MAX_NS_DEFAULT;
    }
    if (options.reconnect_max_ns < options.reconnect_first_ns) {
        options.reconnect_max_ns = options.reconnect_first_ns;
    }
    return options;
}

/* What is wrong, and what was expected; NULL when all is well. */
static const char *fault_of(const myc_stream_options *options)
{
    if (options->mode != MYC_STREAM_READ) {
        return "mode is for files: a socket reads and writes as its target says";
    }
    if (options->depth > MYC__READ_DEPTH_MAX) {
        return "depth is more than 64";
    }
    if (options->datagram_bytes > MYC__DATAGRAM_BYTES_MAX) {
        return "datagram_bytes is more than 65507";
    }
    if (options->backlog > MYC__BACKLOG_MAX) {
        return "backlog is more than 65535";
    }
    return options->receive_buffer_bytes > INT32_MAX ? "receive_buffer_bytes is more than 2^31 - 1"
                                                     : NULL;
}

static int open_kind(myc__socket_order *order)
{
    switch (order->target->kind) {
    case MYC__TARGET_TCP:
    case MYC__TARGET_UNIX: return myc__connection_open(order);
    case MYC__TARGET_TCP_LISTEN:
    case MYC__TARGET_UNIX_LISTEN: return myc__listener_open(order);
    default: return myc__datagram_open(order);
    }
}

int myc__socket_open(const myc__socket_request *request, uint32_t *number)
{
    const myc_stream_options options = complete(request->target, request->options);
    const char *fault = fault_of(&options);
    if (fault) {
        myc__log_line(&request->shard->context.fabric->log, MYC_LOG_ERROR, "cannot open %s: %s",
                      request->text, fault);
        return MYC_EINVAL;
    }
    myc__socket_order order = {.shard = request->shard,
                               .owner = request->owner,
                               .rows = request->rows,
                               .text = request->text,
                               .target = request->target,
                               .options = &options};
    int error = open_kind(&order);
    *number = order.number;
    return error;
}

/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>

#include "io/socket.h"

static myc_context *context_of(const myc__outflow *flow)
{
    return &flow->socket->base.shard->context;
}

static bool is_datagram(const myc__outflow *flow)
{
    return myc__target_is_datagram(&flow->socket->target);
}

static void ease(myc__outflow *flow)
{
    myc__write_queue_ease(&flow->queue, flow->socket->base.shard, flow->socket->base.owner);
}

/* A datagram that the kernel refuses is lost, as others are on their way; only a receiver on this
 * machine that is gone ends the stream. */
static bool is_gone(const myc__outflow *flow, int os_error)
{
    return myc__target_is_unix(&flow->socket->target) &&
           (os_error == ECONNREFUSED || os_error == ENOTCONN || os_error == ECONNRESET ||
            os_error == EPIPE);
}

static void lose_datagram(myc__outflow *flow, int os_error)
{
    myc__socket *socket = flow->socket;
    myc__write_queue_pop(&flow->queue, context_of(flow), false);
    socket->dropped++;
    socket->in.drops_unsaid++;
    (void)os_error;
}

static void note_failure(myc__outflow *flow, int os_error)
{
    if (is_datagram(flow) && !is_gone(flow, os_error)) {
        lose_datagram(flow, os_error);
        ease(flow);
    } else {
        flow->has_failed = true;
        flow->os_error = os_error;
    }
}

static void note_sent(myc__outflow *flow, uint32_t size_bytes)
{
    if (is_datagram(flow)) {
        myc__write_queue_pop(&flow->queue, context_of(flow), true);
    } else {
        myc__write_queue_written(&flow->queue, context_of(flow), size_bytes);
    }
    ease(flow);
}

static void on_sent(myc__operation *operation, int32_t result, uint32_t flags)
{
    (void)flags;
    myc__outflow *flow = (myc__outflow *)operation;
    flow->is_sending = false;
    if (result >= 0) {
        note_sent(flow, (uint32_t)result);
    } else if (result != -ECANCELED) {
        note_failure(flow, -result);
    }
    myc__socket_completed(flow->socket);
}

void myc__outflow_init(myc__outflow *flow, myc__socket *socket)
{
    flow->operation.complete = on_sent;
    flow->socket = socket;
    myc__write_queue_init(&flow->queue, socket->options.queue_bytes);
}

/* io_uring tries a send again with what is left of its message, and a Unix socket whose receiver has
 * no room has taken all of it by then: the datagram would arrive empty. With MSG_DONTWAIT it is the
 * driver that waits and begins the whole send anew. */
static int flags_of(const myc__outflow *flow)
{
    return is_datagram(flow) ? MSG_DONTWAIT : 0;
}

bool myc__outflow_start(myc__outflow *flow)
{
    if (!flow->is_ready || flow->is_sending || flow->has_failed || flow->queue.count == 0) {
        return false;
    }
    uint32_t parts_max = is_datagram(flow) ? 1 : MYC__WRITE_PARTS_MAX;
    flow->message = (struct msghdr){.msg_iov = flow->parts, .msg_flags = flags_of(flow)};
    flow->message.msg_iovlen = myc__write_queue_gather(&flow->queue, flow->parts, parts_max);
    flow->is_sending = true;
    flow->socket->in_flight++;
    myc__driver_send(flow->socket->base.driver, &flow->operation, flow->socket->fd, &flow->message);
    return true;
}

void myc__outflow_drop(myc__outflow *flow)
{
    const myc__source *source = &flow->socket->base;
    MYC__CHECK(!flow->is_sending);
    flow->unwritten_bytes += myc__write_queue_drop(&flow->queue, context_of(flow));
    myc__write_queue_release_owner(&flow->queue, source->shard, source->owner);
}

void myc__outflow_end(myc__outflow *flow)
{
    myc__outflow_drop(flow);
    flow->has_failed = true;
    flow->socket->base.writes = NULL;
}

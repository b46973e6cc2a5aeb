/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <string.h>

#include "io/buffers.h"
#include "io/socket.h"

static bool is_datagram(const myc__intake *in)
{
    return myc__target_is_datagram(&in->socket->target);
}

/* The buffer is the chunk; the driver may have used the front of its room. */
static void fill_in(const myc__intake *in, myc_chunk *chunk, const myc__received *received,
                    uint32_t size_bytes)
{
    chunk->capacity_bytes -= (uint32_t)(received->bytes - chunk->bytes);
    chunk->bytes = received->bytes;
    chunk->size_bytes = size_bytes;
    chunk->offset = in->taken;
    chunk->received_ns =
        received->kernel_ns ? received->kernel_ns : myc__source_wall_ns(&in->socket->base);
    chunk->stream.number = in->socket->base.number;
}

static void take_piece(myc__intake *in, uint32_t size_bytes)
{
    const myc__received *received = in->operation.received;
    if (myc__hand_over_merge(&in->socket->out, received->bytes, size_bytes)) {
        myc_release(&in->socket->base.shard->context, received->buffer);
    } else {
        fill_in(in, received->buffer, received, size_bytes);
        myc__hand_over_chunk(&in->socket->out, received->buffer);
    }
    in->taken += size_bytes;
    in->bytes += size_bytes;
}

/* A datagram tells of the time it came: the count may be known further already. It begins again
 * after 2^32. */
static void note_drops(myc__intake *in, uint32_t drops)
{
    int32_t more = (int32_t)(drops - in->drops);
    if (more > 0) {
        in->drops_unsaid += (uint32_t)more;
        in->socket->dropped += (uint32_t)more;
        in->drops = drops;
    }
}

void myc__intake_say_drops(myc__intake *in)
{
    if (in->drops_unsaid == 0) {
        return;
    }
    myc_stream_event *event = myc__hand_over_last_event(&in->socket->out, MYC_STREAM_DROPPED);
    event = event ? event
                  : myc__hand_over_event(&in->socket->out, &in->socket->base, MYC_STREAM_DROPPED);
    if (event) { /* else with the next one */
        event->count += in->drops_unsaid;
        in->drops_unsaid = 0;
    }
}

void myc__intake_look_for_drops(myc__intake *in)
{
    bool has_count = in->socket->target.kind == MYC__TARGET_UDP;
    uint32_t drops = has_count ? myc__socket_drops(in->socket->fd) : in->drops;
    note_drops(in, drops);
    myc__intake_say_drops(in);
}

/* When memory is out, it is said with the next one. */
static void say_sender(myc__intake *in, const myc__received *received)
{
    const uint32_t sender[3] = {received->process_id, received->user_id, received->group_id};
    if (!received->has_credentials || memcmp(sender, in->sender, sizeof sender) == 0) {
        return;
    }
    myc_stream_event *event =
        myc__hand_over_event(&in->socket->out, &in->socket->base, MYC_STREAM_SENDER);
    if (event) {
        memcpy(in->sender, sender, sizeof sender);
        event->has_peer = 1;
        event->process_id = sender[0];
        event->user_id = sender[1];
        event->group_id = sender[2];
    }
}

static void take_datagram(myc__intake *in, uint32_t size_bytes)
{
    const myc__received *received = in->operation.received;
    uint32_t most_bytes = in->socket->options.datagram_bytes;
    if (received->overflowed) {
        note_drops(in, received->overflowed);
    }
    myc__intake_say_drops(in);
    say_sender(in, received);
    fill_in(in, received->buffer, received, size_bytes < most_bytes ? size_bytes : most_bytes);
    myc_chunk *chunk = received->buffer;
    bool is_cut = received->is_truncated || size_bytes > most_bytes;
    chunk->flags = MYC_CHUNK_WHOLE | (is_cut ? MYC_CHUNK_TRUNCATED : 0);
    myc__hand_over_chunk(&in->socket->out, chunk);
    in->taken++;
    in->bytes += chunk->size_bytes;
}

static void take(myc__intake *in, uint32_t size_bytes)
{
    if (in->socket->base.closing || in->socket->base.drained) {
        myc_release(&in->socket->base.shard->context, in->operation.received->buffer);
    } else if (is_datagram(in)) {
        take_datagram(in, size_bytes);
    } else {
        take_piece(in, size_bytes);
    }
}

/* The driver has the operation no more. */
static void note_end(myc__intake *in, int32_t result, bool brought)
{
    in->is_armed = false;
    in->is_stopped = false;
    if (result == -ENOBUFS) {
        in->is_starved = true;
    } else if (result < 0 && result != -ECANCELED) {
        in->has_ended = true;
        in->os_error = -result;
    } else if (result == 0 && !brought && !is_datagram(in)) {
        in->has_ended = true;
    }
}

static void on_receive(myc__operation *operation, int32_t result, uint32_t flags)
{
    myc__intake *in = (myc__intake *)operation;
    bool brought = result >= 0 && operation->received;
    if (brought) {
        take(in, (uint32_t)result);
    }
    if (flags & MYC__MORE) {
        myc__source_wake(&in->socket->base);
        return;
    }
    note_end(in, result, brought);
    myc__socket_completed(in->socket);
}

void myc__intake_init(myc__intake *in, myc__socket *socket, myc__buffers *buffers)
{
    *in = (myc__intake){.operation.complete = on_receive, .socket = socket, .buffers = buffers};
}

static void arm(myc__intake *in)
{
    in->is_armed = true;
    in->is_starved = false;
    in->socket->in_flight++;
    (is_datagram(in) ? myc__driver_receive_datagrams : myc__driver_receive)(
        in->socket->base.driver, &in->operation, in->socket->fd, in->buffers);
}

void myc__intake_stop(myc__intake *in)
{
    if (in->is_armed && !in->is_stopped) {
        in->is_stopped = true;
        myc__driver_cancel(in->socket->base.driver, &in->operation);
    }
}

bool myc__intake_regulate(myc__intake *in, const myc__actor *owner)
{
    myc__socket *socket = in->socket;
    if (in->is_armed) {
        if (myc__hand_over_is_stuck(&socket->out, &socket->base)) {
            myc__intake_stop(in);
        }
        return in->is_stopped || myc__hand_over_is_empty(&socket->out);
    }
    if (in->has_ended || !myc__hand_over_is_low(&socket->out, &socket->base, owner) ||
        (in->is_starved && !myc__buffers_fill(in->buffers))) {
        return false;
    }
    arm(in);
    return myc__hand_over_is_empty(&socket->out);
}

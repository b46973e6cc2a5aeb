/* SPDX-License-Identifier: Apache-2.0 */
#include "subscribers.h"

static void tell_count(subscribers *self)
{
    live_count_set(&self->stats->connected, self->count - self->datagram_count);
}

void subscribers_add(subscribers *self, myc_context *ctx, subscriber added)
{
    if (self->count == PUBLISHER_SUBSCRIBERS_MAX) {
        self->stats->refused++;
        myc_stream_close(ctx, added.stream);
        return;
    }
    self->list[self->count++] = added;
    self->datagram_count += added.takes_datagrams;
    self->stats->subscribers += !added.takes_datagrams;
    tell_count(self);
}

static void remove_at(subscribers *self, uint32_t index)
{
    self->datagram_count -= self->list[index].takes_datagrams;
    self->list[index] = self->list[--self->count];
    tell_count(self);
}

void subscribers_remove(subscribers *self, myc_stream stream)
{
    for (uint32_t i = self->count; i > 0; i--) {
        if (self->list[i - 1].stream.number == stream.number) {
            remove_at(self, i - 1);
        }
    }
}

bool subscribers_have_connections(const subscribers *self)
{
    return self->count > self->datagram_count;
}

bool subscribers_have_datagrams(const subscribers *self)
{
    return self->datagram_count > 0;
}

/* Returns whether the subscriber stays. */
static bool write_to(subscribers *self, myc_context *ctx, const subscriber *to,
                     const myc_chunk *block)
{
    myc_sent sent = myc_stream_write(ctx, to->stream, myc_chunk_retain(ctx, block));
    if (to->takes_datagrams) {
        self->stats->datagrams += sent == MYC_SENT;
        self->stats->datagrams_lost += sent != MYC_SENT;
        return true;
    }
    if (sent == MYC_FULL) {
        self->stats->disconnected++;
        myc_log(ctx, MYC_LOG_WARNING, "a subscriber does not read: it is disconnected");
        myc_stream_close(ctx, to->stream);
    }
    return sent == MYC_SENT;
}

void subscribers_write(subscribers *self, myc_context *ctx, const myc_chunk *block,
                       bool takes_datagrams)
{
    for (uint32_t i = self->count; i > 0; i--) {
        if (self->list[i - 1].takes_datagrams == takes_datagrams &&
            !write_to(self, ctx, &self->list[i - 1], block)) {
            remove_at(self, i - 1);
        }
    }
}

uint64_t subscribers_unwritten(const subscribers *self, const myc_context *ctx)
{
    uint64_t unwritten = 0;
    for (uint32_t i = 0; i < self->count; i++) {
        unwritten += myc_stream_queued(ctx, self->list[i].stream);
    }
    return unwritten;
}

void subscribers_close(subscribers *self, myc_context *ctx)
{
    for (uint32_t i = 0; i < self->count; i++) {
        myc_stream_close(ctx, self->list[i].stream);
    }
    self->count = self->datagram_count = 0;
}

/* SPDX-License-Identifier: Apache-2.0 */
/* What a sink writes next, and what it syncs. */
#include <poll.h>
#include <string.h>

#include "io/file_sink_state.h"
#include "io/os_error.h"

enum { GATHERED_BYTES = MYC__GATHERED_BLOCK_BYTES - sizeof(myc__header) };

void myc__file_sink_free_gathered(myc__file_sink *self)
{
    if (self->gathered) {
        myc__memory_free(&myc__file_sink_context(self)->memory, myc__header_of(self->gathered));
        self->gathered = NULL;
    }
}

static bool has_room_to_gather(myc__file_sink *self)
{
    if (!self->gathered) {
        self->gathered =
            myc__memory_new_internal(&myc__file_sink_context(self)->memory, GATHERED_BYTES);
    }
    return self->gathered != NULL;
}

/* Copies small parts together. Returns the bytes to be written at once. */
static struct iovec gather(myc__file_sink *self, const struct iovec *parts, uint32_t count)
{
    size_t size_bytes = 0;
    for (uint32_t part = 0; part < count && parts[part].iov_len <= MYC__GATHERED_PART_BYTES &&
                            parts[part].iov_len <= GATHERED_BYTES - size_bytes;
         part++) {
        memcpy(self->gathered + size_bytes, parts[part].iov_base, parts[part].iov_len);
        size_bytes += parts[part].iov_len;
    }
    return (struct iovec){self->gathered, size_bytes};
}

static struct iovec next_bytes(myc__file_sink *self)
{
    struct iovec parts[MYC__GATHERED_PARTS_MAX];
    uint32_t count = myc__write_queue_gather(&self->queue, parts, MYC__GATHERED_PARTS_MAX);
    bool are_small = count > 1 && parts[0].iov_len <= MYC__GATHERED_PART_BYTES;
    return are_small && has_room_to_gather(self) ? gather(self, parts, count) : parts[0];
}

void myc__file_sink_start_write(myc__file_sink *self)
{
    struct iovec bytes = next_bytes(self);
    self->is_writing = true;
    myc__driver_write(self->base.driver, &self->write, self->file.fd, bytes.iov_base,
                      (uint32_t)bytes.iov_len, -1);
}

static void start_waiting(myc__file_sink *self)
{
    self->is_waiting = true;
    myc__driver_await(self->base.driver, &self->write, self->file.fd, POLLOUT);
}

/* An empty chunk is nothing to write. */
static void skip_empty(myc__file_sink *self)
{
    const myc_chunk *front = myc__write_queue_front(&self->queue);
    while (front && front->size_bytes == 0) {
        myc__write_queue_pop(&self->queue, myc__file_sink_context(self), true);
        front = myc__write_queue_front(&self->queue);
    }
}

uint32_t myc__file_sink_write(myc__file_sink *self)
{
    if (self->is_waiting || self->is_writing || self->has_failed) {
        return 0;
    }
    skip_empty(self);
    if (self->queue.count == 0) {
        myc__file_sink_free_gathered(self);
        return 0;
    }
    if (self->file.has_positions) {
        myc__file_sink_start_write(self);
    } else {
        start_waiting(self);
    }
    return 1;
}

static bool is_sync_due(const myc__file_sink *self)
{
    const myc_stream_event *event = myc__hand_over_first_event(&self->syncs);
    return event && !self->is_syncing &&
           (event->count <= self->queue.written_bytes || self->has_failed);
}

void myc__file_sink_tell_synced(myc__file_sink *self, uint64_t bytes, int os_error)
{
    for (myc_stream_event *event;
         (event = myc__hand_over_first_event(&self->syncs)) && event->count <= bytes;) {
        event->os_error = os_error;
        event->error = myc__error_of_os(os_error);
        myc__hand_over_move_event(&self->syncs, &self->out);
    }
}

uint32_t myc__file_sink_sync(myc__file_sink *self)
{
    if (!is_sync_due(self)) {
        return 0;
    }
    if (self->has_failed) { /* what it waits for is never written */
        myc__file_sink_tell_synced(self, UINT64_MAX, self->os_error);
        return 0;
    }
    self->is_syncing = true;
    self->synced_bytes = self->queue.written_bytes;
    myc__driver_sync(self->base.driver, &self->sync, self->file.fd);
    return 1;
}

int myc__file_sink_ask_sync(myc__source *source)
{
    myc__file_sink *self = (myc__file_sink *)source;
    myc_stream_event *event =
        self->file.is_on_disk ? myc__hand_over_make_event(source, MYC_STREAM_SYNCED) : NULL;
    if (!event) {
        return self->file.is_on_disk ? MYC_ENOMEM : MYC_EINVAL;
    }
    event->count = self->queue.written_bytes + self->queue.bytes;
    myc__hand_over_add_event(&self->syncs, event);
    myc__source_wake(source);
    return 0;
}

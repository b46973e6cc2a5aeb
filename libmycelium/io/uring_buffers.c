/* SPDX-License-Identifier: Apache-2.0 */
#include "base/check.h"
#include "io/uring.h"

/*
 * A ring of provided buffers for each group: we add at its tail, the kernel takes from its head and
 * says in the completion which place's buffer it was. The ring has as many entries as the group has
 * places, so there is always room for a place that is filled again.
 *
 * The kernel keeps the memory of the ring pinned and writes into the buffers in it for as long as
 * it is registered, so a group that is closed is unregistered before anything is freed.
 */
enum { RING_ALIGNMENT = 4096 };

static size_t ring_bytes(const myc__buffers *buffers)
{
    return buffers->options.count * sizeof(struct io_uring_buf);
}

/* Numbers come again after 65536 groups; one in use is refused with EEXIST. */
static int register_ring(myc__uring *self, myc__buffers *buffers, void *memory)
{
    struct io_uring_buf_reg registration = {
        .ring_addr = (uintptr_t)memory,
        .ring_entries = buffers->options.count,
        .bgid = (uint16_t)++self->last_group,
    };
    buffers->number = registration.bgid;
    return io_uring_register_buf_ring(&self->ring, &registration, 0);
}

/* Whatever the cause of a refusal, receives work without, only slower. */
int myc__uring_open_buffers(myc__buffers *buffers)
{
    myc__uring *self = (myc__uring *)buffers->driver;
    if (!self->has_buffer_rings || !self->has_multishot) {
        return 0;
    }
    struct io_uring_buf_ring *ring =
        myc__allocate(self->driver.allocator, ring_bytes(buffers), RING_ALIGNMENT);
    if (!ring) {
        return MYC_ENOMEM;
    }
    if (register_ring(self, buffers, ring) != 0) {
        myc__free(self->driver.allocator, ring, ring_bytes(buffers));
        return 0;
    }
    buffers->kernel_side = ring;
    return 0;
}

void myc__uring_close_buffers(myc__buffers *buffers)
{
    myc__uring *self = (myc__uring *)buffers->driver;
    if (buffers->kernel_side) {
        (void)io_uring_unregister_buf_ring(&self->ring, (int)buffers->number);
        myc__free(self->driver.allocator, buffers->kernel_side, ring_bytes(buffers));
    }
}

void myc__uring_offer_buffers(myc__buffers *buffers, const uint16_t *indexes, uint32_t count)
{
    struct io_uring_buf_ring *ring = buffers->kernel_side;
    if (!ring) {
        return;
    }
    int mask = io_uring_buf_ring_mask(buffers->options.count);
    for (uint32_t i = 0; i < count; i++) {
        io_uring_buf_ring_add(ring, buffers->places[indexes[i]].bytes, buffers->options.size_bytes,
                              indexes[i], mask, (int)i);
    }
    io_uring_buf_ring_advance(ring, (int)count);
}

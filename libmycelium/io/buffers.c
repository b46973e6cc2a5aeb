/* SPDX-License-Identifier: Apache-2.0 */
#include "io/buffers.h"

#include "base/check.h"
#include "io/buffer_group.h"

static uint32_t empty_count(const myc__buffers *buffers)
{
    return buffers->options.count - buffers->held;
}

static size_t bytes_of(const myc__buffers_options *options)
{
    return sizeof(myc__buffers) + options->count * (sizeof(myc__buffer_place) + sizeof(uint16_t));
}

/* The first places are filled first. */
static void init(myc__buffers *buffers, myc__driver *driver, const myc__buffers_options *options)
{
    buffers->driver = driver;
    buffers->options = *options;
    buffers->empty = (uint16_t *)(void *)&buffers->places[options->count];
    for (uint32_t index = 0; index < options->count; index++) {
        buffers->empty[index] = (uint16_t)(options->count - 1 - index);
    }
}

static void link_group(myc__buffers *buffers)
{
    myc__driver *driver = buffers->driver;
    buffers->next = driver->groups;
    if (driver->groups) {
        driver->groups->previous = buffers;
    }
    driver->groups = buffers;
    driver->buffers_missing += empty_count(buffers);
}

static void unlink_group(myc__buffers *buffers)
{
    myc__driver *driver = buffers->driver;
    *(buffers->previous ? &buffers->previous->next : &driver->groups) = buffers->next;
    if (buffers->next) {
        buffers->next->previous = buffers->previous;
    }
    MYC__CHECK(driver->buffers_missing >= empty_count(buffers));
    driver->buffers_missing -= empty_count(buffers);
}

static void free_group(myc__buffers *buffers)
{
    myc__free(buffers->driver->allocator, buffers, bytes_of(&buffers->options));
}

static void check_options(const myc__buffers_options *options)
{
    MYC__CHECK(options->count > 0 && options->count <= MYC__BUFFERS_MAX);
    MYC__CHECK((options->count & (options->count - 1)) == 0);
    MYC__CHECK(options->size_bytes > 0);
}

int myc__buffers_create(myc__driver *driver, const myc__buffers_options *options,
                        myc__buffers **buffers)
{
    *buffers = NULL;
    myc__driver_check_thread(driver);
    check_options(options);
    myc__buffers *self =
        myc__allocate(driver->allocator, bytes_of(options), sizeof(myc__buffer_place));
    if (!self) {
        return MYC_ENOMEM;
    }
    init(self, driver, options);
    int error = driver->backend->open_buffers ? driver->backend->open_buffers(self) : 0;
    if (error) {
        free_group(self);
        return error;
    }
    link_group(self);
    (void)myc__buffers_fill(self);
    *buffers = self;
    return 0;
}

static void drop_all(myc__buffers *buffers)
{
    for (uint32_t index = 0; index < buffers->options.count; index++) {
        void *buffer = buffers->places[index].buffer;
        if (buffer) {
            buffers->options.drop(buffers->options.user, buffer);
        }
    }
}

void myc__buffers_destroy(myc__buffers *buffers)
{
    if (!buffers) {
        return;
    }
    if (buffers->driver->backend->close_buffers) {
        buffers->driver->backend->close_buffers(buffers);
    }
    drop_all(buffers);
    unlink_group(buffers);
    free_group(buffers);
}

/* The place on top of the stack. */
static bool fill_one(myc__buffers *buffers)
{
    myc__buffer_place *place = &buffers->places[buffers->empty[empty_count(buffers) - 1]];
    MYC__DEBUG_CHECK(!place->buffer);
    place->buffer = buffers->options.make(buffers->options.user, &place->bytes);
    if (!place->buffer) {
        return false;
    }
    MYC__DEBUG_CHECK((uintptr_t)place->bytes % 8 == 0);
    buffers->held++;
    buffers->driver->buffers_missing--;
    return true;
}

/* Those that the stack has lost still lie above its top. */
static void offer(myc__buffers *buffers, uint32_t count)
{
    const myc__driver_backend *backend = buffers->driver->backend;
    if (backend->offer_buffers && count > 0) {
        backend->offer_buffers(buffers, &buffers->empty[empty_count(buffers)], count);
    }
}

bool myc__buffers_fill(myc__buffers *buffers)
{
    uint32_t held = buffers->held;
    while (buffers->held < buffers->options.count && fill_one(buffers)) {
    }
    offer(buffers, buffers->held - held);
    return buffers->held > 0;
}

void myc__driver_fill_groups(myc__driver *driver)
{
    for (myc__buffers *buffers = driver->groups; buffers; buffers = buffers->next) {
        (void)myc__buffers_fill(buffers);
    }
}

myc__buffer_place myc__buffers_take(myc__buffers *buffers, uint32_t index)
{
    MYC__CHECK(index < buffers->options.count);
    myc__buffer_place taken = buffers->places[index];
    MYC__CHECK(taken.buffer);
    buffers->places[index].buffer = NULL;
    buffers->empty[empty_count(buffers)] = (uint16_t)index;
    buffers->held--;
    buffers->driver->buffers_missing++;
    return taken;
}

void myc__buffers_put(myc__buffers *buffers, myc__buffer_place place)
{
    if (buffers->held == buffers->options.count) {
        buffers->options.drop(buffers->options.user, place.buffer);
        return;
    }
    buffers->places[buffers->empty[empty_count(buffers) - 1]] = place;
    buffers->held++;
    buffers->driver->buffers_missing--;
    offer(buffers, 1);
}

bool myc__driver_lacks_buffers(const myc__driver *driver)
{
    return driver->buffers_missing > 0;
}

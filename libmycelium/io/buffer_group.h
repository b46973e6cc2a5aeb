/* SPDX-License-Identifier: Apache-2.0 */
#ifndef MYC_IO_BUFFER_GROUP_H
#define MYC_IO_BUFFER_GROUP_H

/*
 * A group of buffers as backends see it: places, each with a buffer or empty.
 *
 * The kernel may know the places by their index (io_uring), and takes buffers out of any. A backend
 * that chooses itself takes the last ones: as long as it does only that, those with a buffer are
 * the first `held`, so the ones behind the last can be used for several receives at once:
 *
 *     places[held - 1], places[held - 2], ...
 */
#include "io/backend.h"
#include "io/buffers.h"

typedef struct myc__buffer_place {
    void *buffer; /* NULL: empty */
    uint8_t *bytes;
} myc__buffer_place;

struct myc__buffers {
    myc__driver *driver;
    myc__buffers *previous, *next; /* of the driver */
    myc__buffers_options options;
    void *kernel_side; /* of the backend */
    uint32_t number;   /* of the backend */
    uint32_t held;     /* buffers there are */
    uint16_t *empty;   /* indexes of the empty places, a stack */
    myc__buffer_place places[];
};

/** Takes the buffer out of a place that has one. The caller owns it. */
myc__buffer_place myc__buffers_take(myc__buffers *buffers, uint32_t index);

/** Gives an unused one back to the group, or drops it. */
void myc__buffers_put(myc__buffers *buffers, myc__buffer_place place);

/** Fills all groups of a driver. */
void myc__driver_fill_groups(myc__driver *driver);

static inline void myc__driver_fill_buffers(myc__driver *driver)
{
    if (driver->buffers_missing > 0) {
        myc__driver_fill_groups(driver);
    }
}

#endif

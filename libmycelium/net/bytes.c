/* SPDX-License-Identifier: Apache-2.0 */
#include "net/bytes.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "net/limits.h"

enum { KEPT_BYTES = 1 << 20 }; /* room that stays when it is empty */

void myc__bytes_fini(struct myc__bytes *bytes)
{
    free(bytes->data);
    *bytes = (struct myc__bytes){0};
}

static void move_to_front(struct myc__bytes *bytes)
{
    size_t size = myc__bytes_size(bytes);
    if (bytes->head) {
        memmove(bytes->data, bytes->data + bytes->head, size);
        bytes->head = 0;
        bytes->tail = size;
    }
}

static bool grow(struct myc__bytes *bytes, size_t needed)
{
    size_t capacity = bytes->capacity ? bytes->capacity : MYC__FIRST_BYTES;
    while (capacity < needed) {
        capacity *= 2;
    }
    uint8_t *data = realloc(bytes->data, capacity);
    if (!data) {
        return false;
    }
    bytes->data = data;
    bytes->capacity = capacity;
    return true;
}

bool myc__bytes_reserve(struct myc__bytes *bytes, size_t more)
{
    if (bytes->data && bytes->capacity - bytes->tail >= more) {
        return true;
    }
    size_t size = myc__bytes_size(bytes);
    if (more > SIZE_MAX / 4 - size) {
        return false;
    }
    move_to_front(bytes);
    /* Half of the room stays free, or a full one would be moved again and again. */
    return (bytes->capacity / 2 >= size + more) || grow(bytes, size + more);
}

bool myc__bytes_append(struct myc__bytes *bytes, const void *from, size_t count)
{
    if (count == 0) {
        return true;
    }
    if (!myc__bytes_reserve(bytes, count)) {
        return false;
    }
    memcpy(bytes->data + bytes->tail, from, count);
    bytes->tail += count;
    return true;
}

void myc__bytes_drop(struct myc__bytes *bytes, size_t count)
{
    assert(count <= myc__bytes_size(bytes));
    bytes->head += count;
    if (bytes->head < bytes->tail) {
        return;
    }
    bytes->head = bytes->tail = 0;
    if (bytes->capacity > KEPT_BYTES) {
        myc__bytes_fini(bytes);
    }
}

size_t myc__bytes_take(struct myc__bytes *bytes, void *to, size_t capacity)
{
    size_t size = myc__bytes_size(bytes);
    size_t count = size < capacity ? size : capacity;
    if (count) {
        memcpy(to, bytes->data + bytes->head, count);
        myc__bytes_drop(bytes, count);
    }
    return count;
}

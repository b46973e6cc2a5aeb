/* SPDX-License-Identifier: Apache-2.0 */
#include "io/file_window.h"

#include "base/check.h"

void myc__file_window_init(myc__file_window *window, const myc__file_window_options *options)
{
    MYC__CHECK(options->depth >= 1);
    MYC__CHECK(options->depth <= MYC__READ_DEPTH_MAX);
    *window = (myc__file_window){.options = *options};
}

bool myc__file_window_may_add(const myc__file_window *window)
{
    if (window->has_last || window->count == window->options.depth) {
        return false;
    }
    bool is_ahead = window->next_offset >= window->options.expected_bytes;
    return window->reading == 0 || !(window->options.is_stream || is_ahead);
}

uint32_t myc__file_window_add(myc__file_window *window)
{
    MYC__CHECK(myc__file_window_may_add(window));
    uint32_t index = (window->first + window->count) % window->options.depth;
    window->slots[index] = (myc__file_slot){.offset = window->next_offset};
    window->next_offset += window->options.slot_bytes;
    window->count++;
    window->reading++;
    return index;
}

bool myc__file_window_complete(myc__file_window *window, uint32_t index, int32_t result)
{
    myc__file_slot *slot = &window->slots[index];
    MYC__CHECK(slot->state == MYC__SLOT_READING);
    if (result > 0) {
        slot->size_bytes += (uint32_t)result;
        MYC__CHECK(slot->size_bytes <= window->options.slot_bytes);
        if (slot->size_bytes < window->options.slot_bytes && !window->options.is_stream) {
            return true;
        }
        slot->state = MYC__SLOT_FULL;
    } else {
        slot->state = MYC__SLOT_LAST;
        slot->os_error = (uint16_t)-result;
        window->has_last = true;
    }
    window->reading--;
    return false;
}

myc__file_front myc__file_window_front(const myc__file_window *window)
{
    const myc__file_slot *slot = &window->slots[window->first];
    if (window->count == 0 || slot->state == MYC__SLOT_READING) {
        return MYC__FRONT_NOTHING;
    }
    return slot->size_bytes > 0 ? MYC__FRONT_BYTES : MYC__FRONT_END;
}

void myc__file_window_take(myc__file_window *window)
{
    MYC__CHECK(myc__file_window_front(window) == MYC__FRONT_BYTES);
    myc__file_slot *slot = &window->slots[window->first];
    slot->size_bytes = 0;
    if (slot->state == MYC__SLOT_FULL) {
        window->first = (window->first + 1) % window->options.depth;
        window->count--;
    }
}

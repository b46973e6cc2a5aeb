/* SPDX-License-Identifier: Apache-2.0 */
#include "io/hand_over.h"

#include <string.h>

/* While a message is here nobody else has it, so it can hold the link to the next one: a chunk in
 * its reserved word, the others behind themselves. */
typedef struct linked_event {
    myc_stream_event event;
    void *next;
} linked_event;

typedef struct linked_end {
    myc_stream_end end;
    void *next;
} linked_end;

static void *next_of(const void *message)
{
    const myc_type *type = myc_type_of(message);
    if (type == &myc_chunk_type) {
        return (void *)(uintptr_t)((const myc_chunk *)message)->reserved;
    }
    return type == &myc_stream_event_type ? ((const linked_event *)message)->next
                                          : ((const linked_end *)message)->next;
}

static void set_next(void *message, void *next)
{
    const myc_type *type = myc_type_of(message);
    if (type == &myc_chunk_type) {
        ((myc_chunk *)message)->reserved = (uintptr_t)next;
    } else if (type == &myc_stream_event_type) {
        ((linked_event *)message)->next = next;
    } else {
        ((linked_end *)message)->next = next;
    }
}

static void append(myc__hand_over *out, void *message)
{
    set_next(message, NULL);
    if (out->last) {
        set_next(out->last, message);
    } else {
        out->first = message;
    }
    out->last = message;
}

static void *take_first(myc__hand_over *out)
{
    void *message = out->first;
    out->first = next_of(message);
    if (!out->first) {
        out->last = NULL;
    }
    set_next(message, NULL);
    return message;
}

static void put_back(myc__hand_over *out, void *message)
{
    set_next(message, out->first);
    out->first = message;
    out->last = out->last ? out->last : message;
}

void myc__hand_over_chunk(myc__hand_over *out, myc_chunk *chunk)
{
    append(out, chunk);
    out->held++;
}

bool myc__hand_over_merge(myc__hand_over *out, const uint8_t *bytes, uint32_t size_bytes)
{
    myc_chunk *last = out->last && myc_type_of(out->last) == &myc_chunk_type ? out->last : NULL;
    if (!last || size_bytes > MYC__MERGED_BYTES_MAX || (last->flags & MYC_CHUNK_WHOLE) ||
        last->capacity_bytes - last->size_bytes < size_bytes) {
        return false;
    }
    memcpy(last->bytes + last->size_bytes, bytes, size_bytes);
    last->size_bytes += size_bytes;
    return true;
}

myc_stream_event *myc__hand_over_make_event(const myc__source *source, myc_stream_what what)
{
    myc_context *ctx = &source->shard->context;
    linked_event *made = myc__memory_new(&ctx->memory, &myc_stream_event_type, sizeof *made, 16);
    if (!made) {
        return NULL;
    }
    memset(made, 0, sizeof *made);
    made->event.stream.number = source->number;
    made->event.what = what;
    return &made->event;
}

void myc__hand_over_add_event(myc__hand_over *out, myc_stream_event *event)
{
    append(out, event);
}

myc_stream_event *myc__hand_over_event(myc__hand_over *out, const myc__source *source,
                                       myc_stream_what what)
{
    myc_stream_event *event = myc__hand_over_make_event(source, what);
    if (event) {
        append(out, event);
    }
    return event;
}

myc_stream_event *myc__hand_over_first_event(const myc__hand_over *out)
{
    return out->first;
}

void myc__hand_over_move_event(myc__hand_over *from, myc__hand_over *to)
{
    append(to, take_first(from));
}

myc_stream_event *myc__hand_over_last_event(const myc__hand_over *out, myc_stream_what what)
{
    bool is_event = out->last && myc_type_of(out->last) == &myc_stream_event_type;
    myc_stream_event *event = is_event ? out->last : NULL;
    return event && event->what == what ? event : NULL;
}

myc_stream_end *myc__hand_over_make_end(myc_context *ctx)
{
    return myc__memory_new(&ctx->memory, &myc_stream_end_type, sizeof(linked_end), 16);
}

void myc__hand_over_end(myc__hand_over *out, myc_stream_end *end)
{
    append(out, end);
}

/* Brings `waiting` nearer to what is so, if it may have changed. */
static void recount(myc__hand_over *out, const myc__source *source, const myc__actor *owner)
{
    uint32_t all = myc__owner_backlog(owner);
    if (all < out->waiting) {
        out->waiting = all;
    } else if (out->waiting > 0 && owner->handled != out->counted_handled) {
        uint32_t own = myc__owner_backlog_of(owner, source->number);
        out->waiting = own < out->waiting ? own : out->waiting;
        out->counted_handled = owner->handled;
    }
}

static bool may_send_chunk(myc__hand_over *out, const myc__source *source, const myc__actor *owner)
{
    if (out->waiting >= out->depth) {
        recount(out, source, owner);
    }
    return out->waiting < out->depth;
}

/* UINT32_MAX: the owner does not want to know. */
static uint32_t row_of(const myc__source *source, const void *message)
{
    const myc_type *type = myc_type_of(message);
    if (type == &myc_chunk_type) {
        return source->rows.chunk;
    }
    return type == &myc_stream_end_type ? source->rows.end : source->rows.event;
}

static bool send_first(myc__hand_over *out, const myc__source *source, const myc__actor *owner)
{
    bool is_chunk = myc_type_of(out->first) == &myc_chunk_type;
    if (is_chunk && !may_send_chunk(out, source, owner)) {
        return false;
    }
    void *message = take_first(out);
    uint32_t row = row_of(source, message);
    if (row == MYC__NO_ROW) {
        myc_release(&source->shard->context, message);
        return true;
    }
    if (!myc__owner_send(source->shard, owner, row, message)) {
        put_back(out, message);
        return false;
    }
    out->waiting += is_chunk;
    out->held -= is_chunk;
    return true;
}

uint32_t myc__hand_over_deliver(myc__hand_over *out, const myc__source *source,
                                const myc__actor *owner)
{
    uint32_t count = 0;
    while (out->first && send_first(out, source, owner)) {
        count++;
    }
    if (count > 0 || !out->first) {
        out->stuck_pass = 0;
    } else if (out->stuck_pass == 0) {
        out->stuck_pass = source->shard->passes;
    }
    return count;
}

bool myc__hand_over_is_low(myc__hand_over *out, const myc__source *source, const myc__actor *owner)
{
    if (out->waiting > out->depth / 2) {
        recount(out, source, owner);
    }
    return out->held == 0 && out->waiting <= out->depth / 2;
}

bool myc__hand_over_is_done(myc__hand_over *out, const myc__source *source, const myc__actor *owner)
{
    if (out->waiting > 0) {
        recount(out, source, owner);
    }
    return out->held == 0 && out->waiting == 0;
}

/* An owner that runs in each pass takes something in each: two without are not by chance. */
bool myc__hand_over_is_stuck(const myc__hand_over *out, const myc__source *source)
{
    bool is_idle = out->stuck_pass && source->shard->passes - out->stuck_pass >= 2;
    return out->held > 0 && (is_idle || out->held > 2 * out->depth);
}

void myc__hand_over_drop(myc__hand_over *out, myc_context *ctx)
{
    while (out->first) {
        myc_release(ctx, take_first(out));
    }
    out->held = 0;
}

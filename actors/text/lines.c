/* SPDX-License-Identifier: Apache-2.0 */
#include "text/lines.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { PARTIAL_CAPACITY_MIN = 4096 };

void lines_init(lines *self, size_t size_max)
{
    *self = (lines){.size_max = size_max ? size_max : LINES_SIZE_MAX, .number = 1};
}

void lines_fini(lines *self)
{
    free(self->partial);
    *self = (lines){0};
}

void lines_feed(lines *self, const char *bytes, size_t size)
{
    assert(self->chunk_size == 0);
    assert(!self->is_ended);
    self->chunk = bytes;
    self->chunk_size = size;
}

void lines_end(lines *self)
{
    self->is_ended = true;
}

/* A carriage return may stand behind a line of full size. */
static size_t partial_max(const lines *self)
{
    return self->size_max + 1;
}

static bool reserve(lines *self, size_t size)
{
    if (size <= self->partial_capacity) {
        return true;
    }
    size_t capacity = self->partial_capacity ? self->partial_capacity : PARTIAL_CAPACITY_MIN;
    while (capacity < size) {
        capacity *= 2;
    }
    char *partial = realloc(self->partial, capacity);
    if (!partial) {
        return false;
    }
    self->partial = partial;
    self->partial_capacity = capacity;
    return true;
}

static bool yield_bad(lines *self, uint64_t number, const char *reason, line_view *line)
{
    self->partial_size = 0;
    snprintf(self->error, sizeof self->error, "%s %zu bytes", reason, self->size_max);
    *line = (line_view){.number = number, .error = self->error};
    return true;
}

/* Returns NULL, or why the piece cannot be added; the text goes on with the size limit. */
static const char *gather(lines *self, const char *piece, size_t size)
{
    if (size > partial_max(self) - self->partial_size) {
        return "expected a line of at most";
    }
    if (!reserve(self, self->partial_size + size)) {
        return "out of memory for a line of up to";
    }
    memcpy(self->partial + self->partial_size, piece, size);
    self->partial_size += size;
    return NULL;
}

static bool yield_text(lines *self, uint64_t number, const char *text, size_t size, line_view *line)
{
    if (size > 0 && text[size - 1] == '\r') {
        size--;
    }
    if (size > self->size_max) {
        return yield_bad(self, number, "expected a line of at most", line);
    }
    *line = (line_view){.text = text, .size = size, .number = number};
    return size > 0;
}

static bool yield_partial(lines *self, uint64_t number, line_view *line)
{
    self->partial_is_given = true;
    return yield_text(self, number, self->partial, self->partial_size, line);
}

/* The newline behind `piece` was found. Returns whether there is something to yield. */
static bool finish_line(lines *self, const char *piece, size_t size, line_view *line)
{
    uint64_t number = self->number++;
    if (self->is_skipping) {
        self->is_skipping = false;
        return false;
    }
    if (self->partial_size == 0) {
        return yield_text(self, number, piece, size, line);
    }
    const char *refused = gather(self, piece, size);
    return refused ? yield_bad(self, number, refused, line) : yield_partial(self, number, line);
}

/* The chunk ends inside a line. */
static bool keep_rest(lines *self, line_view *line)
{
    size_t size = self->chunk_size;
    self->chunk_size = 0;
    if (self->is_skipping) {
        return false;
    }
    const char *refused = gather(self, self->chunk, size);
    if (!refused) {
        return false;
    }
    self->is_skipping = true;
    return yield_bad(self, self->number, refused, line);
}

static void drop_given(lines *self)
{
    if (self->partial_is_given) {
        self->partial_is_given = false;
        self->partial_size = 0;
    }
}

bool lines_next(lines *self, line_view *line)
{
    drop_given(self);
    while (self->chunk_size > 0) {
        const char *start = self->chunk;
        const char *newline = memchr(start, '\n', self->chunk_size);
        if (!newline) {
            return keep_rest(self, line);
        }
        size_t size = (size_t)(newline - start);
        self->chunk += size + 1;
        self->chunk_size -= size + 1;
        if (finish_line(self, start, size, line)) {
            return true;
        }
        drop_given(self);
    }
    return self->is_ended && self->partial_size > 0 && yield_partial(self, self->number, line);
}

/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TESTS_NET_EAR_H
#define TESTS_NET_EAR_H

/*
 * A receiver that writes down what it gets, a line for each thing, for a test on another thread to
 * wait for:
 *
 *     opened ws://127.0.0.1:1234
 *     text hello              or: binary hello
 *     text 200000 bytes       one that is long
 *     lost -11 no connection: Connection refused
 *     dropped 1
 *     end 0
 *
 * Lines are looked for from where the last one was found on.
 */
#include <pthread.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include <mycelium/mycelium.h>
#include <mycelium/websocket.h>

#include "net/require.h"

enum { EAR_LINES_BYTES = 1 << 16, EAR_WAIT_S = 60, EAR_SHORT_BYTES = 60 };

struct ear_notes {
    pthread_mutex_t lock;
    pthread_cond_t changed;
    char lines[EAR_LINES_BYTES];
    size_t read;
    uint64_t messages;
    uint64_t bytes;
    uint64_t out_of_order; /* messages whose offset was not the one before plus 1 */
    uint64_t without_time;
    uint64_t wrong_number; /* things whose stream number is not `number` */
    uint32_t number;
    uint32_t ends;
    uint32_t gates; /* while above 0 the ear is deaf: it waits in its handler */
    const char
        *expected_text; /* the bytes of long messages, again and again; NULL = not looked at */
    uint64_t wrong_bytes;
};

struct ear {
    struct ear_notes *notes;
    uint64_t in_message; /* bytes of the one whose parts are coming */
    char text[EAR_SHORT_BYTES + 1];
};

static inline void ear_add(struct ear_notes *notes, const char *line)
{
    size_t used = strlen(notes->lines);
    if (used + strlen(line) + 2 < sizeof notes->lines) {
        strcat(strcat(notes->lines + used, line), "\n");
    }
    pthread_cond_broadcast(&notes->changed);
}

static inline void ear_note_message(struct ear *self, const myc_chunk *chunk)
{
    struct ear_notes *notes = self->notes;
    char line[160];
    const char *kind = chunk->flags & MYC_WEBSOCKET_CHUNK_BINARY ? "binary" : "text";
    if (self->in_message > EAR_SHORT_BYTES) {
        snprintf(line, sizeof line, "%s %llu bytes", kind, (unsigned long long)self->in_message);
    } else {
        snprintf(line, sizeof line, "%s %s", kind, self->text);
    }
    notes->out_of_order += chunk->offset != notes->messages;
    notes->without_time += chunk->received_ns == 0;
    notes->messages++;
    notes->bytes += self->in_message;
    ear_add(notes, line);
}

static inline void ear_check_bytes(struct ear *self, const myc_chunk *chunk)
{
    const char *expected = self->notes->expected_text;
    for (uint32_t at = 0; expected && at < chunk->size_bytes; at++) {
        uint64_t place = (self->in_message + at) % strlen(expected);
        self->notes->wrong_bytes += chunk->bytes[at] != (uint8_t)expected[place];
    }
}

MYC_UNUSED static myc_next ear_on_chunk(struct ear *self, myc_context *ctx, const myc_chunk *chunk)
{
    struct ear_notes *notes = self->notes;
    (void)ctx;
    pthread_mutex_lock(&notes->lock);
    while (notes->gates) {
        pthread_cond_wait(&notes->changed, &notes->lock);
    }
    notes->wrong_number += chunk->stream.number != notes->number;
    ear_check_bytes(self, chunk);
    if (self->in_message + chunk->size_bytes <= EAR_SHORT_BYTES) {
        memcpy(self->text + self->in_message, chunk->bytes, chunk->size_bytes);
        self->text[self->in_message + chunk->size_bytes] = '\0';
    }
    self->in_message += chunk->size_bytes;
    REQUIRE(!(chunk->flags & MYC_CHUNK_MORE) != !(chunk->flags & MYC_CHUNK_WHOLE));
    if (chunk->flags & MYC_CHUNK_WHOLE) {
        ear_note_message(self, chunk);
        self->in_message = 0;
        self->text[0] = '\0';
    }
    pthread_mutex_unlock(&notes->lock);
    return MYC_CONTINUE;
}

MYC_UNUSED static myc_next ear_on_event(struct ear *self, myc_context *ctx,
                                        const myc_stream_event *event)
{
    char line[400];
    (void)ctx;
    switch (event->what) {
    case MYC_STREAM_OPENED: snprintf(line, sizeof line, "opened %s", event->name); break;
    case MYC_STREAM_LOST:
        snprintf(line, sizeof line, "lost %d %s", event->error, event->name);
        break;
    case MYC_STREAM_DROPPED:
        snprintf(line, sizeof line, "dropped %llu", (unsigned long long)event->count);
        break;
    default: snprintf(line, sizeof line, "event %d", (int)event->what); break;
    }
    pthread_mutex_lock(&self->notes->lock);
    self->notes->wrong_number += event->stream.number != self->notes->number;
    ear_add(self->notes, line);
    pthread_mutex_unlock(&self->notes->lock);
    return MYC_CONTINUE;
}

MYC_UNUSED static myc_next ear_on_end(struct ear *self, myc_context *ctx, const myc_stream_end *end)
{
    char line[64];
    (void)ctx;
    snprintf(line, sizeof line, "end %d", end->error);
    pthread_mutex_lock(&self->notes->lock);
    self->notes->wrong_number += end->stream.number != self->notes->number;
    self->notes->ends++;
    ear_add(self->notes, line);
    pthread_mutex_unlock(&self->notes->lock);
    return MYC_CONTINUE;
}

MYC_ACTOR(ear, myc_reader, MYC_READER_ROWS)

MYC_UNUSED static void ear_notes_init(struct ear_notes *notes)
{
    memset(notes, 0, sizeof *notes);
    pthread_mutex_init(&notes->lock, NULL);
    pthread_cond_init(&notes->changed, NULL);
}

MYC_UNUSED static void ear_notes_fini(struct ear_notes *notes)
{
    pthread_mutex_destroy(&notes->lock);
    pthread_cond_destroy(&notes->changed);
}

static inline void ear_wait(struct ear_notes *notes, const char *what)
{
    struct timespec until;
    clock_gettime(CLOCK_REALTIME, &until);
    until.tv_sec += EAR_WAIT_S;
    if (pthread_cond_timedwait(&notes->changed, &notes->lock, &until) != 0) {
        fprintf(stderr, "waited in vain for: %s\nall lines:\n%s", what, notes->lines);
        abort();
    }
}

/** Waits for a line that begins so, behind the one waited for before. */
MYC_UNUSED static void ear_await(struct ear_notes *notes, const char *beginning)
{
    size_t length = strlen(beginning);
    pthread_mutex_lock(&notes->lock);
    for (;;) {
        const char *line = notes->lines + notes->read, *end = strchr(line, '\n');
        if (!end) {
            ear_wait(notes, beginning);
            continue;
        }
        notes->read += (size_t)(end - line) + 1;
        if (strncmp(line, beginning, length) == 0) {
            break;
        }
    }
    pthread_mutex_unlock(&notes->lock);
}

MYC_UNUSED static void ear_await_messages(struct ear_notes *notes, uint64_t count)
{
    pthread_mutex_lock(&notes->lock);
    while (notes->messages < count) {
        ear_wait(notes, "messages");
    }
    pthread_mutex_unlock(&notes->lock);
}

/** From now on it does not come back from the next message, until the gate is opened. */
MYC_UNUSED static void ear_shut(struct ear_notes *notes, bool shut)
{
    pthread_mutex_lock(&notes->lock);
    notes->gates = shut;
    pthread_cond_broadcast(&notes->changed);
    pthread_mutex_unlock(&notes->lock);
}

#endif

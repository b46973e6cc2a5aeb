/* SPDX-License-Identifier: Apache-2.0 */
#include "feeds/recording.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

#include <mycelium/error.h>

static const char MAGIC[RECORDING_MAGIC_BYTES] = {'M', 'Y', 'C', 'R', 'E', 'C', '0', '1'};

enum { AT_SIZE = 0, AT_CRC = 4, AT_TIME = 8, AT_STREAM = 16, AT_FEED = 20, AT_KIND = 22, AT_FLAGS };

_Static_assert(AT_FLAGS + 1 == RECORDING_HEAD_BYTES, "the flags are the last field of a head");

static void store(uint8_t *bytes, uint64_t value, unsigned count)
{
    for (unsigned i = 0; i < count; i++) {
        bytes[i] = (uint8_t)(value >> (8 * i));
    }
}

static uint64_t load(const uint8_t *bytes, unsigned count)
{
    uint64_t value = 0;
    for (unsigned i = 0; i < count; i++) {
        value |= (uint64_t)bytes[i] << (8 * i);
    }
    return value;
}

static uint32_t checksum(const uint8_t head[RECORDING_HEAD_BYTES], const void *payload, size_t size)
{
    uLong crc = crc32(0, head + AT_TIME, RECORDING_HEAD_BYTES - AT_TIME);
    return (uint32_t)(size > 0 ? crc32_z(crc, payload, size) : crc);
}

void recording_write_magic(uint8_t bytes[RECORDING_MAGIC_BYTES])
{
    memcpy(bytes, MAGIC, sizeof MAGIC);
}

void recording_write_head(const recording_record *record, uint8_t head[RECORDING_HEAD_BYTES])
{
    store(head + AT_SIZE, record->size, 4);
    store(head + AT_TIME, record->time_ns, 8);
    store(head + AT_STREAM, record->stream, 4);
    store(head + AT_FEED, record->feed, 2);
    head[AT_KIND] = (uint8_t)record->kind;
    head[AT_FLAGS] = record->flags;
    store(head + AT_CRC, checksum(head, record->payload, record->size), 4);
}

int recording_parser_init(recording_parser *self)
{
    *self = (recording_parser){0};
    self->gathered = malloc(RECORDING_HEAD_BYTES + RECORDING_PAYLOAD_MAX);
    return self->gathered ? 0 : MYC_ENOMEM;
}

void recording_parser_fini(recording_parser *self)
{
    free(self->gathered);
    self->gathered = NULL;
}

void recording_parser_feed(recording_parser *self, const char *bytes, size_t size)
{
    self->bytes = bytes;
    self->size = size;
}

static recording_result fail(recording_parser *self, const char *reason)
{
    (void)snprintf(self->error, sizeof self->error, "%s (byte %llu)", reason,
                   (unsigned long long)self->offset);
    return RECORDING_BAD;
}

/* Moves what is missing of `wanted` bytes to `gathered`. Returns whether they are there. */
static bool gather(recording_parser *self, size_t wanted)
{
    size_t missing = wanted > self->gathered_size ? wanted - self->gathered_size : 0;
    size_t size = missing < self->size ? missing : self->size;
    if (size > 0) {
        memcpy(self->gathered + self->gathered_size, self->bytes, size);
        self->gathered_size += size;
        self->bytes += size;
        self->size -= size;
    }
    return self->gathered_size >= wanted;
}

/* Returns DRY also when it is there: look at has_magic. */
static recording_result take_magic(recording_parser *self)
{
    if (!gather(self, RECORDING_MAGIC_BYTES)) {
        return RECORDING_DRY;
    }
    if (memcmp(self->gathered, MAGIC, sizeof MAGIC - 2) != 0) {
        return fail(self, "it is no recording");
    }
    if (memcmp(self->gathered, MAGIC, sizeof MAGIC) != 0) {
        return fail(self, "it is a recording of another version; expected 01");
    }
    self->has_magic = true;
    self->gathered_size = 0;
    self->offset = RECORDING_MAGIC_BYTES;
    return RECORDING_DRY;
}

static recording_result check(recording_parser *self, recording_record *record)
{
    const uint8_t *head = self->gathered;
    *record = (recording_record){.size = (uint32_t)load(head + AT_SIZE, 4),
                                 .time_ns = load(head + AT_TIME, 8),
                                 .stream = (uint32_t)load(head + AT_STREAM, 4),
                                 .feed = (uint16_t)load(head + AT_FEED, 2),
                                 .kind = (recording_kind)head[AT_KIND],
                                 .flags = head[AT_FLAGS],
                                 .payload = (const char *)head + RECORDING_HEAD_BYTES};
    if (load(head + AT_CRC, 4) != checksum(head, record->payload, record->size)) {
        return fail(self, "a record is damaged: its checksum does not agree");
    }
    if (record->kind < RECORDING_FEED || record->kind > RECORDING_CLOSED) {
        return fail(self, "a record is of an unknown kind");
    }
    self->offset += RECORDING_HEAD_BYTES + record->size;
    self->gathered_size = 0;
    self->is_closed = record->kind == RECORDING_CLOSED;
    return RECORDING_RECORD;
}

recording_result recording_parser_next(recording_parser *self, recording_record *record)
{
    if (self->error[0] != '\0') {
        return RECORDING_BAD;
    }
    if (!self->has_magic && (take_magic(self) == RECORDING_BAD || !self->has_magic)) {
        return self->error[0] != '\0' ? RECORDING_BAD : RECORDING_DRY;
    }
    if (self->is_closed && self->size > 0) {
        return fail(self, "something follows its end");
    }
    if (!gather(self, RECORDING_HEAD_BYTES)) {
        return RECORDING_DRY;
    }
    uint64_t size = load(self->gathered + AT_SIZE, 4);
    if (size > RECORDING_PAYLOAD_MAX) {
        return fail(self, "a record is damaged: it is too long");
    }
    return gather(self, RECORDING_HEAD_BYTES + (size_t)size) ? check(self, record) : RECORDING_DRY;
}

recording_result recording_parser_end(recording_parser *self)
{
    if (self->error[0] != '\0') {
        return RECORDING_BAD;
    }
    if (self->gathered_size > 0) {
        return fail(self, self->has_magic ? "it ends inside a record: what follows is lost"
                                          : "it is no recording");
    }
    if (!self->is_closed) {
        return fail(self, self->has_magic ? "it was cut short: its end is missing"
                                          : "it is no recording");
    }
    return RECORDING_END;
}

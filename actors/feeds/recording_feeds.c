/* SPDX-License-Identifier: Apache-2.0 */
#include "feeds/recording_feeds.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <mycelium/error.h>

#include "feeds/recording.h"

enum { BLOCK_SIZE = 16 * 1024 };

static int fail(recording_feeds *self, const char *reason)
{
    (void)snprintf(self->error, sizeof self->error, "%s", reason);
    return -1;
}

/* The payload is the text, a zero byte and the instrument. */
static int add_feed(recording_feeds *self, const recording_record *record)
{
    size_t text_size = strnlen(record->payload, record->size) + 1;
    if (text_size > record->size || record->feed != self->count + 1 ||
        self->count == RECORDING_FEEDS_MAX) {
        return fail(self, "its list of feeds is damaged");
    }
    char *text = calloc(1, (size_t)record->size + 1);
    if (!text) {
        return fail(self, myc_error_text(MYC_ENOMEM));
    }
    memcpy(text, record->payload, record->size);
    self->texts[self->count] = text;
    feed_spec *spec = &self->feeds[self->count++];
    if (feed_spec_parse(text, spec) || spec->format == FEED_RECORD) {
        return fail(self, "it has a feed of a kind that is not known here");
    }
    self->is_merged = (record->flags & RECORDING_MERGED) != 0;
    spec->instrument = text_size < record->size ? text + text_size : NULL;
    return 0;
}

/* Returns 1 when more bytes are needed, 0 at the end of the list, -1. */
static int take_records(recording_feeds *self, recording_parser *parser)
{
    recording_record record;
    for (;;) {
        switch (recording_parser_next(parser, &record)) {
        case RECORDING_DRY: return 1;
        case RECORDING_BAD: return fail(self, parser->error);
        case RECORDING_END: return 0;
        case RECORDING_RECORD: break;
        }
        if (record.kind != RECORDING_FEED) {
            return 0;
        }
        if (add_feed(self, &record)) {
            return -1;
        }
    }
}

static int take_file(recording_feeds *self, recording_parser *parser, FILE *file)
{
    char block[BLOCK_SIZE];
    int result = 1;
    while (result > 0) {
        size_t size = fread(block, 1, sizeof block, file);
        if (size == 0) {
            return recording_parser_end(parser) == RECORDING_END ? 0 : fail(self, parser->error);
        }
        recording_parser_feed(parser, block, size);
        result = take_records(self, parser);
    }
    return result;
}

int recording_feeds_read(recording_feeds *self, const char *path)
{
    recording_parser parser;
    *self = (recording_feeds){0};
    FILE *file = fopen(path, "re");
    if (!file) {
        return fail(self, strerror(errno));
    }
    int result = recording_parser_init(&parser) ? fail(self, myc_error_text(MYC_ENOMEM)) : 0;
    if (result == 0) {
        result = take_file(self, &parser, file);
    }
    if (result == 0 && self->count == 0) {
        result = fail(self, "it has no feeds");
    }
    recording_parser_fini(&parser);
    (void)fclose(file);
    return result;
}

void recording_feeds_fini(recording_feeds *self)
{
    for (uint32_t i = 0; i < RECORDING_FEEDS_MAX; i++) {
        free(self->texts[i]);
        self->texts[i] = NULL;
    }
}

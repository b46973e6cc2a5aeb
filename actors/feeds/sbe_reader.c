/* SPDX-License-Identifier: Apache-2.0 */
#include "feeds/sbe_reader.h"

#include <stdio.h>
#include <string.h>

_Static_assert(LIBTYPES_TYPE_COUNT == 8, "sbe_message has a member for each type");

/* A whole frame, or the need for more bytes, or what is wrong with its header. */
typedef struct front {
    libtypes_frame frame;
    const uint8_t *bytes; /* NULL = not yet whole */
    const char *reason;   /* NULL = its length is known */
} front;

void sbe_reader_init(sbe_reader *self, const char *name)
{
    *self = (sbe_reader){.name = name};
}

void sbe_reader_feed(sbe_reader *self, const uint8_t *bytes, size_t size, bool is_datagram)
{
    self->bytes = bytes;
    self->size = size;
    self->is_datagram = is_datagram;
    self->counts.bytes += size;
    self->counts.datagrams += is_datagram;
}

static void tell(const sbe_reader *self, sbe_report report, const char *text)
{
    char more[SBE_ERROR_SIZE];
    if (!report.tell || self->counts.bad_frames > SBE_REPORTS_MAX + 1) {
        return;
    }
    if (self->counts.bad_frames == SBE_REPORTS_MAX + 1) {
        (void)snprintf(more, sizeof more, "%s: more bad frames: from here on they are only counted",
                       self->name);
        text = more;
    }
    report.tell(report.user, text);
}

/* Where the bytes at hand begin in all that came. */
static uint64_t position(const sbe_reader *self)
{
    return self->counts.bytes - self->size - self->gathered_size;
}

static void describe(const sbe_reader *self, char *text, const char *what, const char *reason)
{
    (void)snprintf(text, SBE_ERROR_SIZE, "%s: frame %llu at byte %llu: %s: %s", self->name,
                   (unsigned long long)self->counts.frames, (unsigned long long)position(self),
                   what, reason);
}

static const char *type_name(const libtypes_frame *frame, char *text, size_t size)
{
    if (frame->type) {
        return frame->type->name;
    }
    (void)snprintf(text, size, "schema %u template %u", frame->schema_id, frame->template_id);
    return text;
}

static const char *reason_of(int code)
{
    switch (code) {
    case MYC_ETYPE: return "expected a template of the market schema";
    case MYC_ENOTSUP: return "expected version 0: a newer one may be longer than its header says";
    default: return "expected a frame of at most 698 bytes";
    }
}
_Static_assert(LIBTYPES_MESSAGE_BYTES_MAX == 698 && LIBTYPES_SCHEMA_VERSION == 0,
               "the texts above name them");

/* In a datagram the frame of a newer version is all that is left. */
static front look(const sbe_reader *self, const uint8_t *bytes, size_t size)
{
    front found = {.bytes = bytes};
    int code = libtypes_frame_peek(bytes, size, &found.frame);
    if (code == MYC_ENOTSUP && self->is_datagram) {
        found.frame.size_bytes = size;
    } else if (code && code != MYC_ESHORT) {
        found.reason = reason_of(code);
    } else if (code == MYC_ESHORT || found.frame.size_bytes > size) {
        found.bytes = NULL;
    }
    return found;
}

/* Moves bytes to the gathered ones until there are `size` of them. Returns whether there are. */
static bool gather(sbe_reader *self, size_t size)
{
    size_t missing = size > self->gathered_size ? size - self->gathered_size : 0;
    size_t taken = missing < self->size ? missing : self->size;
    memcpy(self->gathered + self->gathered_size, self->bytes, taken);
    self->gathered_size += taken;
    self->bytes += taken;
    self->size -= taken;
    return taken == missing;
}

/* A frame is looked at where it lies; the front of one that is cut is gathered, header first. */
static front find_front(sbe_reader *self)
{
    front found = {.bytes = NULL};
    if (self->gathered_size == 0) {
        found = look(self, self->bytes, self->size);
        if (found.bytes || found.reason || self->is_datagram) {
            return found;
        }
    }
    size_t needed = LIBTYPES_HEADER_BYTES;
    while (!found.bytes && !found.reason && gather(self, needed)) {
        found = look(self, self->gathered, self->gathered_size);
        needed = found.frame.size_bytes;
    }
    return found;
}

/* The bytes of the frame are used up. */
static void drop(sbe_reader *self, size_t size)
{
    if (self->gathered_size > 0) {
        self->gathered_size = 0;
        return;
    }
    self->bytes += size;
    self->size -= size;
}

/* A header without a length: the end of the stream, or of the datagram. */
static sbe_step refuse_header(sbe_reader *self, const libtypes_frame *frame, const char *reason,
                              sbe_report report)
{
    char name[64], text[SBE_ERROR_SIZE];
    self->counts.frames++;
    self->counts.bad_frames++;
    describe(self, text, type_name(frame, name, sizeof name), reason);
    tell(self, report, text);
    if (self->is_datagram) {
        drop(self, self->size);
        return SBE_STEP_DRY;
    }
    memcpy(self->error, text, sizeof self->error);
    return SBE_STEP_FAILED;
}

static void refuse_field(sbe_reader *self, const myc_codec_error *error, sbe_report report)
{
    char what[128], text[SBE_ERROR_SIZE];
    (void)snprintf(what, sizeof what, "%s.%s at byte %llu of it", error->type,
                   error->field ? error->field : "(header)", (unsigned long long)error->offset);
    self->counts.bad_frames++;
    describe(self, text, what, error->reason);
    tell(self, report, text);
}

static bool decode(sbe_reader *self, const front *found, sbe_report report)
{
    myc_codec_error error = {.type = found->frame.type->name, .reason = "is refused"};
    const myc_type *type = found->frame.type;
    self->counts.frames++;
    memset(&self->message, 0, sizeof self->message);
    if (type->decode(&self->message, found->bytes, found->frame.size_bytes, &error) != 0) {
        refuse_field(self, &error, report);
        return false;
    }
    self->type = type;
    self->counts.messages[type->id]++;
    return true;
}

sbe_step sbe_reader_step(sbe_reader *self, sbe_report report)
{
    while (!self->error[0] && self->size > 0) {
        front found = find_front(self);
        if (found.reason) {
            return refuse_header(self, &found.frame, found.reason, report);
        }
        if (!found.bytes) {
            return self->is_datagram
                       ? refuse_header(self, &found.frame, "expected the rest of it", report)
                       : SBE_STEP_DRY;
        }
        bool is_good = decode(self, &found, report);
        drop(self, found.frame.size_bytes);
        if (is_good) {
            return SBE_STEP_MESSAGE;
        }
    }
    return self->error[0] ? SBE_STEP_FAILED : SBE_STEP_DRY;
}

sbe_step sbe_reader_end(sbe_reader *self, sbe_report report)
{
    if (self->error[0]) {
        return SBE_STEP_FAILED;
    }
    if (self->gathered_size == 0) {
        return SBE_STEP_DRY;
    }
    self->is_datagram = false;
    front found = look(self, self->gathered, self->gathered_size);
    return refuse_header(self, &found.frame, "expected the rest of it, the stream has ended",
                         report);
}

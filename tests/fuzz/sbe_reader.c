/* SPDX-License-Identifier: Apache-2.0 */
/* Frames of SBE in a stream cut anywhere against the same bytes as a whole. */
#include "feeds/sbe_reader.h"
#include "fuzz.h"

/* The bytes as a whole, and how far they were read. */
typedef struct naive {
    const uint8_t *bytes;
    size_t size_bytes;
    bool has_failed;
} naive;

/* The next message; false = no more, or none that can be found. */
static bool naive_next(naive *self, sbe_message *message, const myc_type **type)
{
    libtypes_frame frame;
    while (self->size_bytes > 0) {
        int code = libtypes_frame_peek(self->bytes, self->size_bytes, &frame);
        self->has_failed = code != 0 && code != MYC_ESHORT;
        if (code != 0 || frame.size_bytes > self->size_bytes)
            return false;
        myc_codec_error error;
        memset(message, 0, sizeof *message);
        code = frame.type->decode(message, self->bytes, frame.size_bytes, &error);
        *type = frame.type;
        self->bytes += frame.size_bytes;
        self->size_bytes -= frame.size_bytes;
        if (code == 0)
            return true;
    }
    return false;
}

static void check_message(naive *expected, const sbe_reader *found)
{
    static sbe_message message;
    const myc_type *type;
    FUZZ_CHECK(naive_next(expected, &message, &type), "a message too many");
    FUZZ_CHECK(type == found->type, "%s", found->type->name);
    FUZZ_CHECK(memcmp(&message, &found->message, type->size_bytes) == 0, "%s", type->name);
}

static void check_stream(fuzz_input input)
{
    static sbe_reader reader;
    static sbe_message message;
    const myc_type *type;
    naive expected = {input.bytes, input.size_bytes, false};
    fuzz_pieces pieces = fuzz_cut(&input);
    expected.size_bytes = input.size_bytes;
    sbe_step step = SBE_STEP_DRY;
    sbe_reader_init(&reader, "fuzz");
    while (fuzz_next_piece(&pieces)) {
        if (step == SBE_STEP_FAILED)
            continue;
        sbe_reader_feed(&reader, pieces.piece, pieces.piece_bytes, false);
        while ((step = sbe_reader_step(&reader, (sbe_report){NULL, NULL})) == SBE_STEP_MESSAGE)
            check_message(&expected, &reader);
    }
    FUZZ_CHECK(!naive_next(&expected, &message, &type), "a message is missing");
    FUZZ_CHECK(expected.has_failed == (step == SBE_STEP_FAILED), "%s", reader.error);
    step = sbe_reader_end(&reader, (sbe_report){NULL, NULL});
    FUZZ_CHECK((expected.size_bytes == 0) == (step == SBE_STEP_DRY), "%s", reader.error);
}

static void check_datagram(fuzz_input input)
{
    static sbe_reader reader;
    uint64_t messages = 0;
    uint8_t *copy = malloc(input.size_bytes + 1);
    memcpy(copy, input.bytes, input.size_bytes);
    sbe_reader_init(&reader, "fuzz");
    sbe_reader_feed(&reader, copy, input.size_bytes, true);
    while (sbe_reader_step(&reader, (sbe_report){NULL, NULL}) == SBE_STEP_MESSAGE)
        messages++;
    FUZZ_CHECK(messages + reader.counts.bad_frames == reader.counts.frames, "frames");
    FUZZ_CHECK(reader.size == 0 && !reader.error[0], "%s", reader.error);
    free(copy);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size_bytes)
{
    fuzz_input input = fuzz_open(bytes, size_bytes);
    if (fuzz_byte(&input) % 2)
        check_stream(input);
    else
        check_datagram(input);
    return 0;
}

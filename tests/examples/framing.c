/* SPDX-License-Identifier: Apache-2.0 */
/* Frames behind their lengths, out of pieces that end wherever they do. */
#include <mycelium/mycelium.h>
#include <stdio.h>
/* Handles what has come; an actor does this with the bytes of each myc_chunk. */
static int take_frames(myc_framer *framer)
{
    myc_framed frame;
    int result;
    while ((result = myc_framer_next(framer, &frame)) > 0) {
        printf("at %u: %.*s\n", (unsigned)frame.offset, (int)frame.size_bytes,
               (const char *)frame.bytes); /* in the piece itself, if it is whole there */
    }
    return result; /* 0: the next piece, please */
}
int main(void)
{
    static const char bytes[] = "\0\5hello\0\5world\1\0 and so on";
    const myc_framer_options options = {.framing = MYC_FRAMING_U16_BE, .frame_bytes_max = 100};
    myc_framer framer;
    int result = myc_framer_init(&framer, &options);
    for (size_t at = 0; at < sizeof bytes - 1 && result == 0; at += 4) {
        size_t left = sizeof bytes - 1 - at;
        myc_framer_feed(&framer, bytes + at, left < 4 ? left : 4);
        result = take_frames(&framer);
    }
    printf("%s\n", myc_framer_error(&framer)); /* expected a length of 0 to 100 bytes, not 256 */
    uint64_t frames = myc_framer_counted(&framer)->frames;
    myc_framer_fini(&framer);
    return !(result == MYC_EFIELD && frames == 2);
}

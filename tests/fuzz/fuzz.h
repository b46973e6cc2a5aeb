/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TESTS_FUZZ_FUZZ_H
#define TESTS_FUZZ_FUZZ_H

/*
 * What fuzz targets share. A target is one function that is called with each input:
 *
 *     int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size_bytes)
 *     {
 *         fuzz_input input = fuzz_open(bytes, size_bytes);
 *         size_t chunk_bytes_max = 1 + fuzz_below(&input, 64);     choices first, then the data
 *         ...
 *         FUZZ_CHECK(found == expected, "found %zu, expected %zu", found, expected);
 *         return 0;
 *     }
 */
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <mycelium/export.h>

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size_bytes);

/** Ends the run with a message when `condition` does not hold; libFuzzer keeps the input. */
#define FUZZ_CHECK(condition, ...)                                                                 \
    ((condition) ? (void)0 : fuzz_fail(__FILE__, __LINE__, #condition, __VA_ARGS__))

MYC_UNUSED MYC_PRINTF(4, 5) static void fuzz_fail(const char *file, int line, const char *what,
                                                  const char *format, ...)
{
    va_list arguments;
    fprintf(stderr, "%s:%d: does not hold: %s: ", file, line, what);
    va_start(arguments, format);
    vfprintf(stderr, format, arguments);
    va_end(arguments);
    fputc('\n', stderr);
    abort();
}

/** An input: choices are taken from its end, so that what is left in front is the data. */
typedef struct fuzz_input {
    const uint8_t *bytes;
    size_t size_bytes;
} fuzz_input;

MYC_UNUSED static fuzz_input fuzz_open(const uint8_t *bytes, size_t size_bytes)
{
    return (fuzz_input){bytes, size_bytes};
}

/** The next choice, 0 to 255; 0 when the input is used up. */
MYC_UNUSED static uint8_t fuzz_byte(fuzz_input *input)
{
    return input->size_bytes ? input->bytes[--input->size_bytes] : 0;
}

/** A choice in 0 to `bound` - 1; `bound` is at most 65536. */
MYC_UNUSED static uint32_t fuzz_below(fuzz_input *input, uint32_t bound)
{
    uint32_t high = bound > 256 ? fuzz_byte(input) : 0;
    return ((high << 8) | fuzz_byte(input)) % bound;
}

/**
 * The data cut into pieces, the same for the same seed: a generator of its own, so that the cuts
 * take no bytes of the input. Each piece is a block of its own, that ASan sees what is read outside.
 */
typedef struct fuzz_pieces {
    const uint8_t *bytes;
    size_t left_bytes;
    uint64_t state;
    uint32_t piece_bytes_max;
    uint8_t *piece;
    size_t piece_bytes;
} fuzz_pieces;

/** Cuts what is left of `input` at places that two of its choices say. */
MYC_UNUSED static fuzz_pieces fuzz_cut(fuzz_input *input)
{
    uint32_t piece_bytes_max = 1 + fuzz_byte(input);
    uint64_t state = 1 + (uint64_t)fuzz_byte(input);
    return (fuzz_pieces){.bytes = input->bytes,
                         .left_bytes = input->size_bytes,
                         .state = state * UINT64_C(0x9E3779B97F4A7C15),
                         .piece_bytes_max = piece_bytes_max};
}

/** Makes the next piece, of 1 to piece_bytes_max bytes, and frees the one before. Returns false,
 * with no piece left, when all have been. */
MYC_UNUSED static int fuzz_next_piece(fuzz_pieces *pieces)
{
    free(pieces->piece);
    pieces->piece = NULL;
    if (pieces->left_bytes == 0)
        return 0;
    pieces->state = pieces->state * UINT64_C(6364136223846793005) + 1442695040888963407u;
    size_t wanted = 1 + (size_t)(pieces->state >> 33) % pieces->piece_bytes_max;
    pieces->piece_bytes = wanted < pieces->left_bytes ? wanted : pieces->left_bytes;
    pieces->piece = malloc(pieces->piece_bytes);
    memcpy(pieces->piece, pieces->bytes, pieces->piece_bytes);
    pieces->bytes += pieces->piece_bytes;
    pieces->left_bytes -= pieces->piece_bytes;
    return 1;
}

#endif

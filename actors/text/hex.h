/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TEXT_HEX_H
#define TEXT_HEX_H

/*
 * Strict parsing of the "0x" hex strings of Ethereum. Digits of either case, the prefix is always
 * "0x". Nothing reads past `size`; a refused text leaves the result undefined.
 *
 * Threads: all functions are pure.
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <libtypes/scalar.h>

enum {
    HEX_WORD_DIGITS = 64,
    HEX_WORD_TEXT_SIZE = 2 + HEX_WORD_DIGITS, /* "0x" and the digits */
    HEX_ADDRESS_TEXT_SIZE = 2 + 40
};

/** A 32-byte word of event data, big-endian. */
typedef struct hex_word {
    uint8_t bytes[32];
} hex_word;

/** Parses "0x" and 40 digits. Returns whether the text is exactly that. */
bool hex_parse_address(const char *text, size_t size, eth_address *address);

/** Parses "0x" and 64 digits. Returns whether the text is exactly that. */
bool hex_parse_word(const char *text, size_t size, hex_word *word);

/**
 * Parses a quantity as the Ethereum JSON-RPC writes it: "0x", then 1 to 16 digits, the first not 0
 * unless it is the only one. Returns whether the text is exactly that.
 */
bool hex_parse_quantity(const char *text, size_t size, uint64_t *value);

/** Whether the text begins with "0x". */
bool hex_has_prefix(const char *text, size_t size);

/** Reads `count` bytes from 2 * `count` digits without prefix. Returns whether all are digits. */
bool hex_parse_digits(const char *digits, uint8_t *bytes, size_t count);

/** Writes "0x", 40 lower-case digits and a zero byte. */
void hex_format_address(const eth_address *address, char text[HEX_ADDRESS_TEXT_SIZE + 1]);

#endif

/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TEXT_JSON_SCALAR_H
#define TEXT_JSON_SCALAR_H

/*
 * Checks of single JSON tokens by RFC 8259. Part of the JSON reader.
 */
#include <stdbool.h>
#include <stddef.h>

/** Whether the bytes between two quotes are a valid string: UTF-8 and escapes of characters.
 * A quote among them must have a backslash before it, as in any token that was found by quotes. */
bool json_is_string(const char *text, size_t size);

/** Whether the bytes are a number, true, false or null. */
bool json_is_primitive(const char *text, size_t size);

#endif

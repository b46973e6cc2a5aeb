/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TEXT_JSON_WRITE_H
#define TEXT_JSON_WRITE_H

/*
 * Values as they stand in JSON. Pure; any thread; the locale does not matter.
 */
#include <stddef.h>

enum { JSON_NUMBER_SIZE = 40 }; /* with its end */

/** Writes `value` so that reading it gives the same double; "null" when it is not finite. */
void json_write_double(double value, char text[JSON_NUMBER_SIZE]);

/**
 * Writes at most `size` printable ASCII characters, up to a zero byte, with quotes around and
 * escapes before quotes and backslashes. Takes 2 * `size` + 3 bytes of `text`.
 */
void json_write_string(const char *characters, size_t size, char *text);

#endif

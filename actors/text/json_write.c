/* SPDX-License-Identifier: Apache-2.0 */
#include "text/json_write.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

/* `printed` is a number as printf makes it: all that is no part of a JSON number is the decimal
 * point of the locale, which may have several bytes. */
static void copy_with_dot(char *text, const char *printed)
{
    static const char number_bytes[] = "0123456789+-e";
    while (*printed) {
        size_t size = strspn(printed, number_bytes);
        memcpy(text, printed, size);
        text += size;
        printed += size;
        if (*printed)
            *text++ = '.';
        printed += strcspn(printed, number_bytes);
    }
    *text = '\0';
}

/* 17 digits give back the same double when read; JSON has no NaN and no infinity. */
void json_write_double(double value, char text[JSON_NUMBER_SIZE])
{
    char printed[JSON_NUMBER_SIZE];
    if (!isfinite(value)) {
        memcpy(text, "null", sizeof "null");
        return;
    }
    snprintf(printed, sizeof printed, "%.17g", value);
    copy_with_dot(text, printed);
}

void json_write_string(const char *characters, size_t size, char *text)
{
    *text++ = '"';
    for (size_t i = 0; i < size && characters[i] != '\0'; i++) {
        if (characters[i] == '"' || characters[i] == '\\')
            *text++ = '\\';
        *text++ = characters[i];
    }
    *text++ = '"';
    *text = '\0';
}

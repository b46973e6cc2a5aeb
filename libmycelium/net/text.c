/* SPDX-License-Identifier: Apache-2.0 */
#include "net/text.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

void myc__net_explain(myc_net_error *error, const char *format, ...)
{
    if (!error) {
        return;
    }
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(error->text, sizeof error->text, format, arguments);
    va_end(arguments);
    myc__text_clean(error->text);
}

int myc__net_explain_code(myc_net_error *error, int code)
{
    if (code && code != MYC_EINVAL) {
        myc__net_explain(error, "%s", myc_error_text(code));
    }
    return code;
}

void myc__text_add(char *room, size_t room_bytes, const char *format, ...)
{
    size_t used = strnlen(room, room_bytes);
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(room + used, room_bytes - used, format, arguments);
    va_end(arguments);
}

void myc__text_clean(char *text)
{
    for (; *text; text++) {
        if (*text < ' ' || *text > '~') {
            *text = '?';
        }
    }
}

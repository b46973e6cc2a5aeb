/* SPDX-License-Identifier: Apache-2.0 */
#include <mycelium/error.h>

const char *myc_error_text(int code)
{
    switch (code) {
#define ERROR_TEXT(name, number, text)                                                             \
    case number: return text;
        MYC_ERROR_MAP(ERROR_TEXT)
#undef ERROR_TEXT
    case MYC_OK: return "no error";
    default: return "unknown error";
    }
}

const char *myc_error_name(int code)
{
    switch (code) {
#define ERROR_NAME(name, number, text)                                                             \
    case number: return #name;
        MYC_ERROR_MAP(ERROR_NAME)
#undef ERROR_NAME
    case MYC_OK: return "MYC_OK";
    default: return "unknown";
    }
}

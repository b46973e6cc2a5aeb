/* SPDX-License-Identifier: Apache-2.0 */
#include "service/names_check.h"

#include <string.h>

#include "base/limits.h"

static bool has_length(const char *text, size_t least, size_t bytes)
{
    size_t length = text ? strnlen(text, bytes) : bytes;
    return length >= least && length < bytes;
}

static bool is_visible(const char *text)
{
    while ((uint8_t)*text > ' ' && *text != 127) {
        text++;
    }
    return *text == 0;
}

static int refuse(myc_context *ctx, const char *what, const char *value, const char *expected)
{
    myc_log(ctx, MYC_LOG_ERROR, "registry: %s '%.64s': expected %s", what, value ? value : "",
            expected);
    return MYC_EINVAL;
}

int myc__check_name(myc_context *ctx, const char *name)
{
    if (!has_length(name, 1, MYC__REGISTRY_NAME_BYTES)) {
        return refuse(ctx, "name", name, "1 to 63 bytes");
    }
    if (!is_visible(name) || strpbrk(name, "*?")) {
        return refuse(ctx, "name", name, "no blanks, control characters, '*' or '?'");
    }
    return 0;
}

int myc__check_pattern(myc_context *ctx, const char *pattern)
{
    bool fit = has_length(pattern, 1, MYC__REGISTRY_NAME_BYTES) && is_visible(pattern);
    return fit ? 0 : refuse(ctx, "pattern", pattern, "1 to 63 bytes without blanks");
}

int myc__check_pair(myc_context *ctx, const char *name, const char *key, const char *value)
{
    if (!has_length(key, 1, MYC__METADATA_KEY_BYTES)) {
        return refuse(ctx, "key of metadata of", name, "1 to 31 bytes");
    }
    if (!has_length(value, 0, MYC__METADATA_VALUE_BYTES)) {
        return refuse(ctx, "value of metadata of", name, "at most 63 bytes");
    }
    return 0;
}

int myc__check_metadata(myc_context *ctx, const char *name, const myc_registry_options *options)
{
    if (options->metadata_count > MYC__METADATA_MAX) {
        return refuse(ctx, "metadata of", name, "at most 8 pairs");
    }
    int error = 0;
    for (uint32_t i = 0; i < options->metadata_count && !error; i++) {
        error = myc__check_pair(ctx, name, options->metadata[i].key, options->metadata[i].value);
    }
    return error;
}

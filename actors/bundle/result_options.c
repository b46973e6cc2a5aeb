/* SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>
#include <string.h>

#include <mycelium/stream.h>

#include "bundle/option_setters.h"

const char *option_set_path(const char **path, const char *value)
{
    *path = value;
    return value[0] ? NULL : "the path of a file";
}

const char *set_signals(void *self, const char *value)
{
    return option_set_path(&((run_options *)self)->signals_path, value);
}

const char *set_state(void *self, const char *value)
{
    return option_set_path(&((run_options *)self)->state_path, value);
}

const char *set_stats(void *self, const char *value)
{
    return option_set_path(&((run_options *)self)->stats_path, value);
}

const char *set_books(void *self, const char *value)
{
    ((run_options *)self)->actors_option = "--books";
    return option_set_path(&((run_options *)self)->books_path, value);
}

/* Where to send is said as where to receive is: udp:// here is what streams call udp-to://. */
static bool write_target(run_target *target, const char *value)
{
    static const struct {
        const char *given;
        const char *opened;
    } SCHEMES[] = {
        {"tcp-listen://", "tcp-listen://"}, {"unix-listen://", "unix-listen://"},
        {"unix://", "unix-listen://"},      {"udp://", "udp-to://"},
        {"udp-to://", "udp-to://"},         {"unix-datagram-to://", "unix-datagram-to://"}};
    for (size_t i = 0; i < OPTION_COUNT_OF(SCHEMES); i++) {
        size_t size = strlen(SCHEMES[i].given);
        if (strncmp(value, SCHEMES[i].given, size) == 0) {
            int written = snprintf(target->target, sizeof target->target, "%s%s", SCHEMES[i].opened,
                                   value + size);
            return value[size] && written > 0 && (size_t)written < sizeof target->target;
        }
    }
    return false;
}

const char *set_publish(void *self, const char *value)
{
    run_options *options = self;
    const char *expected = NULL;
    options->actors_option = "--publish";
    if (options->publish_count == RUN_PUBLISH_MAX) {
        return "at most 16 targets";
    }
    run_target *target = &options->publish[options->publish_count];
    if (!write_target(target, value)) {
        return "tcp-listen://, unix-listen://, udp:// or unix-datagram-to:// with an address";
    }
    if (myc_stream_check(target->target, &expected)) {
        return expected;
    }
    target->text = value;
    options->publish_count++;
    return NULL;
}

const char *set_subscribers(void *self, const char *value)
{
    return option_set_count(&((run_options *)self)->subscribers, value, RUN_SUBSCRIBERS_MAX,
                            "a whole number from 1 to 256");
}

const char *set_quiet(void *self, const char *value)
{
    (void)value;
    ((run_options *)self)->is_quiet = true;
    return NULL;
}

static bool are_same_file(const char *a, const char *b)
{
    return a && b && strcmp(a, b) == 0 && strcmp(a, "-") != 0;
}

static bool has_listeners(const run_options *options)
{
    for (uint32_t i = 0; i < options->publish_count; i++) {
        if (strstr(options->publish[i].target, "-listen://")) {
            return true;
        }
    }
    return false;
}

const char *result_options_check(const run_options *options)
{
    const char *paths[] = {options->signals_path, options->state_path, options->stats_path,
                           options->books_path, options->record_path};
    for (size_t i = 0; i < OPTION_COUNT_OF(paths); i++) {
        for (size_t j = 0; j < i; j++) {
            if (are_same_file(paths[i], paths[j])) {
                return "--signals, --state, --stats, --books, --record: expected different files";
            }
        }
    }
    if (options->subscribers > 0 && !has_listeners(options)) {
        return "--subscribers: expected --publish to tcp-listen:// or unix-listen://";
    }
    return NULL;
}

/* SPDX-License-Identifier: Apache-2.0 */
#include "bundle/option_setters.h"

static const char *const IDLE_NAMES[] = {"spin-park", "spin", "park"}; /* as enum myc_idle */
static const char *const IO_NAMES[] = {"auto", "uring", "epoll"};      /* as enum myc_io_backend */
static const char *const HOT_PATH_NAMES[] = {"actors", "relay"};       /* as enum run_hot_path */
static const char *const PLACE_NAMES[] = {"spread", "together"};       /* as enum run_place */

_Static_assert(MYC_IDLE_SPIN_PARK == 0 && MYC_IDLE_SPIN == 1 && MYC_IDLE_PARK == 2,
               "the order of IDLE_NAMES");
_Static_assert(MYC_IO_AUTO == 0 && MYC_IO_URING == 1 && MYC_IO_EPOLL == 2, "the order of IO_NAMES");

const char *option_set_count(uint32_t *count, const char *value, uint32_t maximum,
                             const char *expected)
{
    uint64_t parsed;
    if (option_parse_count(value, 1, maximum, &parsed)) {
        return expected;
    }
    *count = (uint32_t)parsed;
    return NULL;
}

const char *set_workers(void *self, const char *value)
{
    ((run_options *)self)->actors_option = "--workers";
    return option_set_count(&((run_options *)self)->workers, value, RUN_WORKERS_MAX,
                            "a whole number from 1 to 64");
}

const char *set_mailbox(void *self, const char *value)
{
    ((run_options *)self)->actors_option = "--mailbox";
    return option_set_count(&((run_options *)self)->mailbox_bound, value, RUN_MAILBOX_MAX,
                            "a whole number from 1 to 16777216");
}

const char *set_hot_path(void *self, const char *value)
{
    int path = option_parse_choice(value, HOT_PATH_NAMES, OPTION_COUNT_OF(HOT_PATH_NAMES));
    ((run_options *)self)->hot_path = path < 0 ? RUN_ACTORS : (run_hot_path)path;
    return path < 0 ? "actors or relay" : NULL;
}

const char *set_place(void *self, const char *value)
{
    ((run_options *)self)->actors_option = "--place";
    int place = option_parse_choice(value, PLACE_NAMES, OPTION_COUNT_OF(PLACE_NAMES));
    ((run_options *)self)->place = place < 0 ? RUN_SPREAD : (run_place)place;
    return place < 0 ? "together or spread" : NULL;
}

const char *set_idle(void *self, const char *value)
{
    ((run_options *)self)->actors_option = "--idle";
    int idle = option_parse_choice(value, IDLE_NAMES, OPTION_COUNT_OF(IDLE_NAMES));
    ((run_options *)self)->idle = idle < 0 ? MYC_IDLE_SPIN_PARK : (myc_idle)idle;
    return idle < 0 ? "spin, spin-park or park" : NULL;
}

const char *set_io(void *self, const char *value)
{
    ((run_options *)self)->actors_option = "--io";
    int io = option_parse_choice(value, IO_NAMES, OPTION_COUNT_OF(IO_NAMES));
    ((run_options *)self)->io = io < 0 ? MYC_IO_AUTO : (myc_io_backend)io;
    return io < 0 ? "auto, uring or epoll" : NULL;
}

const char *run_options_io_name(myc_io_backend io)
{
    return IO_NAMES[io];
}

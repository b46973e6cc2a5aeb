/* SPDX-License-Identifier: Apache-2.0 */
#include "io/worker_driver.h"

#include <stdio.h>
#include <string.h>

#include "base/sync.h"

/* Keeps the last line until it is known whether another worker has said it already. */
typedef struct kept_line {
    myc_log_level level;
    char text[MYC__LOG_LINE_BYTES]; /* empty: none */
} kept_line;

static void keep(void *user, myc_log_level level, const char *text)
{
    kept_line *line = user;
    line->level = level;
    snprintf(line->text, sizeof line->text, "%s", text);
}

static myc_io_backend backend_of(const myc__driver *driver)
{
    return strcmp(myc__driver_name(driver), "epoll") == 0 ? MYC_IO_EPOLL : MYC_IO_URING;
}

/* Errors are always said: each open that fails has its cause in the log. */
static bool is_news(myc__fabric *fabric, const kept_line *line, const myc__driver *driver)
{
    if (line->text[0] == '\0') {
        return false;
    }
    if (!driver) {
        return true;
    }
    uint32_t *said =
        backend_of(driver) == MYC_IO_EPOLL ? &fabric->io_refused_said : &fabric->io_smaller_said;
    return myc__exchange_acq_rel_u32(said, 1) == 0;
}

int myc__worker_driver_create(myc__shard *shard, myc__driver **driver)
{
    myc__fabric *fabric = shard->context.fabric;
    kept_line line = {.text = ""};
    const myc__log log = {keep, &line};
    myc__driver_options options = {
        .backend = fabric->io_backend,
        .wake_fd = shard->parking.wake_fd,
        .several_threads = fabric->caller_driven,
        .allocator = &fabric->allocator,
        .log = &log,
    };
    if (fabric->io_faults) {
        options.faults = *fabric->io_faults;
        options.faults.seed += shard->index;
    }
    int error = myc__driver_create(&options, driver);
    if (is_news(fabric, &line, *driver)) {
        myc__log_line(&fabric->log, line.level, "%s", line.text);
    }
    if (!error) {
        myc__store_relaxed_u32(&fabric->io_in_use, backend_of(*driver));
    }
    return error;
}

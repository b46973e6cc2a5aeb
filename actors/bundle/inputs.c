/* SPDX-License-Identifier: Apache-2.0 */
#include "bundle/inputs.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "bundle/output_file.h"
#include "bundle/tls_setup.h"
#include "feeds/pools_file.h"
#include "text/hex.h"

static bool is_named_file(const feed_spec *feed)
{
    return feed->transport == FEED_FILE;
}

static bool is_standard_stream(const char *path)
{
    return strcmp(path, "-") == 0;
}

/* Opening is the sure test, but would disturb the other end of a pipe. */
static int check_readable(const char *path, const struct stat *status)
{
    if (S_ISDIR(status->st_mode)) {
        return EISDIR;
    }
    if (!S_ISREG(status->st_mode)) {
        return faccessat(AT_FDCWD, path, R_OK, AT_EACCESS) == 0 ? 0 : errno;
    }
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0) {
        return errno;
    }
    (void)close(fd);
    return 0;
}

/* Fills in `status` for a named file; all else gets a mode of 0. Returns 0 or an errno. */
static int check_feed(const feed_spec *feed, struct stat *status)
{
    *status = (struct stat){0};
    if (!is_named_file(feed)) {
        return 0;
    }
    return stat(feed->source, status) == 0 ? check_readable(feed->source, status) : errno;
}

static int check_feeds(const run_options *options, bundle_console *console, uint64_t *bytes)
{
    bool is_known = true;
    *bytes = 0;
    for (uint32_t i = 0; i < options->feed_count; i++) {
        struct stat status;
        int os_error = check_feed(&options->feeds[i], &status);
        if (tls_setup_check(&options->feeds[i], console)) {
            return -1;
        }
        if (os_error) {
            console_say(console, "--feed %s: cannot be read: %s", options->feeds[i].source,
                        strerror(os_error));
            return -1;
        }
        is_known = is_known && S_ISREG(status.st_mode);
        *bytes += (uint64_t)status.st_size * options->rounds;
    }
    if (!is_known) {
        *bytes = 0;
    }
    return 0;
}

/* Whether both paths lead to the same regular file. */
static bool are_same_file(const char *a, const char *b)
{
    struct stat left;
    struct stat right;
    if (!a || !b || is_standard_stream(a) || is_standard_stream(b) || stat(a, &left) != 0 ||
        stat(b, &right) != 0) {
        return false;
    }
    return S_ISREG(left.st_mode) && left.st_dev == right.st_dev && left.st_ino == right.st_ino;
}

static bool is_input(const run_options *options, const char *path)
{
    for (uint32_t i = 0; i < options->feed_count; i++) {
        if (is_named_file(&options->feeds[i]) && are_same_file(options->feeds[i].source, path)) {
            return true;
        }
    }
    return are_same_file(options->pools_path, path) || are_same_file(options->blocks_path, path);
}

static int check_output(const run_options *options, bundle_console *console, const char *option,
                        const char *path)
{
    if (!path) {
        return 0;
    }
    int os_error = output_file_check(path);
    if (os_error) {
        console_say(console, "%s %s: cannot be written: %s", option, path, strerror(os_error));
        return -1;
    }
    if (is_input(options, path)) {
        console_say(console, "%s %s: is one of the files to read", option, path);
        return -1;
    }
    return 0;
}

int inputs_check(const run_options *options, bundle_console *console, uint64_t *bytes)
{
    if (check_feeds(options, console, bytes) ||
        check_output(options, console, "--signals", options->signals_path) ||
        check_output(options, console, "--state", options->state_path) ||
        check_output(options, console, "--books", options->books_path) ||
        check_output(options, console, "--record", options->record_path)) {
        return -1;
    }
    return check_output(options, console, "--stats", options->stats_path);
}

static void tell_bad_rows(bundle_console *console, const char *path, uint64_t bad_rows,
                          uint64_t duplicates)
{
    if (bad_rows > 0) {
        console_say(console, "warning: %s: %llu bad rows left out", path,
                    (unsigned long long)bad_rows);
    }
    if (duplicates > 0) {
        console_say(console, "warning: %s: %llu rows replaced by a later one", path,
                    (unsigned long long)duplicates);
    }
}

int inputs_read_blocks(const run_options *options, bundle_console *console, blocks_file *blocks)
{
    console_rows rows = {.console = console};
    *blocks = (blocks_file){0};
    if (!options->blocks_path) {
        return 0;
    }
    if (blocks_file_read(blocks, options->blocks_path, (csv_report){console_row, &rows})) {
        console_say(console, "--blocks: %s", blocks->error);
        return -1;
    }
    tell_bad_rows(console, options->blocks_path, blocks->bad_rows, blocks->duplicates);
    return 0;
}

static int add_pool(market_state *state, bundle_console *console, const char *path,
                    const pool_row *row)
{
    char address[HEX_ADDRESS_TEXT_SIZE + 1];
    int error = market_state_add_pool(state, &row->pool, &row->token0, &row->token1, row->fee_ppm);
    if (!error) {
        return 0;
    }
    hex_format_address(&row->pool, address);
    console_say(console, "--pools %s:%llu: pool %s: %s", path, (unsigned long long)row->line,
                address, myc_error_text(error));
    return -1;
}

static int add_pools(market_state *state, bundle_console *console, const char *path,
                     const pools_file *file)
{
    for (size_t i = 0; i < file->count; i++) {
        if (file->pools[i].version == 2 && add_pool(state, console, path, &file->pools[i])) {
            return -1;
        }
    }
    return 0;
}

int inputs_read_pools(const run_options *options, bundle_console *console, market_state *state)
{
    console_rows rows = {.console = console};
    pools_file file = {0};
    if (!options->pools_path) {
        return 0;
    }
    int result = pools_file_read(&file, options->pools_path, (csv_report){console_row, &rows});
    if (result) {
        console_say(console, "--pools: %s", file.error);
    } else {
        tell_bad_rows(console, options->pools_path, file.bad_rows, file.duplicates);
        result = add_pools(state, console, options->pools_path, &file);
    }
    pools_file_fini(&file);
    return result;
}

/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include <mycelium/error.h>

#include "simulate/simulate.h"

enum { FILE_LOGS, FILE_POOLS, FILE_BLOCKS, FILE_COUNT };

static const char *const suffixes[FILE_COUNT] = {"", ".pools.csv", ".blocks.csv"};

typedef struct market_files {
    FILE *files[FILE_COUNT];
    char *paths[FILE_COUNT];
} market_files;

static char *concatenate(const char *path, const char *suffix)
{
    size_t size = strlen(path) + strlen(suffix) + 1;
    char *whole = malloc(size);
    if (whole)
        snprintf(whole, size, "%s%s", path, suffix);
    return whole;
}

static int error_of_open(int cause)
{
    switch (cause) {
    case ENOMEM: return MYC_ENOMEM;
    case ENOENT:
    case ENOTDIR: return MYC_ENOENT;
    case EACCES:
    case EPERM:
    case EROFS: return MYC_EACCES;
    default: return MYC_EIO;
    }
}

/* Opens file `i`. */
static int open_one(market_files *self, const char *path, int i)
{
    self->paths[i] = concatenate(path, suffixes[i]);
    if (!self->paths[i])
        return MYC_ENOMEM;
    self->files[i] = fopen(self->paths[i], "w");
    return self->files[i] ? 0 : error_of_open(errno);
}

/* Closes all. Returns `result`, or MYC_EIO if that is 0 and a file was not written; `*failed` is
 * then the number of the file. */
static int close_all(market_files *self, int result, int *failed)
{
    for (int i = 0; i < FILE_COUNT; i++) {
        if (!self->files[i])
            continue;
        bool wrong = ferror(self->files[i]) != 0;
        wrong |= fclose(self->files[i]) != 0;
        if (wrong && (result == 0 || (result == MYC_EIO && *failed < 0))) {
            result = MYC_EIO;
            *failed = i;
        }
    }
    return result;
}

int simulate_market_to_path(const simulate_options *options, const char *path,
                            simulate_summary *summary, char **failed_path)
{
    market_files self = {.files = {NULL}};
    int result = 0, failed = -1;
    for (int i = 0; i < FILE_COUNT && result == 0; i++) {
        result = open_one(&self, path, i);
        failed = result != 0 ? i : -1;
    }
    if (result == 0)
        result = simulate_market(options, self.files[FILE_LOGS], self.files[FILE_POOLS],
                                 self.files[FILE_BLOCKS], summary);
    result = close_all(&self, result, &failed);
    if (failed_path)
        *failed_path = failed >= 0 && self.paths[failed] ? strdup(self.paths[failed]) : NULL;
    for (int i = 0; i < FILE_COUNT; i++)
        free(self.paths[i]);
    return result;
}

/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TESTS_ACTORS_BUNDLE_PROCESS_H
#define TESTS_ACTORS_BUNDLE_PROCESS_H

/*
 * Runs the market-bundle program as a process, in a directory of its own.
 *
 * Words of a command line are separated by blanks; @ stands for the directory.
 */
#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <spawn.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <criterion/criterion.h>
#include <jansson.h>

enum { BUNDLE_WORDS_MAX = 48, BUNDLE_LINE_SIZE = 4096 };

extern char **environ;

static char bundle_directory[64];

static inline void bundle_set_up(void)
{
    (void)snprintf(bundle_directory, sizeof bundle_directory, "/tmp/test_bundle.XXXXXX");
    cr_assert_not_null(mkdtemp(bundle_directory));
}

static inline int bundle_remove_entry(const char *path, const struct stat *status, int type,
                                      struct FTW *walk)
{
    (void)status;
    (void)type;
    (void)walk;
    return remove(path);
}

static inline void bundle_tear_down(void)
{
    (void)nftw(bundle_directory, bundle_remove_entry, 8, FTW_DEPTH | FTW_PHYS);
}

/* Copies `text` to `line`, with the directory for each @. */
static inline void bundle_expand(const char *text, char line[BUNDLE_LINE_SIZE])
{
    size_t size = 0;
    for (; *text; text++) {
        size += (size_t)snprintf(line + size, BUNDLE_LINE_SIZE - size, "%.*s",
                                 *text == '@' ? (int)sizeof bundle_directory : 1,
                                 *text == '@' ? bundle_directory : text);
        cr_assert(size < BUNDLE_LINE_SIZE);
    }
    line[size] = '\0';
}

/* The content of "@/name"; free() it. */
static inline char *bundle_read(const char *name)
{
    char path[BUNDLE_LINE_SIZE];
    char *text = NULL;
    size_t capacity = 0;
    bundle_expand(name, path);
    FILE *file = fopen(path, "r");
    cr_assert_not_null(file, "%s: %s", path, strerror(errno));
    if (getdelim(&text, &capacity, '\0', file) < 0) {
        text = realloc(text, 1);
        text[0] = '\0';
    }
    (void)fclose(file);
    return text;
}

static inline void bundle_write(const char *name, const char *text)
{
    char path[BUNDLE_LINE_SIZE];
    bundle_expand(name, path);
    FILE *file = fopen(path, "w");
    cr_assert_not_null(file);
    cr_assert(fputs(text, file) >= 0);
    cr_assert(fclose(file) == 0);
}

static inline bool bundle_exists(const char *name)
{
    char path[BUNDLE_LINE_SIZE];
    bundle_expand(name, path);
    return access(path, F_OK) == 0;
}

static inline json_t *bundle_json(const char *name)
{
    json_error_t error;
    char *text = bundle_read(name);
    json_t *json = json_loads(text, JSON_REJECT_DUPLICATES, &error);
    cr_assert_not_null(json, "%s: line %d: %s", name, error.line, error.text);
    free(text);
    return json;
}

/* The number at a path such as "events/swap_v2"; -1 when it is not there. */
static inline long long bundle_number(const json_t *json, const char *path)
{
    char copy[128];
    (void)snprintf(copy, sizeof copy, "%s", path);
    for (char *key = strtok(copy, "/"); key; key = strtok(NULL, "/")) {
        json = json_object_get(json, key);
    }
    return json_is_integer(json) ? json_integer_value(json) : -1;
}

/* What the process gets as its standard streams; -1 = /dev/null, @/stdout, @/stderr. */
typedef struct bundle_streams {
    int in;
    int out;
} bundle_streams;

static inline int bundle_open(const char *name, int flags)
{
    char path[BUNDLE_LINE_SIZE];
    bundle_expand(name, path);
    int fd = open(path, flags | O_CLOEXEC, 0666);
    cr_assert(fd >= 0, "%s: %s", path, strerror(errno));
    return fd;
}

/* Starts `market-bundle WORDS`. Takes the streams: they are closed here. */
static inline pid_t bundle_start(const char *words, bundle_streams streams)
{
    static char program[] = MYC_BINARY_DIR "/actors/market-bundle";
    char line[BUNDLE_LINE_SIZE];
    char *argv[BUNDLE_WORDS_MAX + 2] = {program};
    int argc = 1;
    bundle_expand(words, line);
    for (char *word = strtok(line, " "); word; word = strtok(NULL, " ")) {
        cr_assert(argc <= BUNDLE_WORDS_MAX);
        argv[argc++] = word;
    }
    posix_spawn_file_actions_t actions;
    pid_t pid;
    int fds[] = {streams.in >= 0 ? streams.in : bundle_open("/dev/null", O_RDONLY),
                 streams.out >= 0 ? streams.out
                                  : bundle_open("@/stdout", O_WRONLY | O_CREAT | O_TRUNC),
                 bundle_open("@/stderr", O_WRONLY | O_CREAT | O_TRUNC)};
    (void)posix_spawn_file_actions_init(&actions);
    for (int i = 0; i < 3; i++) {
        (void)posix_spawn_file_actions_adddup2(&actions, fds[i], i);
    }
    cr_assert(posix_spawn(&pid, program, &actions, NULL, argv, environ) == 0, "%s is not built",
              program);
    (void)posix_spawn_file_actions_destroy(&actions);
    for (int i = 0; i < 3; i++) {
        (void)close(fds[i]);
    }
    return pid;
}

/* The exit code; a death by signal fails the test. */
static inline int bundle_wait(pid_t pid)
{
    int status;
    cr_assert(waitpid(pid, &status, 0) == pid);
    if (!WIFEXITED(status)) {
        char *text = bundle_read("@/stderr");
        cr_assert(WIFEXITED(status), "ended by signal %d; it said: %s", WTERMSIG(status), text);
    }
    return WEXITSTATUS(status);
}

/* Runs `market-bundle WORDS` to its end and gives the exit code; its output is in @/stdout and
 * @/stderr. */
static inline int bundle_run(const char *words)
{
    return bundle_wait(bundle_start(words, (bundle_streams){-1, -1}));
}

static inline bool bundle_said(const char *name, const char *wanted)
{
    char *text = bundle_read(name);
    bool is_there = strstr(text, wanted) != NULL;
    if (!is_there) {
        cr_log_error("\"%s\" is not in %s:\n%s", wanted, name, text);
    }
    free(text);
    return is_there;
}

#endif

/* SPDX-License-Identifier: Apache-2.0 */
#include "bundle/output_file.h"

#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

typedef struct output_file {
    FILE *file;
    const char *path;
    char *temporary_path; /* NULL = written in place */
} output_file;

/* Whether `path` is something to write in place; a path that is not there is not. */
static bool is_special(const char *path)
{
    struct stat status;
    return strcmp(path, "-") == 0 || (stat(path, &status) == 0 && !S_ISREG(status.st_mode));
}

static int open_in_place(output_file *self)
{
    self->file = strcmp(self->path, "-") == 0 ? stdout : fopen(self->path, "we");
    return self->file ? 0 : errno;
}

/* The mode a new file would have: mkostemp() makes it private. */
static int open_mode(const char *path)
{
    struct stat status;
    if (stat(path, &status) == 0) {
        return (int)(status.st_mode & 0777);
    }
    mode_t mask = umask(0);
    (void)umask(mask);
    return (int)(0666 & ~mask);
}

static int open_temporary(output_file *self)
{
    if (asprintf(&self->temporary_path, "%s.XXXXXX", self->path) < 0) {
        self->temporary_path = NULL;
        return ENOMEM;
    }
    int fd = mkostemp(self->temporary_path, O_CLOEXEC);
    self->file = fd < 0 ? NULL : fdopen(fd, "w");
    if (self->file && fchmod(fd, (mode_t)open_mode(self->path)) == 0) {
        return 0;
    }
    int os_error = errno;
    if (self->file) {
        (void)fclose(self->file);
    } else if (fd >= 0) {
        (void)close(fd);
    }
    if (fd >= 0) {
        (void)unlink(self->temporary_path);
    }
    free(self->temporary_path);
    return os_error;
}

/* Ends the writing. Returns `os_error`, or if that is 0 the errno of what failed. */
static int finish(output_file *self, int os_error)
{
    errno = 0;
    bool is_bad = ferror(self->file) || fflush(self->file) != 0;
    if (is_bad && os_error == 0) {
        os_error = errno ? errno : EIO;
    }
    if (self->file != stdout && fclose(self->file) != 0 && os_error == 0) {
        os_error = errno;
    }
    self->file = NULL;
    return os_error;
}

/* Moves the finished file to its place, or away after an error. */
static int settle(output_file *self, int os_error)
{
    if (!self->temporary_path) {
        return os_error;
    }
    if (os_error == 0 && rename(self->temporary_path, self->path) != 0) {
        os_error = errno;
    }
    if (os_error != 0) {
        (void)unlink(self->temporary_path);
    }
    free(self->temporary_path);
    return os_error;
}

int output_file_write(const char *path, output_writer write, const void *content)
{
    output_file self = {.path = path};
    int os_error = is_special(path) ? open_in_place(&self) : open_temporary(&self);
    if (os_error) {
        return os_error;
    }
    return settle(&self, finish(&self, write(content, self.file)));
}

static int check_directory_of(const char *path)
{
    char *copy = strdup(path);
    if (!copy) {
        return ENOMEM;
    }
    int os_error = faccessat(AT_FDCWD, dirname(copy), W_OK | X_OK, AT_EACCESS) == 0 ? 0 : errno;
    free(copy);
    return os_error;
}

int output_file_check(const char *path)
{
    struct stat status;
    if (strcmp(path, "-") == 0) {
        return 0;
    }
    if (stat(path, &status) != 0) {
        return errno == ENOENT ? check_directory_of(path) : errno;
    }
    if (S_ISDIR(status.st_mode)) {
        return EISDIR;
    }
    if (faccessat(AT_FDCWD, path, W_OK, AT_EACCESS) != 0) {
        return errno;
    }
    return S_ISREG(status.st_mode) ? check_directory_of(path) : 0;
}

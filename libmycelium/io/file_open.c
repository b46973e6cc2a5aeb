/* SPDX-License-Identifier: Apache-2.0 */
#include "io/file_open.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "io/os_error.h"

static const char *advice(int os_error)
{
    switch (os_error) {
    case EMFILE: return "; raise RLIMIT_NOFILE (ulimit -n)";
    case ENFILE: return "; raise the sysctl fs.file-max";
    case ENXIO: return "; expected somebody who reads from it";
    default: return "";
    }
}

/* How a file is opened. */
typedef struct file_use {
    const char *verb;
    int flags;
    int standard_fd; /* which "-" names */
    const char *standard_name;
} file_use;

static const file_use to_read = {"read", O_RDONLY, STDIN_FILENO, "standard input"};
static const file_use to_append = {"write to", O_WRONLY | O_APPEND | O_CREAT, STDOUT_FILENO,
                                   "standard output"};

static int refuse(const file_use *use, const char *path, const myc__log *log, int os_error)
{
    const char *text = strerrordesc_np(os_error);
    myc__log_line(log, MYC_LOG_ERROR, "cannot %s %s: %s (errno %d)%s", use->verb, path,
                  text ? text : "unknown error", os_error, advice(os_error));
    return myc__error_of_os(os_error);
}

/* Without O_NONBLOCK the open of a FIFO waits for its other end. */
static int open_path(const char *path, int flags)
{
    int fd;
    do {
        fd = open(path, flags | O_CLOEXEC | O_NOCTTY | O_NONBLOCK, 0644);
    } while (fd < 0 && errno == EINTR);
    return fd;
}

/* In non-blocking mode io_uring gives EAGAIN for what is not in the page cache. */
static int make_blocking(int fd)
{
    int flags = fcntl(fd, F_GETFL);
    return flags < 0 || fcntl(fd, F_SETFL, flags & ~O_NONBLOCK) < 0 ? errno : 0;
}

static int look_at_regular(myc__open_file *file, uint64_t size_bytes)
{
    off_t start = lseek(file->fd, 0, SEEK_CUR);
    if (start < 0) {
        return errno;
    }
    file->has_positions = true;
    file->start = (uint64_t)start;
    file->size_bytes = size_bytes > file->start ? size_bytes - file->start : 0;
    return make_blocking(file->fd);
}

static int look_at(myc__open_file *file)
{
    struct stat status;
    if (fstat(file->fd, &status) < 0) {
        return errno;
    }
    if (S_ISDIR(status.st_mode)) {
        return EISDIR;
    }
    file->is_fifo = S_ISFIFO(status.st_mode);
    file->has_peer = file->is_fifo || S_ISSOCK(status.st_mode);
    file->is_on_disk = S_ISREG(status.st_mode) || S_ISBLK(status.st_mode);
    return S_ISREG(status.st_mode) ? look_at_regular(file, (uint64_t)status.st_size) : 0;
}

static int open_for(const file_use *use, const char *path, const myc__log *log,
                    myc__open_file *file)
{
    bool is_standard = strcmp(path, "-") == 0;
    const char *name = is_standard ? use->standard_name : path;
    *file = (myc__open_file){.is_borrowed = is_standard, .fd = use->standard_fd};
    if (!is_standard) {
        file->fd = open_path(path, use->flags);
    }
    if (file->fd < 0) {
        return refuse(use, name, log, errno);
    }
    int os_error = look_at(file);
    if (os_error) {
        myc__file_close(file);
        return refuse(use, name, log, os_error);
    }
    return 0;
}

int myc__file_open(const char *path, const myc__log *log, myc__open_file *file)
{
    return open_for(&to_read, path, log, file);
}

int myc__file_open_to_append(const char *path, const myc__log *log, myc__open_file *file)
{
    return open_for(&to_append, path, log, file);
}

void myc__file_close(const myc__open_file *file)
{
    if (!file->is_borrowed) {
        close(file->fd);
    }
}

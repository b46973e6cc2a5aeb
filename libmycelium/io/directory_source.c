/* SPDX-License-Identifier: Apache-2.0 */
#include "io/directory_source.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/inotify.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "io/file_names.h"
#include "io/notices.h"
#include "io/os_error.h"

enum {
    BUFFER_BYTES = 8192, /* some hundred notices, or thirty with the longest names */
    COMPLETE = IN_CLOSE_WRITE | IN_MOVED_TO,
    GONE = IN_DELETE_SELF | IN_MOVE_SELF | IN_UNMOUNT | IN_IGNORED,
};

typedef struct directory_source {
    myc__notices notices;  /* first */
    myc__file_names names; /* to be told, before what the kernel tells */
    bool is_again;         /* they have been told before, perhaps */
    bool has_to_list;      /* notices were lost */
    bool is_gone;
    char *path; /* as it was given, to be read again */
    size_t path_bytes;
    dev_t device; /* the directory that is watched */
    ino_t inode;
    uint32_t at, filled; /* of the buffer */
    alignas(struct inotify_event) uint8_t buffer[BUFFER_BYTES];
} directory_source;

/* ---- what the kernel tells ---- */

/* The next notice, or NULL with 0 in `*result` when there is none for now, or a negated errno. */
static const struct inotify_event *next_notice(directory_source *self, int *result)
{
    if (self->at == self->filled) {
        int32_t size = myc__notices_read(&self->notices, self->buffer, BUFFER_BYTES);
        if (size <= 0) {
            *result = size;
            return NULL;
        }
        self->at = 0;
        self->filled = (uint32_t)size;
    }
    const struct inotify_event *notice =
        (const struct inotify_event *)(const void *)(self->buffer + self->at);
    self->at += (uint32_t)sizeof *notice + notice->len;
    return notice;
}

/* Returns the name of a file that is complete, or NULL. */
static const char *note(directory_source *self, const struct inotify_event *notice)
{
    self->has_to_list = self->has_to_list || (notice->mask & IN_Q_OVERFLOW);
    self->is_gone = self->is_gone || (notice->mask & GONE);
    bool is_file = (notice->mask & COMPLETE) && !(notice->mask & IN_ISDIR) && notice->len > 0;
    return is_file ? notice->name : NULL;
}

/* ---- reading the directory ---- */

/* What the path names now may be another directory. */
static int look_at_path(const directory_source *self)
{
    struct stat status;
    if (stat(self->path, &status) != 0) {
        return errno;
    }
    return status.st_dev == self->device && status.st_ino == self->inode ? 0 : ENOENT;
}

/* Of notices that have come so far, read or not. */
static int count_early_bytes(const directory_source *self, int *early_bytes)
{
    if (ioctl(self->notices.fd, FIONREAD, early_bytes) != 0) {
        return errno;
    }
    *early_bytes += (int)(self->filled - self->at);
    return 0;
}

/* Nothing is told yet, so whoever looks at a file that is in the list sees what was written before
 * these notices. More than were there at the end of the list are not waited for. */
static int add_early(directory_source *self)
{
    int left_bytes, result = 0;
    int error = count_early_bytes(self, &left_bytes);
    while (!error && (left_bytes > 0 || self->at < self->filled)) {
        const struct inotify_event *notice = next_notice(self, &result);
        if (!notice) {
            return -result;
        }
        left_bytes -= (int)(sizeof *notice + notice->len);
        const char *name = note(self, notice);
        error = name ? myc__file_names_add(&self->names, name) : 0;
    }
    return error;
}

/* Returns 0 or an errno; nothing of it is kept then. */
static int list(directory_source *self)
{
    self->has_to_list = false;
    int error = look_at_path(self);
    error = error ? error : myc__file_names_list(&self->names, self->path);
    error = error ? error : add_early(self);
    if (error) {
        myc__file_names_clear(&self->names);
        self->has_to_list = true;
        return error;
    }
    myc__file_names_sort(&self->names);
    return 0;
}

/* ---- the next one ---- */

static int tell(const char *name, bool is_again, myc_stream_event *event)
{
    event->count = is_again;
    snprintf(event->name, sizeof event->name, "%s", name);
    return 1;
}

static int next_told(directory_source *self, myc_stream_event *event)
{
    int result = 0;
    const struct inotify_event *notice;
    while (!self->is_gone && !self->has_to_list && (notice = next_notice(self, &result))) {
        const char *name = note(self, notice);
        if (name) {
            return tell(name, false, event);
        }
    }
    return result;
}

static int next_file(myc__notices *notices, myc_stream_event *event)
{
    directory_source *self = (directory_source *)notices;
    for (;;) {
        const char *name = myc__file_names_take(&self->names);
        if (name) {
            return tell(name, self->is_again, event);
        }
        myc__file_names_clear(&self->names);
        int result = next_told(self, event);
        if (result != 0 || !(self->has_to_list || self->is_gone)) {
            return result;
        }
        if (self->is_gone) {
            return -ENOENT;
        }
        self->is_again = true;
        int error = list(self);
        if (error) {
            return -error;
        }
    }
}

static void fini(myc__notices *notices)
{
    directory_source *self = (directory_source *)notices;
    myc__file_names_clear(&self->names);
    myc__free(self->names.allocator, self->path, self->path_bytes);
}

static const myc__notices_kind kind = {.what = MYC_STREAM_APPEARED,
                                       .size_bytes = sizeof(directory_source),
                                       .next = next_file,
                                       .fini = fini};

/* ---- the beginning ---- */

static const char *advice(int os_error)
{
    switch (os_error) {
    case EMFILE: return "; raise RLIMIT_NOFILE or the sysctl fs.inotify.max_user_instances";
    case ENOSPC: return "; raise the sysctl fs.inotify.max_user_watches";
    default: return "";
    }
}

static int refuse(const myc__shard *shard, const char *path, int os_error)
{
    const char *text = strerrordesc_np(os_error);
    myc__log_line(&shard->context.fabric->log, MYC_LOG_ERROR,
                  "cannot watch the directory %s: %s (errno %d)%s", path,
                  text ? text : "unknown error", os_error, advice(os_error));
    return os_error == ENOSPC ? MYC_ELIMIT : myc__error_of_os(os_error);
}

/* Returns 0 or an errno, with nothing open. */
static int open_watch(const char *path, int *fd, struct stat *status)
{
    *fd = inotify_init1(IN_NONBLOCK | IN_CLOEXEC);
    if (*fd < 0) {
        return errno;
    }
    int watch = inotify_add_watch(*fd, path, COMPLETE | IN_DELETE_SELF | IN_MOVE_SELF | IN_ONLYDIR);
    if (watch >= 0 && stat(path, status) == 0) {
        return 0;
    }
    int os_error = errno;
    close(*fd);
    return os_error;
}

static int begin(directory_source *self, myc__shard *shard, const char *path,
                 const struct stat *status)
{
    self->names.allocator = &shard->context.fabric->allocator;
    self->path_bytes = strlen(path) + 1;
    self->path = myc__allocate_raw(self->names.allocator, self->path_bytes, 1);
    if (!self->path) {
        self->path_bytes = 0;
        return ENOMEM;
    }
    memcpy(self->path, path, self->path_bytes);
    self->device = status->st_dev;
    self->inode = status->st_ino;
    return list(self);
}

int myc__directory_source_create(myc__shard *shard, const myc__directory_source_options *options,
                                 uint32_t *number)
{
    struct stat status;
    myc__notices *made;
    int fd;
    int os_error = open_watch(options->path, &fd, &status);
    if (os_error) {
        return refuse(shard, options->path, os_error);
    }
    int error = myc__notices_create(
        shard,
        &(myc__notices_options){
            .kind = &kind, .owner = options->owner, .rows = options->rows, .fd = fd},
        &made);
    if (error) {
        close(fd);
        return error;
    }
    os_error = begin((directory_source *)made, shard, options->path, &status);
    if (os_error) {
        myc__source_close(&made->base);
        return refuse(shard, options->path, os_error);
    }
    *number = made->base.number;
    return 0;
}

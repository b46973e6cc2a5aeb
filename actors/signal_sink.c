/* SPDX-License-Identifier: Apache-2.0 */
#include "signal_sink.h"

#include <errno.h>
#include <stdbool.h>
#include <string.h>
#include <unistd.h>

static bool is_standard_output(const signal_sink *self)
{
    return self->file == stdout;
}

int signal_sink_open(signal_sink *self, const char *path)
{
    *self = (signal_sink){.path = path};
    self->file = strcmp(path, "-") == 0 ? stdout : fopen(path, "we");
    if (!self->file) {
        return errno;
    }
    if (!isatty(fileno(self->file))) {
        (void)setvbuf(self->file, NULL, _IOFBF, SIGNAL_SINK_BUFFER_SIZE);
    }
    return 0;
}

/* With the lock held. */
static void note_failure(signal_sink *self)
{
    if (self->os_error == 0) {
        self->os_error = errno != 0 ? errno : EIO;
    }
}

void signal_sink_write(signal_sink *self, const char *line, size_t size)
{
    flockfile(self->file);
    if (self->os_error == 0) {
        errno = 0;
        if (fwrite_unlocked(line, 1, size, self->file) == size) {
            self->lines++;
        } else {
            note_failure(self);
        }
    }
    funlockfile(self->file);
}

void signal_sink_flush(signal_sink *self)
{
    flockfile(self->file);
    errno = 0;
    if (self->os_error == 0 && fflush_unlocked(self->file) != 0) {
        note_failure(self);
    }
    funlockfile(self->file);
}

int signal_sink_error(signal_sink *self)
{
    flockfile(self->file);
    int os_error = self->os_error;
    funlockfile(self->file);
    return os_error;
}

int signal_sink_close(signal_sink *self)
{
    signal_sink_flush(self);
    int os_error = signal_sink_error(self);
    errno = 0;
    if (!is_standard_output(self) && fclose(self->file) != 0 && os_error == 0) {
        os_error = errno != 0 ? errno : EIO;
    }
    self->file = NULL;
    return os_error;
}

/* SPDX-License-Identifier: Apache-2.0 */
#include "io/signal_source.h"

#include <errno.h>
#include <signal.h>
#include <string.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include "io/notices.h"
#include "io/os_error.h"

static int next_signal(myc__notices *self, myc_stream_event *event)
{
    struct signalfd_siginfo signal;
    int32_t size = myc__notices_read(self, &signal, sizeof signal);
    if (size <= 0) {
        return size;
    }
    event->count = signal.ssi_signo;
    event->process_id = signal.ssi_pid;
    event->user_id = signal.ssi_uid;
    return 1;
}

static void fini(myc__notices *self)
{
    (void)self;
}

static const myc__notices_kind kind = {.what = MYC_STREAM_SIGNAL,
                                       .size_bytes = sizeof(myc__notices),
                                       .next = next_signal,
                                       .fini = fini};

static int refuse(const myc__log *log, int number, const char *expected)
{
    const char *name = sigabbrev_np(number);
    myc__log_line(log, MYC_LOG_ERROR, "cannot watch signal %d (%s%s): expected %s", number,
                  name ? "SIG" : "", name ? name : "unknown", expected);
    return MYC_EINVAL;
}

/* One that is not blocked would do to the process what it does by default, before it is read. */
static int check(const myc__log *log, const int *signals, sigset_t *watched)
{
    sigset_t blocked;
    sigemptyset(watched);
    int error = pthread_sigmask(SIG_BLOCK, NULL, &blocked);
    for (const int *number = signals; !error && *number; number++) {
        if (sigaddset(watched, *number) != 0 || *number == SIGKILL || *number == SIGSTOP) {
            return refuse(log, *number, "one that can be blocked");
        }
        if (!sigismember(&blocked, *number)) {
            return refuse(log, *number,
                          "it to be blocked in all threads, before the system is made");
        }
    }
    return error || !signals[0] ? MYC_EINVAL : 0;
}

int myc__signal_source_create(myc__shard *shard, const myc__signal_source_options *options,
                              uint32_t *number)
{
    const myc__log *log = &shard->context.fabric->log;
    sigset_t watched;
    int error = check(log, options->signals, &watched);
    if (error) {
        return error;
    }
    int fd = signalfd(-1, &watched, SFD_NONBLOCK | SFD_CLOEXEC);
    if (fd < 0) {
        int os_error = errno;
        myc__log_line(log, MYC_LOG_ERROR, "cannot watch signals: %s (errno %d)",
                      strerrordesc_np(os_error), os_error);
        return myc__error_of_os(os_error);
    }
    myc__notices *made;
    error = myc__notices_create(
        shard,
        &(myc__notices_options){
            .kind = &kind, .owner = options->owner, .rows = options->rows, .fd = fd},
        &made);
    if (error) {
        close(fd);
        return error;
    }
    *number = made->base.number;
    return 0;
}

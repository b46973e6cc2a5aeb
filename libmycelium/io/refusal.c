/* SPDX-License-Identifier: Apache-2.0 */
#include "io/refusal.h"

#include <errno.h>
#include <stdio.h>

typedef struct cause {
    int error;
    const char *name;
    const char *advice;
} cause;

static const cause causes[] = {
    {EPERM, "EPERM",
     "allow io_uring_setup, io_uring_enter and io_uring_register in the seccomp profile (the "
     "default one of Docker blocks them), or set the sysctl kernel.io_uring_disabled to 0"},
    {EACCES, "EACCES", "let the security module (SELinux, AppArmor) allow io_uring"},
    {ENOSYS, "ENOSYS", "Linux 5.11 or newer, built with CONFIG_IO_URING, is needed"},
    {ENOMEM, "ENOMEM", "raise RLIMIT_MEMLOCK (ulimit -l) or free memory"},
    {EMFILE, "EMFILE", "raise RLIMIT_NOFILE (ulimit -n)"},
    {ENFILE, "ENFILE", "raise the sysctl fs.file-max"},
};

static const cause *cause_of(int error)
{
    for (size_t index = 0; index < sizeof causes / sizeof causes[0]; index++) {
        if (causes[index].error == error) {
            return &causes[index];
        }
    }
    return NULL;
}

void myc__refusal_log(const myc__log *log, myc_io_backend backend, int error)
{
    const cause *known = cause_of(error);
    char number[32];
    snprintf(number, sizeof number, "errno %d", error);
    bool required = backend == MYC_IO_URING;
    myc__log_line(log, required ? MYC_LOG_ERROR : MYC_LOG_WARNING,
                  "the kernel refuses io_uring (%s), %s; to change it: %s",
                  known ? known->name : number,
                  required ? "which was asked for" : "epoll is used instead",
                  known ? known->advice : "see io_uring_setup(2)");
}

void myc__refusal_log_smaller(const myc__log *log, uint32_t wanted, uint32_t given)
{
    myc__log_line(log, MYC_LOG_WARNING,
                  "the kernel refuses an io_uring of %u entries (ENOMEM), %u are used; to change "
                  "it: raise RLIMIT_MEMLOCK (ulimit -l)",
                  wanted, given);
}

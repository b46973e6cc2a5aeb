/* SPDX-License-Identifier: Apache-2.0 */
#include "bundle/interrupt.h"

#include <pthread.h>
#include <signal.h>
#include <unistd.h>

static volatile sig_atomic_t is_requested;

static void on_signal(int number)
{
    if (is_requested) {
        _exit(128 + number);
    }
    is_requested = 1;
}

void interrupt_install(void)
{
    /* SA_RESTART: a write of results that is under way is not cut short by the first Ctrl-C. */
    struct sigaction action = {.sa_handler = on_signal, .sa_flags = SA_RESTART};
    (void)sigemptyset(&action.sa_mask);
    (void)sigaction(SIGINT, &action, NULL);
    (void)sigaction(SIGTERM, &action, NULL);
    (void)signal(SIGPIPE, SIG_IGN);
}

void interrupt_block(bool is_blocked)
{
    sigset_t signals;
    (void)sigemptyset(&signals);
    (void)sigaddset(&signals, SIGINT);
    (void)sigaddset(&signals, SIGTERM);
    (void)pthread_sigmask(is_blocked ? SIG_BLOCK : SIG_UNBLOCK, &signals, NULL);
}

bool interrupt_requested(void)
{
    return is_requested != 0;
}

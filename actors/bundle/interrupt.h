/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BUNDLE_INTERRUPT_H
#define BUNDLE_INTERRUPT_H

/*
 * Ctrl-C and SIGTERM: the first asks for an orderly end, the second ends the program at once.
 * SIGPIPE is ignored, so that a reader that went away is a write error like others.
 *
 * Threads: the main thread. Only it gets the signals if it blocks them while it starts others.
 */
#include <stdbool.h>

/** Sets the handlers. */
void interrupt_install(void);

/** Blocks the signals for the calling thread and those it starts, or lets them come again. */
void interrupt_block(bool is_blocked);

/** Whether an end was asked for. */
bool interrupt_requested(void);

#endif

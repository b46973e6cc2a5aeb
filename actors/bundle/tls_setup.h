/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BUNDLE_TLS_SETUP_H
#define BUNDLE_TLS_SETUP_H

/* The certificates that wss:// trusts. Threads: the main thread. */
#include "bundle/console.h"
#include "bundle/run_options.h"

struct myc_tls;

/** Reads them if a feed needs them, else gives NULL in `*tls`; release with tls_setup_close().
 * Returns 0, or -1 after telling the console. */
int tls_setup_open(const run_options *options, bundle_console *console, struct myc_tls **tls);

/** Says what is wrong with the URL of a feed. Returns 0, or -1 after telling the console. */
int tls_setup_check(const feed_spec *feed, bundle_console *console);

void tls_setup_close(struct myc_tls *tls);

#endif

/* SPDX-License-Identifier: Apache-2.0 */
#include <stddef.h>

#include "bundle/tls_setup.h"

int tls_setup_open(const run_options *options, bundle_console *console, struct myc_tls **tls)
{
    (void)options, (void)console;
    *tls = NULL;
    return 0;
}

int tls_setup_check(const feed_spec *feed, bundle_console *console)
{
    if (feed->transport == FEED_WEBSOCKET) {
        console_say(console, "--feed %s: this program was built without WebSockets", feed->text);
        return -1;
    }
    return 0;
}

void tls_setup_close(struct myc_tls *tls)
{
    (void)tls;
}

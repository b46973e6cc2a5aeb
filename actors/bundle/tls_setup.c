/* SPDX-License-Identifier: Apache-2.0 */
#include "bundle/tls_setup.h"

#include <mycelium/tls.h>
#include <mycelium/websocket.h>

int tls_setup_open(const run_options *options, bundle_console *console, struct myc_tls **tls)
{
    myc_net_error why;
    *tls = NULL;
    if (!run_options_use_tls(options)) {
        return 0;
    }
    if (myc_tls_create(&(myc_tls_options){.ca_file = options->ca_path}, tls, &why)) {
        console_say(console, "--ca%s%s: %s", options->ca_path ? " " : "",
                    options->ca_path ? options->ca_path : "", why.text);
        return -1;
    }
    return 0;
}

int tls_setup_check(const feed_spec *feed, bundle_console *console)
{
    myc_net_error why;
    if (feed->transport != FEED_WEBSOCKET || myc_websocket_check(feed->source, &why) == 0) {
        return 0;
    }
    console_say(console, "--feed %s: %s", feed->text, why.text);
    return -1;
}

void tls_setup_close(struct myc_tls *tls)
{
    myc_tls_release(tls);
}

/* SPDX-License-Identifier: Apache-2.0 */
#include "intake_websocket.h"

#include <mycelium/websocket.h>

_Static_assert((int)intake_tag_chunk == (int)myc_reader_tag_chunk &&
                   (int)intake_tag_event == (int)myc_reader_tag_event &&
                   (int)intake_tag_end == (int)myc_reader_tag_end,
               "an intake is a reader");

/* Streams count from 1 and never come that far. */
#define NUMBER_BASE 0x80000000u

static uint32_t collect_subscriptions(const intake_options *options, uint32_t feed,
                                      const char *texts[INTAKE_SUBSCRIPTIONS_MAX])
{
    uint32_t count = 0;
    for (uint32_t i = 0; i < options->subscription_count; i++) {
        if (options->subscriptions[i].feed == feed) {
            texts[count++] = options->subscriptions[i].text;
        }
    }
    return count;
}

int intake_websocket_open(intake_state *self, myc_context *ctx, inlet *to)
{
    const char *texts[INTAKE_SUBSCRIPTIONS_MAX];
    const feed_spec *spec = &feed_decoder_made(to->feed->decoder)->spec;
    myc_websocket_ref client;
    to->stream.number = NUMBER_BASE + to->number;
    int error = myc_websocket_connect(
        ctx, spec->source,
        &(myc_websocket_options){.subscriptions = texts,
                                 .subscription_count =
                                     collect_subscriptions(self->options, to->feed_number, texts),
                                 .tls = self->options->tls,
                                 .resolver = self->options->resolver,
                                 .attempts_max = self->options->reconnects ? 0 : 1,
                                 .stream_number = to->stream.number},
        (myc_reader_ref){myc_self(ctx)}, &client);
    if (!error) {
        to->client = client.address;
    }
    return error;
}

void intake_websocket_close(myc_context *ctx, const inlet *from)
{
    const myc_address none = {0};
    if (!myc_address_equal(from->client, none)) {
        myc_ignore(myc_websocket_close(ctx, (myc_websocket_ref){from->client}));
    }
}

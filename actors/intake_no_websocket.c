/* SPDX-License-Identifier: Apache-2.0 */
#include "intake_websocket.h"

int intake_websocket_open(intake_state *self, myc_context *ctx, inlet *to)
{
    (void)self, (void)to;
    myc_log(ctx, MYC_LOG_ERROR, "this program was built without WebSockets");
    return MYC_ENOTSUP;
}

void intake_websocket_close(myc_context *ctx, const inlet *from)
{
    (void)ctx, (void)from;
}

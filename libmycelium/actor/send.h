/* SPDX-License-Identifier: Apache-2.0 */
#ifndef MYC_ACTOR_SEND_H
#define MYC_ACTOR_SEND_H

#include "actor/actor.h"

/** myc_send() of a request (actor/request.h), with the tag that is no row. */
myc_sent myc__send_request(myc_context *ctx, myc_address to, const void *request);

#endif

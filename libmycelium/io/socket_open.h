/* SPDX-License-Identifier: Apache-2.0 */
#ifndef MYC_IO_SOCKET_OPEN_H
#define MYC_IO_SOCKET_OPEN_H

#include <mycelium/stream.h>

#include "io/source.h"
#include "io/target.h"

typedef struct myc__socket_request {
    myc__shard *shard; /* which has room for a source */
    myc_address owner;
    myc__source_rows rows;
    const char *text; /* the target's */
    const myc__target *target;
    const myc_stream_options *options; /* as given; may be NULL */
} myc__socket_request;

/** Opens a socket as a source of `owner`. Borrows all. `*number` names the source. Returns as
 * myc_stream_open(). */
MYC_MUST_CHECK int myc__socket_open(const myc__socket_request *request, uint32_t *number);

#endif

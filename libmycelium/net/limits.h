/* SPDX-License-Identifier: Apache-2.0 */
#ifndef MYC_NET_LIMITS_H
#define MYC_NET_LIMITS_H

/*
 * Every limit of this library, and how they hang together.
 */
#include <assert.h>
#include <stdint.h>

#include <mycelium/tls.h>

enum {
    MYC__HOST_BYTES_MAX = 253, /* of a name in the domain name system */
    MYC__ALPN_NAME_BYTES_MAX = 255,
    MYC__ALPN_BYTES_MAX = 1024, /* of the whole list as it is sent */

    MYC__URL_BYTES_MAX = 2048,
    MYC__UPGRADE_BYTES_MAX = 16384, /* of a request, and of an answer with its header fields */
    MYC__CONTROL_BYTES_MAX = 125,   /* of a control frame */
    MYC__CLOSE_REASON_BYTES_MAX = MYC__CONTROL_BYTES_MAX - 2,

    MYC__MESSAGE_BYTES_DEFAULT = 16 << 20,
    MYC__MESSAGE_BYTES_MAX = 1 << 30,
    MYC__UNSENT_BYTES_MAX = 4 << 20, /* what an engine holds for a peer that does not read */

    MYC__FIRST_BYTES = 4096,  /* a growing buffer begins with so many */
    MYC__PIECE_BYTES = 16384, /* taken from one engine and put into the next at one time */

    MYC__ADDRESSES_MAX = 8,       /* of a name that are tried */
    MYC__SUBSCRIPTIONS_MAX = 1024 /* texts sent after each connect */
};

#define MYC__OPEN_TIMEOUT_NS_DEFAULT UINT64_C(10000000000)
#define MYC__KEEPALIVE_NS_DEFAULT UINT64_C(20000000000)
#define MYC__RECONNECT_FIRST_NS_DEFAULT UINT64_C(100000000)
#define MYC__RECONNECT_MAX_NS_DEFAULT UINT64_C(30000000000)
#define MYC__CLOSE_TIMEOUT_NS UINT64_C(2000000000) /* for the server's answer to a close */

static_assert((int)MYC__HOST_BYTES_MAX < (int)MYC_NET_TEXT_BYTES, "an error may name the host");
static_assert((MYC__FIRST_BYTES & (MYC__FIRST_BYTES - 1)) == 0, "buffers grow by doubling");

#endif

/* SPDX-License-Identifier: Apache-2.0 */
#ifndef MYC_BASE_LIMITS_H
#define MYC_BASE_LIMITS_H

/*
 * Every limit of the library, and how they hang together.
 */
#include <assert.h>
#include <stdint.h>

enum {
    MYC__CACHE_LINE = 64,

    /* Who can send: workers, and threads outside. Each has an endpoint number. */
    MYC__WORKERS_MAX = 64,
    MYC__FOREIGN_MAX = 256,
    MYC__ENDPOINTS_MAX = MYC__WORKERS_MAX + MYC__FOREIGN_MAX,

    /* A myc_address: worker and index in `slot`, node and generation in `life`. */
    MYC__INDEX_BITS = 24,
    MYC__GENERATION_BITS = 22,
    /* A tag shares a word with the generation in an envelope. */
    MYC__TAG_BITS = 10,
    MYC__ROWS_MAX = 1000,    /* tags of a protocol; the rest are control tags */
    MYC__REQUEST_TAG = 1000, /* the payload is a request, with the row in it */
    MYC__CONTROL_TAG = 1008, /* first of them */

    MYC__SLOT_CHUNK_BITS = 10, /* the first chunk of a slot table: 1024 slots, 16 KiB */
    MYC__LANE_SLOTS = 1024,
    MYC__LANE_CONTROL_SLOTS = 32, /* of them kept for control */
    MYC__LANE_AHEAD = 8,          /* slots, two cache lines: how far ahead lines are asked for */
    MYC__RETURN_SLOTS = 1024,
    MYC__RETURN_LINE_SLOTS = 8,

    MYC__MAILBOX_INLINE = 3, /* slots that lie in the actor itself */
    MYC__MAILBOX_BOUND_DEFAULT = 1000,
    MYC__MAILBOX_BOUND_MAX = 1 << 24,
    MYC__BATCH_DEFAULT = 64,
    MYC__STASH_BOUND_DEFAULT = 1000,
    MYC__STASH_BOUND_MAX = MYC__MAILBOX_BOUND_MAX,

    MYC__TURNS_PER_PASS = 64,        /* actors run between two looks at lanes and I/O, */
    MYC__MESSAGES_PER_PASS = 1024,   /* or messages handled, whichever is first */
    MYC__WATCH_BUCKETS_MAX = 8192,   /* of the table of an actor's watches */
    MYC__GRANTED_PER_TURN = 8,       /* waiters resumed at a time: they share the room */
    MYC__DELIVERIES_PER_TURN = 4096, /* to subscribers, by the hub of a topic */
    MYC__TAKEN_PER_LANE = 128,       /* envelopes taken from one lane in one pass */
    MYC__TIMERS_PER_PASS = 1024,     /* deadlines that come, or come nearer, in one pass */
    MYC__REFERENCE_WEIGHT = 256,     /* references taken at once by a repeated retain */

    MYC__TIMER_CHUNK_PLACES = 1024, /* of an actor's timers, in one block */
    MYC__TIMER_CHUNKS_MAX = 4096,   /* of an actor */
    MYC__TIMER_INDEX_BITS = 22,

    MYC__CHILDREN_MAX = 10000, /* of a supervisor */
    MYC__RESTARTS_MAX = 1000,  /* that a supervisor remembers */
    MYC__RESTARTS_DEFAULT = 3,

    MYC__BLOCK_UNIT = 64,    /* blocks are multiples of a cache line, and aligned to one */
    MYC__BLOCK_MAX = 131072, /* 64 KiB and a header, with room to spare */
    MYC__SIZE_CLASSES = 22,
    MYC__CHUNK_BLOCK_BYTES = 65536, /* of a source */
    MYC__SLAB_MIN_BYTES = 64 << 10,
    MYC__SLAB_MAX_BYTES = 1 << 20,
    MYC__SLAB_HUGE_BYTES = 2 << 20, /* a huge page: where a class has several times as much */

    MYC__SOURCES_MAX = 4096, /* open at one time on a worker */
    MYC__SOURCE_BUCKETS = 512,
    MYC__READ_DEPTH_DEFAULT = 4,
    MYC__READ_DEPTH_MAX = 64,
    MYC__BUFFERS_RETRY_NS = 10000000,   /* a group of buffers for which memory was out */
    MYC__WRITE_BYTES_DEFAULT = 1 << 20, /* that may wait to be written to a stream, */
    MYC__WRITES_MAX = 8192,             /* in so many chunks: their ring takes a block of a pool */
    MYC__WRITE_PARTS_MAX = 16,          /* of them in one operation */
    MYC__GATHERED_BLOCK_BYTES = 32768,  /* small chunks are written to a file together */
    MYC__GATHERED_PARTS_MAX = 64,
    MYC__GATHERED_PART_BYTES = 8192, /* and larger ones as they are */

    MYC__STREAM_BLOCK_BYTES = 16384, /* of what is received from a connection */
    MYC__STREAM_BUFFERS = 64,        /* in the group of a worker */
    MYC__DATAGRAM_BLOCK_BYTES = 3072,
    MYC__DATAGRAM_BUFFERS = 256,
    MYC__LARGE_DATAGRAM_BLOCK_BYTES = 98304,
    MYC__LARGE_DATAGRAM_BUFFERS = 16,
    MYC__DATAGRAM_BYTES_DEFAULT = 2048, /* the longest that goes into the small blocks */
    MYC__DATAGRAM_BYTES_MAX = 65507,
    MYC__DATAGRAM_DEPTH_DEFAULT = 64, /* that wait: each is a chunk of its own */
    MYC__MERGED_BYTES_MAX = 4096,     /* pieces that are put together when they have to wait */
    MYC__BACKLOG_DEFAULT = 128,
    MYC__BACKLOG_MAX = 65535,

    MYC__ROUTER_MEMBERS_MAX = 4096, /* choosing by key or load looks at each */
    MYC__ROUTER_WEIGHT_MAX = 65536,
    MYC__POOL_THREADS_MAX = 64, /* helpers for blocking work */
    MYC__POOL_QUEUE_MAX = 1 << 20,
    MYC__POOL_QUEUE_DEFAULT = 1000,
    MYC__BREAKER_CALLS_MAX = 1000000, /* its thresholds */
    MYC__RETRY_TRIES_MAX = 1000,
    MYC__PROXY_MEMBERS_MAX = 256, /* each with a breaker; a call looks at each */

    MYC__NAMES_MAX = 65536, /* in the registry of a system */
    MYC__NAME_BUCKETS = 256,
    MYC__REGISTRY_NAME_BYTES = 64, /* of a name there, with the closing zero */
    MYC__METADATA_MAX = 8,         /* pairs of one name */
    MYC__METADATA_KEY_BYTES = 32,  /* with the closing zero */
    MYC__METADATA_VALUE_BYTES = 64,

    MYC__TYPES_MAX = 256, /* registered for myc_from_bytes() */
    MYC__NODES_MAX = 1024,
    MYC__LOG_LINE_BYTES = 512,
    MYC__NAME_BYTES = 32, /* of an actor, with the closing zero */
};

#define MYC__SPIN_NS_DEFAULT UINT64_C(50000)
#define MYC__KEEP_MEMORY_NS_DEFAULT UINT64_C(100000000)
#define MYC__ASK_WORKER_NS_DEFAULT UINT64_C(1000000000)
#define MYC__RESTARTS_WITHIN_NS_DEFAULT UINT64_C(5000000000)
#define MYC__BACKOFF_MAX_NS_DEFAULT UINT64_C(60000000000)
#define MYC__CONNECT_TIMEOUT_NS_DEFAULT UINT64_C(10000000000)
#define MYC__RECONNECT_MAX_NS_DEFAULT UINT64_C(30000000000)
#define MYC__FLUSH_NS UINT64_C(10000000000)        /* for what is written at the end of a stream, */
#define MYC__FLUSH_AT_STOP_NS UINT64_C(1000000000) /* and when the system stops */
#define MYC__SOURCE_RETRY_NS UINT64_C(10000000)    /* without memory or buffers */
#define MYC__ACCEPT_RETRY_NS UINT64_C(100000000)   /* without a descriptor for a connection */
#define MYC__STOP_TIMEOUT_NS_DEFAULT UINT64_C(5000000000)

static_assert(MYC__GENERATION_BITS + MYC__TAG_BITS == 32, "an envelope packs both in one word");
static_assert(MYC__ROWS_MAX <= MYC__REQUEST_TAG, "a request is no row");
static_assert(MYC__REQUEST_TAG < MYC__CONTROL_TAG, "control tags are not messages");
static_assert(MYC__CONTROL_TAG < 1 << MYC__TAG_BITS, "control tags fit in a tag");
static_assert(MYC__WORKERS_MAX <= 1 << (32 - MYC__INDEX_BITS), "a slot names its worker");
static_assert(MYC__NODES_MAX == 1 << (32 - MYC__GENERATION_BITS), "a life names its node");
static_assert(MYC__SIZE_CLASSES < MYC__BLOCK_UNIT, "a class fits in the low bits of a block");
static_assert((uint64_t)MYC__TIMER_CHUNK_PLACES * MYC__TIMER_CHUNKS_MAX ==
                  1 << MYC__TIMER_INDEX_BITS,
              "a timer's id has its index");
static_assert(MYC__LARGE_DATAGRAM_BLOCK_BYTES <= MYC__BLOCK_MAX, "its block is of a pool");
static_assert((MYC__LANE_SLOTS & (MYC__LANE_SLOTS - 1)) == 0, "rings index by a mask");
static_assert(MYC__LANE_CONTROL_SLOTS < MYC__LANE_SLOTS, "a lane takes messages too");
static_assert((uint64_t)MYC__ROUTER_MEMBERS_MAX * MYC__ROUTER_WEIGHT_MAX <= INT32_MAX,
              "the weights of a router add up in an int32_t");
static_assert((MYC__RETURN_SLOTS & (MYC__RETURN_SLOTS - 1)) == 0, "rings index by a mask");

#endif

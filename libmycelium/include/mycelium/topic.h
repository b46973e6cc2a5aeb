/* SPDX-License-Identifier: Apache-2.0 */
#ifndef MYCELIUM_TOPIC_H
#define MYCELIUM_TOPIC_H

/*
 * Topics: one publishes, all who subscribed get the same payload.
 *
 *     MYC_TOPIC(quotes, quote)                   quotes_topic, quotes_publish() ...
 *     MYC_SUBSCRIPTION(quotes, market, quote)    quotes_subscribe_market_quote() ...
 *
 *     quotes_topic quotes;
 *     error = quotes_create(ctx, NULL, &quotes);
 *     error = quotes_subscribe_market_quote(ctx, quotes, momentum, NULL);
 *     quotes_publish(ctx, quotes, update);
 *     quotes_destroy(ctx, quotes);
 *
 * How: a hub, an actor of the library's, on each worker. To publish is to send the payload to the
 * hub of each worker that has subscribers; the hub sends it to those. So a publisher pays for
 * workers, not for subscribers, nothing is allocated for a subscriber, and all of them share one
 * payload.
 *
 * Order: what one publisher publishes reaches each subscriber in the order published. An event that
 * is published after myc_topic_subscribe() has returned is delivered, by whatever thread; after an
 * unsubscribe has returned it is not.
 *
 * A subscriber that is full does not hold up the others: what happens to it is its own choice
 * (myc_slow). One that has ended leaves by itself, with the next event.
 *
 * Threads: any with a context, handlers and foreign threads alike.
 */
#include <mycelium/protocol.h>

MYC_EXTERN_C_BEGIN

typedef struct myc_topic myc_topic;

/** What becomes of an event for a subscriber whose mailbox is full. One whose own policy drops is
 * never full: then that policy rules. */
typedef enum myc_slow {
    MYC_SLOW_DROP = 0, /* this subscriber misses this event (default) */
    MYC_SLOW_KEEP_LATEST =
        1,               /* the newest event waits, outside of the mailbox, until there is room;
                                 those between are missed */
    MYC_SLOW_CUT_OFF = 2 /* its subscription ends; one notice tells it, which is never lost */
} myc_slow;

/** Options of a topic; all zero means the defaults. */
typedef struct myc_topic_options {
    const char *name;     /* of its hubs, in logs; copied; at most 31 characters; "topic" */
    uint32_t queue_bound; /* events that wait at a worker's hub, 1 to 16 M; default 1000 */
} myc_topic_options;

/** The notice of a cut. */
typedef struct myc_cut_off {
    myc_topic *topic; /* to compare, and to subscribe again; valid while the topic is */
} myc_cut_off;
MYC_MESSAGE(myc_cut_off)

/** Options of a subscription; all zero means the defaults. */
typedef struct myc_subscribe_options {
    myc_slow slow;
    /** With MYC_SLOW_CUT_OFF: the row for the notice, whose type is myc_cut_off. */
    uint32_t notice_tag;
} myc_subscribe_options;

/** What became of an event: how many workers with subscribers took it, and how many refused it, for
 * their hub's queue or the lane was full. None of a refusing worker's subscribers gets it. */
typedef struct myc_published {
    uint32_t workers;
    uint32_t refused;
} myc_published;

/**
 * What became of all events. For each subscription and each event that its hub took, one of:
 * delivered, dropped, replaced, waiting. A snapshot; exact at quiescence.
 */
typedef struct myc_topic_counts {
    uint64_t published;   /* calls */
    uint64_t refused;     /* the sum of `refused` of those calls */
    uint64_t delivered;   /* to one subscriber each */
    uint64_t dropped;     /* the subscriber was full, or had ended */
    uint64_t replaced;    /* a newer event took its place, or the subscription ended: KEEP_LATEST */
    uint64_t waiting;     /* for room, with KEEP_LATEST, now */
    uint64_t cut_off;     /* subscriptions ended for being full */
    uint64_t ended;       /* subscriptions ended with their actors */
    uint64_t subscribers; /* now; those asked for count at once */
} myc_topic_counts;

/**
 * Creates a topic for payloads of `type` and its hubs. Prefer the T_create() of MYC_TOPIC().
 * `options` may be NULL. Gives `*topic`: destroy it, before the system.
 * Returns 0, MYC_ENOMEM, MYC_EINVAL (an option: the log line says which), MYC_ELIMIT (no slot left
 * for a hub) or MYC_ESTOPPING.
 */
MYC_API MYC_MUST_CHECK int myc_topic_create(myc_context *ctx, const myc_type *type,
                                            const myc_topic_options *options, myc_topic **topic);

/** Ends it and its subscriptions; events that wait at a hub become dead letters. Takes `topic`;
 * NULL is ignored. Nobody uses it any more, on_stop of a subscriber either. */
MYC_API void myc_topic_destroy(myc_context *ctx, myc_topic *topic);

/**
 * Sends `payload` to all subscribers. Takes it, whatever the answer; NULL (a failed T_new()) is
 * published to nobody and counted as refused once. Never blocks, never allocates.
 */
MYC_API myc_published myc_topic_publish(myc_context *ctx, myc_topic *topic, const void *payload);

/**
 * Pauses the calling actor (see myc_pause_until_room()) if the hub of some worker with subscribers
 * is full. Returns true then: publish when the message comes again, with MYC_AGAIN. It is for
 * publishers that may not lose events to a full hub.
 */
MYC_API bool myc_topic_pause_until_room(myc_context *ctx, myc_topic *topic);

/**
 * Delivers events to `subscriber` as row `tag` from now on. Again for the same row: sets the
 * options. Prefer what MYC_SUBSCRIPTION() makes, which knows the type of the row. `options` may be
 * NULL. Who starts anew under a supervisor stays subscribed, as its address stays.
 * Returns 0, MYC_EINVAL (no such worker, an actor of another node, a tag that is no row, an
 * option: the log line says which), MYC_ENOMEM, MYC_ELIMIT or MYC_ESTOPPING. That the actor has
 * ended is no error: it leaves at once.
 */
MYC_API MYC_MUST_CHECK int myc_topic_subscribe(myc_context *ctx, myc_topic *topic,
                                               myc_address subscriber, uint32_t tag,
                                               const myc_subscribe_options *options);

/** Delivers no more to that row, but for what is in its mailbox. None is no error. Returns 0 or
 * MYC_ENOMEM (nothing has changed). */
MYC_API MYC_MUST_CHECK int myc_topic_unsubscribe(myc_context *ctx, myc_topic *topic,
                                                 myc_address subscriber, uint32_t tag);

/** Reads the counts. Any thread. */
MYC_API void myc_topic_counts_read(const myc_topic *topic, myc_topic_counts *counts);

/** Makes T_topic and its functions for payloads of type `payload`. */
#define MYC_TOPIC(T, payload_type)                                                                 \
    typedef payload_type T##_event;                                                                \
    typedef struct T##_topic {                                                                     \
        myc_topic *topic;                                                                          \
    } T##_topic;                                                                                   \
    /** See myc_topic_create(). */                                                                 \
    MYC_UNUSED MYC_MUST_CHECK static inline int T##_create(                                        \
        myc_context *ctx, const myc_topic_options *options, T##_topic *topic)                      \
    {                                                                                              \
        return myc_topic_create(ctx, &payload_type##_type, options, &topic->topic);                \
    }                                                                                              \
    /** See myc_topic_destroy(). */                                                                \
    MYC_UNUSED static inline void T##_destroy(myc_context *ctx, T##_topic topic)                   \
    {                                                                                              \
        myc_topic_destroy(ctx, topic.topic);                                                       \
    }                                                                                              \
    /** Takes `payload`, whatever the answer. See myc_topic_publish(). */                          \
    MYC_UNUSED static inline myc_published T##_publish(myc_context *ctx, T##_topic topic,          \
                                                       const payload_type *payload)                \
    {                                                                                              \
        return myc_topic_publish(ctx, topic.topic, payload);                                       \
    }                                                                                              \
    /** See myc_topic_counts_read(). */                                                            \
    MYC_UNUSED static inline void T##_counts(T##_topic topic, myc_topic_counts *counts)            \
    {                                                                                              \
        myc_topic_counts_read(topic.topic, counts);                                                \
    }

/** Makes the functions that subscribe row `row` of protocol P to topics T. Does not compile when
 * the row carries another type than the topic. */
#define MYC_SUBSCRIPTION(T, P, row)                                                                \
    /** See myc_topic_subscribe(). */                                                              \
    MYC_UNUSED MYC_MUST_CHECK static inline int T##_subscribe_##P##_##row(                         \
        myc_context *ctx, T##_topic topic, P##_ref subscriber,                                     \
        const myc_subscribe_options *options)                                                      \
    {                                                                                              \
        const T##_event *witness = (const P##_payload_##row *)0;                                   \
        (void)witness;                                                                             \
        return myc_topic_subscribe(ctx, topic.topic, subscriber.address, P##_tag_##row, options);  \
    }                                                                                              \
    /** See myc_topic_unsubscribe(). */                                                            \
    MYC_UNUSED MYC_MUST_CHECK static inline int T##_unsubscribe_##P##_##row(                       \
        myc_context *ctx, T##_topic topic, P##_ref subscriber)                                     \
    {                                                                                              \
        return myc_topic_unsubscribe(ctx, topic.topic, subscriber.address, P##_tag_##row);         \
    }

MYC_EXTERN_C_END

#endif

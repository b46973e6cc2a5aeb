/* SPDX-License-Identifier: Apache-2.0 */
#ifndef MYCELIUM_REGISTRY_H
#define MYCELIUM_REGISTRY_H

/*
 * The registry of a system: names for actors, with metadata, and notices of what changes.
 *
 *     MYC_REGISTRY(market)                            // once, in a header
 *
 *     error = market_register(ctx, "feed/binance", feed, NULL);
 *     error = market_lookup(ctx, "feed/binance", &feed);
 *
 *     and who wants to know what comes and goes, in a handler or on_start:
 *     error = myc_registry_watch(ctx, "feed/b*", desk_tag_feed, true);
 *
 * A name goes by itself when its actor ends. A lookup checks the protocol, so a ref is what its
 * type says. Look up once and keep the ref: it is good for the actor's life, while a lookup takes a
 * lock of the whole system and about 30 ns when nobody else has it.
 *
 * Names have 1 to 63 bytes, none of them a blank, a control character, '*' or '?'. A pattern is a
 * name in which '*' stands for any bytes, also none, and '?' for any one; NULL is all names.
 *
 * Threads: any, with its own context, but for the two functions that are for handlers.
 */
#include <mycelium/protocol.h>

MYC_EXTERN_C_BEGIN

enum { MYC_REGISTRY_NAME_BYTES = 64 }; /* with the closing zero */

/** A pair of metadata: a key of 1 to 31 bytes and a value of at most 63. */
typedef struct myc_registry_pair {
    const char *key;
    const char *value;
} myc_registry_pair;

/** Options of a registration; all zero means the defaults. Everything is copied. */
typedef struct myc_registry_options {
    bool replace; /* take the name from another actor; default: MYC_ETAKEN */
    const myc_registry_pair *metadata;
    uint32_t metadata_count; /* at most 8 */
} myc_registry_options;

typedef enum myc_registry_what {
    MYC_REGISTRY_ADDED = 0,
    MYC_REGISTRY_REPLACED = 1, /* another actor has the name now; `previous` had it */
    MYC_REGISTRY_CHANGED = 2,  /* its metadata */
    MYC_REGISTRY_REMOVED = 3   /* unregistered, or its actor has ended */
} myc_registry_what;

/** What a watcher gets: a message like any other, in a row of its protocol. */
typedef struct myc_registry_change {
    char name[MYC_REGISTRY_NAME_BYTES];
    myc_registry_what what;
    myc_address address;
    myc_address previous;         /* with MYC_REGISTRY_REPLACED, else zero */
    const myc_protocol *protocol; /* of the actor */
    uint64_t version; /* of the registry after the change: later changes have higher ones */
} myc_registry_change;
MYC_MESSAGE(myc_registry_change)

/** A name in a list. */
typedef struct myc_registry_entry {
    char name[MYC_REGISTRY_NAME_BYTES];
    myc_address address;
    const myc_protocol *protocol;
    uint64_t version; /* of the registry when the entry changed last */
} myc_registry_entry;

/**
 * Gives `address` the name `name`. An actor may have several. One that has this name already gets
 * the new metadata. Prefer the typed P_register(). `options` may be NULL.
 *
 * The name is there when this returns, and goes when the actor ends; one of another node stays.
 * Returns 0, MYC_ETAKEN (another live actor has it), MYC_EDEAD (`address` has ended or never was),
 * MYC_EINVAL (a bad name or option: the log line says which), MYC_ELIMIT (65536 names) or
 * MYC_ENOMEM.
 */
MYC_API MYC_MUST_CHECK int myc_registry_add(myc_context *ctx, const char *name, myc_address address,
                                            const myc_protocol *protocol,
                                            const myc_registry_options *options);

/** Takes the name away if `address` has it; all zero: whoever has. Returns 0 or MYC_EUNKNOWN. */
MYC_API int myc_registry_remove(myc_context *ctx, const char *name, myc_address address);

/**
 * Finds who has the name. Prefer the typed P_lookup(). `protocol` is what the actor must speak: one
 * with the same name and the same rows; NULL takes any.
 * Returns 0 and sets `*address`, MYC_EUNKNOWN, or MYC_ETYPE (its protocol is another).
 */
MYC_API MYC_MUST_CHECK int myc_registry_find(myc_context *ctx, const char *name,
                                             const myc_protocol *protocol, myc_address *address);

/**
 * Sets one pair of a name's metadata; a `value` of NULL removes it.
 * Returns 0, MYC_EUNKNOWN, MYC_EINVAL (a bad key or value: the log line says which), MYC_ELIMIT
 * (8 pairs) or MYC_ENOMEM.
 */
MYC_API MYC_MUST_CHECK int myc_registry_set(myc_context *ctx, const char *name, const char *key,
                                            const char *value);

/**
 * Copies a value of a name's metadata to `value`, with its closing zero; 64 bytes take any.
 * Returns its length, MYC_EUNKNOWN (no such name or key) or MYC_ESHORT.
 */
MYC_API MYC_MUST_CHECK int64_t myc_registry_get(myc_context *ctx, const char *name, const char *key,
                                                char *value, size_t capacity_bytes);

/**
 * Copies the entries that fit `pattern` to `entries`, in the order of their names. Returns how many
 * fit: when that is more than `capacity`, any of them were copied.
 */
MYC_API MYC_MUST_CHECK uint32_t myc_registry_list(myc_context *ctx, const char *pattern,
                                                  myc_registry_entry *entries, uint32_t capacity);

/**
 * From now on the calling actor gets a myc_registry_change in row `tag` for each change of a name
 * that fits `pattern`, in the order of the changes, ahead of its mailbox and never refused. With
 * `current_first` it first gets an ADDED for each that is there now; nothing is missed or told
 * twice in between. Changes it has not handled yet are kept, however many. Ends with the actor.
 *
 * Threads: a handler, on_start or on_stop of the actor.
 * Returns 0, MYC_ETHREAD (no handler runs here), MYC_ETYPE (the row carries another type),
 * MYC_EINVAL (a bad pattern: the log line says why) or MYC_ENOMEM.
 */
MYC_API MYC_MUST_CHECK int myc_registry_watch(myc_context *ctx, const char *pattern, uint32_t tag,
                                              bool current_first);

/** Ends the calling actor's watches with this pattern and row: what it has not been given yet is
 * not. Returns true when there was one. Threads: a handler of the actor. */
MYC_API bool myc_registry_unwatch(myc_context *ctx, const char *pattern, uint32_t tag);

/** True when both have the same name and the same rows, in order: what may be sent to one may be
 * sent to the other. */
MYC_API bool myc_protocol_equal(const myc_protocol *a, const myc_protocol *b);

MYC_EXTERN_C_END

/** In a header, after MYC_PROTOCOL(P): P_register(), P_lookup(), P_unregister(), P_of_change(). */
#define MYC_REGISTRY(P)                                                                            \
    /** Gives an actor a name. See myc_registry_add(). */                                          \
    MYC_UNUSED MYC_MUST_CHECK static inline int P##_register(                                      \
        myc_context *ctx, const char *name, P##_ref ref, const myc_registry_options *options)      \
    {                                                                                              \
        return myc_registry_add(ctx, name, ref.address, &P##_protocol, options);                   \
    }                                                                                              \
    /** Finds who has the name. See myc_registry_find(). */                                        \
    MYC_UNUSED MYC_MUST_CHECK static inline int P##_lookup(myc_context *ctx, const char *name,     \
                                                           P##_ref *ref)                           \
    {                                                                                              \
        return myc_registry_find(ctx, name, &P##_protocol, &ref->address);                         \
    }                                                                                              \
    /** Takes the name away if this actor has it. See myc_registry_remove(). */                    \
    MYC_UNUSED static inline int P##_unregister(myc_context *ctx, const char *name, P##_ref ref)   \
    {                                                                                              \
        return myc_registry_remove(ctx, name, ref.address);                                        \
    }                                                                                              \
    /** The actor a change is about: 0, or MYC_ETYPE when it speaks another protocol. */           \
    MYC_UNUSED MYC_MUST_CHECK static inline int P##_of_change(const myc_registry_change *change,   \
                                                              P##_ref *ref)                        \
    {                                                                                              \
        ref->address = change->address;                                                            \
        return myc_protocol_equal(change->protocol, &P##_protocol) ? 0 : MYC_ETYPE;                \
    }

#endif

/* SPDX-License-Identifier: Apache-2.0 */
#ifndef MYCELIUM_MESSAGE_H
#define MYCELIUM_MESSAGE_H

/*
 * Messages: typed payloads behind a hidden header (reference count, type, home pool).
 *
 * A payload is made with T_new(), filled in by its only owner, and sent; from then on it is
 * immutable and shared by pointer. Whoever holds a reference releases it once; the last release
 * runs the type's destroy hook and gives the memory back to the pool it came from.
 *
 *     // quote.h                          // quote.c
 *     typedef struct quote { ... } quote;
 *     MYC_MESSAGE(quote)                  MYC_MESSAGE_TYPE(quote, .id = 7)
 *
 * Threads: a context belongs to one thread (a worker, or a foreign thread's own, see
 * myc_context_of()). Every function here runs on that thread; the payload itself may be read on
 * any.
 */
#include <stddef.h>
#include <stdint.h>

#include <mycelium/error.h>

MYC_EXTERN_C_BEGIN

/** The place a thread sends and allocates from. Opaque; borrowed, never freed by the user. */
typedef struct myc_context myc_context;

/** Why bytes could not be made or read: names the type and the field. Texts are static. */
typedef struct myc_codec_error {
    const char *type;   /* name of the message type, or NULL when the type id is unknown */
    const char *field;  /* name of the field, or NULL when it is about the whole message */
    const char *reason; /* what was expected */
    uint64_t offset;    /* byte offset of the field in the serialized form */
} myc_codec_error;

/**
 * Writes `payload` to `bytes`. Borrows both.
 * Returns the count of bytes written, or MYC_ESHORT or MYC_EFIELD with `error` filled in.
 */
typedef int64_t (*myc_encode)(const void *payload, uint8_t *bytes, size_t capacity_bytes,
                              myc_codec_error *error);

/**
 * Fills the zeroed `payload` from `bytes`. Borrows both; reads nothing past `size_bytes`.
 * Returns 0, or MYC_ETYPE, MYC_ESHORT or MYC_EFIELD with `error` filled in.
 */
typedef int (*myc_decode)(void *payload, const uint8_t *bytes, size_t size_bytes,
                          myc_codec_error *error);

/** Describes a payload type. Constant; lives as long as any payload of the type. */
typedef struct myc_type {
    const char *name;
    uint32_t id;              /* names the type in serialized form; 0 = has none */
    uint32_t size_bytes;      /* of the payload */
    uint32_t alignment_bytes; /* a power of two, at most 64 */
    /**
     * Runs once, before the memory is reused, on the thread of the last release; releases what the
     * payload refers to (in a long chain of payloads each hook runs within the one before). Also
     * for one that is zeroed or half decoded. May be NULL.
     */
    void (*destroy)(myc_context *ctx, void *payload);
    myc_encode encode; /* may be NULL when id is 0 */
    myc_decode decode; /* likewise */
} myc_type;

/**
 * Makes a payload of `type` with one reference, its bytes not initialised.
 *
 * Gives the payload: send it, or release it. Prefer the T_new() that MYC_MESSAGE() makes: it
 * zeroes. Returns NULL when memory is out. Takes no lock and no system memory once the pools are
 * warm.
 */
MYC_API void *myc_new_uninitialized(myc_context *ctx, const myc_type *type);

/** Adds a reference; returns `payload`. Borrows it: the caller must hold a reference. */
MYC_API const void *myc_retain(myc_context *ctx, const void *payload);

/**
 * Gives the handler's own reference to the message it handles, so that it can send it on without
 * counting: from then on the message is as the reference goes, not borrowed for the call. The
 * second time, or with another payload, it is myc_retain(). Returns `payload`.
 */
MYC_API const void *myc_move(myc_context *ctx, const void *payload);

/** Drops a reference; the last one destroys the payload. Takes the reference. NULL is ignored. */
MYC_API void myc_release(myc_context *ctx, const void *payload);

/** The type of a payload. Borrows it. */
MYC_API const myc_type *myc_type_of(const void *payload);

/** `payload` when it is of `type`, else NULL: a checked downcast. Borrows it; NULL gives NULL. */
MYC_API const void *myc_cast(const void *payload, const myc_type *type);

/**
 * Writes the serialized form of `payload` to `bytes` (the type id travels beside it).
 *
 * Borrows both. Returns the count of bytes written, MYC_ENOTSUP when the type has no serialized
 * form, or the encoder's error with `error` (may be NULL) filled in.
 */
MYC_API MYC_MUST_CHECK int64_t myc_to_bytes(const void *payload, uint8_t *bytes,
                                            size_t capacity_bytes, myc_codec_error *error);

/**
 * Makes a payload from the serialized form of a registered type (myc_system_register()).
 *
 * Borrows `bytes`; gives `*payload` with one reference, or NULL on error.
 * Returns 0, MYC_ETYPE (unknown `type_id`), MYC_ENOMEM, or the decoder's error; `error` (may be
 * NULL) then names the type and the field.
 */
MYC_API MYC_MUST_CHECK int myc_from_bytes(myc_context *ctx, uint32_t type_id, const uint8_t *bytes,
                                          size_t size_bytes, const void **payload,
                                          myc_codec_error *error);

/**
 * Codec hooks for a type without pointers that stays on machines of one kind: its bytes as they lie
 * in memory, exactly. On error `error->offset` is the size that was there.
 */
#define MYC_FLAT_CODEC(T)                                                                          \
    static int64_t T##__encode(const void *payload, uint8_t *bytes, size_t capacity_bytes,         \
                               myc_codec_error *error)                                             \
    {                                                                                              \
        return myc_flat_encode(#T, payload, sizeof(T), bytes, capacity_bytes, error);              \
    }                                                                                              \
    static int T##__decode(void *payload, const uint8_t *bytes, size_t size_bytes,                 \
                           myc_codec_error *error)                                                 \
    {                                                                                              \
        return myc_flat_decode(#T, payload, sizeof(T), bytes, size_bytes, error);                  \
    }

MYC_API int64_t myc_flat_encode(const char *type_name, const void *payload,
                                size_t payload_size_bytes, uint8_t *bytes, size_t capacity_bytes,
                                myc_codec_error *error);
MYC_API int myc_flat_decode(const char *type_name, void *payload, size_t payload_size_bytes,
                            const uint8_t *bytes, size_t size_bytes, myc_codec_error *error);

#ifdef __cplusplus
#define MYC__ALIGNOF(T) alignof(T)
#else
#define MYC__ALIGNOF(T) _Alignof(T)
#endif

/** In a header, after the struct: T_type, T_new(), T_retain(), T_move(), T_release(), T_cast(). */
#define MYC_MESSAGE(T)                                                                             \
    MYC_API extern const myc_type T##_type;                                                        \
    MYC_UNUSED static inline T *T##_new(myc_context *ctx)                                          \
    {                                                                                              \
        T *payload = (T *)myc_new_uninitialized(ctx, &T##_type);                                   \
        return payload ? (T *)__builtin_memset(payload, 0, sizeof *payload) : payload;             \
    }                                                                                              \
    MYC_UNUSED static inline const T *T##_retain(myc_context *ctx, const T *payload)               \
    {                                                                                              \
        return (const T *)myc_retain(ctx, payload);                                                \
    }                                                                                              \
    MYC_UNUSED static inline const T *T##_move(myc_context *ctx, const T *payload)                 \
    {                                                                                              \
        return (const T *)myc_move(ctx, payload);                                                  \
    }                                                                                              \
    MYC_UNUSED static inline void T##_release(myc_context *ctx, const T *payload)                  \
    {                                                                                              \
        myc_release(ctx, payload);                                                                 \
    }                                                                                              \
    MYC_UNUSED static inline const T *T##_cast(const void *payload)                                \
    {                                                                                              \
        return (const T *)myc_cast(payload, &T##_type);                                            \
    }

/** In one C file: defines T_type. Further fields as designated initialisers: .id, .destroy, ... */
#define MYC_MESSAGE_TYPE(T, ...)                                                                   \
    const myc_type T##_type = {                                                                    \
        .name = #T, .size_bytes = sizeof(T), .alignment_bytes = MYC__ALIGNOF(T), __VA_ARGS__};

MYC_EXTERN_C_END

#endif

/* SPDX-License-Identifier: Apache-2.0 */
#include "io/faults.h"

#include <errno.h>

#include "base/sync.h"
#include "io/backend.h"

enum {
    HELD_MAX = 64,      /* cancels held back, and shortened sends, at one time */
    HELD_POLLS_MAX = 8, /* how many polls a cancel is held back */
};

typedef struct held_cancel {
    myc__operation *operation; /* NULL: free */
    uint32_t polls;            /* left */
} held_cancel;

/* A send borrows its message, so a shortened one is a copy with one piece. */
typedef struct shortened {
    const myc__operation *operation; /* NULL: free */
    struct msghdr message;
    struct iovec piece;
} shortened;

struct myc__fault_planter {
    uint32_t one_in;
    uint32_t kinds;
    uint64_t random;
    uint64_t *planted;
    uint32_t held_count;
    held_cancel held[HELD_MAX];
    shortened shortened[HELD_MAX];
};

/* Of splitmix64. */
static uint64_t draw(myc__fault_planter *planter)
{
    uint64_t value = planter->random += UINT64_C(0x9E3779B97F4A7C15);
    value = (value ^ (value >> 30)) * UINT64_C(0xBF58476D1CE4E5B9);
    value = (value ^ (value >> 27)) * UINT64_C(0x94D049BB133111EB);
    return value ^ (value >> 31);
}

static uint32_t draw_below(myc__fault_planter *planter, uint32_t limit)
{
    return (uint32_t)(draw(planter) % limit);
}

int myc__faults_create(myc__allocator *allocator, const myc__driver_faults *faults,
                       myc__fault_planter **planter)
{
    *planter = NULL;
    if (faults->one_in == 0) {
        return 0;
    }
    myc__fault_planter *self = myc__allocate(allocator, sizeof *self, sizeof(void *));
    if (!self) {
        return MYC_ENOMEM;
    }
    self->one_in = faults->one_in;
    self->kinds = faults->kinds ? faults->kinds : MYC__FAULTS_THAT_PASS;
    self->random = faults->seed;
    self->planted = faults->planted;
    *planter = self;
    return 0;
}

void myc__faults_destroy(myc__allocator *allocator, myc__fault_planter *planter)
{
    myc__free(allocator, planter, sizeof *planter);
}

static bool is_stream(int fd)
{
    int type = 0;
    socklen_t size_bytes = sizeof type;
    return getsockopt(fd, SOL_SOCKET, SO_TYPE, &type, &size_bytes) == 0 && type == SOCK_STREAM;
}

static bool can_be_short(const myc__operation *operation)
{
    switch (operation->kind) {
    case MYC__OPERATION_READ:
    case MYC__OPERATION_WRITE: return operation->size_bytes > 1;
    case MYC__OPERATION_SEND:
        return operation->message->msg_iovlen > 0 && operation->message->msg_iov[0].iov_len > 1 &&
               is_stream(operation->fd);
    default: return false;
    }
}

static bool fits(myc__fault fault, const myc__operation *operation)
{
    switch (fault) {
    case MYC__FAULT_SHORT: return can_be_short(operation);
    case MYC__FAULT_EAGAIN:
        return operation->offset < 0 && operation->kind != MYC__OPERATION_CONNECT;
    case MYC__FAULT_ENOBUFS:
        return operation->kind == MYC__OPERATION_RECEIVE ||
               operation->kind == MYC__OPERATION_RECEIVE_DATAGRAMS;
    case MYC__FAULT_EMFILE: return operation->kind == MYC__OPERATION_ACCEPT;
    case MYC__FAULT_ENOSPC:
        return operation->kind == MYC__OPERATION_WRITE || operation->kind == MYC__OPERATION_SYNC;
    case MYC__FAULT_LATE_CANCEL: return false; /* drawn when it is cancelled */
    default: return true;
    }
}

/* One of those that fit, each as likely. */
static myc__fault choose(myc__fault_planter *planter, const myc__operation *operation)
{
    myc__fault fitting[MYC__FAULT_COUNT];
    uint32_t count = 0;
    for (int fault = MYC__FAULT_NONE + 1; fault < MYC__FAULT_COUNT; fault++) {
        if ((planter->kinds & 1u << fault) && fits((myc__fault)fault, operation)) {
            fitting[count++] = (myc__fault)fault;
        }
    }
    return count > 0 ? fitting[draw_below(planter, count)] : MYC__FAULT_NONE;
}

static void shorten_send(myc__fault_planter *planter, myc__operation *operation)
{
    for (uint32_t index = 0; index < HELD_MAX; index++) {
        shortened *free = &planter->shortened[index];
        if (!free->operation) {
            const struct iovec *piece = &operation->message->msg_iov[0];
            free->operation = operation;
            free->message = *operation->message;
            free->message.msg_iov = &free->piece;
            free->message.msg_iovlen = 1;
            free->piece.iov_base = piece->iov_base;
            free->piece.iov_len = 1 + draw(planter) % (piece->iov_len - 1);
            operation->message = &free->message;
            return;
        }
    }
}

static void shorten(myc__fault_planter *planter, myc__operation *operation)
{
    if (operation->kind == MYC__OPERATION_SEND) {
        shorten_send(planter, operation);
    } else {
        operation->size_bytes = 1 + draw_below(planter, operation->size_bytes - 1);
    }
}

static void count(const myc__fault_planter *planter, myc__fault fault)
{
    if (planter->planted) {
        (void)myc__add_relaxed_u64(&planter->planted[fault], 1);
    }
}

void myc__faults_start(myc__fault_planter *planter, myc__operation *operation)
{
    if (draw_below(planter, planter->one_in) != 0) {
        return;
    }
    myc__fault fault = choose(planter, operation);
    if (fault == MYC__FAULT_SHORT) {
        shorten(planter, operation);
    } else {
        operation->fault = (uint8_t)fault;
    }
    count(planter, fault);
}

void myc__faults_end(myc__fault_planter *planter, myc__operation *operation)
{
    operation->fault = MYC__FAULT_NONE;
    for (uint32_t index = 0; index < HELD_MAX; index++) {
        if (planter->shortened[index].operation == operation) {
            planter->shortened[index].operation = NULL;
        }
        if (planter->held[index].operation == operation) {
            planter->held[index].operation = NULL;
            planter->held_count--;
        }
    }
}

static held_cancel *place_of(myc__fault_planter *planter, const myc__operation *operation)
{
    for (uint32_t index = 0; index < HELD_MAX; index++) {
        if (planter->held[index].operation == operation) {
            return &planter->held[index];
        }
    }
    return NULL;
}

bool myc__faults_hold_cancel(myc__fault_planter *planter, myc__operation *operation)
{
    if (place_of(planter, operation)) {
        return true;
    }
    held_cancel *free = place_of(planter, NULL);
    if (!free || !(planter->kinds & 1u << MYC__FAULT_LATE_CANCEL) ||
        draw_below(planter, planter->one_in) != 0) {
        return false;
    }
    *free = (held_cancel){operation, 1 + draw_below(planter, HELD_POLLS_MAX)};
    planter->held_count++;
    count(planter, MYC__FAULT_LATE_CANCEL);
    return true;
}

void myc__faults_pass(myc__fault_planter *planter)
{
    for (uint32_t index = 0; index < HELD_MAX; index++) {
        planter->held[index].polls -= planter->held[index].polls > 0;
    }
}

myc__operation *myc__faults_take_cancel(myc__fault_planter *planter)
{
    for (uint32_t index = 0; index < HELD_MAX && planter->held_count > 0; index++) {
        held_cancel *held = &planter->held[index];
        if (held->operation && held->polls == 0) {
            myc__operation *operation = held->operation;
            held->operation = NULL;
            planter->held_count--;
            return operation;
        }
    }
    return NULL;
}

bool myc__faults_hold_any(const myc__fault_planter *planter)
{
    return planter->held_count > 0;
}

int32_t myc__fault_take(myc__operation *operation)
{
    static const int32_t errors[MYC__FAULT_COUNT] = {
        [MYC__FAULT_EINTR] = EINTR,   [MYC__FAULT_EAGAIN] = EAGAIN, [MYC__FAULT_ENOBUFS] = ENOBUFS,
        [MYC__FAULT_EMFILE] = EMFILE, [MYC__FAULT_ENOSPC] = ENOSPC,
    };
    int32_t error = errors[operation->fault];
    MYC__CHECK(error > 0);
    operation->fault = MYC__FAULT_NONE;
    return -error;
}

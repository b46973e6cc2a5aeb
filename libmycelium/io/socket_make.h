/* SPDX-License-Identifier: Apache-2.0 */
#ifndef MYC_IO_SOCKET_MAKE_H
#define MYC_IO_SOCKET_MAKE_H

/*
 * Sockets as their targets and options want them: bound, listening, joined to a group. Whatever is
 * refused is said in the log, with what was being done and what to change.
 */
#include <sys/types.h>

#include <mycelium/stream.h>

#include "base/log.h"
#include "io/target.h"

/** The file a Unix socket was bound to, to be removed when the socket is closed. */
typedef struct myc__bound_file {
    bool is_bound;
    dev_t device;
    ino_t number;
} myc__bound_file;

typedef struct myc__socket_plan {
    const char *text; /* the target's, for the log */
    const myc__target *target;
    const myc_stream_options *options; /* completed */
    const myc__log *log;
    bool blocks; /* false: accepting from it never sleeps */
} myc__socket_plan;

/** Gives `*fd`, and `*file` when it is bound to one. A connection is not connected yet. Returns 0 or
 * the error of myc_stream_open(). */
MYC_MUST_CHECK int myc__socket_make(const myc__socket_plan *plan, int *fd, myc__bound_file *file);

/** The same for a connection, again: no line in the log. Returns the descriptor or a negated errno. */
MYC_MUST_CHECK int myc__socket_make_again(const myc__target *target,
                                          const myc_stream_options *options);

/** The options of a connection's own socket. Best effort: none of them changes what is delivered. */
void myc__socket_tune(int fd, const myc__target *target, const myc_stream_options *options);

/** Removes the file of a bound socket, unless another one has taken its place. */
void myc__bound_file_remove(const myc__bound_file *file, const myc__target *target);

/** Datagrams the socket has lost so far. */
uint32_t myc__socket_drops(int fd);

#endif

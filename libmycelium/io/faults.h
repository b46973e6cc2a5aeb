/* SPDX-License-Identifier: Apache-2.0 */
#ifndef MYC_IO_FAULTS_H
#define MYC_IO_FAULTS_H

/*
 * Faults that tests plant in operations, so that what a kernel does once in a month happens now:
 *
 *     const myc__driver_faults faults = {.one_in = 8, .seed = seed};
 *     myc__driver_create(&(myc__driver_options){.faults = faults, ...}, &driver);
 *
 * or for the drivers of a system, before its first stream is opened:
 *
 *     system->fabric.io_faults = &faults;
 *
 * What is planted is drawn when an operation starts, from the seed alone, and happens in both
 * backends where the kernel's own answer would: the ways that deal with the answer are real. One is
 * enough for an operation, so that each goes on at last, whatever `one_in` is; but a receive that
 * never gets a buffer, because `one_in` is 1, never receives.
 *
 * Without faults a start costs a branch, and so does a last completion.
 */
#include "io/driver.h"

typedef enum myc__fault {
    MYC__FAULT_NONE = 0,
    MYC__FAULT_SHORT,       /* read, write, send of a stream: only a part of it is done */
    MYC__FAULT_EINTR,       /* all */
    MYC__FAULT_EAGAIN,      /* all but those of files with an offset: ready, and then not */
    MYC__FAULT_ENOBUFS,     /* receive: no buffer */
    MYC__FAULT_EMFILE,      /* accept */
    MYC__FAULT_ENOSPC,      /* write, sync */
    MYC__FAULT_LATE_CANCEL, /* all: a cancel takes a few polls, and may come too late */
    MYC__FAULT_COUNT
} myc__fault;

/** Those that lose nothing: what was asked for happens, now or when it is asked for again. */
#define MYC__FAULTS_THAT_PASS                                                                      \
    (1u << MYC__FAULT_SHORT | 1u << MYC__FAULT_EINTR | 1u << MYC__FAULT_EAGAIN |                   \
     1u << MYC__FAULT_ENOBUFS | 1u << MYC__FAULT_EMFILE | 1u << MYC__FAULT_LATE_CANCEL)

typedef struct myc__fault_planter myc__fault_planter;

/** Gives `*planter`, or NULL when `faults` asks for none. Returns 0 or MYC_ENOMEM. */
MYC_MUST_CHECK int myc__faults_create(myc__allocator *allocator, const myc__driver_faults *faults,
                                      myc__fault_planter **planter);

/** Takes `planter`; NULL is ignored. */
void myc__faults_destroy(myc__allocator *allocator, myc__fault_planter *planter);

/** An operation starts, all of it filled in: draws its fault. */
void myc__faults_start(myc__fault_planter *planter, myc__operation *operation);

/** It sees its last completion. */
void myc__faults_end(myc__fault_planter *planter, myc__operation *operation);

/** Returns true when this cancel is held back. */
bool myc__faults_hold_cancel(myc__fault_planter *planter, myc__operation *operation);

/** A poll begins: cancels are held back for one less. */
void myc__faults_pass(myc__fault_planter *planter);

/** The next operation whose cancel has been held back long enough, or NULL. */
myc__operation *myc__faults_take_cancel(myc__fault_planter *planter);

/** Whether a cancel is held back: a wait is not to sleep then. */
bool myc__faults_hold_any(const myc__fault_planter *planter);

/** Where the kernel would answer: the negated errno of the fault, which is over then. */
int32_t myc__fault_take(myc__operation *operation);

#endif

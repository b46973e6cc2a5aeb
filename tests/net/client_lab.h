/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TESTS_NET_CLIENT_LAB_H
#define TESTS_NET_CLIENT_LAB_H

/*
 * A system with real threads, an ear on its second worker, a server on a real port, and a client
 * between them on the first worker.
 *
 *     struct client_lab *lab = client_lab_open(NULL);          or an identity: TLS
 *     client_lab_connect(lab, "ws", &options);
 *     ear_await(&lab->notes, "opened");
 *     client_lab_close(lab);                      nothing is left
 */
#include <criterion/criterion.h>

#include "net/ear.h"
#include "net/local_server.h"
#include "system/frame.h"

/* Of the labs that are opened next. */
static myc_io_backend client_io;

/** A test whose body runs with io_uring, or what takes its place, and with epoll. */
#define CLIENT_TEST(suite, name)                                                                   \
    static void suite##__##name(void);                                                             \
    Test(suite, name)                                                                              \
    {                                                                                              \
        client_io = MYC_IO_AUTO;                                                                   \
        suite##__##name();                                                                         \
        client_io = MYC_IO_EPOLL;                                                                  \
        suite##__##name();                                                                         \
        NO_LEAKS();                                                                                \
    }                                                                                              \
    static void suite##__##name(void)

struct client_lab {
    office office;
    struct local_server *server;
    struct ear_notes notes;
    myc_reader_ref ear;
    myc_websocket_ref client;
    char url[64];
};

MYC_UNUSED static struct client_lab *client_lab_open(const struct identity *identity)
{
    struct client_lab *made = calloc(1, sizeof *made);
    cr_assert_not_null(made);
    office_open(&made->office,
                (myc_system_options){.workers = 2, .idle = MYC_IDLE_PARK, .io = client_io});
    ear_notes_init(&made->notes);
    made->server = local_server_open(identity);
    myc_spawn_options options = {.place = MYC_PLACE_ON_WORKER, .worker = 1, .mailbox_bound = 16};
    cr_assert_eq(
        0, ear_spawn(made->office.ctx, &(struct ear){.notes = &made->notes}, &options, &made->ear));
    return made;
}

/** The answer of the connect. */
MYC_UNUSED static int client_lab_try(struct client_lab *lab, const char *url,
                                     const myc_websocket_options *given)
{
    const myc_spawn_options first = {.place = MYC_PLACE_ON_WORKER, .worker = 0};
    myc_websocket_options options = given ? *given : (myc_websocket_options){0};
    options.spawn = options.spawn ? options.spawn : &first;
    options.reconnect_first_ns = options.reconnect_first_ns ? options.reconnect_first_ns : 1000000;
    lab->notes.number = options.stream_number;
    return myc_websocket_connect(lab->office.ctx, url, &options, lab->ear, &lab->client);
}

/** Connects to the server, by its number. */
MYC_UNUSED static void client_lab_connect(struct client_lab *lab, const char *scheme,
                                          const myc_websocket_options *options)
{
    snprintf(lab->url, sizeof lab->url, "%s://127.0.0.1:%u", scheme, lab->server->port);
    cr_assert_eq(0, client_lab_try(lab, lab->url, options));
}

/** Takes `lab`; what was heard was in order, and nothing is left. */
MYC_UNUSED static void client_lab_close(struct client_lab *lab)
{
    office_close(&lab->office);
    local_server_close(lab->server);
    cr_expect_eq(0, lab->notes.out_of_order);
    cr_expect_eq(0, lab->notes.without_time);
    cr_expect_eq(0, lab->notes.wrong_number);
    cr_expect_eq(0, lab->notes.wrong_bytes);
    ear_notes_fini(&lab->notes);
    pthread_mutex_destroy(&lab->office.lock);
    free(lab);
}

/** Waits until only so many actors are there. */
MYC_UNUSED static void client_lab_await_actors(struct client_lab *lab, uint64_t actors)
{
    myc_counts counts;
    do {
        cr_assert_neq(MYC_ETHREAD, myc_system_await_quiescence(lab->office.system, 1000000));
        myc_system_counts(lab->office.system, &counts);
    } while (counts.actors > actors);
}

/** Waits until the client has ended. */
MYC_UNUSED static void client_lab_await_end(struct client_lab *lab)
{
    ear_await(&lab->notes, "end ");
    client_lab_await_actors(lab, 1);
    cr_expect_eq(MYC_DEAD, myc_websocket_send_text(lab->office.ctx, lab->client, "too late"));
}

#endif

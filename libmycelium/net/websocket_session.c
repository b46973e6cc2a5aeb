/* SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>
#include <string.h>

#include "net/text.h"
#include "net/websocket_session.h"

static int fail(myc_websocket_session *session)
{
    session->state = MYC_WEBSOCKET_FAILED;
    return MYC_EIO;
}

static int fail_of_memory(myc_websocket_session *session)
{
    myc__net_explain(&session->error, "out of memory");
    fail(session);
    return MYC_ENOMEM;
}

/* ---- making one ---- */

static int set_up(myc_websocket_session *session, const myc_websocket_session_options *options,
                  myc_net_error *why)
{
    uint32_t longest = options->message_bytes_max;
    if (longest > MYC__MESSAGE_BYTES_MAX) {
        myc__net_explain(why, "message_bytes_max: expected 1 to 1 GiB");
        return MYC_EINVAL;
    }
    session->message_bytes_max = longest ? longest : MYC__MESSAGE_BYTES_DEFAULT;
    session->close_code = WSLAY_CODE_ABNORMAL_CLOSURE;
    if (wslay_event_context_client_init(&session->frames, &myc__websocket_callbacks, session) !=
        0) {
        return MYC_ENOMEM;
    }
    wslay_event_config_set_no_buffering(session->frames, 1);
    wslay_event_config_set_max_recv_msg_length(session->frames, UINT64_MAX);
    return myc__upgrade_request(&session->upgrade, options, &session->to_send, why);
}

int myc_websocket_session_create(const myc_websocket_session_options *options,
                                 myc_websocket_session **session, myc_net_error *why)
{
    *session = NULL;
    myc_websocket_session *made = calloc(1, sizeof *made);
    int error = made ? set_up(made, options, why) : MYC_ENOMEM;
    if (error) {
        myc_websocket_session_destroy(made);
        return myc__net_explain_code(why, error);
    }
    *session = made;
    return 0;
}

void myc_websocket_session_destroy(myc_websocket_session *session)
{
    if (!session) {
        return;
    }
    if (session->frames) {
        wslay_event_context_free(session->frames);
    }
    myc__upgrade_fini(&session->upgrade);
    myc__bytes_fini(&session->answer);
    myc__bytes_fini(&session->to_send);
    myc__bytes_fini(&session->inbox);
    free(session);
}

/* ---- in ---- */

/* What the server did, when wslay has stopped reading and not for a goodbye. */
static int explain_stop(myc_websocket_session *session)
{
    uint16_t code = wslay_event_get_status_code_sent(session->frames);
    if (!session->too_long) {
        myc__net_explain(&session->error, "%s",
                         code == WSLAY_CODE_INVALID_FRAME_PAYLOAD_DATA
                             ? "a text that is not UTF-8"
                             : "the server broke the WebSocket protocol");
    }
    return fail(session);
}

/* The code as it came; 1005 when the server gave none. */
static uint16_t code_of_goodbye(const myc_websocket_session *session)
{
    const uint8_t *bytes = session->goodbye;
    return session->goodbye_bytes < 2 ? WSLAY_CODE_NO_STATUS_RCVD
                                      : (uint16_t)(bytes[0] << 8 | bytes[1]);
}

static int take_goodbye(myc_websocket_session *session)
{
    size_t length = session->goodbye_bytes > 2 ? session->goodbye_bytes - 2 : 0;
    session->close_code = code_of_goodbye(session);
    memcpy(session->close_reason, session->goodbye + 2, length);
    session->close_reason[length] = '\0';
    session->state = MYC_WEBSOCKET_CLOSED;
    return 0;
}

/* wslay knows the codes of the RFC only. Those that were registered since, 1012 to 1014, it answers
 * with 1002 as if they were none; exchanges say them when they restart. */
static bool is_newer_goodbye(const myc_websocket_session *session)
{
    uint16_t code = code_of_goodbye(session);
    return session->opcode == WSLAY_CONNECTION_CLOSE && code >= 1012 && code <= 1014 &&
           wslay_event_get_status_code_sent(session->frames) == WSLAY_CODE_PROTOCOL_ERROR;
}

static int look_at_frames(myc_websocket_session *session, int received, int sent)
{
    if (session->no_memory || received == WSLAY_ERR_NOMEM || sent == WSLAY_ERR_NOMEM) {
        return fail_of_memory(session);
    }
    if (wslay_event_get_close_received(session->frames) || is_newer_goodbye(session)) {
        return take_goodbye(session);
    }
    if (received != 0 || !wslay_event_get_read_enabled(session->frames)) {
        return explain_stop(session);
    }
    if (sent != 0 || myc__bytes_size(&session->to_send) > MYC__UNSENT_BYTES_MAX) {
        myc__net_explain(&session->error, "what the server asks for cannot be sent to it");
        return fail(session);
    }
    return 0;
}

static int feed_frames(myc_websocket_session *session, const uint8_t *bytes, size_t size_bytes)
{
    session->fed = bytes;
    session->fed_bytes = size_bytes;
    int received = wslay_event_recv(session->frames);
    int sent = wslay_event_send(session->frames);
    session->fed = NULL;
    session->fed_bytes = 0;
    return look_at_frames(session, received, sent);
}

/* The first frames may have come with the answer. */
static int accept_answer(myc_websocket_session *session, size_t answer_bytes)
{
    int error = myc__upgrade_check(&session->upgrade, (char *)session->answer.data, answer_bytes,
                                   &session->error);
    if (error) {
        return error == MYC_ENOMEM ? fail_of_memory(session) : fail(session);
    }
    session->state = MYC_WEBSOCKET_OPEN;
    error = feed_frames(session, session->answer.data + answer_bytes,
                        session->answer.tail - answer_bytes);
    myc__bytes_fini(&session->answer);
    return error;
}

static int feed_answer(myc_websocket_session *session, const uint8_t *bytes, size_t size_bytes)
{
    if (!myc__bytes_append(&session->answer, bytes, size_bytes)) {
        return fail_of_memory(session);
    }
    size_t answer_bytes =
        myc__upgrade_find_end(session->answer.data, session->answer.tail, &session->looked_at);
    if ((answer_bytes ? answer_bytes : session->looked_at) > MYC__UPGRADE_BYTES_MAX) {
        myc__net_explain(&session->error,
                         "the answer to the upgrade is longer than 16 KiB: is this a WebSocket?");
        return fail(session);
    }
    return answer_bytes ? accept_answer(session, answer_bytes) : 0;
}

static void drop_given(myc_websocket_session *session)
{
    if (session->given) {
        myc__bytes_drop(&session->inbox, session->given);
        session->given = 0;
    }
}

int myc_websocket_session_feed(myc_websocket_session *session, const uint8_t *bytes,
                               size_t size_bytes)
{
    drop_given(session);
    switch (session->state) {
    case MYC_WEBSOCKET_FAILED: return MYC_EIO;
    case MYC_WEBSOCKET_CLOSED: return 0;
    case MYC_WEBSOCKET_UPGRADING: return feed_answer(session, bytes, size_bytes);
    default: return feed_frames(session, bytes, size_bytes);
    }
}

int myc_websocket_session_feed_end(myc_websocket_session *session)
{
    static const char *const texts[] = {
        [MYC_WEBSOCKET_UPGRADING] = "the connection ended before the answer to the upgrade",
        [MYC_WEBSOCKET_OPEN] = "the connection ended without a goodbye",
        [MYC_WEBSOCKET_CLOSING] = "the connection ended without an answer to the goodbye"};
    if (session->state == MYC_WEBSOCKET_CLOSED) {
        return 0;
    }
    if (session->state != MYC_WEBSOCKET_FAILED) {
        myc__net_explain(&session->error, "%s", texts[session->state]);
    }
    return fail(session);
}

bool myc_websocket_session_next(myc_websocket_session *session, myc_websocket_message *message)
{
    struct myc__record record;
    drop_given(session);
    if (myc__bytes_size(&session->inbox) == session->unfinished) {
        return false;
    }
    memcpy(&record, session->inbox.data + session->inbox.head, sizeof record);
    message->bytes = session->inbox.data + session->inbox.head + sizeof record;
    message->size_bytes = record.size_bytes;
    message->kind = (myc_websocket_kind)record.kind;
    session->given = sizeof record + record.size_bytes;
    return true;
}

/* ---- out ---- */

static int may_write(const myc_websocket_session *session)
{
    switch (session->state) {
    case MYC_WEBSOCKET_UPGRADING: return MYC_EBUSY;
    case MYC_WEBSOCKET_OPEN: break;
    default: return MYC_EIO;
    }
    return myc__bytes_size(&session->to_send) > MYC__UNSENT_BYTES_MAX ? MYC_ELIMIT : 0;
}

static int send_queued(myc_websocket_session *session, int queued)
{
    if (queued == 0) {
        queued = wslay_event_send(session->frames);
    }
    if (queued == WSLAY_ERR_NOMEM || session->no_memory) {
        return fail_of_memory(session);
    }
    if (queued != 0) {
        myc__net_explain(&session->error, "a frame could not be made");
        return fail(session);
    }
    return 0;
}

int myc_websocket_session_write(myc_websocket_session *session, myc_websocket_kind kind,
                                const uint8_t *bytes, size_t size_bytes)
{
    if (kind != MYC_WEBSOCKET_TEXT && kind != MYC_WEBSOCKET_BINARY) {
        return MYC_EINVAL;
    }
    int error = may_write(session);
    if (error) {
        return error;
    }
    struct wslay_event_msg message = {(uint8_t)kind, bytes, size_bytes};
    return send_queued(session, wslay_event_queue_msg(session->frames, &message));
}

int myc_websocket_session_ping(myc_websocket_session *session)
{
    int error = may_write(session);
    if (error) {
        return error;
    }
    struct wslay_event_msg message = {.opcode = WSLAY_PING};
    return send_queued(session, wslay_event_queue_msg(session->frames, &message));
}

uint64_t myc_websocket_session_pongs(const myc_websocket_session *session)
{
    return session->pongs;
}

int myc_websocket_session_close(myc_websocket_session *session, uint16_t code, const char *reason)
{
    size_t length = reason ? strlen(reason) : 0;
    bool ours = code == WSLAY_CODE_NORMAL_CLOSURE || (code >= 3000 && code <= 4999);
    if (!ours || length > MYC__CLOSE_REASON_BYTES_MAX) {
        return MYC_EINVAL;
    }
    int error = may_write(session);
    if (error && error != MYC_ELIMIT) {
        return error;
    }
    int queued = wslay_event_queue_close(session->frames, code, (const uint8_t *)reason, length);
    error = send_queued(session, queued);
    if (!error) {
        session->state = MYC_WEBSOCKET_CLOSING;
    }
    return error;
}

size_t myc_websocket_session_take(myc_websocket_session *session, uint8_t *bytes,
                                  size_t capacity_bytes)
{
    return myc__bytes_take(&session->to_send, bytes, capacity_bytes);
}

/* ---- about it ---- */

myc_websocket_state myc_websocket_session_state(const myc_websocket_session *session)
{
    return session->state;
}

const char *myc_websocket_session_error(const myc_websocket_session *session)
{
    return session->error.text;
}

uint16_t myc_websocket_session_close_code(const myc_websocket_session *session)
{
    return session->close_code;
}

const char *myc_websocket_session_close_reason(const myc_websocket_session *session)
{
    return session->close_reason;
}

const char *myc_websocket_session_protocol(const myc_websocket_session *session)
{
    return session->upgrade.protocol ? session->upgrade.protocol : "";
}

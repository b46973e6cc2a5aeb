/* SPDX-License-Identifier: Apache-2.0 */
/*
 * wslay frames, masks, answers pings and checks UTF-8. It could join a message by itself, but takes
 * memory for each; so its buffering is off, and what it finds goes into `inbox`: records of a head
 * and bytes, one for each message, the last one perhaps unfinished. wslay then sees only frames, and
 * how long a message becomes is watched here.
 */
#include <assert.h>
#include <string.h>

#include <openssl/rand.h>

#include "net/text.h"
#include "net/websocket_session.h"

static ssize_t give_fed(wslay_event_context_ptr frames, uint8_t *room, size_t room_bytes, int flags,
                        void *user)
{
    (void)flags;
    myc_websocket_session *session = user;
    size_t count = session->fed_bytes < room_bytes ? session->fed_bytes : room_bytes;
    if (count == 0) {
        wslay_event_set_error(frames, WSLAY_ERR_WOULDBLOCK);
        return -1;
    }
    memcpy(room, session->fed, count);
    session->fed += count;
    session->fed_bytes -= count;
    return (ssize_t)count;
}

static ssize_t keep_to_send(wslay_event_context_ptr frames, const uint8_t *bytes, size_t size_bytes,
                            int flags, void *user)
{
    (void)flags;
    myc_websocket_session *session = user;
    if (!myc__bytes_append(&session->to_send, bytes, size_bytes)) {
        session->no_memory = true;
        wslay_event_set_error(frames, WSLAY_ERR_CALLBACK_FAILURE);
        return -1;
    }
    return (ssize_t)size_bytes;
}

static int make_mask(wslay_event_context_ptr frames, uint8_t *mask, size_t size_bytes, void *user)
{
    (void)user;
    if (RAND_bytes(mask, (int)size_bytes) == 1) {
        return 0;
    }
    wslay_event_set_error(frames, WSLAY_ERR_CALLBACK_FAILURE);
    return -1;
}

static void give_up(myc_websocket_session *session)
{
    session->inbox.tail -= session->unfinished;
    session->unfinished = 0;
    wslay_event_shutdown_read(session->frames);
}

static void append(myc_websocket_session *session, const void *bytes, size_t size_bytes)
{
    if (myc__bytes_append(&session->inbox, bytes, size_bytes)) {
        session->unfinished += size_bytes;
    } else {
        session->no_memory = true;
        give_up(session);
    }
}

static bool is_data(const myc_websocket_session *session)
{
    return !wslay_is_ctrl_frame(session->opcode) && !session->too_long && !session->no_memory;
}

static void refuse_length(myc_websocket_session *session, uint64_t length)
{
    session->too_long = true;
    myc__net_explain(&session->error, "a message of %llu bytes or more: expected at most %u",
                     (unsigned long long)length, session->message_bytes_max);
    give_up(session);
    /* Refused only when a goodbye is on its way already, which is as good. */
    (void)wslay_event_queue_close(session->frames, WSLAY_CODE_MESSAGE_TOO_BIG, NULL, 0);
}

static void on_frame(wslay_event_context_ptr frames,
                     const struct wslay_event_on_frame_recv_start_arg *frame, void *user)
{
    (void)frames;
    myc_websocket_session *session = user;
    session->opcode = frame->opcode;
    if (!is_data(session)) {
        return;
    }
    if (frame->opcode != WSLAY_CONTINUATION_FRAME) {
        append(session, &(struct myc__record){.kind = frame->opcode}, sizeof(struct myc__record));
    }
    uint64_t so_far = session->unfinished - sizeof(struct myc__record);
    if (!session->no_memory && frame->payload_length > session->message_bytes_max - so_far) {
        refuse_length(session, so_far + frame->payload_length);
    }
}

static void keep_goodbye(myc_websocket_session *session,
                         const struct wslay_event_on_frame_recv_chunk_arg *chunk)
{
    assert(chunk->data_length <= MYC__CONTROL_BYTES_MAX - session->goodbye_bytes);
    if (chunk->data_length) {
        memcpy(session->goodbye + session->goodbye_bytes, chunk->data, chunk->data_length);
        session->goodbye_bytes += chunk->data_length;
    }
}

static void on_bytes(wslay_event_context_ptr frames,
                     const struct wslay_event_on_frame_recv_chunk_arg *chunk, void *user)
{
    (void)frames;
    myc_websocket_session *session = user;
    if (session->opcode == WSLAY_CONNECTION_CLOSE) {
        keep_goodbye(session, chunk);
    } else if (is_data(session) && chunk->data_length) {
        append(session, chunk->data, chunk->data_length);
    }
}

/* The head of the record was written before its length was known. */
static void finish_record(myc_websocket_session *session)
{
    uint32_t size_bytes = (uint32_t)(session->unfinished - sizeof(struct myc__record));
    memcpy(session->inbox.data + session->inbox.tail - session->unfinished +
               offsetof(struct myc__record, size_bytes),
           &size_bytes, sizeof size_bytes);
    session->unfinished = 0;
}

static void on_message(wslay_event_context_ptr frames,
                       const struct wslay_event_on_msg_recv_arg *message, void *user)
{
    (void)frames;
    myc_websocket_session *session = user;
    if (message->opcode == WSLAY_PONG) {
        session->pongs++;
    } else if (is_data(session)) {
        finish_record(session);
    }
}

const struct wslay_event_callbacks myc__websocket_callbacks = {
    .recv_callback = give_fed,
    .send_callback = keep_to_send,
    .genmask_callback = make_mask,
    .on_frame_recv_start_callback = on_frame,
    .on_frame_recv_chunk_callback = on_bytes,
    .on_msg_recv_callback = on_message,
};

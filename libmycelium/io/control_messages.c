/* SPDX-License-Identifier: Apache-2.0 */
#include "io/control_messages.h"

#include <string.h>
#include <time.h>
#include <unistd.h>

#include "io/buffers.h"

static_assert(CMSG_SPACE(sizeof(struct timespec)) + CMSG_SPACE(sizeof(struct ucred)) +
                      CMSG_SPACE(sizeof(uint32_t)) <=
                  MYC__DATAGRAM_CONTROL_BYTES,
              "there is room for all that a socket can be asked to say");
static_assert(CMSG_SPACE(0) % 8 == 0 && MYC__DATAGRAM_NAME_BYTES % 8 == 0,
              "control messages behind an address are aligned");

static void read_time(const struct cmsghdr *header, myc__received *received)
{
    struct timespec time;
    memcpy(&time, CMSG_DATA(header), sizeof time);
    received->kernel_ns = (uint64_t)time.tv_sec * 1000000000 + (uint64_t)time.tv_nsec;
}

static void read_credentials(const struct cmsghdr *header, myc__received *received)
{
    struct ucred credentials;
    memcpy(&credentials, CMSG_DATA(header), sizeof credentials);
    received->has_credentials = true;
    received->process_id = (uint32_t)credentials.pid;
    received->user_id = credentials.uid;
    received->group_id = credentials.gid;
}

static void close_descriptors(const struct cmsghdr *header)
{
    for (size_t at = 0; at + sizeof(int) <= header->cmsg_len - CMSG_LEN(0); at += sizeof(int)) {
        int fd;
        memcpy(&fd, CMSG_DATA(header) + at, sizeof fd);
        close(fd);
    }
}

static void read_one(const struct cmsghdr *header, myc__received *received)
{
    if (header->cmsg_level != SOL_SOCKET) {
        return;
    }
    switch (header->cmsg_type) {
    case SCM_TIMESTAMPNS: read_time(header, received); break;
    case SCM_CREDENTIALS: read_credentials(header, received); break;
    case SCM_RIGHTS: close_descriptors(header); break;
    case SO_RXQ_OVFL:
        memcpy(&received->overflowed, CMSG_DATA(header), sizeof received->overflowed);
        break;
    default: break;
    }
}

void myc__control_messages_read(struct msghdr *message, myc__received *received)
{
    received->kernel_ns = 0;
    received->overflowed = 0;
    received->has_credentials = false;
    received->process_id = received->user_id = received->group_id = 0;
    for (struct cmsghdr *header = CMSG_FIRSTHDR(message); header;
         header = CMSG_NXTHDR(message, header)) {
        read_one(header, received);
    }
}

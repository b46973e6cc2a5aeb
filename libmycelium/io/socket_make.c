/* SPDX-License-Identifier: Apache-2.0 */
#include "io/socket_make.h"

#include <errno.h>
#include <linux/sock_diag.h>
#include <net/if.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "io/os_error.h"

static const char *advice(int os_error)
{
    switch (os_error) {
    case EMFILE: return "; raise RLIMIT_NOFILE (ulimit -n)";
    case ENFILE: return "; raise the sysctl fs.file-max";
    case EADDRINUSE: return "; another socket has this address: close it or choose another one";
    case EADDRNOTAVAIL: return "; no interface of this machine has this address";
    case EACCES: return "; ports below 1024 and some directories need more rights";
    default: return "";
    }
}

static int refuse(const myc__socket_plan *plan, const char *step, int os_error)
{
    const char *text = strerrordesc_np(os_error);
    myc__log_line(plan->log, MYC_LOG_ERROR, "cannot open %s: %s: %s (errno %d)%s", plan->text, step,
                  text ? text : "unknown error", os_error, advice(os_error));
    return myc__error_of_os(os_error);
}

static int set(int fd, int level, int name, int value)
{
    return setsockopt(fd, level, name, &value, sizeof value) == 0 ? 0 : errno;
}

static const struct sockaddr *address_of(const myc__target *target)
{
    return (const struct sockaddr *)&target->address;
}

static int create(const myc__target *target, bool blocks)
{
    int type = myc__target_is_datagram(target) ? SOCK_DGRAM : SOCK_STREAM;
    int fd =
        socket(target->address.ss_family, type | SOCK_CLOEXEC | (blocks ? 0 : SOCK_NONBLOCK), 0);
    return fd >= 0 ? fd : -errno;
}

void myc__socket_tune(int fd, const myc__target *target, const myc_stream_options *options)
{
    if (options->receive_buffer_bytes) {
        (void)set(fd, SOL_SOCKET, SO_RCVBUF, (int)options->receive_buffer_bytes);
    }
    bool is_tcp = target->kind == MYC__TARGET_TCP || target->kind == MYC__TARGET_TCP_LISTEN;
    if (is_tcp && !options->delay_small_writes) {
        (void)set(fd, IPPROTO_TCP, TCP_NODELAY, 1);
    }
}

int myc__socket_make_again(const myc__target *target, const myc_stream_options *options)
{
    int fd = create(target, true);
    if (fd >= 0) {
        myc__socket_tune(fd, target, options);
    }
    return fd;
}

/* ---- datagrams ---- */

static int find_interface(const myc__socket_plan *plan, uint32_t *index)
{
    const char *name = plan->options->interface_name;
    struct sockaddr_in6 v6;
    memcpy(&v6, &plan->target->address, sizeof v6);
    *index = v6.sin6_family == AF_INET6 ? v6.sin6_scope_id : 0;
    if (!name) {
        return 0;
    }
    *index = if_nametoindex(name);
    if (*index == 0) {
        myc__log_line(plan->log, MYC_LOG_ERROR,
                      "cannot open %s: interface_name is %s, but this machine has no interface of "
                      "that name",
                      plan->text, name);
        return MYC_EINVAL;
    }
    return 0;
}

static int join(int fd, const struct sockaddr *group, uint32_t interface)
{
    if (group->sa_family == AF_INET6) {
        const struct sockaddr_in6 *v6 = (const void *)group;
        struct ipv6_mreq request = {.ipv6mr_multiaddr = v6->sin6_addr,
                                    .ipv6mr_interface = interface};
        return setsockopt(fd, IPPROTO_IPV6, IPV6_JOIN_GROUP, &request, sizeof request) == 0 ? 0
                                                                                            : errno;
    }
    const struct sockaddr_in *v4 = (const void *)group;
    struct ip_mreqn request = {.imr_multiaddr = v4->sin_addr, .imr_ifindex = (int)interface};
    (void)set(fd, IPPROTO_IP, IP_MULTICAST_ALL, 0);
    return setsockopt(fd, IPPROTO_IP, IP_ADD_MEMBERSHIP, &request, sizeof request) == 0 ? 0 : errno;
}

static int send_by(int fd, const struct sockaddr *group, uint32_t interface)
{
    if (group->sa_family == AF_INET6) {
        return set(fd, IPPROTO_IPV6, IPV6_MULTICAST_IF, (int)interface);
    }
    struct ip_mreqn request = {.imr_ifindex = (int)interface};
    return setsockopt(fd, IPPROTO_IP, IP_MULTICAST_IF, &request, sizeof request) == 0 ? 0 : errno;
}

static int use_multicast(const myc__socket_plan *plan, int fd, uint32_t interface)
{
    const struct sockaddr *group = address_of(plan->target);
    if (!myc__address_is_multicast(group)) {
        return 0;
    }
    bool receives = plan->target->kind == MYC__TARGET_UDP;
    int os_error = 0;
    if (receives) {
        os_error = join(fd, group, interface);
    } else if (interface) {
        os_error = send_by(fd, group, interface);
    }
    return os_error ? refuse(plan, "joining the multicast group", os_error) : 0;
}

/* What the kernel says with each datagram. */
static void ask_for_more(const myc__socket_plan *plan, int fd)
{
    if (plan->target->kind == MYC__TARGET_UDP) { /* the count of a Unix socket is of other things */
        (void)set(fd, SOL_SOCKET, SO_RXQ_OVFL, 1);
    }
    if (!plan->options->no_kernel_time) {
        (void)set(fd, SOL_SOCKET, SO_TIMESTAMPNS, 1);
    }
    if (plan->target->kind == MYC__TARGET_UNIX_DATAGRAM) {
        (void)set(fd, SOL_SOCKET, SO_PASSCRED, 1);
    }
}

uint32_t myc__socket_drops(int fd)
{
    uint32_t values[SK_MEMINFO_VARS] = {0};
    socklen_t size_bytes = sizeof values;
    return getsockopt(fd, SOL_SOCKET, SO_MEMINFO, values, &size_bytes) == 0
               ? values[SK_MEMINFO_DROPS]
               : 0;
}

/* ---- what is bound ---- */

/* A socket that was not closed in order leaves its file behind, and nobody answers there. */
static bool is_left_behind(const myc__target *target)
{
    int fd = create(target, false);
    bool is_refused = fd >= 0 && connect(fd, address_of(target), target->address_bytes) != 0 &&
                      errno == ECONNREFUSED;
    if (fd >= 0) {
        close(fd);
    }
    return is_refused;
}

static const char *path_of(const myc__target *target)
{
    const struct sockaddr_un *address = (const void *)&target->address;
    return myc__target_is_unix(target) && address->sun_path[0] ? address->sun_path : NULL;
}

static int bind_to(const myc__target *target, int fd)
{
    if (bind(fd, address_of(target), target->address_bytes) == 0) {
        return 0;
    }
    int os_error = errno;
    const char *path = path_of(target);
    if (os_error != EADDRINUSE || !path || !is_left_behind(target) || unlink(path) != 0) {
        return os_error;
    }
    return bind(fd, address_of(target), target->address_bytes) == 0 ? 0 : errno;
}

static void note_file(const myc__target *target, myc__bound_file *file)
{
    struct stat status;
    const char *path = path_of(target);
    if (path && stat(path, &status) == 0) {
        *file = (myc__bound_file){true, status.st_dev, status.st_ino};
    }
}

void myc__bound_file_remove(const myc__bound_file *file, const myc__target *target)
{
    struct stat status;
    const char *path = path_of(target);
    if (file->is_bound && path && stat(path, &status) == 0 && status.st_dev == file->device &&
        status.st_ino == file->number) {
        (void)unlink(path);
    }
}

static int bind_and_listen(const myc__socket_plan *plan, int fd, myc__bound_file *file)
{
    const myc__target *target = plan->target;
    bool is_shared =
        target->kind == MYC__TARGET_TCP_LISTEN || myc__address_is_multicast(address_of(target));
    if (is_shared) { /* else UDP sockets could steal each other's datagrams */
        (void)set(fd, SOL_SOCKET, SO_REUSEADDR, 1);
    }
    int os_error = bind_to(target, fd);
    if (os_error) {
        return refuse(plan, "binding it", os_error);
    }
    note_file(target, file);
    bool listens =
        target->kind == MYC__TARGET_TCP_LISTEN || target->kind == MYC__TARGET_UNIX_LISTEN;
    if (listens && listen(fd, (int)plan->options->backlog) != 0) {
        return refuse(plan, "listening there", errno);
    }
    return 0;
}

static int set_up(const myc__socket_plan *plan, int fd, uint32_t interface, myc__bound_file *file)
{
    const myc__target *target = plan->target;
    myc__socket_tune(fd, target, plan->options);
    if (myc__target_is_bound(target)) {
        int error = bind_and_listen(plan, fd, file);
        if (error) {
            return error;
        }
    }
    if (!myc__target_is_datagram(target)) {
        return 0;
    }
    ask_for_more(plan, fd);
    int error = use_multicast(plan, fd, interface);
    if (!error && !myc__target_is_bound(target) &&
        connect(fd, address_of(target), target->address_bytes) != 0) {
        error = refuse(plan, "connecting it", errno);
    }
    return error;
}

/* Some groups of version 6 are named with their interface. */
static myc__target with_interface(const myc__target *target, uint32_t interface)
{
    myc__target named = *target;
    if (target->address.ss_family == AF_INET6 && myc__address_is_multicast(address_of(target))) {
        struct sockaddr_in6 v6;
        memcpy(&v6, &target->address, sizeof v6);
        v6.sin6_scope_id = interface;
        memcpy(&named.address, &v6, sizeof v6);
    }
    return named;
}

static int make(const myc__socket_plan *plan, uint32_t interface, int *fd, myc__bound_file *file)
{
    *fd = create(plan->target, plan->blocks);
    if (*fd < 0) {
        return refuse(plan, "making a socket", -*fd);
    }
    int error = set_up(plan, *fd, interface, file);
    if (error) {
        close(*fd);
        myc__bound_file_remove(file, plan->target);
    }
    return error;
}

int myc__socket_make(const myc__socket_plan *plan, int *fd, myc__bound_file *file)
{
    *file = (myc__bound_file){0};
    uint32_t interface;
    int error = find_interface(plan, &interface);
    if (error) {
        return error;
    }
    const myc__target named = with_interface(plan->target, interface);
    myc__socket_plan made = *plan;
    made.target = &named;
    return make(&made, interface, fd, file);
}

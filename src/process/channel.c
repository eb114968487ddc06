/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * channel.c -- one message there, one back; see channel.h.
 *
 * A packet is whole or it is not there, so there is no half of a message to
 * keep.  MSG_NOSIGNAL: that nobody is there any more is no reason for SIGPIPE.
 */
#include "channel.h"

#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

/* With the alignment that the kernel's headers want. */
union control {
	struct cmsghdr head;
	char bytes[CMSG_SPACE(sizeof(int))];
};

int
quern__channel_send(int socket, const struct quern__message *message, int fd,
    const void *more, size_t more_bytes)
{
	struct iovec part[2] = {
		{ (void *)message, sizeof(*message) },
		{ (void *)more, more_bytes },
	};
	struct msghdr header = { .msg_iov = part, .msg_iovlen = 2 };
	union control control = { .bytes = { 0 } };
	int saved = errno, err;
	ssize_t sent;

	if (fd >= 0) {
		control.head.cmsg_level = SOL_SOCKET;
		control.head.cmsg_type = SCM_RIGHTS;
		control.head.cmsg_len = CMSG_LEN(sizeof(fd));
		memcpy(CMSG_DATA(&control.head), &fd, sizeof(fd));
		header.msg_control = &control;
		header.msg_controllen = sizeof(control.bytes);
	}
	do
		sent = sendmsg(socket, &header, MSG_NOSIGNAL | MSG_DONTWAIT);
	while (sent < 0 && errno == EINTR);
	err = errno;
	errno = saved;
	if (sent >= 0)
		return 0;
	/* Reset: it has gone with something of ours unread. */
	if (err == ECONNRESET)
		return -EPIPE;
	/* Too many descriptors are on their way: they will arrive. */
	return err == EWOULDBLOCK || err == ETOOMANYREFS ? -EAGAIN : -err;
}

/* The descriptor that came, if one did and only one. */
static int
take_fd(struct msghdr *header)
{
	struct cmsghdr *head = CMSG_FIRSTHDR(header);
	int fd;

	if (!head || head->cmsg_level != SOL_SOCKET ||
	    head->cmsg_type != SCM_RIGHTS ||
	    head->cmsg_len != CMSG_LEN(sizeof(fd)))
		return -1;
	memcpy(&fd, CMSG_DATA(head), sizeof(fd));
	return fd;
}

int
quern__channel_receive(int socket, struct quern__message *message, int *fd,
    void *more, size_t most)
{
	struct iovec part[2] = {
		{ message, sizeof(*message) },
		{ more, most },
	};
	struct msghdr header = { .msg_iov = part, .msg_iovlen = 2 };
	union control control;
	int saved = errno, err;
	ssize_t came;

	if (fd) {
		header.msg_control = &control;
		header.msg_controllen = sizeof(control.bytes);
	}
	do
		came = recvmsg(socket, &header, MSG_CMSG_CLOEXEC);
	while (came < 0 && errno == EINTR);
	err = errno;
	errno = saved;
	if (fd)
		*fd = came > 0 ? take_fd(&header) : -1;
	if (came == 0 || (came < 0 && err == ECONNRESET))
		return -EPIPE;
	if (came < 0)
		return err == EAGAIN || err == EWOULDBLOCK ? -EAGAIN : -err;
	if (came < (ssize_t)sizeof(*message) || header.msg_flags & MSG_TRUNC)
		return -EPROTO;
	return (int)(came - (ssize_t)sizeof(*message));
}

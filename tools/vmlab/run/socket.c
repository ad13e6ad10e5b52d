// SPDX-License-Identifier: GPL-2.0
/* The socket to which the preload library reports. */
#include <errno.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <sys/random.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "run/socket.h"

int run_socket_listen(char name[static RUN_SOCKET_NAME])
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	unsigned long long random[2];
	int fd, err, length;

	if (getrandom(random, sizeof(random), 0) != (ssize_t)sizeof(random))
		return -EIO;
	length = snprintf(name, RUN_SOCKET_NAME, "vmlab-run-%016llx%016llx", random[0],
			  random[1]);
	/* abstract: the name begins behind a zero byte and ends without one */
	memcpy(address.sun_path + 1, name, (size_t)length);
	fd = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (fd < 0)
		return -errno;
	if (bind(fd, (const struct sockaddr *)&address,
		 (socklen_t)(offsetof(struct sockaddr_un, sun_path) + 1 + (size_t)length)) ||
	    listen(fd, SOMAXCONN)) {
		err = -errno;
		close(fd);
		return err;
	}
	return fd;
}

int run_socket_accept(int listener, struct ucred *peer)
{
	socklen_t length = sizeof(*peer);
	int err, fd = accept4(listener, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);

	if (fd < 0)
		return -errno;
	if (getsockopt(fd, SOL_SOCKET, SO_PEERCRED, peer, &length)) {
		err = -errno;
		close(fd);
		return err;
	}
	return fd;
}

/* Take the descriptor of a message; close all but the first. */
static int take_descriptor(struct msghdr *header)
{
	int fd = -1;

	for (struct cmsghdr *c = CMSG_FIRSTHDR(header); c; c = CMSG_NXTHDR(header, c)) {
		size_t nr = (c->cmsg_len - CMSG_LEN(0)) / sizeof(int);

		if (c->cmsg_level != SOL_SOCKET || c->cmsg_type != SCM_RIGHTS)
			continue;
		for (size_t i = 0; i < nr; i++) {
			int got;

			memcpy(&got, CMSG_DATA(c) + i * sizeof(int), sizeof(got));
			if (fd < 0)
				fd = got;
			else
				close(got);
		}
	}
	return fd;
}

int run_socket_receive(int connection, struct run_message *message, int *fd)
{
	union {
		struct cmsghdr header;
		char room[CMSG_SPACE(4 * sizeof(int))];
	} control;
	struct iovec data = { message, sizeof(*message) };
	struct msghdr header = {
		.msg_iov = &data,
		.msg_iovlen = 1,
		.msg_control = &control,
		.msg_controllen = sizeof(control),
	};
	ssize_t length;

	*fd = -1;
	do {
		length = recvmsg(connection, &header, MSG_CMSG_CLOEXEC);
	} while (length < 0 && errno == EINTR);
	if (length < 0)
		return -errno;
	*fd = take_descriptor(&header);
	if (header.msg_flags & MSG_CTRUNC && *fd < 0)
		return -EMFILE;
	if (!length && *fd < 0)
		return 0;
	message->name[sizeof(message->name) - 1] = '\0';
	if (length == (ssize_t)sizeof(*message) && message->version == RUN_VERSION &&
	    !(header.msg_flags & (MSG_TRUNC | MSG_CTRUNC)))
		return 1;
	if (*fd >= 0)
		close(*fd);
	*fd = -1;
	return -EPROTO;
}

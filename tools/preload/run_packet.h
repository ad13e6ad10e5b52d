/* SPDX-License-Identifier: GPL-2.0 */
/* How a message of run_protocol.h is sent, for whoever sends one: no calls of libc. */
#ifndef RUN_PACKET_H
#define RUN_PACKET_H

#include <stddef.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>

#include "run_protocol.h"

/* A message and the descriptor that goes with it, as sendmsg(2) takes them: @header. */
struct run_packet {
	struct run_message message;
	struct msghdr header;
	struct iovec part;
	union {
		struct cmsghdr header;
		char room[CMSG_SPACE(sizeof(int))];
	} control;
};

/* Complete a packet that has a message; @fd goes with it unless it is -1. */
static inline void run_packet_fill(struct run_packet *packet, int fd)
{
	struct cmsghdr *control = &packet->control.header;

	packet->part.iov_base = &packet->message;
	packet->part.iov_len = sizeof(packet->message);
	packet->header = (struct msghdr){ .msg_iov = &packet->part, .msg_iovlen = 1 };
	if (fd < 0)
		return;
	memset(&packet->control, 0, sizeof(packet->control));
	control->cmsg_len = CMSG_LEN(sizeof(int));
	control->cmsg_level = SOL_SOCKET;
	control->cmsg_type = SCM_RIGHTS;
	memcpy(CMSG_DATA(control), &fd, sizeof(fd));
	packet->header.msg_control = control;
	packet->header.msg_controllen = sizeof(packet->control);
}

/* Make the address of an abstract socket of @len bytes; return the address's length. */
static inline socklen_t run_packet_address(struct sockaddr_un *to, const char *name, size_t len)
{
	if (len > sizeof(to->sun_path) - 1)
		len = sizeof(to->sun_path) - 1;
	*to = (struct sockaddr_un){ .sun_family = AF_UNIX };
	memcpy(to->sun_path + 1, name, len);
	return (socklen_t)(offsetof(struct sockaddr_un, sun_path) + 1 + len);
}

#endif /* RUN_PACKET_H */

/* SPDX-License-Identifier: GPL-2.0 */
/* The socket to which the preload library reports: preload/run_protocol.h. */
#ifndef VMLAB_RUN_SOCKET_H
#define VMLAB_RUN_SOCKET_H

#include <sys/socket.h>

#include "preload/run_protocol.h"

#define RUN_SOCKET_NAME 48

/**
 * run_socket_listen - make a listening socket
 * @name: [out] its abstract name.  Nobody can guess it, but every user can read it in
 *	/proc/net/unix
 *
 * Return: a descriptor that does not block, or a negative errno.
 */
int run_socket_listen(char name[static RUN_SOCKET_NAME]);

/**
 * run_socket_accept - accept a connection
 * @peer: [out] the process that made it: its pid in our pid namespace, and its user
 *
 * Return: a descriptor that does not block, or a negative errno: -EAGAIN when there is
 * none.
 */
int run_socket_accept(int listener, struct ucred *peer);

/**
 * run_socket_receive - receive a message
 * @message: [out]
 * @fd: [out] the descriptor that came with it, or -1; the caller closes it
 *
 * Return: 1; 0 at the end of the connection; -EAGAIN when there is no message;
 * -EPROTO for one that the protocol does not have; -EMFILE when its descriptor could not be
 * received; or another negative errno.
 */
int run_socket_receive(int connection, struct run_message *message, int *fd);

#endif /* VMLAB_RUN_SOCKET_H */

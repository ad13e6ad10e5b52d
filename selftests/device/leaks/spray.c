// SPDX-License-Identifier: GPL-2.0
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <string.h>
#include <sys/ipc.h>
#include <sys/mman.h>
#include <sys/msg.h>
#include <sys/socket.h>
#include <sys/xattr.h>
#include <unistd.h>

#include "device/leaks/leaks.h"
#include "lib/page.h"

enum {
	LARGEST = 32 * 1024,
	EACH = 4, /* objects of one size */
	MESSAGE_MAX = 4000,
	PAGES = 2048,
};

static char marks[LARGEST];

static void fill(char *p, size_t bytes)
{
	for (size_t i = 0; i + MARK_BYTES <= bytes; i += MARK_BYTES)
		memcpy(p + i, MARK, MARK_BYTES);
}

/* Messages: objects that are charged to the memory cgroup, as the module's are. */
static void spray_messages(void)
{
	struct {
		long type;
		char text[MESSAGE_MAX];
	} message = { .type = 1 };
	int queue = msgget(IPC_PRIVATE, 0600);

	if (queue < 0)
		return;
	fill(message.text, sizeof(message.text));
	for (size_t bytes = 16; bytes < MESSAGE_MAX; bytes *= 2)
		for (int i = 0; i < EACH; i++)
			msgsnd(queue, &message, bytes, IPC_NOWAIT);
	msgctl(queue, IPC_RMID, NULL);
}

/* Datagrams that nobody receives. */
static void spray_datagrams(void)
{
	int pair[2];

	if (socketpair(AF_UNIX, SOCK_DGRAM | SOCK_NONBLOCK, 0, pair))
		return;
	for (size_t bytes = 64; bytes <= LARGEST; bytes *= 2)
		for (int i = 0; i < EACH; i++)
			if (write(pair[0], marks, bytes) < 0)
				break;
	close(pair[0]);
	close(pair[1]);
}

/* Values of attributes that are copied, then refused. */
static void spray_attributes(void)
{
	for (size_t bytes = 8; bytes <= LARGEST; bytes *= 2)
		setxattr("/", "trusted.vmlab", marks, bytes, XATTR_REPLACE);
}

/* poll(2) copies what it is given to its stack. */
static void spray_stack(void)
{
	struct pollfd fds[30] = { 0 };

	fill((char *)fds, sizeof(fds));
	for (size_t i = 0; i < sizeof(fds) / sizeof(fds[0]); i++)
		fds[i].fd |= INT_MIN; /* ignored */
	poll(fds, sizeof(fds) / sizeof(fds[0]), 0);
}

void spray_objects(void)
{
	if (!marks[0])
		fill(marks, sizeof(marks));
	spray_messages();
	spray_datagrams();
	spray_attributes();
	spray_stack();
}

void spray_pages(void)
{
	char *p = mmap(NULL, PAGES * page, PROT_READ | PROT_WRITE,
		       MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	if (p == MAP_FAILED)
		return;
	fill(p, PAGES * page);
	munmap(p, PAGES * page);
}

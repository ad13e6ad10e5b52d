// SPDX-License-Identifier: GPL-2.0
/* What the library tells vmlab run: messages of run_protocol.h. */
#include <fcntl.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>

#include "preload.h"
#include "run_protocol.h"

/*
 * @fd: of the connection, -1 without one
 * @ino: the inode of the socket: tells it from a file of the program that got the number
 * @pid: the process that connected; a child of vfork(2) shares this memory
 * @tried: connect only once
 */
static struct {
	int fd;
	ino_t ino;
	int pid;
	bool tried;
} connection = { .fd = -1 };

static ino_t inode(int fd)
{
	struct stat status;

	return raw3(SYS_fstat, fd, (long)&status, 0) ? 0 : status.st_ino;
}

bool report_is_ours(int fd)
{
	return fd >= 0 && fd == __atomic_load_n(&connection.fd, __ATOMIC_ACQUIRE) &&
	       inode(fd) == connection.ino;
}

int report_descriptor(void)
{
	return __atomic_load_n(&connection.fd, __ATOMIC_ACQUIRE);
}

void report_move(void)
{
	const int old = connection.fd;
	long new;

	/* See space_move(). */
	if (raw_getpid() != connection.pid)
		return;
	new = raw3(SYS_fcntl, old, F_DUPFD_CLOEXEC, 3);
	__atomic_store_n(&connection.fd, raw_failed(new) ? -1 : (int)new,
			 __ATOMIC_RELEASE);
	raw_close(old);
}

static void connect_once(void)
{
	const struct settings *settings = settings_get();
	struct sockaddr_un to = { .sun_family = AF_UNIX };
	long fd, ret;

	if (connection.tried || !settings || !settings->socket_len)
		return;
	connection.tried = true;
	fd = raw3(SYS_socket, AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0);
	if (raw_failed(fd))
		return;
	memcpy(to.sun_path + 1, settings->socket, settings->socket_len < sizeof(to.sun_path) ?
	       settings->socket_len : sizeof(to.sun_path) - 1);
	do {
		ret = raw3(SYS_connect, fd, (long)&to,
			   (long)(offsetof(struct sockaddr_un, sun_path) + 1 +
				  settings->socket_len));
	} while (ret == -EINTR);
	if (ret) {
		raw_close((int)fd);
		return;
	}
	fd = descriptor_up((int)fd);
	connection.ino = inode((int)fd);
	connection.pid = raw_getpid();
	__atomic_store_n(&connection.fd, (int)fd, __ATOMIC_RELEASE);
}

/* Read the start of a file of /proc as a string. */
static bool read_start(const char *path, char *to, size_t room)
{
	const long fd = raw_open(path, O_RDONLY | O_CLOEXEC);
	long nr;

	if (raw_failed(fd))
		return false;
	nr = raw_read((int)fd, to, room - 1);
	raw_close((int)fd);
	to[raw_failed(nr) ? 0 : nr] = 0;
	return !raw_failed(nr);
}

static void name_of_process(char name[16])
{
	char comm[32];

	if (!read_start("/proc/self/comm", comm, sizeof(comm)))
		raw3(SYS_prctl, 16 /* PR_GET_NAME */, (long)comm, 0);
	comm[15] = 0;
	comm[strcspn(comm, "\n")] = 0;
	memcpy(name, comm, 16);
}

/* Send a message; @fd goes with it unless it is -1. */
static void report(uint32_t type, uint64_t id, uint64_t first, uint64_t second, int fd)
{
	struct run_message message = {
		.version = RUN_VERSION,
		.type = type,
		.pid = raw_getpid(),
		.space_id = id,
		.value = { first, second },
	};
	struct iovec part = { &message, sizeof(message) };
	union {
		struct cmsghdr header;
		char room[CMSG_SPACE(sizeof(int))];
	} control = { .room = { 0 } };
	struct msghdr packet = { .msg_iov = &part, .msg_iovlen = 1 };
	const int to = __atomic_load_n(&connection.fd, __ATOMIC_ACQUIRE);

	if (message.pid != connection.pid || !report_is_ours(to))
		return;
	name_of_process(message.name);
	if (fd >= 0) {
		control.header.cmsg_len = CMSG_LEN(sizeof(int));
		control.header.cmsg_level = SOL_SOCKET;
		control.header.cmsg_type = SCM_RIGHTS;
		memcpy(CMSG_DATA(&control.header), &fd, sizeof(fd));
		packet.msg_control = &control;
		packet.msg_controllen = sizeof(control.room);
	}
	while (raw3(SYS_sendmsg, to, (long)&packet, MSG_NOSIGNAL) == -EINTR)
		;
}

void report_space(int fd, uint64_t id, uint64_t cause)
{
	connect_once();
	report(RUN_SPACE, id, cause, 0, fd);
}

void report_no_space(uint64_t err, uint64_t step)
{
	connect_once();
	report(RUN_NO_SPACE, 0, err, step, -1);
}

void report_given_back(size_t len)
{
	report(RUN_GIVEN_BACK, 0, len, 0, -1);
}

/* Return the number in a line of /proc/self/status, in bytes. */
static uint64_t status_bytes(const char *text, const char *line)
{
	const char *p = strstr(text, line);
	uint64_t kb = 0;

	if (!p)
		return 0;
	for (p += strlen(line); *p == ' ' || *p == '\t'; p++)
		;
	for (; *p >= '0' && *p <= '9'; p++)
		kb = kb * 10 + (uint64_t)(*p - '0');
	return kb << 10;
}

void report_exit(void)
{
	char text[2048];

	if (connection.fd < 0 || connection.pid != raw_getpid() ||
	    !read_start("/proc/self/status", text, sizeof(text)))
		return;
	report(RUN_EXIT, 0, status_bytes(text, "RssAnon:"), 0, -1);
}

void report_forget(bool close)
{
	if (close && report_is_ours(connection.fd))
		raw_close(connection.fd);
	__atomic_store_n(&connection.fd, -1, __ATOMIC_RELEASE);
	connection.tried = false;
}

// SPDX-License-Identifier: GPL-2.0
/* What the library tells vmlab run: messages of run_protocol.h. */
#include <fcntl.h>
#include <poll.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/time.h>

#include "high.h"
#include "report.h"
#include "run_packet.h"
#include "run_protocol.h"
#include "settings.h"

enum { CONNECT_WAIT_MS = 1000, LAST_WAIT_MS = 200 };

/*
 * @fd: of the connection, -1 without one
 * @ino: the inode of the socket: tells it from a file of the program that got the number
 * @pid: the process that connected; a child of vfork(2) shares this memory
 * @tried: connect only once
 * @given_back: bytes that have yet to be reported
 */
static struct {
	int fd;
	ino_t ino;
	int pid;
	bool tried;
	size_t given_back;
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
	const struct timeval limit = { CONNECT_WAIT_MS / 1000, CONNECT_WAIT_MS % 1000 * 1000 };
	const struct settings *settings = settings_get();
	struct sockaddr_un to;
	socklen_t len;
	long fd, ret;

	if (connection.tried || !settings || !settings->socket_len)
		return;
	connection.tried = true;
	fd = raw3(SYS_socket, AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0);
	if (raw_failed(fd))
		return;
	/* vmlab run may be stopped, and so many may wait for it that no more can: see report(). */
	raw6(SYS_setsockopt, fd, SOL_SOCKET, SO_SNDTIMEO, (long)&limit, sizeof(limit), 0);
	len = run_packet_address(&to, settings->socket, settings->socket_len);
	do {
		ret = raw3(SYS_connect, fd, (long)&to, (long)len);
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

/*
 * Send a message; @fd goes with it unless it is -1.  Return false when vmlab run has not
 * read those before: it may be stopped, and must not stop the program.
 */
static bool report(uint32_t type, uint64_t id, uint64_t first, uint64_t second, int fd)
{
	struct run_packet packet = {
		.message = {
			.version = RUN_VERSION,
			.type = type,
			.pid = raw_getpid(),
			.space_id = id,
			.value = { first, second },
		},
	};
	const int to = __atomic_load_n(&connection.fd, __ATOMIC_ACQUIRE);
	long ret;

	if (packet.message.pid != connection.pid || !report_is_ours(to))
		return true;
	name_of_process(packet.message.name);
	run_packet_fill(&packet, fd);
	do {
		ret = raw3(SYS_sendmsg, to, (long)&packet.header,
			   MSG_NOSIGNAL | MSG_DONTWAIT);
	} while (ret == -EINTR);
	return ret != -EAGAIN;
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
	/* Together with what could not be sent before. */
	const size_t sum = __atomic_exchange_n(&connection.given_back, 0, __ATOMIC_RELAXED) + len;

	if (!report(RUN_GIVEN_BACK, 0, sum, 0, -1))
		__atomic_add_fetch(&connection.given_back, sum, __ATOMIC_RELAXED);
}

/* At the end of the process: let vmlab run read, for a while. */
static void make_room(void)
{
	struct pollfd poll = { .fd = connection.fd, .events = POLLOUT };

	raw3(SYS_poll, (long)&poll, 1, LAST_WAIT_MS);
	if (connection.given_back)
		report_given_back(0);
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
	make_room();
	report(RUN_EXIT, 0, status_bytes(text, "RssAnon:"), 0, -1);
}

void report_forget(bool close)
{
	if (close && report_is_ours(connection.fd))
		raw_close(connection.fd);
	__atomic_store_n(&connection.fd, -1, __ATOMIC_RELEASE);
	connection.tried = false;
	connection.given_back = 0;
}

void report_end(void)
{
	report_exit();
	report_forget(true);
	/* What the program does from now on is its own. */
	connection.tried = true;
}

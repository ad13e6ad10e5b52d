// SPDX-License-Identifier: GPL-2.0
/* Several processes share a space: fork, a passed descriptor, private copies. */
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <unistd.h>

#include "lib/child.h"
#include "lib/dev.h"
#include "lib/tap.h"

enum { PAGES = 16 };

static size_t page;

struct views {
	int fd;
	char *shared;
	char *private;
};

static int child_of_fork(void *arg)
{
	struct views *v = arg;

	if (v->shared[0] != 1 || v->private[0] != 2)
		return 1;
	v->shared[page] = 11;
	v->private[page] = 12;
	stop_self();
	/* The parent wrote while this process was stopped. */
	if (v->shared[2 * page] != 21 || v->private[2 * page] != 0)
		return 2;
	if (v->private[page] != 12)
		return 3;
	return 0;
}

static void test_fork(void)
{
	const int rw = PROT_READ | PROT_WRITE;
	struct views v = { .fd = dev_open(O_RDWR) };
	uint64_t opened;
	pid_t pid;

	v.shared = map_shared(v.fd, PAGES);
	v.private = map_pages(v.fd, PAGES, rw, MAP_PRIVATE, PAGES);
	v.shared[0] = 1;
	v.private[0] = 2;
	opened = space_stats(v.fd).vma_open;
	pid = spawn(child_of_fork, &v);
	if (!ok(wait_stopped(pid, NULL), "the child sees what fork gave it")) {
		close(v.fd);
		return;
	}
	is(space_stats(v.fd).vmas, 4, "fork: the child's VMAs count");
	is(space_stats(v.fd).vma_open, opened + 2, "fork: opened");
	is(v.shared[page], 11, "the parent sees the child's shared write");
	is(v.private[page], 0, "... not its private one");
	v.shared[2 * page] = 21;
	v.private[2 * page] = 22;
	kill(pid, SIGCONT);
	is((uint64_t)reap(pid), 0, "the child sees shared writes only");
	is(space_stats(v.fd).vmas, 2, "exit: the child's VMAs are closed");
	is(v.private[2 * page], 22, "the parent keeps its private write");
	munmap(v.shared, PAGES * page);
	munmap(v.private, PAGES * page);
	close(v.fd);
	is(module_frames(), 0, "fork: every frame is freed");
}

static int send_fd(int sock, int fd)
{
	char byte = 0, control[CMSG_SPACE(sizeof(int))] = { 0 };
	struct iovec iov = { .iov_base = &byte, .iov_len = 1 };
	struct msghdr msg = {
		.msg_iov = &iov,
		.msg_iovlen = 1,
		.msg_control = control,
		.msg_controllen = sizeof(control),
	};
	struct cmsghdr *c = CMSG_FIRSTHDR(&msg);

	c->cmsg_level = SOL_SOCKET;
	c->cmsg_type = SCM_RIGHTS;
	c->cmsg_len = CMSG_LEN(sizeof(int));
	memcpy(CMSG_DATA(c), &fd, sizeof(int));
	return sendmsg(sock, &msg, 0) == 1 ? 0 : -1;
}

static int receive_fd(int sock)
{
	char byte, control[CMSG_SPACE(sizeof(int))];
	struct iovec iov = { .iov_base = &byte, .iov_len = 1 };
	struct msghdr msg = {
		.msg_iov = &iov,
		.msg_iovlen = 1,
		.msg_control = control,
		.msg_controllen = sizeof(control),
	};
	struct cmsghdr *c;
	int fd = -1;

	if (recvmsg(sock, &msg, 0) != 1)
		return -1;
	c = CMSG_FIRSTHDR(&msg);
	if (c && c->cmsg_type == SCM_RIGHTS)
		memcpy(&fd, CMSG_DATA(c), sizeof(int));
	return fd;
}

/* Open a space, write to it and send its descriptor. */
static int open_and_send(void *arg)
{
	int sock = *(int *)arg;
	int fd = dev_open(O_RDWR);
	char *p = map_shared(fd, PAGES);

	p[3 * page] = 33;
	if (send_fd(sock, fd))
		return 1;
	close(fd);
	stop_self();
	return p[4 * page] == 44 ? 0 : 2;
}

static void test_passed_descriptor(void)
{
	int pair[2], fd;
	pid_t pid;
	char *p;

	if (socketpair(AF_UNIX, SOCK_DGRAM, 0, pair))
		bail("socketpair: %s", strerror(errno));
	pid = spawn(open_and_send, &pair[1]);
	fd = receive_fd(pair[0]);
	if (!ok(fd >= 0, "a descriptor arrives from another process")) {
		kill_and_reap(pid);
		return;
	}
	wait_stopped(pid, NULL);
	p = map_shared(fd, PAGES);
	is(p[3 * page], 33, "its mapping shows the sender's write");
	is(space_stats(fd).mapped, 1, "... from the same frame");
	is(space_stats(fd).vmas, 2, "one VMA in each process");
	p[4 * page] = 44;
	kill(pid, SIGCONT);
	is((uint64_t)reap(pid), 0, "the sender sees the write here");
	is(p[3 * page], 33, "the frames stay when the process that opened the space exits");
	is(space_stats(fd).vmas, 1, "the VMA of that process is closed");
	unmap_and_close(fd, p, PAGES);
	close(pair[0]);
	close(pair[1]);
	is(module_frames(), 0, "passed descriptor: every frame is freed");
}

static void test_in_flight(void)
{
	int pair[2], fd = dev_open(O_RDWR);
	char *p = map_shared(fd, PAGES);

	if (socketpair(AF_UNIX, SOCK_DGRAM, 0, pair))
		bail("socketpair: %s", strerror(errno));
	*p = 9;
	works(send_fd(pair[1], fd), "a descriptor is sent");
	unmap_and_close(fd, p, PAGES);
	is(module_frames(), 1, "a descriptor in flight keeps the frames");
	fd = receive_fd(pair[0]);
	p = map_pages(fd, PAGES, PROT_READ, MAP_SHARED, 0);
	is(*p, 9, "... and their contents");
	unmap_and_close(fd, p, PAGES);
	close(pair[0]);
	close(pair[1]);
	is(module_frames(), 0, "in flight: every frame is freed");
}

static int map_and_stop(void *arg)
{
	int fd = dev_open(O_RDWR);
	char *p = map_shared(fd, PAGES);

	(void)arg;
	memset(p, 1, PAGES * page);
	stop_self();
	return 0;
}

static void test_kill(void)
{
	pid_t pid = spawn(map_and_stop, NULL);

	wait_stopped(pid, NULL);
	is(module_frames(), PAGES, "frames of a process");
	is((uint64_t)kill_and_reap(pid), 128 + SIGKILL, "it is killed");
	is(module_frames(), 0, "SIGKILL frees every frame");
}

int main(void)
{
	page = page_size();
	is(module_frames(), 0, "no frames before the first space");
	test_fork();
	test_passed_descriptor();
	test_in_flight();
	test_kill();
	return tap_done();
}

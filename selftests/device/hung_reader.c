// SPDX-License-Identifier: GPL-2.0
/*
 * A process that hangs in a buffer of its own, because userfaultfd(2) does not
 * resolve its faults, holds up no other process: neither a close, nor a request,
 * nor a fault, nor an exit.
 */
#include <fcntl.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "lib/child.h"
#include "lib/debugfs.h"
#include "lib/dev.h"
#include "lib/paging.h"
#include "lib/processes.h"
#include "lib/tap.h"
#include "lib/uffd.h"

enum { PAGES = 8 };

/* In shared memory. */
static struct shared {
	volatile bool hung;
	volatile uint64_t space;
	volatile bool close;
} *shared;

static int fd;			/* a space, its mapping, another process */
static char *map;
static pid_t target;
static size_t psize;

/* --- processes that hang ------------------------------------------------------------ */

/* A request, or a read, of @hole; what it returns does not matter. */
struct hang {
	const char *name;
	void (*access)(const struct hang *hang, char *hole);
	const char *file;	/* below DEBUGFS, or in the directory of a space */
	const volatile uint64_t *space;
};

static int hangs(void *arg)
{
	const struct hang *hang = arg;
	char *hole = uffd_hole(&shared->hung);

	drop_output();
	if (!hole)
		return 1;
	hang->access(hang, hole);
	return 0;
}

static bool is_hung(void *arg)
{
	(void)arg;
	return shared->hung;
}

static pid_t start(const struct hang *hang)
{
	pid_t pid;

	shared->hung = false;
	pid = spawn(hangs, (void *)(uintptr_t)hang);
	wait_until(is_hung, NULL);
	ok(shared->hung, "%s: hangs in its buffer", hang->name);
	return pid;
}

static void end(pid_t pid, const struct hang *hang)
{
	int result = 0;

	kill(pid, SIGKILL);
	ok(reap_in_time(pid, &result) && result == 128 + SIGKILL,
	   "%s: killed", hang->name);
}

/* The other process ends; RUN_KILLED or RUN_STUCK tell that it did not. */
static void goes_on(const struct hang *hang, int (*fn)(void *arg), void *arg,
		    const char *what)
{
	ok(!run_bounded(fn, arg), "%s: %s goes on", hang->name, what);
}

static void read_file(const struct hang *hang, char *hole)
{
	char path[64];

	if (hang->space)
		snprintf(path, sizeof(path), DEBUGFS "/spaces/%llu/%s",
			 (unsigned long long)*hang->space, hang->file);
	else
		snprintf(path, sizeof(path), DEBUGFS "/%s", hang->file);
	if (read(open(path, O_RDONLY), hole, psize) < 0)
		return;
}

/* --- files of a space, while it is closed for the last time ------------------------ */

/* Open a space, and close it when told to. */
static int closes(void *arg)
{
	int own = dev_open(O_RDWR);
	char *p = map_shared(own, 1);

	(void)arg;
	drop_output();
	*p = 1;
	shared->space = space_id(own);
	while (!shared->close)
		msleep(5);
	unmap_and_close(own, p, 1);
	return 0;
}

static bool is_open(void *arg)
{
	(void)arg;
	return shared->space;
}

static bool is_removed(void *path)
{
	return access(path, F_OK);
}

static void test_space_file(const char *name)
{
	const struct hang hang = { name, read_file, name, &shared->space };
	pid_t owner, reader;
	char path[64];
	int result = -1;

	shared->space = 0;
	shared->close = false;
	owner = spawn(closes, NULL);
	wait_until(is_open, NULL);
	reader = start(&hang);
	shared->close = true;
	ok(reap_in_time(owner, &result) && !result,
	   "%s: the last close goes on", name);
	snprintf(path, sizeof(path), DEBUGFS "/spaces/%llu",
		 (unsigned long long)shared->space);
	wait_until(is_removed, path);
	fails(access(path, F_OK), ENOENT, "%s: its directory is removed", name);
	end(reader, &hang);
}

/* An open file says so when its space is gone. */
static void test_gone(const char *name)
{
	int own = dev_open(O_RDWR), file;
	char path[64], buffer[64];

	snprintf(path, sizeof(path), DEBUGFS "/spaces/%llu/%s",
		 (unsigned long long)space_id(own), name);
	file = open(path, O_RDONLY);
	ok(read(file, buffer, sizeof(buffer)) > 0, "%s: a read", name);
	close(own);
	lseek(file, 0, SEEK_SET);
	fails(read(file, buffer, sizeof(buffer)), ESRCH,
	      "%s: a read after the last close", name);
	close(file);
}

/* --- files of an attached process ------------------------------------------------- */

static int attaches(void *arg)
{
	return debugfs_attach(*(pid_t *)arg) != 0;
}

static int detaches(void *arg)
{
	return debugfs_detach(*(pid_t *)arg) != 0;
}

static void test_attached(void)
{
	char file[32];
	const struct hang hang = { "PID/vmas", read_file, file, NULL };
	pid_t pid;

	snprintf(file, sizeof(file), "%d/vmas", target);
	works(debugfs_attach(target), "attach");
	pid = start(&hang);
	/* An open file does not keep the directory. */
	goes_on(&hang, detaches, &target, "detach");
	goes_on(&hang, attaches, &target, "attach");
	goes_on(&hang, detaches, &target, "detach again");
	end(pid, &hang);
}

/* --- requests ------------------------------------------------------------------------ */

static void dirty(const struct hang *hang, char *hole)
{
	struct vmlab_dirty r = {
		.size = sizeof(r), .flags = VMLAB_DIRTY_CLEAR,
		.end = PAGES * psize, .bitmap = (uintptr_t)hole,
	};

	(void)hang;
	ioctl(fd, VMLAB_IOC_DIRTY, &r);
}

static void trace(const struct hang *hang, char *hole)
{
	(void)hang;
	set_paging(fd, .policy = VMLAB_POLICY_OPT, .budget = 4,
		   .trace = (uintptr_t)hole, .nr_trace = 4);
}

static void rules(const struct hang *hang, char *hole)
{
	(void)hang;
	set_rules(fd, (void *)hole, 1);
}

static void get_rules(const struct hang *hang, char *hole)
{
	struct vmlab_inject r = {
		.size = sizeof(r), .nr = 1, .rules = (uintptr_t)hole,
	};

	(void)hang;
	ioctl(fd, VMLAB_IOC_INJECT_GET, &r);
}

static void argument(const struct hang *hang, char *hole)
{
	(void)hang;
	ioctl(fd, VMLAB_IOC_RANGE, hole);
}

static void events(const struct hang *hang, char *hole)
{
	(void)hang;
	if (read(fd, hole, psize) < 0)
		return;
}

static void vmas(const struct hang *hang, char *hole)
{
	struct vmlab_vmas r = {
		.size = sizeof(r), .nr = 4, .vmas = (uintptr_t)hole,
		.target = { .kind = VMLAB_TARGET_PID, .id = target },
	};

	(void)hang;
	ioctl(fd, VMLAB_IOC_VMAS, &r);
}

static void ptes(const struct hang *hang, char *hole)
{
	struct vmlab_ptes r = {
		.size = sizeof(r), .nr = 4, .records = (uintptr_t)hole,
		.target = { .kind = VMLAB_TARGET_PID, .id = target },
	};

	(void)hang;
	ioctl(fd, VMLAB_IOC_PTES, &r);
}

static const struct hang requests[] = {
	{ "DIRTY", dirty, NULL, NULL },
	{ "PAGING_SET", trace, NULL, NULL },
	{ "INJECT_SET", rules, NULL, NULL },
	{ "INJECT_GET", get_rules, NULL, NULL },
	{ "an ioctl's argument", argument, NULL, NULL },
	{ "read(2) of events", events, NULL, NULL },
	{ "VMAS", vmas, NULL, NULL },
	{ "PTES", ptes, NULL, NULL },
};

/* Each lock of a space that a request or a fault takes. */
static int uses_space(void *arg)
{
	struct vmlab_range r;
	int ret;

	(void)arg;
	for (size_t i = 0; i < PAGES; i++)
		if (touch(map + i * psize, TOUCH_WRITE, 1, NULL))
			return 1;
	ret = set_paging(fd, .budget = 100);
	if (ret ||
	    set_policy(fd, 0, VMLAB_POLICY_LRU, 0) ||
	    set_rules(fd, NULL, 0) ||
	    set_events(fd, 1u << VMLAB_EVENT_EVICT, 16) ||
	    try_range(fd, VMLAB_RANGE_EVICT, 0, PAGES, &r) ||
	    try_range(fd, VMLAB_RANGE_PREFETCH, 0, PAGES, &r) ||
	    set_space(fd, 0, PAGES * psize, VMLAB_BACKING_ZERO) ||
	    set_space(fd, 0, 0, VMLAB_BACKING_ZERO))
		return 2;
	get_dirty(fd, VMLAB_DIRTY_CLEAR, 0, PAGES, NULL);
	munmap(map_shared(fd, 1), psize);
	return 0;
}

static int maps_and_exits(void *arg)
{
	(void)arg;
	stop_self();
	return mmap(NULL, psize, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0)
	       == MAP_FAILED;
}

static void test_request(const struct hang *hang)
{
	struct vmlab_inject_rule rule = {
		.access = VMLAB_ACCESS_EXEC, .action = VMLAB_INJECT_SIGBUS,
		.probability = VMLAB_INJECT_CERTAIN,
	};
	int result = -1;
	pid_t pid;

	/* There is something to copy. */
	works(set_rules(fd, &rule, 1), "%s: a rule", hang->name);
	works(set_events(fd, 1u << VMLAB_EVENT_FAULT, 16), "... events");
	range(fd, VMLAB_RANGE_DROP, 0, PAGES);
	touch(map, TOUCH_WRITE, 1, NULL);

	target = spawn(maps_and_exits, NULL);
	wait_stopped(target, NULL);
	pid = start(hang);
	goes_on(hang, uses_space, NULL, "the use of the space");
	kill(target, SIGCONT);
	ok(reap_in_time(target, &result) && !result,
	   "%s: the process that it is about goes on", hang->name);
	end(pid, hang);
}

int main(void)
{
	int uffd = (int)syscall(SYS_userfaultfd, O_CLOEXEC);

	if (uffd < 0) {
		skip("no userfaultfd", "a reader that hangs");
		return tap_done();
	}
	close(uffd);
	psize = page_size();
	shared = mmap(NULL, sizeof(*shared), PROT_READ | PROT_WRITE,
		      MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (shared == MAP_FAILED)
		bail("mmap: %s", strerror(errno));

	test_space_file("owner");
	test_space_file("stats");
	test_space_file("policy");
	test_space_file("frames");
	test_gone("owner");
	test_gone("stats");
	test_gone("policy");
	test_gone("frames");
	target = stopped_child();
	test_attached();
	kill_and_reap(target);

	fd = dev_open(O_RDWR);
	map = map_shared(fd, PAGES);
	for (size_t i = 0; i < sizeof(requests) / sizeof(*requests); i++)
		test_request(&requests[i]);
	unmap_and_close(fd, map, PAGES);
	return tap_done();
}

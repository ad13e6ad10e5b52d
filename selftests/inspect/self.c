// SPDX-License-Identifier: GPL-2.0
/* VMLAB_IOC_MM of this process, before and after it changes its own mm. */
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "lib/child.h"
#include "lib/dev.h"
#include "lib/page.h"
#include "lib/processes.h"
#include "lib/tap.h"

static int fd;

static struct vmlab_mm self(void)
{
	struct vmlab_mm mm;

	if (get_mm(fd, VMLAB_TARGET_SELF, 0, &mm))
		bail("MM of SELF: %s", strerror(errno));
	return mm;
}

/*
 * Whether RSS counters are exact.  Before 6.2, where they are not per CPU, a task
 * may hold back up to 64 pages (TASK_RSS_EVENTS_THRESH).
 */
static bool rss_is_exact(void)
{
	return strncmp(dev_info().kernel_release, "6.1.", 4) != 0;
}

static void test_ranges(void)
{
	struct vmlab_mm mm = self();
	char *path = getenv("PATH");
	static int initialised = 1;

	is((uint64_t)mm.pid, (uint64_t)getpid(), "pid");
	is((uint64_t)mm.tgid, (uint64_t)getpid(), "tgid");
	streq(mm.comm, "test-inspect-se", "comm, cut at 15 bytes");
	is(mm.brk, (uint64_t)(uintptr_t)sbrk(0), "brk equals sbrk(0)");
	ok(mm.start_code <= (uintptr_t)test_ranges &&
	   (uintptr_t)test_ranges < mm.end_code, "code holds a function");
	ok(mm.start_data <= (uintptr_t)&initialised &&
	   (uintptr_t)&initialised < mm.end_data, "data holds a variable");
	ok(path && mm.env_start <= (uintptr_t)path &&
	   (uintptr_t)path < mm.env_end, "env holds $PATH");
	ok(mm.start_stack > (uintptr_t)&mm, "start_stack is above main");
}

static void test_mmap(void)
{
	struct vmlab_mm a = self(), b;
	uint64_t grew;
	char *p = mmap(NULL, 100 * page, PROT_READ | PROT_WRITE,
		       MAP_SHARED | MAP_ANONYMOUS, -1, 0);

	b = self();
	is(b.total_vm, a.total_vm + 100, "mmap: total_vm");
	is(b.map_count, a.map_count + 1, "mmap: map_count");
	is(b.rss[VMLAB_RSS_SHMEM], a.rss[VMLAB_RSS_SHMEM], "mmap: no rss");
	is(b.data_vm, a.data_vm, "mmap of shared memory: no data");
	for (size_t i = 0; i < 40; i++)
		p[i * page] = 1;
	b = self();
	grew = b.rss[VMLAB_RSS_SHMEM] - a.rss[VMLAB_RSS_SHMEM];
	ok(grew == 40 || (grew < 40 && !rss_is_exact()),
	   "40 touches: rss of shmem grew by %llu", (unsigned long long)grew);
	ok(b.pgtables_bytes >= a.pgtables_bytes, "touches: page tables");
	works(mlock(p, 10 * page), "mlock");
	b = self();
	is(b.locked_vm, a.locked_vm + 10, "mlock: locked_vm");
	is(b.map_count, a.map_count + 2, "mlock: a split");
	munmap(p, 100 * page);
	b = self();
	is(b.total_vm, a.total_vm, "munmap: total_vm");
	is(b.locked_vm, a.locked_vm, "munmap: locked_vm");
	is(b.map_count, a.map_count, "munmap: map_count");
	ok(b.hiwater_vm >= a.total_vm + 100, "munmap: hiwater_vm stays");
	if (rss_is_exact())
		is(b.rss[VMLAB_RSS_SHMEM], a.rss[VMLAB_RSS_SHMEM],
		   "munmap: rss");

	p = mmap(NULL, 100 * page, PROT_READ | PROT_WRITE,
		 MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	is(self().data_vm, a.data_vm + 100, "private memory: data_vm");
	munmap(p, 100 * page);
}

static void test_brk(void)
{
	struct vmlab_mm a = self(), b;

	if (sbrk(3 * (intptr_t)page) == (void *)-1)
		bail("sbrk: %s", strerror(errno));
	b = self();
	is(b.brk, a.brk + 3 * page, "brk: brk");
	is(b.start_brk, a.start_brk, "brk: start_brk");
	is(b.total_vm, a.total_vm + 3, "brk: total_vm");
	if (sbrk(-3 * (intptr_t)page) == (void *)-1)
		bail("sbrk: %s", strerror(errno));
	is(self().brk, a.brk, "brk: back");
}

static int pair[2];

static void *waiter(void *arg)
{
	char byte;

	if (write(pair[1], "", 1) != 1)
		return arg;
	while (read(*(int *)arg, &byte, 1) < 0)
		;
	return NULL;
}

static void test_users(void)
{
	struct vmlab_mm a = self(), b;
	pthread_t thread;
	int hold[2];
	char byte;
	pid_t pid;

	is(a.mm_users, 1, "one thread: mm_users");
	if (pipe(pair) || pipe(hold))
		bail("pipe: %s", strerror(errno));
	pthread_create(&thread, NULL, waiter, &hold[0]);
	if (read(pair[0], &byte, 1) != 1)
		bail("read: %s", strerror(errno));
	is(self().mm_users, 2, "two threads: mm_users");
	pid = stopped_child();
	is(self().mm_users, 2, "a forked child has an mm of its own");
	if (get_mm(fd, VMLAB_TARGET_PID, pid, &b))
		bail("MM: %s", strerror(errno));
	is(b.mm_users, 1, "... with one user");
	is(b.start_stack, a.start_stack, "... like its parent's");
	kill_and_reap(pid);
	if (write(hold[1], "", 1) != 1)
		bail("write: %s", strerror(errno));
	pthread_join(thread, NULL);
	/* The kernel drops the reference of the thread after the join. */
	for (int i = 0; i < 100 && self().mm_users != 1; i++)
		msleep(10);
	is(self().mm_users, 1, "one thread again");
}

static void test_def_flags(void)
{
	const struct vmlab_flag_names *names =
		dev_flag_names(fd, VMLAB_NAMES_VMA_FLAGS);
	uint64_t locked = 0;

	for (int i = 0; i < 64; i++)
		if (!strcmp(names->bit[i].name, "locked"))
			locked = 1ULL << i;
	ok(locked && !(self().def_flags & locked), "def_flags: not locked");
	if (mlockall(MCL_FUTURE))
		bail("mlockall: %s", strerror(errno));
	ok(self().def_flags & locked, "mlockall(MCL_FUTURE): locked");
	munlockall();
	ok(!(self().def_flags & locked), "munlockall: not locked");
}

int main(void)
{
	fd = dev_open(O_RDWR);
	test_ranges();
	test_mmap();
	test_brk();
	test_users();
	test_def_flags();
	return tap_done();
}

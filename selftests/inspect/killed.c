// SPDX-License-Identifier: GPL-2.0
/*
 * A task that is killed while it reads a file in debugfs or searches for a free
 * area ends at once.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/userfaultfd.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "lib/child.h"
#include "lib/debugfs.h"
#include "lib/dev.h"
#include "lib/page.h"
#include "lib/paging.h"
#include "lib/proc.h"
#include "lib/processes.h"
#include "lib/tap.h"
#include "paging/fusefs.h"

enum { SECOND = 1000 };

static int vmlab_fd;

static bool is_gone(void *arg)
{
	return waitpid(*(pid_t *)arg, NULL, WNOHANG) == *(pid_t *)arg;
}

/* Test that a child waits, and that it ends within a second when it is killed. */
static void check_killed(pid_t pid, const char *what)
{
	unsigned long long start;

	msleep(300);
	is((unsigned int)waitpid(pid, NULL, WNOHANG), 0, "%s: waits", what);
	start = now_ms();
	kill(pid, SIGKILL);
	wait_until(is_gone, &pid);
	ok(now_ms() - start < SECOND, "%s: killed, gone after %llu ms", what,
	   now_ms() - start);
}

/* --- files of a space ------------------------------------------------------- */

struct space {
	int fd;
	unsigned long long id;
	char *p;
};

static int touches(void *arg)
{
	return *(volatile char *)((struct space *)arg)->p;
}

/* Keep the configuration locked: resizing waits for the frame. */
static int sets_budget(void *arg)
{
	return set_paging(((struct space *)arg)->fd, .budget = 8) != 0;
}

static int reads(void *path)
{
	static char room[4096];
	int fd = open(path, O_RDONLY);

	if (fd < 0)
		return 1;
	while (read(fd, room, sizeof(room)) > 0)
		;
	return 0;
}

/* Test that a reader of a file of a space waits until it is killed. */
static void check_reader(const struct space *space, const char *name)
{
	char path[64];

	snprintf(path, sizeof(path), DEBUGFS "/spaces/%llu/%s", space->id, name);
	check_killed(spawn(reads, path), name);
}

static void test_space(void)
{
	struct fusefs *fs = fusefs_start();
	struct space space;
	pid_t fault, budget;
	int file;

	if (!fs) {
		skip("no FUSE", "files of a space");
		return;
	}
	space.fd = dev_open(O_RDWR);
	space.id = space_id(space.fd);
	file = fusefs_open(fs, 0);
	works(set_backing(space.fd, VMLAB_BACKING_FILE, file, 0),
	      "a backing that hangs");
	close(file);
	space.p = map_shared(space.fd, FUSEFS_PAGES);
	fs->file[0].hang_read = true;
	fault = spawn(touches, &space);
	for (int i = 0; i < 1000 && !fs->file[0].reads; i++)
		msleep(10);
	ok(fs->file[0].reads, "a fault hangs with the frame locked");
	check_reader(&space, "frames");

	budget = spawn(sets_budget, &space);
	msleep(300);
	check_reader(&space, "stats");
	check_reader(&space, "policy");
	kill_and_reap(budget);
	kill_and_reap(fault);
	fusefs_abort(fs);
	unmap_and_close(space.fd, space.p, FUSEFS_PAGES);
}

/* --- a reader whose buffer is not filled -------------------------------------- */

/* Read a file into memory whose faults nobody resolves. */
static int reads_into_hole(void *arg)
{
	int uffd = (int)syscall(SYS_userfaultfd, O_CLOEXEC);
	int fd = open(arg, O_RDONLY);
	char *p = mmap(NULL, page, PROT_READ | PROT_WRITE,
		       MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	struct uffdio_api api = { .api = UFFD_API };
	struct uffdio_register reg = {
		.range = { (uintptr_t)p, page },
		.mode = UFFDIO_REGISTER_MODE_MISSING,
	};

	if (uffd < 0 || fd < 0 || p == MAP_FAILED ||
	    ioctl(uffd, UFFDIO_API, &api) || ioctl(uffd, UFFDIO_REGISTER, &reg))
		return 1;
	return read(fd, p, page) < 0;
}

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
	pid_t target = stopped_child(), reader;
	char path[64];
	int uffd = (int)syscall(SYS_userfaultfd, O_CLOEXEC);

	if (uffd < 0) {
		skip("no userfaultfd", "a reader that hangs");
		kill_and_reap(target);
		return;
	}
	close(uffd);
	works(debugfs_attach(target), "attach");
	snprintf(path, sizeof(path), DEBUGFS "/%d/vmas", target);
	reader = spawn(reads_into_hole, path);
	msleep(300);
	is((unsigned int)waitpid(reader, NULL, WNOHANG), 0, "a reader hangs");

	/* An open file does not keep the directory. */
	is((unsigned int)run_bounded(detaches, &target), 0, "detach");
	is((unsigned int)run_bounded(attaches, &target), 0, "attach again");
	is((unsigned int)run_bounded(detaches, &target), 0, "detach again");
	check_killed(reader, "the reader");
	kill_and_reap(target);
}

/* --- a search that passes many stacks ------------------------------------------ */

enum { STACKS = 400000, MAP_MS = 20000, SHORT_MS = 40 };

static struct vmlab_free_area request;

static int search(void)
{
	struct vmlab_free_area r = request;

	return ioctl(vmlab_fd, VMLAB_IOC_FREE_AREA, &r);
}

static int searches(void *arg)
{
	(void)arg;
	while (!search())
		;
	return 1;
}

/*
 * Does a task that is killed in the first quarter of a search of @whole ms end
 * before the third?  Try again when it does not: the host may be busy.
 */
static bool ends_early(unsigned long long whole)
{
	bool early = false;

	for (int i = 0; i < 5 && !early; i++) {
		pid_t pid = spawn(searches, NULL);
		unsigned long long start;

		msleep((unsigned int)whole / 4);
		start = now_ms();
		kill_and_reap(pid);
		early = now_ms() - start < whole / 2;
	}
	return early;
}

/*
 * Map stacks so far apart that the guard gap covers what is between two: as many
 * as this machine maps in some seconds.
 */
static int maps_stacks(void *arg)
{
	const size_t gap = *(size_t *)arg, bytes = STACKS * gap + page;
	unsigned long long until = now_ms() + MAP_MS;
	char *hole = mmap(NULL, bytes, PROT_NONE,
			  MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
	char *p;

	if (hole == MAP_FAILED)
		return 1;
	/* Leave no other place for the area above. */
	do {
		p = mmap(NULL, gap - 2 * page, PROT_NONE,
			 MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
	} while (p > hole);
	munmap(p, gap - 2 * page);
	munmap(hole, bytes);
	for (size_t i = 0; i < STACKS && now_ms() < until; i++)
		if (mmap(hole + bytes - page - i * gap, page, PROT_NONE,
			 MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE |
			 MAP_GROWSDOWN | MAP_FIXED, -1, 0) == MAP_FAILED)
			return 2;
	stop_self();
	return 0;
}

static void test_search(void)
{
	static const char max_map_count[] = "/proc/sys/vm/max_map_count";
	struct vmlab_free_area r = { .size = sizeof(r), .length = page };
	unsigned long long start, whole;
	char *before = slurp("%s", max_map_count);
	size_t gap;
	int status = 0;
	pid_t target;

	if (!before || ioctl(vmlab_fd, VMLAB_IOC_FREE_AREA, &r))
		bail("FREE_AREA: %s", strerror(errno));
	gap = r.guard_gap;
	write_file(max_map_count, "1000000", 7);
	target = spawn(maps_stacks, &gap);
	if (!wait_stopped(target, &status))
		bail("stacks: status %#x", (unsigned int)status);

	request = (struct vmlab_free_area){
		.size = sizeof(request),
		.target = { .kind = VMLAB_TARGET_PID, .id = target },
		.length = gap - 2 * page,
		.alignment = page,
	};
	start = now_ms();
	works(search(), "a search that passes many stacks");
	whole = now_ms() - start;
	diag("took %llu ms", whole);
	if (whole >= SHORT_MS)
		ok(ends_early(whole), "a search: killed, ends before its end");
	else
		skip("this machine is too fast", "a search: killed");
	kill_and_reap(target);
	write_file(max_map_count, before, strlen(before));
	free(before);
}

int main(void)
{
	vmlab_fd = dev_open(O_RDWR);
	test_space();
	test_attached();
	test_search();
	return tap_done();
}

// SPDX-License-Identifier: GPL-2.0
/*
 * A task that is killed while it reads a file in debugfs, also at a far offset, or
 * searches for a free area ends, however long the rest would take.
 */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <unistd.h>

#include "lib/child.h"
#include "lib/dev.h"
#include "lib/killed.h"
#include "lib/page.h"
#include "lib/paging.h"
#include "lib/proc.h"
#include "lib/tap.h"
#include "paging/fusefs.h"

static int vmlab_fd;

/* Test that a child waits, and that it ends when it is killed. */
static void check_killed(pid_t pid, const char *what)
{
	int result = 0;

	ok(wait_state(pid, 'D'), "%s: waits", what);
	kill(pid, SIGKILL);
	ok(reap_in_time(pid, &result) && result == 128 + SIGKILL,
	   "%s: killed, ends", what);
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
	ok(wait_state(budget, 'D'), "a request waits for it");
	check_reader(&space, "stats");
	check_reader(&space, "policy");
	kill_and_reap(budget);
	kill_and_reap(fault);
	fusefs_abort(fs);
	unmap_and_close(space.fd, space.p, FUSEFS_PAGES);
}

/* --- far offsets of files with many lines --------------------------------------- */

enum { FRAMES = 25000 };

static int reads_far(void *path)
{
	char byte;
	int fd = open(path, O_RDONLY);

	/* The kernel prints all that comes before it. */
	return fd < 0 || pread(fd, &byte, 1, 1l << 40) != 0;
}

static void check_far(char *path, const char *what)
{
	enum killed killed;

	is((unsigned int)reads_far(path), 0, "%s: a read beyond the end", what);
	killed = when_killed(reads_far, path);
	if (killed == TOO_SHORT)
		skip("this machine is too fast", "%s: ... killed", what);
	else
		ok(killed == KILLED_EARLY, "%s: ... killed, ends early", what);
}

static void test_frames(void)
{
	int fd = dev_open(O_RDWR);
	char path[64];

	snprintf(path, sizeof(path), DEBUGFS "/spaces/%llu/frames",
		 (unsigned long long)space_id(fd));
	range(fd, VMLAB_RANGE_PREFETCH, 0, FRAMES);
	check_far(path, "frames");
	close(fd);
}

/* Below the default limit of a process. */
enum { VMAS = 15000 };

static int maps_vmas(void *arg)
{
	char *p = mmap(NULL, VMAS * page, PROT_NONE,
		       MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);

	(void)arg;
	for (size_t i = 0; p != MAP_FAILED && i < VMAS; i += 2)
		if (mprotect(p + i * page, page, PROT_READ))
			return 1;
	stop_self();
	return 0;
}

static void test_vmas(void)
{
	pid_t target = spawn(maps_vmas, NULL);
	char path[64], number[16];
	int status = 0;

	if (!wait_stopped(target, &status))
		bail("VMAs: status %#x", (unsigned int)status);
	snprintf(number, sizeof(number), "%d", target);
	snprintf(path, sizeof(path), DEBUGFS "/%d/vmas", target);
	if (write_file(DEBUGFS "/attach", number, strlen(number)))
		bail("attach: %s", strerror(errno));
	check_far(path, "vmas");
	write_file(DEBUGFS "/detach", number, strlen(number));
	kill_and_reap(target);
}

/* --- a search that passes many stacks ------------------------------------------ */

enum { STACKS = 400000, MAP_MS = 20000 };

static struct vmlab_free_area request;

static int search(void *arg)
{
	struct vmlab_free_area r = request;

	(void)arg;
	return ioctl(vmlab_fd, VMLAB_IOC_FREE_AREA, &r) != 0;
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
	char *before = slurp("%s", max_map_count);
	enum killed killed;
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
	is((unsigned int)search(NULL), 0, "a search that passes many stacks");
	killed = when_killed(search, NULL);
	if (killed == TOO_SHORT)
		skip("this machine is too fast", "a search: killed");
	else
		ok(killed == KILLED_EARLY, "a search: killed, ends early");
	kill_and_reap(target);
	write_file(max_map_count, before, strlen(before));
	free(before);
}

int main(void)
{
	vmlab_fd = dev_open(O_RDWR);
	test_space();
	test_frames();
	test_vmas();
	test_search();
	return tap_done();
}

// SPDX-License-Identifier: GPL-2.0
/*
 * The module is unloaded and loaded again while tasks open the device, map and write
 * spaces, make requests, read debugfs, change policies, and are killed: unloading fails
 * with EBUSY or EAGAIN, or nothing of the module is left; no write is lost meanwhile.
 *
 * usage: test-device-unload [SECONDS [vmlab.ko]]
 */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "lib/child.h"
#include "lib/debugfs.h"
#include "lib/dev.h"
#include "lib/file.h"
#include "lib/page.h"
#include "lib/paging.h"
#include "lib/proc.h"
#include "lib/random.h"
#include "lib/tap.h"

enum { PAGES = 24, BUDGET = 8, USERS = 4 };

struct shared {
	atomic_bool stop;
	atomic_ulong used[USERS];	/* rounds with the module */
	atomic_ulong absent;		/* rounds without */
	atomic_ulong lost;
	atomic_ulong failed;
};

static struct shared *shared;

/* The module or its device is not there, or is about to go. */
static bool is_absent(int err)
{
	return err == ENOENT || err == ENODEV || err == ENXIO;
}

static void failed(const char *what)
{
	if (atomic_fetch_add(&shared->failed, 1) < 10)
		diag("%s: %s", what, strerror(errno));
}

/* Open the device; -1 when it is not there. */
static int try_open(void)
{
	int fd = open("/dev/vmlab", O_RDWR | O_CLOEXEC);

	if (fd < 0 && !is_absent(errno))
		failed("open");
	if (fd < 0)
		atomic_fetch_add(&shared->absent, 1);
	return fd;
}

static void write_and_check(char *p, uint64_t *state)
{
	uint64_t first = random_next(state);

	for (size_t i = 0; i < PAGES; i++)
		*(volatile uint64_t *)(p + i * page) = first + i;
	for (size_t i = 0; i < PAGES; i++)
		if (*(volatile uint64_t *)(p + i * page) != first + i)
			atomic_fetch_add(&shared->lost, 1);
}

/* A space with a budget; the descriptor is closed first or last. */
static bool use_space(uint64_t *state)
{
	int fd = try_open(), ret;
	char *p;

	if (fd < 0)
		return false;
	ret = set_paging(fd, .budget = BUDGET, .policy = (uint32_t)random_below(state, 2));
	if (ret)
		failed("PAGING_SET");
	p = mmap(NULL, PAGES * page, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	if (p == MAP_FAILED) {
		failed("mmap");
		close(fd);
		return true;
	}
	if (random_below(state, 2)) {
		close(fd);
		fd = -1;
	}
	write_and_check(p, state);
	munmap(p, PAGES * page);
	if (fd >= 0)
		close(fd);
	return true;
}

/* A space whose pages are still to be written back when it is closed. */
static bool use_file(uint64_t *state)
{
	int fd = try_open(), file;
	char *p;

	if (fd < 0)
		return false;
	file = temp_file("/tmp", PAGES * page);
	if (set_backing(fd, VMLAB_BACKING_FILE, file, 0))
		failed("BACKING");
	p = mmap(NULL, PAGES * page, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	if (p == MAP_FAILED) {
		failed("mmap of a file");
	} else {
		write_and_check(p, state);
		memset(p, 'u', PAGES * page);
		munmap(p, PAGES * page);
	}
	close(fd);
	if (p != MAP_FAILED && !file_has(file, 0, 'u', PAGES * page))
		atomic_fetch_add(&shared->lost, 1);
	close(file);
	return true;
}

static bool use_debugfs(uint64_t *state)
{
	static const char *const files[] = { "mm", "vmas", "tree", "pagetable" };
	char *text = slurp(DEBUGFS "/features");

	if (!text) {
		if (!is_absent(errno) && errno != EIO)
			failed("features");
		atomic_fetch_add(&shared->absent, 1);
		return false;
	}
	free(text);
	free(slurp(DEBUGFS "/self/%s", files[random_below(state, 4)]));
	/* Each step may find the module gone. */
	free(debugfs_read(getppid(), files[random_below(state, 4)]));
	debugfs_detach(getppid());
	return true;
}

static int be_killed(void *arg)
{
	while (use_space(arg) || use_file(arg))
		;
	pause();
	return 0;
}

static bool use_and_die(uint64_t *state)
{
	pid_t pid = spawn(be_killed, state);

	usleep((useconds_t)random_below(state, 30000));
	kill_and_reap(pid);
	return true;
}

static bool (*const uses[USERS])(uint64_t *state) = {
	use_space, use_file, use_debugfs, use_and_die,
};

static const char *const names[USERS] = {
	"spaces", "file backings", "debugfs", "killed users",
};

static int user(void *arg)
{
	size_t nr = (size_t)(uintptr_t)arg;
	uint64_t state = random_state(2, nr);

	while (!atomic_load(&shared->stop)) {
		const bool used = uses[nr](&state);

		if (used)
			atomic_fetch_add(&shared->used[nr], 1);
		/* So that there are moments without a user. */
		usleep((useconds_t)random_below(&state, 20000));
	}
	return 0;
}

/* Load the module; it was loaded before, by the same file. */
static void load(int ko)
{
	if (syscall(SYS_finit_module, ko, "", 0) && errno != EEXIST)
		bail("finit_module: %s", strerror(errno));
}

/* Unload and load until @ms have passed.  Returns how often the module was gone. */
static unsigned long unload_often(int ko, unsigned int ms, unsigned long *refused)
{
	unsigned long long until = now_ms() + ms;
	unsigned long unloaded = 0;

	*refused = 0;
	/* Once at least, however slow the machine is. */
	while (now_ms() < until || (!unloaded && now_ms() < until + HANG_MS)) {
		if (syscall(SYS_delete_module, "vmlab", O_NONBLOCK)) {
			if (errno != EAGAIN && errno != EBUSY && errno != EWOULDBLOCK)
				bail("delete_module: %s", strerror(errno));
			++*refused;
			usleep(1000);
			continue;
		}
		unloaded++;
		if (!access("/dev/vmlab", F_OK) || !access(DEBUGFS, F_OK) ||
		    !access("/sys/module/vmlab/parameters", F_OK))
			failed("something of the module is left");
		msleep(5);
		load(ko);
	}
	return unloaded;
}

int main(int argc, char **argv)
{
	unsigned int seconds = argc > 1 ? (unsigned int)atoi(argv[1]) : 5;
	int ko = argc > 2 ? open(argv[2], O_RDONLY | O_CLOEXEC) : -1;
	unsigned long unloaded, refused;
	pid_t pids[USERS];

	if (ko < 0)
		bail("usage: test-device-unload SECONDS vmlab.ko");
	shared = mmap(NULL, sizeof(*shared), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS,
		      -1, 0);
	if (shared == MAP_FAILED)
		bail("mmap: %s", strerror(errno));
	/* The module with the unit tests uses it. */
	if (syscall(SYS_delete_module, "vmlab_kunit", 0) && errno != ENOENT)
		bail("delete_module: %s", strerror(errno));
	for (size_t i = 0; i < USERS; i++)
		pids[i] = spawn(user, (void *)(uintptr_t)i);
	unloaded = unload_often(ko, seconds * 1000, &refused);
	atomic_store(&shared->stop, true);
	for (size_t i = 0; i < USERS; i++)
		is((unsigned int)reap(pids[i]), 0, "%s: the process ends", names[i]);
	ok(unloaded, "the module was unloaded %lu times, and in use %lu times", unloaded, refused);
	for (size_t i = 0; i < USERS; i++)
		ok(shared->used[i], "%s: %lu rounds", names[i], shared->used[i]);
	diag("%lu times it was not there", shared->absent);
	is(shared->lost, 0, "lost writes");
	is(shared->failed, 0, "calls that failed");
	is(module_frames(), 0, "frames of the module");
	return tap_done();
}

// SPDX-License-Identifier: GPL-2.0
/*
 * Backings that answer late or never: every wait ends with SIGKILL, and no other
 * space waits with it.  Write-back has the credentials of who opened the file.
 */
#include <fcntl.h>
#include <grp.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "lib/child.h"
#include "lib/dev.h"
#include "lib/killed.h"
#include "lib/tap.h"
#include "paging/fusefs.h"

enum { NOBODY = 65534, SECOND = 1000, LONG = 20 * SECOND };

static struct fusefs *fs;
static size_t psize;

static int set_backing(int fd, int file)
{
	struct vmlab_backing_config config = {
		.size = sizeof(config), .backing = VMLAB_BACKING_FILE,
		.fd = file,
	};

	return ioctl(fd, VMLAB_IOC_BACKING, &config);
}

static int evict(int fd, size_t first, size_t nr)
{
	struct vmlab_range r = {
		.size = sizeof(r), .op = VMLAB_RANGE_EVICT,
		.start = first * psize, .end = (first + nr) * psize,
	};

	return ioctl(fd, VMLAB_IOC_RANGE, &r);
}

/* A space over a file of the file system, mapped; ends the test on error. */
static int open_space(unsigned int nr, char **map)
{
	int fd = dev_open(O_RDWR), file = fusefs_open(fs, nr);

	if (set_backing(fd, file))
		bail("VMLAB_IOC_BACKING: %s", strerror(errno));
	close(file);
	*map = map_pages(fd, FUSEFS_PAGES, PROT_READ | PROT_WRITE, MAP_SHARED,
			 0);
	return fd;
}

/* Milliseconds until a child is gone, or LONG. */
static unsigned int gone_after(pid_t pid)
{
	unsigned long long start = now_ms();

	while (now_ms() - start < LONG) {
		if (waitpid(pid, NULL, WNOHANG) == pid)
			return (unsigned int)(now_ms() - start);
		msleep(5);
	}
	return LONG;
}

static unsigned int kill_after(pid_t pid)
{
	kill(pid, SIGKILL);
	return gone_after(pid);
}

static bool taken(volatile unsigned int *requests, unsigned int before)
{
	for (int i = 0; i < 1000 && *requests == before; i++)
		msleep(10);
	return *requests != before;
}

/* --- credentials ---------------------------------------------------------- */

static int nobody_writes(void *arg)
{
	char *p;
	int fd;

	(void)arg;
	if (setgroups(0, NULL) || setresgid(NOBODY, NOBODY, NOBODY) ||
	    setresuid(NOBODY, NOBODY, NOBODY))
		return 1;
	fd = open_space(3, &p);
	memset(p, 'n', psize);
	if (evict(fd, 0, 1))
		return 2;
	stop_self();
	memset(p, 'm', psize);
	return 0;
}

static int root_syncs(void *arg)
{
	return fsync(*(int *)arg) != 0;
}

static void credentials(void)
{
	pid_t pid = spawn(nobody_writes, NULL);
	char *p;
	int fd;

	wait_stopped(pid, NULL);
	ok(taken(&fs->file[3].writes, 0), "a page is written after eviction");
	is(fs->file[3].uid, NOBODY, "by the user that opened the file");
	fs->file[3].uid = 0;
	kill(pid, SIGCONT);
	is((unsigned int)reap(pid), 0, "the writer ends");
	is(fs->file[3].writes, 2, "writes after its end");
	is(fs->file[3].uid, NOBODY, "by the same user");

	/* msync by another user: as mm's write-back, not the caller's. */
	fd = open_space(4, &p);
	memset(p, 'r', psize);
	pid = fork();
	if (!pid) {
		if (setresuid(NOBODY, NOBODY, NOBODY))
			_exit(1);
		_exit(root_syncs(&fd));
	}
	is((unsigned int)reap(pid), 0, "fsync by another user");
	is(fs->file[4].writes, 1, "writes of it");
	is(fs->file[4].uid, 0, "by the user that opened the file");
	munmap(p, FUSEFS_PAGES * psize);
	close(fd);
}

/* --- write-back that hangs ------------------------------------------------ */

static int syncs(void *arg)
{
	char *p;
	int fd = open_space(*(unsigned int *)arg, &p);

	memset(p, 'w', 2 * psize);
	return fsync(fd) != 0;
}

static int closes(void *arg)
{
	char *p;
	int fd = open_space(*(unsigned int *)arg, &p);

	memset(p, 'w', 2 * psize);
	munmap(p, FUSEFS_PAGES * psize);
	close(fd);
	return 0;
}

static int exits_with_four(void *arg)
{
	char *p;

	for (int i = 0; i < 4; i++) {
		open_space(*(unsigned int *)arg, &p);
		memset(p, 'w', psize);
	}
	return 0;
}

/* Two tasks share the space: one hangs in fsync, another asks for more. */
static int both_sync(void *arg)
{
	char *p;
	int fd = open_space(*(unsigned int *)arg, &p);

	memset(p, 'w', psize);
	if (!fork()) {
		fsync(fd);
		_exit(0);
	}
	if (!fork()) {
		fsync(fd);
		_exit(0);
	}
	stop_self();
	return 0;
}

static void other_spaces_work(const char *when)
{
	char name[] = "/dev/shm/vmlab-XXXXXX", *p;
	int file = mkstemp(name), fd = dev_open(O_RDWR);
	unsigned long long start = now_ms();

	unlink(name);
	if (file < 0 || ftruncate(file, (off_t)psize) || set_backing(fd, file))
		bail("%s: %s", name, strerror(errno));
	p = map_pages(fd, 1, PROT_READ | PROT_WRITE, MAP_SHARED, 0);
	memset(p, 'o', psize);
	works(fsync(fd), "fsync of another space %s", when);
	memset(p, 'p', psize);
	munmap(p, psize);
	close(fd);
	ok(pread(file, name, 1, 0) == 1 && name[0] == 'p',
	   "its close writes back");
	ok(now_ms() - start < 5 * SECOND, "without a wait");
	close(file);
}

static void hung_writes(void)
{
	unsigned int nr = 1, before, ms;
	pid_t pid;

	fs->file[nr].hang_write = true;
	pid = spawn(syncs, &nr);
	ok(taken(&fs->file[nr].writes, 0), "fsync: a write hangs");
	other_spaces_work("while one hangs");
	ms = kill_after(pid);
	ok(ms < 3 * SECOND, "fsync: a killed task is gone after %u ms", ms);

	/* Another file: the first one's inode stays locked. */
	nr = 5;
	fs->file[nr].hang_write = true;
	before = fs->file[nr].writes;
	pid = spawn(closes, &nr);
	ok(taken(&fs->file[nr].writes, before), "close: a write hangs");
	msleep(200);
	is((unsigned int)waitpid(pid, NULL, WNOHANG), 0, "close waits for it");
	ms = kill_after(pid);
	ok(ms < 3 * SECOND, "close: a killed task is gone after %u ms", ms);

	nr = 6;
	fs->file[nr].hang_write = true;
	pid = spawn(exits_with_four, &nr);
	ms = gone_after(pid);
	ok(ms < 10 * SECOND, "exit with four of them takes %u ms", ms);

	nr = 7;
	fs->file[nr].hang_write = true;
	before = fs->file[nr].writes;
	pid = spawn(both_sync, &nr);
	wait_stopped(pid, NULL);
	taken(&fs->file[nr].writes, before);
	ms = kill_after(pid);
	ok(ms < 3 * SECOND, "two fsyncs: the parent is gone after %u ms", ms);
	other_spaces_work("while many hang");
}

/* --- the end of an inspected process -------------------------------------- */

enum { INSPECTED_VMAS = 4000 };

/* Map a space whose file never answers, and so many VMAs that a walk takes long. */
static int waits_with_vmas(void *arg)
{
	int prot = PROT_NONE;
	char *p;

	open_space(*(unsigned int *)arg, &p);
	memset(p, 'w', psize);
	for (int i = 0; i < INSPECTED_VMAS; i++, prot ^= PROT_READ)
		if (mmap(NULL, psize, prot, MAP_PRIVATE | MAP_ANONYMOUS, -1,
			 0) == MAP_FAILED)
			return 1;
	stop_self();
	return 0;
}

/* Walk the VMAs of a process until it is gone. */
static int walks(void *arg)
{
	struct vmlab_gap_stats stats;
	int fd = dev_open(O_RDWR);

	do {
		stats = (struct vmlab_gap_stats){
			.size = sizeof(stats),
			.target = { VMLAB_TARGET_PID, *(pid_t *)arg },
		};
	} while (!ioctl(fd, VMLAB_IOC_GAP_STATS, &stats));
	return errno != ESRCH && errno != ENXIO;
}

/* Often the walker has the last reference to its mm: it does not close the files. */
static void inspected(void)
{
	unsigned int nr = 9;
	pid_t target, walker;
	int result;

	fs->file[nr].hang_write = true;
	target = spawn(waits_with_vmas, &nr);
	wait_stopped(target, NULL);
	walker = spawn(walks, &target);
	msleep(300);
	kill(target, SIGKILL);
	ok(reap_in_time(walker, &result) && !result,
	   "a process that inspects it is not held by its files");
	kill(walker, SIGKILL);
	ok(gone_after(target) < LONG, "the process is gone");
}

/* --- reads that hang ------------------------------------------------------ */

static int touches(void *arg)
{
	char *p;

	(void)arg;
	open_space(2, &p);
	return *(volatile char *)p;
}

struct shared {
	int fd;
	char *p;
};

static int touches_shared(void *arg)
{
	return *(volatile char *)((struct shared *)arg)->p;
}

static int sets_budget(void *arg)
{
	struct vmlab_paging paging = { .size = sizeof(paging), .budget = 8 };

	return ioctl(((struct shared *)arg)->fd, VMLAB_IOC_PAGING_SET,
		     &paging) != 0;
}

static int gets_config(void *arg)
{
	struct vmlab_space_config config = { .size = sizeof(config) };

	return ioctl(((struct shared *)arg)->fd, VMLAB_IOC_SPACE_GET,
		     &config) != 0;
}

static int sets_policy(void *arg)
{
	struct vmlab_policy_set set = {
		.size = sizeof(set), .policy = VMLAB_POLICY_LRU,
		.space_id = *(uint64_t *)arg,
	};

	return ioctl(dev_open(O_RDWR), VMLAB_IOC_POLICY_SET, &set) != 0;
}

/* Not the first page behind the end that shortens() sets. */
static int touches_third(void *arg)
{
	return *(volatile char *)(((struct shared *)arg)->p + 2 * psize);
}

static int shortens(void *arg)
{
	struct vmlab_space_config config = {
		.size = sizeof(config), .bytes = psize,
		.backing = VMLAB_BACKING_FILE,
	};

	return ioctl(((struct shared *)arg)->fd, VMLAB_IOC_SPACE_SET,
		     &config) != 0;
}

static int opens(void *arg)
{
	(void)arg;
	close(dev_open(O_RDWR));
	return 0;
}

static void hung_reads(void)
{
	struct shared shared;
	pid_t fault, other, budget, config, policy, pid;
	uint64_t id;
	unsigned int ms;

	fs->file[2].hang_read = true;
	fault = spawn(touches, NULL);
	ok(taken(&fs->file[2].reads, 0), "a fault hangs in a read");
	ms = kill_after(fault);
	ok(ms < 3 * SECOND, "a killed task is gone after %u ms", ms);

	/* Two faults on one page, and those that wait for locks behind them. */
	shared.fd = open_space(2, &shared.p);
	id = space_id(shared.fd);
	fault = spawn(touches_shared, &shared);
	ok(wait_state(fault, 'D'), "first fault: waits");
	other = spawn(touches_shared, &shared);
	ok(wait_state(other, 'D'), "second fault: waits");
	budget = spawn(sets_budget, &shared);
	ok(wait_state(budget, 'D'), "PAGING_SET: waits");
	config = spawn(gets_config, &shared);
	ok(wait_state(config, 'D'), "SPACE_GET: waits");
	policy = spawn(sets_policy, &id);
	ok(wait_state(policy, 'D'), "POLICY_SET: waits");
	pid = spawn(opens, NULL);
	ms = gone_after(pid);
	ok(ms < 3 * SECOND, "another space opens and closes in %u ms", ms);
	ms = kill_after(config);
	ok(ms < 3 * SECOND, "SPACE_GET: killed, gone after %u ms", ms);
	ms = kill_after(policy);
	ok(ms < 3 * SECOND, "POLICY_SET: killed, gone after %u ms", ms);
	ms = kill_after(budget);
	ok(ms < 3 * SECOND, "PAGING_SET: killed, gone after %u ms", ms);
	ms = kill_after(other);
	ok(ms < 3 * SECOND, "second fault: killed, gone after %u ms", ms);
	ms = kill_after(fault);
	ok(ms < 3 * SECOND, "first fault: killed, gone after %u ms", ms);
	fault = spawn(touches_third, &shared);
	msleep(300);
	pid = spawn(shortens, &shared);
	msleep(300);
	ms = kill_after(pid);
	ok(ms < 3 * SECOND, "SPACE_SET: killed, gone after %u ms", ms);
	ms = kill_after(fault);
	ok(ms < 3 * SECOND, "its fault: killed, gone after %u ms", ms);
	munmap(shared.p, FUSEFS_PAGES * psize);
	close(shared.fd);
}

/* --- reads that fail ------------------------------------------------------ */

static int touches_failing(void *arg)
{
	char *p;

	open_space(*(unsigned int *)arg, &p);
	drop_output();
	return *(volatile char *)p;
}

/* The server chooses the error: no errno has a meaning for the module. */
static void failed_reads(void)
{
	static const int errors[] = {
		EIO, EEXIST, ERANGE, EBUSY, EINTR, EAGAIN, ESTALE, EDQUOT,
	};
	struct vmlab_range r = {
		.size = sizeof(r), .op = VMLAB_RANGE_LOCK, .end = psize,
	};
	unsigned int nr = 8;
	int fd, result;
	char *p;

	fd = open_space(nr, &p);
	for (size_t i = 0; i < sizeof(errors) / sizeof(*errors); i++) {
		fs->file[nr].read_error = errors[i];
		if (!reap_in_time(spawn(touches_failing, &nr), &result))
			result = -1;
		is((unsigned int)result, 128 + SIGBUS,
		   "%s from the file: a touch", strerror(errors[i]));
		r.start = 0;
		ok(ioctl(fd, VMLAB_IOC_RANGE, &r) && !r.start && !r.done &&
		   !r.busy, "... and LOCK fails");
	}
	fs->file[nr].read_error = 0;
	is((unsigned int)touch(p, TOUCH_READ, 0, NULL), 0, "then it answers");
	munmap(p, FUSEFS_PAGES * psize);
	close(fd);
}

static bool nothing_left(void *arg)
{
	return module_frames() == *(unsigned long long *)arg;
}

int main(void)
{
	unsigned long long frames = module_frames();

	psize = page_size();
	fs = fusefs_start();
	if (!fs) {
		skip("no FUSE", "files that answer late or never");
		return tap_done();
	}
	credentials();
	hung_writes();
	inspected();
	hung_reads();
	failed_reads();
	fusefs_abort(fs);
	wait_until(nothing_left, &frames);
	is(module_frames(), frames, "frames left when the file system is gone");
	return tap_done();
}

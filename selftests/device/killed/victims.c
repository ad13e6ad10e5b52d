// SPDX-License-Identifier: GPL-2.0
/*
 * Processes that are killed wherever they sleep (places.bt does that).  Each has two
 * threads that use one space, in ways that make one of them wait for the other.  After
 * each, the module has as many frames, spaces and references as before.
 */
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "lib/child.h"
#include "lib/debugfs.h"
#include "lib/dev.h"
#include "lib/page.h"
#include "lib/paging.h"
#include "lib/proc.h"
#include "lib/random.h"
#include "lib/tap.h"
#include "paging/fusefs.h"

enum {
	PAGES = 64,
	BUDGET = 12,
	LIFE_MS = 250,		/* of a victim that nothing kills */
	QUIET = 2,		/* rounds without a kill that end a workload */
	ROUNDS = 60,		/* most rounds of a workload */
	SLOW_MS = 1000,		/* a killed process is gone by then */
	SIGKILL_BIT = 1 << (SIGKILL - 1),
};

static struct fusefs *fuse;

/* Of the victim, whose threads share them. */
static int fd, file;
static char *memory;
static unsigned long long ends;

static bool goes_on(void)
{
	return now_ms() < ends;
}

/* --- what the threads do ------------------------------------------------------- */

static void touch_one(uint64_t *rng)
{
	char *p = memory + random_below(rng, PAGES) * page;

	/* SIGBUS where the space is shorter just now. */
	touch(p, random_below(rng, 2) ? TOUCH_WRITE : TOUCH_READ, 'v', NULL);
}

static void faults(uint64_t *rng)
{
	while (goes_on())
		touch_one(rng);
}

static void settings(uint64_t *rng)
{
	static const uint32_t policies[] = {
		VMLAB_POLICY_FIFO, VMLAB_POLICY_LRU, VMLAB_POLICY_RANDOM,
	};

	while (goes_on()) {
		const uint32_t policy = policies[random_below(rng, 3)];

		set_paging(fd, .budget = 1 + random_below(rng, PAGES),
			   .policy = policy,
			   .prefetch = VMLAB_PREFETCH_NEXT,
			   .prefetch_pages = 4);
		set_policy(fd, 0, policies[random_below(rng, 3)], 0);
		space_set_bytes(fd, random_below(rng, 2) * PAGES / 2 * page);
		get_paging(fd);
	}
}

static void ranges(uint64_t *rng)
{
	static const uint32_t ops[] = {
		VMLAB_RANGE_EVICT, VMLAB_RANGE_PREFETCH, VMLAB_RANGE_DROP,
		VMLAB_RANGE_LOCK, VMLAB_RANGE_UNLOCK,
	};
	struct vmlab_dirty dirty = {
		.size = sizeof(dirty), .flags = VMLAB_DIRTY_CLEAR,
		.end = PAGES * page,
	};
	struct vmlab_range r;

	while (goes_on()) {
		try_range(fd, ops[random_below(rng, 5)], 0, PAGES, &r);
		ioctl(fd, VMLAB_IOC_DIRTY, &dirty);
	}
}

static void clones(uint64_t *rng)
{
	while (goes_on()) {
		int clone = try_clone(fd);
		char *p;

		touch_one(rng);
		if (clone < 0)
			continue;
		p = mmap(NULL, PAGES * page, PROT_READ | PROT_WRITE, MAP_SHARED,
			 clone, 0);
		close(clone);
		if (p == MAP_FAILED)
			continue;
		touch(p, TOUCH_WRITE, 'c', NULL);
		munmap(p, PAGES * page);
	}
}

static void read_events(uint64_t *rng)
{
	struct vmlab_event events[8];
	struct pollfd poll_fd = { .fd = fd, .events = POLLIN };

	(void)rng;
	while (goes_on()) {
		if (poll(&poll_fd, 1, 50) > 0 &&
		    read(fd, events, sizeof(events)) < 0)
			break;
		/* Waits until the other thread faults. */
		if (read(fd, events, sizeof(events[0])) < 0)
			break;
	}
}

static void sparse_faults(uint64_t *rng)
{
	while (goes_on()) {
		struct vmlab_range r;

		msleep(10);
		try_range(fd, VMLAB_RANGE_EVICT, 0, PAGES, &r);
		touch_one(rng);
	}
	/* The other thread waits for an event. */
	_exit(0);
}

static void maps(uint64_t *rng)
{
	while (goes_on()) {
		char *p = mmap(NULL, PAGES * page, PROT_READ | PROT_WRITE,
			       MAP_SHARED | MAP_POPULATE, fd, 0);
		pid_t pid;

		if (p == MAP_FAILED)
			continue;
		mprotect(p + page, page, PROT_READ);
		mlock(p, 4 * page);
		pid = fork();
		if (!pid) {
			prctl(PR_SET_NAME, "child");
			touch(p, TOUCH_WRITE, 'f', NULL);
			_exit(0);
		}
		if (pid > 0)
			waitpid(pid, NULL, 0);
		munmap(p, PAGES * page);
		touch_one(rng);
	}
}

static void inspects(uint64_t *rng)
{
	char path[64];

	while (goes_on()) {
		struct vma_list list;
		struct vmlab_task *tasks;

		if (!get_vmas(fd, VMLAB_TARGET_SELF, 0, 8, 4096, &list))
			free_vmas(&list);
		if (get_tasks(fd, VMLAB_TARGET_SELF, 0, &tasks) >= 0)
			free(tasks);
		snprintf(path, sizeof(path), DEBUGFS "/self/%s",
			 random_below(rng, 2) ? "pagetable" : "vmas");
		free(slurp("%s", path));
		free(slurp(DEBUGFS "/spaces/%llu/stats",
			   (unsigned long long)space_id(fd)));
		free(debugfs_read(getpid(), "tree"));
	}
}

static void syncs(uint64_t *rng)
{
	struct vmlab_range r;

	while (goes_on()) {
		touch_one(rng);
		msync(memory, PAGES * page, MS_SYNC);
		fsync(fd);
		try_range(fd, VMLAB_RANGE_EVICT, 0, PAGES, &r);
	}
}

static void opens(uint64_t *rng)
{
	while (goes_on()) {
		int other = open(VMLAB_DEVICE, O_RDWR);
		char *p;

		touch_one(rng);
		if (other < 0)
			continue;
		set_backing(other, VMLAB_BACKING_FILE, file, 0);
		p = mmap(NULL, PAGES * page, PROT_READ | PROT_WRITE, MAP_SHARED,
			 other, 0);
		if (p != MAP_FAILED) {
			touch(p, TOUCH_WRITE, 'o', NULL);
			munmap(p, PAGES * page);
		}
		close(other);
	}
}

/* --- workloads ------------------------------------------------------------------ */

static void plain(void)
{
	use_paging(fd, .budget = BUDGET, .policy = VMLAB_POLICY_LRU);
}

static void with_events(void)
{
	set_events(fd, 1 << VMLAB_EVENT_FAULT, 64);
}

static void with_delays(void)
{
	struct vmlab_inject_rule rule = {
		.access = VMLAB_ACCESS_READ | VMLAB_ACCESS_WRITE,
		.action = VMLAB_INJECT_DELAY, .delay_us = 20000,
		.probability = VMLAB_INJECT_CERTAIN,
	};

	plain();
	set_rules(fd, &rule, 1);
}

static void with_file(void)
{
	if (set_backing(fd, VMLAB_BACKING_FILE, file, 0))
		bail("VMLAB_IOC_BACKING: %s", strerror(errno));
	plain();
}

static void huge(void)
{
	set_space(fd, VMLAB_SPACE_HUGE, 0, 0);
	use_paging(fd, .budget = 600, .policy = VMLAB_POLICY_FIFO);
}

static const struct workload {
	const char *name;
	void (*prepare)(void);
	void (*one)(uint64_t *rng);
	void (*other)(uint64_t *rng);
	bool fuse;
} workloads[] = {
	{ "faults of two threads", plain, faults, faults, false },
	{ "settings", plain, settings, faults, false },
	{ "ranges", plain, ranges, faults, false },
	{ "ranges and settings", plain, ranges, settings, false },
	{ "clones", plain, clones, faults, false },
	{ "clones and settings", plain, clones, settings, false },
	{ "events", with_events, read_events, sparse_faults, false },
	{ "delays", with_delays, faults, ranges, false },
	{ "mmap, fork, mlock", plain, maps, maps, false },
	{ "huge frames", huge, maps, ranges, false },
	{ "inspection", plain, inspects, maps, false },
	{ "a file in memory", with_file, syncs, faults, false },
	{ "a file of FUSE", with_file, syncs, faults, true },
	{ "files of FUSE that close", with_file, opens, syncs, true },
};

static void *second(void *arg)
{
	const struct workload *w = arg;
	uint64_t rng;

	rng = random_state((uint64_t)getpid(), 1);
	w->other(&rng);
	return NULL;
}

static int victim(void *arg)
{
	const struct workload *w = arg;
	uint64_t rng;
	pthread_t thread;

	rng = random_state((uint64_t)getpid(), 0);
	if (w->fuse)
		file = fusefs_open(fuse, 0);
	fd = dev_open(O_RDWR);
	w->prepare();
	memory = map_shared(fd, PAGES);
	ends = now_ms() + LIFE_MS;
	prctl(PR_SET_NAME, "victim");
	if (pthread_create(&thread, NULL, second, arg))
		return 1;
	w->one(&rng);
	pthread_join(thread, NULL);
	return 0;
}

/* --- the process that looks ----------------------------------------------------- */

struct state {
	unsigned long long frames, references, spaces;
};

static unsigned long long number(const char *path)
{
	char *text = slurp("%s", path);
	unsigned long long n = text ? strtoull(text, NULL, 10) : 0;

	free(text);
	return n;
}

static struct state state(void)
{
	struct state s = {
		.frames = module_frames(),
		.references = number("/sys/module/vmlab/refcnt"),
	};
	int *ids = NULL;
	ssize_t n = numbers_in(DEBUGFS "/spaces", &ids);

	s.spaces = n > 0 ? (unsigned long long)n : 0;
	free(ids);
	return s;
}

static struct state before;

/* A space of a file that does not answer at once is written back in the background. */
static bool is_as_before(void *arg)
{
	struct state now = state();

	(void)arg;
	return !memcmp(&now, &before, sizeof(now));
}

/* Is SIGKILL pending, for the process or for its first thread? */
static bool dies(pid_t pid)
{
	char *text = slurp("/proc/%d/status", (int)pid);
	unsigned long long bits = 0;
	const char *line = text ? strstr(text, "\nShdPnd:") : NULL;

	if (line)
		bits = strtoull(line + strlen("\nShdPnd:"), NULL, 16);
	line = text ? strstr(text, "\nSigPnd:") : NULL;
	if (line)
		bits |= strtoull(line + strlen("\nSigPnd:"), NULL, 16);
	free(text);
	return bits & SIGKILL_BIT;
}

/*
 * Wait until a victim ends.  Returns its exit status as reap() does; *@ms is the time
 * from when it was seen to be killed, or 0.
 */
static int wait_for_end(pid_t pid, unsigned long long *ms)
{
	unsigned long long killed = 0, since = now_ms();
	siginfo_t info;

	for (;;) {
		memset(&info, 0, sizeof(info));
		waitid(P_PID, (id_t)pid, &info, WEXITED | WNOWAIT | WNOHANG);
		if (info.si_pid)
			break;
		if (!killed && dies(pid))
			killed = now_ms();
		if (now_ms() - since > HANG_MS)
			return -1;
		msleep(1);
	}
	*ms = killed ? now_ms() - killed : 0;
	return reap(pid);
}

static void test(const struct workload *w)
{
	unsigned int kills = 0, quiet = 0, slow = 0, odd = 0, changed = 0;
	unsigned long long longest = 0;

	for (int i = 0; i < ROUNDS && quiet < QUIET; i++) {
		unsigned long long ms = 0;
		pid_t pid = spawn(victim, (void *)(uintptr_t)w);
		int status = wait_for_end(pid, &ms);

		if (status < 0) {
			diag("%s: process %d does not end", w->name, (int)pid);
			odd++;
			break;
		}
		if (status == 128 + SIGKILL) {
			kills++;
			quiet = 0;
		} else if (!status) {
			quiet++;
		} else {
			diag("%s: ended with %d", w->name, status);
			odd++;
		}
		slow += ms > SLOW_MS;
		longest = ms > longest ? ms : longest;
		for (int t = 0; t < 100 && !is_as_before(NULL); t++)
			msleep(20);
		if (!is_as_before(NULL)) {
			struct state now = state();

			diag("%s: frames %llu, references %llu, spaces %llu more",
			     w->name, now.frames - before.frames,
			     now.references - before.references,
			     now.spaces - before.spaces);
			changed++;
			before = now;
		}
	}
	diag("%s: %u kills, the slowest took %llu ms", w->name, kills, longest);
	is(odd, 0, "%s: each victim ends", w->name);
	is(changed, 0, "%s: nothing is left behind", w->name);
	/* Where the machine itself stops for seconds, one can be late. */
	ok(slow <= kills / 20, "%s: victims are gone within a second", w->name);
}

int main(void)
{
	char name[] = "/dev/shm/vmlab-XXXXXX";

	file = mkstemp(name);
	if (file < 0 || ftruncate(file, PAGES * (off_t)page))
		bail("%s: %s", name, strerror(errno));
	unlink(name);
	fuse = fusefs_start();
	before = state();
	for (size_t i = 0; i < sizeof(workloads) / sizeof(workloads[0]); i++) {
		if (workloads[i].fuse && !fuse)
			skip("no FUSE", "%s", workloads[i].name);
		else
			test(&workloads[i]);
	}
	return tap_done();
}

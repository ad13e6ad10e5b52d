// SPDX-License-Identifier: GPL-2.0
/* Demand paging: contents, and counters that are exact for known accesses. */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <unistd.h>

#include "lib/child.h"
#include "lib/dev.h"
#include "lib/file.h"
#include "lib/paging.h"
#include "lib/smaps.h"
#include "lib/tap.h"

enum { PAGES = 64 };

static size_t page;

static void touch_all(volatile char *p, size_t pages, enum touch how)
{
	for (size_t i = 0; i < pages; i++) {
		if (how == TOUCH_WRITE)
			p[i * page] = (char)(i + 1);
		else
			(void)p[i * page];
	}
}

/* Faults that the histogram counts. */
static uint64_t timed_faults(const struct vmlab_space_stats *s)
{
	uint64_t sum = 0;

	for (int i = 0; i < VMLAB_LATENCY_BUCKETS; i++)
		sum += s->latency[i];
	return sum;
}

/* A space whose faults are timed. */
static int open_timed(void)
{
	int fd = dev_open(O_RDWR);

	if (set_space(fd, VMLAB_SPACE_LATENCY, 0, VMLAB_BACKING_ZERO))
		bail("SPACE_SET: %s", strerror(errno));
	return fd;
}

static void check_sum(int fd, const char *when)
{
	struct vmlab_space_stats s = space_stats(fd);

	is(s.faults, fault_outcomes(&s),
	   "%s: faults are the sum of the outcomes", when);
	is(s.faults, s.read_faults + s.write_faults,
	   "%s: faults are reads and writes", when);
	is(timed_faults(&s), s.faults, "%s: the histogram holds every fault", when);
	is(s.vma_open - s.vma_close, s.vmas, "%s: opened - closed = vmas",
	   when);
}

static void test_write_first(void)
{
	int fd = open_timed();
	struct vmlab_space_stats s;
	char *p = map_shared(fd, PAGES);

	s = space_stats(fd);
	is(s.faults, 0, "mmap alone faults nothing");
	is(s.frames, 0, "mmap alone allocates nothing");
	is(s.vmas, 1, "one mapping");
	touch_all(p, PAGES, TOUCH_WRITE);
	s = space_stats(fd);
	is(s.faults, PAGES, "shared, %d writes: faults", PAGES);
	is(s.filled, PAGES, "shared, writes: filled");
	is(s.mapped, 0, "shared, writes: mapped");
	is(s.write_faults, PAGES, "shared, writes: write_faults");
	is(s.read_faults, 0, "shared, writes: read_faults");
	is(s.cow_faults, 0, "shared, writes: cow_faults");
	is(s.mkwrite, PAGES, "shared, writes: mkwrite");
	is(s.frames, PAGES, "shared, writes: frames");
	is(s.frames_dirty, PAGES, "shared, writes: frames_dirty");
	is(s.frames_peak, PAGES, "shared, writes: frames_peak");
	is(module_frames(), PAGES, "the module holds these frames only");
	touch_all(p, PAGES, TOUCH_WRITE);
	is(space_stats(fd).faults, PAGES, "a second touch faults nothing");
	is(space_stats(fd).mkwrite, PAGES, "... and makes no entry writable again");
	ok(space_stats(fd).latency_ns_sum > 0, "faults took time");
	check_sum(fd, "shared, writes");
	munmap(p, PAGES * page);
	is(space_stats(fd).frames, PAGES, "frames stay while the file is open");
	is(space_stats(fd).vmas, 0, "no mapping left");
	close(fd);
	is(module_frames(), 0, "munmap and last close free every frame");
}

static void test_read_first(void)
{
	int fd = open_timed();
	struct vmlab_space_stats s;
	char *p = map_shared(fd, PAGES);
	char *q;

	ok(all_bytes(p, 0, PAGES * page), "every byte of a new frame is zero");
	s = space_stats(fd);
	is(s.faults, PAGES, "shared, %d reads: faults", PAGES);
	is(s.filled, PAGES, "shared, reads: filled");
	is(s.read_faults, PAGES, "shared, reads: read_faults");
	is(s.mkwrite, 0, "shared, reads: mkwrite");
	is(s.frames_dirty, 0, "shared, reads: frames_dirty");
	touch_all(p, PAGES / 2, TOUCH_WRITE);
	s = space_stats(fd);
	is(s.faults, PAGES, "a write after a read does not call ->fault");
	is(s.mkwrite, PAGES / 2, "... but ->page_mkwrite");
	is(s.frames_dirty, PAGES / 2, "... and makes the frame dirty");

	q = map_shared(fd, PAGES);
	touch_all(q, PAGES, TOUCH_READ);
	s = space_stats(fd);
	is(s.vmas, 2, "second mapping: vmas");
	is(s.mapped, PAGES, "second mapping: every frame was resident");
	is(s.filled, PAGES, "second mapping: nothing filled");
	is(s.frames, PAGES, "second mapping: no more frames");
	is(q[0], 1, "second mapping: sees the first's write");
	q[page * (PAGES - 1)] = 77;
	is(p[page * (PAGES - 1)], 77, "first mapping: sees the second's write");
	is(space_stats(fd).mkwrite, PAGES / 2 + 1,
	   "each mapping is made writable on its own");
	check_sum(fd, "two mappings");
	munmap(p, PAGES * page);
	unmap_and_close(fd, q, PAGES);
}

static void test_private(void)
{
	int fd = open_timed();
	const int rw = PROT_READ | PROT_WRITE;
	struct vmlab_space_stats s;
	char *shared = map_shared(fd, PAGES);
	char *private = map_pages(fd, PAGES, rw, MAP_PRIVATE, 0);

	touch_all(private, PAGES / 2, TOUCH_WRITE);
	s = space_stats(fd);
	is(s.faults, PAGES / 2, "private, %d writes: faults", PAGES / 2);
	is(s.cow_faults, PAGES / 2, "private, writes: cow_faults");
	is(s.write_faults, PAGES / 2, "private, writes: write_faults");
	is(s.mkwrite, 0, "private, writes: mkwrite");
	is(s.frames_dirty, 0, "private, writes: no frame is dirty");
	ok(all_bytes(shared, 0, PAGES * page), "private writes are not shared");
	is(private[page], 2, "private write is kept");

	shared[0] = 55;
	is(private[0], 1, "a copied page does not see shared writes");
	shared[(PAGES - 1) * page] = 56;
	is(private[(PAGES - 1) * page], 56,
	   "a page not yet copied sees shared writes");
	private[(PAGES - 1) * page] = 57;
	is(shared[(PAGES - 1) * page], 56, "copied on write");
	is(space_stats(fd).cow_faults, PAGES / 2,
	   "a write after a read is copied by mm alone");
	check_sum(fd, "private");
	munmap(shared, PAGES * page);
	unmap_and_close(fd, private, PAGES);
	is(module_frames(), 0, "private: every frame is freed");
}

/* Faults are timed while the flag is set, and at no other time. */
static void test_latency(void)
{
	struct vmlab_space_config config = { .size = sizeof(config) };
	int fd = dev_open(O_RDWR);
	struct vmlab_space_stats s;
	char *p = map_shared(fd, PAGES);

	touch_all(p, PAGES / 4, TOUCH_WRITE);
	s = space_stats(fd);
	is(s.faults, PAGES / 4, "faults are counted without the flag");
	is(timed_faults(&s) + s.latency_ns_sum, 0, "... and not timed");

	works(set_space(fd, VMLAB_SPACE_LATENCY, 0, VMLAB_BACKING_ZERO),
	      "SPACE_SET: VMLAB_SPACE_LATENCY");
	works(ioctl(fd, VMLAB_IOC_SPACE_GET, &config), "SPACE_GET");
	is(config.flags, VMLAB_SPACE_LATENCY, "... its flags");
	touch_all(p, PAGES / 2, TOUCH_READ);
	s = space_stats(fd);
	is(timed_faults(&s), PAGES / 4, "each later fault is timed");
	ok(s.latency_ns_sum > 0, "... and its time is added");

	works(set_space(fd, 0, 0, VMLAB_BACKING_ZERO), "SPACE_SET: no flag");
	touch_all(p, PAGES, TOUCH_WRITE);
	is(space_stats(fd).latency_ns_sum, s.latency_ns_sum,
	   "the flag cleared: no fault is timed");
	s = space_stats(fd);
	is(timed_faults(&s), PAGES / 4, "... nor in the histogram");
	is(s.faults, PAGES, "... but counted");
	unmap_and_close(fd, p, PAGES);
}

static void test_lifetime(void)
{
	int fd = dev_open(O_RDWR);
	char path[64];
	char *p;

	snprintf(path, sizeof(path), DEBUGFS "/spaces/%llu",
		 (unsigned long long)space_id(fd));
	p = map_shared(fd, PAGES);
	touch_all(p, PAGES / 2, TOUCH_WRITE);
	close(fd);
	touch_all(p + PAGES / 2 * page, PAGES / 2, TOUCH_WRITE);
	is(p[0], 1, "the mapping outlives close: old pages");
	is(p[(PAGES - 1) * page], PAGES / 2, "... and new ones");
	is(module_frames(), PAGES, "... and the frames");
	works(access(path, F_OK), "... and the space's directory");
	munmap(p, PAGES * page);
	is(module_frames(), 0, "the last munmap frees every frame");
	fails(access(path, F_OK), ENOENT, "... and the directory");
}

static void test_minflt(void)
{
	int fd = dev_open(O_RDWR);
	struct vmlab_info info = dev_info();
	struct vmlab_space_stats s;
	struct rusage before, after;
	char *p = map_shared(fd, PAGES + 1);

	/* The first call faults in code, stack and page tables. */
	getrusage(RUSAGE_SELF, &before);
	touch_all(p + PAGES * page, 1, TOUCH_WRITE);
	getrusage(RUSAGE_SELF, &before);
	touch_all(p, PAGES, TOUCH_WRITE);
	getrusage(RUSAGE_SELF, &after);
	s = space_stats(fd);
	is(s.faults, PAGES + 1, "faults of a touch loop");
	is((uint64_t)(after.ru_minflt - before.ru_minflt), PAGES,
	   "getrusage(2) counts the same minor faults");
	is((uint64_t)(after.ru_majflt - before.ru_majflt), 0,
	   "... and no major ones");
	if (info.features & VMLAB_FEAT_PER_VMA_LOCK)
		is(s.vma_lock_faults, s.faults,
		   "without contention all faults run under the VMA lock");
	else
		is(s.vma_lock_faults, 0, "no per-VMA locks on this kernel");
	munmap(p, (PAGES + 1) * page);
	close(fd);
}

/* A number of the smaps entry of the VMA at @p, in pages. */
static unsigned long long smaps_pages(const void *p, const char *field)
{
	return smaps_bytes(p, field) / page;
}

static void test_smaps(void)
{
	int fd = dev_open(O_RDWR);
	const int rw = PROT_READ | PROT_WRITE;
	char *p = map_shared(fd, PAGES);
	char *q = map_pages(fd, PAGES, rw, MAP_PRIVATE, 0);

	is(smaps_pages(p, "Size"), PAGES, "smaps: Size");
	is(smaps_pages(p, "Rss"), 0, "smaps: Rss before a touch");
	touch_all(p, 7, TOUCH_WRITE);
	touch_all(p + 7 * page, 3, TOUCH_READ);
	is(smaps_pages(p, "Rss"), 10, "smaps: Rss is the pages touched");
	is(smaps_pages(p, "Anonymous"), 0, "smaps: none of them anonymous");
	touch_all(q, 5, TOUCH_WRITE);
	touch_all(q + 5 * page, 4, TOUCH_READ);
	is(smaps_pages(q, "Rss"), 9, "smaps: Rss of a private mapping");
	is(smaps_pages(q, "Anonymous"), 5, "smaps: the copied pages");
	munmap(p, PAGES * page);
	unmap_and_close(fd, q, PAGES);
}

static void test_populate(void)
{
	int fd = dev_open(O_RDWR);
	const int rw = PROT_READ | PROT_WRITE;
	char *p;

	p = map_pages(fd, PAGES, rw, MAP_SHARED | MAP_POPULATE, 0);
	is(space_stats(fd).frames, PAGES, "MAP_POPULATE fills every page");
	is(smaps_pages(p, "Rss"), PAGES, "... and maps it");
	is(space_stats(fd).faults, PAGES, "... one fault a page");
	touch_all(p, PAGES, TOUCH_WRITE);
	is(space_stats(fd).faults, PAGES, "... so that no touch faults");
	unmap_and_close(fd, p, PAGES);

	fd = dev_open(O_RDWR);
	p = map_shared(fd, PAGES);
	works(mlock(p, PAGES / 2 * page), "mlock");
	is(space_stats(fd).frames, PAGES / 2, "mlock fills the pages");
	is(smaps_pages(p, "Rss"), PAGES / 2, "... and maps them");
	is(smaps_pages(p, "Locked"), PAGES / 2, "... and counts them locked");
	munlock(p, PAGES / 2 * page);
	unmap_and_close(fd, p, PAGES);
}

static void test_open_modes(void)
{
	int fd = dev_open(O_RDONLY);
	const int rw = PROT_READ | PROT_WRITE;
	char *p;
	int sig, code = 0;

	p = mmap(NULL, page, rw, MAP_SHARED, fd, 0);
	ok(p == MAP_FAILED && errno == EACCES,
	   "O_RDONLY, shared and writable: EACCES");
	p = map_pages(fd, 1, PROT_READ, MAP_SHARED, 0);
	fails(mprotect(p, page, rw), EACCES, "... nor by mprotect");
	is(*p, 0, "O_RDONLY, shared and readable");
	fails(space_set_bytes(fd, page), EBADF, "O_RDONLY, SPACE_SET: EBADF");
	sig = touch(p, TOUCH_WRITE, 1, &code);
	ok(sig == SIGSEGV && code == SEGV_ACCERR,
	   "a write to it: SIGSEGV, SEGV_ACCERR");
	munmap(p, page);
	p = map_pages(fd, 1, rw, MAP_PRIVATE, 0);
	*p = 1;
	is(*p, 1, "O_RDONLY, private and writable");
	is(space_stats(fd).frames_dirty, 0, "... leaves the frame clean");
	munmap(p, page);
	close(fd);

	fd = dev_open(O_WRONLY);
	p = mmap(NULL, page, PROT_READ, MAP_SHARED, fd, 0);
	ok(p == MAP_FAILED && errno == EACCES, "O_WRONLY cannot be mapped");
	close(fd);
}

static int limited(void *arg)
{
	struct rlimit limit = { .rlim_cur = 64 << 20, .rlim_max = 64 << 20 };
	void *p;

	if (setrlimit(RLIMIT_AS, &limit))
		return 1;
	p = mmap(NULL, 1 << 30, PROT_READ, MAP_SHARED, *(int *)arg, 0);
	if (p != MAP_FAILED || errno != ENOMEM)
		return 2;
	p = mmap(NULL, 1 << 20, PROT_READ | PROT_WRITE, MAP_SHARED,
		 *(int *)arg, 0);
	if (p == MAP_FAILED)
		return 3;
	/* RLIMIT_MEMLOCK holds for a user without privilege */
	limit.rlim_cur = 4 * page;
	limit.rlim_max = 4 * page;
	if (setrlimit(RLIMIT_MEMLOCK, &limit) || setuid(65534))
		return 4;
	if (!mlock(p, 5 * page) || errno != ENOMEM)
		return 5;
	if (mlock(p, 4 * page))
		return 6;
	return 0;
}

static void test_limits(void)
{
	int fd = dev_open(O_RDWR);

	is((uint64_t)reap(spawn(limited, &fd)), 0,
	   "RLIMIT_AS and RLIMIT_MEMLOCK hold for a mapping");
	is(space_stats(fd).frames, 4, "frames locked within the limit");
	close(fd);
	is(module_frames(), 0, "limits: every frame is freed");
}

int main(void)
{
	page = page_size();
	is(module_frames(), 0, "no frames before the first space");
	test_write_first();
	test_read_first();
	test_private();
	test_latency();
	test_lifetime();
	test_minflt();
	test_smaps();
	test_populate();
	test_open_modes();
	test_limits();
	return tap_done();
}

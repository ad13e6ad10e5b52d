// SPDX-License-Identifier: GPL-2.0
/*
 * A frame with a memory error stays where it is until it is dropped: its
 * contents are never copied and never come back as if they were good.
 */
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "lib/child.h"
#include "lib/dev.h"
#include "lib/file.h"
#include "lib/page.h"
#include "lib/paging.h"
#include "lib/tap.h"

#ifndef MADV_HWPOISON
#define MADV_HWPOISON	100
#endif

#define HUGE	((size_t)2 << 20)
#define PAGES	8
#define BAD	3		/* the page with the error */

/* Make mm believe that a page has a memory error. */
static bool poison(char *p)
{
	/* EBUSY: mm marked the page but cannot take it from the module. */
	return !madvise(p, page, MADV_HWPOISON) || errno == EBUSY;
}

/* Fault on the page: its entry may still be there. */
static void raises_sigbus(char *p, const char *when)
{
	int code = 0;

	madvise(p, page, MADV_DONTNEED);
	is(touch(p, TOUCH_READ, 0, &code), SIGBUS, "%s: a read", when);
	ok(code == BUS_MCEERR_AR || code == BUS_ADRERR, "... its si_code: %d",
	   code);
	is(touch(p, TOUCH_WRITE, 1, NULL), SIGBUS, "%s: a write", when);
}

static void write_all(char *p, size_t nr)
{
	for (size_t i = 0; i < nr; i++)
		p[i * page] = (char)(i + 1);
}

static void evicted_and_dropped(void)
{
	int fd = dev_open(O_RDWR), mem;
	char *p = map_shared(fd, PAGES), byte;
	struct vmlab_range r;

	write_all(p, PAGES);
	ok(poison(p + BAD * page), "MADV_HWPOISON");
	r = range(fd, VMLAB_RANGE_EVICT, 0, PAGES);
	is(r.done, PAGES - 1, "EVICT: pages evicted");
	is(r.busy, 1, "EVICT: pages busy");
	raises_sigbus(p + BAD * page, "a frame with an error");
	is(p[(BAD + 1) * page], BAD + 2, "its neighbour");

	mem = open("/proc/self/mem", O_RDWR | O_CLOEXEC);
	ok(pread(mem, &byte, 1, (off_t)(uintptr_t)(p + BAD * page)) == -1,
	   "/proc/self/mem cannot read it");
	ok(pwrite(mem, &byte, 1, (off_t)(uintptr_t)(p + BAD * page)) == -1,
	   "/proc/self/mem cannot write it");
	close(mem);

	use_paging(fd, .budget = 2, .policy = VMLAB_POLICY_LRU);
	for (int i = 0; i < 3 * PAGES; i++)
		(void)*(volatile char *)(p + (i % PAGES == BAD ? 0 :
					      i % PAGES) * page);
	raises_sigbus(p + BAD * page, "with a budget");
	is(space_stats(fd).frames, 2, "frames");
	is(paging_stats(fd).charged, 2, "charged");

	is(range(fd, VMLAB_RANGE_DROP, BAD, 1).done, 1, "DROP frees it");
	is(touch_load(p + BAD * page, &byte), 0, "a read after that");
	is(byte, 0, "the page then");
	unmap_and_close(fd, p, PAGES);
}

static void truncated(void)
{
	int fd = dev_open(O_RDWR);
	char *p = map_shared(fd, PAGES);

	write_all(p, PAGES);
	poison(p + BAD * page);
	works(set_space(fd, 0, BAD * page, VMLAB_BACKING_ZERO), "SPACE_SET");
	is(space_stats(fd).frames, BAD, "frames after a truncation");
	works(set_space(fd, 0, 0, VMLAB_BACKING_ZERO), "SPACE_SET");
	is(touch(p + BAD * page, TOUCH_READ, 0, NULL), 0, "the page then");
	unmap_and_close(fd, p, PAGES);
}

static void not_written_back(void)
{
	int file, fd = open_file_space("/dev/shm", PAGES * page, &file);
	char *p = map_shared(fd, PAGES);

	memset(p, 'd', PAGES * page);
	poison(p + BAD * page);
	fails(fsync(fd), EIO, "fsync with an error in a dirty page");
	ok(file_has(file, BAD * (off_t)page, 0, page), "... is not written");
	ok(file_has(file, (BAD + 1) * (off_t)page, 'd', page),
	   "... its neighbour is");
	ok(paging_stats(fd).writeback_errors > 0, "the error is counted");
	unmap_and_close(fd, p, PAGES);
	close(file);
}

static void in_huge_frame(void)
{
	const size_t nr = HUGE / page;
	int fd = dev_open(O_RDWR);
	struct vmlab_range r;
	char *p;

	if (set_space(fd, VMLAB_SPACE_HUGE, 0, VMLAB_BACKING_ZERO)) {
		skip("no huge frames", "an error in a huge frame");
		close(fd);
		return;
	}
	p = map_shared(fd, nr);
	madvise(p, HUGE, MADV_HUGEPAGE);
	write_all(p, nr);
	is(paging_stats(fd).huge_filled, 1, "huge frames");
	ok(poison(p + BAD * page), "MADV_HWPOISON in a huge frame");
	r = range(fd, VMLAB_RANGE_EVICT, 0, 1);
	is(r.done, 0, "EVICT of the huge frame: pages evicted");
	is(r.busy, 1, "... pages busy");
	madvise(p, HUGE, MADV_DONTNEED);
	raises_sigbus(p + BAD * page, "a page with an error in a huge frame");
	is(p[(BAD + 1) * page], BAD + 2, "its neighbour");
	works(set_space(fd, VMLAB_SPACE_HUGE, 0, VMLAB_BACKING_ZERO), "SPACE_SET");
	unmap_and_close(fd, p, nr);
}

int main(void)
{
	unsigned long long frames = module_frames();

	if (madvise(NULL, 0, MADV_HWPOISON)) {
		skip("no CONFIG_MEMORY_FAILURE", "memory errors");
		return tap_done();
	}
	evicted_and_dropped();
	truncated();
	not_written_back();
	in_huge_frame();
	is(module_frames(), frames, "frames of the module, as at the start");
	return tap_done();
}

// SPDX-License-Identifier: GPL-2.0
/*
 * PAGEMAP_SCAN with asynchronous write protection by userfaultfd(2) sees the
 * writes to a mapping, also after it protected a huge entry.  Where mm lets it
 * protect a special mapping, no access spins.
 */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdint.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <unistd.h>

#include "lib/child.h"
#include "lib/dev.h"
#include "lib/paging.h"
#include "lib/smaps.h"
#include "lib/tap.h"
#include "lib/uffd.h"

#define HUGE	((size_t)2 << 20)

struct region {
	uint64_t start;
	uint64_t end;
	uint64_t categories;
};

struct scan {
	uint64_t size;
	uint64_t flags;
	uint64_t start;
	uint64_t end;
	uint64_t walk_end;
	uint64_t vec;
	uint64_t vec_len;
	uint64_t max_pages;
	uint64_t category_inverted;
	uint64_t category_mask;
	uint64_t category_anyof_mask;
	uint64_t return_mask;
};

#define SCAN			_IOWR('f', 16, struct scan)
#define SCAN_PROTECT		(1 << 0)
#define SCAN_CHECK_ASYNC	(1 << 1)
#define IS_WRITTEN		(1 << 1)

/* Return the number of written pages, and protect them again. */
static long written(int pagemap, char *p, size_t len)
{
	struct region region[8] = {};
	struct scan scan = {
		.size = sizeof(scan),
		.flags = SCAN_PROTECT | SCAN_CHECK_ASYNC,
		.start = (uintptr_t)p,
		.end = (uintptr_t)p + len,
		.vec = (uintptr_t)region,
		.vec_len = 8,
		.category_mask = IS_WRITTEN,
		.return_mask = IS_WRITTEN,
	};
	long nr = ioctl(pagemap, SCAN, &scan), pages = 0;

	for (long i = 0; i < nr; i++)
		pages += (region[i].end - region[i].start) / page_size();
	return nr < 0 ? -1 : pages;
}

static void check(bool huge)
{
	const char *what = huge ? "huge frames" : "single frames";
	int fd = dev_open(O_RDWR), pagemap = open("/proc/self/pagemap", O_RDONLY);
	int uffd;
	char *p;

	if (huge && set_space(fd, VMLAB_SPACE_HUGE, 0, VMLAB_BACKING_ZERO)) {
		skip("no huge frames", "%s", what);
		return;
	}
	p = map_shared(fd, HUGE / page_size());
	madvise(p, HUGE, MADV_HUGEPAGE);
	memset(p, 1, HUGE);
	is(smaps_bytes(p, "FilePmdMapped"), huge ? HUGE : 0,
	   "%s: bytes in huge entries", what);
	uffd = uffd_watch(p, HUGE);
	if (uffd < 0) {
		skip("no asynchronous write protection", "%s", what);
		close(pagemap);
		unmap_and_close(fd, p, HUGE / page_size());
		return;
	}
	is(written(pagemap, p, HUGE), HUGE / page_size(), "... all are written");
	is(written(pagemap, p, HUGE), 0, "... none since the last scan");
	p[page_size()] = 2;
	ok(written(pagemap, p, HUGE) > 0, "... a write is seen");
	ok(written(pagemap, p, HUGE) == 0, "... once");
	p[page_size()] = 3;
	ok(written(pagemap, p, HUGE) > 0, "... and the next");
	is(p[page_size()], 3, "... and its contents");
	close(uffd);
	close(pagemap);
	unmap_and_close(fd, p, HUGE / page_size());
}

/* --- special mappings ------------------------------------------------------- */

#define SPECIAL_PAGES	4

/*
 * Protect a mapping of page frames, of which some are not mapped, and let the
 * kernel read it.  Returns 1 where mm refuses to protect it.
 */
static int protect_special(void *arg)
{
	int fd = dev_open(O_RDWR), ends[2], uffd;
	char *p;

	(void)arg;
	if (set_backing(fd, VMLAB_BACKING_PFN, 0, 0) || pipe(ends))
		return 2;
	p = map_shared(fd, SPECIAL_PAGES);
	*(volatile char *)p = 1;
	uffd = uffd_watch(p, SPECIAL_PAGES * page_size());
	if (uffd < 0)
		return errno == EINVAL ? 1 : 3;
	if (uffd_protect(uffd, p, SPECIAL_PAGES * page_size()))
		return 4;
	if (write(ends[1], p, 1) != 1)
		return 5;
	/* A marker is there, which cannot be replaced. */
	return write(ends[1], p + page_size(), 1) < 0 && errno == EFAULT &&
	       touch(p + page_size(), TOUCH_READ, 0, NULL) == SIGBUS ? 0 : 6;
}

/* A fault that does nothing, but reports success, would repeat for ever. */
static void special(void)
{
	int result;

	if (!uffd_watches_special()) {
		skip("mm refuses to write-protect special mappings, or cannot",
		     "pfn backing");
		return;
	}
	result = run_bounded(protect_special, NULL);
	is(result, 0, "pfn backing: an access to a protected hole fails");
}

int main(void)
{
	check(false);
	check(true);
	special();
	return tap_done();
}

// SPDX-License-Identifier: GPL-2.0
/*
 * PAGEMAP_SCAN with asynchronous write protection by userfaultfd(2) sees the
 * writes to a mapping, also after it protected a huge entry.
 */
#include <fcntl.h>
#include <linux/userfaultfd.h>
#include <stdint.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "lib/child.h"
#include "lib/dev.h"
#include "lib/paging.h"
#include "lib/smaps.h"
#include "lib/tap.h"

#define HUGE	((size_t)2 << 20)

/* Newer than the headers of the oldest supported distribution. */
#ifndef UFFD_FEATURE_WP_UNPOPULATED
#define UFFD_FEATURE_WP_UNPOPULATED	(1 << 13)
#endif
#ifndef UFFD_FEATURE_WP_ASYNC
#define UFFD_FEATURE_WP_ASYNC		(1 << 15)
#endif
#ifndef UFFD_USER_MODE_ONLY
#define UFFD_USER_MODE_ONLY		1
#endif

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

static bool watch(char *p, size_t len)
{
	struct uffdio_api api = {
		.api = UFFD_API,
		.features = UFFD_FEATURE_WP_ASYNC | UFFD_FEATURE_WP_UNPOPULATED,
	};
	struct uffdio_register reg = {
		.range = { (uintptr_t)p, len },
		.mode = UFFDIO_REGISTER_MODE_WP,
	};
	int uffd = (int)syscall(SYS_userfaultfd, O_CLOEXEC | UFFD_USER_MODE_ONLY);

	return uffd >= 0 && !ioctl(uffd, UFFDIO_API, &api) &&
	       !ioctl(uffd, UFFDIO_REGISTER, &reg);
}

static void check(bool huge)
{
	const char *what = huge ? "huge frames" : "single frames";
	int fd = dev_open(O_RDWR), pagemap = open("/proc/self/pagemap", O_RDONLY);
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
	if (!watch(p, HUGE)) {
		skip("no asynchronous write protection", "%s", what);
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
	close(pagemap);
	unmap_and_close(fd, p, HUGE / page_size());
}

int main(void)
{
	check(false);
	check(true);
	return tap_done();
}

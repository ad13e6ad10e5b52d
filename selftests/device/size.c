// SPDX-License-Identifier: GPL-2.0
/* The length of a space: SIGBUS beyond it, discarded frames, far offsets. */
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "lib/child.h"
#include "lib/dev.h"
#include "lib/tap.h"

enum { PAGES = 16 };

static const int rw = PROT_READ | PROT_WRITE;
static size_t page;

static int open_space(uint64_t pages)
{
	int fd = dev_open(O_RDWR);

	if (space_set_bytes(fd, pages * page))
		bail("SPACE_SET: %s", strerror(errno));
	return fd;
}

/* Return the first of @pages at @p whose access raises SIGBUS. */
static size_t first_sigbus(char *p, size_t pages, enum touch how)
{
	for (size_t i = 0; i < pages; i++) {
		int code = 0, sig = touch(p + i * page, how, 1, &code);

		if (sig == SIGBUS && code == BUS_ADRERR)
			return i;
		if (sig)
			bail("page %zu: signal %d, code %d", i, sig, code);
	}
	return pages;
}

static void test_beyond(void)
{
	int fd = open_space(PAGES - 3);
	char *p = map_shared(fd, PAGES);
	char *q = map_pages(fd, PAGES, rw, MAP_PRIVATE, 0);
	char *r = map_pages(fd, 4, rw, MAP_SHARED, PAGES - 5);
	struct vmlab_space_stats s;

	is(first_sigbus(p, PAGES, TOUCH_READ), PAGES - 3,
	   "shared, read: SIGBUS at exactly the end");
	is(first_sigbus(p, PAGES, TOUCH_WRITE), PAGES - 3,
	   "shared, write: SIGBUS at exactly the end");
	is(first_sigbus(q, PAGES, TOUCH_WRITE), PAGES - 3,
	   "private, write: SIGBUS at exactly the end");
	is(first_sigbus(r, 4, TOUCH_READ), 2,
	   "mapped at an offset: SIGBUS at exactly the end");
	for (size_t i = PAGES - 3; i < PAGES; i++)
		is((uint64_t)touch(p + i * page + page - 1, TOUCH_READ, 0, NULL),
		   SIGBUS, "page %zu beyond the end", i);
	is((uint64_t)touch(p + (PAGES - 3) * page - 1, TOUCH_READ, 0, NULL), 0,
	   "the last byte within");
	s = space_stats(fd);
	is(s.sigbus, 7, "sigbus counts them");
	is(s.frames, PAGES - 3, "no frame lies beyond");
	munmap(p, PAGES * page);
	munmap(q, PAGES * page);
	munmap(r, 4 * page);
	close(fd);
	is(module_frames(), 0, "beyond the end: every frame is freed");
}

static void test_shrink(void)
{
	int fd = dev_open(O_RDWR);
	char *p = map_shared(fd, PAGES);
	char *q = map_pages(fd, PAGES, rw, MAP_PRIVATE, 0);
	struct vmlab_space_stats s;
	size_t stale = 0;

	for (size_t i = 0; i < PAGES; i++)
		p[i * page] = (char)(i + 1);
	/* Private copies of two pages, one on each side of the new end. */
	q[0] = 50;
	q[(PAGES - 1) * page] = 51;

	works(space_set_bytes(fd, 4 * page), "shrink while mapped");
	s = space_stats(fd);
	is(s.frames, 4, "shrink: frames beyond are freed");
	is(s.discarded, PAGES - 4, "shrink: discarded");
	is(s.frames_dirty, 4, "shrink: frames_dirty");
	is(module_frames(), 4, "shrink: the module holds the rest");
	is(first_sigbus(p, PAGES, TOUCH_READ), 4, "shrink: SIGBUS at the new end");
	is((uint64_t)touch(q + (PAGES - 1) * page, TOUCH_READ, 0, NULL), SIGBUS,
	   "shrink: a private copy beyond is discarded, as by truncate(2)");
	is(q[0], 50, "shrink: a private copy within stays");
	is(p[3 * page], 4, "shrink: data within stays");

	works(space_set_bytes(fd, PAGES * page), "grow again");
	is(p[3 * page], 4, "grown: data within stays");
	for (size_t i = 4; i < PAGES; i++)
		stale += p[i * page] != 0;
	is(stale, 0, "grown: discarded pages are zero");
	is(p[(PAGES - 1) * page], 0, "grown: the last page is zero");
	is(q[(PAGES - 1) * page], 0, "grown: and in the private mapping");
	is(space_stats(fd).frames, PAGES, "grown: new frames");

	works(space_set_bytes(fd, 0), "no limit");
	is(space_stats(fd).frames, PAGES, "no limit discards nothing");
	is(space_stats(fd).discarded, PAGES - 4, "... and counts nothing");
	munmap(p, PAGES * page);
	munmap(q, PAGES * page);
	works(space_set_bytes(fd, page), "shrink while not mapped");
	is(space_stats(fd).frames, 1, "... frees the frames too");
	close(fd);
	is(module_frames(), 0, "shrink: every frame is freed");
}

static int shrinks(void *arg)
{
	return space_set_bytes(*(int *)arg, page) ? 1 : 0;
}

static void test_shrink_elsewhere(void)
{
	int fd = dev_open(O_RDWR);
	char *p = map_shared(fd, PAGES);

	memset(p, 1, PAGES * page);
	is((uint64_t)reap(spawn(shrinks, &fd)), 0, "another process shrinks");
	is(first_sigbus(p, PAGES, TOUCH_WRITE), 1, "... and this process gets SIGBUS");
	unmap_and_close(fd, p, PAGES);
}

static void *map_far(int fd, uint64_t offset, size_t len)
{
	return (void *)syscall(SYS_mmap, NULL, len, rw, MAP_SHARED, fd, offset);
}

static void test_far(void)
{
	static const uint64_t offsets[] = {
		0,
		1ULL << 31,
		1ULL << 32,
		1ULL << 43,	/* page number 2^31 */
		1ULL << 44,	/* page number 2^32 */
		(1ULL << 62) + (1ULL << 44),
		(1ULL << 63) - (1ULL << 13),
	};
	enum { NR = sizeof(offsets) / sizeof(offsets[0]) };
	int fd = dev_open(O_RDWR);
	volatile char *p[NR];
	size_t alias = 0;
	void *q;

	for (size_t i = 0; i < NR; i++) {
		p[i] = map_far(fd, offsets[i], 2 * page);
		if (!ok(p[i] != MAP_FAILED, "mmap at offset %#llx",
			(unsigned long long)offsets[i]))
			bail("mmap: %s", strerror(errno));
		p[i][0] = (char)(i + 1);
	}
	for (size_t i = 0; i < NR; i++)
		alias += p[i][0] != (char)(i + 1) || p[i][page] != 0;
	is(alias, 0, "no two far pages are the same");
	is(space_stats(fd).frames, 2 * NR, "sparse: only frames touched");
	works(space_set_bytes(fd, page), "shrink to one page");
	is(space_stats(fd).frames, 1, "... discards the farthest frames");
	is((uint64_t)touch((char *)(uintptr_t)p[NR - 1], TOUCH_READ, 0, NULL),
	   SIGBUS, "... also those at the end");
	is(p[0][0], 1, "... and keeps the first");
	for (size_t i = 0; i < NR; i++)
		munmap((void *)(uintptr_t)p[i], 2 * page);

	/* mmap may refuse an offset above LLONG_MAX; else the mapping works. */
	space_set_bytes(fd, 0);
	q = map_far(fd, 1ULL << 63, page);
	if (q == MAP_FAILED) {
		ok(errno == EOVERFLOW || errno == EINVAL,
		   "offset 2^63 is refused with a fitting error");
	} else {
		is((uint64_t)touch(q, TOUCH_WRITE, 5, NULL), 0,
		   "a page at offset 2^63");
		space_set_bytes(fd, page);
		is((uint64_t)touch(q, TOUCH_READ, 0, NULL), SIGBUS,
		   "... is discarded by a shrink");
		munmap(q, page);
	}
	close(fd);
	is(module_frames(), 0, "far: every frame is freed");
}

static void test_large(void)
{
	int fd = dev_open(O_RDWR);
	const size_t tib = 1ULL << 40;
	char *p = mmap(NULL, tib, rw, MAP_SHARED, fd, 0);

	if (!ok(p != MAP_FAILED, "a mapping of 1 TiB"))
		return;
	for (int i = 0; i < 8; i++)
		p[i * (tib / 8)] = 1;
	is(space_stats(fd).frames, 8, "1 TiB: only frames touched");
	munmap(p, tib);
	close(fd);
	is(module_frames(), 0, "1 TiB: every frame is freed");
}

int main(void)
{
	page = page_size();
	is(module_frames(), 0, "no frames before the first space");
	test_beyond();
	test_shrink();
	test_shrink_elsewhere();
	test_far();
	test_large();
	return tap_done();
}

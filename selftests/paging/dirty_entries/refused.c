// SPDX-License-Identifier: GPL-2.0
/* Requests that are refused, and settings that exclude each other. */
#include "dirty_entries.h"

#include <fcntl.h>
#include <stdint.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <unistd.h>

#include "lib/dev.h"
#include "lib/file.h"
#include "lib/page.h"
#include "lib/paging.h"
#include "lib/tap.h"

static int request(int fd, uint32_t flags)
{
	struct vmlab_dirty dirty = {
		.size = sizeof(dirty), .flags = flags, .end = NR * page,
	};

	return ioctl(fd, VMLAB_IOC_DIRTY, &dirty);
}

static void invalid(void)
{
	int fd = dev_open(O_RDWR), readonly = dev_open(O_RDONLY);

	fails(request(fd, VMLAB_DIRTY_NO_PROTECT), EINVAL,
	      "NO_PROTECT without CLEAR");
	fails(request(fd, TAKE | 1u << 2), EINVAL, "an unknown flag");
	fails(request(readonly, TAKE), EBADF, "a file open for reading");
	/* None of these counted as a use: huge frames are still possible. */
	if (dev_info().features & VMLAB_FEAT_HUGE)
		works(set_space(fd, VMLAB_SPACE_HUGE, 0, VMLAB_BACKING_ZERO),
		      "huge frames after refused requests");
	close(readonly);
	close(fd);
}

static void huge_first(void)
{
	int fd = dev_open(O_RDWR);

	if (!(dev_info().features & VMLAB_FEAT_HUGE)) {
		skip("no VMLAB_FEAT_HUGE", "huge frames and NO_PROTECT");
		close(fd);
		return;
	}
	works(set_space(fd, VMLAB_SPACE_HUGE, 0, VMLAB_BACKING_ZERO),
	      "huge frames");
	fails(request(fd, TAKE), EOPNOTSUPP, "NO_PROTECT with huge frames");
	works(set_space(fd, 0, 0, VMLAB_BACKING_ZERO), "no huge frames");
	fails(request(fd, TAKE), EOPNOTSUPP,
	      "NO_PROTECT where huge frames may be left");
	works(request(fd, VMLAB_DIRTY_CLEAR), "CLEAR alone");
	close(fd);
}

static void backings_first(void)
{
	int file, fd = open_file_space("/dev/shm", NR * page, &file);

	fails(request(fd, TAKE), EOPNOTSUPP, "NO_PROTECT with a file");
	works(request(fd, VMLAB_DIRTY_CLEAR), "CLEAR alone with a file");
	close(fd);
	close(file);
	fd = dev_open(O_RDWR);
	works(set_space(fd, 0, 0, VMLAB_BACKING_PFN), "the backing PFN");
	fails(request(fd, TAKE), EOPNOTSUPP, "NO_PROTECT with PFN");
	works(set_space(fd, 0, 0, VMLAB_BACKING_PATTERN), "the backing PATTERN");
	works(request(fd, TAKE), "NO_PROTECT after the backing changed");
	close(fd);
}

static void entries_first(void)
{
	int file = temp_file("/dev/shm", NR * page);
	int fd = dev_open(O_RDWR);

	works(request(fd, TAKE), "NO_PROTECT");
	if (dev_info().features & VMLAB_FEAT_HUGE)
		fails(set_space(fd, VMLAB_SPACE_HUGE, 0, VMLAB_BACKING_ZERO),
		      EBUSY, "huge frames after NO_PROTECT");
	fails(set_backing(fd, VMLAB_BACKING_FILE, file, 0), EBUSY,
	      "a file after NO_PROTECT");
	fails(set_space(fd, 0, 0, VMLAB_BACKING_PFN), EBUSY,
	      "PFN after NO_PROTECT");
	works(set_space(fd, 0, 0, VMLAB_BACKING_PATTERN),
	      "PATTERN after NO_PROTECT");
	close(fd);
	close(file);
}

/* A bitmap that cannot be written: the bits stay. */
static void bad_bitmap(void)
{
	struct vmlab_dirty dirty = {
		.size = sizeof(dirty), .flags = TAKE, .end = NR * page,
	};
	int fd = dev_open(O_RDWR);
	char *p = map_shared(fd, NR);
	uint64_t bitmap;

	p[0] = 1;
	p[page] = 1;
	get_dirty(fd, TAKE, 0, NR, NULL);
	p[page] = 2;
	p[7 * page] = 2;
	range(fd, VMLAB_RANGE_EVICT, 7, 1);
	dirty.bitmap = page;
	fails(ioctl(fd, VMLAB_IOC_DIRTY, &dirty), EFAULT, "an invalid bitmap");
	is(get_dirty(fd, TAKE, 0, NR, &bitmap), 2, "dirty pages afterwards");
	is(bitmap, 1 << 1 | 1 << 7, "... are those that were written");
	unmap_and_close(fd, p, NR);
}

/* Bits of ranges that begin and end anywhere, over several chunks. */
static void large(void)
{
	enum { LARGE = 3 * 4096 + 17 };
	static uint64_t bitmap[LARGE / 64 + 1];
	int fd = dev_open(O_RDWR);
	char *p = map_shared(fd, LARGE);
	unsigned int wrong = 0;

	get_dirty(fd, TAKE, 0, LARGE, NULL);
	for (int round = 0; round < 2; round++) {
		for (size_t i = 0; i < LARGE; i += 61)
			p[i * page] = 1;
		is(get_dirty(fd, TAKE, 61, LARGE - 62, bitmap),
		   (LARGE - 2) / 61, "pages of a range, every 61st");
		for (size_t i = 0; i < LARGE - 62; i++)
			wrong += (bitmap[i / 64] >> i % 64 & 1) != !(i % 61);
		is(get_dirty(fd, TAKE, 0, LARGE, bitmap), 1 + !((LARGE - 1) % 61),
		   "the pages beside it");
		wrong += bitmap[0] != 1;
	}
	is(wrong, 0, "wrong bits");
	is(get_dirty(fd, TAKE, 0, ((size_t)1 << 52) - 1, NULL), 0,
	   "pages of the largest range");
	unmap_and_close(fd, p, LARGE);
}

void test_refused(void)
{
	invalid();
	huge_first();
	backings_first();
	entries_first();
	bad_bitmap();
	large();
}

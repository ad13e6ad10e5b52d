// SPDX-License-Identifier: GPL-2.0
/* Targets whose memory is swapped, merged, huge, write-protected or truncated. */
#include <errno.h>
#include <fcntl.h>
#include <linux/userfaultfd.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "lib/child.h"
#include "lib/dev.h"
#include "lib/random.h"
#include "inspect/stress/change.h"
#include "inspect/swap.h"

static int area_fd, shared_fd;
static char *third;

/* --- out to swap and in again -------------------------------------------- */

void swap_setup(void)
{
	if (!swap_is_on())
		unsupported("no swap is on");
	area = map_anon(SHARED);
	shared = map(SMALL, MAP_SHARED | MAP_ANONYMOUS, -1);
}

void swap_step(uint64_t *state)
{
	size_t len;
	char *p = part(state, area, SHARED, SMALL, &len);

	write_pages(p, len, (char)random_next(state));
	madvise(area, SHARED, MADV_PAGEOUT);
	write_pages(shared, SMALL, 1);
	madvise(shared, SMALL, MADV_PAGEOUT);
	/* Share swap entries with a child that exits. */
	if (!(random_next(state) % 8))
		write_in_child(p, len / 2, 2);
	madvise(p, len / 2 & ~(page - 1), MADV_DONTNEED);
}

/* --- same-page merging --------------------------------------------------- */

void ksm_setup(void)
{
	if (access("/sys/kernel/mm/ksm/run", W_OK))
		unsupported("no KSM");
	area = map_anon(SMALL);
	if (madvise(area, SMALL, MADV_MERGEABLE))
		unsupported("no MADV_MERGEABLE: %s", strerror(errno));
	memset(area, 7, SMALL);
}

void ksm_step(uint64_t *state)
{
	size_t len;
	char *p = part(state, area, SMALL, 64 * page, &len);

	msleep(20);
	/* Unmerge pages, then make them equal again. */
	write_pages(p, len, (char)random_next(state));
	write_pages(p, len, 7);
	if (!(random_next(state) % 64)) {
		madvise(area, SMALL, MADV_UNMERGEABLE);
		madvise(area, SMALL, MADV_MERGEABLE);
	}
}

/* --- hugetlbfs ----------------------------------------------------------- */

void hugetlb_setup(void)
{
	char *p;

	shared_fd = memfd_create("huge", MFD_CLOEXEC | MFD_HUGETLB);
	if (shared_fd < 0 || ftruncate(shared_fd, 2 * HUGE))
		unsupported("no hugetlbfs: %s", strerror(errno));
	p = mmap(NULL, 2 * HUGE, rw, MAP_SHARED, shared_fd, 0);
	if (p == MAP_FAILED)
		unsupported("no 2 MiB pages free: %s", strerror(errno));
	shared = p;
	area = mmap(NULL, 2 * HUGE, rw, MAP_PRIVATE | MAP_NORESERVE, shared_fd,
		    0);
	if (area == MAP_FAILED)
		unsupported("no private mapping of hugetlbfs: %s", strerror(errno));
}

void hugetlb_step(uint64_t *state)
{
	touch(shared + random_next(state) % 2 * HUGE, TOUCH_WRITE, 1, NULL);
	touch(area + random_next(state) % 2 * HUGE, TOUCH_WRITE, 1, NULL);
	switch (random_next(state) % 5) {
	case 0:
		(void)!ftruncate(shared_fd, 0);
		(void)!ftruncate(shared_fd, 2 * HUGE);
		break;
	case 1:
		madvise(area, 2 * HUGE, MADV_DONTNEED);
		break;
	case 2:
		fallocate(shared_fd, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE,
			  HUGE, HUGE);
		break;
	case 3:
		mprotect(area, HUGE, random_next(state) % 2 ? PROT_READ : rw);
		break;
	default:
		write_in_child(shared, page, 2);
	}
	usleep(1000);
}

/* --- userfaultfd --------------------------------------------------------- */

static int uffd;

static void uffd_register(char *p, size_t bytes)
{
	struct uffdio_register reg = {
		.range = { (uintptr_t)p, bytes },
		.mode = UFFDIO_REGISTER_MODE_WP,
	};

	if (ioctl(uffd, UFFDIO_REGISTER, &reg))
		unsupported("no write protection by userfaultfd: %s",
			    strerror(errno));
}

void uffd_setup(void)
{
	struct uffdio_api api = {
		.api = UFFD_API,
		/* No thread resolves faults: a write to a protected page raises SIGBUS. */
		.features = UFFD_FEATURE_WP_HUGETLBFS_SHMEM |
			    UFFD_FEATURE_SIGBUS,
	};

	uffd = (int)syscall(SYS_userfaultfd, O_CLOEXEC | O_NONBLOCK);
	if (uffd < 0)
		unsupported("no userfaultfd: %s", strerror(errno));
	if (ioctl(uffd, UFFDIO_API, &api))
		unsupported("no markers of userfaultfd: %s", strerror(errno));
	area = map_anon(SMALL);
	shared = map(SMALL, MAP_SHARED | MAP_ANONYMOUS, -1);
	uffd_register(area, SMALL);
	uffd_register(shared, SMALL);
}

static void uffd_protect(char *p, size_t len, uint64_t mode)
{
	struct uffdio_writeprotect wp = {
		.range = { (uintptr_t)p, len },
		.mode = mode,
	};

	ioctl(uffd, UFFDIO_WRITEPROTECT, &wp);
}

void uffd_step(uint64_t *state)
{
	char *whole = random_next(state) % 2 ? area : shared;
	size_t len;
	char *p = part(state, whole, SMALL, 64 * page, &len);

	uffd_protect(whole, SMALL, 0);
	write_pages(p, len, 1);
	uffd_protect(whole, SMALL, UFFDIO_WRITEPROTECT_MODE_WP);
	if (random_next(state) % 2)
		madvise(p, len, MADV_DONTNEED);
	if (!(random_next(state) % 4))
		madvise(whole, SMALL, MADV_PAGEOUT);
}

/* --- a file that grows and shrinks under its mappings -------------------- */

void file_setup(void)
{
	area_fd = memfd_create("file", MFD_CLOEXEC);
	if (area_fd < 0 || ftruncate(area_fd, SHARED))
		unsupported("memfd: %s", strerror(errno));
	area = map(SHARED, MAP_SHARED, area_fd);
	shared = map(SHARED, MAP_PRIVATE, area_fd);
	third = map(SHARED, MAP_SHARED, dev_open(O_RDWR));
}

void file_step(uint64_t *state)
{
	size_t len;
	char *p = part(state, area, SHARED, 256 * page, &len);

	write_pages(p, len, 1);
	write_pages(shared + (p - area), len / 2, 1);
	write_pages(third + (p - area), len, 1);
	switch (random_next(state) % 4) {
	case 0:
		(void)!ftruncate(area_fd, (off_t)(p - area));
		(void)!ftruncate(area_fd, SHARED);
		break;
	case 1:
		fallocate(area_fd, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE,
			  p - area, (off_t)len);
		break;
	case 2:
		madvise(area, SHARED, MADV_COLLAPSE);
		break;
	default:
		madvise(third, SHARED, MADV_DONTNEED);
	}
}

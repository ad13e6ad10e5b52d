// SPDX-License-Identifier: GPL-2.0
/* Faults of anonymous memory, huge pages, swap, userfaultfd and /dev/vmlab. */
#include <fcntl.h>
#include <linux/userfaultfd.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "faults/cases/case.h"

void case_anon(void)
{
	touch_write(map_anon(pages * page), pages, page);
}

void case_zero(void)
{
	touch_read(map_anon(pages * page), pages, page);
}

/* A write to the shared zero page copies it. */
void case_zero_cow(void)
{
	char *p = map_anon(pages * page);

	read_uncounted(p, pages);
	touch_write(p, pages, page);
}

void case_thp(void)
{
	char *p = map((pages + 1) * HUGE_SIZE, PROT_READ | PROT_WRITE,
		      MAP_PRIVATE | MAP_ANONYMOUS, -1);

	if (access("/sys/kernel/mm/transparent_hugepage/enabled", F_OK))
		lacking("transparent huge pages");
	p = (char *)(((unsigned long)p + HUGE_SIZE - 1) & ~(HUGE_SIZE - 1));
	if (madvise(p, pages * HUGE_SIZE, MADV_HUGEPAGE))
		lacking("transparent huge pages");
	touch_write(p, pages, HUGE_SIZE);
}

void case_swap(void)
{
	char *p = map_anon(pages * page);

	memset(p, 1, pages * page);
	if (madvise(p, pages * page, MADV_PAGEOUT))
		lacking("MADV_PAGEOUT");
	touch_read(p, pages, page);
}

void case_hugetlb(void)
{
	char *p = mmap(NULL, pages * HUGE_SIZE, PROT_READ | PROT_WRITE,
		       MAP_PRIVATE | MAP_ANONYMOUS | MAP_HUGETLB |
		       (21 << MAP_HUGE_SHIFT),
		       -1, 0);

	if (p == MAP_FAILED)
		lacking("enough huge pages");
	touch_write(p, pages, HUGE_SIZE);
}

static char *map_vmlab(void)
{
	int fd = open("/dev/vmlab", O_RDWR);

	if (fd < 0)
		lacking("/dev/vmlab");
	return map(pages * page, PROT_READ | PROT_WRITE, MAP_SHARED, fd);
}

void case_vmlab(void)
{
	touch_write(map_vmlab(), pages, page);
}

/* A page that was only read is write-protected. */
void case_vmlab_clean(void)
{
	char *p = map_vmlab();

	read_uncounted(p, pages);
	touch_write(p, pages, page);
}

/* A file with the name of the device. */
void case_like_vmlab(void)
{
	int fd = file_of_pages("vmlab");

	touch_read(map(pages * page, PROT_READ, MAP_SHARED, fd), pages, page);
}

static void *serve(void *arg)
{
	int fd = *(int *)arg;
	char *contents = aligned_alloc(page, page);
	struct uffd_msg msg;

	memset(contents, 1, page);
	while (read(fd, &msg, sizeof(msg)) == sizeof(msg)) {
		struct uffdio_copy copy = {
			.dst = msg.arg.pagefault.address & ~(page - 1),
			.src = (unsigned long)contents,
			.len = page,
		};

		if (ioctl(fd, UFFDIO_COPY, &copy))
			die("UFFDIO_COPY");
	}
	return NULL;
}

void case_uffd(void)
{
	static int fd;
	struct uffdio_api api = { .api = UFFD_API };
	struct uffdio_register reg = { .mode = UFFDIO_REGISTER_MODE_MISSING };
	char *p = map_anon(pages * page);
	pthread_t thread;

	fd = (int)syscall(SYS_userfaultfd, O_CLOEXEC);
	if (fd < 0 || ioctl(fd, UFFDIO_API, &api))
		lacking("userfaultfd");
	reg.range.start = (unsigned long)p;
	reg.range.len = pages * page;
	if (ioctl(fd, UFFDIO_REGISTER, &reg))
		die("UFFDIO_REGISTER");
	if (pthread_create(&thread, NULL, serve, &fd))
		die("pthread_create");
	touch_read(p, pages, page);
}

/* The kernel accesses memory that is not mapped yet: read(2). */
void case_kernel(void)
{
	int fd = open("/dev/zero", O_RDONLY);

	if (read(fd, map_anon(pages * page), pages * page) !=
	    (ssize_t)(pages * page))
		die("read");
}

/* The kernel populates memory: mlock(2). */
void case_gup(void)
{
	if (mlock(map_anon(pages * page), pages * page))
		die("mlock");
}

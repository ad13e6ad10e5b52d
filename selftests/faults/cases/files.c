// SPDX-License-Identifier: GPL-2.0
/* Faults of files. */
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "faults/cases/case.h"

/* Create a file in the page cache: not every file system caches writes. */
static int warm_file(const char *name)
{
	int fd = file_of_pages(name);
	char *p = map(pages * page, PROT_READ, MAP_PRIVATE, fd);

	read_uncounted(p, pages);
	return fd;
}

/* Pages in the page cache: minor faults. */
void case_file_warm(void)
{
	int fd = warm_file("warm");

	touch_read(map(pages * page, PROT_READ, MAP_PRIVATE, fd), pages, page);
}

/* Pages that are not cached, without reading ahead: major faults. */
void case_file_cold(void)
{
	int fd = file_of_pages("cold");
	char *p = map(pages * page, PROT_READ, MAP_PRIVATE, fd);

	if (madvise(p, pages * page, MADV_RANDOM))
		die("madvise");
	if (posix_fadvise(fd, 0, 0, POSIX_FADV_DONTNEED))
		die("fadvise");
	touch_read(p, pages, page);
}

void case_file_write(void)
{
	int fd = memfd_create("shared", 0);

	if (fd < 0 || ftruncate(fd, (off_t)(pages * page)))
		die("memfd");
	touch_write(map(pages * page, PROT_READ | PROT_WRITE, MAP_SHARED, fd),
		    pages, page);
}

void case_file_cow(void)
{
	int fd = warm_file("private");

	touch_write(map(pages * page, PROT_READ | PROT_WRITE, MAP_PRIVATE, fd),
		    pages, page);
}

/*
 * A page of a file at an address that was anonymous memory in the fault before: the
 * kernel often uses the same structures again.
 */
void case_replaced(void)
{
	const int prot = PROT_READ | PROT_WRITE;
	int fd = memfd_create("replacement", 0);
	char *p = map_anon(page);

	if (fd < 0 || ftruncate(fd, (off_t)(pages * page)))
		die("memfd");
	for (size_t i = 0; i < pages; i++) {
		touch_read(p, 1, page);
		munmap(p, page);
		if (mmap(p, page, prot, MAP_SHARED | MAP_FIXED, fd,
			 (off_t)(i * page)) != p)
			die("mmap");
		touch_write(p, 1, page);
		munmap(p, page);
		if (mmap(p, page, prot, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED,
			 -1, 0) != p)
			die("mmap");
	}
}

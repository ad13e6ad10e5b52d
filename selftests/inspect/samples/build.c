// SPDX-License-Identifier: GPL-2.0
#include "inspect/samples/build.h"

#include <errno.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "inspect/swap.h"

int sample_reason_fd = -1;

void unsupported(const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	vdprintf(sample_reason_fd, fmt, ap);
	va_end(ap);
	_exit(SAMPLE_UNSUPPORTED);
}

void require(bool good, const char *what)
{
	if (good)
		return;
	fprintf(stderr, "# sample process: %s: %s\n", what, strerror(errno));
	_exit(1);
}

char *map(size_t pages, int prot, int flags, int fd, off_t off)
{
	void *p = mmap(NULL, pages * page, prot, flags, fd, off);

	require(p != MAP_FAILED, "mmap");
	return p;
}

char *map_anon(size_t pages)
{
	return map(pages, rw, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
}

char *free_range(size_t bytes, size_t align)
{
	char *p = mmap(NULL, bytes + align, PROT_NONE,
		       MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);

	if (p == MAP_FAILED)
		unsupported("mmap of %zu bytes: %s", bytes, strerror(errno));
	munmap(p, bytes + align);
	return (char *)(((uintptr_t)p + align - 1) & ~(align - 1));
}

void write_pages(char *p, size_t first, size_t nr)
{
	for (size_t i = first; i < first + nr; i++)
		p[i * page] = 1;
}

void read_pages(const volatile char *p, size_t nr)
{
	for (size_t i = 0; i < nr; i++)
		(void)p[i * page];
}

void page_out(char *p, size_t nr)
{
	if (!swap_is_on())
		unsupported("no swap is on");
	/* One pass misses pages that are still in a per-CPU LRU batch. */
	for (int i = 0; i < 3; i++)
		if (madvise(p, nr * page, MADV_PAGEOUT))
			unsupported("no MADV_PAGEOUT: %s", strerror(errno));
}

// SPDX-License-Identifier: GPL-2.0
/* Map and touch memory, make files, count faults. */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <unistd.h>

#include "labs/memory.h"

void *lab_map(struct lab_run *run, size_t length, int prot, int flags, int fd,
	      off_t offset)
{
	void *p = mmap(NULL, length, prot, flags, fd, offset);

	if (p == MAP_FAILED)
		lab_fail(run, "mmap of %zu bytes: %s", length, strerror(errno));
	return p;
}

void *lab_map_aligned(struct lab_run *run, size_t length, size_t alignment,
		      int prot, int flags, int fd)
{
	char *room = lab_map(run, length + alignment, PROT_NONE,
			     MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1,
			     0);
	char *start = (char *)(((uintptr_t)room + alignment - 1) &
			       ~(uintptr_t)(alignment - 1));

	munmap(room, length + alignment);
	if (mmap(start, length, prot, flags | MAP_FIXED, fd, 0) == MAP_FAILED)
		lab_fail(run, "mmap of %zu bytes: %s", length, strerror(errno));
	return start;
}

void lab_read(const void *start, size_t length, size_t stride)
{
	const volatile char *p = start;

	for (size_t i = 0; i < length; i += stride)
		(void)p[i];
}

void lab_write(void *start, size_t length, size_t stride, char value)
{
	volatile char *p = start;

	for (size_t i = 0; i < length; i += stride)
		p[i] = value;
}

int lab_file(struct lab_run *run, const char *directory, size_t length,
	     unsigned int seed)
{
	size_t page = lab_machine(run)->page;
	char *buf = malloc(page);
	int fd = open(directory, O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);

	if (!buf || fd < 0)
		lab_fail(run, "a file in %s: %s", directory, strerror(errno));
	for (size_t done = 0; done < length; done += page) {
		size_t part = length - done < page ? length - done : page;

		memset(buf, (int)(done / page + seed), part);
		if (pwrite(fd, buf, part, (off_t)done) != (ssize_t)part)
			lab_fail(run, "write to a file in %s: %s", directory,
				 strerror(errno));
	}
	free(buf);
	return fd;
}

void lab_file_evict(struct lab_run *run, int fd)
{
	if (fsync(fd))
		lab_fail(run, "fsync: %s", strerror(errno));
	lab_check(run, -posix_fadvise(fd, 0, 0, POSIX_FADV_DONTNEED),
		  "posix_fadvise");
}

static struct lab_counts read_counts(void)
{
	struct rusage usage;

	getrusage(RUSAGE_THREAD, &usage);
	return (struct lab_counts){
		.minor = (uint64_t)usage.ru_minflt,
		.major = (uint64_t)usage.ru_majflt,
		.voluntary = (uint64_t)usage.ru_nvcsw,
		.involuntary = (uint64_t)usage.ru_nivcsw,
	};
}

/* Fault in the stack and the code that an experiment uses between two counts. */
static __attribute__((noinline)) void touch_own_pages(void)
{
	char below[4096];

	lab_write(below, sizeof(below), 64, 0);
	lab_read(below, sizeof(below), 64);
}

struct lab_counts lab_counts(void)
{
	touch_own_pages();
	return read_counts();
}

struct lab_counts lab_counts_since(const struct lab_counts *before)
{
	struct lab_counts c = read_counts();

	c.minor -= before->minor;
	c.major -= before->major;
	c.voluntary -= before->voluntary;
	c.involuntary -= before->involuntary;
	return c;
}

uint64_t lab_around_faults(struct lab_run *run, size_t windows)
{
	size_t window = lab_machine(run)->fault_around, size = window * windows;
	int fd = lab_file(run, "/tmp", size, 0);
	char *file = lab_map_aligned(run, size, window, PROT_READ, MAP_SHARED, fd);
	struct lab_counts counts = lab_counts();

	lab_read(file, size, lab_machine(run)->page);
	return lab_counts_since(&counts).minor;
}

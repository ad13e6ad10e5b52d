// SPDX-License-Identifier: GPL-2.0
/* VMAs: VMLAB_IOC_VMAS and VMLAB_IOC_FIND against PROCMAP_QUERY. */
#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include <linux/vmlab.h>

#include "bench.h"
#include "lib/kernel_uapi.h"

#define VMAS	65000ul
#define QUERIES	10000ul
#define BATCH	1024u

/* A file whose path has the length of that of a shared library. */
#define FILE_PATH	"/usr_lib_x86_64-linux-gnu_libbench.so.1.2"

static struct vmlab_vma records[BATCH];
static char strings[64 << 10];

/* Map @nr pages as @nr VMAs: two neighbours differ in their protection. */
static char *map_vmas(size_t nr, int fd)
{
	int flags = fd < 0 ? MAP_PRIVATE | MAP_ANONYMOUS : MAP_SHARED;
	char *p = mmap(NULL, nr * PAGE, PROT_NONE, flags, fd, 0);

	if (p == MAP_FAILED)
		bail("mmap of many VMAs");
	for (size_t i = 0; i < nr; i += 2)
		if (mprotect(p + i * PAGE, PAGE, PROT_READ))
			bail("mprotect");
	return p;
}

double vmas_peer(bool names)
{
	int fd = open_file("/proc/self/maps", O_RDONLY);
	struct procmap_query q;
	uint64_t begin = now(), addr = 0;
	size_t nr = 0;

	for (;;) {
		memset(&q, 0, sizeof(q));
		q.size = sizeof(q);
		q.query_flags = PROCMAP_QUERY_COVERING_OR_NEXT_VMA;
		q.query_addr = addr;
		if (names) {
			q.vma_name_addr = (uintptr_t)strings;
			q.vma_name_size = 4096;
		}
		if (ioctl(fd, PROCMAP_QUERY, &q)) {
			if (errno != ENOENT)
				bail("PROCMAP_QUERY");
			break;
		}
		addr = q.vma_end;
		nr++;
	}
	close(fd);
	return (double)(now() - begin) / (double)nr;
}

/* Request names with the paths but without the symbols of operations. */
static int get_vmas(int fd, struct vmlab_vmas *req, bool names)
{
#ifdef VMLAB_VMAS_NO_OPS
	static bool old_module;

	req->flags = names && !old_module ? VMLAB_VMAS_NO_OPS : 0;
#endif
	if (names) {
		req->strings = (uintptr_t)strings;
		req->strings_size = sizeof(strings);
	}
	if (!ioctl(fd, VMLAB_IOC_VMAS, req))
		return 0;
#ifdef VMLAB_VMAS_NO_OPS
	if (errno == EINVAL && req->flags) {
		old_module = true;
		req->flags = 0;
		return ioctl(fd, VMLAB_IOC_VMAS, req);
	}
#endif
	return -1;
}

double vmas_vmlab(int fd, bool names)
{
	struct vmlab_vmas req = {
		.size = sizeof(req),
		.vmas = (uintptr_t)records,
	};
	uint64_t begin = now();
	size_t nr = 0;

	do {
		req.nr = BATCH;
		if (get_vmas(fd, &req, names))
			bail("VMLAB_IOC_VMAS");
		nr += req.nr;
	} while (req.nr);
	return (double)(now() - begin) / (double)nr;
}

static uint64_t nth_address(const char *p, size_t i)
{
	return (uintptr_t)p + i * 7919 % VMAS * PAGE;
}

static double query_peer(const char *p, bool names)
{
	int fd = open_file("/proc/self/maps", O_RDONLY);
	uint64_t begin = now();

	for (size_t i = 0; i < QUERIES; i++) {
		struct procmap_query q = {
			.size = sizeof(q),
			.query_addr = nth_address(p, i),
			.vma_name_addr = names ? (uintptr_t)strings : 0,
			.vma_name_size = names ? 4096 : 0,
		};

		if (ioctl(fd, PROCMAP_QUERY, &q) ||
		    q.vma_start != nth_address(p, i))
			bail("PROCMAP_QUERY of an address");
	}
	close(fd);
	return (double)(now() - begin) / (double)QUERIES;
}

/* Query the VMA at or above an address; 0 where @flags or the VMAs have none. */
static uint64_t procmap_query(int fd, uint64_t address, uint64_t flags,
			      struct procmap_query *q)
{
	*q = (struct procmap_query){
		.size = sizeof(*q),
		.query_flags = flags,
		.query_addr = address,
	};
	return ioctl(fd, PROCMAP_QUERY, q) ? 0 : q->vma_end;
}

/*
 * The VMA at an address and both neighbours.  That below is queried by the address
 * below: it is adjacent.  Where it were not, more queries would be needed.
 */
static double find_peer(const char *p)
{
	int fd = open_file("/proc/self/maps", O_RDONLY);
	uint64_t begin = now();

	for (size_t i = 0; i < QUERIES; i++) {
		struct procmap_query at, below, above;

		if (!procmap_query(fd, nth_address(p, i), 0, &at) ||
		    at.vma_start != nth_address(p, i))
			bail("PROCMAP_QUERY of an address");
		procmap_query(fd, at.vma_start - 1, 0, &below);
		procmap_query(fd, at.vma_end, PROCMAP_QUERY_COVERING_OR_NEXT_VMA,
			      &above);
	}
	close(fd);
	return (double)(now() - begin) / (double)QUERIES;
}

static double query_vmas(int fd, const char *p, bool names)
{
	uint64_t begin = now();

	for (size_t i = 0; i < QUERIES; i++) {
		struct vmlab_vmas req = {
			.size = sizeof(req),
			.cursor = nth_address(p, i),
			.vmas = (uintptr_t)records,
			.nr = 1,
		};

		if (get_vmas(fd, &req, names) || req.nr != 1 ||
		    records[0].start != nth_address(p, i))
			bail("VMLAB_IOC_VMAS of an address");
	}
	return (double)(now() - begin) / (double)QUERIES;
}

static double query_find(int fd, const char *p)
{
	uint64_t begin = now();

	for (size_t i = 0; i < QUERIES; i++) {
		struct vmlab_find req = {
			.size = sizeof(req),
			.start = nth_address(p, i),
		};

		if (ioctl(fd, VMLAB_IOC_FIND, &req) ||
		    req.vma[VMLAB_FIND_VMA].start != nth_address(p, i))
			bail("VMLAB_IOC_FIND");
	}
	return (double)(now() - begin) / (double)QUERIES;
}

static double empty_request(int fd)
{
	uint64_t begin = now();

	for (size_t i = 0; i < QUERIES; i++)
		if (ioctl(fd, FLOOR_EMPTY, 0))
			bail("FLOOR_EMPTY");
	return (double)(now() - begin) / (double)QUERIES;
}

/* Make the file that VMAS mappings of a page map. */
static int make_file(void)
{
	int file = open_file(FILE_PATH, O_RDWR | O_CREAT);

	if (ftruncate(file, VMAS * PAGE))
		bail(FILE_PATH);
	return file;
}

/* Remove it and its mappings. */
static void remove_file(int file, char *p)
{
	munmap(p, VMAS * PAGE);
	close(file);
	unlink(FILE_PATH);
}

static void bench_files(int fd)
{
	int file = make_file();
	char *p = map_vmas(VMAS, file);

	result("vmas_files.procmap_query", vmas_peer(true));
	result("vmas_files.vmlab", vmas_vmlab(fd, true));
	remove_file(file, p);
}

/* Every other VMA maps a file: the names of two neighbours differ. */
static void bench_mixed(int fd)
{
	int file = make_file();
	char *p = map_memory(-1, VMAS * PAGE);

	for (size_t i = 0; i < VMAS; i += 2)
		if (mmap(p + i * PAGE, PAGE, PROT_READ, MAP_PRIVATE | MAP_FIXED,
			 file, (off_t)(i * PAGE)) == MAP_FAILED)
			bail("mmap of a file");
	result("vmas_mixed.procmap_query", vmas_peer(true));
	result("vmas_mixed.vmlab", vmas_vmlab(fd, true));
	remove_file(file, p);
}

void bench_vmas(void)
{
	int fd = open_file(DEVICE, O_RDWR);
	int floor_fd = open_file(FLOOR_DEVICE, O_RDWR);
	uint64_t begin;
	char *p;

	write_file("/proc/sys/vm/max_map_count", "200000");
	p = map_vmas(VMAS, -1);
	result("vmas.procmap_query", vmas_peer(false));
	result("vmas.vmlab", vmas_vmlab(fd, false));
	result("vmas_names.procmap_query", vmas_peer(true));
	result("vmas_names.vmlab", vmas_vmlab(fd, true));
	begin = now();
	if (ioctl(floor_fd, FLOOR_VMAS, 0) < 0)
		bail("FLOOR_VMAS");
	result("vmas.floor", (double)(now() - begin) / (double)VMAS);
	munmap(p, VMAS * PAGE);

	bench_files(fd);
	bench_mixed(fd);
	close(floor_fd);
	close(fd);
}

static void query_files(int fd)
{
	int file = make_file();
	char *p = map_vmas(VMAS, file);

	result("query_file.procmap_query", query_peer(p, true));
	result("query_file.vmlab", query_vmas(fd, p, true));
	remove_file(file, p);
}

void bench_queries(void)
{
	int fd = open_file(DEVICE, O_RDWR);
	int floor_fd = open_file(FLOOR_DEVICE, O_RDWR);
	char *p;

	write_file("/proc/sys/vm/max_map_count", "200000");
	p = map_vmas(VMAS, -1);
	result("query.procmap_query", query_peer(p, false));
	result("query.vmlab", query_vmas(fd, p, false));
	result("find.procmap_query", find_peer(p));
	result("find.vmlab", query_find(fd, p));
	result("query.floor", empty_request(floor_fd));
	munmap(p, VMAS * PAGE);
	query_files(fd);
	close(floor_fd);
	close(fd);
}

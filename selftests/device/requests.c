// SPDX-License-Identifier: GPL-2.0
/*
 * /dev/vmlab: rules that hold for every request, and the requests SPACE_GET,
 * SPACE_SET and SPACE_STATS.
 */
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "lib/dev.h"
#include "lib/requests.h"
#include "lib/tap.h"

static int fd;

/* Buffers for the answers of TASKS and VMAS. */
static struct vmlab_task tasks[4];
static struct vmlab_vma vmas[4];
static char strings[VMLAB_STRINGS_MIN];

/* These requests are tested here: the first ones of the table. */
#define NR_TESTED	(REQUEST_VMAS + 1)

/* Put a valid request in @room bytes at @buf, with @size as its size. */
static void *prepare(const struct request_info *kind, void *buf, size_t room,
		     uint32_t size)
{
	union request *req = buf;

	memset(buf, 0, room);
	req->size = size;
	if (kind->nr == VMLAB_IOC_TASKS) {
		req->tasks.tasks = (uintptr_t)tasks;
		req->tasks.nr = 4;
	} else if (kind->nr == VMLAB_IOC_VMAS) {
		req->vmas.vmas = (uintptr_t)vmas;
		req->vmas.strings = (uintptr_t)strings;
		req->vmas.nr = 4;
		req->vmas.strings_size = sizeof(strings);
	}
	return buf;
}

static void test_size(const struct request_info *kind)
{
	size_t page = page_size(), room = 4 * page;
	char *buf = malloc(room);

	if (!buf)
		bail("out of memory");
	prepare(kind, buf, room, kind->size);
	works(ioctl(fd, kind->nr, buf), "%s: its own size", kind->name);
	prepare(kind, buf, room, 0);
	fails(ioctl(fd, kind->nr, buf), EINVAL, "%s: size 0", kind->name);
	prepare(kind, buf, room, 4);
	fails(ioctl(fd, kind->nr, buf), EINVAL, "%s: size 4", kind->name);
	prepare(kind, buf, room, kind->size - 1);
	fails(ioctl(fd, kind->nr, buf), EINVAL, "%s: one byte too small",
	      kind->name);
	prepare(kind, buf, room, kind->size + 8);
	works(ioctl(fd, kind->nr, buf), "%s: larger with a zero tail",
	      kind->name);
	prepare(kind, buf, room, kind->size + 8);
	buf[kind->size + 7] = 1;
	fails(ioctl(fd, kind->nr, buf), E2BIG, "%s: larger, last byte not zero",
	      kind->name);
	prepare(kind, buf, room, kind->size + 1);
	buf[kind->size] = 1;
	fails(ioctl(fd, kind->nr, buf), E2BIG, "%s: one unknown byte, not zero",
	      kind->name);
	prepare(kind, buf, room, (uint32_t)page);
	works(ioctl(fd, kind->nr, buf), "%s: a page with a zero tail",
	      kind->name);
	prepare(kind, buf, room, (uint32_t)page + 1);
	fails(ioctl(fd, kind->nr, buf), E2BIG, "%s: above a page", kind->name);
	prepare(kind, buf, room, UINT32_MAX);
	fails(ioctl(fd, kind->nr, buf), E2BIG, "%s: size UINT32_MAX",
	      kind->name);
	free(buf);
}

static void test_pointer(const struct request_info *kind)
{
	size_t page = page_size();
	char *p = mmap(NULL, 2 * page, PROT_READ | PROT_WRITE,
		       MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	if (p == MAP_FAILED || munmap(p + page, page))
		bail("mmap: %s", strerror(errno));
	fails(ioctl(fd, kind->nr, NULL), EFAULT, "%s: NULL", kind->name);
	fails(ioctl(fd, kind->nr, p + page), EFAULT, "%s: unmapped",
	      kind->name);
	fails(ioctl(fd, kind->nr, (void *)0xffff888000000000UL), EFAULT,
	      "%s: a kernel address", kind->name);
	prepare(kind, p + page - kind->size, kind->size, kind->size);
	works(ioctl(fd, kind->nr, p + page - kind->size),
	      "%s: up to the last mapped byte", kind->name);
	*(uint32_t *)(p + page - 8) = kind->size;
	fails(ioctl(fd, kind->nr, p + page - 8), EFAULT,
	      "%s: across the end of the mapping", kind->name);
	prepare(kind, p, page, kind->size);
	mprotect(p, page, PROT_READ);
	/* SPACE_SET has no answer to write. */
	if (kind->nr != VMLAB_IOC_SPACE_SET)
		fails(ioctl(fd, kind->nr, p), EFAULT, "%s: read-only memory",
		      kind->name);
	munmap(p, page);
}

static void test_unknown(void)
{
	union request req = { .size = sizeof(req.info) };

	fails(ioctl(fd, _IO(VMLAB_IOC_MAGIC, 0x7f), &req), ENOTTY,
	      "unknown request number");
	fails(ioctl(fd, _IO(0xB6, 0x00), &req), ENOTTY, "another magic");
	fails(ioctl(fd, _IOWR(VMLAB_IOC_MAGIC, 0x00, struct vmlab_info), &req),
	      ENOTTY, "a request with size and direction encoded");
	fails(ioctl(fd, 0, &req), ENOTTY, "request 0");
}

static void test_reserved(void)
{
	const size_t room = sizeof(union request);
	union request req;

#define REFUSES(kind, member, value) do {				\
	const struct request_info *info = &request_table[REQUEST_ ## kind];	\
									\
	prepare(info, &req, room, info->size);				\
	req.member = (value);						\
	fails(ioctl(fd, info->nr, &req), EINVAL, "%s: " #member,	\
	      info->name);						\
} while (0)
	REFUSES(SPACE_GET, config.flags, 1);
	REFUSES(SPACE_SET, config.flags, VMLAB_SPACE_LATENCY << 1);
	REFUSES(SPACE_SET, config.flags, 1U << 31);
	REFUSES(SPACE_SET, config.reserved, 1);
	REFUSES(SPACE_SET, config.space_id, 1);
	REFUSES(SPACE_SET, config.backing, 1000);
	REFUSES(SPACE_SET, config.bytes, 1);
	REFUSES(SPACE_SET, config.bytes, page_size() + 1);
	REFUSES(SPACE_STATS, stats.flags, 1);
	REFUSES(MM, mm.flags, VMLAB_MM_KTHREAD);
	REFUSES(MM, mm.reserved, 1);
	REFUSES(TASKS, tasks.flags, 1);
	REFUSES(TASKS, tasks.reserved, 1);
	REFUSES(TASKS, tasks.nr, 0);
	REFUSES(VMAS, vmas.flags, VMLAB_VMAS_NO_OPS << 1);
	REFUSES(VMAS, vmas.flags, 1U << 31);
	REFUSES(VMAS, vmas.reserved, 1);
	REFUSES(VMAS, vmas.nr, 0);
#undef REFUSES
}

static void test_array_pointers(void)
{
	const size_t room = sizeof(union request);
	union request req;

	prepare(&request_table[REQUEST_TASKS], &req, room, request_table[REQUEST_TASKS].size);
	req.tasks.tasks = 0;
	fails(ioctl(fd, VMLAB_IOC_TASKS, &req), EFAULT, "TASKS: tasks NULL");
	prepare(&request_table[REQUEST_TASKS], &req, room, request_table[REQUEST_TASKS].size);
	req.tasks.tasks = UINT64_MAX - 4095;
	fails(ioctl(fd, VMLAB_IOC_TASKS, &req), EFAULT,
	      "TASKS: tasks at a kernel address");
	prepare(&request_table[REQUEST_VMAS], &req, room, request_table[REQUEST_VMAS].size);
	req.vmas.vmas = 0;
	fails(ioctl(fd, VMLAB_IOC_VMAS, &req), EFAULT, "VMAS: vmas NULL");
	prepare(&request_table[REQUEST_VMAS], &req, room, request_table[REQUEST_VMAS].size);
	req.vmas.strings = 8;
	fails(ioctl(fd, VMLAB_IOC_VMAS, &req), EFAULT,
	      "VMAS: strings at an unmapped address");
	prepare(&request_table[REQUEST_VMAS], &req, room, request_table[REQUEST_VMAS].size);
	req.vmas.strings = 0;
	works(ioctl(fd, VMLAB_IOC_VMAS, &req), "VMAS: no room for names");
	ok(req.vmas.nr > 0, "VMAS: no room for names: records are returned");
	prepare(&request_table[REQUEST_VMAS], &req, room, request_table[REQUEST_VMAS].size);
	req.vmas.nr = UINT32_MAX;
	/* No record is written: the range is empty. */
	req.vmas.end = 1;
	works(ioctl(fd, VMLAB_IOC_VMAS, &req), "VMAS: nr UINT32_MAX");
	is(req.vmas.nr, 0, "VMAS: no VMA below address 1");
}

static void test_space_config(int other)
{
	struct vmlab_space_config config = { .size = sizeof(config) };
	uint64_t page = page_size(), id;
	int copy;

	works(ioctl(other, VMLAB_IOC_SPACE_GET, &config), "SPACE_GET");
	id = config.space_id;
	ok(id != 0 && id != space_id(fd), "each open file has its own space");
	is(config.bytes, 0, "a new space has no limit");
	is(config.backing, VMLAB_BACKING_ZERO, "a new space is demand zero");
	is(config.flags | config.reserved, 0, "SPACE_GET: the rest is zero");
	copy = dup(other);
	is(space_id(copy), id, "a duplicate has the same space");
	close(copy);

	works(space_set_bytes(other, 4 * page), "SPACE_SET: 4 pages");
	ioctl(other, VMLAB_IOC_SPACE_GET, &config);
	is(config.bytes, 4 * page, "SPACE_GET after SPACE_SET");
	is(config.space_id, id, "SPACE_SET keeps the ID");
	fails(space_set_bytes(other, 4 * page + 1), EINVAL,
	      "SPACE_SET: part of a page");
	fails(space_set_bytes(other, 1ULL << 63), EFBIG,
	      "SPACE_SET: above LLONG_MAX");
	fails(space_set_bytes(other, UINT64_MAX - page + 1), EFBIG,
	      "SPACE_SET: the largest multiple of a page");
	ioctl(other, VMLAB_IOC_SPACE_GET, &config);
	is(config.bytes, 4 * page, "a refused SPACE_SET changes nothing");
	works(space_set_bytes(other, LLONG_MAX - page + 1),
	      "SPACE_SET: the largest length");
	works(space_set_bytes(other, 0), "SPACE_SET: no limit again");
}

static void test_new_stats(int other)
{
	struct vmlab_space_stats stats;
	char *p;

	memset(&stats, 0xff, sizeof(stats));
	stats.size = sizeof(stats);
	stats.flags = 0;
	works(ioctl(other, VMLAB_IOC_SPACE_STATS, &stats), "SPACE_STATS");
	is(stats.space_id, space_id(other), "SPACE_STATS: the space's ID");
	p = (char *)&stats + offsetof(struct vmlab_space_stats, frames);
	while (p < (char *)(&stats + 1) && !*p)
		p++;
	is((size_t)(p - (char *)&stats), sizeof(stats),
	   "SPACE_STATS: zero in a new space");
}

static void test_space(void)
{
	int other = dev_open(O_RDWR);
	uint64_t id = space_id(other);
	char path[64];

	test_space_config(other);
	test_new_stats(other);
	snprintf(path, sizeof(path), DEBUGFS "/spaces/%llu",
		 (unsigned long long)id);
	works(access(path, F_OK), "debugfs shows the space");
	close(other);
	fails(access(path, F_OK), ENOENT,
	      "the last close removes it from debugfs");
	other = dev_open(O_RDWR);
	ok(space_id(other) != id, "the ID of a closed space is not used again");
	close(other);
}

static void test_node(void)
{
	struct stat st;
	char buf[16];

	if (!works(stat(VMLAB_DEVICE, &st), "the device node exists"))
		return;
	ok(S_ISCHR(st.st_mode), "it is a character device");
	ok(read(fd, buf, sizeof(buf)) < 0, "read(2) is refused");
	ok(write(fd, buf, sizeof(buf)) < 0, "write(2) is refused");
}

int main(void)
{
	fd = dev_open(O_RDWR);
	test_node();
	for (size_t i = 0; i < NR_TESTED; i++) {
		test_size(&request_table[i]);
		test_pointer(&request_table[i]);
	}
	test_unknown();
	test_reserved();
	test_array_pointers();
	test_space();
	return tap_done();
}

// SPDX-License-Identifier: GPL-2.0
/* VMLAB_IOC_KMEM: frames of kmalloc(), vmalloc() and vmap(), and who sees them. */
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "lib/child.h"
#include "lib/dev.h"
#include "lib/tap.h"

enum { PAGES = 64, ROOM = 2048, REGIONS = 64 };

static int fd;
static struct vmlab_kmem_page pages[ROOM];

static int kmem(uint32_t kind, uint64_t length, uint32_t *nr, uint32_t *result)
{
	struct vmlab_kmem req = {
		.size = sizeof(req),
		.kind = kind,
		.length = length,
		.pages = (uintptr_t)pages,
		.nr = *nr,
	};
	int ret;

	memset(pages, 0xff, sizeof(pages));
	ret = ioctl(fd, VMLAB_IOC_KMEM, &req);
	*nr = req.nr;
	*result = req.result;
	return ret;
}

static bool region(const char *name, struct vmlab_region *found)
{
	static struct vmlab_region list[REGIONS];
	struct vmlab_layout req = {
		.size = sizeof(req),
		.regions = (uintptr_t)list,
		.nr = REGIONS,
	};

	if (ioctl(fd, VMLAB_IOC_LAYOUT, &req))
		bail("LAYOUT: %s", strerror(errno));
	for (uint32_t i = 0; i < req.nr; i++) {
		*found = list[i];
		if (!strcmp(found->name, name))
			return true;
	}
	return false;
}

/* Count runs of adjacent frames, and check the addresses. */
static unsigned int runs(uint32_t nr, const char *where)
{
	uint64_t page = page_size();
	unsigned int n = 1, wrong = 0;
	struct vmlab_region r;

	if (!region(where, &r))
		bail("no region %s", where);
	for (uint32_t i = 0; i < nr; i++) {
		wrong += pages[i].addr < r.start || pages[i].addr > r.last ||
			 !pages[i].pfn || !pages[i].level || pages[i].level > 3 ||
			 pages[i].flags || pages[i].addr != pages[0].addr + i * page;
		if (i && pages[i].pfn != pages[i - 1].pfn + 1)
			n++;
		if (!strcmp(where, "direct_map"))
			wrong += pages[i].pfn != (pages[i].addr - r.start) / page;
	}
	is(wrong, 0, "%s: consecutive addresses, each with a frame", where);
	return n;
}

static void test_kinds(void)
{
	uint64_t length = PAGES * page_size();
	uint32_t nr = ROOM, result;

	works(kmem(VMLAB_KMEM_KMALLOC, length - 1, &nr, &result), "kmalloc");
	is(nr, PAGES, "... the last page counts");
	is(result, 0, "... nothing is hidden");
	is(runs(nr, "direct_map"), 1, "... one run of frames");
	nr = ROOM;
	works(kmem(VMLAB_KMEM_VMALLOC, length + 1, &nr, &result), "vmalloc");
	is(nr, PAGES + 1, "... a page more");
	diag("vmalloc: %u runs of frames", runs(nr, "vmalloc"));
	nr = ROOM;
	works(kmem(VMLAB_KMEM_VMAP, length, &nr, &result), "vmap");
	is(nr, PAGES, "... pages");
	is(runs(nr, "vmalloc"), PAGES, "... no two frames are adjacent");
	nr = ROOM;
	works(kmem(VMLAB_KMEM_VMAP, 1, &nr, &result), "vmap of a byte");
	is(nr, 1, "... one page");
}

static void test_limits(void)
{
	uint32_t nr = ROOM, result;
	struct vmlab_kmem req = { .size = sizeof(req), .length = 1, .nr = 1 };

	works(kmem(VMLAB_KMEM_VMALLOC, VMLAB_KMEM_LENGTH_MAX, &nr, &result),
	      "vmalloc of the longest length");
	is(nr, ROOM, "... pages");
	fails(kmem(VMLAB_KMEM_KMALLOC, VMLAB_KMEM_LENGTH_MAX, &nr, &result),
	      ENOMEM, "kmalloc of more than the page allocator has");
	fails(kmem(VMLAB_KMEM_VMALLOC, VMLAB_KMEM_LENGTH_MAX + 1, &nr, &result),
	      EINVAL, "a byte more");
	fails(kmem(VMLAB_KMEM_VMALLOC, 0, &nr, &result), EINVAL, "no length");
	fails(kmem(3, 1, &nr, &result), EINVAL, "another kind");
	nr = 2;
	works(kmem(VMLAB_KMEM_VMAP, PAGES * page_size(), &nr, &result),
	      "room for two");
	ok(nr == PAGES && pages[1].pfn && pages[2].pfn == UINT64_MAX,
	   "... gets two, and how many there are");
	fails(ioctl(fd, VMLAB_IOC_KMEM, &req), EFAULT, "bad room");
	req.flags = 1;
	fails(ioctl(fd, VMLAB_IOC_KMEM, &req), EINVAL, "flags");
	req.flags = 0;
	req.reserved = 1;
	fails(ioctl(fd, VMLAB_IOC_KMEM, &req), EINVAL, "reserved");
	req.reserved = 0;
	req.result = 1;
	fails(ioctl(fd, VMLAB_IOC_KMEM, &req), EINVAL, "result");
}

/* Without capabilities: neither addresses nor frames. */
static int as_nobody(void *arg)
{
	uint32_t nr = ROOM, result;
	int wrong = 0;

	(void)arg;
	if (setgid(65534) || setuid(65534))
		return 100;
	for (uint32_t kind = 0; kind <= VMLAB_KMEM_VMAP; kind++) {
		nr = ROOM;
		if (kmem(kind, PAGES * page_size(), &nr, &result))
			return 101;
		wrong += result != VMLAB_PT_HIDDEN || nr != PAGES;
		for (uint32_t i = 0; i < nr; i++)
			wrong += pages[i].pfn || pages[i].addr;
	}
	return wrong;
}

int main(void)
{
	uint32_t nr = ROOM, result;

	fd = dev_open(O_RDWR);
	if (kmem(VMLAB_KMEM_VMALLOC, 1, &nr, &result) && errno == EOPNOTSUPP) {
		skip("no page tables on this kernel", "kernel memory");
		return tap_done();
	}
	test_kinds();
	test_limits();
	is((unsigned int)reap(spawn(as_nobody, NULL)), 0,
	   "without CAP_SYS_ADMIN addresses and frames are hidden");
	return tap_done();
}

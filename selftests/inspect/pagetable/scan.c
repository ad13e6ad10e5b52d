// SPDX-License-Identifier: GPL-2.0
/* PTES of a process against PAGEMAP_SCAN of /proc/PID/pagemap. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "lib/dev.h"
#include "lib/differences.h"
#include "lib/kernel_uapi.h"
#include "lib/tap.h"
#include "inspect/pagetable/pagetable.h"
#include "inspect/ptwalk.h"

#define CATEGORIES	(PAGE_IS_PRESENT | PAGE_IS_SWAPPED | PAGE_IS_FILE | \
			 PAGE_IS_PFNZERO | PAGE_IS_HUGE)

/* The categories of PAGEMAP_SCAN that an entry has. */
static uint64_t categories(const struct vmlab_pte *r)
{
	uint64_t c = r->flags & VMLAB_PTE_PRESENT ? PAGE_IS_PRESENT :
						    PAGE_IS_SWAPPED;

	if (r->flags & VMLAB_PTE_FILE)
		c |= PAGE_IS_FILE;
	if (r->flags & VMLAB_PTE_ZERO)
		c |= PAGE_IS_PFNZERO;
	if (r->flags & VMLAB_PTE_HUGE)
		c |= PAGE_IS_HUGE;
	return c;
}

/* Compare a region with the entries from *@i on, and advance *@i. */
static bool region_agrees(const struct page_region *region,
			  const struct pte_list *raw, size_t *i)
{
	uint64_t a = region->start;

	for (; a < region->end && *i < raw->nr; (*i)++) {
		const struct vmlab_pte *r = &raw->pte[*i];
		/* Before 6.16 or so the huge zero page is a file page. */
		uint64_t ignore = r->level > 1 && r->flags & VMLAB_PTE_ZERO ?
				  PAGE_IS_FILE : 0;

		if (r->start != a ||
		    (categories(r) | ignore) != (region->categories | ignore)) {
			differs("%llx: PAGEMAP_SCAN %llx, entry at %llx %llx",
				(unsigned long long)a,
				(unsigned long long)region->categories,
				(unsigned long long)r->start,
				(unsigned long long)categories(r));
			return false;
		}
		a = r->end;
	}
	return true;
}

/* Scan and compare until the end or the first difference: as scan_agrees(). */
static int scan(int pagemap, uint64_t end, const struct pte_list *raw)
{
	struct page_region region[256];
	struct pm_scan_arg arg = {
		.size = sizeof(arg),
		.vec = (uintptr_t)region,
		.vec_len = 256,
		.category_anyof_mask = PAGE_IS_PRESENT | PAGE_IS_SWAPPED,
		.return_mask = CATEGORIES,
		.end = end,
	};
	size_t i = 0;

	while (arg.start < arg.end) {
		long nr = ioctl(pagemap, PAGEMAP_SCAN, &arg);

		if (nr < 0)
			return -1;
		for (long k = 0; k < nr; k++)
			if (!region_agrees(&region[k], raw, &i))
				return false;
		arg.start = arg.walk_end;
	}
	if (i != raw->nr)
		differs("PAGEMAP_SCAN has %zu entries, PTES %zu", i, raw->nr);
	return !differences();
}

int scan_agrees(pid_t pid, const struct pte_list *raw)
{
	char path[64];
	int pagemap, agrees;

	snprintf(path, sizeof(path), "/proc/%d/pagemap", pid);
	pagemap = open(path, O_RDONLY | O_CLOEXEC);
	if (pagemap < 0)
		bail("%s: %s", path, strerror(errno));
	differences_reset();
	agrees = scan(pagemap, dev_task_size(vmlab_fd, pid), raw);
	close(pagemap);
	return agrees;
}

// SPDX-License-Identifier: GPL-2.0
/* Curves: the cost of one page from 1 to 1,000,000, of one VMA from 10 to 65,000. */
#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

#include <linux/vmlab.h>

#include "bench.h"

static void grow_pages(int fd, size_t nr)
{
	char *p = map_memory(-1, nr * PAGE);
	int space = open_file(DEVICE, O_RDWR);

	madvise(p, nr * PAGE, MADV_NOHUGEPAGE);
	point("first_write.anonymous", (double)nr, touch_write(p, nr));
	point("ptes.pagemap_scan", (double)nr, ptes_peer(p, nr));
	point("ptes.vmlab", (double)nr,
	      ptes_vmlab(fd, p, nr, VMLAB_PTE_PRESENT, VMLAB_PTES_FOLD_FLAGS));
	munmap(p, nr * PAGE);

	p = map_memory(space, nr * PAGE);
	point("first_write.vmlab", (double)nr, touch_write(p, nr));
	munmap(p, nr * PAGE);
	close(space);
}

static void grow_vmas(int fd, size_t nr)
{
	char *p = map_memory(-1, nr * PAGE);

	for (size_t i = 0; i < nr; i += 2)
		if (mprotect(p + i * PAGE, PAGE, PROT_READ))
			bail("mprotect");
	point("vmas.procmap_query", (double)nr, vmas_peer(false));
	point("vmas.vmlab", (double)nr, vmas_vmlab(fd, false));
	munmap(p, nr * PAGE);
}

void bench_growth(void)
{
	static const size_t vma_counts[] = { 10, 100, 1000, 10000, 65000 };
	int fd = open_file(DEVICE, O_RDWR);

	write_file("/proc/sys/vm/max_map_count", "200000");
	for (size_t nr = 1; nr <= 1000000; nr *= 10)
		grow_pages(fd, nr);
	for (size_t i = 0; i < sizeof(vma_counts) / sizeof(*vma_counts); i++)
		grow_vmas(fd, vma_counts[i]);
	close(fd);
}

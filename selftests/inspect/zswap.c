// SPDX-License-Identifier: GPL-2.0
/* Pages in zswap: their entries are swap entries as of any swapped page. */
#include <fcntl.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <unistd.h>

#include "inspect/swap.h"
#include "lib/dev.h"
#include "lib/page.h"
#include "lib/paging.h"
#include "lib/proc.h"
#include "lib/smaps.h"
#include "lib/tap.h"

#ifndef MADV_PAGEOUT
#define MADV_PAGEOUT	21
#endif

#define ENABLED	"/sys/module/zswap/parameters/enabled"
#define PAGES	64

/* The type of a swap entry of /proc/PID/pagemap. */
#define PAGEMAP_TYPE	0x1f

/* Return pages whose entry differs from that of pagemap. */
static size_t differences_of(int fd, const char *p, size_t *swapped)
{
	size_t wrong = 0;

	*swapped = 0;
	for (size_t i = 0; i < PAGES; i++) {
		struct vmlab_translation t = {
			.size = sizeof(t),
			.addr = (uintptr_t)p + i * page,
		};
		uint64_t entry = pagemap_entry(getpid(), p + i * page);

		if (ioctl(fd, VMLAB_IOC_TRANSLATE, &t))
			bail("TRANSLATE: %s", strerror(errno));
		if (!(entry & PAGEMAP_SWAPPED)) {
			wrong += t.outcome == VMLAB_WALK_SWAP;
			continue;
		}
		++*swapped;
		entry &= (1ULL << 55) - 1;
		wrong += t.outcome != VMLAB_WALK_SWAP ||
			 t.swap_type != (entry & PAGEMAP_TYPE) ||
			 t.swap_offset != entry >> 5;
	}
	return wrong;
}

static void anonymous_pages(int fd)
{
	unsigned long long kb = 0;
	size_t swapped, wrong = 0;
	char *text;
	char *p = mmap(NULL, PAGES * page, PROT_READ | PROT_WRITE,
		       MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	for (size_t i = 0; i < PAGES; i++)
		memset(p + i * page, (int)i + 1, page / 2);
	madvise(p, PAGES * page, MADV_PAGEOUT);
	text = slurp("/proc/meminfo");
	ok(proc_field(text, "Zswapped", &kb) && kb, "pages are in zswap: %llu kB",
	   kb);
	free(text);
	is(differences_of(fd, p, &swapped), 0, "entries that differ from pagemap");
	ok(swapped > 0, "pages swapped: %zu", swapped);
	for (size_t i = 0; i < PAGES; i++)
		wrong += p[i * page] != (char)(i + 1);
	is(wrong, 0, "pages with other contents afterwards");
	munmap(p, PAGES * page);
}

int main(void)
{
	char *before = slurp(ENABLED);
	int fd = dev_open(O_RDWR);

	swap_start();
	if (!before || !swap_is_on() || write_file(ENABLED, "Y", 1))
		skip("no zswap, or no swap area", "zswap");
	else
		anonymous_pages(fd);
	if (before)
		write_file(ENABLED, before, 1);
	free(before);
	swap_end();
	close(fd);
	return tap_done();
}

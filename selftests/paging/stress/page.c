// SPDX-License-Identifier: GPL-2.0
/* The stress test of paging: contents, versions and locks of pages. */
#include <errno.h>
#include <sched.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/uio.h>
#include <unistd.h>

#include "lib/tap.h"
#include "paging/stress/stress.h"

struct shared *shared;
size_t psize;
unsigned int stride = 1;
int space, file = -1;

void lock_page(unsigned int p)
{
	while (atomic_exchange_explicit(&shared->page[p].lock, 1,
					memory_order_acquire))
		sched_yield();
}

void unlock_page(unsigned int p)
{
	atomic_store_explicit(&shared->page[p].lock, 0, memory_order_release);
}

volatile uint64_t *word(char *map, unsigned int p, unsigned int i)
{
	return (volatile uint64_t *)(map + p * stride * psize +
				     i * (psize - sizeof(uint64_t)) /
				     (WORDS - 1) / 8 * 8);
}

uint64_t content(unsigned int p, uint64_t version)
{
	return version ? version << 8 | p : 0;
}

bool page_holds(char *map, unsigned int p, uint64_t version)
{
	unsigned int i;

	for (i = 0; i < WORDS; i++)
		if (*word(map, p, i) != content(p, version))
			return false;
	return true;
}

void check_page(char *map, unsigned int p)
{
	if (!page_holds(map, p, shared->page[p].version)) {
		diag("page %u: version %llu, found %#llx ... %#llx", p,
		     (unsigned long long)shared->page[p].version,
		     (unsigned long long)*word(map, p, 0),
		     (unsigned long long)*word(map, p, WORDS - 1));
		atomic_fetch_add(&shared->lost, 1);
	}
}

void write_page(char *map, unsigned int p)
{
	uint64_t value = content(p, shared->page[p].version + 1);
	unsigned int i;

	for (i = 0; i < WORDS; i++)
		*word(map, p, i) = value;
	shared->page[p].version++;
}

void write_page_pinned(char *map, unsigned int p)
{
	uint64_t value = content(p, shared->page[p].version + 1);
	struct iovec local[WORDS], remote[WORDS];
	unsigned int i;

	for (i = 0; i < WORDS; i++) {
		local[i] = (struct iovec){ &value, sizeof(value) };
		remote[i] = (struct iovec){ (void *)word(map, p, i),
					    sizeof(value) };
	}
	if (process_vm_writev(getpid(), local, WORDS, remote, WORDS, 0) !=
	    WORDS * sizeof(value))
		count_failure("process_vm_writev");
	shared->page[p].version++;
}

size_t map_bytes(void)
{
	return PAGES * stride * psize;
}

char *map_space(int flags)
{
	char *map = mmap(NULL, map_bytes(), PROT_READ | PROT_WRITE, flags,
			 space, 0);

	if (map == MAP_FAILED)
		bail("mmap: %s", strerror(errno));
	if (stride > 1 && madvise(map, map_bytes(), MADV_HUGEPAGE))
		bail("MADV_HUGEPAGE: %s", strerror(errno));
	return map;
}

void count_failure(const char *what)
{
	diag("%s failed: %s", what, strerror(errno));
	atomic_fetch_add(&shared->failed, 1);
}

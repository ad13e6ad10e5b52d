// SPDX-License-Identifier: GPL-2.0
/*
 * The store refuses pages: they stay resident, above the budget, and neither
 * PAGING_SET nor a fault tries without end.  The store has a largest offset,
 * as files have; a mapping near it gets EFBIG for each dirty page.
 */
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "lib/child.h"
#include "lib/dev.h"
#include "lib/paging.h"
#include "lib/tap.h"

#define PAGES		64
#define BUDGET		4
/* Tries to evict that a fault may make, for each frame. */
#define TRIES_MAX	2

static char *map_end(int fd, size_t pages)
{
	const size_t page = page_size();
	void *p = (void *)syscall(SYS_mmap, NULL, pages * page,
				  PROT_READ | PROT_WRITE, MAP_SHARED, fd,
				  (uint64_t)INT64_MAX & ~(page - 1));

	if (p == MAP_FAILED)
		bail("mmap at the largest offset: %s", strerror(errno));
	return p;
}

static void write_all(char *p, size_t pages)
{
	for (size_t i = 0; i < pages; i++)
		p[i * page_size()] = (char)(i + 1);
}

static bool all_kept(const volatile char *p, size_t pages)
{
	for (size_t i = 0; i < pages; i++)
		if (p[i * page_size()] != (char)(i + 1))
			return false;
	return true;
}

static int lower_budget(void *arg)
{
	int fd = *(int *)arg;
	char *p = map_end(fd, PAGES);

	write_all(p, PAGES);
	use_paging(fd, .budget = BUDGET);
	return all_kept(p, PAGES) ? 0 : 2;
}

/* Read the file that waits for the lock which PAGING_SET holds. */
static int read_policy(void *arg)
{
	char path[128], line[64];
	int file;

	snprintf(path, sizeof(path), DEBUGFS "/spaces/%llu/policy",
		 (unsigned long long)*(uint64_t *)arg);
	file = open(path, O_RDONLY);
	return file < 0 || read(file, line, sizeof(line)) <= 0;
}

static int write_within_budget(void *arg)
{
	int fd = *(int *)arg;
	char *p;

	use_paging(fd, .budget = BUDGET);
	p = map_end(fd, PAGES);
	write_all(p, PAGES);
	return all_kept(p, PAGES) ? 0 : 2;
}

static void returns(int result, const char *what)
{
	is(result, 0, "%s returns, and no contents are lost", what);
	if (result == RUN_KILLED || result == RUN_STUCK)
		diag("  it runs for ever%s", result == RUN_STUCK ?
		     ", and SIGKILL does not end it" : "");
}

int main(void)
{
	struct vmlab_paging_stats stats;
	int fd = dev_open(O_RDWR), other = dev_open(O_RDWR);
	uint64_t id = space_id(fd);

	returns(run_bounded(write_within_budget, &other),
		"a write above the budget");
	stats = paging_stats(other);
	diag("%llu errors of the store", (unsigned long long)stats.store_errors);
	ok(stats.store_errors && stats.store_errors <=
	   (uint64_t)PAGES * PAGES * TRIES_MAX,
	   "a fault tries to evict a frame at most %d times", TRIES_MAX);
	ok(stats.over_budget >= PAGES - BUDGET - 2,
	   "frames above the budget are counted");
	close(other);

	returns(run_bounded(lower_budget, &fd), "PAGING_SET of a smaller budget");
	is(run_bounded(read_policy, &id), 0,
	   "a read of spaces/ID/policy returns then");
	close(fd);
	return tap_done();
}

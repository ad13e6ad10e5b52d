// SPDX-License-Identifier: GPL-2.0
/*
 * A budget holds whatever number of frames below it cannot be evicted, since
 * they are locked by mlock(2) or pinned in a pipe.
 */
#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/uio.h>
#include <unistd.h>

#include "lib/dev.h"
#include "lib/paging.h"
#include "lib/tap.h"

#define PAGES	600
#define BUDGET	200

static size_t psize;

/* Let a pipe reference the first pages; @ends: its ends. */
static void pin(char *p, size_t nr, int ends[2])
{
	struct iovec iov = { p, nr * psize };

	if (pipe(ends) ||
	    fcntl(ends[1], F_SETPIPE_SZ, (int)(nr * psize)) < 0)
		bail("pipe: %s", strerror(errno));
	if (vmsplice(ends[1], &iov, 1, SPLICE_F_NONBLOCK) !=
	    (ssize_t)(nr * psize))
		bail("vmsplice: %s", strerror(errno));
}

static void write_all(char *p)
{
	for (size_t i = 0; i < PAGES; i++)
		p[i * psize] = 1;
}

static char *map(int fd)
{
	return map_shared(fd, PAGES);
}

static void check(int fd, const char *policy, size_t nr, const char *what)
{
	is(space_stats(fd).frames, BUDGET,
	   "%s: frames with a budget of %d and %zu frames %s", policy, BUDGET,
	   nr, what);
	is(paging_stats(fd).over_budget, 0, "... none above the budget");
}

/* The frames are locked, and then the others are filled. */
static void locked(size_t policy, size_t nr)
{
	int fd = dev_open(O_RDWR);
	char *p = map(fd);

	use_paging(fd, .budget = BUDGET,
		   .policy = budget_policies[policy].policy);
	if (mlock(p, nr * psize))
		bail("mlock: %s", strerror(errno));
	write_all(p);
	check(fd, budget_policies[policy].name, nr, "locked");
	unmap_and_close(fd, p, PAGES);
}

static void pinned(size_t policy, size_t nr)
{
	int fd = dev_open(O_RDWR), ends[2];
	char *p = map(fd);

	use_paging(fd, .budget = BUDGET,
		   .policy = budget_policies[policy].policy);
	pin(p, nr, ends);
	write_all(p);
	check(fd, budget_policies[policy].name, nr, "pinned");
	close(ends[0]);
	close(ends[1]);
	unmap_and_close(fd, p, PAGES);
}

/* The frames are resident, and then the budget is set. */
static void lower_budget(size_t policy, size_t nr)
{
	int fd = dev_open(O_RDWR);
	char *p = map(fd);

	if (mlock(p, nr * psize))
		bail("mlock: %s", strerror(errno));
	write_all(p);
	use_paging(fd, .budget = BUDGET,
		   .policy = budget_policies[policy].policy);
	check(fd, budget_policies[policy].name, nr, "locked before PAGING_SET");
	unmap_and_close(fd, p, PAGES);
}

int main(void)
{
	psize = page_size();
	for (size_t i = 0; i < NR_BUDGET_POLICIES; i++) {
		locked(i, 63);
		locked(i, 64);
		locked(i, BUDGET - 1);
		pinned(i, 64);
		lower_budget(i, 64);
		lower_budget(i, BUDGET - 1);
	}
	return tap_done();
}

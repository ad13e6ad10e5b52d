// SPDX-License-Identifier: GPL-2.0
/*
 * A budget holds when the store refuses the contents of some frames: other
 * frames are evicted instead.
 */
#include <fcntl.h>
#include <stdint.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "lib/child.h"
#include "lib/dev.h"
#include "lib/paging.h"
#include "lib/tap.h"

#define REFUSED	8	/* dirty pages beyond the largest offset of a file */
#define OTHERS	128
#define BUDGET	16

static char *map_refused(int fd)
{
	void *p = (void *)syscall(SYS_mmap, NULL, REFUSED * page_size(),
				  PROT_READ | PROT_WRITE, MAP_SHARED, fd,
				  (uint64_t)1 << 63);

	if (p == MAP_FAILED)
		bail("mmap at 2^63: %s", strerror(errno));
	return p;
}

static void access_all(char *p, size_t nr, enum touch how)
{
	for (size_t i = 0; i < nr; i++)
		touch(p + i * page_size(), how, 1, NULL);
}

static void check(size_t policy, bool lowered)
{
	int fd = dev_open(O_RDWR);
	char *refused = map_refused(fd), *p = map_shared(fd, OTHERS);
	uint64_t frames;

	if (!lowered)
		use_paging(fd, .budget = BUDGET,
			   .policy = budget_policies[policy].policy, .seed = 1);
	access_all(refused, REFUSED, TOUCH_WRITE);
	access_all(p, OTHERS, TOUCH_READ);
	if (lowered)
		use_paging(fd, .budget = BUDGET,
			   .policy = budget_policies[policy].policy, .seed = 1);
	frames = space_stats(fd).frames;
	ok(frames <= BUDGET + REFUSED, "%s: frames within a budget %s",
	   budget_policies[policy].name,
	   lowered ? "that is lowered" : "while others are filled");
	diag("  %llu frames, a budget of %d, %d frames that cannot be saved",
	     (unsigned long long)frames, BUDGET, REFUSED);
	munmap(refused, REFUSED * page_size());
	unmap_and_close(fd, p, OTHERS);
}

int main(void)
{
	for (size_t i = 0; i < NR_BUDGET_POLICIES; i++) {
		check(i, false);
		check(i, true);
	}
	return tap_done();
}

// SPDX-License-Identifier: GPL-2.0
/* The parameters of limits, and a user whose paging comes near them. */
#include "device/limits.h"

#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "device/users.h"
#include "lib/child.h"
#include "lib/dev.h"
#include "lib/paging.h"
#include "lib/tap.h"

static const char *const names[] = {
	"max_user_spaces", "max_user_pages", "max_user_store_pages",
	"max_user_evicted", "max_user_trace", "max_user_events",
};

const char *limit_name(int which)
{
	return names[which];
}

unsigned long limit(int which)
{
	char name[128];
	unsigned long value;
	FILE *f;

	snprintf(name, sizeof(name), PARAMETERS "%s", names[which]);
	f = fopen(name, "r");
	if (!f || fscanf(f, "%lu", &value) != 1)
		bail("%s: %s", name, strerror(errno));
	fclose(f);
	return value;
}

void set_limit(int which, unsigned long value)
{
	char name[128];
	FILE *f;

	snprintf(name, sizeof(name), PARAMETERS "%s", names[which]);
	f = fopen(name, "w");
	if (!f || fprintf(f, "%lu", value) < 0 || fclose(f))
		bail("%s: %s", name, strerror(errno));
}

static int use_random(int fd, uint64_t budget, uint64_t seed)
{
	return set_paging(fd, .policy = VMLAB_POLICY_RANDOM, .budget = budget,
			  .seed = seed);
}

/* The table of a random policy: 512 pages of the budget take one page. */
int user_random(void *arg)
{
	int fd, nr;

	(void)arg;
	if (!become(USER))
		return NOT_USER;
	fd = dev_open(O_RDWR);
	if (!use_random(fd, 512 * 300, 1))
		return ALLOWED;
	if (errno != EDQUOT)
		return WRONG_ERRNO;
	/* A table that is replaced counts no more. */
	for (nr = 0; nr < 20; nr++)
		if (use_random(fd, 512ul * 100, (uint64_t)nr))
			return nr ? NOT_FREED : REFUSED;
	close(fd);
	return GOOD;
}

/* Touch pages, of which all but a few are evicted; return how many come back. */
static uint64_t refaults(int fd, char *p, size_t nr)
{
	uint64_t before = paging_stats(fd).refaults;

	for (size_t i = 0; i < nr; i++)
		touch(p + i * page_size(), TOUCH_READ, 0, NULL);
	return paging_stats(fd).refaults - before;
}

int user_evicted(void *arg)
{
	const size_t nr = 1000;

	(void)arg;
	if (!become(USER))
		return NOT_USER;
	for (int round = 0; round < 2; round++) {
		int fd = dev_open(O_RDWR);
		char *p = map_pages(fd, nr, PROT_READ, MAP_SHARED, 0);
		uint64_t back;

		use_paging(fd, .budget = 4);
		refaults(fd, p, nr);
		back = refaults(fd, p, nr);
		/* Those that come back make room for others. */
		if (back > 256 + MARGIN)
			return ALLOWED;
		if (back < 256 - MARGIN)
			return round ? NOT_FREED : REFUSED;
		munmap(p, nr * page_size());
		close(fd);
	}
	return GOOD;
}

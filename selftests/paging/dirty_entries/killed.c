// SPDX-License-Identifier: GPL-2.0
/*
 * A request hangs while it copies the bitmap: others go on, SIGKILL ends it, and no
 * bit is lost.
 */
#include "dirty_entries.h"

#include <fcntl.h>
#include <signal.h>
#include <stdint.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "lib/child.h"
#include "lib/dev.h"
#include "lib/page.h"
#include "lib/paging.h"
#include "lib/tap.h"
#include "lib/uffd.h"

struct take {
	int fd;
	volatile bool *hung;	/* shared */
};

static int take_into_hole(void *arg)
{
	const struct take *t = arg;
	char *hole = uffd_hole(t->hung);

	if (!hole)
		return 1;
	get_dirty(t->fd, TAKE, 0, NR, (uint64_t *)hole);
	return 0;
}

static bool is_hung(void *arg)
{
	return *((struct take *)arg)->hung;
}

void test_killed(void)
{
	struct take t = {
		.fd = dev_open(O_RDWR),
		.hung = mmap(NULL, page, PROT_READ | PROT_WRITE,
			     MAP_SHARED | MAP_ANONYMOUS, -1, 0),
	};
	char *p = map_shared(t.fd, NR);
	uint64_t bitmap;
	int status;
	pid_t pid;

	p[0] = 1;
	p[3 * page] = 1;
	get_dirty(t.fd, TAKE, 0, NR, NULL);
	p[3 * page] = 2;
	p[4 * page] = 2;
	range(t.fd, VMLAB_RANGE_EVICT, 4, 1);
	p[5 * page] = 2;

	pid = spawn(take_into_hole, &t);
	wait_until(is_hung, &t);
	if (!*t.hung) {
		reap_in_time(pid, &status);
		skip("no userfaultfd", "a request that hangs");
		goto out;
	}
	is(get_dirty(t.fd, 0, 0, NR, &bitmap), 3,
	   "dirty pages, while a request hangs");
	is(bitmap, 7 << 3, "... are those that were written");
	is(get_dirty(t.fd, TAKE, 4, 1, &bitmap), 1, "one of them taken meanwhile");
	p[4 * page] = 3;
	p[6 * page] = 3;
	is(kill_and_reap(pid), 128 + SIGKILL, "the request that hangs, killed");
	is(get_dirty(t.fd, TAKE, 0, NR, &bitmap), 4, "dirty pages afterwards");
	is(bitmap, 15 << 3, "... are those that were written");
	is(get_dirty(t.fd, TAKE, 0, NR, NULL), 0, "dirty pages after that");
out:
	munmap((void *)t.hung, page);
	unmap_and_close(t.fd, p, NR);
}

// SPDX-License-Identifier: GPL-2.0
/*
 * No page lies at 2^64 bytes or beyond.  mmap(2) maps none there, but mremap(2)
 * lets a mapping grow across.
 */
#include <fcntl.h>
#include <signal.h>
#include <stdint.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "lib/child.h"
#include "lib/dev.h"
#include "lib/paging.h"
#include "lib/tap.h"

int main(void)
{
	const size_t psize = page_size();
	struct vmlab_inject_rule rule = {
		.access = VMLAB_ACCESS_READ, .action = VMLAB_INJECT_SIGBUS,
		.end = psize, .probability = VMLAB_INJECT_CERTAIN,
	};
	int fd = dev_open(O_RDWR), code;
	char *p;

	/* The last offset that mmap() accepts is 2 pages before the end. */
	p = (char *)syscall(SYS_mmap, NULL, psize, PROT_READ | PROT_WRITE,
			    MAP_SHARED, fd, (unsigned long)-2 * psize);
	if (p == MAP_FAILED)
		bail("mmap near 2^64: %s", strerror(errno));
	p = mremap(p, psize, 4 * psize, MREMAP_MAYMOVE);
	if (p == MAP_FAILED)
		bail("mremap beyond 2^64: %s", strerror(errno));

	works(set_rules(fd, &rule, 1), "a rule for the first page");
	is(touch(p, TOUCH_READ, 0, NULL), 0, "a read 2 pages before 2^64");
	is(touch(p + psize, TOUCH_WRITE, 1, NULL), 0, "a write before 2^64");
	is(touch(p + 2 * psize, TOUCH_READ, 0, &code), SIGBUS,
	   "a read at 2^64");
	is(touch(p + 3 * psize, TOUCH_WRITE, 1, &code), SIGBUS,
	   "a write beyond");
	is(get_rule(fd).hits, 0, "faults at 2^64 that match offset 0");
	is(space_stats(fd).frames, 2, "frames");
	munmap(p, 4 * psize);
	close(fd);
	return tap_done();
}

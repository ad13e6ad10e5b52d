// SPDX-License-Identifier: GPL-2.0
/*
 * A space that cannot be made shorter, because its new end cuts a pinned huge
 * frame, stays as it was: meanwhile too, no access fails and no contents are lost.
 */
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/uio.h>
#include <unistd.h>

#include "lib/child.h"
#include "lib/dev.h"
#include "lib/tap.h"

#define HUGE	(2ul << 20)
#define TAIL	32		/* pages that follow the huge frame */

static size_t psize;
static volatile bool stop;

static int set_config(int fd, uint64_t bytes)
{
	struct vmlab_space_config config = {
		.size = sizeof(config), .flags = VMLAB_SPACE_HUGE,
		.bytes = bytes,
	};

	return ioctl(fd, VMLAB_IOC_SPACE_SET, &config);
}

static int evict(int fd, size_t start, size_t end)
{
	struct vmlab_range r = {
		.size = sizeof(r), .op = VMLAB_RANGE_EVICT, .start = start,
		.end = end,
	};

	return ioctl(fd, VMLAB_IOC_RANGE, &r);
}

struct shortener {
	int fd;
	unsigned int busy, others;
};

static void *shorten(void *arg)
{
	struct shortener *s = arg;

	while (!stop) {
		if (set_config(s->fd, HUGE / 2) && errno == EBUSY)
			s->busy++;
		else
			s->others++;
	}
	return NULL;
}

int main(void)
{
	int fd = dev_open(O_RDWR), pipefd[2];
	struct shortener s = { .fd = fd };
	unsigned int signals = 0, wrong = 0, rounds = 0;
	unsigned long long end;
	struct iovec iov;
	pthread_t thread;
	char *p, *area;

	psize = page_size();
	if (set_config(fd, HUGE + TAIL * psize)) {
		skip("no huge frames here", "a failed change of the length");
		return tap_done();
	}
	area = mmap(NULL, 4 * HUGE, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1,
		    0);
	p = (char *)(((uintptr_t)area + HUGE) & ~(HUGE - 1));
	if (area == MAP_FAILED ||
	    mmap(p, 2 * HUGE, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_FIXED, fd,
		 0) != p)
		bail("mmap: %s", strerror(errno));
	madvise(p, 2 * HUGE, MADV_HUGEPAGE);
	memset(p, 'h', psize);
	if (space_stats(fd).frames != HUGE / psize) {
		skip("no huge frame came", "a failed change of the length");
		return tap_done();
	}
	memset(p + HUGE, 't', TAIL * psize);

	iov.iov_base = p;
	iov.iov_len = psize;
	if (pipe(pipefd) || vmsplice(pipefd[1], &iov, 1, 0) != (ssize_t)psize)
		bail("vmsplice: %s", strerror(errno));
	fails(set_config(fd, HUGE / 2), EBUSY, "the frame is pinned");
	pthread_create(&thread, NULL, shorten, &s);
	for (end = now_ms() + 3000; now_ms() < end; rounds++) {
		evict(fd, HUGE, HUGE + TAIL * psize);
		for (size_t i = 0; i < TAIL; i++) {
			char value = 0;

			if (touch_load(p + HUGE + i * psize, &value))
				signals++;
			else if (value != 't')
				wrong++;
		}
	}
	stop = true;
	pthread_join(thread, NULL);
	diag("%u rounds, %u changes refused", rounds, s.busy);
	ok(s.busy, "changes are refused with EBUSY");
	is(s.others, 0, "changes that ended otherwise");
	is(signals, 0, "accesses beyond the refused end that raised a signal");
	is(wrong, 0, "contents lost beyond the refused end");
	close(pipefd[0]);
	close(pipefd[1]);
	works(set_config(fd, HUGE / 2), "without the pin it works");
	is((unsigned int)touch(p + HUGE / 2, TOUCH_READ, 0, NULL), SIGBUS,
	   "signal at the new end");
	ok(p[0] == 'h', "contents below it");
	return tap_done();
}

// SPDX-License-Identifier: GPL-2.0
/*
 * Each allocation of each request fails once: the request fails with an errno or
 * does without, and leaves nothing behind (KASAN and kmemleak look).
 */
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <unistd.h>

#include "lib/child.h"
#include "lib/dev.h"
#include "lib/tap.h"

#define PAGES	8
#define FAIL	"/proc/self/fail-nth"

static size_t psize;
static int file;

static bool put(const char *name, const char *text)
{
	int fd = open(name, O_WRONLY);
	bool done = fd >= 0 && write(fd, text, strlen(text)) > 0;

	if (fd >= 0)
		close(fd);
	return done;
}

static int set_backing(int fd)
{
	struct vmlab_backing_config config = {
		.size = sizeof(config), .backing = VMLAB_BACKING_FILE,
		.fd = file,
	};

	return ioctl(fd, VMLAB_IOC_BACKING, &config);
}

static int set_trace(int fd)
{
	static uint64_t trace[64];
	struct vmlab_paging paging = {
		.size = sizeof(paging), .budget = 4, .policy = VMLAB_POLICY_OPT,
		.trace = (uintptr_t)trace, .nr_trace = 64,
	};

	return ioctl(fd, VMLAB_IOC_PAGING_SET, &paging);
}

static int set_events(int fd)
{
	struct vmlab_events events = {
		.size = sizeof(events), .mask = 1, .nr = 64,
	};

	return ioctl(fd, VMLAB_IOC_EVENTS, &events);
}

static int set_length(int fd)
{
	struct vmlab_space_config config = {
		.size = sizeof(config), .bytes = PAGES * psize,
		.backing = VMLAB_BACKING_FILE,
	};

	return ioctl(fd, VMLAB_IOC_SPACE_SET, &config);
}

static int range(int fd, uint32_t op)
{
	struct vmlab_range r = {
		.op = op, .end = PAGES * psize,
	};

	r.size = sizeof(r);
	return ioctl(fd, VMLAB_IOC_RANGE, &r);
}

static int prefetch(int fd)
{
	return range(fd, VMLAB_RANGE_PREFETCH);
}

static int evict(int fd)
{
	return range(fd, VMLAB_RANGE_EVICT);
}

static int drop(int fd)
{
	return range(fd, VMLAB_RANGE_DROP);
}

static int clone(int fd)
{
	struct vmlab_clone request = { .size = sizeof(request) };

	if (ioctl(fd, VMLAB_IOC_CLONE, &request))
		return -1;
	return close(request.fd);
}

static int open_close(int fd)
{
	(void)fd;
	fd = open(VMLAB_DEVICE, O_RDWR);
	return fd < 0 ? -1 : close(fd);
}

static int open_map_close(int fd)
{
	void *p;
	int ret;

	(void)fd;
	fd = open(VMLAB_DEVICE, O_RDWR);
	if (fd < 0)
		return -1;
	p = mmap(NULL, psize, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	ret = p == MAP_FAILED ? errno : 0;
	if (!ret)
		munmap(p, psize);
	close(fd);
	errno = ret;
	return ret ? -1 : 0;
}

static const struct step {
	const char *name;
	int (*call)(int fd);
} steps[] = {
	{ "open and close", open_close },
	{ "open, mmap and close", open_map_close },
	{ "BACKING", set_backing },
	{ "PAGING_SET", set_trace },
	{ "EVENTS", set_events },
	{ "SPACE_SET", set_length },
	{ "prefetch", prefetch },
	{ "fsync", fsync },
	{ "evict", evict },
	{ "drop", drop },
	{ "CLONE", clone },
};

/* Make the Nth allocation of a step fail.  Returns whether there was one. */
static bool fail(const struct step *step, unsigned int nth, int *err)
{
	ssize_t ret;
	int fd = open(VMLAB_DEVICE, O_RDWR), nr = -1, control;
	char text[16] = "";
	char *p = NULL;

	if (fd < 0)
		bail("%s: %s", VMLAB_DEVICE, strerror(errno));
	/* What the step works on. */
	if (step->call != set_backing && step->call != clone && set_backing(fd))
		bail("VMLAB_IOC_BACKING: %s", strerror(errno));
	if (step->call == evict || step->call == drop || step->call == fsync ||
	    step->call == clone) {
		p = map_pages(fd, PAGES, PROT_READ | PROT_WRITE, MAP_SHARED, 0);
		memset(p, 'a', PAGES * psize);
		if (step->call != fsync)
			set_trace(fd);
	}

	control = open(FAIL, O_RDWR);
	snprintf(text, sizeof(text), "%u", nth);
	if (control < 0 || write(control, text, strlen(text)) < 0)
		bail("%s: %s", FAIL, strerror(errno));
	errno = 0;
	*err = step->call(fd) ? errno : 0;
	/* Reads as 0 when it failed; the read may be what fails, then none did. */
	if (pread(control, text, sizeof(text) - 1, 0) > 0)
		nr = atoi(text);
	/* The injected failure may hit this write itself: repeat it once. */
	ret = pwrite(control, "0", 1, 0);
	if (ret < 0)
		ret = pwrite(control, "0", 1, 0);
	if (ret < 0)
		diag("%s: %s", FAIL, strerror(errno));
	close(control);
	if (p)
		munmap(p, PAGES * psize);
	close(fd);
	return !nr;
}

int main(void)
{
	unsigned long long frames = module_frames();
	char name[] = "/dev/shm/vmlab-XXXXXX";

	psize = page_size();
	file = mkstemp(name);
	unlink(name);
	if (file < 0 || ftruncate(file, PAGES * (off_t)psize))
		bail("%s: %s", name, strerror(errno));
	if (access(FAIL, W_OK) ||
	    !put("/sys/kernel/debug/failslab/ignore-gfp-wait", "N")) {
		skip("no fault injection in this kernel", "failed allocations");
		return tap_done();
	}
	put("/sys/kernel/debug/fail_page_alloc/ignore-gfp-wait", "N");
	put("/sys/kernel/debug/fail_page_alloc/ignore-gfp-highmem", "N");
	put("/sys/kernel/debug/fail_page_alloc/min-order", "0");
	put("/sys/kernel/debug/failslab/verbose", "0");
	put("/sys/kernel/debug/fail_page_alloc/verbose", "0");
	put("/sys/kernel/debug/fail_usercopy/verbose", "0");

	for (size_t i = 0; i < sizeof(steps) / sizeof(steps[0]); i++) {
		unsigned int nth, odd = 0;
		int err;

		for (nth = 1; nth < 500 && fail(&steps[i], nth, &err); nth++) {
			/* A copy fails, or the inode of the swap store. */
			if (!err || err == ENOMEM || err == EFAULT ||
			    err == ENOSPC)
				continue;
			odd++;
			diag("%s: allocation %u: %s", steps[i].name, nth,
			     strerror(err));
		}
		ok(!odd && nth < 500, "%s: each of %u allocations fails once",
		   steps[i].name, nth - 1);
	}
	is(module_frames(), frames, "frames left");
	return tap_done();
}

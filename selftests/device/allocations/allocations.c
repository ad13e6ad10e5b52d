// SPDX-License-Identifier: GPL-2.0
/*
 * Each allocation of each step fails once, and each copy to or from user space: the
 * step fails with an errno or does without, memory has what was written to it, and
 * nothing is left behind (KASAN and kmemleak look).
 */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "device/allocations/allocations.h"
#include "lib/dev.h"
#include "lib/page.h"
#include "lib/proc.h"
#include "lib/tap.h"

#define FAIL	"/proc/self/fail-nth"

/* A step with more allocations than that never ends. */
enum { MOST = 2000 };

void map_subject(struct subject *s, size_t pages, char value)
{
	s->p = map_shared(s->fd, pages);
	s->bytes = pages * page;
	if (value)
		memset(s->p, value, s->bytes);
}

bool holds(const char *p, size_t bytes, char value)
{
	return *p == value && !memcmp(p, p + 1, bytes - 1);
}

/* Let the Nth allocation of this thread fail.  Returns a descriptor for failed(). */
static int begin(unsigned int nth)
{
	int control = open(FAIL, O_RDWR);
	char text[16];

	snprintf(text, sizeof(text), "%u", nth);
	if (control < 0 || write(control, text, strlen(text)) < 0)
		bail("%s: %s", FAIL, strerror(errno));
	return control;
}

/* End what begin() began.  Returns whether an allocation failed. */
static bool end(int control)
{
	char text[16] = "";
	ssize_t ret;
	int nr = -1;

	/* Reads as 0 when one failed; the read may be what fails, then none did. */
	if (pread(control, text, sizeof(text) - 1, 0) > 0)
		nr = atoi(text);
	/* The injected failure may hit this write itself: repeat it once. */
	ret = pwrite(control, "0", 1, 0);
	if (ret < 0)
		ret = pwrite(control, "0", 1, 0);
	if (ret < 0)
		diag("%s: %s", FAIL, strerror(errno));
	close(control);
	return !nr;
}

/* A copy fails, or the inode of the swap store. */
static bool is_expected(int err)
{
	return !err || err == ENOMEM || err == EFAULT || err == ENOSPC;
}

/* Make the Nth allocation fail.  Returns whether there was one. */
static bool try(const struct step *step, unsigned int nth, unsigned int *odd)
{
	struct subject s = { .step = step, .other = -1 };
	bool failed;
	int control, err;

	s.fd = dev_open(O_RDWR);
	if (step->prepare)
		step->prepare(&s);
	control = begin(nth);
	errno = 0;
	err = step->call(&s) ? errno : 0;
	failed = end(control);
	if (!is_expected(err)) {
		diag("%s: allocation %u: %s", step->name, nth, strerror(err));
		++*odd;
	} else if (!failed && err) {
		diag("%s: without a failed allocation: %s", step->name,
		     strerror(err));
		++*odd;
	} else if (step->check && !step->check(&s, err)) {
		diag("%s: allocation %u: %s, and memory is wrong", step->name,
		     nth, strerror(err));
		++*odd;
	}
	if (s.p)
		munmap(s.p, s.bytes);
	if (s.other >= 0)
		close(s.other);
	close(s.fd);
	return failed;
}

void fail_step(const struct step *step)
{
	unsigned int nth = 1, odd = 0;

	while (nth < MOST && try(step, nth, &odd))
		nth++;
	ok(!odd && nth < MOST, "%s: each of %u allocations fails once",
	   step->name, nth - 1);
}

void fail_steps(const struct step *steps, size_t nr)
{
	for (size_t i = 0; i < nr; i++)
		fail_step(&steps[i]);
}

static void set(const char *attribute, const char *text)
{
	char path[128];

	snprintf(path, sizeof(path), "/sys/kernel/debug/%s", attribute);
	if (write_file(path, text, strlen(text)))
		bail("%s: %s", path, strerror(errno));
}

int main(void)
{
	unsigned long long frames = module_frames();

	if (access(FAIL, W_OK) ||
	    access("/sys/kernel/debug/fail_usercopy", F_OK)) {
		skip("no fault injection in this kernel", "failed allocations");
		return tap_done();
	}
	set("failslab/ignore-gfp-wait", "N");
	set("fail_page_alloc/ignore-gfp-wait", "N");
	set("fail_page_alloc/ignore-gfp-highmem", "N");
	set("fail_page_alloc/min-order", "0");
	set("failslab/verbose", "0");
	set("fail_page_alloc/verbose", "0");
	set("fail_usercopy/verbose", "0");

	fail_requests();
	fail_queries();
	fail_faults();
	is(module_frames(), frames, "frames left");
	return tap_done();
}

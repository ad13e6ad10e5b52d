// SPDX-License-Identifier: GPL-2.0
/* TRANSLATE of this process, and the number of page table levels. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "lib/dev.h"
#include "lib/proc.h"
#include "lib/tap.h"
#include "inspect/pagetable/pagetable.h"
#include "inspect/ptwalk.h"

void test_outcomes(void)
{
	struct vmlab_translation t;
	char *p = mmap(NULL, 3 * page, PROT_READ | PROT_WRITE,
		       MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	if (p == MAP_FAILED)
		bail("mmap: %s", strerror(errno));
	p[0] = 1;
	munmap(p + 2 * page, page);
	get_translation(vmlab_fd, getpid(), (uintptr_t)p, &t);
	is(t.outcome, VMLAB_WALK_MAPPED, "TRANSLATE: a page that was written");
	is(t.access, VMLAB_ACCESS_READ | VMLAB_ACCESS_WRITE,
	   "TRANSLATE: may be read and written, not executed");
	ok(t.vma_start <= (uintptr_t)p && t.vma_end == (uintptr_t)p + 2 * page,
	   "TRANSLATE: its VMA");
	get_translation(vmlab_fd, getpid(), (uintptr_t)p + page, &t);
	is(t.outcome, VMLAB_WALK_NONE, "TRANSLATE: a page that was not touched");
	is(t.vma_access, VMLAB_ACCESS_READ | VMLAB_ACCESS_WRITE,
	   "TRANSLATE: its VMA may be read and written");
	get_translation(vmlab_fd, getpid(), 0, &t);
	is(t.outcome, VMLAB_WALK_NO_VMA, "TRANSLATE: address 0");
	is(t.steps, 0, "TRANSLATE: nothing is walked without a VMA");
	get_translation(vmlab_fd, getpid(), (uintptr_t)test_outcomes, &t);
	is(t.access, VMLAB_ACCESS_READ | VMLAB_ACCESS_EXEC,
	   "TRANSLATE: program text may be read and executed");
	munmap(p, 2 * page);
}

/* Test the walk for the page at @p of this process, with @top as the top index. */
static void check_walk(const char *p, unsigned int top, const char *what)
{
	struct vmlab_translation t;

	if (get_translation(vmlab_fd, getpid(), (uintptr_t)p, &t))
		bail("TRANSLATE: %s", strerror(errno));
	is(t.outcome, VMLAB_WALK_MAPPED, "%s is mapped", what);
	is(t.steps, levels, "... by a walk of %u steps", levels);
	is(t.step[0].shift, 12 + 9 * (levels - 1), "... from the top level");
	is(t.step[0].index, top, "... index %u there", top);
}

/* Test the number of levels and the end of the user half. */
void test_levels(void)
{
	char *cpuinfo = slurp("/proc/cpuinfo"), *p;
	const char *wanted = getenv("VMLAB_LEVELS");
	const int flags = MAP_PRIVATE | MAP_ANONYMOUS;
	bool five = cpuinfo && strstr(cpuinfo, " la57");
	uint64_t end = dev_task_size(vmlab_fd, 0);
	char *top, *high = (char *)(1UL << 50);

	free(cpuinfo);
	is(levels, five ? 5 : 4, "levels, as /proc/cpuinfo has la57");
	is(dev_info().va_bits, five ? 56 : 47, "bits of a user address");
	is(end, (1ULL << (five ? 56 : 47)) - page, "the end of the user half");
	if (wanted && *wanted == '5' && !five)
		skip("this processor has no la57", "VMLAB_LEVELS");
	else if (wanted && *wanted)
		is(levels, strtoul(wanted, NULL, 10), "VMLAB_LEVELS");

	top = (char *)(uintptr_t)(end - page);
	p = mmap(top, page, PROT_READ | PROT_WRITE,
		 flags | MAP_FIXED_NOREPLACE, -1, 0);
	if (ok(p == top, "a page at the end of the user half")) {
		*p = 1;
		check_walk(p, 255, "the last page");
		munmap(p, page);
	}
	p = mmap(high, page, PROT_READ | PROT_WRITE, flags, -1, 0);
	if (p == MAP_FAILED)
		bail("mmap: %s", strerror(errno));
	is(p == high, five, "a page above 47 bits: only with five levels");
	*p = 1;
	check_walk(p, (unsigned int)((uintptr_t)p >> (five ? 48 : 39)),
		   "the page where it went");
	munmap(p, page);
}

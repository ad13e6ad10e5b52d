// SPDX-License-Identifier: GPL-2.0
/* VMAS and its text in debugfs while the process maps and unmaps. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "lib/child.h"
#include "lib/debugfs.h"
#include "lib/dev.h"
#include "lib/page.h"
#include "lib/proc.h"
#include "lib/tap.h"
#include "inspect/vmas/vmas.h"

enum { STABLE = 60, LIVE_MS = 2000 };

static char *region;

/* Map and unmap every other page of the region until killed. */
static int mutator(void *arg)
{
	unsigned int seed = 1;

	(void)arg;
	for (;;) {
		size_t i = (size_t)rand_r(&seed) % STABLE;
		char *p = region + (2 * i + 1) * page;

		if (rand_r(&seed) & 1)
			munmap(p, page);
		else
			(void)mmap(p, page, PROT_READ | PROT_WRITE,
				   MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1,
				   0);
	}
	return 0;
}

static size_t count_stable(const struct vma_list *list)
{
	size_t found = 0;

	for (size_t i = 0; i < list->nr; i++) {
		uint64_t off = list->vma[i].start - (uintptr_t)region;

		if (off < 2 * STABLE * page && off / page % 2 == 0 &&
		    list->vma[i].end - list->vma[i].start == page)
			found++;
	}
	return found;
}

/* Whether the lines of debugfs ascend and hold every stable VMA once. */
static bool text_is_consistent(pid_t pid)
{
	char *text = slurp(DEBUGFS "/%d/vmas", pid), *rest = text, *line;
	unsigned long long last = 0;
	size_t found = 0;
	bool good = text;

	next_line(&rest);
	while (good && (line = next_line(&rest))) {
		unsigned long long start, end, off;

		if (sscanf(line, "%llx %llx", &start, &end) != 2 ||
		    start < last || end <= start)
			good = false;
		last = end;
		off = start - (uintptr_t)region;
		found += off < 2 * STABLE * page && off / page % 2 == 0;
	}
	free(text);
	return good && found == STABLE;
}

void test_live(void)
{
	unsigned long long end;
	unsigned long walks = 0, failed = 0, missed = 0, texts = 0, torn = 0;
	struct vma_list list;
	pid_t pid;

	region = mmap(NULL, 2 * STABLE * page, PROT_NONE,
		      MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	/* Each shared anonymous mapping has a file of its own: they never merge. */
	for (size_t i = 0; i < STABLE; i++)
		if (mmap(region + 2 * i * page, page, PROT_READ,
			 MAP_SHARED | MAP_ANONYMOUS | MAP_FIXED, -1, 0) ==
		    MAP_FAILED)
			bail("mmap: %s", strerror(errno));
	pid = spawn(mutator, NULL);
	debugfs_attach(pid);
	end = now_ms() + LIVE_MS;
	while (walks < 3 || now_ms() < end) {
		if (get_vmas(vmlab_fd, VMLAB_TARGET_PID, pid, 1 + walks % 20, STRINGS,
			     &list)) {
			failed++;
		} else {
			missed += count_stable(&list) != STABLE;
			free_vmas(&list);
		}
		walks++;
		torn += !text_is_consistent(pid);
		texts++;
	}
	debugfs_detach(pid);
	kill_and_reap(pid);
	munmap(region, 2 * STABLE * page);
	diag("%lu walks, %lu texts", walks, texts);
	is(failed, 0, "live: no VMA is reported twice");
	is(missed, 0, "live: a VMA that stays is never missed");
	is(torn, 0, "live: debugfs is in order and complete");
}

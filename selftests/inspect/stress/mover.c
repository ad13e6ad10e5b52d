// SPDX-License-Identifier: GPL-2.0
#include "inspect/stress/mover.h"

#include <errno.h>
#include <signal.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "lib/child.h"
#include "lib/proc.h"
#include "lib/tap.h"
#include "inspect/stress/target.h"

#define THP	"/sys/kernel/mm/transparent_hugepage"
#define KSM	"/sys/kernel/mm/ksm"
#define COMPACT	"/proc/sys/vm/compact_memory"

static struct setting {
	const char *path, *value;
	char *before;
} settings[] = {
	{ THP "/enabled", "always", NULL },
	{ THP "/khugepaged/scan_sleep_millisecs", "10", NULL },
	{ THP "/khugepaged/alloc_sleep_millisecs", "10", NULL },
	{ THP "/khugepaged/pages_to_scan", "4096", NULL },
	{ KSM "/run", "1", NULL },
	{ KSM "/sleep_millisecs", "10", NULL },
	{ KSM "/pages_to_scan", "1000", NULL },
	{ "/sys/kernel/mm/hugepages/hugepages-2048kB/nr_hugepages", "8", NULL },
};

enum { NR_SETTINGS = sizeof(settings) / sizeof(settings[0]) };

/* The value of a setting: of several words, the one in brackets. */
static char *current_word(char *text)
{
	char *open = strchr(text, '['), *close = strchr(text, ']');

	if (open && close && close > open) {
		*close = '\0';
		return open + 1;
	}
	text[strcspn(text, "\n")] = '\0';
	return text;
}

void scanners_start(void)
{
	for (size_t i = 0; i < NR_SETTINGS; i++) {
		struct setting *s = &settings[i];

		s->before = slurp("%s", s->path);
		if (!s->before ||
		    write_file(s->path, s->value, strlen(s->value)))
			diag("%s: %s", s->path, strerror(errno));
	}
}

void scanners_end(void)
{
	for (size_t i = 0; i < NR_SETTINGS; i++) {
		struct setting *s = &settings[i];
		const char *value;

		if (!s->before)
			continue;
		value = current_word(s->before);
		write_file(s->path, value, strlen(value));
		free(s->before);
	}
}

static struct counts {
	bool nodes;
	volatile unsigned long migrated, compacted;
} *counts;

static int move(void *arg)
{
	unsigned long nodes[2] = { 1, 2 };

	(void)arg;
	for (unsigned long n = 0;; n++) {
		for (size_t i = 0; counts->nodes && i < nr_targets; i++)
			/* Pages in use are not migrated. */
			if (targets[i].pid &&
			    syscall(SYS_migrate_pages, targets[i].pid, 64,
				    &nodes[n % 2], &nodes[1 - n % 2]) >= 0)
				counts->migrated++;
		if (n % 4 == 0 &&
		    !write_file(COMPACT, "1", 1))
			counts->compacted++;
		msleep(200);
	}
	return 0;
}

static pid_t mover;

void mover_start(void)
{
	counts = mmap(NULL, sizeof(*counts), PROT_READ | PROT_WRITE,
		      MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (counts == MAP_FAILED)
		bail("mmap: %s", strerror(errno));
	counts->nodes = !access("/sys/devices/system/node/node1", F_OK);
	mover = spawn(move, NULL);
}

static bool compacts(void)
{
	return !access(COMPACT, F_OK);
}

static bool round_over(void *unused)
{
	(void)unused;
	return (!counts->nodes || counts->migrated) &&
	       (!compacts() || counts->compacted);
}

void mover_end(void)
{
	wait_until(round_over, NULL);
	kill_and_reap(mover);
	if (counts->nodes)
		ok(counts->migrated, "processes moved to another node: %lu",
		   counts->migrated);
	else
		skip("one node only: boot with numa=fake=2",
		     "processes moved to another node");
	if (counts->compacted || compacts())
		ok(counts->compacted, "memory compacted: %lu",
		   counts->compacted);
	else
		skip("no compaction", "memory compacted");
}

// SPDX-License-Identifier: GPL-2.0
/* A core dump of a mapping fills no page that was never accessed. */
#include <fcntl.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <unistd.h>

#include "lib/child.h"
#include "lib/dev.h"
#include "lib/paging.h"
#include "lib/proc.h"
#include "lib/tap.h"

#define PATTERN	"/proc/sys/kernel/core_pattern"
#define CORE	"/dev/shm/vmlab-core"
#define BYTES	((size_t)16 << 20)
#define HUGE	((size_t)2 << 20)

static int write_string(const char *path, const char *text)
{
	return write_file(path, text, strlen(text));
}

static bool whole;	/* prefetch the whole mapping */

/* Dump a mapping of which only the first page is accessed. */
static int dump(void *arg)
{
	const struct rlimit unlimited = { RLIM_INFINITY, RLIM_INFINITY };
	int fd = *(int *)arg;
	char *p = map_shared(fd, BYTES / page_size());

	/* For huge frames; ignored without. */
	madvise(p, BYTES, MADV_HUGEPAGE);
	*p = 1;
	/* Evicted, so that the dump fills it. */
	range(fd, VMLAB_RANGE_EVICT, 0, 1);
	if (whole)
		use_paging(fd, .prefetch = VMLAB_PREFETCH_WHOLE);
	if (setrlimit(RLIMIT_CORE, &unlimited) ||
	    write_string("/proc/self/coredump_filter", "0x3f") ||
	    prctl(PR_SET_DUMPABLE, 1))
		return 1;
	signal(SIGABRT, SIG_DFL);
	abort();
}

static void check(int fd, size_t most, const char *what)
{
	uint64_t frames;
	int result = reap(spawn(dump, &fd));

	frames = space_stats(fd).frames;
	is(result, 128 + SIGABRT, "a process dumps core: %s", what);
	is(access(CORE, R_OK), 0, "... to a file");
	ok(frames <= most, "... at most %zu frames afterwards", most);
	diag("  %llu frames", (unsigned long long)frames);
	unlink(CORE);
	close(fd);
}

static void checks(void)
{
	int fd = dev_open(O_RDWR);

	check(fd, 1, "single pages");
	fd = dev_open(O_RDWR);
	whole = true;
	check(fd, 1, "the whole mapping is prefetched");
	whole = false;
	fd = dev_open(O_RDWR);
	if (set_space(fd, VMLAB_SPACE_HUGE, 0, VMLAB_BACKING_ZERO))
		skip("no huge frames", "huge frames");
	else
		check(fd, HUGE / page_size(), "huge frames");
}

int main(void)
{
	char *pattern = slurp(PATTERN);

	if (!pattern || write_string(PATTERN, CORE))
		bail("no " PATTERN);
	if (write_string("/proc/sys/kernel/core_uses_pid", "0"))
		bail("no core_uses_pid");
	checks();
	write_string(PATTERN, pattern);
	free(pattern);
	return tap_done();
}

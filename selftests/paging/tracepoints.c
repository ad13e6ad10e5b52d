// SPDX-License-Identifier: GPL-2.0
/* The events of our tracepoints are as many as the statistics count. */
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <unistd.h>

#include "lib/child.h"
#include "lib/dev.h"
#include "lib/paging.h"
#include "lib/proc.h"
#include "lib/tap.h"

#define PAGES	64
#define TRACING	"/sys/kernel/tracing"

static size_t psize;

static unsigned int count_events(const char *event, uint64_t space)
{
	char line[1024], wanted[2][64];
	FILE *trace = fopen(TRACING "/trace", "r");
	unsigned int nr = 0;

	snprintf(wanted[0], sizeof(wanted[0]), " %s: ", event);
	snprintf(wanted[1], sizeof(wanted[1]), " space=%llu ",
		 (unsigned long long)space);
	while (trace && fgets(line, sizeof(line), trace))
		nr += strstr(line, wanted[0]) && strstr(line, wanted[1]);
	if (trace)
		fclose(trace);
	return nr;
}

static void check_counts(int fd, uint64_t id)
{
	struct vmlab_space_stats stats = space_stats(fd);
	struct vmlab_paging_stats paging = paging_stats(fd);
	unsigned int victims = count_events("vmlab_victim", id);

	ok(stats.faults && stats.mkwrite && paging.evicted &&
	   paging.written_back, "each kind of event happened");
	is(count_events("vmlab_fault", id), stats.faults,
	   "vmlab_fault events");
	is(count_events("vmlab_mkwrite", id), stats.mkwrite,
	   "vmlab_mkwrite events");
	/* A victim that is being written back at the moment is not evicted. */
	ok(victims >= paging.evicted,
	   "vmlab_victim events: %u, and %llu pages evicted", victims,
	   (unsigned long long)paging.evicted);
	is(count_events("vmlab_evict", id), paging.evicted,
	   "vmlab_evict events");
	is(count_events("vmlab_writeback", id),
	   paging.written_back + paging.writeback_errors,
	   "vmlab_writeback events");
}

static void tracepoints(void)
{
	int fd, file, i;
	char *p;

	fd = open_file_space("/dev/shm", PAGES * psize, &file);
	use_paging(fd, .budget = 5, .policy = VMLAB_POLICY_LRU,
		   .flags = VMLAB_PAGING_STEPPING);
	p = map_shared(fd, PAGES);
	for (i = 0; i < 100; i++)
		touch(p + i * 7 % 16 * psize, i % 3 ? TOUCH_READ : TOUCH_WRITE,
		      't', NULL);
	is(touch(p + PAGES * psize - psize, TOUCH_READ, 0, NULL), 0, "a read");
	works(msync(p, PAGES * psize, MS_SYNC), "msync");
	write_file(TRACING "/events/vmlab/enable", "0", 1);
	check_counts(fd, space_id(fd));
	unmap_and_close(fd, p, PAGES);
	close(file);
}

int main(void)
{
	psize = page_size();
	if (access(TRACING "/trace", R_OK))
		mount("none", TRACING, "tracefs", 0, NULL);
	if (write_file(TRACING "/events/vmlab/enable", "1", 1)) {
		skip("no tracefs, or no event tracing", "tracepoints");
		return tap_done();
	}
	write_file(TRACING "/trace", "\n", 1);
	tracepoints();
	write_file(TRACING "/trace", "\n", 1);
	return tap_done();
}

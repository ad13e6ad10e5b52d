// SPDX-License-Identifier: GPL-2.0
/* First writes while events are recorded, or while tracepoints are on. */
#include <fcntl.h>
#include <stdint.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

#include <linux/vmlab.h>

#include "bench.h"

#define PAGES	8192ul

static double measure(void *arg)
{
	const bool events = *(bool *)arg;
	struct vmlab_events req = {
		.size = sizeof(req),
		.mask = ~(~0u << VMLAB_EVENT_NR) & ~1u,
		.nr = 4 * PAGES,
	};
	int fd = open_file(DEVICE, O_RDWR);
	char *p = map_memory(fd, PAGES * PAGE);
	double cost;

	if (events && ioctl(fd, VMLAB_IOC_EVENTS, &req))
		bail("VMLAB_IOC_EVENTS");
	cost = touch_write(p, PAGES);
	munmap(p, PAGES * PAGE);
	close(fd);
	return cost;
}

#define TRACEFS	"/trace"
#define SWITCH	TRACEFS "/events/vmlab/enable"

void bench_observed(void)
{
	bool events = false;

	result("observed.off", median(measure, &events));
	events = true;
	result("observed.events", median(measure, &events));

	events = false;
	mkdir(TRACEFS, 0755);
	if (mount("none", TRACEFS, "tracefs", 0, NULL) ||
	    access(SWITCH, W_OK)) {
		missing("observed.tracepoints", "no tracefs");
		return;
	}
	write_file(SWITCH, "1");
	result("observed.tracepoints", median(measure, &events));
	write_file(SWITCH, "0");
}

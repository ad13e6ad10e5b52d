// SPDX-License-Identifier: GPL-2.0
/* First writes while events are recorded, or while tracepoints are on. */
#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

#include <linux/vmlab.h>

#include "bench.h"

#define PAGES	8192ul

enum observer { NOBODY, EVENTS, LATENCY_OFF, LATENCY_ON };

/* Latency statistics are a flag of the space; before, they were always on. */
static void set_latency(int fd, bool on)
{
#ifdef VMLAB_SPACE_LATENCY
	struct vmlab_space_config config = {
		.size = sizeof(config),
		.flags = on ? VMLAB_SPACE_LATENCY : 0,
	};

	if (ioctl(fd, VMLAB_IOC_SPACE_SET, &config) && errno != EINVAL)
		bail("VMLAB_IOC_SPACE_SET");
#else
	(void)fd;
	(void)on;
#endif
}

static double measure(void *arg)
{
	const enum observer observer = *(enum observer *)arg;
	struct vmlab_events req = {
		.size = sizeof(req),
		.mask = ~(~0u << VMLAB_EVENT_NR) & ~1u,
		.nr = 4 * PAGES,
	};
	int fd = open_file(DEVICE, O_RDWR);
	char *p = map_memory(fd, PAGES * PAGE);
	double cost;

	if (observer == LATENCY_OFF || observer == LATENCY_ON)
		set_latency(fd, observer == LATENCY_ON);
	if (observer == EVENTS && ioctl(fd, VMLAB_IOC_EVENTS, &req))
		bail("VMLAB_IOC_EVENTS");
	cost = touch_write(p, PAGES);
	munmap(p, PAGES * PAGE);
	close(fd);
	return cost;
}

#define TRACEFS	"/trace"
#define SWITCH	TRACEFS "/events/vmlab/enable"

static void row(const char *name, enum observer observer)
{
	result(name, median(measure, &observer));
}

void bench_observed(void)
{
	row("observed.off", NOBODY);
	row("observed.events", EVENTS);
#ifdef VMLAB_SPACE_LATENCY
	row("observed.latency_off", LATENCY_OFF);
	row("observed.latency_on", LATENCY_ON);
#else
	missing("observed.latency_on",
		"VMLAB_SPACE_LATENCY is missing: latencies are always measured");
#endif
	mkdir(TRACEFS, 0755);
	if (mount("none", TRACEFS, "tracefs", 0, NULL) ||
	    access(SWITCH, W_OK)) {
		missing("observed.tracepoints", "no tracefs");
		return;
	}
	write_file(SWITCH, "1");
	row("observed.tracepoints", NOBODY);
	write_file(SWITCH, "0");
}

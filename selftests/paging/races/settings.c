// SPDX-License-Identifier: GPL-2.0
/* Change the settings of a space that is in use; take processors offline. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "lib/child.h"
#include "lib/dev.h"
#include "lib/page.h"
#include "lib/paging.h"
#include "lib/proc.h"
#include "lib/random.h"
#include "paging/races/races.h"

#define CPU	"/sys/devices/system/cpu/cpu%u/online"
#define CPUS	64

static void change_paging(struct writer *w)
{
	static uint64_t trace[256];
	struct vmlab_paging paging = {
		.size = sizeof(paging),
		.budget = 1 + random_below(&w->rng, KEPT),
		.policy = (uint32_t)random_below(&w->rng, VMLAB_POLICY_NR),
		.prefetch = (uint32_t)random_below(&w->rng, VMLAB_PREFETCH_WHOLE + 1),
		.seed = random_below(&w->rng, 4),
	};

	if (paging.policy == VMLAB_POLICY_BPF)
		paging.policy = VMLAB_POLICY_CLOCK;
	if (paging.policy == VMLAB_POLICY_OPT) {
		for (size_t i = 0; i < 256; i++)
			trace[i] = random_below(&w->rng, PAGES);
		paging.trace = (uintptr_t)trace;
		paging.nr_trace = 256;
	}
	if (paging.prefetch == VMLAB_PREFETCH_NEXT || paging.prefetch == VMLAB_PREFETCH_STRIDE)
		paging.prefetch_pages = 1 + (uint32_t)random_below(&w->rng, 8);
	if (paging.prefetch == VMLAB_PREFETCH_NEXT && random_below(&w->rng, 2))
		paging.flags |= VMLAB_PAGING_AROUND;
	switch (random_below(&w->rng, 4)) {
	case 0:
		paging.flags |= VMLAB_PAGING_STEPPING;
		break;
	case 1:
		paging.flags |= VMLAB_PAGING_SAMPLE;
		paging.sample = 1 + (uint32_t)random_below(&w->rng, VMLAB_SAMPLE_ALL);
		paging.sample_keep = (uint32_t)random_below(&w->rng, VMLAB_SAMPLE_KEEP_MAX + 1);
		break;
	default:
		break;
	}
	if (paging_set(space, &paging))
		count_failed("PAGING_SET");
}

static void change_length(struct writer *w)
{
	uint64_t bytes = random_below(&w->rng, 2) ? 0 :
			 (KEPT + random_below(&w->rng, EXTRA)) * page;
	uint32_t flags = random_below(&w->rng, 2) ? VMLAB_SPACE_LATENCY : 0;

	if (set_space(space, flags, bytes, VMLAB_BACKING_ZERO))
		count_failed("SPACE_SET");
}

static void change_events(struct writer *w)
{
	struct vmlab_event events[64];
	uint32_t mask = random_below(&w->rng, 4) ?
			2u << random_below(&w->rng, VMLAB_EVENT_NR - 1) : 0;

	/* This thread alone configures and reads them. */
	if (set_events(space, mask, mask ? 64 : 0))
		count_failed("EVENTS");
	msleep(1);
	if (mask && read(space, events, sizeof(events)) < 0 && errno != EAGAIN)
		count_failed("read of events");
}

static void look(struct writer *w)
{
	struct vmlab_space_config config = { .size = sizeof(config) };

	(void)w;
	get_paging(space);
	paging_stats(space);
	if (ioctl(space, VMLAB_IOC_SPACE_GET, &config))
		count_failed("SPACE_GET");
	get_dirty(space, VMLAB_DIRTY_CLEAR, 0, KEPT, NULL);
	free(slurp(DEBUGFS "/spaces/%llu/stats", (unsigned long long)space_id(space)));
}

static void change_policy(struct writer *w)
{
	static const uint32_t policies[] = { VMLAB_POLICY_FIFO, VMLAB_POLICY_LFU,
					     VMLAB_POLICY_RANDOM, VMLAB_POLICY_MRU };

	if (set_policy(space, 0, policies[random_below(&w->rng, 4)], 0))
		count_failed("POLICY_SET");
}

unsigned long disturb_settings(struct writer *w)
{
	static void (*const change[])(struct writer *w) = {
		change_paging, change_paging, change_policy, change_length, change_events, look,
	};
	unsigned long nr = 0;

	if (fcntl(space, F_SETFL, O_NONBLOCK))
		count_failed("F_SETFL");
	while (!atomic_load(&shared->stop)) {
		change[random_below(&w->rng, sizeof(change) / sizeof(change[0]))](w);
		nr++;
	}
	/* The pages of the test are evicted again, and none is beyond the end. */
	use_paging(space, .budget = BUDGET, .policy = VMLAB_POLICY_LRU);
	if (set_space(space, 0, 0, VMLAB_BACKING_ZERO))
		count_failed("the settings of before");
	return nr;
}

static unsigned int last_cpu(void)
{
	char path[64];
	unsigned int cpu;

	for (cpu = CPUS; cpu; cpu--) {
		snprintf(path, sizeof(path), CPU, cpu);
		if (!access(path, W_OK))
			break;
	}
	return cpu;
}

bool cpus_can_change(void)
{
	return last_cpu();
}

unsigned long disturb_cpus(struct writer *w)
{
	unsigned long nr = 0;
	char path[64];

	snprintf(path, sizeof(path), CPU, last_cpu());
	while (!atomic_load(&shared->stop)) {
		/* Other tests need it: it is online in the end. */
		if (write_file(path, "0", 1) || write_file(path, "1", 1))
			count_failed(path);
		look(w);
		if (!random_below(&w->rng, 4))
			change_policy(w);
		msleep(10);
		nr++;
	}
	return nr;
}

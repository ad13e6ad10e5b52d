// SPDX-License-Identifier: GPL-2.0
/*
 * What a policy in BPF costs: time for a fault that evicts, under each policy,
 * as a multiple of the built-in FIFO's in the same run.
 *
 * usage: bench-bpf EXAMPLES-DIR [FAULTS]
 *
 * Policies take turns in each round, and the fastest round of each counts, so
 * that a machine that is busy with something else disturbs all alike.
 */
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

#include "lab/bpfobj.h"
#include "lib/dev.h"
#include "lib/tap.h"

#define BUDGET	64
#define PAGES	(4 * BUDGET)
#define ROUNDS	7

static struct {
	const char *name;
	uint32_t policy;
	uint32_t id;
	struct policy_obj *obj;
	double best; /* nanoseconds a fault */
} policies[] = {
	{ .name = "fifo", .policy = VMLAB_POLICY_FIFO },
	{ .name = "bpf-fifo", .policy = VMLAB_POLICY_BPF },
	{ .name = "clock", .policy = VMLAB_POLICY_CLOCK },
	{ .name = "bpf-clock", .policy = VMLAB_POLICY_BPF },
	{ .name = "lru", .policy = VMLAB_POLICY_LRU },
	{ .name = "bpf-sieve", .policy = VMLAB_POLICY_BPF },
	{ .name = "bpf-stride", .policy = VMLAB_POLICY_BPF },
	{ .name = "bpf-hinted", .policy = VMLAB_POLICY_BPF },
};

#define NR_POLICIES (sizeof(policies) / sizeof(policies[0]))

/*
 * Each page once in PAGES accesses, so that it is away by the time it is due,
 * in an order without a stride: a linear congruential generator of full period.
 */
static double measure(uint32_t policy, uint32_t id, unsigned int faults)
{
	struct vmlab_paging paging = {
		.size = sizeof(paging),
		.budget = BUDGET,
		.policy = policy,
		.policy_id = id,
	};
	struct timespec begin, end;
	volatile char *map;
	unsigned int i, page = 0;
	uint64_t filled;
	int fd = dev_open(O_RDWR);

	if (ioctl(fd, VMLAB_IOC_PAGING_SET, &paging))
		bail("VMLAB_IOC_PAGING_SET: %s", strerror(errno));
	map = map_pages(fd, PAGES, PROT_READ, MAP_SHARED, 0);
	for (i = 0; i < PAGES; i++)
		(void)map[i * page_size()];
	filled = space_stats(fd).filled;
	clock_gettime(CLOCK_MONOTONIC, &begin);
	for (i = 0; i < faults; i++) {
		page = (page * 5 + 3) % PAGES;
		(void)map[page * page_size()];
	}
	clock_gettime(CLOCK_MONOTONIC, &end);
	filled = space_stats(fd).filled - filled;
	munmap((void *)map, PAGES * page_size());
	close(fd);
	if (!filled)
		bail("no fault in %u accesses", faults);
	return ((double)(end.tv_sec - begin.tv_sec) * 1e9 +
		(double)(end.tv_nsec - begin.tv_nsec)) / (double)filled;
}

int main(int argc, char **argv)
{
	unsigned int faults = argc > 2 ? (unsigned int)atoi(argv[2]) : 20000;
	char path[512];
	size_t i;

	if (argc < 2)
		bail("usage: %s EXAMPLES-DIR [FAULTS]", argv[0]);
	if (!(dev_info().features & VMLAB_FEAT_STRUCT_OPS)) {
		fprintf(stderr, "this kernel has no struct_ops for modules\n");
		return 1;
	}
	for (i = 0; i < NR_POLICIES; i++) {
		if (policies[i].policy != VMLAB_POLICY_BPF)
			continue;
		snprintf(path, sizeof(path), "%s/%s.bpf.o", argv[1],
			 policies[i].name + strlen("bpf-"));
		policies[i].obj = policy_obj_load(path, &policies[i].id);
		if (!policies[i].obj)
			bail("%s: %s", path, strerror(errno));
	}
	for (unsigned int round = 0; round < ROUNDS; round++) {
		for (i = 0; i < NR_POLICIES; i++) {
			double ns = measure(policies[i].policy, policies[i].id,
					    faults);

			if (!round || ns < policies[i].best)
				policies[i].best = ns;
		}
	}
	printf("%-12s %12s %8s\n", "policy", "ns_per_fault", "ratio");
	for (i = 0; i < NR_POLICIES; i++) {
		printf("%-12s %12.0f %8.2f\n", policies[i].name,
		       policies[i].best, policies[i].best / policies[0].best);
		if (policies[i].obj)
			policy_obj_unload(policies[i].obj);
	}
	return 0;
}

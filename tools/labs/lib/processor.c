// SPDX-License-Identifier: GPL-2.0
/* The processor that a lab runs on, and its counters. */
#include <errno.h>
#include <linux/perf_event.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>
#ifdef __x86_64__
#include <cpuid.h>
#endif

#include "labs/processor.h"

bool lab_emulated(void)
{
#ifdef __x86_64__
	/* The leaf of a hypervisor: its signature in EBX, ECX, EDX. */
	enum { HYPERVISOR = 0x40000000, PRESENT = 1u << 31 };
	unsigned int a, b, c, d;
	char name[13];

	__cpuid(1, a, b, c, d);
	if (!(c & PRESENT))
		return false;
	__cpuid(HYPERVISOR, a, b, c, d);
	memcpy(name, &b, 4);
	memcpy(name + 4, &c, 4);
	memcpy(name + 8, &d, 4);
	name[12] = '\0';
	return !strcmp(name, "TCGTCGTCGTCG");
#else
	return false;
#endif
}

int lab_counter_open(enum lab_counter counter)
{
	struct perf_event_attr attr = {
		.size = sizeof(attr),
		.type = PERF_TYPE_HW_CACHE,
		.config = PERF_COUNT_HW_CACHE_DTLB |
			  PERF_COUNT_HW_CACHE_OP_READ << 8 |
			  PERF_COUNT_HW_CACHE_RESULT_MISS << 16,
		.exclude_kernel = 1,
		.exclude_hv = 1,
	};
	long fd;

	(void)counter;
	fd = syscall(SYS_perf_event_open, &attr, 0, -1, -1,
		     PERF_FLAG_FD_CLOEXEC);
	return fd < 0 ? -errno : (int)fd;
}

uint64_t lab_counter_read(int fd)
{
	uint64_t value = 0;

	return read(fd, &value, sizeof(value)) == sizeof(value) ? value : 0;
}

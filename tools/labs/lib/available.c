// SPDX-License-Identifier: GPL-2.0
/* Memory that is available to a lab. */
#include "labs/system.h"

void lab_need_memory(struct lab_run *run, uint64_t bytes)
{
	const uint64_t mib = 1 << 20, reserve = bytes / 8 + 64 * mib;
	uint64_t available = lab_meminfo(run, "MemAvailable:");

	if (available < bytes || available - bytes < reserve)
		lab_skip(run, "it needs %llu MiB of memory and %llu MiB are available: "
			      "give smaller parameters, or end other programs",
			 (unsigned long long)((bytes + reserve) / mib),
			 (unsigned long long)(available / mib));
}

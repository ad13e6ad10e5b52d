// SPDX-License-Identifier: GPL-2.0
#include "model/process_parts.h"

size_t process_parts(const struct vmlab_mm *mm,
		     struct process_part part[static PROCESS_PARTS_MAX])
{
	const struct process_part all[PROCESS_PARTS_MAX] = {
		{ "code", mm->start_code, mm->end_code },
		{ "data", mm->start_data, mm->end_data },
		{ "heap", mm->start_brk, mm->brk },
		/* mmap(2) fills it from its upper end down */
		{ "mmap", mm->brk > mm->end_data ? mm->brk : mm->end_data,
		  mm->mmap_base },
		{ "arguments", mm->arg_start, mm->arg_end },
		{ "environment", mm->env_start, mm->env_end },
	};
	size_t nr = 0;

	for (size_t i = 0; i < PROCESS_PARTS_MAX; i++)
		if (all[i].end > all[i].start)
			part[nr++] = all[i];
	return nr;
}

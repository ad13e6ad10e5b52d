/* SPDX-License-Identifier: GPL-2.0 */
/* Processes that take memory in a cgroup of limited size. */
#ifndef LABS_WRITER_H
#define LABS_WRITER_H

#include <sys/types.h>

#include "labs/process.h"
#include "labs/system.h"

/**
 * struct lab_writer - a process that writes to pages, one by one
 * @cgroup: the directory of its cgroup
 * @adjust: its oom_score_adj, as text
 * @pages: anonymous pages to write
 * @stay: wait to be killed afterwards as a real-time process, instead of exiting
 * @written: shared: pages written so far
 * @ready: opened when all pages are written
 */
struct lab_writer {
	const char *cgroup;
	const char *adjust;
	size_t pages;
	bool stay;
	volatile uint64_t *written;
	struct lab_gate ready;
};

/** lab_writer_start - fork the process; sets @written and @ready; return its pid */
pid_t lab_writer_start(struct lab_run *run, struct lab_writer *writer);

/** lab_cgroup_limited - lab_cgroup() with a memory.max of @mib MiB and no swap */
void lab_cgroup_limited(struct lab_run *run, const char *name, uint64_t mib,
			char path[LAB_PATH]);

#endif /* LABS_WRITER_H */

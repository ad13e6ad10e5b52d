// SPDX-License-Identifier: GPL-2.0
/* Processes that take memory in a cgroup of limited size. */
#include <sched.h>
#include <stdio.h>
#include <sys/mman.h>
#include <unistd.h>

#include "labs/memory.h"
#include "labs/writer.h"

static int write_pages(struct lab_run *run, void *arg)
{
	size_t page = lab_machine(run)->page;
	const struct sched_param param = { .sched_priority = 1 };
	const struct lab_writer *w = arg;
	char *memory;

	lab_cgroup_join(run, w->cgroup);
	lab_cgroup_write(run, "/proc/self", "oom_score_adj", w->adjust);
	memory = lab_map(run, w->pages * page, PROT_READ | PROT_WRITE,
			 MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	for (size_t i = 0; i < w->pages; i++) {
		memory[i * page] = 1;
		*w->written = i + 1;
	}
	/*
	 * Real time: when it is killed, it frees all of its memory at once.  The
	 * OOM killer may choose another victim when it finds the first one dying
	 * and its memory not free yet.
	 */
	if (w->stay && sched_setscheduler(0, SCHED_FIFO, &param))
		return 1;
	lab_gate_open(w->ready);
	while (w->stay)
		pause();
	return 0;
}

pid_t lab_writer_start(struct lab_run *run, struct lab_writer *writer)
{
	writer->written = lab_shared(run, sizeof(uint64_t));
	writer->ready = lab_gate_make(run);
	return lab_spawn(run, write_pages, writer);
}

void lab_cgroup_limited(struct lab_run *run, const char *name, uint64_t mib,
			char path[LAB_PATH])
{
	char text[32], file[LAB_PATH + 32];

	lab_cgroup(run, name, "memory", path);
	snprintf(text, sizeof(text), "%lluM", (unsigned long long)mib);
	lab_cgroup_write(run, path, "memory.max", text);
	snprintf(file, sizeof(file), "%s/memory.swap.max", path);
	if (!access(file, F_OK))
		lab_cgroup_write(run, path, "memory.swap.max", "0");
}

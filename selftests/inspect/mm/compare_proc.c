// SPDX-License-Identifier: GPL-2.0
/* Records of MM against status, stat, statm and maps of /proc/PID. */
#include <stdio.h>
#include <string.h>

#include "lib/dev.h"
#include "lib/differences.h"
#include "lib/page.h"
#include "lib/proc.h"
#include "inspect/mm/mm.h"

static void same(const char *what, uint64_t got, uint64_t want)
{
	if (got != want)
		differs("%s: %llu, /proc %llu", what, (unsigned long long)got,
			(unsigned long long)want);
}

static uint64_t page_down(uint64_t addr)
{
	return addr & ~(page - 1);
}

static uint64_t page_up(uint64_t addr)
{
	return page_down(addr + page - 1);
}

/* Escape @comm as "Name:" of status does. */
static void escape_comm(const char *comm, char *out)
{
	for (; *comm; comm++) {
		if (*comm == '\n')
			out = stpcpy(out, "\\n");
		else if (*comm == '\\')
			out = stpcpy(out, "\\\\");
		else
			*out++ = *comm;
	}
	*out = '\0';
}

void compare_status(const struct vmlab_mm *mm, const char *status)
{
	const __u64 *rss = mm->rss;
	uint64_t total = rss[VMLAB_RSS_FILE] + rss[VMLAB_RSS_ANON] +
			 rss[VMLAB_RSS_SHMEM];
	uint64_t exec = mm->exec_vm * page;
	uint64_t text = page_up(mm->end_code) - page_down(mm->start_code);
	const struct {
		const char *field;
		uint64_t bytes;
	} fields[] = {
		{ "VmPeak", mm->hiwater_vm * page },
		{ "VmSize", mm->total_vm * page },
		{ "VmLck", mm->locked_vm * page },
		{ "VmPin", mm->pinned_vm * page },
		{ "VmHWM", mm->hiwater_rss * page },
		{ "VmRSS", total * page },
		{ "RssAnon", rss[VMLAB_RSS_ANON] * page },
		{ "RssFile", rss[VMLAB_RSS_FILE] * page },
		{ "RssShmem", rss[VMLAB_RSS_SHMEM] * page },
		{ "VmData", mm->data_vm * page },
		{ "VmStk", mm->stack_vm * page },
		{ "VmExe", text < exec ? text : exec },
		{ "VmLib", exec - (text < exec ? text : exec) },
		{ "VmPTE", mm->pgtables_bytes },
		{ "VmSwap", rss[VMLAB_RSS_SWAP] * page },
		{ "HugetlbPages", mm->hugetlb_pages * page },
	};
	unsigned long long value;
	char comm[2 * sizeof(mm->comm)], name[sizeof(comm) + 8];

	for (size_t i = 0; i < sizeof(fields) / sizeof(fields[0]); i++) {
		if (!proc_field(status, fields[i].field, &value)) {
			/* Only a kernel without hugetlb has no such line. */
			if (!strcmp(fields[i].field, "HugetlbPages"))
				same("hugetlb_pages", mm->hugetlb_pages, 0);
			else
				differs("no %s in status", fields[i].field);
			continue;
		}
		/* status has kB, rounded down. */
		same(fields[i].field, fields[i].bytes >> 10, value);
	}
	if (proc_field(status, "Pid", &value))
		same("pid", (uint64_t)mm->pid, value);
	if (proc_field(status, "Tgid", &value))
		same("tgid", (uint64_t)mm->tgid, value);
	escape_comm(mm->comm, comm);
	snprintf(name, sizeof(name), "Name:\t%s\n", comm);
	if (strncmp(status, name, strlen(name)))
		differs("comm \"%s\", status %.30s", mm->comm, status);
}

void compare_stat(const struct vmlab_mm *mm, const char *stat)
{
	/* Fields numbered as in proc_pid_stat(5). */
	same("total_vm", mm->total_vm * page, stat_field(stat, 23));
	same("start_code", mm->start_code, stat_field(stat, 26));
	same("end_code", mm->end_code, stat_field(stat, 27));
	same("start_stack", mm->start_stack, stat_field(stat, 28));
	same("start_data", mm->start_data, stat_field(stat, 45));
	same("end_data", mm->end_data, stat_field(stat, 46));
	same("start_brk", mm->start_brk, stat_field(stat, 47));
	same("arg_start", mm->arg_start, stat_field(stat, 48));
	same("arg_end", mm->arg_end, stat_field(stat, 49));
	same("env_start", mm->env_start, stat_field(stat, 50));
	same("env_end", mm->env_end, stat_field(stat, 51));
}

void compare_statm(const struct vmlab_mm *mm, const char *statm)
{
	unsigned long long size, resident, shared, text, lib, data;
	const __u64 *rss = mm->rss;

	if (sscanf(statm, "%llu %llu %llu %llu %llu %llu", &size, &resident,
		   &shared, &text, &lib, &data) != 6) {
		differs("cannot parse statm: %s", statm);
		return;
	}
	same("statm size", mm->total_vm, size);
	same("statm resident", rss[VMLAB_RSS_FILE] + rss[VMLAB_RSS_ANON] +
	     rss[VMLAB_RSS_SHMEM], resident);
	same("statm shared", rss[VMLAB_RSS_FILE] + rss[VMLAB_RSS_SHMEM],
	     shared);
	same("statm text", (page_up(mm->end_code) -
			    page_down(mm->start_code)) / page, text);
	same("statm data", mm->data_vm + mm->stack_vm, data);
}

void compare_maps(const struct vmlab_mm *mm, char *maps)
{
	uint64_t nr = 0, brk = page_up(mm->brk), heap_end = 0, last = 0;
	bool stack = false;
	char *line;

	while ((line = next_line(&maps))) {
		unsigned long long start, end;
		int used = 0;

		if (strstr(line, "[vsyscall]") ||
		    sscanf(line, "%llx-%llx%n", &start, &end, &used) != 2)
			continue;
		nr++;
		last = end;
		if (strstr(line, " [heap]"))
			heap_end = end;
		stack |= start <= mm->start_stack && mm->start_stack < end &&
			 strstr(line, " [stack]");
	}
	same("map_count", mm->map_count, nr);
	/* munmap may have shortened the heap. */
	if (heap_end && heap_end > brk)
		differs("brk %#llx, [heap] ends at %#llx",
			(unsigned long long)mm->brk,
			(unsigned long long)heap_end);
	if (!stack)
		differs("no [stack] at %#llx",
			(unsigned long long)mm->start_stack);
	if (last > mm->task_size)
		differs("task_size %#llx, last VMA ends at %#llx",
			(unsigned long long)mm->task_size,
			(unsigned long long)last);
	if (!mm->mmap_base || mm->mmap_base > mm->task_size)
		differs("mmap_base %#llx", (unsigned long long)mm->mmap_base);
	if (mm->flags || mm->active_pid || mm->active_comm[0])
		differs("flags %#x, active_pid %d", mm->flags, mm->active_pid);
}

// SPDX-License-Identifier: GPL-2.0
/* Records of MM and TASKS against the file mm in debugfs. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/dev.h"
#include "lib/differences.h"
#include "lib/proc.h"
#include "lib/tap.h"
#include "inspect/mm/mm.h"

struct row {
	const char *name;
	uint64_t value;
	const char *unit;
	bool hex;
};

static char *debugfs_text(const struct vmlab_mm *mm)
{
	const struct row rows[] = {
#define ROW(field, unit, hex) { #field, mm->field, unit, hex }
		ROW(mm_users, "count", false),
		ROW(mm_count, "count", false),
		ROW(map_count, "count", false),
		ROW(task_size, "addr", true),
		ROW(mmap_base, "addr", true),
		ROW(start_code, "addr", true),
		ROW(end_code, "addr", true),
		ROW(start_data, "addr", true),
		ROW(end_data, "addr", true),
		ROW(start_brk, "addr", true),
		ROW(brk, "addr", true),
		ROW(start_stack, "addr", true),
		ROW(arg_start, "addr", true),
		ROW(arg_end, "addr", true),
		ROW(env_start, "addr", true),
		ROW(env_end, "addr", true),
		ROW(total_vm, "pages", false),
		ROW(hiwater_vm, "pages", false),
		ROW(hiwater_rss, "pages", false),
		ROW(data_vm, "pages", false),
		ROW(exec_vm, "pages", false),
		ROW(stack_vm, "pages", false),
		ROW(locked_vm, "pages", false),
		ROW(pinned_vm, "pages", false),
		{ "rss_file", mm->rss[VMLAB_RSS_FILE], "pages", false },
		{ "rss_anon", mm->rss[VMLAB_RSS_ANON], "pages", false },
		{ "rss_swap", mm->rss[VMLAB_RSS_SWAP], "pages", false },
		{ "rss_shmem", mm->rss[VMLAB_RSS_SHMEM], "pages", false },
		ROW(pgtables_bytes, "bytes", false),
		ROW(hugetlb_pages, "pages", false),
		ROW(def_flags, "flags", true),
#undef ROW
	};
	char *text = NULL, comm[4 * sizeof(mm->comm)], *p = comm;
	size_t size;
	FILE *f = open_memstream(&text, &size);

	if (!f)
		bail("out of memory");
	/* debugfs escapes a newline, which would end the record. */
	for (const char *c = mm->comm; *c; c++) {
		if (*c == '\n')
			p = stpcpy(p, "\\012");
		else
			*p++ = *c;
	}
	*p = '\0';
	fprintf(f, "field value unit\npid %d -\ntgid %d -\ncomm %s -\n",
		mm->pid, mm->tgid, comm);
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		fprintf(f, rows[i].hex ? "%s %llx %s\n" : "%s %llu %s\n",
			rows[i].name, (unsigned long long)rows[i].value,
			rows[i].unit);
	fclose(f);
	return text;
}

void compare_debugfs(const struct vmlab_mm *mm, char *text)
{
	char *want = debugfs_text(mm), *rest = want, *theirs, *ours;
	struct vmlab_task *tasks;
	ssize_t nr, n = 0;

	while ((ours = next_line(&rest))) {
		theirs = next_line(&text);
		if (!theirs || strcmp(ours, theirs))
			differs("debugfs \"%s\", ioctl \"%s\"",
				theirs ? theirs : "(end)", ours);
	}
	free(want);
	theirs = next_line(&text);
	if (!theirs || *theirs)
		differs("debugfs: no empty line before the tasks");
	theirs = next_line(&text);
	if (!theirs || strcmp(theirs, "tgid tid comm"))
		differs("debugfs: header of tasks \"%s\"", theirs);
	nr = get_tasks(vmlab_fd, VMLAB_TARGET_PID, mm->pid, &tasks);
	while ((theirs = next_line(&text))) {
		int tgid, tid;

		if (n >= nr || sscanf(theirs, "%d %d ", &tgid, &tid) != 2 ||
		    tgid != tasks[n].tgid || tid != tasks[n].tid)
			differs("debugfs: task \"%s\"", theirs);
		n++;
	}
	if (n != nr)
		differs("debugfs: %zd tasks, ioctl %zd", n, nr);
	free(tasks);
}

// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "cli/values.h"
#include "inspect/sharing.h"
#include "inspect/snapshot.h"
#include "sys/xalloc.h"

static void add_page(struct sharing *s, const struct vmlab_page *page,
		     const struct snap_vma *v, uint32_t object, uint32_t proc)
{
	struct share_page p = {
		.pfn = page->pfn,
		.object = object,
		.proc = proc,
		.mapcount = page->mapcount,
		.offset = UINT64_MAX,
	};

	/* a page of the file itself, not a private copy */
	if (page->entry_flags & VMLAB_PTE_FILE && v->flags & VMLAB_VMA_FILE)
		p.offset = v->pgoff + (page->addr - v->start) / s->page_size;
	share_add_page(&s->pages, &p);
}

static int read_pages(struct sharing *s, uint32_t proc, bool *hidden)
{
	const struct vmlab_pt_query all = {
		.category_inverted = VMLAB_PTE_ZERO,
		.category_mask = VMLAB_PTE_ZERO,
		.category_anyof_mask = VMLAB_PTE_PRESENT | VMLAB_PTE_PROTNONE,
	};
	struct sharing_target *target = &s->target[proc];
	const struct snap_vma *v = NULL;
	const struct vmlab_page *page;
	struct vmlab_pages_iter *it;
	uint32_t object = 0;
	int ret;

	ret = vmlab_pages_open(target->proc, &all, &it);
	if (ret)
		return ret;
	while ((ret = vmlab_pages_next(it, &page)) > 0) {
		if (vmlab_pages_result(it) & VMLAB_PT_HIDDEN) {
			*hidden = true;
			break;
		}
		if (!(page->flags & VMLAB_PAGE_STRUCT))
			continue;
		if (!v || page->addr < v->start || page->addr >= v->end) {
			v = snapshot_vma_at(&target->snap, page->addr);
			if (v)
				object = share_group_of(&s->groups,
							&target->snap, v);
		}
		/* no VMA: it was mapped after the VMAs were read */
		if (v)
			add_page(s, page, v, object, proc);
	}
	vmlab_pages_close(it);
	return ret < 0 ? ret : 0;
}

/* Parse the operands; report and skip a process that is given twice. */
static int parse_targets(struct sharing *s, const struct cli *cli,
			 char **operands, size_t nr)
{
	s->target = check_alloc(calloc(nr, sizeof(*s->target)));
	for (size_t i = 0; i < nr; i++) {
		size_t j = 0;
		pid_t pid;

		if (cli_process(cli, operands[i], &pid))
			return EXIT_USAGE;
		while (j < s->nr_targets && s->target[j].pid != pid)
			j++;
		if (j < s->nr_targets)
			cli_note("%s is given twice: counted once",
				 operands[i]);
		else
			s->target[s->nr_targets++].pid = pid;
	}
	return EXIT_OK;
}

/* Remove a target of which nothing was read; the later ones move down. */
static void remove_target(struct sharing *s, size_t i)
{
	snapshot_free(&s->target[i].snap);
	vmlab_proc_close(s->target[i].proc);
	s->nr_targets--;
	memmove(&s->target[i], &s->target[i + 1],
		(s->nr_targets - i) * sizeof(*s->target));
}

/*
 * Skip a target that cannot be read: a list such as $(pgrep ...) may hold kernel
 * threads, and processes that have exited since.
 *
 * Return: whether it was skipped; the last target is not.
 */
static bool skip_target(struct sharing *s, size_t i, int err)
{
	if (s->nr_targets == 1)
		return false;
	if (err == -ENXIO) {
		s->nr_kernel_threads++;
		s->kernel_thread = s->target[i].pid;
	} else if (err == -ESRCH) {
		s->nr_exited++;
		s->exited = s->target[i].pid;
	} else {
		return false;
	}
	remove_target(s, i);
	return true;
}

static void report_skipped(const struct sharing *s)
{
	if (s->nr_kernel_threads == 1)
		cli_note("process %d is a kernel thread, it has no address "
			 "space: skipped", (int)s->kernel_thread);
	else if (s->nr_kernel_threads)
		cli_note("%zu processes are kernel threads, they have no address "
			 "space: skipped", s->nr_kernel_threads);
	if (s->nr_exited == 1)
		cli_note("there is no process %d, it may have exited: skipped",
			 (int)s->exited);
	else if (s->nr_exited)
		cli_note("there are no processes with %zu of the pids, they may "
			 "have exited: skipped", s->nr_exited);
}

static int open_targets(struct sharing *s)
{
	for (size_t i = 0; i < s->nr_targets;) {
		struct sharing_target *t = &s->target[i];
		int err = vmlab_proc_open(s->lab, t->pid, &t->proc);

		if (!err)
			i++;
		else if (!skip_target(s, i, err))
			return cli_fail(err, VMLAB_ABOUT_PROCESS, t->pid);
	}
	return EXIT_OK;
}

static int read_target(struct sharing *s, size_t i, bool *hidden)
{
	struct sharing_target *t = &s->target[i];
	const size_t before = s->pages.nr;
	int err = snapshot_take(s->lab, t->proc, false, &t->snap);

	if (!err)
		err = read_pages(s, (uint32_t)i, hidden);
	if (err) /* forget what was read of it */
		s->pages.nr = before;
	return err;
}

static int read_targets(struct sharing *s)
{
	bool hidden = false;

	for (size_t i = 0; i < s->nr_targets && !hidden;) {
		int err = read_target(s, i, &hidden);

		if (!err)
			i++;
		else if (!skip_target(s, i, err))
			return cli_fail(err, VMLAB_ABOUT_PROCESS,
					s->target[i].pid);
	}
	if (!hidden)
		return EXIT_OK;
	cli_error("frame numbers are hidden, and shared frames cannot be found "
		  "without them: they need CAP_SYS_ADMIN, run as root");
	return EXIT_NO_PERMISSION;
}

int sharing_read(struct sharing *s, const struct cli *cli, char **operands,
		 size_t nr)
{
	int err;

	memset(s, 0, sizeof(*s));
	err = parse_targets(s, cli, operands, nr);
	if (!err)
		err = cli_open(&s->lab);
	if (err)
		return err;
	s->page_size = vmlab_page_size(s->lab);
	err = cli_need_pgtable(s->lab);
	if (!err)
		err = open_targets(s);
	if (!err)
		err = read_targets(s);
	report_skipped(s);
	if (!err)
		share_count(s->pages.page, s->pages.nr, s->nr_targets,
			    s->groups.nr, &s->report);
	return err;
}

void sharing_free(struct sharing *s)
{
	for (size_t i = 0; i < s->nr_targets; i++) {
		snapshot_free(&s->target[i].snap);
		vmlab_proc_close(s->target[i].proc);
	}
	free(s->target);
	share_groups_free(&s->groups);
	free(s->pages.page);
	share_free(&s->report);
	vmlab_close(s->lab);
}

// SPDX-License-Identifier: GPL-2.0
/* debugfs: <pid>/mm. */
#include <linux/module.h>
#include <linux/pid.h>
#include <linux/seq_file.h>

#include "debugfs/debugfs.h"
#include "inspect/inspect.h"

/* A task can put any bytes into its name, newlines included. */
static void show_comm(struct seq_file *m, const char *comm, const char *end)
{
	seq_escape(m, comm, "\n");
	seq_puts(m, end);
}

static void show_kthread(struct seq_file *m, const struct vmlab_mm *r)
{
	if (r->flags & VMLAB_MM_KTHREAD_USE_MM)
		seq_puts(m, "mm adopted -\n");
	else
		seq_puts(m, "mm none -\n");

	if (!(r->flags & VMLAB_MM_BORROWS)) {
		seq_puts(m, "active_mm none -\n");
	} else if (r->active_pid) {
		seq_printf(m, "active_mm %d pid\nactive_comm ", r->active_pid);
		show_comm(m, r->active_comm, " -\n");
	} else {
		seq_puts(m, "active_mm kernel -\n");
	}
}

static void show_mm(struct seq_file *m, const struct vmlab_mm *r)
{
#define COUNT(field) seq_printf(m, #field " %llu count\n", r->field)
#define ADDR(field) seq_printf(m, #field " %llx addr\n", r->field)
#define PAGES(field) seq_printf(m, #field " %llu pages\n", r->field)
	COUNT(mm_users);
	COUNT(mm_count);
	COUNT(map_count);
	ADDR(task_size);
	ADDR(mmap_base);
	ADDR(start_code);
	ADDR(end_code);
	ADDR(start_data);
	ADDR(end_data);
	ADDR(start_brk);
	ADDR(brk);
	ADDR(start_stack);
	ADDR(arg_start);
	ADDR(arg_end);
	ADDR(env_start);
	ADDR(env_end);
	PAGES(total_vm);
	PAGES(hiwater_vm);
	PAGES(hiwater_rss);
	PAGES(data_vm);
	PAGES(exec_vm);
	PAGES(stack_vm);
	PAGES(locked_vm);
	PAGES(pinned_vm);
	seq_printf(m, "rss_file %llu pages\n", r->rss[VMLAB_RSS_FILE]);
	seq_printf(m, "rss_anon %llu pages\n", r->rss[VMLAB_RSS_ANON]);
	seq_printf(m, "rss_swap %llu pages\n", r->rss[VMLAB_RSS_SWAP]);
	seq_printf(m, "rss_shmem %llu pages\n", r->rss[VMLAB_RSS_SHMEM]);
	seq_printf(m, "pgtables_bytes %llu bytes\n", r->pgtables_bytes);
	PAGES(hugetlb_pages);
	seq_printf(m, "def_flags %llx flags\n", r->def_flags);
#undef COUNT
#undef ADDR
#undef PAGES
}

static int show_tasks(struct seq_file *m, const struct mm_struct *mm)
{
	struct vmlab_task tasks[16];
	u64 cursor = 0;
	int i, nr;

	seq_puts(m, "\ntgid tid comm\n");
	while (!seq_has_overflowed(m)) {
		nr = vmlab_inspect_tasks(mm, &cursor, tasks,
					 ARRAY_SIZE(tasks));
		if (nr <= 0)
			return nr;
		for (i = 0; i < nr; i++) {
			seq_printf(m, "%d %d ", tasks[i].tgid, tasks[i].tid);
			show_comm(m, tasks[i].comm, "\n");
		}
	}
	return 0;
}

static int mm_show(struct seq_file *m, void *v)
{
	struct vmlab_subject subject;
	struct vmlab_mm record = {};
	int ret;

	ret = vmlab_subject_from_pid(&subject, m->private);
	if (ret)
		return ret;
	ret = vmlab_inspect_mm(&subject, &record);
	if (ret)
		goto out;

	seq_puts(m, "field value unit\n");
	seq_printf(m, "pid %d -\ntgid %d -\ncomm ", record.pid, record.tgid);
	show_comm(m, record.comm, " -\n");
	if (subject.mm) {
		show_mm(m, &record);
		ret = show_tasks(m, subject.mm);
	} else {
		show_kthread(m, &record);
	}
out:
	vmlab_subject_put(&subject);
	return ret;
}

static int mm_open(struct inode *inode, struct file *file)
{
	struct pid *pid = vmlab_debugfs_inode_pid(inode);
	int ret = single_open(file, mm_show, pid);

	if (ret)
		put_pid(pid);
	return ret;
}

static int mm_release(struct inode *inode, struct file *file)
{
	struct seq_file *m = file->private_data;

	put_pid(m->private);
	return single_release(inode, file);
}

const struct file_operations vmlab_debugfs_mm_fops = {
	.owner		= THIS_MODULE,
	.open		= mm_open,
	.read		= seq_read,
	.llseek		= seq_lseek,
	.release	= mm_release,
};

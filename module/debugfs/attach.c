// SPDX-License-Identifier: GPL-2.0
/*
 * debugfs: attach, detach, self, and the directories of attached processes.
 *
 * A directory belongs to the process, not to the number: it holds the struct
 * pid.  An entry in the pid's wait queue, which poll(2) of a pidfd uses too,
 * removes the directory when the process exits.
 */
#include <linux/debugfs.h>
#include <linux/kernel.h>
#include <linux/list.h>
#include <linux/module.h>
#include <linux/mutex.h>
#include <linux/pid.h>
#include <linux/sched.h>
#include <linux/sched/signal.h>
#include <linux/slab.h>
#include <linux/uaccess.h>
#include <linux/wait.h>
#include <linux/workqueue.h>

#include "compat.h"
#include "debugfs/debugfs.h"

/* A pid with room for a sign, spaces and a newline. */
#define PID_STRING_MAX	32

/**
 * struct attached - an attached process
 * @node: in attached_list, or empty once the removal has begun
 * @pid: the process
 * @dir: its directory
 * @wait: in the pid's wait queue
 * @collect: removes the directory after the process exited
 * @exited: set when @collect was queued, so that it is queued once
 */
struct attached {
	struct list_head node;
	struct pid *pid;
	struct dentry *dir;
	wait_queue_entry_t wait;
	struct work_struct collect;
	unsigned long exited;
};

static struct dentry *attach_root;
static struct workqueue_struct *attach_wq;
static LIST_HEAD(attached_list);
static DEFINE_MUTEX(attached_lock);	/* attached_list */
/*
 * Serialises attach and detach: a directory is removed before the next one of that
 * name is created.  Taken before attached_lock; not by collect_attached(), for
 * which both wait.
 */
static DEFINE_MUTEX(attach_mutex);

/**
 * vmlab_parse_pid() - parse a pid that was written to attach or detach
 * @string: decimal digits, with white space before and after
 * @len: its length, without a NUL
 *
 * Context: any.
 * Return: the pid, or -EINVAL for anything but one positive number.
 */
int vmlab_parse_pid(const char *string, size_t len)
{
	char buffer[PID_STRING_MAX];
	int pid;

	if (!len || len >= sizeof(buffer))
		return -EINVAL;
	memcpy(buffer, string, len);
	buffer[len] = '\0';
	/* A NUL inside would hide the rest. */
	if (strlen(buffer) != len)
		return -EINVAL;
	if (kstrtoint(strim(buffer), 10, &pid) || pid <= 0)
		return -EINVAL;
	return pid;
}
VMLAB_EXPORT_FOR_KUNIT(vmlab_parse_pid);

static struct attached *find_attached(const struct pid *pid)
{
	struct attached *a;

	lockdep_assert_held(&attached_lock);
	list_for_each_entry(a, &attached_list, node)
		if (a->pid == pid)
			return a;
	return NULL;
}

/* @a is off the list and nothing can queue @a->collect. */
static void free_attached(struct attached *a)
{
	debugfs_remove(a->dir);
	put_pid(a->pid);
	kfree(a);
}

static void collect_attached(struct work_struct *work)
{
	struct attached *a = container_of(work, struct attached, collect);

	mutex_lock(&attached_lock);
	if (list_empty(&a->node)) {
		/* remove_attached() frees it after this function. */
		mutex_unlock(&attached_lock);
		return;
	}
	list_del_init(&a->node);
	mutex_unlock(&attached_lock);

	remove_wait_queue(&a->pid->wait_pidfd, &a->wait);
	free_attached(a);
}

static bool has_exited(struct pid *pid)
{
	struct task_struct *task;
	bool ret;

	rcu_read_lock();
	task = pid_task(pid, PIDTYPE_TGID);
	ret = !task || (task->exit_state && thread_group_empty(task));
	rcu_read_unlock();
	return ret;
}

/*
 * Called with spin locks held.  A traced leader wakes the queue
 * when it exits, even though threads of the process live: the last of them
 * wakes it again.
 */
static int process_exited(wait_queue_entry_t *wait, unsigned int mode,
			  int flags, void *key)
{
	struct attached *a = container_of(wait, struct attached, wait);

	if (!has_exited(a->pid))
		return 0;
	if (!test_and_set_bit(0, &a->exited))
		queue_work(attach_wq, &a->collect);
	return 0;
}

/* Remove the directory of @a, which was just taken off the list. */
static void remove_attached(struct attached *a)
{
	remove_wait_queue(&a->pid->wait_pidfd, &a->wait);
	cancel_work_sync(&a->collect);
	free_attached(a);
}

/* Create the directory of @a.  Returns 0 or a negative errno. */
static int create_dir(struct attached *a)
{
	char name[12];
	int ret;

	/* The name is the number in the initial pid namespace. */
	snprintf(name, sizeof(name), "%d", pid_nr(a->pid));
	a->dir = debugfs_create_dir(name, attach_root);
	if (IS_ERR(a->dir))
		return PTR_ERR(a->dir);
	ret = vmlab_debugfs_process_files(a->dir, a->pid);
	if (ret)
		debugfs_remove(a->dir);
	return ret;
}

/* The caller holds attach_mutex. */
static int attach(struct pid *pid)
{
	struct attached *a;
	int ret;

	if (has_exited(pid))
		return -ESRCH;
	/* Wait for the removal of an earlier process of this number. */
	flush_workqueue(attach_wq);

	a = kzalloc(sizeof(*a), GFP_KERNEL);
	if (!a)
		return -ENOMEM;
	a->pid = get_pid(pid);
	INIT_WORK(&a->collect, collect_attached);
	init_waitqueue_func_entry(&a->wait, process_exited);

	mutex_lock(&attached_lock);
	ret = find_attached(pid) ? -EEXIST : create_dir(a);
	if (ret) {
		mutex_unlock(&attached_lock);
		put_pid(pid);
		kfree(a);
		return ret;
	}
	list_add_tail(&a->node, &attached_list);
	add_wait_queue(&pid->wait_pidfd, &a->wait);
	/* It may have exited before it was in the queue. */
	if (has_exited(pid))
		process_exited(&a->wait, 0, 0, NULL);
	mutex_unlock(&attached_lock);
	return 0;
}

/* Parse the number of a process in the writer's pid namespace. */
static struct pid *written_pid(const char __user *ubuf, size_t count)
{
	char buffer[PID_STRING_MAX];
	struct pid *pid;
	int nr;

	if (!count || count >= sizeof(buffer))
		return ERR_PTR(-EINVAL);
	if (copy_from_user(buffer, ubuf, count))
		return ERR_PTR(-EFAULT);
	nr = vmlab_parse_pid(buffer, count);
	if (nr < 0)
		return ERR_PTR(nr);
	pid = find_get_pid(nr);
	return pid ?: ERR_PTR(-ESRCH);
}

/* The caller holds attach_mutex. */
static int detach(struct pid *pid)
{
	struct attached *a;

	mutex_lock(&attached_lock);
	a = find_attached(pid);
	if (a)
		list_del_init(&a->node);
	mutex_unlock(&attached_lock);
	if (!a)
		return -ENOENT;
	remove_attached(a);
	return 0;
}

/* Attach or detach the process whose number was written. */
static ssize_t change_written(const char __user *ubuf, size_t count,
			      int (*change)(struct pid *pid))
{
	struct pid *pid = written_pid(ubuf, count);
	int ret;

	if (IS_ERR(pid))
		return PTR_ERR(pid);
	ret = mutex_lock_killable(&attach_mutex);
	if (!ret) {
		ret = change(pid);
		mutex_unlock(&attach_mutex);
	}
	put_pid(pid);
	return ret ?: count;
}

static ssize_t attach_write(struct file *file, const char __user *ubuf,
			    size_t count, loff_t *ppos)
{
	return change_written(ubuf, count, attach);
}

static ssize_t detach_write(struct file *file, const char __user *ubuf,
			    size_t count, loff_t *ppos)
{
	return change_written(ubuf, count, detach);
}

static const struct file_operations attach_fops = {
	.owner	= THIS_MODULE,
	.open	= simple_open,
	.write	= attach_write,
	.llseek	= noop_llseek,
};

static const struct file_operations detach_fops = {
	.owner	= THIS_MODULE,
	.open	= simple_open,
	.write	= detach_write,
	.llseek	= noop_llseek,
};

/**
 * vmlab_debugfs_attach_init() - create attach, detach and self
 * @root: their parent
 *
 * Context: process context, may sleep.
 * Return: 0 or -ENOMEM.
 */
int vmlab_debugfs_attach_init(struct dentry *root)
{
	attach_wq = alloc_workqueue("vmlab", WQ_UNBOUND, 0);
	if (!attach_wq)
		return -ENOMEM;
	attach_root = root;
	debugfs_create_file("attach", 0200, root, NULL, &attach_fops);
	debugfs_create_file("detach", 0200, root, NULL, &detach_fops);
	vmlab_debugfs_process_files(debugfs_create_dir("self", root), NULL);
	return 0;
}

/**
 * vmlab_debugfs_attach_exit() - detach from all attached processes
 *
 * Context: process context, may sleep.  No file is open: each holds a reference
 * on the module.
 */
void vmlab_debugfs_attach_exit(void)
{
	struct attached *a;

	mutex_lock(&attached_lock);
	while (!list_empty(&attached_list)) {
		a = list_first_entry(&attached_list, struct attached, node);
		list_del_init(&a->node);
		mutex_unlock(&attached_lock);
		remove_attached(a);
		mutex_lock(&attached_lock);
	}
	mutex_unlock(&attached_lock);
	/* Wait for removals that are being done. */
	destroy_workqueue(attach_wq);
}

// SPDX-License-Identifier: GPL-2.0
/* The process to inspect: find it by pid or pidfd and check the permission. */
#include <linux/cred.h>
#include <linux/file.h>
#include <linux/magic.h>
#include <linux/pid.h>
#include <linux/sched/mm.h>
#include <linux/sched/signal.h>
#include <linux/sched/task.h>
#include <linux/user_namespace.h>

#include "compat.h"
#include "subject.h"

#if VMLAB_HAVE_PIDFD
static struct pid *vmlab_pid_of_pidfd(int fd)
{
	struct pid *pid = ERR_PTR(-EBADF);
	struct file *file = fget(fd);

	if (!file)
		return pid;
	/* Each regular inode of pidfs stands for a struct pid. */
	if (file_inode(file)->i_sb->s_magic == PID_FS_MAGIC &&
	    file_inode(file)->i_private)
		pid = get_pid(file_inode(file)->i_private);
	fput(file);
	return pid;
}
#else
static struct pid *vmlab_pid_of_pidfd(int fd)
{
	return ERR_PTR(-EOPNOTSUPP);
}
#endif

static struct pid *vmlab_target_pid(const struct vmlab_target *target)
{
	struct pid *pid;

	switch (target->kind) {
	case VMLAB_TARGET_SELF:
		if (target->id)
			return ERR_PTR(-EINVAL);
		return get_pid(task_pid(current));
	case VMLAB_TARGET_PID:
		if (target->id <= 0)
			return ERR_PTR(-EINVAL);
		pid = find_get_pid(target->id);
		return pid ?: ERR_PTR(-ESRCH);
	case VMLAB_TARGET_PIDFD:
		if (target->id < 0)
			return ERR_PTR(-EBADF);
		return vmlab_pid_of_pidfd(target->id);
	default:
		return ERR_PTR(-EINVAL);
	}
}

/*
 * A process may inspect its own mm.  For another's it needs CAP_SYS_PTRACE in
 * the user namespace of that mm: LSMs are asked about the capability, but not
 * about the access, because ptrace_may_access() is not exported.  The caller
 * holds exec_update_lock, so that the check and the mm belong together.
 */
static bool vmlab_may_inspect(struct task_struct *task, struct mm_struct *mm)
{
	struct user_namespace *ns;
	bool ret;

	if (same_thread_group(task, current) || (mm && mm == current->mm))
		return true;
	if (!mm)
		return capable(CAP_SYS_PTRACE);

	rcu_read_lock();
	ns = get_user_ns(vmlab_mm_user_ns(task, mm));
	rcu_read_unlock();
	ret = ns_capable(ns, CAP_SYS_PTRACE);
	put_user_ns(ns);
	return ret;
}

/*
 * Other flags change while they are read, here and in get_task_mm(), which reads them
 * before it takes the task's lock.  This one does not.
 */
static bool is_kernel_thread(const struct task_struct *task)
{
	/* See above. */
	return data_race(task->flags & PF_KTHREAD);
}

static struct mm_struct *get_mm(struct task_struct *task)
{
	/* See above. */
	return data_race(get_task_mm(task));
}

/*
 * Return the mm of a process.  A leader that exited has none, but its threads
 * use the process's mm until the last one exits.
 */
static struct mm_struct *get_process_mm(struct task_struct *task)
{
	struct mm_struct *mm = get_mm(task);
	struct task_struct *t;

	if (mm || is_kernel_thread(task) || !thread_group_leader(task))
		return mm;
	rcu_read_lock();
	for_each_thread(task, t) {
		mm = get_mm(t);
		if (mm)
			break;
	}
	rcu_read_unlock();
	return mm;
}

/**
 * vmlab_subject_from_pid() - get a process without any permission check
 * @subject: filled in
 * @pid: its pid
 *
 * For debugfs, whose files only root can open.  The subject of a kernel thread
 * has no mm.
 *
 * Context: process context.
 * Return: 0 and the caller must vmlab_subject_put(), or -ESRCH when there is
 * no such process or it has exited.
 */
int vmlab_subject_from_pid(struct vmlab_subject *subject, struct pid *pid)
{
	struct task_struct *task = get_pid_task(pid, PIDTYPE_PID);

	if (!task)
		return -ESRCH;

	subject->task = task;
	subject->own = false;
	/* NULL for a kernel thread, even one that uses a user's mm. */
	subject->mm = get_process_mm(task);
	if (!subject->mm && !is_kernel_thread(task)) {
		put_task_struct(task);
		return -ESRCH;
	}
	return 0;
}

static int get_other(struct vmlab_subject *subject,
		     const struct vmlab_target *target)
{
	struct pid *pid = vmlab_target_pid(target);
	struct task_struct *task;
	int ret;

	if (IS_ERR(pid))
		return PTR_ERR(pid);
	task = get_pid_task(pid, PIDTYPE_PID);
	if (!task) {
		ret = -ESRCH;
		goto out_pid;
	}

	/* exec must not swap the mm between the check and its use. */
	ret = down_read_killable(&task->signal->exec_update_lock);
	if (ret)
		goto out_task;
	ret = vmlab_subject_from_pid(subject, pid);
	if (!ret && !vmlab_may_inspect(subject->task, subject->mm)) {
		vmlab_subject_put(subject);
		ret = -EPERM;
	}
	up_read(&task->signal->exec_update_lock);

out_task:
	put_task_struct(task);
out_pid:
	put_pid(pid);
	return ret;
}

/**
 * vmlab_subject_get() - get the target of a request, if permitted
 * @subject: filled in
 * @target: the target that the caller named
 *
 * Context: process context, may sleep; takes the target's exec_update_lock.
 * Return: 0 and the caller must vmlab_subject_put(), the errors that &struct
 * vmlab_target lists, or -EINTR when the caller was killed.
 */
int vmlab_subject_get(struct vmlab_subject *subject,
		      const struct vmlab_target *target)
{
	return vmlab_subject_is_own(subject, target) ? 0 :
	       get_other(subject, target);
}

/**
 * vmlab_subject_get_other_mm() - get the mm of another process than the caller
 * @subject: filled in, with an mm
 * @target: the target that the caller named
 *
 * Context: as vmlab_subject_get().
 * Return: as vmlab_subject_get_mm().
 */
int vmlab_subject_get_other_mm(struct vmlab_subject *subject,
			       const struct vmlab_target *target)
{
	int ret = get_other(subject, target);

	if (!ret && !subject->mm) {
		vmlab_subject_put(subject);
		ret = -ENXIO;
	}
	return ret;
}

/**
 * vmlab_subject_put_other() - release a subject that is not the caller's own
 * @subject: the subject
 *
 * A target that exited meanwhile can leave its last reference to the caller.  The
 * caller does not tear the mm down: that takes long, and closes files that can wait.
 *
 * Context: process context.
 */
void vmlab_subject_put_other(struct vmlab_subject *subject)
{
	if (subject->mm)
		mmput_async(subject->mm);
	put_task_struct(subject->task);
}

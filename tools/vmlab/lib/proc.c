// SPDX-License-Identifier: GPL-2.0
/* The target process, and its mm. */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "internal.h"

static struct vmlab_proc *proc_alloc(const struct vmlab *lab)
{
	struct vmlab_proc *proc = calloc(1, sizeof(*proc));

	if (proc) {
		proc->lab = lab;
		proc->pidfd = -1;
	}
	return proc;
}

static void proc_set_pidfd(struct vmlab_proc *proc, int pidfd)
{
	proc->pidfd = pidfd;
	proc->target.kind = VMLAB_TARGET_PIDFD;
	proc->target.id = pidfd;
}

int vmlab_proc_open(const struct vmlab *lab, pid_t pid, struct vmlab_proc **out)
{
	struct vmlab_proc *proc;

	if (pid < 0)
		return -EINVAL;
	if (pid > 0 && kill(pid, 0) < 0 && errno == ESRCH)
		return -ESRCH;

	proc = proc_alloc(lab);
	if (!proc)
		return -ENOMEM;

	proc->pid = pid;
	proc->target.kind = pid ? VMLAB_TARGET_PID : VMLAB_TARGET_SELF;
	proc->target.id = pid;
	if (pid && vmlab_has_feature(lab, VMLAB_FEAT_PIDFD)) {
		long pidfd = syscall(SYS_pidfd_open, pid, 0);

		/* pidfd_open(2) takes thread group leaders only: keep the tid of others */
		if (pidfd >= 0) {
			proc_set_pidfd(proc, (int)pidfd);
		} else if (errno == ESRCH || errno == EMFILE ||
			   errno == ENFILE || errno == ENOMEM) {
			int err = -errno;

			vmlab_proc_close(proc);
			return err;
		}
	}
	*out = proc;
	return 0;
}

int vmlab_proc_open_pidfd(const struct vmlab *lab, int pidfd,
			  struct vmlab_proc **out)
{
	struct vmlab_proc *proc;
	int fd;

	if (!vmlab_has_feature(lab, VMLAB_FEAT_PIDFD))
		return -EOPNOTSUPP;
	fd = fcntl(pidfd, F_DUPFD_CLOEXEC, 1);
	if (fd < 0)
		return -errno;

	proc = proc_alloc(lab);
	if (!proc) {
		close(fd);
		return -ENOMEM;
	}
	proc_set_pidfd(proc, fd);
	*out = proc;
	return 0;
}

void vmlab_proc_close(struct vmlab_proc *proc)
{
	if (!proc)
		return;
	if (proc->pidfd >= 0)
		close(proc->pidfd);
	free(proc);
}

pid_t vmlab_proc_pid(const struct vmlab_proc *proc)
{
	return proc->pid;
}

int vmlab_mm_get(const struct vmlab_proc *proc, struct vmlab_mm *mm)
{
	int err;

	memset(mm, 0, sizeof(*mm));
	mm->size = sizeof(*mm);
	mm->target = proc->target;
	err = vmlab_request(proc->lab->fd, VMLAB_IOC_MM, mm);
	if (err)
		return err;
	mm->comm[sizeof(mm->comm) - 1] = '\0';
	mm->active_comm[sizeof(mm->active_comm) - 1] = '\0';
	return 0;
}

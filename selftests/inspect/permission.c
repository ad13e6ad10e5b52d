// SPDX-License-Identifier: GPL-2.0
/* Which targets a process may inspect, and targets that do not exist. */
#include <fcntl.h>
#include <grp.h>
#include <linux/capability.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "lib/child.h"
#include "lib/dev.h"
#include "lib/processes.h"
#include "lib/tap.h"

enum { NOBODY = 65534 };

static int fd;

/* Make one of three requests about a target. */
static int ask(int which, uint32_t kind, int32_t id)
{
	static struct vmlab_vma vmas[4];
	static struct vmlab_task tasks[4];
	struct vmlab_mm mm;
	struct vmlab_tasks tasks_req = {
		.size = sizeof(tasks_req),
		.target = { kind, id },
		.tasks = (uintptr_t)tasks,
		.nr = 4,
	};
	struct vmlab_vmas vmas_req = {
		.size = sizeof(vmas_req),
		.target = { kind, id },
		.vmas = (uintptr_t)vmas,
		.nr = 4,
	};

	switch (which) {
	case 0:
		return get_mm(fd, kind, id, &mm);
	case 1:
		return ioctl(fd, VMLAB_IOC_TASKS, &tasks_req);
	default:
		return ioctl(fd, VMLAB_IOC_VMAS, &vmas_req);
	}
}

static const char *const requests[] = { "MM", "TASKS", "VMAS" };

static void all_work(uint32_t kind, int32_t id, const char *what)
{
	for (int i = 0; i < 3; i++)
		works(ask(i, kind, id), "%s: %s", requests[i], what);
}

static void all_fail(uint32_t kind, int32_t id, int err, const char *what)
{
	for (int i = 0; i < 3; i++)
		fails(ask(i, kind, id), err, "%s: %s", requests[i], what);
}

static void test_wrong_targets(void)
{
	pid_t pid = stopped_child();

	all_work(VMLAB_TARGET_SELF, 0, "self");
	all_work(VMLAB_TARGET_PID, getpid(), "own pid");
	all_work(VMLAB_TARGET_PID, pid, "a child");
	all_work(VMLAB_TARGET_PID, 1, "pid 1");
	all_fail(VMLAB_TARGET_SELF, 1, EINVAL, "self with an id");
	all_fail(VMLAB_TARGET_PID, 0, EINVAL, "pid 0");
	all_fail(VMLAB_TARGET_PID, -1, EINVAL, "pid -1");
	all_fail(VMLAB_TARGET_PID, INT32_MIN, EINVAL, "pid INT32_MIN");
	all_fail(3, 1, EINVAL, "an unknown kind");
	all_fail(UINT32_MAX, 1, EINVAL, "kind UINT32_MAX");
	all_fail(VMLAB_TARGET_PID, INT32_MAX, ESRCH, "pid INT32_MAX");

	kill_without_reaping(pid);
	all_fail(VMLAB_TARGET_PID, pid, ESRCH, "a zombie");
	reap(pid);
	all_fail(VMLAB_TARGET_PID, pid, ESRCH, "a process that was reaped");
}

static void test_pidfd(void)
{
	pid_t pid = stopped_child();
	int pidfd = (int)syscall(SYS_pidfd_open, pid, 0);
	int file, dir, event;

	if (pidfd < 0)
		bail("pidfd_open: %s", strerror(errno));
	if (!(dev_info().features & VMLAB_FEAT_PIDFD)) {
		all_fail(VMLAB_TARGET_PIDFD, pidfd, EOPNOTSUPP,
			 "a pidfd on this kernel");
		kill_and_reap(pid);
		close(pidfd);
		return;
	}
	all_work(VMLAB_TARGET_PIDFD, pidfd, "a pidfd");
	file = open("/dev/null", O_RDONLY | O_CLOEXEC);
	dir = open("/proc/self", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	event = eventfd(0, EFD_CLOEXEC);
	all_fail(VMLAB_TARGET_PIDFD, file, EBADF, "a file");
	all_fail(VMLAB_TARGET_PIDFD, dir, EBADF, "a directory of /proc");
	all_fail(VMLAB_TARGET_PIDFD, event, EBADF, "an eventfd");
	all_fail(VMLAB_TARGET_PIDFD, fd, EBADF, "/dev/vmlab itself");
	all_fail(VMLAB_TARGET_PIDFD, 1000000, EBADF, "no open descriptor");
	kill_without_reaping(pid);
	all_fail(VMLAB_TARGET_PIDFD, pidfd, ESRCH, "the pidfd of a zombie");
	reap(pid);
	all_fail(VMLAB_TARGET_PIDFD, pidfd, ESRCH,
		 "the pidfd of a process that was reaped");
	close(pidfd);
	close(file);
	close(dir);
	close(event);
}

static void test_kthread(void)
{
	pid_t pid = kernel_thread();
	struct vmlab_mm mm;

	if (!pid) {
		skip("this pid namespace has none", "a kernel thread");
		return;
	}
	works(get_mm(fd, VMLAB_TARGET_PID, pid, &mm), "MM: a kernel thread");
	ok(mm.flags & VMLAB_MM_KTHREAD, "MM: flag KTHREAD");
	fails(ask(1, VMLAB_TARGET_PID, pid), ENXIO, "TASKS: a kernel thread");
	fails(ask(2, VMLAB_TARGET_PID, pid), ENXIO, "VMAS: a kernel thread");
}

/* Exit status of a child that makes the requests: what went wrong. */
enum {
	GOOD,
	CANNOT_DROP,
	NO_SELF,
	NO_SELF_PID,
	OTHER_ALLOWED,
	OTHER_ERRNO,
	KTHREAD_ALLOWED,
	CANNOT_OPEN,
	NO_SIBLING_THREAD,
};

static int drop(void)
{
	return setgroups(0, NULL) || setresgid(NOBODY, NOBODY, NOBODY) ||
	       setresuid(NOBODY, NOBODY, NOBODY);
}

static _Atomic pid_t thread_id;

static void *thread_waits(void *arg)
{
	thread_id = (pid_t)syscall(SYS_gettid);
	while (*(volatile bool *)arg)
		msleep(1);
	return NULL;
}

struct other {
	pid_t pid;
	bool inherited;		/* use the descriptor that root opened */
};

static int nobody_asks(void *arg)
{
	const struct other *other = arg;
	pthread_t thread;
	bool wait = true;
	int ret = GOOD;

	if (drop())
		return CANNOT_DROP;
	if (!other->inherited) {
		fd = open(VMLAB_DEVICE, O_RDWR | O_CLOEXEC);
		if (fd < 0)
			return CANNOT_OPEN;
	}
	for (int i = 0; i < 3; i++) {
		if (ask(i, VMLAB_TARGET_SELF, 0))
			return NO_SELF;
		if (ask(i, VMLAB_TARGET_PID, getpid()))
			return NO_SELF_PID;
		if (!ask(i, VMLAB_TARGET_PID, other->pid))
			return OTHER_ALLOWED;
		if (errno != EPERM)
			return OTHER_ERRNO;
		if (!ask(i, VMLAB_TARGET_PID, 2))
			return KTHREAD_ALLOWED;
	}
	/* Another thread of this process needs no capability. */
	pthread_create(&thread, NULL, thread_waits, &wait);
	while (!thread_id)
		msleep(1);
	for (int i = 0; i < 3; i++)
		if (ask(i, VMLAB_TARGET_PID, thread_id))
			ret = NO_SIBLING_THREAD;
	*(volatile bool *)&wait = false;
	pthread_join(thread, NULL);
	return ret;
}

static int nobody_stops(void *arg)
{
	(void)arg;
	if (drop())
		return 1;
	stop_self();
	return 0;
}

static void test_nobody(void)
{
	pid_t root = stopped_child(), nobody = spawn(nobody_stops, NULL);
	struct other other = { .pid = root };

	wait_stopped(nobody, NULL);
	is((uint64_t)reap(spawn(nobody_asks, &other)), GOOD,
	   "nobody may inspect itself, not a process of root");
	other.inherited = true;
	is((uint64_t)reap(spawn(nobody_asks, &other)), GOOD,
	   "a descriptor that root opened gives no permission");
	/* The same uid is not enough: the capability is required. */
	other.pid = nobody;
	is((uint64_t)reap(spawn(nobody_asks, &other)), GOOD,
	   "nobody may not inspect another process of nobody");
	all_work(VMLAB_TARGET_PID, nobody, "root inspects a process of nobody");
	kill_and_reap(root);
	kill_and_reap(nobody);
}

/* Drop all capabilities but CAP_SYS_PTRACE, or all of them. */
static int set_capability(bool keep)
{
	struct __user_cap_header_struct header = {
		.version = _LINUX_CAPABILITY_VERSION_3,
	};
	struct __user_cap_data_struct data[2] = { 0 };

	if (keep) {
		data[0].permitted = 1U << CAP_SYS_PTRACE;
		data[0].effective = data[0].permitted;
	}
	return (int)syscall(SYS_capset, &header, data);
}

struct capability {
	bool keep;
	pid_t pid;
};

static int capability_asks(void *arg)
{
	const struct capability *c = arg;

	if (set_capability(c->keep))
		return CANNOT_DROP;
	for (int i = 0; i < 3; i++) {
		if (ask(i, VMLAB_TARGET_SELF, 0))
			return NO_SELF;
		if (!ask(i, VMLAB_TARGET_PID, c->pid) != c->keep)
			return OTHER_ALLOWED;
		if (!c->keep && errno != EPERM)
			return OTHER_ERRNO;
	}
	return GOOD;
}

static void test_capability(void)
{
	struct capability c = { .pid = stopped_child() };

	is((uint64_t)reap(spawn(capability_asks, &c)), GOOD,
	   "uid 0 without CAP_SYS_PTRACE may not inspect another process");
	c.keep = true;
	is((uint64_t)reap(spawn(capability_asks, &c)), GOOD,
	   "CAP_SYS_PTRACE alone suffices to inspect another process");
	kill_and_reap(c.pid);
}

enum { NO_NAMESPACE = 100, IN_NS_DENIED, FORKED_ALLOWED, OUTSIDE_ALLOWED };

static int exec_sleep(void *arg)
{
	(void)arg;
	execlp("sleep", "sleep", "1000", NULL);
	return 1;
}

static bool becomes_sleep(pid_t pid)
{
	unsigned long long end = now_ms() + 10000;

	while (now_ms() < end) {
		struct vmlab_mm mm;

		if (!get_mm(fd, VMLAB_TARGET_PID, pid, &mm) &&
		    !strcmp(mm.comm, "sleep"))
			return true;
		msleep(20);
	}
	return false;
}

/* Become root of a new user namespace, as an unprivileged user. */
static int namespace_asks(void *arg)
{
	pid_t outside = *(pid_t *)arg, inside, forked;
	int ret = GOOD;

	if (drop())
		return CANNOT_DROP;
	/* Changing credentials has made this process undumpable. */
	prctl(PR_SET_DUMPABLE, 1);
	forked = stopped_child();
	if (unshare(CLONE_NEWUSER))
		return NO_NAMESPACE;
	/* After exec the mm belongs to the new namespace. */
	inside = spawn(exec_sleep, NULL);
	if (!becomes_sleep(inside))
		ret = IN_NS_DENIED;
	for (int i = 0; i < 3 && !ret; i++) {
		if (ask(i, VMLAB_TARGET_SELF, 0))
			ret = NO_SELF;
		if (ask(i, VMLAB_TARGET_PID, inside))
			ret = IN_NS_DENIED;
		if (!ask(i, VMLAB_TARGET_PID, outside) || errno != EPERM)
			ret = OUTSIDE_ALLOWED;
		/* The same uid, but an mm of the parent namespace. */
		if (!ask(i, VMLAB_TARGET_PID, forked) || errno != EPERM)
			ret = FORKED_ALLOWED;
	}
	kill_and_reap(inside);
	kill_and_reap(forked);
	return ret;
}

static void test_user_namespace(void)
{
	pid_t outside = stopped_child();
	int ret = reap(spawn(namespace_asks, &outside));

	if (ret == NO_NAMESPACE)
		skip("unprivileged user namespaces are not allowed",
		     "CAP_SYS_PTRACE in a user namespace");
	else
		is((uint64_t)ret, GOOD,
		   "CAP_SYS_PTRACE in a user namespace is valid only inside it");
	kill_and_reap(outside);
}

static int first_in_pid_namespace(void *arg)
{
	struct vmlab_mm mm;
	pid_t outside = *(pid_t *)arg;

	/* This process has pid 1 here; processes outside have none. */
	if (get_mm(fd, VMLAB_TARGET_PID, 1, &mm) || mm.pid != 1 ||
	    mm.tgid != 1)
		return 1;
	if (get_mm(fd, VMLAB_TARGET_SELF, 0, &mm) || mm.pid != 1)
		return 2;
	if (outside != 1 && (!ask(0, VMLAB_TARGET_PID, outside) ||
			     errno != ESRCH))
		return 3;
	return 0;
}

static int enters_pid_namespace(void *arg)
{
	if (unshare(CLONE_NEWPID))
		return NO_NAMESPACE;
	return reap(spawn(first_in_pid_namespace, arg));
}

static void test_pid_namespace(void)
{
	pid_t outside = stopped_child();
	int ret = reap(spawn(enters_pid_namespace, &outside));

	if (ret == NO_NAMESPACE)
		skip("no pid namespaces", "pids of a pid namespace");
	else
		is((uint64_t)ret, 0, "pids are those of the pid namespace");
	kill_and_reap(outside);
}

int main(void)
{
	fd = dev_open(O_RDWR);
	test_wrong_targets();
	test_pidfd();
	test_kthread();
	test_nobody();
	test_capability();
	test_user_namespace();
	test_pid_namespace();
	return tap_done();
}

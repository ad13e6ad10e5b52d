// SPDX-License-Identifier: GPL-2.0
/*
 * A process that Landlock confines, with CAP_SYS_PTRACE and the device open: Landlock
 * lets it trace no process outside its domain, and is not asked by the module.
 * Documentation/security.rst says so; this test holds the module to it.
 */
#include <fcntl.h>
#include <linux/landlock.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "lib/child.h"
#include "lib/dev.h"
#include "lib/tap.h"

enum { IS_TRACED = 1, MEM_OPENS = 2, CANNOT_INSPECT = 4, SEES_OTHERS = 8, NO_DOMAIN = 64 };

static int fd;

static int wait_for_signal(void *arg)
{
	(void)arg;
	for (;;)
		pause();
	return 0;
}

/* Enter a domain that restricts nothing but what every domain restricts: tracing. */
static int enter_domain(void)
{
	const struct landlock_ruleset_attr attr = {
		.handled_access_fs = LANDLOCK_ACCESS_FS_MAKE_CHAR,
	};
	int ruleset = (int)syscall(SYS_landlock_create_ruleset, &attr, sizeof(attr), 0);

	if (ruleset < 0 || prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0))
		return -1;
	return (int)syscall(SYS_landlock_restrict_self, ruleset, 0);
}

/* Return the bits of what a confined process can do to the process *@arg. */
static int confined(void *arg)
{
	const pid_t pid = *(pid_t *)arg;
	struct vma_list list = { 0 };
	char path[64];
	int done = 0;

	if (enter_domain())
		return NO_DOMAIN;
	if (!ptrace(PTRACE_ATTACH, pid, NULL, NULL))
		done |= IS_TRACED;
	snprintf(path, sizeof(path), "/proc/%d/mem", (int)pid);
	if (open(path, O_RDONLY | O_CLOEXEC) >= 0)
		done |= MEM_OPENS;
	if (get_vmas(fd, VMLAB_TARGET_PID, pid, 64, 1 << 16, &list) || !list.nr)
		done |= CANNOT_INSPECT;
	/* without the capability: itself, and no other */
	if (setresuid(65534, 65534, 65534))
		return NO_DOMAIN;
	free_vmas(&list);
	if (!get_vmas(fd, VMLAB_TARGET_PID, pid, 64, 1 << 16, &list))
		done |= SEES_OTHERS;
	return done;
}

int main(void)
{
	pid_t pid;
	int done;

	if (syscall(SYS_landlock_create_ruleset, NULL, 0, LANDLOCK_CREATE_RULESET_VERSION) < 0) {
		skip("this kernel has no Landlock, or it is off",
		     "a process that Landlock confines");
		return tap_done();
	}
	fd = dev_open(O_RDWR);
	pid = spawn(wait_for_signal, NULL);
	done = run_bounded(confined, &pid);
	if (ok(done >= 0 && done < NO_DOMAIN, "a process in a domain of Landlock: %d", done)) {
		is(done & IS_TRACED, 0, "it cannot trace a process outside");
		is(done & MEM_OPENS, 0, "it cannot open the memory of a process outside");
		is(done & CANNOT_INSPECT, 0,
		   "with CAP_SYS_PTRACE it inspects a process outside, as documented");
		is(done & SEES_OTHERS, 0, "without it, it inspects none");
	}
	kill_and_reap(pid);
	return tap_done();
}

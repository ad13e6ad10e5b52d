// SPDX-License-Identifier: GPL-2.0
/* Lab 32: mm_users and mm_count at each step of a process's life. */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "labs/cpu.h"
#include "labs/memory.h"
#include "labs/probe.h"
#include "labs/process.h"
#include "labs/thread.h"

enum { THREADS = 3 };

static const struct lab_break breaks[] = {
	{ "vfork", "call fork() in place of vfork()" },
	{ "lazy", "let a user process follow the dead one on its CPU at once" },
	{ "closed", "do not open /proc/PID/mem" },
	{ 0 },
};

/* One line of the table: users and count of the subject after a step. */
static const struct {
	const char *key, *what;
	unsigned int users, count;
	const char *why;
} steps[] = {
	{ "fork", "after fork() made it", 1, 1, "dup_mm(): 1 and 1" },
	{ "threads", "with three threads more", 1 + THREADS, 1,
	  "mmget() each; all users hold one mm_count" },
	{ "joined", "after the threads exited", 1, 1, "mmput() each" },
	{ "vfork", "while its vfork() child runs", 2, 1,
	  "CLONE_VM | CLONE_VFORK: mmget()" },
	{ "exec", "after that child called execve()", 1, 1,
	  "exec_mmap() gives the child an mm and drops this one" },
	{ "clone", "with a clone(CLONE_VM) process", 2, 1, "mmget()" },
	{ "exit", "after that process exited", 1, 1, "exit_mm(): mmput()" },
	{ "forked", "with a fork() child of its own", 1, 1,
	  "the child's mm is a copy" },
	{ "mem", "while /proc/PID/mem is open", 1, 2,
	  "mem_open(): mmgrab(), the structure alone" },
};

enum { NR_STEPS = sizeof(steps) / sizeof(steps[0]) };

static unsigned int plot, users, count;

static void predict(struct lab_run *run)
{
	char what[128], words[32];

	if (lab_cpu_last() < 0)
		lab_skip(run, "a second CPU is needed, which is idle when a "
			      "process dies on it");
	for (int i = 0; i < NR_STEPS; i++) {
		snprintf(what, sizeof(what), "users, count %s",
			 steps[i].what);
		snprintf(words, sizeof(words), "%u, %u", steps[i].users,
			 steps[i].count);
		lab_predict_words(run, steps[i].key, what, words, "%s",
				  steps[i].why);
	}
	lab_predict(run, "exec-new", "mm_users of the child after execve()", 1,
		    "", "bprm_mm_init() made it, for one user");
	lab_predict(run, "dead-read", "bytes read by /proc/PID/mem of the dead",
		    0, "bytes", "mm_users is 0: mmget_not_zero() fails");
	lab_predict(run, "dead-held", "freed structures while it is open", 0,
		    "", "mm_count is 1");
	lab_predict(run, "dead-freed", "freed structures after close()", 1, "",
		    "mem_release(): the last mmdrop()");
	lab_predict(run, "lazy-held", "freed when it died before an idle CPU",
		    0, "", "the idle thread borrows the dead mm");
	lab_predict_words(run, "lazy-freed", "the task that frees it",
			  "the next process there",
			  "finish_task_switch() drops the borrowed mm");
}

static void measure(struct lab_run *run, const char *step, pid_t pid)
{
	struct vmlab_mm mm = lab_mm(run, pid);
	unsigned int nr = 0;

	while (strcmp(steps[nr].key, step))
		nr++;
	lab_point(run, plot, users, nr + 1, (double)mm.mm_users);
	lab_point(run, plot, count, nr + 1, (double)mm.mm_count);
	lab_measure_words(run, step, "%llu, %llu",
			  (unsigned long long)mm.mm_users,
			  (unsigned long long)mm.mm_count);
}

static void with_threads(struct lab_run *run)
{
	struct lab_thread threads[THREADS];

	for (int i = 0; i < THREADS; i++)
		lab_thread_start(run, &threads[i], NULL);
	measure(run, "threads", 0);
	for (int i = 0; i < THREADS; i++)
		lab_thread_stop(&threads[i]);
	measure(run, "joined", 0);
}

static void with_vfork(struct lab_run *run)
{
	pid_t pid;

	/* vfork() lends the stack: the child must not return from here. */
	/* NOLINTNEXTLINE(clang-analyzer-*): the lab is about vfork() */
	pid = lab_broken(run, "vfork") ? fork() : vfork();
	if (!pid) {
		measure(run, "vfork", 0);
		execlp("sleep", "sleep", "1000", NULL);
		_exit(127);
	}
	lab_blocked(run, pid, SYS_clock_nanosleep);
	measure(run, "exec", 0);
	lab_measure(run, "exec-new", (double)lab_mm(run, pid).mm_users);
	lab_kill(run, pid);
}

static int sharer(struct lab_run *run, void *arg)
{
	(void)arg;
	measure(run, "clone", 0);
	return 0;
}

static int subject(struct lab_run *run, void *arg)
{
	pid_t pid;

	(void)arg;
	measure(run, "fork", 0);
	with_threads(run);
	with_vfork(run);
	lab_wait_ok(run, lab_clone(run, sharer, NULL));
	measure(run, "exit", 0);
	pid = lab_spawn(run, NULL, NULL);
	measure(run, "forked", 0);
	lab_kill(run, pid);
	do {
		pause();
	} while (true);
	return 0;
}

static void die_with_reader(struct lab_run *run, pid_t pid)
{
	char path[64], byte[1];
	uint64_t mm;
	int fd = -1;

	snprintf(path, sizeof(path), "/proc/%d/mem", pid);
	lab_step(run, "open %s, kill the process, read, close", path);
	if (!lab_broken(run, "closed"))
		fd = lab_check(run, open(path, O_RDONLY | O_CLOEXEC), "open %s",
			       path);
	measure(run, "mem", pid);
	mm = lab_probe_kill(run, pid);
	lab_measure(run, "dead-read",
		    (double)pread(fd, byte, 1, (off_t)(uintptr_t)&steps));
	lab_measure(run, "dead-held", lab_probe_freed(run, mm, NULL));
	close(fd);
	lab_measure(run, "dead-freed", lab_probe_freed(run, mm, NULL));
}

static void die_on_idle_cpu(struct lab_run *run, int cpu)
{
	struct lab_call call = { 0 };
	char cgroup[LAB_PATH];
	pid_t dead, next;
	uint64_t mm;

	lab_step(run, "fork() a process onto CPU %d, which has no other", cpu);
	lab_cpu_alone(run, cpu, cgroup);
	dead = lab_sleeper(run, cgroup);
	if (lab_broken(run, "lazy"))
		lab_busy(run, cgroup);
	lab_step(run, "kill it; then fork() another one onto CPU %d", cpu);
	mm = lab_probe_kill(run, dead);
	lab_measure(run, "lazy-held", lab_probe_freed(run, mm, NULL));
	next = lab_sleeper(run, cgroup);
	lab_probe_freed(run, mm, &call);
	lab_measure_words(run, "lazy-freed", "%s",
			  call.pid == next ? "the next process there" :
			  call.pid	   ? "another process" :
					     "nobody");
}

static void experiment(struct lab_run *run)
{
	int here = lab_cpu_first(), there = lab_cpu_last();
	pid_t pid;

	plot = lab_plot(run, "mm_users and mm_count after each step of the table",
			"step", "references", LAB_STEPS);
	users = lab_series(run, plot, "mm_users");
	count = lab_series(run, plot, "mm_count");
	lab_probe_mm(run);
	lab_pin(run, here);
	lab_step(run, "fork() the subject, which reads its mm; all stay on "
		      "CPU %d", here);
	lab_step(run, "it calls pthread_create() %d times; they exit", THREADS);
	lab_step(run, "it calls vfork(); the child calls execve()");
	lab_step(run, "it calls clone(CLONE_VM); the child exits");
	lab_step(run, "it calls fork()");
	pid = lab_spawn(run, subject, NULL);
	lab_blocked(run, pid, SYS_pause);
	die_with_reader(run, pid);
	die_on_idle_cpu(run, there);
}

static const struct lab mm_life = {
	.number = 32,
	.name = "mm-life",
	.title = "two counters decide when an address space and its mm end",
	.question = "Which events change mm_users and mm_count of an mm, and "
		    "what ends when each of them reaches 0?",
	.idea = "mm_users counts the users of the address space: tasks with "
		"this mm, and readers. When it reaches 0, exit_mmap() unmaps "
		"everything. mm_count counts references to the structure; all "
		"users together hold one. When it reaches 0, __mmdrop() frees "
		"the structure and the top page table.",
	.pins = "All processes of the first part are pinned to the observer's "
		"CPU: while it reads, no kernel thread runs there that could "
		"borrow the mm. The last CPU belongs to a cpuset partition of "
		"the lab, so that no other process runs there between the death "
		"and its successor. No program here enabled huge pages or KSM, "
		"whose threads hold a reference too.",
	.changes = "The last CPU runs processes of the lab alone. Two kprobe "
		   "events trace exit_mmap() and __mmdrop().",
	.reads = "kernel/fork.c: copy_mm(), mmput(), __mmdrop()\n"
		 "kernel/exit.c: exit_mm()\n"
		 "fs/exec.c: exec_mmap()\n"
		 "fs/proc/base.c: proc_mem_open()\n"
		 "kernel/sched/core.c: context_switch(), finish_task_switch()",
	.needs = LAB_DEVICE | LAB_ROOT,
	.breaks = breaks,
	.predict = predict,
	.experiment = experiment,
};

LAB_REGISTER(mm_life);

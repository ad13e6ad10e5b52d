// SPDX-License-Identifier: GPL-2.0
/* Lab 3: a kernel thread has no mm and borrows the one that was loaded before. */
#include <ctype.h>
#include <dirent.h>
#include <sched.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "labs/cpu.h"
#include "labs/memory.h"
#include "labs/process.h"
#include "labs/system.h"

#define THP "/sys/kernel/mm/transparent_hugepage/"

enum { SAMPLES = 51, PAUSE_US = 1000, REGION = 4 << 20 };

static const struct lab_break breaks[] = {
	{ "idle", "let a user process run on the CPU while the other sleeps" },
	{ "last", "let another process run on the CPU after the sleeper" },
	{ 0 },
};

static void predict(struct lab_run *run)
{
	if (lab_cpu_last() < 0)
		lab_skip(run, "a second CPU is needed: one for the observer, "
			      "one for kernel threads");
	lab_predict(run, "own", "kernel threads with an mm of their own", 0,
		    "threads", "task_struct.mm is NULL");
	lab_predict(run, "bound",
		    "kernel threads of the observer's CPU that borrow", 0,
		    "threads", "only the running task of a CPU can, and that "
			       "is the observer");
	lab_predict(run, "idle", "mm_count of a process asleep on an idle CPU",
		    2, "", "its users, and the idle thread that borrows it");
	lab_predict(run, "busy", "mm_count when another process runs there", 1,
		    "", "its users alone: the CPU has loaded another mm");
	lab_predict(run, "kthread", "mm_count when khugepaged runs there", 2,
		    "", "its users, and khugepaged that borrows it");
	lab_predict_words(run, "whose", "owner of the mm that khugepaged borrows",
			  "the sleeper's",
			  "context_switch() keeps the mm of the task before");
}

/* Map memory that khugepaged scans again and again. */
static int scanned(struct lab_run *run, void *arg)
{
	const struct lab_gate *ready = arg;
	void *region;

	prctl(PR_SET_THP_DISABLE, 0, 0, 0, 0);
	region = lab_map_aligned(run, REGION, REGION, PROT_READ | PROT_WRITE,
				 MAP_PRIVATE | MAP_ANONYMOUS, -1);
	/* It ignores VMAs that have never had a page. */
	lab_write(region, 1, 1, 1);
	if (madvise(region, REGION, MADV_HUGEPAGE))
		lab_skip(run, "this kernel has no transparent huge pages");
	lab_gate_open(*ready);
	do {
		pause();
	} while (true);
	return 0;
}

static bool has_mm(struct lab_run *run, pid_t pid)
{
	const struct vmlab_task *task;
	struct vmlab_tasks_iter *it;
	struct vmlab_proc *proc;
	bool found = false;

	if (vmlab_proc_open(lab_device(run), pid, &proc))
		return false;
	lab_check(run, vmlab_tasks_open(proc, &it), "the tasks of an mm");
	/* -ENXIO without an mm, -ESRCH when the thread has exited */
	found = vmlab_tasks_next(it, &task) > 0;
	vmlab_tasks_close(it);
	vmlab_proc_close(proc);
	return found;
}

/* Whether a kernel thread that may run on @cpu alone borrows an mm. */
static bool borrows_on(const struct lab_run *run, pid_t pid, int cpu)
{
	struct vmlab_mm mm = { 0 };
	struct vmlab_proc *proc;
	cpu_set_t set;

	if (sched_getaffinity(pid, sizeof(set), &set) || CPU_COUNT(&set) != 1 ||
	    !CPU_ISSET((unsigned int)cpu, &set) ||
	    vmlab_proc_open(lab_device(run), pid, &proc))
		return false;
	if (vmlab_mm_get(proc, &mm))
		mm.flags = 0;
	vmlab_proc_close(proc);
	return mm.flags & VMLAB_MM_BORROWS;
}

static void look_at_all(struct lab_run *run, int cpu)
{
	unsigned int all = 0, own = 0, borrow = 0;
	DIR *dir = opendir("/proc");
	const struct dirent *entry;

	while (dir && (entry = readdir(dir))) {
		pid_t pid = (pid_t)atoi(entry->d_name);

		if (!isdigit((unsigned char)entry->d_name[0]) ||
		    !lab_is_kthread(pid))
			continue;
		all++;
		own += has_mm(run, pid);
		borrow += borrows_on(run, pid, cpu);
	}
	if (dir)
		closedir(dir);
	lab_measure(run, "own", own);
	lab_measure(run, "bound", borrow);
	lab_note(run, "%u kernel threads were asked", all);
}

/* Return whose mm a kernel thread borrowed in most samples. */
static const char *whose(struct lab_run *run, pid_t kthread, pid_t sleeper)
{
	unsigned int own = 0, other = 0;

	for (int i = 0; i < SAMPLES; i++) {
		struct vmlab_mm mm;

		/* khugepaged can wait for a kworker of this CPU: let it run. */
		usleep(PAUSE_US);
		mm = lab_mm(run, kthread);
		if (!(mm.flags & VMLAB_MM_BORROWS))
			continue;
		own += mm.active_pid == sleeper;
		other += mm.active_pid != sleeper;
	}
	lab_note(run, "khugepaged borrowed in %u of %d samples", own + other,
		 SAMPLES);
	if (own > SAMPLES / 2)
		return "the sleeper's";
	return other > SAMPLES / 2 ? "another process's" : "nobody's";
}

static void run_khugepaged(struct lab_run *run, const char *cgroup)
{
	struct lab_gate ready = lab_gate_make(run);
	pid_t pid;

	lab_write_setting(run, THP "enabled", "madvise");
	pid = lab_kthread_find("khugepaged");
	if (!pid)
		lab_skip(run, "khugepaged does not run, which the lab needs as "
			      "a kernel thread to keep busy");
	lab_step(run, "write 0 to " THP "khugepaged/scan_sleep_millisecs: "
		      "khugepaged scans without a pause");
	lab_spawn(run, scanned, &ready);
	lab_gate_pass(run, ready);
	lab_write_setting(run, THP "khugepaged/scan_sleep_millisecs", "0");
	lab_step(run, "write its pid to %s/cgroup.procs", cgroup);
	lab_kthread_move(run, pid, cgroup);
}

static double count_of(struct lab_run *run, pid_t pid)
{
	return (double)lab_mm(run, pid).mm_count;
}

static void experiment(struct lab_run *run)
{
	int here = lab_cpu_first(), there = lab_cpu_last();
	char cgroup[LAB_PATH];
	pid_t pid, busy = 0;

	lab_pin(run, here);
	lab_step(run, "ask every kernel thread from CPU %d", here);
	look_at_all(run, here);

	lab_step(run, "take CPU %d from all other processes; fork() a sleeper "
		      "that runs there", there);
	lab_cpu_alone(run, there, cgroup);
	pid = lab_sleeper(run, cgroup);
	if (lab_broken(run, "idle"))
		busy = lab_busy(run, cgroup);
	lab_measure(run, "idle", count_of(run, pid));
	if (!busy)
		busy = lab_busy(run, cgroup);
	lab_step(run, "fork() a process that is busy on CPU %d", there);
	lab_measure(run, "busy", count_of(run, pid));
	lab_kill(run, busy);

	run_khugepaged(run, cgroup);
	lab_sleeper_wake(run, pid);
	if (lab_broken(run, "last"))
		lab_sleeper(run, cgroup);
	lab_measure(run, "kthread", count_of(run, pid));
	lab_measure_words(run, "whose", "%s",
			  whose(run, lab_kthread_find("khugepaged"), pid));
}

static const struct lab kernel_threads = {
	.number = 3,
	.name = "kernel-threads",
	.title = "kernel threads have no mm and borrow one",
	.question = "Whose page tables does a CPU use while it runs a kernel "
		    "thread?",
	.idea = "A kernel thread needs the kernel half alone, which all page "
		"tables share: its mm is NULL. When the scheduler switches to "
		"it, it does not load other page tables: the thread borrows the "
		"mm of the task before, in active_mm, with a reference in "
		"mm_count (lazy TLB). The next user task that runs on the CPU "
		"drops it.",
	.pins = "The observer is pinned to the first CPU. The last CPU belongs "
		"to a cpuset partition of the lab, so that no other process "
		"loads its mm there. Other kernel threads that run there pass "
		"the borrowed mm on and change no count.",
	.changes = "The last CPU runs processes of the lab alone. khugepaged "
		   "scans without pause, there. Transparent huge pages are set "
		   "to madvise.",
	.reads = "kernel/sched/core.c: context_switch(), finish_task_switch()\n"
		 "include/linux/sched/mm.h: mmgrab_lazy_tlb()\n"
		 "arch/x86/mm/tlb.c: enter_lazy_tlb(), switch_mm_irqs_off()",
	.needs = LAB_DEVICE | LAB_ROOT,
	.breaks = breaks,
	.predict = predict,
	.experiment = experiment,
};

LAB_REGISTER(kernel_threads);

// SPDX-License-Identifier: GPL-2.0
/* Lab 2: threads share one mm, processes do not. */
#include <sys/mman.h>
#include <unistd.h>

#include "labs/memory.h"
#include "labs/process.h"
#include "labs/thread.h"

enum { THREADS = 32 };

static const struct lab_param params[] = {
	{ "threads", "4", NULL, 1, THREADS, "threads beside the first one" },
	{ 0 },
};

static const struct lab_break breaks[] = {
	{ "process", "make the child with CLONE_VM: it shares the mm" },
	{ "thread", "make a process with fork in place of each thread" },
	{ 0 },
};

/* Seen by all tasks, also those that do not share the mm. */
struct plan {
	struct lab_gate ready, end;
	char *page; /* mapped private */
	size_t size;
};

static void predict(struct lab_run *run)
{
	unsigned int n = (unsigned int)lab_number(run, "threads");

	lab_predict(run, "users", "mm_users with the threads", n + 1.0, "",
		    "the first thread and %u others", n);
	lab_predict(run, "tasks", "tasks that use the mm", n + 1.0, "tasks",
		    "task_struct.mm of each thread points to it");
	lab_predict(run, "same", "threads with the same VMAs as the first", n,
		    "threads", "the maple tree is in the mm");
	lab_predict(run, "thread-vma", "new VMAs when a thread calls mmap", 1,
		    "VMAs", "it maps in the shared mm");
	lab_predict(run, "thread-write", "value after a thread wrote 1", 1, "",
		    "one mm, one page table, one frame");
	lab_predict(run, "after", "mm_users without the threads", 1, "",
		    "exit_mm() of each thread drops one");
	lab_predict(run, "child-users", "mm_users of a child made by fork", 1,
		    "", "dup_mm() makes an mm with one user");
	lab_predict(run, "child-vma", "new VMAs here when the child calls mmap",
		    0, "VMAs", "it maps in its own mm");
	lab_predict(run, "child-write", "value here after the child wrote 2", 1,
		    "", "the child wrote to its own copy of the page");
}

/* Map a page that merges with no other VMA, and write to the private page. */
static void map_and_write(struct lab_run *run, const struct plan *plan,
			  char value)
{
	lab_map(run, plan->size, PROT_READ | PROT_WRITE,
		MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	*(volatile char *)plan->page = value;
}

static void in_thread(struct lab_run *run, void *arg)
{
	map_and_write(run, arg, 1);
}

/* In place of a thread, when that is broken. */
static int in_process(struct lab_run *run, void *arg)
{
	struct plan *plan = arg;

	map_and_write(run, plan, 1);
	lab_gate_open(plan->ready);
	do {
		pause();
	} while (true);
	return 0;
}

static int in_child(struct lab_run *run, void *arg)
{
	struct plan *plan = arg;

	map_and_write(run, plan, 2);
	lab_gate_open(plan->ready);
	lab_gate_pass(run, plan->end);
	return 0;
}

static unsigned int count_tasks(struct lab_run *run)
{
	struct vmlab_proc *proc;
	struct vmlab_tasks_iter *it;
	const struct vmlab_task *task;
	unsigned int nr = 0;

	lab_check(run, vmlab_proc_open(lab_device(run), 0, &proc),
		  "this process");
	lab_check(run, vmlab_tasks_open(proc, &it), "the tasks of the mm");
	while (lab_check(run, vmlab_tasks_next(it, &task),
			 "the tasks of the mm"))
		nr++;
	vmlab_tasks_close(it);
	vmlab_proc_close(proc);
	return nr;
}

static void start(struct lab_run *run, struct lab_thread *threads,
		  unsigned int n, struct plan *plan)
{
	for (unsigned int i = 0; i < n; i++) {
		if (!lab_broken(run, "thread")) {
			lab_thread_start(run, &threads[i], NULL);
			continue;
		}
		threads[i].tid = lab_spawn(run, in_process, plan);
		lab_gate_pass(run, plan->ready);
	}
}

static void threads_part(struct lab_run *run, struct plan *plan, unsigned int n)
{
	bool broken = lab_broken(run, "thread");
	struct lab_thread threads[THREADS];
	struct vmlab_mm mm, other;
	unsigned int same = 0;
	uint64_t vmas;

	lab_step(run, "pthread_create(): %u threads, which wait", n);
	start(run, threads, n, plan);
	mm = lab_mm(run, 0);
	lab_measure(run, "users", (double)mm.mm_users);
	lab_measure(run, "tasks", count_tasks(run));
	vmas = lab_vma_count(run, 0, NULL, NULL);
	for (unsigned int i = 0; i < n; i++) {
		other = lab_mm(run, threads[i].tid);
		same += other.mm_users == mm.mm_users &&
			lab_vma_count(run, threads[i].tid, NULL, NULL) == vmas;
	}
	lab_measure(run, "same", same);

	lab_step(run, "a thread calls mmap() and writes 1 to a private page");
	if (!broken)
		lab_thread_call(&threads[0], in_thread, plan);
	lab_measure(run, "thread-vma",
		    (double)(lab_vma_count(run, 0, NULL, NULL) - vmas));
	lab_measure(run, "thread-write", *(volatile char *)plan->page);

	lab_step(run, "the threads exit; pthread_join()");
	for (unsigned int i = 0; i < n && !broken; i++)
		lab_thread_stop(&threads[i]);
	lab_measure(run, "after", (double)lab_mm(run, 0).mm_users);
}

static void child_part(struct lab_run *run, struct plan *plan)
{
	uint64_t vmas = lab_vma_count(run, 0, NULL, NULL);
	bool shared = lab_broken(run, "process");
	pid_t pid;

	lab_step(run, "%s: the child calls mmap() and writes 2 to the page",
		 shared ? "clone(CLONE_VM)" : "fork()");
	pid = shared ? lab_clone(run, in_child, plan) :
		       lab_spawn(run, in_child, plan);
	lab_gate_pass(run, plan->ready);
	lab_measure(run, "child-users", (double)lab_mm(run, pid).mm_users);
	lab_measure(run, "child-vma",
		    (double)(lab_vma_count(run, 0, NULL, NULL) - vmas));
	lab_measure(run, "child-write", *(volatile char *)plan->page);
	lab_gate_open(plan->end);
	lab_wait_ok(run, pid);
}

static void experiment(struct lab_run *run)
{
	struct plan plan = { lab_gate_make(run), lab_gate_make(run) };

	plan.size = lab_machine(run)->page;
	plan.page = lab_map(run, plan.size, PROT_READ | PROT_WRITE,
			    MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	threads_part(run, &plan, (unsigned int)lab_number(run, "threads"));
	child_part(run, &plan);
}

static const struct lab shared_mm = {
	.number = 2,
	.name = "shared-mm",
	.title = "threads share one mm, processes do not",
	.question = "Which of mm_users, the VMAs and the memory does a new "
		    "thread share, and which does a new process?",
	.idea = "clone() with CLONE_VM, which pthread_create() calls, lets the "
		"new task point to the same mm_struct and adds one to "
		"mm_users. fork() without it copies the mm: VMAs and page "
		"tables of its own, and pages shared only until one side "
		"writes.",
	.pins = "The measurements start after all threads reported, and end "
		"after they have left the process. The VMAs that the lab adds "
		"map shared memory, each its own object, so that none merges "
		"with a neighbour. No other process reads the mm meanwhile; a "
		"reader such as ps would add to mm_users.",
	.reads = "kernel/fork.c: copy_mm(), dup_mm()\n"
		 "kernel/exit.c: exit_mm()\n"
		 "include/linux/sched/mm.h: mmget()",
	.needs = LAB_DEVICE,
	.params = params,
	.breaks = breaks,
	.predict = predict,
	.experiment = experiment,
};

LAB_REGISTER(shared_mm);

/* SPDX-License-Identifier: GPL-2.0 */
/* Which CPU runs what: for labs whose counts depend on context switches. */
#ifndef LABS_CPU_H
#define LABS_CPU_H

#include <sys/types.h>

#include "labs/lab.h"
#include "labs/system.h"

/** lab_cpu_first, lab_cpu_last - the CPUs that this process may use; -1 without a second */
int lab_cpu_first(void);
int lab_cpu_last(void);

/** lab_pin - run this thread, and all that it creates, on one CPU */
void lab_pin(struct lab_run *run, int cpu);

/** lab_one_cpu - keep this thread, and all that it creates, on the CPU that it is on */
void lab_one_cpu(struct lab_run *run);

/**
 * lab_cpu_alone - take a CPU from all other processes until the run ends
 * @cgroup: [out] a cgroup with this CPU, for lab_cgroup_join()
 *
 * A cpuset partition: no task outside @cgroup runs there, except for kernel
 * threads.  Skips the lab without the controller.
 */
void lab_cpu_alone(struct lab_run *run, int cpu, char cgroup[LAB_PATH]);

/**
 * lab_sleeper - fork a process that sleeps on a CPU of lab_cpu_alone()
 *
 * Return: its pid, when it is switched out there.
 */
pid_t lab_sleeper(struct lab_run *run, const char *cgroup);

/** lab_sleeper_wake - let it run for a moment, until it sleeps again */
void lab_sleeper_wake(struct lab_run *run, pid_t pid);

/** lab_busy - fork a process that never sleeps on that CPU; return when it runs there */
pid_t lab_busy(struct lab_run *run, const char *cgroup);

/** lab_is_kthread - tell whether a task is a kernel thread; false when it is gone */
bool lab_is_kthread(pid_t pid);

/** lab_kthread_find - return the pid of the kernel thread @name, 0 without one */
pid_t lab_kthread_find(const char *name);

/** lab_kthread_move - move a kernel thread that is not bound into a cgroup until the run ends */
void lab_kthread_move(struct lab_run *run, pid_t pid, const char *cgroup);

/**
 * lab_blocked - wait until a thread sleeps in a system call and is switched out
 * @number: SYS_*
 */
void lab_blocked(struct lab_run *run, pid_t tid, long number);

/** lab_exited - wait until a thread is no longer in its process, or a process was reaped */
void lab_exited(struct lab_run *run, pid_t tgid, pid_t tid);

#endif /* LABS_CPU_H */

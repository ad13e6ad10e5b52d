// SPDX-License-Identifier: GPL-2.0
/*
 * Drain mm's per-CPU batches, which hold references to frames.
 *
 * mlock(2) and munlock(2) put pages into a batch of the CPU (mm/mlock.c), with a
 * reference that makes a frame look pinned until the batch is drained.  On a CPU
 * that does nothing else with memory that takes for ever.  mm drains with
 * lru_add_drain_all(), which is not exported; releasing a folio batch drains the
 * batches of the CPU that does it.
 */
#include <linux/cpu.h>
#include <linux/jiffies.h>
#include <linux/percpu.h>
#include <linux/workqueue.h>

#include "compat.h"
#include "pager/drain.h"

/* At most so often, unless a request waits for it. */
#define VMLAB_DRAIN_INTERVAL	(HZ / 10)

static struct work_struct __percpu *vmlab_drain_work;
static struct workqueue_struct *vmlab_drain_wq;
static unsigned long vmlab_drain_last;

static void drain_cpu(struct work_struct *work)
{
	vmlab_drain_batches();
}

/**
 * vmlab_drain_init() - prepare to drain; once, at module load
 *
 * Context: process context, may sleep.
 * Return: 0 or -ENOMEM.
 */
int vmlab_drain_init(void)
{
	unsigned int cpu;

	vmlab_drain_work = alloc_percpu(struct work_struct);
	if (!vmlab_drain_work)
		return -ENOMEM;
	for_each_possible_cpu(cpu)
		INIT_WORK(per_cpu_ptr(vmlab_drain_work, cpu), drain_cpu);
	vmlab_drain_last = jiffies - VMLAB_DRAIN_INTERVAL;
	vmlab_drain_wq = alloc_workqueue("vmlab-drain", VMLAB_WQ_PERCPU, 0);
	if (vmlab_drain_wq)
		return 0;
	free_percpu(vmlab_drain_work);
	return -ENOMEM;
}

/**
 * vmlab_drain_exit() - undo vmlab_drain_init(); once, at module unload
 *
 * Context: process context, may sleep.
 */
void vmlab_drain_exit(void)
{
	destroy_workqueue(vmlab_drain_wq);
	free_percpu(vmlab_drain_work);
}

/**
 * vmlab_drain() - drain the batches of all CPUs
 * @wait: until they are drained; otherwise they will be before long
 *
 * Context: process context, may sleep with @wait.
 */
void vmlab_drain(bool wait)
{
	unsigned long last = READ_ONCE(vmlab_drain_last);
	unsigned int cpu;

	if (!wait && time_before(jiffies, last + VMLAB_DRAIN_INTERVAL))
		return;
	WRITE_ONCE(vmlab_drain_last, jiffies);

	/*
	 * Without @wait the caller can hold locks of mm, or reclaim memory for
	 * a task that takes a CPU online or offline.
	 */
	if (wait)
		cpus_read_lock();
	else if (!cpus_read_trylock())
		return;
	for_each_online_cpu(cpu)
		queue_work_on(cpu, vmlab_drain_wq,
			      per_cpu_ptr(vmlab_drain_work, cpu));
	cpus_read_unlock();
	if (wait)
		flush_workqueue(vmlab_drain_wq);
}

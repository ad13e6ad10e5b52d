// SPDX-License-Identifier: GPL-2.0
/*
 * Overwrite stale pointers that hide leaks from kmemleak. The slab allocator of newer
 * kernels allocates objects from arrays of pointers ("sheaves") and leaves the old
 * pointers in them. kmemleak takes them for references, so it can miss a few leaked
 * objects for ever.
 *
 * Loading this module allocates and frees so many objects of every size on every CPU
 * that the arrays hold newer pointers. It fails with -EAGAIN, so that it can be loaded
 * again.
 */

#include <linux/cpu.h>
#include <linux/module.h>
#include <linux/sizes.h>
#include <linux/slab.h>
#include <linux/workqueue.h>

/* more than the sheaves of one CPU and one node hold */
#define OBJECTS 1024

static void churn_size(void **objects, size_t size, gfp_t gfp)
{
	size_t i, n = min_t(size_t, OBJECTS, SZ_1M / size);

	for (i = 0; i < n; i++)
		objects[i] = kmalloc(size, gfp | __GFP_NOWARN);
	for (i = 0; i < n; i++) {
		kfree(objects[i]);
		objects[i] = NULL;
	}
}

static long churn(void *objects)
{
	size_t size;

	for (size = 8; size <= SZ_8K; size *= 2) {
		churn_size(objects, size, GFP_KERNEL);
		churn_size(objects, size, GFP_KERNEL_ACCOUNT);
		churn_size(objects, size + size / 2, GFP_KERNEL);
		cond_resched();
	}
	return 0;
}

static int __init churn_init(void)
{
	void **objects = kvcalloc(OBJECTS, sizeof(*objects), GFP_KERNEL);
	int cpu;

	if (!objects)
		return -ENOMEM;
	cpus_read_lock();
	for_each_online_cpu(cpu)
		work_on_cpu(cpu, churn, objects);
	cpus_read_unlock();
	kvfree(objects);
	return -EAGAIN;
}
module_init(churn_init);

MODULE_DESCRIPTION("Overwrites stale pointers that hide leaks from kmemleak");
MODULE_LICENSE("GPL");

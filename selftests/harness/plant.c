// SPDX-License-Identifier: GPL-2.0
/*
 * Make mistakes on purpose, to test that the harness finds them. Loading with what=...
 * makes one of them and fails with -EAGAIN, so that the module can be loaded again.
 */

#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/irqflags.h>
#include <linux/jiffies.h>
#include <linux/kthread.h>
#include <linux/module.h>
#include <linux/mutex.h>
#include <linux/slab.h>
#include <linux/string.h>

static char *what = "";
module_param(what, charp, 0);
MODULE_PARM_DESC(what, "warn, lock, leak, uaf, race, oops or hang");

static DEFINE_MUTEX(first);
static DEFINE_MUTEX(second);

static noinline void plant_warn(void)
{
	WARN(1, "planted warning\n");
}

/* Take two locks in both orders, one after the other: lockdep reports it, nothing blocks. */
static noinline void plant_lock(void)
{
	mutex_lock(&first);
	mutex_lock(&second);
	mutex_unlock(&second);
	mutex_unlock(&first);

	mutex_lock(&second);
	mutex_lock(&first);
	mutex_unlock(&first);
	mutex_unlock(&second);
}

static noinline void plant_leak(void)
{
	int i;

	/* Several, since a stale register or stack slot can still point to one. */
	for (i = 0; i < 8; i++) {
		void *p = kzalloc(128, GFP_KERNEL);

		OPTIMIZER_HIDE_VAR(p);
	}
}

static noinline void plant_uaf(void)
{
	char *p = kmalloc(32, GFP_KERNEL);

	if (!p)
		return;
	OPTIMIZER_HIDE_VAR(p);
	kfree(p);
	WRITE_ONCE(*p, 1);
}

static int raced;

static noinline void plant_access(void)
{
	raced++;
	barrier();
}

static int plant_thread(void *unused)
{
	while (!kthread_should_stop()) {
		plant_access();
		cond_resched();
	}
	return 0;
}

/* Write a word in two threads, for as long as KCSAN may need to see it. */
static noinline void plant_race(void)
{
	struct task_struct *thread = kthread_run(plant_thread, NULL, "plant");
	unsigned long end = jiffies + 10 * HZ;

	if (IS_ERR(thread))
		return;
	while (time_before(jiffies, end)) {
		plant_access();
		cond_resched();
	}
	kthread_stop(thread);
}

static noinline void plant_oops(void)
{
	int *p = NULL;

	OPTIMIZER_HIDE_VAR(p);
	WRITE_ONCE(*p, 1);
}

static noinline void plant_hang(void)
{
	local_irq_disable();
	for (;;)
		cpu_relax();
}

static int __init plant_init(void)
{
	static const struct {
		const char *name;
		void (*plant)(void);
	} seeds[] = {
		{ "warn", plant_warn },
		{ "lock", plant_lock },
		{ "leak", plant_leak },
		{ "uaf", plant_uaf },
		{ "race", plant_race },
		{ "oops", plant_oops },
		{ "hang", plant_hang },
	};
	size_t i;

	for (i = 0; i < ARRAY_SIZE(seeds); i++) {
		if (!strcmp(what, seeds[i].name)) {
			pr_info("planting: %s\n", what);
			seeds[i].plant();
			return -EAGAIN;
		}
	}
	return -EINVAL;
}
module_init(plant_init);

MODULE_DESCRIPTION("Makes mistakes on purpose, to test the test harness");
MODULE_LICENSE("GPL");

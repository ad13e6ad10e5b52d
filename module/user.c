// SPDX-License-Identifier: GPL-2.0
/*
 * Limits per user.  A space is charged to the user that opened it, as a file is
 * charged to its owner's quota: whoever maps the space later.
 *
 * Charges are per-CPU and summed only near a limit, so that faults of many CPUs
 * do not share a cache line.
 */
#include <linux/capability.h>
#include <linux/cred.h>
#include <linux/errno.h>
#include <linux/math64.h>
#include <linux/minmax.h>
#include <linux/mm.h>
#include <linux/moduleparam.h>
#include <linux/mutex.h>
#include <linux/slab.h>
#include <linux/user_namespace.h>
#include <linux/xarray.h>

#include <linux/vmlab.h>

#include "user.h"

/* Charges that a CPU collects before it adds them to the shared sum. */
#define VMLAB_USER_BATCH	64

/* What an evicted page takes where no page near it is resident or evicted. */
#define VMLAB_EVICTED_BYTES	(2 * sizeof(struct xa_node))

static unsigned long limits[VMLAB_USER_NR];

module_param_named(max_user_spaces, limits[VMLAB_USER_SPACES], ulong, 0644);
MODULE_PARM_DESC(max_user_spaces, "open spaces per user (default 256)");
module_param_named(max_user_pages, limits[VMLAB_USER_PAGES], ulong, 0644);
MODULE_PARM_DESC(max_user_pages, "resident pages per user (default half of memory)");
module_param_named(max_user_store_pages, limits[VMLAB_USER_STORE], ulong, 0644);
MODULE_PARM_DESC(max_user_store_pages, "pages in swap stores per user (default half of memory)");
module_param_named(max_user_evicted, limits[VMLAB_USER_EVICTED], ulong, 0644);
MODULE_PARM_DESC(max_user_evicted, "evicted clean pages remembered per user (default as many as fill 1/16 of memory)");
module_param_named(max_user_trace, limits[VMLAB_USER_TRACE], ulong, 0644);
MODULE_PARM_DESC(max_user_trace, "accesses in traces per user (default as many as fill 1/16 of memory, at most 64 Mi)");
module_param_named(max_user_events, limits[VMLAB_USER_EVENTS], ulong, 0644);
MODULE_PARM_DESC(max_user_events, "events in rings per user (default as many as fill 1/16 of memory, at most 4 Mi)");

/* Few: a list serves.  Taken when a space is opened or freed. */
static LIST_HEAD(users);
static DEFINE_MUTEX(users_lock);

static void limit_default(enum vmlab_resource resource, u64 limit)
{
	if (!limits[resource])
		limits[resource] = min_t(u64, limit, LONG_MAX);
}

/**
 * vmlab_user_init() - set the limits that were not given; once, at module load
 *
 * Context: process context.
 * Return: 0.
 */
int vmlab_user_init(void)
{
	const u64 bytes = (u64)totalram_pages() << PAGE_SHIFT;

	limit_default(VMLAB_USER_SPACES, 256);
	limit_default(VMLAB_USER_PAGES, totalram_pages() / 2);
	limit_default(VMLAB_USER_STORE, totalram_pages() / 2);
	limit_default(VMLAB_USER_EVICTED,
		      div_u64(bytes, 16 * VMLAB_EVICTED_BYTES));
	limit_default(VMLAB_USER_TRACE,
		      min_t(u64, 4ULL * VMLAB_TRACE_MAX,
			    div_u64(bytes, 16 * sizeof(u64))));
	limit_default(VMLAB_USER_EVENTS,
		      min_t(u64, 4ULL * VMLAB_EVENTS_MAX,
			    div_u64(bytes, 16 * sizeof(struct vmlab_event))));
	return 0;
}

/*
 * The user to charge: the caller, or, in a user namespace, the user that made
 * the outermost one, who can map as many uids as newuidmap(1) allows.  A
 * namespace that root made, as for a container, limits each of its users.
 */
static kuid_t user_uid(void)
{
	struct user_namespace *ns, *outermost = NULL;

	for (ns = current_user_ns(); ns != &init_user_ns; ns = ns->parent)
		outermost = ns;
	if (outermost && !uid_eq(outermost->owner, GLOBAL_ROOT_UID))
		return outermost->owner;
	return current_uid();
}

static void user_free(struct vmlab_user *user, unsigned int counters)
{
	while (counters--)
		percpu_counter_destroy(&user->used[counters]);
	kfree(user);
}

static struct vmlab_user *user_alloc(kuid_t uid)
{
	struct vmlab_user *user = kzalloc(sizeof(*user), GFP_KERNEL_ACCOUNT);
	unsigned int i;

	if (!user)
		return NULL;
	for (i = 0; i < VMLAB_USER_NR; i++) {
		if (percpu_counter_init(&user->used[i], 0,
					GFP_KERNEL_ACCOUNT)) {
			user_free(user, i);
			return NULL;
		}
	}
	spin_lock_init(&user->lock);
	user->uid = uid;
	return user;
}

/**
 * vmlab_user_get() - return the user to which the caller's spaces are charged
 *
 * Context: process context, may sleep.
 * Return: the user, for vmlab_user_put(); or an ERR_PTR() of -ENOMEM, -EINTR.
 */
struct vmlab_user *vmlab_user_get(void)
{
	const kuid_t uid = user_uid();
	struct vmlab_user *user;

	if (mutex_lock_killable(&users_lock))
		return ERR_PTR(-EINTR);
	list_for_each_entry(user, &users, link)
		if (uid_eq(user->uid, uid))
			goto found;
	user = user_alloc(uid);
	if (!user) {
		mutex_unlock(&users_lock);
		return ERR_PTR(-ENOMEM);
	}
	list_add(&user->link, &users);
found:
	user->nr++;
	mutex_unlock(&users_lock);
	return user;
}

/**
 * vmlab_user_put() - undo vmlab_user_get()
 * @user: the user; nothing of the caller's space is charged any more
 *
 * Context: process context, may sleep.
 */
void vmlab_user_put(struct vmlab_user *user)
{
	unsigned int i;

	mutex_lock(&users_lock);
	if (--user->nr) {
		mutex_unlock(&users_lock);
		return;
	}
	list_del(&user->link);
	mutex_unlock(&users_lock);

	for (i = 0; i < VMLAB_USER_NR; i++)
		WARN_ON_ONCE(percpu_counter_sum(&user->used[i]));
	user_free(user, VMLAB_USER_NR);
}

/**
 * vmlab_user_exempt() - tell whether no limit holds for the caller
 *
 * Context: process context.
 * Return: whether the caller has CAP_SYS_RESOURCE in the initial user namespace.
 */
bool vmlab_user_exempt(void)
{
	return ns_capable_noaudit(&init_user_ns, CAP_SYS_RESOURCE);
}

/* Is what is used below the limit, whatever the CPUs have not added yet? */
static bool far_below(struct percpu_counter *used, s64 limit)
{
	return percpu_counter_read(used) +
	       VMLAB_USER_BATCH * num_online_cpus() <= limit;
}

/**
 * __vmlab_user_charge() - charge a resource to a user
 * @user: the user
 * @resource: what
 * @nr: how much
 *
 * Context: any but interrupts.
 * Return: 0, or -EDQUOT when the limit would be exceeded.
 */
int __vmlab_user_charge(struct vmlab_user *user, enum vmlab_resource resource,
			long nr)
{
	struct percpu_counter *used = &user->used[resource];
	s64 limit = min_t(unsigned long, READ_ONCE(limits[resource]), LONG_MAX);
	bool added = nr <= VMLAB_USER_BATCH && far_below(used, limit - nr);
	int ret = 0;

	if (likely(added)) {
		percpu_counter_add_batch(used, nr, VMLAB_USER_BATCH);
		/* A larger charge may have come in between. */
		if (likely(far_below(used, limit)))
			return 0;
	}
	spin_lock(&user->lock);
	if (!added)
		percpu_counter_add_batch(used, nr, VMLAB_USER_BATCH);
	if (percpu_counter_sum(used) > limit) {
		percpu_counter_add_batch(used, -nr, VMLAB_USER_BATCH);
		ret = -EDQUOT;
	}
	spin_unlock(&user->lock);
	return ret;
}

/**
 * __vmlab_user_uncharge() - undo __vmlab_user_charge()
 * @user: the user
 * @resource: what
 * @nr: how much; negative charges, whatever the limit
 *
 * Context: any but interrupts.
 */
void __vmlab_user_uncharge(struct vmlab_user *user,
			   enum vmlab_resource resource, long nr)
{
	percpu_counter_add_batch(&user->used[resource], -nr, VMLAB_USER_BATCH);
}

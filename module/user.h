/* SPDX-License-Identifier: GPL-2.0 */
/* Limits per user: what the spaces of one user hold together. */
#ifndef VMLAB_USER_H
#define VMLAB_USER_H

#include <linux/atomic.h>
#include <linux/list.h>
#include <linux/percpu_counter.h>
#include <linux/spinlock.h>
#include <linux/uidgid.h>

/**
 * enum vmlab_resource - what is limited per user
 * @VMLAB_USER_SPACES: open spaces, and those that are being destroyed
 * @VMLAB_USER_PAGES: pages of resident frames
 * @VMLAB_USER_STORE: pages of the swap stores
 * @VMLAB_USER_TRACE: accesses in traces for OPT
 * @VMLAB_USER_EVICTED: pages that were evicted without contents to keep, and are
 *	remembered only because they were
 * @VMLAB_USER_EVENTS: events that the rings have room for
 * @VMLAB_USER_NR: number of resources
 */
enum vmlab_resource {
	VMLAB_USER_SPACES,
	VMLAB_USER_PAGES,
	VMLAB_USER_STORE,
	VMLAB_USER_TRACE,
	VMLAB_USER_EVICTED,
	VMLAB_USER_EVENTS,
	VMLAB_USER_NR,
};

/**
 * struct vmlab_user - a user that has spaces
 * @link: place in the list of all users
 * @uid: the user
 * @nr: spaces that refer to it; protected by the lock of the list
 * @overdue: destructions of its spaces that no task waits for any more
 * @lock: held to charge near a limit, so that a charge that is about to be
 *	refused does not make the charge of another task fail
 * @used: what its spaces hold
 */
struct vmlab_user {
	struct list_head link;
	kuid_t uid;
	unsigned long nr;
	atomic_t overdue;
	spinlock_t lock;	/* see above */
	struct percpu_counter used[VMLAB_USER_NR];
};

int vmlab_user_init(void);
struct vmlab_user *vmlab_user_get(void);
void vmlab_user_put(struct vmlab_user *user);
bool vmlab_user_exempt(void);

int __vmlab_user_charge(struct vmlab_user *user, enum vmlab_resource resource,
			long nr);
void __vmlab_user_uncharge(struct vmlab_user *user,
			   enum vmlab_resource resource, long nr);

/* Charge @nr to @user, unless NULL.  Returns 0 or -EDQUOT. */
static inline int vmlab_user_charge(struct vmlab_user *user,
				    enum vmlab_resource resource, long nr)
{
	return user ? __vmlab_user_charge(user, resource, nr) : 0;
}

/* Undo vmlab_user_charge(). */
static inline void vmlab_user_uncharge(struct vmlab_user *user,
				       enum vmlab_resource resource, long nr)
{
	if (user)
		__vmlab_user_uncharge(user, resource, nr);
}

#endif /* VMLAB_USER_H */

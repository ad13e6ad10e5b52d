/* SPDX-License-Identifier: GPL-2.0 */
/* The pager of a space: its frame budget, and who leaves when it is full. */
#ifndef VMLAB_PAGER_H
#define VMLAB_PAGER_H

#include <linux/compiler.h>
#include <linux/list.h>
#include <linux/ptrace.h>
#include <linux/spinlock.h>
#include <linux/types.h>

#include <linux/vmlab.h>

struct folio;
struct vmlab_frame;
struct vmlab_paging;
struct vmlab_policy;
struct vmlab_space;

/**
 * struct vmlab_pager - the pager of a space
 * @policy: who chooses; NULL until the space first gets a budget or a policy,
 *	and never again.  Read without a lock to see whether there is one.
 * @lock: protects all below, and serialises calls of the policy.  Nests
 *	inside folio locks.
 * @state: the policy's
 * @pages: all frames that were charged, the latest arrival last
 * @hand: where sampling goes on in @pages, or NULL for its start
 * @budget: frames that may be charged, ULONG_MAX for no limit
 * @charged: frames and those about to be
 * @locked: frames locked in memory
 * @capacity: what @state was made for
 * @seed: what @state was made with
 * @prefetch: VMLAB_PREFETCH_*.  Read without the lock.
 * @prefetch_pages: how many
 * @last_fill: the page filled last by a fault
 * @last_stride: how far it was from the one before
 * @step_task: who stepped last, only to compare with
 * @step_regs: its registers then
 * @stepping: every access is made to fault.  Read without the lock.
 * @asks: the policy is asked at each fault.  Read without the lock.
 * @around: read faults map what is resident after them.  Read without the
 *	lock.
 * @complete: all frames are in @pages; set once, under resize_lock
 */
struct vmlab_pager {
	const struct vmlab_policy *policy;
	spinlock_t lock;	/* what is below */
	void *state;
	struct list_head pages;
	struct vmlab_frame *hand;
	unsigned long budget;
	unsigned long charged;
	unsigned long locked;
	unsigned long capacity;
	u64 seed;
	u32 prefetch;
	u32 prefetch_pages;
	pgoff_t last_fill;
	long last_stride;
	struct task_struct *step_task;
	struct pt_regs step_regs;
	bool stepping;
	bool asks;
	bool around;
	bool complete;
};

static inline bool vmlab_pager_on(const struct vmlab_pager *pager)
{
	return READ_ONCE(pager->policy);
}

static inline bool vmlab_pager_stepping(const struct vmlab_pager *pager)
{
	return unlikely(READ_ONCE(pager->stepping));
}

int vmlab_pager_module_init(void);
void vmlab_pager_module_exit(void);

void vmlab_pager_init(struct vmlab_pager *pager);
void vmlab_pager_destroy(struct vmlab_pager *pager);

struct vmlab_frame *vmlab_pager_charge(struct vmlab_space *space, bool wait,
				       bool early);
void vmlab_pager_uncharge(struct vmlab_space *space, struct vmlab_frame *page);
int vmlab_pager_adopt(struct vmlab_space *space, struct folio *folio,
		      struct vmlab_frame *page);
void vmlab_pager_forget(struct vmlab_space *space, struct folio *folio);
void vmlab_pager_mapped_around(struct folio *folio);
void vmlab_pager_access(struct vmlab_space *space, struct folio *folio);
void vmlab_pager_step(struct vmlab_space *space, pgoff_t pgoff,
		      unsigned int flags);

void vmlab_pager_ask(struct vmlab_space *space, pgoff_t pgoff, pgoff_t first,
		     pgoff_t end, bool filled);
void __vmlab_pager_prefetch(struct vmlab_space *space, pgoff_t pgoff,
			    pgoff_t first, pgoff_t end);
int vmlab_pager_enable(struct vmlab_space *space);
int vmlab_pager_lock(struct vmlab_space *space, struct folio *folio, bool lock);
bool vmlab_pager_is_locked(struct folio *folio);
int vmlab_pager_set(struct vmlab_space *space,
		    const struct vmlab_paging *paging, const u64 *trace);
int vmlab_pager_set_policy(struct vmlab_space *space, u32 id, u32 bpf_id,
			   u64 seed);
void vmlab_pager_name(struct vmlab_space *space,
		      char name[VMLAB_POLICY_NAME_MAX]);
void vmlab_pager_get(struct vmlab_space *space, struct vmlab_paging *paging);

#endif /* VMLAB_PAGER_H */

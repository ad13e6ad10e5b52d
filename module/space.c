// SPDX-License-Identifier: GPL-2.0
/*
 * A space: frames in an xarray, their life, the configuration and statistics.
 *
 * Life of a frame, after the pattern of mm/filemap.c:
 *
 * - A fault looks the frame up under RCU and takes a reference, or allocates
 *   one and publishes it with xa_cmpxchg(): of two faults on one offset one
 *   wins and the other uses its frame.
 * - The fault then locks the folio, checks that it still belongs to the space
 *   and lies within its length, and hands it locked to mm, which sets the
 *   page-table entry before it unlocks.
 * - It is filled after it was published, still locked: so nobody can fill the
 *   same offset with what was there before somebody else wrote it.
 * - Whoever removes a frame holds its folio lock, unmaps it everywhere and
 *   clears folio->mapping.  So no entry can be set for a removed frame.
 *
 * There is no lock for the whole space in that path.
 */
#include <linux/fs.h>
#include <linux/mount.h>
#include <linux/pagemap.h>
#include <linux/percpu_counter.h>
#include <linux/pseudo_fs.h>
#include <linux/rmap.h>
#include <linux/slab.h>

#include "backing/backing.h"
#include "compat.h"
#include "inject.h"
#include "policy/policy.h"
#include "shrink.h"
#include "space.h"
#include "store.h"
#include "trace.h"
#include "writeback.h"

#define VMLAB_FS_MAGIC	0x766d6c62	/* "vmlb" */

/*
 * A mount of our own gives each space an inode, and so an address_space.  It
 * is there while spaces are: a mount for good would pin the module for good.
 */
static struct vfsmount *vmlab_mnt;
static int vmlab_mnt_count;
static atomic64_t vmlab_last_id;
/* All frames of all spaces: must be zero once the last space is gone. */
static struct percpu_counter vmlab_frames;

/* The last entry of a frame was dirty, or who pinned a frame wrote to it. */
static bool vmlab_dirty_folio(struct address_space *mapping,
			      struct folio *folio)
{
	vmlab_space_mark_dirty(mapping->host->i_private, folio);
	return false;
}

static const struct address_space_operations vmlab_aops = {
	.dirty_folio	= vmlab_dirty_folio,
};

static int vmlab_fs_init_context(struct fs_context *fc)
{
	return init_pseudo(fc, VMLAB_FS_MAGIC) ? 0 : -ENOMEM;
}

static struct file_system_type vmlab_fs_type = {
	.owner		 = THIS_MODULE,
	.name		 = "vmlab",
	.init_fs_context = vmlab_fs_init_context,
	.kill_sb	 = kill_anon_super,
};

/**
 * vmlab_space_init() - prepare for spaces; once, at module load
 *
 * Context: process context, may sleep.
 * Return: 0, or -ENOMEM.
 */
int vmlab_space_init(void)
{
	int ret = percpu_counter_init(&vmlab_frames, 0, GFP_KERNEL);

	if (ret)
		return ret;
	ret = vmlab_pager_module_init();
	if (ret)
		goto out_frames;
	ret = vmlab_shrink_init();
	if (ret)
		goto out_pager;
	return 0;

out_pager:
	vmlab_pager_module_exit();
out_frames:
	percpu_counter_destroy(&vmlab_frames);
	return ret;
}

/**
 * vmlab_space_exit() - undo vmlab_space_init(); once, at module unload
 *
 * Context: process context, may sleep; no space may exist any more.
 */
void vmlab_space_exit(void)
{
	WARN_ON_ONCE(percpu_counter_sum(&vmlab_frames));
	vmlab_shrink_exit();
	vmlab_pager_module_exit();
	percpu_counter_destroy(&vmlab_frames);
}

/**
 * vmlab_frames_total() - frames that all spaces together hold
 *
 * Context: process context.
 * Return: the number of frames, exact when no fault is under way.
 */
s64 vmlab_frames_total(void)
{
	return percpu_counter_sum(&vmlab_frames);
}
VMLAB_EXPORT_FOR_KUNIT(vmlab_frames_total);

static struct inode *vmlab_inode_create(void)
{
	struct inode *inode;
	int ret;

	ret = simple_pin_fs(&vmlab_fs_type, &vmlab_mnt, &vmlab_mnt_count);
	if (ret)
		return ERR_PTR(ret);
	inode = alloc_anon_inode(vmlab_mnt->mnt_sb);
	if (IS_ERR(inode))
		simple_release_fs(&vmlab_mnt, &vmlab_mnt_count);
	return inode;
}

static void vmlab_inode_destroy(struct inode *inode)
{
	iput(inode);
	simple_release_fs(&vmlab_mnt, &vmlab_mnt_count);
}

/**
 * vmlab_space_create() - a new, empty space without a limit
 *
 * Context: process context, may sleep.
 * Return: the space, to be freed with vmlab_space_destroy(), or an ERR_PTR()
 * of -ENOMEM or whatever the allocation of an inode says.
 */
struct vmlab_space *vmlab_space_create(void)
{
	struct vmlab_space *space;
	struct inode *inode;

	space = kzalloc(sizeof(*space), GFP_KERNEL_ACCOUNT);
	if (!space)
		return ERR_PTR(-ENOMEM);

	space->counters = alloc_percpu_gfp(struct vmlab_counters,
					   GFP_KERNEL_ACCOUNT);
	if (!space->counters) {
		kfree(space);
		return ERR_PTR(-ENOMEM);
	}

	inode = vmlab_inode_create();
	if (IS_ERR(inode)) {
		free_percpu(space->counters);
		kfree(space);
		return ERR_CAST(inode);
	}

	inode->i_private = space;
	inode->i_mapping->a_ops = &vmlab_aops;
	space->inode = inode;
	space->id = atomic64_inc_return(&vmlab_last_id);
	space->nr_pages = ULONG_MAX;
	space->backing = &vmlab_backing_zero;
	xa_init_flags(&space->frames, XA_FLAGS_ACCOUNT);
	init_rwsem(&space->backing_lock);
	vmlab_writeback_init(space);
	vmlab_events_init(&space->events);
	vmlab_pager_init(&space->pager);
	mutex_init(&space->resize_lock);
	vmlab_shrink_add(space);
	return space;
}
VMLAB_EXPORT_FOR_KUNIT(vmlab_space_create);

/*
 * The folio is locked, unmapped and loses its last link to the space, which
 * remembers @entry in its place: a value or NULL.
 */
static void vmlab_frame_remove(struct vmlab_space *space, struct folio *folio,
			       void *entry)
{
	XA_STATE(xas, &space->frames, folio->index);

	vmlab_pager_forget(space, folio);

	xas_lock(&xas);
	xas_load(&xas);
	if (xas_get_mark(&xas, VMLAB_FRAME_DIRTY))
		atomic_long_dec(&space->nr_dirty);
	/* It replaces an entry, which takes no memory. */
	xas_store(&xas, entry);
	if (entry) {
		xas_clear_mark(&xas, VMLAB_FRAME_STORED);
		if (!space->backing->write)
			xas_clear_mark(&xas, VMLAB_FRAME_DIRTY);
	}
	xas_unlock(&xas);

	folio->mapping = NULL;
	atomic_long_dec(&space->nr_frames);
	percpu_counter_dec(&vmlab_frames);
	folio_put(folio);
}

/**
 * vmlab_space_peek() - find a resident frame
 * @space: the space
 * @pgoff: offset in the space, pages
 *
 * Context: any; takes RCU itself.
 * Return: the folio with a reference that the caller must put, or NULL.  It
 * may leave the space at any time unless the caller locks it and sees that
 * folio->mapping is still set.
 */
struct folio *vmlab_space_peek(struct vmlab_space *space, pgoff_t pgoff)
{
	struct folio *folio;

	rcu_read_lock();
	do {
		folio = xa_load(&space->frames, pgoff);
		if (!folio || xa_is_value(folio)) {
			folio = NULL;
			break;
		}
		/*
		 * A folio that is being freed has no references left; one
		 * that was freed and used again is not at this offset.
		 */
		if (!folio_try_get(folio))
			continue;
		if (likely(folio == xa_load(&space->frames, pgoff)))
			break;
		folio_put(folio);
	} while (1);
	rcu_read_unlock();
	return folio;
}
VMLAB_EXPORT_FOR_KUNIT(vmlab_space_peek);

/* Give a frame that was just published its contents. */
static int vmlab_frame_fill(struct vmlab_space *space, struct folio *folio,
			    const struct vmlab_backing *backing, void *evicted)
{
	unsigned long value, distance;
	unsigned int bucket;
	int ret;

	if (!evicted)
		return backing->fill ? backing->fill(space, folio) : 0;

	value = xa_to_value(evicted);
	if (value & VMLAB_EVICTED_STORED) {
		ret = vmlab_store_load(space, folio);
		if (!ret) {
			xa_set_mark(&space->frames, folio->index,
				    VMLAB_FRAME_STORED);
			vmlab_count(space, loaded);
		}
	} else {
		ret = backing->fill ? backing->fill(space, folio) : 0;
	}
	if (ret)
		return ret;

	distance = atomic_long_read(&space->evictions) -
		   (value >> VMLAB_EVICTED_SHIFT);
	vmlab_count(space, refaults);
	bucket = min_t(unsigned int, fls_long(distance),
		       VMLAB_DISTANCE_BUCKETS - 1);
	this_cpu_inc(space->counters->refault_distance[bucket]);
	return 0;
}

/* Allocate a frame and publish it.  Returns it locked, with a reference. */
static struct folio *vmlab_frame_create(struct vmlab_space *space,
					pgoff_t pgoff)
{
	const struct vmlab_backing *backing = READ_ONCE(space->backing);
	gfp_t gfp = GFP_HIGHUSER | __GFP_ACCOUNT;
	struct folio *folio;
	void *evicted, *old;
	int ret;

	evicted = xa_load(&space->frames, pgoff);
	if (evicted && !xa_is_value(evicted))
		return ERR_PTR(-EEXIST);
	if (!evicted || !(xa_to_value(evicted) & VMLAB_EVICTED_STORED))
		gfp |= backing->alloc_gfp;

	folio = folio_alloc(gfp, 0);
	if (!folio)
		return ERR_PTR(-ENOMEM);

	/* Nobody else knows it yet, so this never waits. */
	folio_lock(folio);
	folio->index = pgoff;
	folio->private = NULL;
	/* Before it is published: whoever finds it checks the mapping. */
	folio->mapping = space->inode->i_mapping;

	old = xa_cmpxchg(&space->frames, pgoff, evicted, folio,
			 GFP_KERNEL_ACCOUNT);
	if (unlikely(old != evicted)) {
		folio->mapping = NULL;
		folio_unlock(folio);
		folio_put(folio);
		return ERR_PTR(xa_is_err(old) ? xa_err(old) : -EEXIST);
	}

	atomic_long_inc(&space->nr_frames);
	percpu_counter_inc(&vmlab_frames);
	/* The xarray keeps the first reference, the caller gets another. */
	folio_get(folio);
	if (evicted && xa_get_mark(&space->frames, pgoff, VMLAB_FRAME_DIRTY))
		atomic_long_inc(&space->nr_dirty);

	ret = vmlab_frame_fill(space, folio, backing, evicted);
	if (unlikely(ret)) {
		vmlab_frame_remove(space, folio, evicted);
		folio_unlock(folio);
		folio_put(folio);
		return ERR_PTR(ret);
	}
	return folio;
}

/**
 * vmlab_space_bring() - the frame at an offset, filled if it is not there
 * @space: the space
 * @pgoff: offset in the space, pages
 * @how: VMLAB_BRING_ACCESS for an access, VMLAB_BRING_EARLY before one,
 *	VMLAB_BRING_NOWAIT the same without waiting for frames that are busy
 * @filled: set to whether this call filled the frame; untouched on error
 *
 * Context: process context, may sleep; takes the folio lock.  Only with
 * VMLAB_BRING_NOWAIT the caller may hold the lock of another folio.
 * Return: the folio, locked and with a reference: as long as the caller holds
 * the lock it stays in the space.  Or an ERR_PTR():
 *   -ERANGE  at or beyond the end of the space
 *   -ENOMEM  no memory for the frame
 *   -EINTR   the task was killed while it waited for a lock
 *   -EBUSY   it would have to wait
 *   others   from the backing
 */
struct folio *vmlab_space_bring(struct vmlab_space *space, pgoff_t pgoff,
				enum vmlab_bring how, bool *filled)
{
	struct vmlab_pager *pager = &space->pager;
	struct vmlab_frame *charge;
	struct folio *folio;
	bool created;

again:
	if (unlikely(pgoff >= READ_ONCE(space->nr_pages)))
		return ERR_PTR(-ERANGE);

	created = false;
	charge = NULL;
	folio = vmlab_space_peek(space, pgoff);
	if (!folio) {
		if (vmlab_pager_on(pager)) {
			charge = vmlab_pager_charge(space,
						    how != VMLAB_BRING_NOWAIT,
						    how != VMLAB_BRING_ACCESS);
			if (IS_ERR(charge))
				return ERR_CAST(charge);
		}
		folio = vmlab_frame_create(space, pgoff);
		if (IS_ERR(folio)) {
			vmlab_pager_uncharge(space, charge);
			if (PTR_ERR(folio) == -EEXIST)
				goto again;
			return folio;
		}
		created = true;
		/*
		 * Pairs with the barriers in vmlab_space_truncate() and
		 * vmlab_pager_start(): either they see the frame that was just
		 * published, or the checks below see what they changed.
		 */
		smp_mb();
		if (vmlab_pager_on(pager) &&
		    vmlab_pager_adopt(space, folio, charge)) {
			/* It may have contents: it stays, not adopted. */
			folio_unlock(folio);
			folio_put(folio);
			return ERR_PTR(-ENOMEM);
		}
	} else if (how == VMLAB_BRING_NOWAIT) {
		if (!folio_trylock(folio)) {
			folio_put(folio);
			return ERR_PTR(-EBUSY);
		}
	} else if (folio_lock_killable(folio)) {
		folio_put(folio);
		return ERR_PTR(-EINTR);
	}

	if (unlikely(!folio->mapping)) {
		folio_unlock(folio);
		folio_put(folio);
		goto again;
	}
	if (unlikely(pgoff >= READ_ONCE(space->nr_pages))) {
		/* It was never mapped: nothing to unmap. */
		if (created)
			vmlab_frame_remove(space, folio, NULL);
		folio_unlock(folio);
		folio_put(folio);
		return ERR_PTR(-ERANGE);
	}

	if (!created && how == VMLAB_BRING_ACCESS && vmlab_pager_on(pager))
		vmlab_pager_access(space, folio);
	*filled = created;
	return folio;
}
VMLAB_EXPORT_FOR_KUNIT(vmlab_space_bring);

/**
 * vmlab_space_mark_dirty() - record that a frame was written
 * @space: the space
 * @folio: one of its frames: locked by the caller, or mapped or pinned
 *
 * Context: any but interrupts.
 */
void vmlab_space_mark_dirty(struct vmlab_space *space, struct folio *folio)
{
	XA_STATE(xas, &space->frames, folio->index);

	if (xa_get_mark(&space->frames, folio->index, VMLAB_FRAME_DIRTY) &&
	    xa_get_mark(&space->frames, folio->index, VMLAB_FRAME_TRACKED) &&
	    !xa_get_mark(&space->frames, folio->index, VMLAB_FRAME_STORED))
		return;

	xas_lock(&xas);
	if (xas_load(&xas) == folio) {
		if (!xas_get_mark(&xas, VMLAB_FRAME_DIRTY)) {
			xas_set_mark(&xas, VMLAB_FRAME_DIRTY);
			atomic_long_inc(&space->nr_dirty);
		}
		xas_set_mark(&xas, VMLAB_FRAME_TRACKED);
		xas_clear_mark(&xas, VMLAB_FRAME_STORED);
	}
	xas_unlock(&xas);
}
VMLAB_EXPORT_FOR_KUNIT(vmlab_space_mark_dirty);

/* Remove all entries of a locked frame; special ones are in no reverse map. */
static void vmlab_frame_unmap(struct vmlab_space *space, struct folio *folio)
{
	if (folio_mapped(folio) || space->backing->special)
		unmap_mapping_pages(space->inode->i_mapping, folio->index, 1,
				    false);
}

/**
 * vmlab_frame_protect() - let the next write to a frame be seen
 * @space: the space
 * @folio: the frame, locked: until it is unlocked no entry becomes writable
 *
 * Context: process context, may sleep.
 */
void vmlab_frame_protect(struct vmlab_space *space, struct folio *folio)
{
	if (space->backing->special)
		vmlab_frame_unmap(space, folio);
	else
		folio_mkclean(folio);
}

/* Unmap a locked frame.  Returns -EBUSY when somebody else still uses it. */
static int vmlab_frame_isolate(struct vmlab_space *space, struct folio *folio)
{
	if (folio_test_mlocked(folio) || vmlab_pager_is_locked(folio))
		return -EBUSY;
	vmlab_frame_unmap(space, folio);
	if (folio_mapped(folio))
		return -EBUSY;
	/*
	 * Who pins a page takes a reference first and checks then whether the
	 * entry is still there; here the entries were cleared first.  What
	 * may yet come are references of faults, which wait for our lock.
	 */
	smp_mb();
	return folio_ref_count(folio) == 2 ? 0 : -EBUSY;
}

/* Leave a value behind that tells when it left, and where its contents are. */
static void vmlab_frame_leave(struct vmlab_space *space, struct folio *folio,
			      bool stored)
{
	unsigned long value = atomic_long_inc_return(&space->evictions);

	value = (value << VMLAB_EVICTED_SHIFT) & LONG_MAX;
	if (stored)
		value |= VMLAB_EVICTED_STORED;
	trace_vmlab_evict(space->id, folio->index, stored);
	vmlab_event(&space->events, VMLAB_EVENT_EVICT, folio->index, stored,
		    0);
	vmlab_frame_remove(space, folio, xa_mk_value(value));
}

/**
 * vmlab_frame_evict() - unmap a frame everywhere, keep its contents, free it
 * @space: the space
 * @folio: the frame, locked; the caller has one reference, and still has it
 *	afterwards
 *
 * Context: process context, may sleep.
 * Return: 0, -EBUSY when somebody else uses the frame (a pin, a lock in
 * memory), or another negative errno when its contents cannot be kept.
 */
int vmlab_frame_evict(struct vmlab_space *space, struct folio *folio)
{
	bool stored;
	int ret;

	ret = vmlab_frame_isolate(space, folio);
	if (ret)
		return ret;

	stored = xa_get_mark(&space->frames, folio->index, VMLAB_FRAME_STORED);
	if (!stored &&
	    xa_get_mark(&space->frames, folio->index, VMLAB_FRAME_DIRTY)) {
		ret = vmlab_store_save(space, folio);
		if (ret) {
			vmlab_count(space, store_errors);
			return ret;
		}
		vmlab_count(space, stored);
		stored = true;
	}
	if (space->backing->write &&
	    xa_get_mark(&space->frames, folio->index, VMLAB_FRAME_DIRTY))
		vmlab_writeback_soon(space);
	vmlab_frame_leave(space, folio, stored);
	vmlab_count(space, evicted);
	return 0;
}

/* The same for a frame that need not be saved: no allocation. */
static int vmlab_frame_give_back(struct vmlab_space *space,
				 struct folio *folio)
{
	bool stored;
	int ret;

	ret = vmlab_frame_isolate(space, folio);
	if (ret)
		return ret;
	/* Only now that it cannot be written any more. */
	stored = xa_get_mark(&space->frames, folio->index, VMLAB_FRAME_STORED);
	if (!stored &&
	    xa_get_mark(&space->frames, folio->index, VMLAB_FRAME_DIRTY))
		return -EBUSY;
	vmlab_frame_leave(space, folio, stored);
	vmlab_count(space, shrunk);
	return 0;
}

/* Remove all frames from @first on; none can be mapped again. */
static void vmlab_space_discard(struct vmlab_space *space, pgoff_t first)
{
	unsigned long pgoff;
	struct folio *folio;
	void *entry;

	xa_for_each_start(&space->frames, pgoff, entry, first) {
again:
		if (xa_is_value(entry)) {
			entry = xa_cmpxchg(&space->frames, pgoff, entry, NULL,
					   0);
			if (!xa_is_value(entry) && entry)
				goto again;
			continue;
		}
		/* The entry is only a hint: take a reference the right way. */
		folio = vmlab_space_peek(space, pgoff);
		if (folio) {
			folio_lock(folio);
			if (folio->mapping) {
				vmlab_frame_unmap(space, folio);
				vmlab_frame_remove(space, folio, NULL);
				vmlab_count(space, discarded);
			}
			folio_unlock(folio);
			folio_put(folio);
		}
		/* It may have been evicted meanwhile. */
		entry = xa_load(&space->frames, pgoff);
		if (entry)
			goto again;
		cond_resched();
	}
	vmlab_store_discard(space, first, ULONG_MAX);
}

/**
 * vmlab_space_drop() - forget a page, its contents too
 * @space: the space, whose pager is on
 * @pgoff: offset in the space, pages
 *
 * The next access finds what the backing gives.  Private copies stay.
 *
 * Context: process context, may sleep; takes the folio lock.
 * Return: 1 when there was something to forget, 0 when not, or a negative
 * errno: -EINTR when the task was killed, -EBUSY for a frame that is locked in
 * memory, -ENOMEM.
 */
int vmlab_space_drop(struct vmlab_space *space, pgoff_t pgoff)
{
	void *entry = xa_load(&space->frames, pgoff);
	struct folio *folio;
	bool filled;

	if (!entry)
		return 0;
	/*
	 * What was evicted comes back for a moment: with the folio locked no
	 * newer contents can get to the store before it forgets the old.
	 */
	folio = vmlab_space_bring(space, pgoff, VMLAB_BRING_EARLY, &filled);
	if (IS_ERR(folio))
		return PTR_ERR(folio) == -ERANGE ? 0 : PTR_ERR(folio);
	if (vmlab_pager_is_locked(folio)) {
		folio_unlock(folio);
		folio_put(folio);
		return -EBUSY;
	}
	vmlab_frame_unmap(space, folio);
	vmlab_store_discard(space, pgoff, pgoff);
	vmlab_frame_remove(space, folio, NULL);
	folio_unlock(folio);
	folio_put(folio);
	return 1;
}

/**
 * vmlab_space_give_back() - free clean frames that nobody needs right now
 * @space: the space
 * @cursor: where to go on, updated; 0 at first and once the end was reached
 * @nr: frames to look at
 *
 * Context: reclaim: takes no lock that it would have to wait for, but those of
 * mm; allocates nothing.
 * Return: frames freed.
 */
unsigned long vmlab_space_give_back(struct vmlab_space *space,
				    unsigned long *cursor, unsigned long nr)
{
	unsigned long pgoff, freed = 0;
	struct folio *folio;
	void *entry;

	xa_for_each_start(&space->frames, pgoff, entry, *cursor) {
		if (!nr--) {
			*cursor = pgoff;
			return freed;
		}
		if (xa_is_value(entry) ||
		    (xa_get_mark(&space->frames, pgoff, VMLAB_FRAME_DIRTY) &&
		     !xa_get_mark(&space->frames, pgoff, VMLAB_FRAME_STORED)))
			continue;
		folio = vmlab_space_peek(space, pgoff);
		if (!folio)
			continue;
		if (folio_trylock(folio)) {
			if (folio->mapping &&
			    !vmlab_frame_give_back(space, folio))
				freed++;
			folio_unlock(folio);
		}
		folio_put(folio);
	}
	*cursor = 0;
	return freed;
}

/* Change the length as truncate_pagecache() does.  Holds resize_lock. */
static void vmlab_space_truncate(struct vmlab_space *space,
				 unsigned long nr_pages)
{
	unsigned long old = space->nr_pages;

	WRITE_ONCE(space->nr_pages, nr_pages);
	if (nr_pages >= old)
		return;

	/* Pairs with the barrier in vmlab_space_frame(). */
	smp_mb();
	/* In one sweep first, private copies too; then frame by frame. */
	unmap_mapping_pages(space->inode->i_mapping, nr_pages, 0, true);
	vmlab_space_discard(space, nr_pages);
	/* Copies that a fault made of a frame before it was discarded. */
	unmap_mapping_pages(space->inode->i_mapping, nr_pages, 0, true);
}

/**
 * vmlab_space_destroy() - free a space and every frame of it
 * @space: the space; no VMA maps it any more
 *
 * Context: process context, may sleep.
 */
void vmlab_space_destroy(struct vmlab_space *space)
{
	vmlab_writeback_stop(space);
	vmlab_shrink_remove(space);
	vmlab_space_discard(space, 0);
	if (space->file)
		fput(space->file);
	vmlab_pager_destroy(&space->pager);
	vmlab_events_destroy(&space->events);
	vmlab_inject_free(rcu_dereference_protected(space->inject, true));
	vmlab_store_destroy(space);
	xa_destroy(&space->frames);
	vmlab_inode_destroy(space->inode);
	free_percpu(space->counters);
	kfree(space);
}
VMLAB_EXPORT_FOR_KUNIT(vmlab_space_destroy);

/**
 * vmlab_space_set_backing() - where new frames come from, from now on
 * @space: the space
 * @backing: the backing
 * @file: its file when it needs one, else NULL; the space takes a reference
 * @offset: where in the file the space begins, bytes
 *
 * Context: process context, may sleep; takes backing_lock.
 * Return: 0, or -EBUSY when the space has frames, or is mapped.
 */
int vmlab_space_set_backing(struct vmlab_space *space,
			    const struct vmlab_backing *backing,
			    struct file *file, loff_t offset)
{
	struct file *old = NULL;
	int ret = -EBUSY;

	down_write(&space->backing_lock);
	if (!atomic_long_read(&space->nr_vmas) && xa_empty(&space->frames)) {
		old = space->file;
		space->file = file ? get_file(file) : NULL;
		space->file_offset = offset;
		WRITE_ONCE(space->backing, backing);
		ret = 0;
	}
	up_write(&space->backing_lock);
	if (old)
		fput(old);
	return ret;
}

/**
 * vmlab_space_set_config() - change a space, also while it is mapped
 * @space: the space
 * @config: the new configuration, as user space gave it
 *
 * Context: process context, may sleep; takes resize_lock and folio locks.
 * Return: 0, or the errors of VMLAB_IOC_SPACE_SET in the uapi header.
 */
int vmlab_space_set_config(struct vmlab_space *space,
			   const struct vmlab_space_config *config)
{
	const struct vmlab_backing *backing;

	if (config->flags || config->space_id || config->reserved)
		return -EINVAL;
	if (config->bytes & ~PAGE_MASK)
		return -EINVAL;
	if (config->bytes > LLONG_MAX)
		return -EFBIG;
	backing = vmlab_backing_find(config->backing);
	if (!backing)
		return -EINVAL;
	if (backing != READ_ONCE(space->backing)) {
		int ret = backing->needs_file ? -EINVAL :
			  vmlab_space_set_backing(space, backing, NULL, 0);

		if (ret)
			return ret;
	}

	mutex_lock(&space->resize_lock);
	vmlab_space_truncate(space, config->bytes ?
			     config->bytes >> PAGE_SHIFT : ULONG_MAX);
	mutex_unlock(&space->resize_lock);
	return 0;
}
VMLAB_EXPORT_FOR_KUNIT(vmlab_space_set_config);

/**
 * vmlab_space_get_config() - tell how a space is configured
 * @space: the space
 * @config: filled in, but for its size
 *
 * Context: process context, may sleep; takes resize_lock.
 */
void vmlab_space_get_config(struct vmlab_space *space,
			    struct vmlab_space_config *config)
{
	mutex_lock(&space->resize_lock);
	config->space_id = space->id;
	config->bytes = space->nr_pages == ULONG_MAX ?
			0 : (u64)space->nr_pages << PAGE_SHIFT;
	config->backing = space->backing->id;
	mutex_unlock(&space->resize_lock);
}
VMLAB_EXPORT_FOR_KUNIT(vmlab_space_get_config);

/**
 * vmlab_latency_bucket() - the bucket of the latency histogram for a duration
 * @ns: nanoseconds
 *
 * Context: any.
 * Return: floor(log2(@ns)), 0 for 0, at most VMLAB_LATENCY_BUCKETS - 1.
 */
unsigned int vmlab_latency_bucket(u64 ns)
{
	return min_t(unsigned int, ns ? fls64(ns) - 1 : 0,
		     VMLAB_LATENCY_BUCKETS - 1);
}
VMLAB_EXPORT_FOR_KUNIT(vmlab_latency_bucket);

/**
 * vmlab_space_stats() - sum the statistics of all CPUs
 * @space: the space
 * @stats: filled in, but for its size and flags
 *
 * Context: process context.  Counters may move meanwhile; each is read once.
 */
void vmlab_space_stats(struct vmlab_space *space,
		       struct vmlab_space_stats *stats)
{
	unsigned int cpu, i;

	stats->space_id = space->id;
	stats->frames = atomic_long_read(&space->nr_frames);
	stats->frames_dirty = atomic_long_read(&space->nr_dirty);
	stats->vmas = atomic_long_read(&space->nr_vmas);

	for_each_possible_cpu(cpu) {
		const struct vmlab_counters *c =
			per_cpu_ptr(space->counters, cpu);

		stats->filled += READ_ONCE(c->filled);
		stats->mapped += READ_ONCE(c->mapped);
		stats->sigbus += READ_ONCE(c->sigbus);
		stats->oom += READ_ONCE(c->oom);
		stats->interrupted += READ_ONCE(c->interrupted);
		stats->error += READ_ONCE(c->error);
		stats->read_faults += READ_ONCE(c->read_faults);
		stats->write_faults += READ_ONCE(c->write_faults);
		stats->cow_faults += READ_ONCE(c->cow_faults);
		stats->mkwrite += READ_ONCE(c->mkwrite);
		stats->vma_lock_faults += READ_ONCE(c->vma_lock_faults);
		stats->remote_access += READ_ONCE(c->remote_access);
		stats->discarded += READ_ONCE(c->discarded);
		stats->vma_open += READ_ONCE(c->vma_open);
		stats->vma_close += READ_ONCE(c->vma_close);
		stats->vma_mremap += READ_ONCE(c->vma_mremap);
		stats->latency_ns_sum += READ_ONCE(c->latency_ns_sum);
		for (i = 0; i < VMLAB_LATENCY_BUCKETS; i++)
			stats->latency[i] += READ_ONCE(c->latency[i]);
	}
	stats->faults = stats->filled + stats->mapped + stats->sigbus +
			stats->oom + stats->interrupted + stats->error;
}
VMLAB_EXPORT_FOR_KUNIT(vmlab_space_stats);

/**
 * vmlab_space_paging_stats() - sum the statistics of paging of all CPUs
 * @space: the space
 * @stats: filled in, but for its size and flags
 *
 * Context: process context.  Counters may move meanwhile; each is read once.
 */
void vmlab_space_paging_stats(struct vmlab_space *space,
			      struct vmlab_paging_stats *stats)
{
	unsigned int cpu, i;

	stats->charged = READ_ONCE(space->pager.charged);

	for_each_possible_cpu(cpu) {
		const struct vmlab_counters *c =
			per_cpu_ptr(space->counters, cpu);

		stats->evicted += READ_ONCE(c->evicted);
		stats->stored += READ_ONCE(c->stored);
		stats->loaded += READ_ONCE(c->loaded);
		stats->refaults += READ_ONCE(c->refaults);
		stats->over_budget += READ_ONCE(c->over_budget);
		stats->store_errors += READ_ONCE(c->store_errors);
		stats->prefetched += READ_ONCE(c->prefetched);
		stats->prefetch_used += READ_ONCE(c->prefetch_used);
		stats->prefetch_wasted += READ_ONCE(c->prefetch_wasted);
		stats->mapped_around += READ_ONCE(c->mapped_around);
		stats->shrunk += READ_ONCE(c->shrunk);
		stats->written_back += READ_ONCE(c->written_back);
		stats->writeback_errors += READ_ONCE(c->writeback_errors);
		stats->policy_fallbacks += READ_ONCE(c->policy_fallbacks);
		stats->policy_refused += READ_ONCE(c->policy_refused);
		stats->policy_lost += READ_ONCE(c->policy_lost);
		for (i = 0; i < VMLAB_DISTANCE_BUCKETS; i++)
			stats->refault_distance[i] +=
				READ_ONCE(c->refault_distance[i]);
	}
}
VMLAB_EXPORT_FOR_KUNIT(vmlab_space_paging_stats);

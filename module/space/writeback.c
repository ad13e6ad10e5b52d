// SPDX-License-Identifier: GPL-2.0
/*
 * Write dirty pages back to the file of the backing: on msync(2) and fsync(2),
 * some time after an eviction, and before the space is destroyed.
 *
 * A page is copied under its folio lock, or from the swap store, marked clean,
 * and written without any lock of mm or of the page: file systems take locks
 * for writing that a write(2) holds while it faults on our pages.  Meanwhile the
 * reference keeps a frame from being evicted; and evicted contents are read from
 * the swap store, never from the file.  An error makes the page dirty again, and
 * the mapping keeps it as an errseq_t for the next msync() or fsync().
 *
 * One worker of the space's own workqueue writes everything.  So one page is
 * written once at a time, a file that never answers holds up this space alone,
 * and tasks that wait for the worker can be killed.  The worker writes as the
 * task that opened the file would: with its credentials (quota, reserved blocks,
 * LSMs).  The page cache that it fills is charged to the memory cgroup of the
 * task that opened the space.
 */
#include <linux/completion.h>
#include <linux/cred.h>
#include <linux/file.h>
#include <linux/fs.h>
#include <linux/highmem.h>
#include <linux/pagemap.h>
#include <linux/rmap.h>
#include <linux/sched/mm.h>
#include <linux/slab.h>
#include <linux/workqueue.h>

#include "backing/backing.h"
#include "compat.h"
#include "events.h"
#include "frame/frame.h"
#include "frame/store.h"
#include "space/writeback.h"
#include "trace.h"

/* Evictions within this time are written back together. */
#define VMLAB_WRITEBACK_DELAY	(HZ / 10)

/*
 * A request of vmlab_fsync().
 * @link: place in the list of requests; empty once the worker has it
 * @done: completed when the worker is done
 * @start: first byte in the space
 * @end: last byte
 * @datasync: as in vmlab_fsync()
 * @abandoned: the task that waited was killed: the worker frees the request
 * @ret: 0, or -ENOMEM
 */
struct request {
	struct list_head link;
	struct completion done;
	loff_t start;
	loff_t end;
	int datasync;
	bool abandoned;
	int ret;
};

/* Mark the entry at an offset dirty again, unless it was dropped. */
static void writeback_redo(struct vmlab_space *space, pgoff_t pgoff)
{
	XA_STATE(xas, &space->frames.xa, pgoff);
	void *entry;

	xas_lock(&xas);
	entry = xas_load(&xas);
	if (entry && !xas_get_mark(&xas, VMLAB_FRAME_DIRTY)) {
		xas_set_mark(&xas, VMLAB_FRAME_DIRTY);
		if (!xa_is_value(entry))
			atomic_long_inc(&space->frames.nr_dirty);
	}
	xas_unlock(&xas);
}

/* Mark @entry clean if it is still there.  Returns whether it was dirty. */
static bool writeback_take(struct vmlab_space *space, pgoff_t pgoff,
			   void *entry)
{
	XA_STATE(xas, &space->frames.xa, pgoff);
	bool dirty;

	xas_lock(&xas);
	dirty = xas_load(&xas) == entry &&
		xas_get_mark(&xas, VMLAB_FRAME_DIRTY);
	if (dirty) {
		xas_clear_mark(&xas, VMLAB_FRAME_DIRTY);
		if (!xa_is_value(entry))
			atomic_long_dec(&space->frames.nr_dirty);
	}
	xas_unlock(&xas);
	return dirty;
}

/*
 * Copy a dirty page to @buf and mark it clean, unless a GUP user holds it.
 * Returns 1, or 0 when it is not dirty, or a negative errno.  *@folio is what
 * must be put after writing.
 */
static int writeback_copy(struct vmlab_space *space, pgoff_t pgoff,
			  void *buf, struct folio **folio)
{
	void *entry;
	int ret;

again:
	*folio = NULL;
	ret = 0;
	entry = xa_load(&space->frames.xa, pgoff);
	if (!entry || !vmlab_frame_marked(space, pgoff, VMLAB_FRAME_DIRTY))
		return 0;

	if (xa_is_value(entry)) {
		/*
		 * The store's contents do not change while this entry is
		 * there: a copy taken before the entry is taken is valid.
		 */
		if (xa_to_value(entry) & VMLAB_EVICTED_STORED)
			ret = vmlab_store_copy(space, pgoff, buf) ?: 1;
		if (ret >= 0 && !writeback_take(space, pgoff, entry))
			goto again;
		return ret;
	}

	*folio = vmlab_frame_get(space, pgoff);
	if (!*folio)
		goto again;
	folio_lock(*folio);
	if (!(*folio)->mapping) {
		folio_unlock(*folio);
		folio_put(*folio);
		goto again;
	}
	if (vmlab_frame_poisoned(*folio)) {
		/* Its contents are lost: report it, and do not try again. */
		writeback_take(space, pgoff, *folio);
		vmlab_frame_release(*folio);
		*folio = NULL;
		return -EIO;
	}
	/*
	 * First write-protect, then clear the mark, then copy.  A page that a
	 * GUP user holds stays dirty: direct I/O of block devices reports that
	 * it is done, and marks the page only later, from a workqueue.
	 */
	vmlab_frame_protect(space, *folio);
	if (vmlab_frame_held(*folio) ?
	    vmlab_frame_marked(space, pgoff, VMLAB_FRAME_DIRTY) :
	    writeback_take(space, pgoff, *folio)) {
		memcpy_from_page(buf, folio_page(*folio, 0), 0, PAGE_SIZE);
		ret = 1;
	}
	folio_unlock(*folio);
	if (!ret) {
		folio_put(*folio);
		*folio = NULL;
	}
	return ret;
}

/*
 * Where pages are written.  A copy: the backing can change once the last frame
 * is dropped, while a copy of it is still written.
 */
struct target {
	const struct vmlab_backing *backing;
	struct file *file;
	loff_t offset;
};

/* Get the target of a space; returns whether there is one. */
static bool writeback_target(struct vmlab_space *space, struct target *target)
{
	down_read(&space->backing_lock);
	target->backing = space->backing;
	target->offset = space->file_offset;
	target->file = space->backing->write ? get_file(space->file) : NULL;
	up_read(&space->backing_lock);
	return target->file;
}

/* Write one page back.  Returns 0 or a negative errno. */
static int writeback_page(struct vmlab_space *space, pgoff_t pgoff,
			  const struct target *target, void *buf)
{
	struct folio *folio;
	int ret;

	ret = writeback_copy(space, pgoff, buf, &folio);
	if (ret == 1) {
		ret = target->backing->write(target->file, target->offset,
					     pgoff, buf);
		if (ret)
			writeback_redo(space, pgoff);
		else
			vmlab_count(space, written_back);
		trace_vmlab_writeback(space->id, pgoff, ret);
		vmlab_event(&space->events, VMLAB_EVENT_WRITEBACK, pgoff, -ret);
	}
	if (folio)
		folio_put(folio);
	if (ret) {
		vmlab_count(space, writeback_errors);
		mapping_set_error(space->inode->i_mapping, ret);
	}
	return ret;
}

/* Find a dirty entry.  Marks change meanwhile: see vmlab_frame_marked(). */
static void *first_dirty(struct vmlab_space *space, unsigned long *pgoff,
			 unsigned long last)
{
	/* See above. */
	return data_race(xa_find(&space->frames.xa, pgoff, last,
				 VMLAB_FRAME_DIRTY));
}

static void *next_dirty(struct vmlab_space *space, unsigned long *pgoff,
			unsigned long last)
{
	/* See above. */
	return data_race(xa_find_after(&space->frames.xa, pgoff, last,
				       VMLAB_FRAME_DIRTY));
}

/*
 * Write the dirty pages of a range back, all of them even after an error, unless
 * the task that waits for @request is killed.  Returns 0 or the first error.
 */
static int writeback_pages(struct vmlab_space *space,
			   const struct target *target, pgoff_t first,
			   pgoff_t last, const struct request *request)
{
	unsigned long pgoff = first;
	int ret, err = 0;
	void *entry, *buf;

	buf = (void *)__get_free_page(GFP_KERNEL_ACCOUNT);
	if (!buf)
		return -ENOMEM;
	for (entry = first_dirty(space, &pgoff, last);
	     entry && !(request && READ_ONCE(request->abandoned));
	     entry = next_dirty(space, &pgoff, last)) {
		ret = writeback_page(space, pgoff, target, buf);
		err = err ?: ret;
		cond_resched();
	}
	free_page((unsigned long)buf);
	return err;
}

/* Ask the file to reach its disk, where the range of the request lies. */
static void writeback_sync(struct vmlab_space *space,
			   const struct target *target,
			   const struct request *request)
{
	const loff_t max = LLONG_MAX - target->offset;
	int ret;

	ret = vfs_fsync_range(target->file,
			      min(request->start, max) + target->offset,
			      min(request->end, max) + target->offset,
			      request->datasync);
	if (ret)
		mapping_set_error(space->inode->i_mapping, ret);
}

/* Serve a request, or without one write all pages back. */
static int writeback_run(struct vmlab_space *space,
			 const struct request *request)
{
	pgoff_t first = request ? (u64)request->start >> PAGE_SHIFT : 0;
	pgoff_t last = request ? (u64)request->end >> PAGE_SHIFT : ULONG_MAX;
	struct mem_cgroup *memcg;
	const struct cred *cred;
	struct target target;
	int ret;

	if (!writeback_target(space, &target))
		return 0;
	cred = override_creds(target.file->f_cred);
	memcg = set_active_memcg(space->memcg);
	ret = writeback_pages(space, &target, first, last, request);
	if (request && !READ_ONCE(request->abandoned))
		writeback_sync(space, &target, request);
	set_active_memcg(memcg);
	(void)revert_creds(cred);
	fput(target.file);
	return ret;
}

/* Return the next request, or NULL; *@all is set when all pages are to be written. */
static struct request *writeback_next(struct vmlab_writeback *wb, bool *all)
{
	struct request *request;

	spin_lock(&wb->lock);
	request = list_first_entry_or_null(&wb->requests, struct request, link);
	if (request) {
		list_del_init(&request->link);
	} else {
		*all = wb->evicted;
		wb->evicted = false;
	}
	spin_unlock(&wb->lock);
	return request;
}

static void writeback_work(struct work_struct *work)
{
	struct vmlab_space *space = container_of(to_delayed_work(work),
						 struct vmlab_space,
						 writeback.work);
	struct vmlab_writeback *wb = &space->writeback;
	struct request *request;
	bool all = false;

	while ((request = writeback_next(wb, &all))) {
		/* Errors of pages are in the mapping; others are returned. */
		request->ret = writeback_run(space, request);
		spin_lock(&wb->lock);
		if (request->abandoned)
			kfree(request);
		else
			complete(&request->done);
		spin_unlock(&wb->lock);
	}
	if (all)
		writeback_run(space, NULL);
}

/**
 * vmlab_writeback_init() - prepare a new space
 * @space: the space
 *
 * Context: any.
 */
void vmlab_writeback_init(struct vmlab_space *space)
	__context_unsafe(/* no other task has the space yet */)
{
	struct vmlab_writeback *wb = &space->writeback;

	spin_lock_init(&wb->lock);
	INIT_LIST_HEAD(&wb->requests);
	INIT_DELAYED_WORK(&wb->work, writeback_work);
}

/**
 * vmlab_writeback_start() - prepare a space for a backing that is written to
 * @space: the space
 *
 * Context: process context, may sleep; the caller does not hold backing_lock,
 * which mmap(2) takes.
 * Return: 0 or -ENOMEM.
 */
int vmlab_writeback_start(struct vmlab_space *space)
{
	struct workqueue_struct *wq;

	if (READ_ONCE(space->writeback.wq))
		return 0;
	/* No rescuer: reclaim does not wait for this write-back. */
	wq = alloc_workqueue("vmlab-%llu", WQ_UNBOUND, 1, space->id);
	if (!wq)
		return -ENOMEM;
	if (cmpxchg(&space->writeback.wq, NULL, wq))
		destroy_workqueue(wq);
	return 0;
}

/**
 * vmlab_writeback_soon() - schedule the write-back of evicted pages
 * @space: a space whose backing is written to
 *
 * Context: any but interrupts.
 */
void vmlab_writeback_soon(struct vmlab_space *space)
{
	struct vmlab_writeback *wb = &space->writeback;

	spin_lock(&wb->lock);
	wb->evicted = true;
	spin_unlock(&wb->lock);
	queue_delayed_work(wb->wq, &wb->work, VMLAB_WRITEBACK_DELAY);
}

/**
 * vmlab_writeback_stop() - write back all pages before a space is destroyed
 * @space: the space; no VMA maps it any more, and no request concerns it
 *
 * Context: process context, may sleep, for as long as the file takes.
 */
void vmlab_writeback_stop(struct vmlab_space *space)
{
	int ret;

	if (!space->writeback.wq)
		return;
	cancel_delayed_work_sync(&space->writeback.work);
	ret = writeback_run(space, NULL);
	if (ret)
		pr_warn_ratelimited("vmlab: space %llu: written pages lost at the last close, error %d\n",
				    space->id, ret);
}

/**
 * vmlab_writeback_destroy() - free what vmlab_writeback_start() made
 * @space: the space, after vmlab_writeback_stop()
 *
 * Context: process context, may sleep; not on the space's own workqueue.
 */
void vmlab_writeback_destroy(struct vmlab_space *space)
{
	if (space->writeback.wq)
		destroy_workqueue(space->writeback.wq);
}

/* Wait for the worker.  Returns its result, or -EINTR when the task was killed. */
static int writeback_wait(struct vmlab_writeback *wb, struct request *request)
{
	int ret;

	if (!wait_for_completion_killable(&request->done))
		goto out;
	spin_lock(&wb->lock);
	if (!list_empty(&request->link)) {
		/* The worker has not seen it. */
		list_del(&request->link);
		request->ret = -EINTR;
	} else if (!completion_done(&request->done)) {
		WRITE_ONCE(request->abandoned, true);
		request = NULL;
	}
	spin_unlock(&wb->lock);
out:
	ret = request ? request->ret : -EINTR;
	kfree(request);
	return ret;
}

/**
 * vmlab_writeback_sync() - write back a range, as msync(2) and fsync(2) ask for
 * @space: the space
 * @file: its open file
 * @start: first byte in the space
 * @end: last byte
 * @datasync: as fdatasync(2): only what is needed to read the data back
 *
 * Context: process context, may sleep.
 * Return: 0, or an error of a write-back since the last call, this one's too; or
 * -ENOMEM, -EINTR when the task was killed: pages stay dirty.
 */
int vmlab_writeback_sync(struct vmlab_space *space, struct file *file,
			 loff_t start, loff_t end, int datasync)
{
	struct vmlab_writeback *wb = &space->writeback;
	struct request *request;
	int ret;

	if (!READ_ONCE(wb->wq))
		return file_check_and_advance_wb_err(file);
	request = kzalloc(sizeof(*request), GFP_KERNEL_ACCOUNT);
	if (!request)
		return -ENOMEM;
	init_completion(&request->done);
	request->start = start;
	request->end = end;
	request->datasync = datasync;

	spin_lock(&wb->lock);
	list_add_tail(&request->link, &wb->requests);
	spin_unlock(&wb->lock);
	mod_delayed_work(wb->wq, &wb->work, 0);
	ret = writeback_wait(wb, request);
	if (ret == -ENOMEM || ret == -EINTR)
		return ret;
	return file_check_and_advance_wb_err(file);
}

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
 */
#include <linux/file.h>
#include <linux/fs.h>
#include <linux/highmem.h>
#include <linux/mutex.h>
#include <linux/pagemap.h>
#include <linux/rmap.h>

#include "backing/backing.h"
#include "compat.h"
#include "events.h"
#include "frame/frame.h"
#include "frame/store.h"
#include "space/writeback.h"
#include "trace.h"

/* Evictions within this time are written back together. */
#define VMLAB_WRITEBACK_DELAY	(HZ / 10)

/* Mark the entry at an offset dirty again, unless it was dropped. */
static void vmlab_writeback_redo(struct vmlab_space *space, pgoff_t pgoff)
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
static bool vmlab_writeback_take(struct vmlab_space *space, pgoff_t pgoff,
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
 * Copy a dirty page to @buf and mark it clean.  Returns 1, or 0 when it is not
 * dirty, or a negative errno.  *@folio is what must be put after writing.
 */
static int vmlab_writeback_copy(struct vmlab_space *space, pgoff_t pgoff,
				void *buf, struct folio **folio)
{
	void *entry;
	int ret;

again:
	*folio = NULL;
	ret = 0;
	entry = xa_load(&space->frames.xa, pgoff);
	if (!entry || !xa_get_mark(&space->frames.xa, pgoff, VMLAB_FRAME_DIRTY))
		return 0;

	if (xa_is_value(entry)) {
		/*
		 * The store's contents do not change while this entry is
		 * there: a copy taken before the entry is taken is valid.
		 */
		if (xa_to_value(entry) & VMLAB_EVICTED_STORED)
			ret = vmlab_store_copy(space, pgoff, buf) ?: 1;
		if (ret >= 0 && !vmlab_writeback_take(space, pgoff, entry))
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
		vmlab_writeback_take(space, pgoff, *folio);
		vmlab_frame_release(*folio);
		*folio = NULL;
		return -EIO;
	}
	/*
	 * First write-protect, then clear the mark, then copy.  A GUP user
	 * marks the page dirty again when it unpins it.
	 */
	vmlab_frame_protect(space, *folio);
	if (vmlab_writeback_take(space, pgoff, *folio)) {
		memcpy_from_page(buf, folio_page(*folio, 0), 0,
				 PAGE_SIZE);
		ret = 1;
	}
	folio_unlock(*folio);
	if (!ret) {
		folio_put(*folio);
		*folio = NULL;
	}
	return ret;
}

/**
 * vmlab_writeback() - write dirty pages of a range back
 * @space: the space
 * @first: first offset, pages
 * @last: last offset, pages, inclusive
 *
 * Context: process context, may sleep; the caller holds no lock of mm.
 * Return: 0, or the first error: all pages were tried.
 */
int vmlab_writeback(struct vmlab_space *space, pgoff_t first, pgoff_t last)
{
	const struct vmlab_backing *backing;
	unsigned long pgoff;
	struct folio *folio;
	struct file *file;
	int ret, err = 0;
	void *entry, *buf;

	down_read(&space->backing_lock);
	backing = space->backing;
	file = backing->write ? get_file(space->file) : NULL;
	up_read(&space->backing_lock);
	if (!file)
		return 0;
	buf = (void *)__get_free_page(GFP_KERNEL);
	if (!buf) {
		fput(file);
		return -ENOMEM;
	}

	/* One at a time: an older copy of a page must not be written last. */
	mutex_lock(&space->writeback_lock);
	xa_for_each_range(&space->frames.xa, pgoff, entry, first, last) {
		ret = vmlab_writeback_copy(space, pgoff, buf, &folio);
		if (ret == 1) {
			ret = backing->write(file, space->file_offset, pgoff,
					     buf);
			if (ret)
				vmlab_writeback_redo(space, pgoff);
			else
				vmlab_count(space, written_back);
			trace_vmlab_writeback(space->id, pgoff, ret);
			vmlab_event(&space->events, VMLAB_EVENT_WRITEBACK,
				    pgoff, -ret, 0);
		}
		if (folio)
			folio_put(folio);
		if (ret) {
			vmlab_count(space, writeback_errors);
			mapping_set_error(space->inode->i_mapping, ret);
			err = err ?: ret;
		}
		cond_resched();
	}
	mutex_unlock(&space->writeback_lock);
	free_page((unsigned long)buf);
	fput(file);
	return err;
}

static void vmlab_writeback_work(struct work_struct *work)
{
	struct vmlab_space *space = container_of(to_delayed_work(work),
						 struct vmlab_space,
						 writeback_work);

	/* The mapping keeps an error for the next fsync(). */
	vmlab_writeback(space, 0, ULONG_MAX);
}

/**
 * vmlab_writeback_init() - prepare a new space
 * @space: the space
 *
 * Context: any.
 */
void vmlab_writeback_init(struct vmlab_space *space)
{
	mutex_init(&space->writeback_lock);
	INIT_DELAYED_WORK(&space->writeback_work, vmlab_writeback_work);
}

/**
 * vmlab_writeback_soon() - schedule the write-back of evicted pages
 * @space: the space
 *
 * Context: any.
 */
void vmlab_writeback_soon(struct vmlab_space *space)
{
	queue_delayed_work(vmlab_unbound_wq, &space->writeback_work,
			   VMLAB_WRITEBACK_DELAY);
}

/**
 * vmlab_writeback_stop() - write back all pages before a space is destroyed
 * @space: the space; no VMA maps it any more, and no request concerns it
 *
 * Context: process context, may sleep.
 */
void vmlab_writeback_stop(struct vmlab_space *space)
{
	int ret;

	cancel_delayed_work_sync(&space->writeback_work);
	ret = vmlab_writeback(space, 0, ULONG_MAX);
	if (ret)
		pr_warn_ratelimited("vmlab: space %llu: written pages lost at the last close, error %d\n",
				    space->id, ret);
}

/**
 * vmlab_fsync() - the fsync operation of /dev/vmlab: msync(2), fsync(2)
 * @file: an open file of the device
 * @start: first byte in the space
 * @end: last byte
 * @datasync: as fdatasync(2): only what is needed to read the data back
 *
 * Context: process context, may sleep.
 * Return: 0, or an error of a write-back since the last call, this one's too.
 */
int vmlab_fsync(struct file *file, loff_t start, loff_t end, int datasync)
{
	struct vmlab_space *space = file->private_data;
	struct file *backing = NULL;
	loff_t shift;
	int ret;

	/* Errors of pages are in the mapping now; others are not. */
	ret = vmlab_writeback(space, (u64)start >> PAGE_SHIFT,
			      (u64)end >> PAGE_SHIFT);
	if (ret == -ENOMEM)
		return ret;

	down_read(&space->backing_lock);
	if (space->file)
		backing = get_file(space->file);
	shift = space->file_offset;
	up_read(&space->backing_lock);
	if (backing) {
		start = start > LLONG_MAX - shift ? LLONG_MAX : start + shift;
		end = end > LLONG_MAX - shift ? LLONG_MAX : end + shift;
		ret = vfs_fsync_range(backing, start, end, datasync);
		if (ret)
			mapping_set_error(file->f_mapping, ret);
		fput(backing);
	}
	return file_check_and_advance_wb_err(file);
}

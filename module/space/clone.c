// SPDX-License-Identifier: GPL-2.0
/*
 * Copy a space, as fork(2) copies memory: resident frames that were written are shared
 * copy-on-write, see frame/share.c.
 *
 * The pages are taken one after another.  A frame is locked and write-protected before
 * it is shared, so a write is in the clone if it came before, and in the source alone
 * if it comes after.  A frame that a GUP user holds can be written without an entry: it
 * is copied.  Contents of evicted pages are copied from one swap store to the other.
 * While the source is held, see space/hold.c, a frame is unmapped instead.
 *
 * No lock is held that a fault takes for longer than for one frame.
 */
#include <linux/err.h>
#include <linux/highmem.h>
#include <linux/mm.h>
#include <linux/pagemap.h>
#include <linux/sched/signal.h>

#include "backing/backing.h"
#include "compat.h"
#include "frame/frame.h"
#include "frame/store.h"
#include "pager/config.h"
#include "pager/residence.h"
#include "space/clone.h"

/* Reclaim, but do not call the OOM killer: the request can fail. */
#define VMLAB_CLONE_GFP \
	(VMLAB_FRAME_GFP | __GFP_RETRY_MAYFAIL | __GFP_NOWARN)

/*
 * A request.
 * @from: the source
 * @to: the clone, which nothing maps
 * @held: the source is held
 * @page: room for contents on their way from one swap store to the other; NULL until
 *	it is needed
 */
struct clone {
	struct vmlab_space *from;
	struct vmlab_space *to;
	bool held;
	struct folio *page;
};

/* Give a frame of the clone to its pager.  Returns 0 or -ENOMEM. */
static int clone_adopt(struct clone *clone, struct folio *folio)
{
	/* Pairs with the barrier in pager_start(), as in bring_adopt(). */
	smp_mb();
	if (!vmlab_pager_on(&clone->to->pager))
		return 0;
	return vmlab_pager_adopt(clone->to, folio, NULL);
}

/* Copy a page into a new frame of the clone.  Returns 0 or an errno. */
static int clone_copy(struct clone *clone, struct page *page, pgoff_t pgoff,
		      bool tracked)
{
	struct vmlab_space *to = clone->to;
	struct folio *folio;
	int ret;

	folio = vmlab_frame_alloc(to, pgoff, 0,
				  VMLAB_CLONE_GFP | __GFP_HIGHMEM);
	if (!folio)
		return -ENOMEM;
	copy_highpage(folio_page(folio, 0), page);
	ret = vmlab_frame_publish(to, folio, NULL, false, VMLAB_CLONE_GFP);
	if (ret)
		return ret;
	vmlab_frame_set_dirty(to, folio);
	if (!tracked)
		xa_clear_mark(&to->frames.xa, pgoff, VMLAB_FRAME_TRACKED);
	ret = clone_adopt(clone, folio);
	vmlab_frame_release(folio);
	return ret;
}

/*
 * Copy a huge frame from an offset on into single frames.  The clone can end inside of
 * it: the source is longer since the request began.  Returns 0 or an errno.
 */
static int clone_huge(struct clone *clone, struct folio *folio, pgoff_t pgoff)
{
	const pgoff_t end = min(folio_next_index(folio), clone->to->nr_pages);
	struct vmlab_space *from = clone->from;
	int ret = 0;

	/* It is not known which page lost its contents to a reader. */
	if (vmlab_frame_poisoned(folio))
		return -EHWPOISON;
	for (; !ret && pgoff < end; pgoff++) {
		if (fatal_signal_pending(current))
			return -EINTR;
		ret = clone_copy(clone, vmlab_frame_page(folio, pgoff), pgoff,
				 vmlab_frame_marked(from, pgoff,
						    VMLAB_FRAME_TRACKED));
		cond_resched();
	}
	return ret;
}

/* Write-protect a frame of the source, which is locked. */
static void clone_protect(struct vmlab_space *from, struct folio *folio)
{
	if (READ_ONCE(from->no_protect)) {
		/* mm makes a mark of each dirty entry that it removes. */
		vmlab_frame_unmap(from, folio);
		return;
	}
	vmlab_frame_protect(from, folio);
	/* If dirty bits of entries count since just now, this may have lost one. */
	if (unlikely(READ_ONCE(from->no_protect)))
		vmlab_frame_set_dirty(from, folio);
}

/* Share or copy a frame of the source, which is locked.  Returns 0 or an errno. */
static int clone_frame(struct clone *clone, struct folio *folio, pgoff_t pgoff)
{
	struct vmlab_space *from = clone->from;
	bool tracked;
	int ret;

	/* mm makes a mark of each dirty entry that it removes. */
	if (clone->held)
		vmlab_frame_unmap(from, folio);
	/* Otherwise the backing has its contents. */
	if (!vmlab_frame_marked(from, pgoff, VMLAB_FRAME_DIRTY) &&
	    !vmlab_frame_marked(from, pgoff, VMLAB_FRAME_STORED))
		return 0;
	if (!clone->held && !vmlab_frame_is_shared(folio))
		clone_protect(from, folio);
	if (folio_test_large(folio))
		return clone_huge(clone, folio, pgoff);

	tracked = vmlab_frame_marked(from, pgoff, VMLAB_FRAME_TRACKED);
	/*
	 * As fork(2) does with a page that may be pinned.  get_user_pages() takes its
	 * reference first, and checks the entry again then.  Not with a memory error,
	 * whose handler holds the frame: it is no more to be copied than read.
	 */
	smp_mb();
	if (!vmlab_frame_is_shared(folio) && vmlab_frame_held(folio) &&
	    !vmlab_frame_poisoned(folio))
		return clone_copy(clone, folio_page(folio, 0), pgoff, tracked);
	ret = vmlab_frame_share(from, clone->to, folio, tracked);
	return ret ?: clone_adopt(clone, folio);
}

/* Is an evicted page of the source still that?  @tracked is set to its mark. */
static bool clone_same(struct vmlab_space *from, pgoff_t pgoff, void *evicted,
		       bool *tracked)
{
	XA_STATE(xas, &from->frames.xa, pgoff);
	bool same;

	xas_lock(&xas);
	same = xas_load(&xas) == evicted;
	*tracked = same && xas_get_mark(&xas, VMLAB_FRAME_TRACKED);
	xas_unlock(&xas);
	return same;
}

/* Record in the clone that its swap store has a page.  Returns 0 or an errno. */
static int clone_record(struct vmlab_space *to, pgoff_t pgoff, bool tracked)
{
	XA_STATE(xas, &to->frames.xa, pgoff);

	do {
		xas_lock(&xas);
		/* The clone has evicted nothing yet. */
		xas_store(&xas, xa_mk_value(VMLAB_EVICTED_STORED));
		if (tracked && !xas_error(&xas))
			xas_set_mark(&xas, VMLAB_FRAME_TRACKED);
		xas_unlock(&xas);
	} while (xas_nomem(&xas, VMLAB_CLONE_GFP));
	return xas_error(&xas);
}

/*
 * Copy what the swap store of the source has for an evicted page.  Returns 0, or
 * -EAGAIN when the page is no longer evicted, or another errno.
 */
static int clone_stored(struct clone *clone, pgoff_t pgoff, void *evicted)
{
	struct vmlab_space *to = clone->to;
	bool tracked;
	int ret;

	if (!clone->page) {
		clone->page = vmlab_frame_alloc(to, pgoff, 0,
						VMLAB_CLONE_GFP | __GFP_HIGHMEM);
		if (!clone->page)
			return -ENOMEM;
	}
	clone->page->index = pgoff;
	ret = vmlab_store_load(clone->from, clone->page);
	/*
	 * The contents in the store do not change while this entry is there: a
	 * copy that was taken before it was looked at again is valid.
	 */
	if (!clone_same(clone->from, pgoff, evicted, &tracked))
		return -EAGAIN;
	if (!ret)
		ret = vmlab_store_save(to, clone->page);
	return ret ?: clone_record(to, pgoff, tracked);
}

/*
 * Copy what the source has at an offset, which is set to the last one that was
 * copied.  Returns 0 or an errno.
 */
static int clone_page(struct clone *clone, unsigned long *pgoff)
{
	struct folio *folio;
	void *evicted;
	int ret;

	do {
		if (fatal_signal_pending(current))
			return -EINTR;
		folio = vmlab_frame_lock(clone->from, *pgoff, &evicted);
		if (IS_ERR(folio))
			return PTR_ERR(folio);
		if (folio) {
			ret = clone_frame(clone, folio, *pgoff);
			*pgoff = folio_next_index(folio) - 1;
			vmlab_frame_release(folio);
			return ret;
		}
		/* Without contents it is as good as never accessed. */
		if (!evicted || !(xa_to_value(evicted) & VMLAB_EVICTED_STORED))
			return 0;
		ret = clone_stored(clone, *pgoff, evicted);
	} while (ret == -EAGAIN);
	return ret;
}

/* Copy all pages.  Returns 0 or an errno. */
static int clone_pages(struct clone *clone)
{
	const unsigned long end = clone->to->nr_pages;
	unsigned long pgoff;
	int ret = 0;

	for (pgoff = 0; !ret && pgoff < end; pgoff++) {
		if (!xa_find(&clone->from->frames.xa, &pgoff, end - 1,
			     XA_PRESENT))
			break;
		ret = clone_page(clone, &pgoff);
		cond_resched();
	}
	if (clone->page) {
		clone->page->mapping = NULL;
		vmlab_frame_release(clone->page);
	}
	return ret;
}

/* Give the clone the budget and the policy of the source.  Returns 0 or an errno. */
static int clone_paging(struct vmlab_space *from, struct vmlab_space *to)
{
	struct vmlab_paging paging = {};
	int ret;

	if (!vmlab_pager_on(&from->pager))
		return 0;
	ret = vmlab_pager_get(from, &paging);
	if (ret)
		return ret;
	if (paging.policy != VMLAB_POLICY_OPT) {
		ret = vmlab_pager_set(to, &paging, NULL);
		/* Unless its program was unloaded meanwhile. */
		if (ret != -ENOENT)
			return ret;
	}
	paging.policy = VMLAB_POLICY_FIFO;
	paging.policy_id = 0;
	paging.flags &= VMLAB_PAGING_STEPPING | VMLAB_PAGING_AROUND |
			VMLAB_PAGING_SAMPLE;
	return vmlab_pager_set(to, &paging, NULL);
}

/* Give the clone the configuration of the source.  Returns 0 or an errno. */
static int clone_config(struct vmlab_space *from, struct vmlab_space *to)
{
	int ret = clone_paging(from, to);

	if (ret)
		return ret;

	/* Evicted pages of the source, also of huge frames, need it. */
	if (mutex_lock_killable(&to->config_lock))
		return -EINTR;
	ret = vmlab_store_create(to);
	if (!ret) {
		to->huge_used = READ_ONCE(from->huge);
		WRITE_ONCE(to->huge, to->huge_used);
		WRITE_ONCE(to->latency, READ_ONCE(from->latency));
	}
	mutex_unlock(&to->config_lock);
	return ret;
}

/*
 * Copy the length and the contents of the source, whose backing does not change.
 * Returns 0 or an errno.
 */
static int clone_contents(struct clone *clone)
{
	struct vmlab_space *from = clone->from, *to = clone->to;

	if (from->backing->needs_file || from->backing->special)
		return -EOPNOTSUPP;
	WRITE_ONCE(to->backing, from->backing);
	WRITE_ONCE(to->nr_pages, READ_ONCE(from->nr_pages));
	WRITE_ONCE(to->huge_end, to->nr_pages);
	return clone_pages(clone);
}

/**
 * vmlab_space_clone() - copy the configuration and the contents of a space
 * @from: the source
 * @to: a new space, which nothing maps; after an error it has a part of them
 * @held: the caller holds @from
 *
 * Context: process context, may sleep; takes the config_lock of each, and of @from
 * backing_lock and folio locks.
 * Return: 0, or the errors of VMLAB_IOC_CLONE in the uapi header.
 */
int vmlab_space_clone(struct vmlab_space *from, struct vmlab_space *to,
		      bool held)
{
	struct clone clone = { .from = from, .to = to, .held = held };
	int ret = clone_config(from, to);

	if (ret)
		return ret;
	if (down_read_killable(&from->backing_lock))
		return -EINTR;
	ret = clone_contents(&clone);
	up_read(&from->backing_lock);
	return ret;
}
VMLAB_EXPORT_FOR_KUNIT(vmlab_space_clone);

// SPDX-License-Identifier: GPL-2.0
/*
 * Sampling: accesses to the pages of a sample fault, so that they can be recorded.
 *
 * A page of the sample stays mapped only while a thread holds it: from its fault until
 * the thread, with other registers, so in another instruction or system call, faults on
 * another page of the sample.  Pages outside of the sample stay mapped.
 *
 * No access can fault without end, since no thread takes a page from another one:
 * - An instruction that touches several pages restarts after each fault with the same
 *   registers, and so does a system call in effect: its thread holds all of them, the
 *   last SAMPLE_RESTARTS at least.  A system call resumes where it faulted, and needs
 *   fewer at a time.
 * - A page that another thread holds stays mapped, and its accesses are not seen.
 * - Only a thread that has not faulted for SAMPLE_IDLE while others did, or that is the
 *   one of SAMPLE_THREADS that did so the longest ago, loses its pages.  A thread that
 *   takes the place of another one waits until that one lost all of them, a few with
 *   each fault; until then its own pages may be unmapped early.
 *
 * A fault unmaps SAMPLE_RELEASED pages at most, whatever is to be unmapped.
 *
 * An entry is set after the page is listed, while its folio is locked.  So a page is
 * unmapped with its folio locked, or later: otherwise it could be mapped again, listed
 * nowhere.
 */
#include <linux/jiffies.h>
#include <linux/mm.h>
#include <linux/pagemap.h>
#include <linux/sched/signal.h>
#include <linux/slab.h>

#include "compat.h"
#include "events.h"
#include "frame/frame.h"
#include "pager/evict.h"
#include "pager/regs.h"
#include "pager/sampling.h"

/* Threads that hold pages. */
#define SAMPLE_THREADS	64
/* Pages of an instruction or of a system call, besides those that the thread keeps. */
#define SAMPLE_RESTARTS	32
/* Pages that a thread holds. */
#define SAMPLE_PAGES	(VMLAB_SAMPLE_KEEP_MAX + SAMPLE_RESTARTS)
/* Time after which a thread that does not fault loses them. */
#define SAMPLE_IDLE	(HZ / 10 + 1)
/* Pages whose folio was locked when they were to be unmapped. */
#define SAMPLE_LATE	64
/* How many of these are tried again with each fault. */
#define SAMPLE_RETRIED	8
/* Pages that one fault unmaps. */
#define SAMPLE_RELEASED	(SAMPLE_RESTARTS + SAMPLE_RETRIED)
/* Counters of held pages, a power of two. */
#define SAMPLE_COUNTERS	4096

/**
 * struct sample_thread - the pages that a thread holds
 * @task: the thread; only compared, never dereferenced
 * @regs: its registers at its last fault
 * @used: time of that, in jiffies
 * @nr: number of @pages
 * @pages: the pages that it holds, the last one faulted last
 */
struct sample_thread {
	struct task_struct *task;
	struct pt_regs regs;
	unsigned long used;
	unsigned int nr;
	pgoff_t pages[SAMPLE_PAGES];
};

/**
 * struct vmlab_sampler - the pages of the sample that are mapped
 * @nr: number of @threads that were used
 * @hand: the one that is tested next for whether it is idle
 * @nr_late: number of @late
 * @late: pages that no thread holds, but that could not be unmapped yet
 * @held: how often pages are in a list of @threads, by their hash: a page whose counter
 *	is 0 is in none, without a search of all
 * @threads: see above
 *
 * Under the pager's lock.
 */
struct vmlab_sampler {
	unsigned int nr;
	unsigned int hand;
	unsigned int nr_late;
	pgoff_t late[SAMPLE_LATE];
	u16 held[SAMPLE_COUNTERS];
	struct sample_thread threads[SAMPLE_THREADS];
};

/* Pages to unmap. */
struct release {
	unsigned int nr;
	pgoff_t pages[SAMPLE_RELEASED];
};

/* Return the counter of a page.  The bits of its hash do not tell what is sampled. */
static u16 *held_count(struct vmlab_sampler *sampler, pgoff_t pgoff)
{
	return &sampler->held[vmlab_page_mix(pgoff) % SAMPLE_COUNTERS];
}

/**
 * vmlab_sample_prepare() - allocate what sampling needs
 * @pager: the pager
 *
 * Context: process context, may sleep; the caller holds config_lock.
 * Return: 0 or -ENOMEM.
 */
int vmlab_sample_prepare(struct vmlab_pager *pager)
{
	if (!pager->sampler)
		pager->sampler = kvzalloc(sizeof(*pager->sampler),
					  GFP_KERNEL_ACCOUNT);
	return pager->sampler ? 0 : -ENOMEM;
}

/**
 * vmlab_sample_free() - undo vmlab_sample_prepare()
 * @pager: the pager of a space that is destroyed
 *
 * Context: process context, may sleep.
 */
void vmlab_sample_free(struct vmlab_pager *pager)
{
	kvfree(pager->sampler);
}

/* Unmap a sampled frame, or evict a huge one.  The folio is locked. */
static void start_frame(struct vmlab_space *space, struct folio *folio)
{
	if (!vmlab_frame_in(space, folio))
		return;
	if (!folio_test_large(folio))
		vmlab_frame_unmap(space, folio);
	else
		/* One that cannot be evicted stays, and is not sampled. */
		vmlab_evict_frame(space, folio);
}

/**
 * vmlab_sample_start() - unmap all pages of the sample, and evict huge frames
 * @space: a space whose sample has grown
 *
 * Context: process context, may sleep; takes folio locks.  The caller holds
 * config_lock.
 * Return: 0, or -EINTR when the task was killed.
 */
int vmlab_sample_start(struct vmlab_space *space)
{
	struct vmlab_sampler *sampler = space->pager.sampler;
	unsigned long pgoff;
	struct folio *entry, *folio;
	unsigned int i;

	/* No thread holds a page of an earlier sample: all are unmapped below. */
	spin_lock(&space->pager.lock);
	for (i = 0; i < sampler->nr; i++)
		sampler->threads[i].nr = 0;
	sampler->nr = 0;
	sampler->nr_late = 0;
	memset(sampler->held, 0, sizeof(sampler->held));
	spin_unlock(&space->pager.lock);
	/*
	 * Pairs with the barrier in bring_adopt(): either a fault sees the
	 * sample, or the loop sees its frame, and then waits for its lock.
	 */
	smp_mb();
	xa_for_each(&space->frames.xa, pgoff, entry) {
		if (fatal_signal_pending(current))
			return -EINTR;
		cond_resched();
		if (xa_is_value(entry))
			continue;
		folio = vmlab_frame_get(space, pgoff);
		if (!folio)
			continue;
		if (folio_test_large(folio) || vmlab_sampled(space, pgoff)) {
			if (folio_lock_killable(folio)) {
				folio_put(folio);
				return -EINTR;
			}
			start_frame(space, folio);
			folio_unlock(folio);
		}
		folio_put(folio);
	}
	return 0;
}

/* Take the oldest pages of a thread, all but @keep, as far as there is room for them. */
static void thread_trim(struct vmlab_sampler *sampler,
			struct sample_thread *thread, unsigned int keep,
			struct release *release)
{
	unsigned int i, drop = thread->nr > keep ? thread->nr - keep : 0;

	drop = min(drop, SAMPLE_RESTARTS - min(release->nr, SAMPLE_RESTARTS));
	for (i = 0; i < drop; i++) {
		--*held_count(sampler, thread->pages[i]);
		release->pages[release->nr++] = thread->pages[i];
	}
	thread->nr -= drop;
	memmove(thread->pages, thread->pages + drop,
		thread->nr * sizeof(*thread->pages));
}

/*
 * Return the slot of the current thread, perhaps that of another before; or NULL while
 * that one has pages.
 */
static struct sample_thread *thread_find(struct vmlab_sampler *sampler,
					 struct release *release)
{
	struct sample_thread *thread, *oldest = sampler->threads;
	unsigned int i;

	for (i = 0; i < sampler->nr; i++) {
		thread = &sampler->threads[i];
		if (thread->task == current)
			return thread;
		if (time_before(thread->used, oldest->used))
			oldest = thread;
	}
	if (sampler->nr < SAMPLE_THREADS)
		oldest = &sampler->threads[sampler->nr++];
	thread_trim(sampler, oldest, 0, release);
	if (oldest->nr)
		return NULL;
	oldest->task = current;
	memset(&oldest->regs, 0, sizeof(oldest->regs));
	return oldest;
}

/* Take the pages of one thread that is idle, other than @own. */
static void trim_idle(struct vmlab_sampler *sampler,
		      const struct sample_thread *own, struct release *release)
{
	struct sample_thread *thread;

	if (++sampler->hand >= sampler->nr)
		sampler->hand = 0;
	thread = &sampler->threads[sampler->hand];
	if (thread != own && time_after(jiffies, thread->used + SAMPLE_IDLE))
		thread_trim(sampler, thread, 0, release);
}

/* Is the thread in another instruction, or system call, than at its last fault? */
static bool thread_moved(struct sample_thread *thread)
{
	struct pt_regs regs;
	bool moved;

	thread->used = jiffies;
	/* It has no registers of a user. */
	if (current->flags & PF_KTHREAD)
		return false;
	vmlab_user_regs(&regs);
	moved = memcmp(&regs, &thread->regs, sizeof(regs));
	thread->regs = regs;
	return moved;
}

/* Put a page last among those of a thread.  Returns whether it was one already. */
static bool thread_add(struct vmlab_sampler *sampler,
		       struct sample_thread *thread, pgoff_t pgoff)
{
	u16 *count = held_count(sampler, pgoff);
	unsigned int i, to = 0;

	if (*count) {
		for (i = 0; i < thread->nr; i++)
			if (thread->pages[i] != pgoff)
				thread->pages[to++] = thread->pages[i];
		if (to < thread->nr) {
			thread->pages[to] = pgoff;
			return true;
		}
	}
	++*count;
	thread->pages[thread->nr++] = pgoff;
	return false;
}

static bool is_held(struct vmlab_sampler *sampler, pgoff_t pgoff)
{
	const struct sample_thread *thread;
	unsigned int i, k;

	if (!*held_count(sampler, pgoff))
		return false;
	for (i = 0; i < sampler->nr; i++) {
		thread = &sampler->threads[i];
		for (k = 0; k < thread->nr; k++)
			if (thread->pages[k] == pgoff)
				return true;
	}
	return false;
}

/* Note a page that no thread holds, to be unmapped later. */
static void add_late(struct vmlab_sampler *sampler, pgoff_t pgoff)
{
	if (sampler->nr_late < SAMPLE_LATE)
		sampler->late[sampler->nr_late++] = pgoff;
}

/*
 * List a page among those of the current thread, and take those that it holds no more.
 * Returns whether this is an access that was not recorded.
 */
static bool hold(struct vmlab_sampler *sampler, struct sample_thread *own,
		 unsigned int keep, pgoff_t pgoff, struct release *release)
{
	const bool moved = thread_moved(own);
	bool had;

	/*
	 * Room for one more page of the same instruction.  The array has room too: of a
	 * full one this takes a page at least.
	 */
	thread_trim(sampler, own, moved ? keep : keep + SAMPLE_RESTARTS - 1,
		    release);
	had = thread_add(sampler, own, pgoff);
	return moved || !had;
}

/*
 * The current thread faulted on a page: list it, and choose the pages to unmap.
 * Returns whether this is an access that was not recorded.  The caller holds the
 * pager's lock.
 */
static bool sample_step(struct vmlab_pager *pager, pgoff_t pgoff,
			struct release *release)
{
	struct vmlab_sampler *sampler = pager->sampler;
	struct sample_thread *own = thread_find(sampler, release);
	unsigned int i, to = 0;
	bool fresh = true;

	if (own)
		fresh = hold(sampler, own, pager->sample_keep, pgoff, release);
	trim_idle(sampler, own, release);
	for (i = 0; i < SAMPLE_RETRIED && sampler->nr_late; i++)
		release->pages[release->nr++] =
			sampler->late[--sampler->nr_late];
	if (!own)
		add_late(sampler, pgoff);
	for (i = 0; i < release->nr; i++)
		if (!is_held(sampler, release->pages[i]))
			release->pages[to++] = release->pages[i];
	release->nr = to;
	return fresh;
}

/* Unmap a page, unless its folio is locked.  Returns whether it is not mapped. */
static bool sample_unmap(struct vmlab_space *space, pgoff_t pgoff)
{
	struct folio *folio = vmlab_frame_get(space, pgoff);
	bool done;

	if (!folio)
		return true;
	done = folio_trylock(folio);
	if (done) {
		if (vmlab_frame_in(space, folio) && !folio_test_large(folio))
			vmlab_frame_unmap(space, folio);
		folio_unlock(folio);
	}
	folio_put(folio);
	return done;
}

/**
 * vmlab_sample() - a fault is about to map a page: record it if it is in the sample
 * @space: a space that samples
 * @folio: the frame, locked
 * @filled: the fault filled it
 * @flags: FAULT_FLAG_* of the fault
 *
 * Pages that the thread does not hold any more are unmapped.  Private copies stay
 * mapped: they are not frames.
 *
 * Context: process context, may sleep.
 */
void vmlab_sample(struct vmlab_space *space, struct folio *folio, bool filled,
		  unsigned int flags)
{
	struct vmlab_pager *pager = &space->pager;
	const pgoff_t pgoff = folio->index;
	struct release release __uninitialized;
	unsigned int i, late = 0;
	bool fresh;

	if (folio_test_large(folio) || !vmlab_sampled(space, pgoff))
		return;
	release.nr = 0;
	spin_lock(&pager->lock);
	fresh = sample_step(pager, pgoff, &release);
	spin_unlock(&pager->lock);

	if (fresh || filled)
		vmlab_event(&space->events, VMLAB_EVENT_ACCESS, pgoff,
			    (flags & FAULT_FLAG_WRITE ? VMLAB_ACCESS_WRITE :
							VMLAB_ACCESS_READ) |
			    (filled ? VMLAB_EVENT_ACCESS_FILLED : 0));
	for (i = 0; i < release.nr; i++)
		if (!sample_unmap(space, release.pages[i]))
			release.pages[late++] = release.pages[i];
	if (likely(!late))
		return;
	spin_lock(&pager->lock);
	for (i = 0; i < late; i++)
		add_late(pager->sampler, release.pages[i]);
	spin_unlock(&pager->lock);
}
VMLAB_EXPORT_FOR_KUNIT(vmlab_sample);

/**
 * vmlab_sample_dropped() - record that the contents of a page were dropped
 * @space: the space
 * @pgoff: offset in the space, pages
 *
 * Context: process context.
 */
void vmlab_sample_dropped(struct vmlab_space *space, pgoff_t pgoff)
{
	if (vmlab_sampling(space) && vmlab_sampled(space, pgoff))
		vmlab_event(&space->events, VMLAB_EVENT_DROP, pgoff, 0);
}

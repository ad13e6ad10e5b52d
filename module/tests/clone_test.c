// SPDX-License-Identifier: GPL-2.0
/* Tests of space/clone.c and frame/share.c: frames that two spaces share. */
#include <kunit/test.h>
#include <linux/completion.h>
#include <linux/highmem.h>
#include <linux/jiffies.h>
#include <linux/kthread.h>
#include <linux/mm.h>
#include <linux/pagemap.h>
#include <linux/sched/task.h>

#include "compat.h"
#include "frame/frame.h"
#include "pager/bring.h"
#include "pager/config.h"
#include "pager/residence.h"
#include "space/clone.h"
#include "space/hold.h"
#include "space/stats.h"
#include "tests/new_space.h"

#define PAGES	4

struct spaces {
	struct vmlab_space *from;
	struct vmlab_space *to;
};

static int clone_test_init(struct kunit *test)
{
	struct spaces *s = kunit_kzalloc(test, sizeof(*s), GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, s);
	s->from = new_space();
	KUNIT_ASSERT_FALSE(test, IS_ERR(s->from));
	test->priv = s;
	s->to = new_space();
	KUNIT_ASSERT_FALSE(test, IS_ERR(s->to));
	return 0;
}

static void clone_test_exit(struct kunit *test)
{
	struct spaces *s = test->priv;

	if (!s)
		return;
	vmlab_space_destroy(s->from);
	if (!IS_ERR_OR_NULL(s->to))
		vmlab_space_destroy(s->to);
}

/* Bring in a page and write its number; return its frame, locked. */
static struct folio *write_page(struct kunit *test, struct vmlab_space *space,
				pgoff_t pgoff)
{
	struct folio *folio;
	unsigned long *kaddr;
	bool filled;

	folio = vmlab_bring(space, pgoff, VMLAB_BRING_ACCESS, &filled);
	KUNIT_ASSERT_FALSE(test, IS_ERR(folio));
	kaddr = kmap_local_folio(folio, 0);
	*kaddr = 100 + pgoff;
	kunmap_local(kaddr);
	vmlab_frame_mark_dirty(space, folio);
	return folio;
}

static void write_pages(struct kunit *test, struct vmlab_space *space)
{
	pgoff_t pgoff;

	for (pgoff = 0; pgoff < PAGES; pgoff++)
		vmlab_frame_release(write_page(test, space, pgoff));
}

/* Return the frame at an offset, locked. */
static struct folio *lock_page_at(struct kunit *test,
				  struct vmlab_space *space, pgoff_t pgoff)
{
	struct folio *folio = vmlab_frame_get(space, pgoff);

	KUNIT_ASSERT_NOT_NULL(test, folio);
	folio_lock(folio);
	KUNIT_EXPECT_TRUE(test, vmlab_frame_in(space, folio));
	return folio;
}

static unsigned long value_of(struct folio *folio)
{
	unsigned long *kaddr = kmap_local_folio(folio, 0);
	unsigned long value = *kaddr;

	kunmap_local(kaddr);
	return value;
}

static void frames_are_shared(struct kunit *test)
{
	struct vmlab_space_stats stats = {};
	struct spaces *s = test->priv;
	struct folio *folio;
	bool filled;

	write_pages(test, s->from);
	/* Of this one the backing has the contents. */
	folio = vmlab_bring(s->from, PAGES, VMLAB_BRING_ACCESS, &filled);
	KUNIT_ASSERT_FALSE(test, IS_ERR(folio));
	vmlab_frame_release(folio);
	KUNIT_ASSERT_EQ(test, vmlab_space_clone(s->from, s->to, false), 0);

	folio = lock_page_at(test, s->to, 1);
	KUNIT_EXPECT_TRUE(test, vmlab_frame_is_shared(folio));
	KUNIT_EXPECT_TRUE(test, vmlab_frame_in(s->from, folio));
	KUNIT_EXPECT_EQ(test, vmlab_frame_spaces(folio), 2UL);
	KUNIT_EXPECT_FALSE(test, vmlab_frame_held(folio));
	KUNIT_EXPECT_EQ(test, value_of(folio), 101UL);
	vmlab_frame_release(folio);
	KUNIT_EXPECT_NULL(test, vmlab_frame_get(s->to, PAGES));

	vmlab_space_stats(s->to, &stats);
	KUNIT_EXPECT_EQ(test, stats.frames, PAGES);
	KUNIT_EXPECT_EQ(test, stats.frames_dirty, PAGES);
	KUNIT_EXPECT_EQ(test, stats.frames_shared, PAGES);
	memset(&stats, 0, sizeof(stats));
	vmlab_space_stats(s->from, &stats);
	KUNIT_EXPECT_EQ(test, stats.frames, PAGES + 1);
	KUNIT_EXPECT_EQ(test, stats.frames_shared, PAGES);
}

static void writer_gets_a_copy(struct kunit *test)
{
	struct spaces *s = test->priv;
	struct folio *folio, *own;

	write_pages(test, s->from);
	KUNIT_ASSERT_EQ(test, vmlab_space_clone(s->from, s->to, false), 0);

	folio = lock_page_at(test, s->to, 2);
	own = vmlab_pager_unshare(s->to, folio);
	KUNIT_ASSERT_FALSE(test, IS_ERR(own));
	KUNIT_EXPECT_PTR_NE(test, own, folio);
	KUNIT_EXPECT_PTR_EQ(test, own->mapping, s->to->inode->i_mapping);
	KUNIT_EXPECT_EQ(test, value_of(own), 102UL);
	vmlab_frame_release(own);
	folio_put(folio);

	/* The last space keeps the frame, unless it is held. */
	folio = lock_page_at(test, s->from, 2);
	KUNIT_EXPECT_TRUE(test, vmlab_frame_is_shared(folio));
	folio_get(folio);
	KUNIT_EXPECT_FALSE(test, vmlab_frame_alone(s->from, folio));
	folio_put(folio);
	own = vmlab_pager_unshare(s->from, folio);
	KUNIT_EXPECT_PTR_EQ(test, own, folio);
	KUNIT_EXPECT_PTR_EQ(test, folio->mapping, s->from->inode->i_mapping);
	KUNIT_EXPECT_FALSE(test, vmlab_frame_is_shared(folio));
	vmlab_frame_release(folio);
}

/* Each pager has a record of its own, which stays with the offset. */
static void records_of_both(struct kunit *test)
{
	struct vmlab_paging paging = { .budget = PAGES };
	struct vmlab_paging_stats stats = {};
	struct spaces *s = test->priv;
	struct vmlab_frame *record;
	struct folio *folio, *own;

	write_pages(test, s->from);
	KUNIT_ASSERT_EQ(test, vmlab_pager_set(s->from, &paging, NULL), 0);
	KUNIT_ASSERT_EQ(test, vmlab_space_clone(s->from, s->to, false), 0);
	vmlab_space_paging_stats(s->to, &stats);
	KUNIT_EXPECT_EQ(test, stats.charged, PAGES);

	folio = lock_page_at(test, s->from, 3);
	record = vmlab_frame_private(s->from, folio);
	KUNIT_ASSERT_NOT_NULL(test, record);
	KUNIT_EXPECT_PTR_NE(test, record,
			    (struct vmlab_frame *)
			    vmlab_frame_private(s->to, folio));
	own = vmlab_pager_unshare(s->from, folio);
	KUNIT_ASSERT_FALSE(test, IS_ERR(own));
	KUNIT_EXPECT_PTR_EQ(test, (struct vmlab_frame *)own->private, record);
	KUNIT_EXPECT_PTR_EQ(test, record->folio, own);
	vmlab_frame_release(own);
	folio_put(folio);
	memset(&stats, 0, sizeof(stats));
	vmlab_space_paging_stats(s->from, &stats);
	KUNIT_EXPECT_EQ(test, stats.charged, PAGES);
}

/* So long that some entries are set between two reads of the test. */
#define COPY_TIME	(HZ / 2)
/* The mapcount stays far below the values that mean something else. */
#define ENTRIES_MAX	(64 << 20)

struct copier {
	struct folio *folio;
	unsigned int nr;
	struct completion done;
};

/* As fork(2) copies entries of a private mapping: without the folio lock. */
static int copy_entries(void *arg)
{
	const unsigned long end = jiffies + COPY_TIME;
	struct copier *copier = arg;

	while (time_before(jiffies, end) && copier->nr < ENTRIES_MAX) {
		folio_ref_inc(copier->folio);
		atomic_inc(&copier->folio->_mapcount);
		copier->nr++;
		cond_resched();
	}
	complete(&copier->done);
	return 0;
}

/* New entries do not hide that a GUP user holds a frame. */
static void held_while_entries_are_set(struct kunit *test)
{
	struct spaces *s = test->priv;
	unsigned long missed = 0;
	struct task_struct *task;
	struct copier copier = {};

	init_completion(&copier.done);
	copier.folio = write_page(test, s->from, 0);
	KUNIT_EXPECT_FALSE(test, vmlab_frame_held(copier.folio));
	folio_get(copier.folio);
	task = kthread_run(copy_entries, &copier, "vmlab-copier");
	KUNIT_ASSERT_FALSE(test, IS_ERR(task));
	while (!try_wait_for_completion(&copier.done)) {
		missed += !vmlab_frame_held(copier.folio);
		cond_resched();
	}
	KUNIT_EXPECT_EQ(test, missed, 0UL);
	atomic_sub(copier.nr, &copier.folio->_mapcount);
	folio_ref_sub(copier.folio, copier.nr);
	folio_put(copier.folio);
	KUNIT_EXPECT_FALSE(test, vmlab_frame_held(copier.folio));
	vmlab_frame_release(copier.folio);
}

/* One clone at a time holds a space, and ends only its own hold. */
static void hold_ends(struct kunit *test)
{
	const unsigned int user = FAULT_FLAG_USER | FAULT_FLAG_KILLABLE |
				  FAULT_FLAG_ALLOW_RETRY;
	struct spaces *s = test->priv;

	KUNIT_EXPECT_EQ(test, vmlab_hold_begin(s->from, 7), 0);
	KUNIT_EXPECT_EQ(test, vmlab_hold_begin(s->from, 8), -EBUSY);
	KUNIT_EXPECT_FALSE(test, vmlab_held(s->from, user));
	/* As if another task had begun it. */
	WRITE_ONCE(s->from->hold.owner, &init_task);
	KUNIT_EXPECT_TRUE(test, vmlab_held(s->from, user));
	KUNIT_EXPECT_TRUE(test, vmlab_held(s->from, user | FAULT_FLAG_TRIED));
	KUNIT_EXPECT_FALSE(test, vmlab_held(s->from, user & ~FAULT_FLAG_USER));
	KUNIT_EXPECT_FALSE(test, vmlab_held(s->from, FAULT_FLAG_USER));
	KUNIT_EXPECT_FALSE(test, vmlab_held(s->from,
					    user | FAULT_FLAG_RETRY_NOWAIT));
	vmlab_hold_end(s->from, 8);
	vmlab_hold_limit(s->from, 8);
	KUNIT_EXPECT_EQ(test, s->from->hold.until, 0);
	KUNIT_EXPECT_TRUE(test, vmlab_held(s->from, user));

	/* One whose time is over does not count. */
	vmlab_hold_limit(s->from, 7);
	KUNIT_EXPECT_NE(test, s->from->hold.until, 0);
	WRITE_ONCE(s->from->hold.until, (jiffies - 1) ?: 1);
	KUNIT_EXPECT_FALSE(test, vmlab_held(s->from, user));
	KUNIT_EXPECT_EQ(test, vmlab_hold_begin(s->from, 8), 0);
	vmlab_hold_end(s->from, 7);
	KUNIT_EXPECT_EQ(test, vmlab_hold_begin(s->from, 9), -EBUSY);
	vmlab_hold_end(s->from, 8);
	KUNIT_EXPECT_PTR_EQ(test, s->from->hold.owner, NULL);
}

static struct kunit_case clone_cases[] = {
	KUNIT_CASE(frames_are_shared),
	KUNIT_CASE(writer_gets_a_copy),
	KUNIT_CASE(records_of_both),
	KUNIT_CASE(held_while_entries_are_set),
	KUNIT_CASE(hold_ends),
	{}
};

static struct kunit_suite clone_suite = {
	.name = "vmlab_clone",
	.init = clone_test_init,
	.exit = clone_test_exit,
	.test_cases = clone_cases,
};

kunit_test_suite(clone_suite);

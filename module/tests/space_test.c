// SPDX-License-Identifier: GPL-2.0
/* Tests of space.c and backing/: the life of a frame without a mapping. */
#include <kunit/test.h>
#include <linux/highmem.h>
#include <linux/mm.h>
#include <linux/pagemap.h>

#include "backing/registry.h"
#include "compat.h"
#include "fault/count.h"
#include "frame/frame.h"
#include "pager/bring.h"
#include "space/config.h"
#include "space/registry.h"
#include "space/shrink.h"
#include "space/space.h"
#include "space/stats.h"
#include "tests/new_space.h"

static int space_test_init(struct kunit *test)
{
	struct vmlab_space *space = new_space();

	KUNIT_ASSERT_FALSE(test, IS_ERR(space));
	test->priv = space;
	return 0;
}

static void space_test_exit(struct kunit *test)
{
	if (test->priv)
		vmlab_space_destroy(test->priv);
}

/* Bring in a frame; return 1 if this filled it, 0 if not, or an errno. */
static int touch(struct vmlab_space *space, pgoff_t pgoff)
{
	struct folio *folio;
	bool filled;

	folio = vmlab_bring(space, pgoff, VMLAB_BRING_ACCESS, &filled);
	if (IS_ERR(folio))
		return PTR_ERR(folio);
	folio_unlock(folio);
	folio_put(folio);
	return filled;
}

static bool resident(struct vmlab_space *space, pgoff_t pgoff)
{
	struct folio *folio = vmlab_frame_get(space, pgoff);

	if (folio)
		folio_put(folio);
	return folio;
}

static int set_bytes(struct vmlab_space *space, u64 bytes)
{
	struct vmlab_space_config config = { .bytes = bytes };

	return vmlab_space_set_config(space, &config);
}

static void frame_is_filled_once(struct kunit *test)
{
	struct vmlab_space *space = test->priv;

	KUNIT_EXPECT_FALSE(test, resident(space, 7));
	KUNIT_EXPECT_EQ(test, touch(space, 7), 1);
	KUNIT_EXPECT_TRUE(test, resident(space, 7));
	KUNIT_EXPECT_EQ(test, touch(space, 7), 0);
	KUNIT_EXPECT_FALSE(test, resident(space, 6));
	KUNIT_EXPECT_FALSE(test, resident(space, 8));
}

static void frame_is_zero(struct kunit *test)
{
	struct folio *folio;
	bool filled;
	void *kaddr;

	folio = vmlab_bring(test->priv, 0, VMLAB_BRING_ACCESS, &filled);
	KUNIT_ASSERT_FALSE(test, IS_ERR(folio));
	kaddr = kmap_local_folio(folio, 0);
	KUNIT_EXPECT_NULL(test, memchr_inv(kaddr, 0, PAGE_SIZE));
	kunmap_local(kaddr);
	folio_unlock(folio);
	folio_put(folio);
}

static void frames_are_counted(struct kunit *test)
{
	struct vmlab_space *space = test->priv;
	s64 before = vmlab_frames_total();
	struct vmlab_space_stats stats = {};
	pgoff_t pgoff;

	for (pgoff = 0; pgoff < 100; pgoff++)
		touch(space, pgoff * 1000);
	vmlab_space_stats(space, &stats);
	KUNIT_EXPECT_EQ(test, stats.frames, 100);
	KUNIT_EXPECT_EQ(test, stats.frames_dirty, 0);
	KUNIT_EXPECT_EQ(test, vmlab_frames_total() - before, 100);

	vmlab_space_destroy(space);
	test->priv = NULL;
	KUNIT_EXPECT_EQ(test, vmlab_frames_total(), before);
}

static void dirty_is_counted_once(struct kunit *test)
{
	struct vmlab_space *space = test->priv;
	struct vmlab_space_stats stats = {};
	struct folio *folio;
	bool filled;

	folio = vmlab_bring(space, 3, VMLAB_BRING_ACCESS, &filled);
	KUNIT_ASSERT_FALSE(test, IS_ERR(folio));
	vmlab_frame_mark_dirty(space, folio);
	vmlab_frame_mark_dirty(space, folio);
	folio_unlock(folio);
	folio_put(folio);

	vmlab_space_stats(space, &stats);
	KUNIT_EXPECT_EQ(test, stats.frames_dirty, 1);

	KUNIT_EXPECT_EQ(test, set_bytes(space, PAGE_SIZE), 0);
	memset(&stats, 0, sizeof(stats));
	vmlab_space_stats(space, &stats);
	KUNIT_EXPECT_EQ(test, stats.frames_dirty, 0);
	KUNIT_EXPECT_EQ(test, stats.discarded, 1);
}

static void end_of_space(struct kunit *test)
{
	struct vmlab_space *space = test->priv;

	KUNIT_EXPECT_EQ(test, set_bytes(space, 4 * PAGE_SIZE), 0);
	KUNIT_EXPECT_EQ(test, touch(space, 3), 1);
	KUNIT_EXPECT_EQ(test, touch(space, 4), -ERANGE);
	KUNIT_EXPECT_EQ(test, touch(space, ULONG_MAX), -ERANGE);
	KUNIT_EXPECT_FALSE(test, resident(space, 4));

	KUNIT_EXPECT_EQ(test, set_bytes(space, 0), 0);
	KUNIT_EXPECT_EQ(test, touch(space, 4), 1);
	/* Offsets are numbers of 64 bits, in bytes. */
	KUNIT_EXPECT_EQ(test, touch(space, ULONG_MAX >> PAGE_SHIFT), 1);
	KUNIT_EXPECT_EQ(test, touch(space, (ULONG_MAX >> PAGE_SHIFT) + 1),
			-ERANGE);
}

static void shrink_discards(struct kunit *test)
{
	struct vmlab_space *space = test->priv;
	struct vmlab_space_stats stats = {};
	pgoff_t pgoff;

	for (pgoff = 0; pgoff < 10; pgoff++)
		touch(space, pgoff);
	KUNIT_EXPECT_EQ(test, set_bytes(space, 4 * PAGE_SIZE), 0);
	for (pgoff = 0; pgoff < 10; pgoff++)
		KUNIT_EXPECT_EQ(test, resident(space, pgoff), pgoff < 4);
	vmlab_space_stats(space, &stats);
	KUNIT_EXPECT_EQ(test, stats.frames, 4);
	KUNIT_EXPECT_EQ(test, stats.frames_peak, 10);
	KUNIT_EXPECT_EQ(test, stats.discarded, 6);

	for (pgoff = 0; pgoff < 4; pgoff++)
		touch(space, pgoff);
	memset(&stats, 0, sizeof(stats));
	vmlab_space_stats(space, &stats);
	KUNIT_EXPECT_EQ(test, stats.frames_peak, 10);
}

static void pressure_is_bounded(struct kunit *test)
{
	struct vmlab_space *space = test->priv;
	struct shrink_control sc = { .gfp_mask = GFP_KERNEL };
	unsigned long freed = 0, ret;
	pgoff_t pgoff;
	int scans;

	for (pgoff = 0; pgoff < 100; pgoff++)
		touch(space, pgoff);
	/* Frames without a mapping get no second chance: each one is freed. */
	for (scans = 0; scans < 1000 && freed < 100; scans++) {
		sc.nr_to_scan = 8;
		sc.nr_scanned = sc.nr_to_scan;
		ret = vmlab_shrink_scan(NULL, &sc);
		if (ret == SHRINK_STOP)
			break;
		KUNIT_EXPECT_LE(test, sc.nr_scanned, 8);
		KUNIT_EXPECT_LE(test, ret, sc.nr_scanned);
		freed += ret;
	}
	KUNIT_EXPECT_EQ(test, freed, 100);
	KUNIT_EXPECT_GE(test, scans, 100 / 8);
	for (pgoff = 0; pgoff < 100; pgoff++)
		KUNIT_EXPECT_FALSE(test, resident(space, pgoff));
}

static void config_round_trip(struct kunit *test)
{
	struct vmlab_space_config config = {};

	vmlab_space_get_config(test->priv, &config);
	KUNIT_EXPECT_EQ(test, config.bytes, 0);
	KUNIT_EXPECT_EQ(test, config.backing, VMLAB_BACKING_ZERO);
	KUNIT_EXPECT_NE(test, config.space_id, 0);

	KUNIT_EXPECT_EQ(test, set_bytes(test->priv, 16 * PAGE_SIZE), 0);
	vmlab_space_get_config(test->priv, &config);
	KUNIT_EXPECT_EQ(test, config.bytes, 16 * PAGE_SIZE);
}

static void config_refused(struct kunit *test)
{
	struct vmlab_space_config config = {};

	KUNIT_EXPECT_EQ(test, set_bytes(test->priv, 1), -EINVAL);
	KUNIT_EXPECT_EQ(test, set_bytes(test->priv, PAGE_SIZE + 1), -EINVAL);
	KUNIT_EXPECT_EQ(test, set_bytes(test->priv, 1ULL << 63), -EFBIG);

	config.flags = VMLAB_SPACE_LATENCY << 1;
	KUNIT_EXPECT_EQ(test, vmlab_space_set_config(test->priv, &config),
			-EINVAL);
	config.flags = 0;
	config.reserved = 1;
	KUNIT_EXPECT_EQ(test, vmlab_space_set_config(test->priv, &config),
			-EINVAL);
	config.reserved = 0;
	config.space_id = 1;
	KUNIT_EXPECT_EQ(test, vmlab_space_set_config(test->priv, &config),
			-EINVAL);
	config.space_id = 0;
	config.backing = 0xffff;
	KUNIT_EXPECT_EQ(test, vmlab_space_set_config(test->priv, &config),
			-EINVAL);
}

static void ids_are_unique(struct kunit *test)
{
	struct vmlab_space *other = new_space();
	struct vmlab_space *space = test->priv;

	KUNIT_ASSERT_FALSE(test, IS_ERR(other));
	KUNIT_EXPECT_GT(test, other->id, space->id);
	vmlab_space_destroy(other);
}

static void found_by_number(struct kunit *test)
{
	struct vmlab_space *space = test->priv;
	u64 id = space->id;

	KUNIT_EXPECT_PTR_EQ(test, vmlab_registry_get(id), space);
	KUNIT_EXPECT_EQ(test, kref_read(&space->ref), 2);
	vmlab_space_put(space);
	KUNIT_EXPECT_EQ(test, PTR_ERR(vmlab_registry_get(0)), -ESRCH);

	vmlab_space_destroy(space);
	test->priv = NULL;
	KUNIT_EXPECT_EQ(test, PTR_ERR(vmlab_registry_get(id)), -ESRCH);
}

static void latency_buckets(struct kunit *test)
{
	KUNIT_EXPECT_EQ(test, vmlab_latency_bucket(0), 0);
	KUNIT_EXPECT_EQ(test, vmlab_latency_bucket(1), 0);
	KUNIT_EXPECT_EQ(test, vmlab_latency_bucket(2), 1);
	KUNIT_EXPECT_EQ(test, vmlab_latency_bucket(3), 1);
	KUNIT_EXPECT_EQ(test, vmlab_latency_bucket(4), 2);
	KUNIT_EXPECT_EQ(test, vmlab_latency_bucket(1023), 9);
	KUNIT_EXPECT_EQ(test, vmlab_latency_bucket(1024), 10);
	KUNIT_EXPECT_EQ(test, vmlab_latency_bucket(U64_MAX),
			VMLAB_LATENCY_BUCKETS - 1);
}

static void backings_by_number(struct kunit *test)
{
	const struct vmlab_backing *zero;

	zero = vmlab_backing_find(VMLAB_BACKING_ZERO);
	KUNIT_ASSERT_NOT_NULL(test, zero);
	KUNIT_EXPECT_EQ(test, zero->id, VMLAB_BACKING_ZERO);
	KUNIT_EXPECT_STREQ(test, zero->name, "zero");
	KUNIT_EXPECT_NULL(test, vmlab_backing_find(0xffff));
}

static struct kunit_case space_cases[] = {
	KUNIT_CASE(frame_is_filled_once),
	KUNIT_CASE(frame_is_zero),
	KUNIT_CASE(frames_are_counted),
	KUNIT_CASE(dirty_is_counted_once),
	KUNIT_CASE(end_of_space),
	KUNIT_CASE(shrink_discards),
	KUNIT_CASE(pressure_is_bounded),
	KUNIT_CASE(config_round_trip),
	KUNIT_CASE(config_refused),
	KUNIT_CASE(ids_are_unique),
	KUNIT_CASE(found_by_number),
	KUNIT_CASE(latency_buckets),
	KUNIT_CASE(backings_by_number),
	{}
};

static struct kunit_suite space_suite = {
	.name = "vmlab_space",
	.init = space_test_init,
	.exit = space_test_exit,
	.test_cases = space_cases,
};

kunit_test_suite(space_suite);

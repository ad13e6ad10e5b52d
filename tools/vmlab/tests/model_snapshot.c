// SPDX-License-Identifier: GPL-2.0
/* Snapshots, and the parts of a process. */
#include <stdlib.h>
#include <string.h>

#include "model/process_parts.h"
#include "snapshots.h"
#include "tap.h"

static void append(struct snapshot *snap, uint64_t start, uint64_t end)
{
	const struct snap_vma v = { .start = start, .end = end,
				    .name = strdup("") };

	snapshot_add(snap, &v);
}

static void test_add(void)
{
	struct snapshot snap;

	snap_init(&snap);
	append(&snap, 0x1000, 0x3000);
	append(&snap, 0x5000, 0x6000);
	is(snap.nr, 2, "two VMAs");
	append(&snap, 0x5000, 0x8000);
	is(snap.nr, 2, "one that is reported again is not added");
	is(snap.vma[1].end, 0x8000, "it is the later one");
	append(&snap, 0x7000, 0x9000);
	is(snap.nr, 3, "one that starts inside is added");
	is(snap.vma[1].end, 0x7000, "and cuts the other off");
	for (uint64_t i = 0; i < 1000; i++)
		append(&snap, 0x10000 + i * 0x1000, 0x11000 + i * 0x1000);
	is(snap.nr, 1003, "many");
	snapshot_free(&snap);
}

static void test_lookup(void)
{
	struct snapshot snap;

	snap_init(&snap);
	anon(&snap, 1, 3, READ);
	anon(&snap, 5, 6, READ);
	ok(snapshot_vma_at(&snap, PAGE) == &snap.vma[0], "the first byte");
	ok(snapshot_vma_at(&snap, 3 * PAGE - 1) == &snap.vma[0],
	   "the last byte");
	ok(!snapshot_vma_at(&snap, 3 * PAGE), "the end is outside");
	ok(!snapshot_vma_at(&snap, 0), "below all");
	ok(!snapshot_vma_at(&snap, 6 * PAGE), "above all");
	ok(snapshot_vma_at(&snap, 5 * PAGE) == &snap.vma[1], "the second");
	snapshot_free(&snap);
}

static void test_count(void)
{
	struct snapshot snap;
	size_t first = 0;

	snap_init(&snap);
	anon(&snap, 1, 3, READ);
	anon(&snap, 3, 4, READ);
	anon(&snap, 8, 9, READ);
	snapshot_count(&snap, &first, 2 * PAGE, 4 * PAGE, SNAP_RSS);
	snapshot_count(&snap, &first, 8 * PAGE, 9 * PAGE, SNAP_SWAP);
	is(snap.vma[0].rss, PAGE, "a range counts for the VMAs it lies in");
	is(snap.vma[1].rss, PAGE, "each of them");
	is(snap.vma[2].rss, 0, "and no other");
	is(snap.vma[2].swap, PAGE, "swap is apart");
	snapshot_free(&snap);
}

static void check_kind(struct snapshot *snap, struct snap_vma *v,
		       uint32_t flags, enum snap_kind want)
{
	v->flags |= flags;
	is(snapshot_kind(snap, v), want, "it is %s", snapshot_kind_name(want));
}

static void test_kinds(void)
{
	char perms[SNAP_PERMS_LEN];
	struct snapshot snap;

	snap_init(&snap);
	check_kind(&snap, add(&snap, 1, 2, READ | EXEC, 7, 0, "/bin/a"), 0,
		   SNAP_CODE);
	check_kind(&snap, add(&snap, 2, 3, READ, 7, 0, "/bin/a"), 0,
		   SNAP_FILE);
	check_kind(&snap, anon(&snap, 3, 4, READ), 0, SNAP_ANON);
	check_kind(&snap, anon(&snap, 4, 5, READ), VMLAB_VMA_HEAP, SNAP_HEAP);
	check_kind(&snap, anon(&snap, 5, 6, READ), VMLAB_VMA_STACK,
		   SNAP_STACK);
	check_kind(&snap, anon(&snap, 6, 7, READ), VMLAB_VMA_SPECIAL,
		   SNAP_SPECIAL);
	check_kind(&snap, add(&snap, 7, 8, READ | SHARE, 7, 0, "/dev/zero"), 0,
		   SNAP_SHARED);
	check_kind(&snap, add(&snap, 8, 9, READ | SHARE, 7, 0, "/dev/vmlab"),
		   VMLAB_VMA_VMLAB, SNAP_VMLAB);
	streq(snapshot_perms(&snap, &snap.vma[0], perms), "r-xp", "private");
	streq(snapshot_perms(&snap, &snap.vma[6], perms), "r--s", "shared");
	snapshot_free(&snap);
}

static void test_parts(void)
{
	struct process_part part[PROCESS_PARTS_MAX];
	struct vmlab_mm mm = {
		.start_code = 0x1000,
		.end_code = 0x2000,
		.start_data = 0x3000,
		.end_data = 0x4000,
		.start_brk = 0x5000,
		.brk = 0x5000,
		.mmap_base = 0x9000,
	};
	size_t nr = process_parts(&mm, part);

	is(nr, 3, "empty parts are left out");
	streq(part[0].name, "code", "code");
	streq(part[1].name, "data", "data");
	streq(part[2].name, "mmap", "mmap");
	is(part[2].start, 0x5000, "starts at the end of the heap");
	is(part[2].end, 0x9000, "and ends at mmap_base");
	mm.brk = 0x7000;
	nr = process_parts(&mm, part);
	is(nr, 4, "a heap that is not empty");
	is(part[3].start, 0x7000, "moves the start of mmap");
	mm.brk = 0x3000;
	process_parts(&mm, part);
	is(part[2].start, 0x4000, "which is never below the data");
}

int main(void)
{
	test_add();
	test_lookup();
	test_count();
	test_kinds();
	test_parts();
	return tap_done();
}

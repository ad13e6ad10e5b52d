// SPDX-License-Identifier: GPL-2.0
/* Frames that processes share. */
#include <stdlib.h>
#include <string.h>

#include "model/sharing.h"
#include "snapshots.h"
#include "tap.h"

static void test_sharing(void)
{
	/* frame 1: both, file page 0; 2: first only, but three map it; 3: second,
	 * twice; 4: both, anonymous; 5: a second copy of file page 0
	 */
	struct share_page pages[] = {
		{ .pfn = 3, .proc = 1, .object = 1, .mapcount = 2,
		  .offset = UINT64_MAX },
		{ .pfn = 1, .proc = 0, .object = 0, .mapcount = 2 },
		{ .pfn = 2, .proc = 0, .object = 0, .mapcount = 3, .offset = 1 },
		{ .pfn = 3, .proc = 1, .object = 1, .mapcount = 2,
		  .offset = UINT64_MAX },
		{ .pfn = 1, .proc = 1, .object = 0, .mapcount = 2 },
		{ .pfn = 4, .proc = 0, .object = 1, .mapcount = 2,
		  .offset = UINT64_MAX },
		{ .pfn = 4, .proc = 1, .object = 1, .mapcount = 2,
		  .offset = UINT64_MAX },
		{ .pfn = 5, .proc = 1, .object = 0, .mapcount = 1 },
	};
	struct share_report r;

	share_count(pages, sizeof(pages) / sizeof(pages[0]), 2, 2, &r);
	is(r.frames, 5, "different frames");
	is(r.shared, 2, "shared");
	is(r.mappings, 4, "mappings of those");
	is(r.pair[1], 2, "the pair shares two");
	is(r.proc[0].frames, 3, "frames of the first");
	is(r.proc[0].shared, 2, "its shared ones");
	is(r.proc[0].private, 1, "and the other");
	is(r.proc[0].elsewhere, 1, "which strangers map");
	is(r.proc[1].private, 2, "private of the second: one mapped twice");
	is(r.proc[1].elsewhere, 0, "which no stranger maps");
	is(r.proc[0].pss, 2 * 2048 + 4096 / 3, "proportional size");
	is(r.proc[1].pss, 2 * 2048 + 2 * 4096, "of the second");
	is(r.object[0].procs, 2, "processes of the file");
	is(r.object[0].shared, 1, "its shared frames");
	is(r.object[0].file_pages, 2, "its pages");
	is(r.object[0].file_frames, 3, "in three frames: one page twice");
	is(r.object[1].file_pages, 0, "anonymous memory has none");
	share_free(&r);
	share_count(NULL, 0, 1, 0, &r);
	is(r.frames, 0, "nothing");
	share_free(&r);
}

static void test_groups(void)
{
	struct share_groups groups = { 0 };
	struct snapshot snap;
	uint32_t text, data;

	snap_init(&snap);
	add(&snap, 1, 2, READ | EXEC, 7, 0, "/lib/a");
	add(&snap, 2, 3, READ | WRITE, 7, 1, "/lib/a");
	add(&snap, 3, 4, READ | EXEC, 8, 0, "/lib/a");
	anon(&snap, 4, 5, READ | WRITE);
	anon(&snap, 6, 7, READ | WRITE);
	text = share_group_of(&groups, &snap, &snap.vma[0]);
	data = share_group_of(&groups, &snap, &snap.vma[1]);
	ok(text != data, "other protection, other group");
	is(share_group_of(&groups, &snap, &snap.vma[0]), text,
	   "a group is found again");
	ok(share_group_of(&groups, &snap, &snap.vma[2]) != text,
	   "another file of the same name has its own");
	is(share_group_of(&groups, &snap, &snap.vma[4]),
	   share_group_of(&groups, &snap, &snap.vma[3]),
	   "anonymous memory is one group");
	is(groups.nr, 4, "four groups");
	share_groups_free(&groups);
	snapshot_free(&snap);
}

static void test_lists(void)
{
	static const struct share_page page[] = {
		{ .pfn = 9, .proc = 0, .object = 1, .mapcount = 2 },
		{ .pfn = 9, .proc = 1, .object = 1, .mapcount = 2 },
		{ .pfn = 5, .proc = 0, .object = 1, .mapcount = 2 },
		{ .pfn = 5, .proc = 1, .object = 1, .mapcount = 2 },
		{ .pfn = 7, .proc = 0, .object = 0, .mapcount = 2 },
		{ .pfn = 7, .proc = 1, .object = 0, .mapcount = 2 },
		{ .pfn = 8, .proc = 1, .object = 2, .mapcount = 1 },
	};
	struct share_pages pages = { 0 };
	struct share_report report;
	uint64_t *frames;
	size_t *objects;
	size_t nr;

	for (size_t i = 0; i < sizeof(page) / sizeof(page[0]); i++)
		share_add_page(&pages, &page[i]);
	share_count(pages.page, pages.nr, 2, 3, &report);
	objects = share_sorted_objects(&report, false, &nr);
	is(nr, 2, "two groups have shared frames");
	ok(nr == 2 && objects[0] == 1 && objects[1] == 0, "most frames first");
	free(objects);
	objects = share_sorted_objects(&report, true, &nr);
	is(nr, 3, "with the others there are three");
	ok(nr == 3 && objects[0] == 1 && objects[1] == 0 && objects[2] == 2,
	   "those without shared frames last");
	free(objects);
	frames = share_frames(&pages, 1, &nr);
	is(nr, 2, "two shared frames of a group");
	ok(nr == 2 && frames[0] == 5 && frames[1] == 9, "by rising number");
	free(frames);
	frames = share_frames(&pages, 2, &nr);
	is(nr, 0, "none of a group of one process");
	free(frames);
	share_free(&report);
	free(pages.page);
}

int main(void)
{
	test_sharing();
	test_groups();
	test_lists();
	return tap_done();
}

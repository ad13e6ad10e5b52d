// SPDX-License-Identifier: GPL-2.0
/* VMAS with room for few or many records and names, and with ranges. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>

#include "lib/dev.h"
#include "lib/tap.h"
#include "inspect/samples/samples.h"
#include "inspect/vmas/vmas.h"

static bool same_lists(const struct vma_list *a, const struct vma_list *b,
		       bool with_names)
{
	if (a->nr != b->nr)
		return false;
	for (size_t i = 0; i < a->nr; i++) {
		struct vmlab_vma x = a->vma[i], y = b->vma[i];

		x.name_off = y.name_off;
		x.ops_off = y.ops_off;
		if (!with_names)
			x.flags = y.flags;
		if (memcmp(&x, &y, sizeof(x)))
			return false;
		if (with_names && (strcmp(a->name[i], b->name[i]) ||
				   strcmp(a->ops[i], b->ops[i])))
			return false;
	}
	return true;
}

/* Test that the records do not depend on the room of each call. */
void test_batches(void)
{
	static const struct {
		uint32_t nr, strings;
	} sizes[] = {
		{ 1, 512 }, { 7, 1024 }, { 256, STRINGS },
		{ 257, STRINGS }, { 100000, 1 << 20 }, { 64, 8192 },
	};
	pid_t pid = sample_find("many_vmas");
	struct vma_list all, list;
	size_t cut = 0;

	if (!pid || get_vmas(vmlab_fd, VMLAB_TARGET_PID, pid, 5000, STRINGS, &all))
		bail("there is no sample process many_vmas");
	ok(all.nr > 2000, "%zu VMAs to walk", all.nr);
	for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
		if (works(get_vmas(vmlab_fd, VMLAB_TARGET_PID, pid, sizes[i].nr,
				   sizes[i].strings, &list),
			  "%u records a call, %u bytes of names", sizes[i].nr,
			  sizes[i].strings)) {
			ok(same_lists(&all, &list, true), "... the same");
			free_vmas(&list);
		}
	}
	for (uint32_t strings = 0; strings < 2; strings++) {
		works(get_vmas(vmlab_fd, VMLAB_TARGET_PID, pid, 100, strings, &list),
		      "%u bytes of names", strings);
		ok(same_lists(&all, &list, false), "... the same records");
		cut = 0;
		for (size_t i = 0; i < list.nr && i < all.nr; i++)
			if (*all.name[i] || *all.ops[i])
				cut += !(list.vma[i].flags & VMLAB_VMA_NAME_CUT) ==
				       !!strings;
		/* Without a buffer no name is wanted. */
		is(cut, 0, "... each name that was left out is marked%s",
		   strings ? "" : ", unless there is no buffer");
		free_vmas(&list);
	}
	works(get_vmas(vmlab_fd, VMLAB_TARGET_PID, pid, 50, 40, &list),
	      "40 bytes of names");
	ok(same_lists(&all, &list, false), "... the same records");
	cut = 0;
	for (size_t i = 0; i < list.nr && i < all.nr; i++)
		if (!(list.vma[i].flags & VMLAB_VMA_NAME_CUT) &&
		    strcmp(list.name[i], all.name[i]))
			cut++;
	is(cut, 0, "... a name is whole or marked");
	free_vmas(&list);
	free_vmas(&all);
}

/* Test that VMLAB_STRINGS_MIN bytes hold every name. */
void test_strings_min(void)
{
	static const char *const kinds[] = { "plain", "odd_names", "anon_names",
					     "long_path" };
	struct vma_list list;

	for (size_t i = 0; i < 4; i++) {
		pid_t pid = sample_find(kinds[i]);
		size_t cut = 0, longest = 0;

		if (!pid) {
			skip("there is no such sample process", "%s: names", kinds[i]);
			continue;
		}
		if (get_vmas(vmlab_fd, VMLAB_TARGET_PID, pid, 16, VMLAB_STRINGS_MIN,
			     &list)) {
			ok(false, "%s: VMAS: %s", kinds[i], strerror(errno));
			continue;
		}
		for (size_t n = 0; n < list.nr; n++) {
			size_t len = list.name[n] ? strlen(list.name[n]) : 0;

			cut += !!(list.vma[n].flags & VMLAB_VMA_NAME_CUT);
			longest = len > longest ? len : longest;
		}
		/* Only the path of more than 2 * PATH_MAX bytes is longer. */
		if (!strcmp(kinds[i], "long_path"))
			is(cut, 1, "long_path: the longest name is cut");
		else
			is(cut, 0, "%s: VMLAB_STRINGS_MIN holds every name",
			   kinds[i]);
		diag("%s: longest name shown %zu bytes", kinds[i], longest);
		free_vmas(&list);
	}
}

static void one_call(pid_t pid, uint64_t cursor, uint64_t end,
		     struct vmlab_vmas *req)
{
	static struct vmlab_vma room[16];
	static char strings[STRINGS];

	*req = (struct vmlab_vmas){
		.size = sizeof(*req),
		.target = { .kind = VMLAB_TARGET_PID, .id = pid },
		.cursor = cursor,
		.end = end,
		.vmas = (uintptr_t)room,
		.strings = (uintptr_t)strings,
		.nr = 16,
		.strings_size = sizeof(strings),
	};
	if (ioctl(vmlab_fd, VMLAB_IOC_VMAS, req))
		bail("VMAS: %s", strerror(errno));
}

void test_ranges(void)
{
	pid_t pid = sample_find("many_vmas");
	const struct vmlab_vma *first;
	struct vma_list all;
	struct vmlab_vmas req;
	size_t i = 1000;

	if (get_vmas(vmlab_fd, VMLAB_TARGET_PID, pid, 5000, STRINGS, &all))
		bail("VMAS: %s", strerror(errno));
	one_call(pid, all.vma[i].start, all.vma[i].end, &req);
	first = (struct vmlab_vma *)(uintptr_t)req.vmas;
	ok(req.nr == 1 && first->start == all.vma[i].start, "one VMA");
	is(req.cursor, all.vma[i].end, "one VMA: the cursor is at its end");
	is(req.map_count, all.map_count, "one VMA: map_count is of all");
	one_call(pid, all.vma[i].start + 1, all.vma[i].start + 2, &req);
	ok(req.nr == 1 && first->start == all.vma[i].start,
	   "addresses inside it find it whole");
	one_call(pid, all.vma[i].end - 1, all.vma[i + 1].start + 1, &req);
	is(req.nr, 2, "its last byte and the next's first: both");
	one_call(pid, all.vma[i].end, all.vma[i].end, &req);
	is(req.nr, 0, "an empty range between: none");
	one_call(pid, all.vma[all.nr - 1].end, 0, &req);
	is(req.nr, 0, "above the last: none");
	one_call(pid, UINT64_MAX, 0, &req);
	is(req.nr, 0, "cursor UINT64_MAX: none");
	one_call(pid, 0, all.vma[0].start, &req);
	is(req.nr, 0, "below the first: none");
	one_call(pid, 0, UINT64_MAX, &req);
	is(req.nr, 16, "end UINT64_MAX: as many as fit");
	free_vmas(&all);
}

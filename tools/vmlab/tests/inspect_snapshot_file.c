// SPDX-License-Identifier: GPL-2.0
/* Snapshots as files. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "inspect/snapshot.h"
#include "model/diff.h"
#include "snapshots.h"
#include "tap.h"

static int read_text(const char *text, struct snapshot *snap)
{
	char why[160] = "";
	FILE *in = fmemopen((void *)text, strlen(text), "r");
	int err = snapshot_read(in, snap, why);

	fclose(in);
	ok(err ? *why && !strchr(why, '\n') : !*why,
	   "an error, and only that, has a reason: %s", why);
	return err;
}

static void test_snapshot_file(void)
{
	struct snapshot a, b;
	char *text = NULL, *cut;
	size_t len;
	FILE *out = open_memstream(&text, &len);
	struct vma_events events;

	snap_init(&a);
	a.has_rss = true;
	a.rss[VMLAB_RSS_ANON] = 7 * PAGE;
	add(&a, 1, 4, READ | EXEC, 7, 3, "/f\xff\n\"");
	anon(&a, 6, 9, READ)->rss = 2 * PAGE;
	a.vma[1].vm_flags |= UINT64_C(1) << 63;
	snapshot_write(out, &a);
	fclose(out);

	is(read_text(text, &b), 0, "a snapshot is read back");
	is(b.nr, 2, "all its VMAs");
	streq(b.vma[0].name, "/f\xff\n\"", "names byte by byte");
	is(b.vma[1].vm_flags, a.vma[1].vm_flags, "all 64 flags");
	is(b.rss[VMLAB_RSS_ANON], 7 * PAGE, "totals");
	ok(vma_diff_comparable(&a, &b), "they can be compared");
	vma_diff(&a, &b, &events);
	is(events.nr, 0, "and are equal");
	vma_events_free(&events);
	b.flag_name[3][0] = 'x';
	ok(!vma_diff_comparable(&a, &b), "not with other flags");
	snapshot_free(&b);

	cut = strrchr(text, '{');
	*cut = '\0';
	is(read_text(text, &b), -EINVAL, "a file that was cut");
	snapshot_free(&b);
	is(read_text("{}\n", &b), -EINVAL, "an empty object");
	snapshot_free(&b);
	is(read_text("7f00-8000 r-xp\n", &b), -EINVAL, "a file of /proc");
	snapshot_free(&b);
	is(read_text("{\"vmlab_snapshot\": 2}\n", &b), -EINVAL,
	   "another version");
	snapshot_free(&b);
	free(text);
	snapshot_free(&a);
}

int main(void)
{
	test_snapshot_file();
	return tap_done();
}

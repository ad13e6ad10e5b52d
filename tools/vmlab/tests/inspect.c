// SPDX-License-Identifier: GPL-2.0
/*
 * What the vmlab command makes of an address space, without a kernel:
 * comparing snapshots, their files, scales, indices, trees, shared frames.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "show/vma_event.h"
#include "show/format.h"
#include "show/map.h"
#include "model/page_table_level.h"
#include "model/sharing.h"
#include "tap.h"
#include "show/tree_branches.h"
#include "model/diff.h"

#define PAGE UINT64_C(4096)

enum { READ = 1, WRITE = 2, EXEC = 4, SHARE = 8, SOFTDIRTY = 16 };

static void snap_init(struct snapshot *snap)
{
	static const char *const names[] = { "read", "write", "exec",
					     "mayshare", "softdirty" };

	memset(snap, 0, sizeof(*snap));
	snap->pid = 42;
	snap->page_size = PAGE;
	snap->task_size = 1000 * PAGE;
	strcpy(snap->comm, "test");
	strcpy(snap->kernel, "1.2.3");
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		snprintf(snap->flag_name[i], sizeof(snap->flag_name[i]), "%s",
			 names[i]);
}

/* pages [start, end); file 0 is anonymous memory */
static struct snap_vma *add(struct snapshot *snap, uint64_t start, uint64_t end,
			    uint64_t flags, uint64_t file, uint64_t pgoff,
			    const char *name)
{
	struct snap_vma *v;

	snap->vma = reallocarray(snap->vma, snap->nr + 1, sizeof(*snap->vma));
	v = &snap->vma[snap->nr++];
	memset(v, 0, sizeof(*v));
	v->start = start * PAGE;
	v->end = end * PAGE;
	v->vm_flags = flags;
	v->ino = file;
	v->pgoff = pgoff;
	v->flags = file ? VMLAB_VMA_FILE : 0;
	v->name = strdup(name);
	return v;
}

/* anonymous memory, at the offset that the kernel gives new memory */
static struct snap_vma *anon(struct snapshot *snap, uint64_t start,
			     uint64_t end, uint64_t flags)
{
	return add(snap, start, end, flags, 0, start, "");
}

/* events as text: "split 1-3 1>2; flags 2-3 1>1" in pages */
static char *told(const struct snapshot *a, const struct snapshot *b)
{
	struct vma_events events;
	char *text = NULL;
	size_t len;
	FILE *out = open_memstream(&text, &len);

	vma_diff(a, b, &events);
	for (size_t i = 0; i < events.nr; i++) {
		const struct vma_event *e = &events.event[i];

		fprintf(out, "%s%s %llu-%llu %zu>%zu", i ? "; " : "",
			vma_event_name(e->kind),
			(unsigned long long)(e->start / PAGE),
			(unsigned long long)(e->end / PAGE), e->nr_old,
			e->nr_new);
	}
	vma_events_free(&events);
	fclose(out);
	return text;
}

static void check(struct snapshot *a, struct snapshot *b, const char *want,
		  const char *what)
{
	char *got = told(a, b);

	streq(got, want, "%s", what);
	free(got);
	snapshot_free(a);
	snapshot_free(b);
	snap_init(a);
	snap_init(b);
}

static void test_diff(void)
{
	struct snapshot a, b;

	snap_init(&a);
	snap_init(&b);
	check(&a, &b, "", "nothing is nothing");

	anon(&a, 1, 4, READ);
	anon(&b, 1, 4, READ | SOFTDIRTY);
	check(&a, &b, "", "softdirty is no change");

	anon(&b, 1, 4, READ);
	check(&a, &b, "appeared 1-4 0>1", "mmap");
	anon(&a, 1, 4, READ);
	check(&a, &b, "gone 1-4 1>0", "munmap");

	anon(&a, 1, 4, READ);
	anon(&b, 1, 6, READ);
	check(&a, &b, "grew 4-6 1>1", "brk up");
	anon(&a, 10, 14, READ);
	add(&b, 8, 14, READ, 0, 8, "");
	check(&a, &b, "grew 8-10 1>1", "a stack grows down");
	anon(&a, 1, 6, READ);
	anon(&b, 1, 4, READ);
	check(&a, &b, "shrank 4-6 1>1", "brk down");
	anon(&a, 1, 6, READ);
	anon(&b, 2, 8, READ);
	check(&a, &b, "shrank 1-2 1>1; grew 6-8 1>1", "both ends");

	anon(&a, 1, 10, READ | WRITE);
	anon(&b, 1, 4, READ | WRITE);
	anon(&b, 4, 6, READ);
	anon(&b, 6, 10, READ | WRITE);
	check(&a, &b, "split 1-10 1>3; flags 4-6 1>1",
	      "mprotect in the middle");
	anon(&b, 1, 10, READ | WRITE);
	anon(&a, 1, 4, READ | WRITE);
	anon(&a, 4, 6, READ);
	anon(&a, 6, 10, READ | WRITE);
	check(&a, &b, "merged 1-10 3>1; flags 4-6 1>1", "mprotect back");
	anon(&a, 1, 10, READ);
	anon(&b, 1, 10, READ | WRITE);
	check(&a, &b, "flags 1-10 1>1", "mprotect of the whole");
	anon(&a, 1, 10, READ);
	anon(&b, 1, 4, READ);
	anon(&b, 6, 10, READ);
	check(&a, &b, "split 1-10 1>2", "munmap in the middle");
	anon(&a, 1, 4, READ);
	anon(&a, 6, 10, READ);
	anon(&b, 1, 10, READ);
	check(&a, &b, "merged 1-10 2>1", "mmap that closes a gap");
	anon(&a, 1, 5, READ | WRITE);
	anon(&a, 5, 9, READ);
	anon(&b, 1, 7, READ | WRITE);
	anon(&b, 7, 9, READ);
	check(&a, &b, "grew 5-7 1>1; shrank 5-7 1>1; flags 5-7 1>1",
	      "mprotect that moves the border of two VMAs");

	anon(&a, 1, 10, READ);
	anon(&b, 1, 4, READ);
	add(&b, 4, 6, READ, 7, 0, "/f");
	anon(&b, 6, 10, READ);
	check(&a, &b, "split 1-10 1>2; appeared 4-6 0>1",
	      "a file mapped over the middle");
	add(&a, 1, 5, READ, 7, 0, "/f");
	add(&b, 1, 5, READ, 8, 0, "/g");
	check(&a, &b, "gone 1-5 1>0; appeared 1-5 0>1",
	      "another file at the same place");
	add(&a, 1, 5, READ, 7, 0, "/f");
	add(&b, 1, 5, READ, 7, 9, "/f");
	check(&a, &b, "gone 1-5 1>0; appeared 1-5 0>1",
	      "another part of the file at the same place");

	add(&a, 1, 5, READ, 7, 3, "/f");
	add(&b, 20, 24, READ, 7, 3, "/f");
	check(&a, &b, "moved 20-24 1>1", "mremap of a file");
	add(&a, 1, 5, READ | WRITE, 0, 1, "");
	add(&b, 20, 26, READ | WRITE, 0, 1, "");
	check(&a, &b, "moved 20-26 1>1", "mremap of memory, which grows");
	anon(&a, 1, 5, READ | WRITE);
	anon(&a, 10, 40, 0);
	anon(&b, 10, 20, 0);
	add(&b, 20, 24, READ | WRITE, 0, 1, "");
	anon(&b, 24, 40, 0);
	check(&a, &b, "split 10-40 1>2; moved 20-24 1>1",
	      "mremap over other memory");
	anon(&a, 1, 5, READ);
	anon(&b, 20, 24, READ);
	check(&a, &b, "gone 1-5 1>0; appeared 20-24 0>1",
	      "munmap and mmap elsewhere is no move");

	add(&a, 1, 5, READ, 0, 1, "");
	add(&b, 1, 5, READ, 0, 1, "[anon:x]");
	check(&a, &b, "renamed 1-5 1>1", "prctl(PR_SET_VMA_ANON_NAME)");

	a.has_rss = true;
	b.has_rss = true;
	anon(&a, 1, 5, READ)->rss = PAGE;
	anon(&b, 1, 5, READ)->rss = 3 * PAGE;
	check(&a, &b, "rss 1-5 1>1", "pages were touched");

	/* thousands of VMAs that merge in pairs */
	for (uint64_t i = 0; i < 3000; i++)
		anon(&a, 10 + i * 2, 11 + i * 2, i % 2 ? READ : WRITE);
	for (uint64_t i = 0; i < 3000; i++)
		anon(&b, 10 + i * 2, 12 + i * 2, i % 2 ? READ : WRITE);
	{
		struct vma_events events;

		vma_diff(&a, &b, &events);
		is(events.nr, 3000, "3000 VMAs that grew");
		vma_events_free(&events);
	}
	snapshot_free(&a);
	snapshot_free(&b);
}

static void test_event_text(void)
{
	struct snapshot a, b;
	struct vma_events events;
	char *text = NULL;
	json_t *o;
	size_t len;
	FILE *out = open_memstream(&text, &len);

	snap_init(&a);
	snap_init(&b);
	add(&a, 1, 2, READ | WRITE, 0, 1, "[heap]\n");
	add(&b, 1, 2, READ | EXEC, 0, 1, "[heap]\n");
	vma_diff(&a, &b, &events);
	is(events.nr, 1, "one event");
	event_print(out, &events.event[0], &a, &b, "", false);
	fclose(out);
	streq(text,
	      "flags     1000-2000  rw-p -> r-xp  -write +exec  [heap]\\012\n",
	      "in words, on one line");
	o = event_json(&events.event[0], &a, &b);
	streq(json_string_value(json_array_get(json_object_get(o, "set"), 0)),
	      "exec", "JSON: what was set");
	streq(json_string_value(json_array_get(json_object_get(o, "cleared"),
					       0)),
	      "write", "and what was cleared");
	json_decref(o);
	free(text);
	vma_events_free(&events);
	snapshot_free(&a);
	snapshot_free(&b);
}

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

static void test_scale(void)
{
	struct snapshot snap;
	struct map_item *items;
	unsigned int last = 0;
	bool rises = true;
	size_t nr;

	is(map_length(0, PAGE, 1 << 20, 40), 0, "no size, no length");
	is(map_length(PAGE, PAGE, 1 << 20, 40), 1, "a page is one");
	is(map_length(1 << 20, PAGE, 1 << 20, 40), 40,
	   "the largest fills the width");
	is(map_length(UINT64_MAX, PAGE, UINT64_MAX, 40), 40,
	   "even that of 64 bits");
	is(map_length(PAGE, PAGE, PAGE, 40), 40, "one page alone too");
	is(map_length(64 * 1024, PAGE, 1 << 20, 41), 21,
	   "half the logarithm, half the length");
	for (uint64_t size = PAGE; size <= 1 << 20; size += PAGE) {
		unsigned int length = map_length(size, PAGE, 1 << 20, 40);

		rises = rises && length >= last && length <= 40;
		last = length;
	}
	ok(rises, "it never falls");

	is(map_filled(0, 100, 10), 0, "nothing resident");
	is(map_filled(100, 100, 10), 10, "all");
	is(map_filled(1, 1000000, 10), 1, "a little does not look empty");
	is(map_filled(999999, 1000000, 10), 9, "nearly all not full");
	is(map_filled(50, 100, 10), 5, "half");
	is(map_filled(200, 100, 10), 10, "never more than all");

	snap_init(&snap);
	anon(&snap, 10, 20, READ);
	anon(&snap, 20, 30, WRITE);
	anon(&snap, 40, 1000, READ);
	items = map_items(&snap, &nr);
	is(nr, 5, "three VMAs and two gaps");
	ok(!items[0].start && items[0].end == 10 * PAGE && !items[0].vma,
	   "the first gap starts at 0");
	ok(items[3].start == 30 * PAGE && items[3].end == 40 * PAGE &&
	   !items[3].vma, "a gap between");
	free(items);
	snapshot_free(&snap);
}

static void test_split(void)
{
	struct addr_field f[ADDR_FIELDS_MAX];
	uint64_t addr = UINT64_C(0x7f7a5cc6cabc), back = 0;
	char bits[BINARY_MAX];
	unsigned int nr;

	nr = addr_split(addr, 4, 12, 1, f);
	is(nr, 6, "four levels: sign, four indices, offset");
	streq(f[1].name, "pgd", "the highest is the pgd");
	is(f[1].value, 254, "its index");
	is(f[2].value, 489, "pud");
	is(f[3].value, 230, "pmd");
	is(f[4].value, 108, "pte");
	is(f[5].value, 0xabc, "offset");
	for (unsigned int i = 0; i < nr; i++)
		back |= f[i].value << f[i].shift;
	is(back, addr, "together they are the address");

	nr = addr_split(addr, 5, 12, 2, f);
	is(nr, 6, "five levels to a huge page");
	streq(f[1].name, "pgd", "pgd");
	streq(f[2].name, "p4d", "p4d");
	is(f[1].value, 0, "its index is 0");
	is(f[nr - 1].bits, 21, "an offset of 2 MiB");
	is(f[nr - 1].value, addr & 0x1fffff, "with the bits of the pte index");
	nr = addr_split(UINT64_MAX, 5, 12, 1, f);
	is(nr, 7, "five levels: sign, five indices, offset");
	is(f[0].value, 127, "sign of 5 levels: 7 bits");

	streq(binary_text(5, 4, bits), "0101", "binary");
	is(strlen(binary_text(1, 64, bits)), 64, "64 bits");
	streq(binary_text(0, 0, bits), "", "none");
	streq(pt_level_name(4, 5), "p4d", "level 4 of 5");
	streq(pt_level_name(4, 4), "pgd", "level 4 of 4");
	streq(pt_level_name(9, 5), "?", "no level");
}

static void test_draw(void)
{
	static const struct vmlab_tree_item items[] = {
		{ .kind = VMLAB_TREE_ARANGE_64, .level = 0, .used = 2 },
		{ .kind = VMLAB_TREE_LEAF_64, .level = 1, .slot = 0, .used = 2 },
		{ .kind = VMLAB_TREE_ENTRY, .level = 2, .slot = 0 },
		{ .kind = VMLAB_TREE_GAP, .level = 2, .slot = 1 },
		{ .kind = VMLAB_TREE_LEAF_64, .level = 1, .slot = 1, .used = 1 },
		{ .kind = VMLAB_TREE_ENTRY, .level = 2, .slot = 0 },
	};
	static const char *const want[] = { "",	      "|- ",	"|  |- ",
					    "|  `- ", "`- ", "   `- " };
	struct vmlab_tree_item deep = { .kind = VMLAB_TREE_ENTRY, .level = 255 };
	char prefix[TREEDRAW_MAX];
	struct treedraw draw;

	treedraw_init(&draw, false);
	for (size_t i = 0; i < sizeof(items) / sizeof(items[0]); i++) {
		treedraw_prefix(&draw, &items[i], prefix);
		streq(prefix, want[i], "line in front of item %zu", i);
	}
	treedraw_prefix(&draw, &deep, prefix);
	streq(prefix, "", "a level that cannot be");
	treedraw_init(&draw, true);
	treedraw_prefix(&draw, &items[0], prefix);
	deep.level = VMLAB_TREE_LEVELS - 1;
	treedraw_prefix(&draw, &deep, prefix);
	ok(utf8_valid(prefix) && strlen(prefix) < sizeof(prefix),
	   "the deepest tree fits, in UTF-8");
}

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

static void test_pictures(void)
{
	struct snapshot snap;
	struct map_picture map;
	struct map_item *items;
	char *text = NULL, *line;
	size_t nr, len, widest = 0;
	FILE *out;

	snap_init(&snap);
	snap.has_rss = true;
	add(&snap, 10, 20, READ, 7, 0, "/tmp/<b>&\"'\xff]]>")->rss = PAGE;
	add(&snap, 20, 30, READ | EXEC, 8, 0,
	    "/a/very/long/name/that/does/not/fit/into/any/terminal/of/usual/width");
	items = map_items(&snap, &nr);
	map_picture_init(&map, &snap, items, nr);

	out = open_memstream(&text, &len);
	map_print_svg(out, &map);
	fclose(out);
	ok(!strstr(text, "<b>") && strstr(text, "&lt;b&gt;&amp;&quot;&#39;"),
	   "names are escaped");
	ok(utf8_valid(text), "and it is UTF-8");
	ok(!strstr(text, "href") && !strstr(text, "src=") &&
	   !strstr(text, "<script") && !strstr(text, "url("),
	   "SVG refers to nothing");
	free(text);

	out = open_memstream(&text, &len);
	map_print_html(out, &map);
	fclose(out);
	ok(!strstr(text, "<b>") && !strstr(text, "href") &&
	   !strstr(text, "src=") && !strstr(text, "<script"),
	   "nor does HTML");
	free(text);

	out = open_memstream(&text, &len);
	map_print_text(out, &map, 80, false, false);
	fclose(out);
	for (line = strtok(text, "\n"); line; line = strtok(NULL, "\n"))
		if (strlen(line) > widest)
			widest = strlen(line);
	ok(widest <= 80, "the picture fits 80 columns: %zu", widest);
	free(text);
	free(items);
	snapshot_free(&snap);
}

static void test_tail(void)
{
	streq(format_tail("abc", 3), "abc", "what fits is whole");
	streq(format_tail("abcd", 3), "bcd", "the end of what does not");
	streq(format_tail("\xc3\xa9\xc3\xa9", 1), "\xc3\xa9",
	      "characters are not cut");
	streq(format_tail("abc", 0), "", "no room");
}

int main(void)
{
	test_diff();
	test_event_text();
	test_snapshot_file();
	test_scale();
	test_split();
	test_draw();
	test_sharing();
	test_pictures();
	test_tail();
	return tap_done();
}

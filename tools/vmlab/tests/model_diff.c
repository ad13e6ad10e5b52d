// SPDX-License-Identifier: GPL-2.0
/* Comparing two snapshots. */
#include <stdio.h>
#include <stdlib.h>

#include "model/diff.h"
#include "snapshots.h"
#include "sys/xalloc.h"
#include "tap.h"

/* events as text: "split 1-3 1>2; flags 2-3 1>1" in pages */
static char *events_text(const struct snapshot *a, const struct snapshot *b)
{
	struct vma_events events;
	char *text = NULL;
	size_t len;
	FILE *out = check_alloc(open_memstream(&text, &len));

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
	char *got = events_text(a, b);

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

int main(void)
{
	test_diff();
	return tap_done();
}

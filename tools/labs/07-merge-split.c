// SPDX-License-Identifier: GPL-2.0
/* Lab 7: what mmap, munmap, mprotect, mremap and madvise do to the number of VMAs. */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "labs/memory.h"

enum { WINDOW = 16, AREA = 8, RW = PROT_READ | PROT_WRITE };

static const struct lab_break breaks[] = {
	{ "shared", "map the pages shared: the page that returns is of another object" },
	{ "written", "write the pages: a page that moved keeps its old offset" },
	{ "guarded", "map each page with other rights than its neighbours" },
	{ 0 },
};

struct state {
	struct lab_run *run;
	char *start;
	size_t page;
	int flags, fd;
	bool guarded;
};

static char *at(const struct state *s, unsigned int page)
{
	return s->start + page * s->page;
}

static void must(const struct state *s, bool done)
{
	if (!done)
		lab_fail(s->run, "a call failed: %s", strerror(errno));
}

static void map_at(struct state *s, unsigned int page, unsigned int pages,
		   int flags, int fd, unsigned int offset)
{
	int prot = s->guarded && page > 0 ? PROT_READ : RW;

	must(s, mmap(at(s, page), pages * s->page, prot, flags | MAP_FIXED, fd,
		     (off_t)(offset * s->page)) != MAP_FAILED);
}

static void map_area(struct state *s)
{
	map_at(s, 0, AREA, s->flags, -1, 0);
	if (lab_broken(s->run, "written"))
		lab_write(s->start, AREA * s->page, s->page, 1);
}

static void protect(struct state *s)
{
	must(s, !mprotect(at(s, 2), s->page, PROT_READ));
}

static void unprotect(struct state *s)
{
	must(s, !mprotect(at(s, 2), s->page, RW));
}

static void unmap_page(struct state *s)
{
	must(s, !munmap(at(s, 4), s->page));
}

static void map_page(struct state *s)
{
	map_at(s, 4, 1, s->flags, -1, 0);
}

static void dont_need(struct state *s)
{
	must(s, !madvise(at(s, 6), s->page, MADV_DONTNEED));
}

static void dont_dump(struct state *s)
{
	must(s, !madvise(at(s, 6), s->page, MADV_DONTDUMP));
}

static void do_dump(struct state *s)
{
	must(s, !madvise(at(s, 6), s->page, MADV_DODUMP));
}

static void lock_page(struct state *s)
{
	must(s, !mlock2(at(s, 0), s->page, MLOCK_ONFAULT));
}

static void unlock_page(struct state *s)
{
	must(s, !munlock(at(s, 0), s->page));
}

static void shrink(struct state *s)
{
	must(s, mremap(at(s, 5), 3 * s->page, 2 * s->page, 0) != MAP_FAILED);
}

static void grow(struct state *s)
{
	must(s, mremap(at(s, 5), 2 * s->page, 3 * s->page, 0) != MAP_FAILED);
}

static void move(struct state *s)
{
	must(s, mremap(at(s, 3), s->page, s->page,
		       MREMAP_MAYMOVE | MREMAP_FIXED, at(s, 12)) != MAP_FAILED);
}

static void beside(struct state *s)
{
	map_at(s, 13, 1, s->flags, -1, 0);
}

static void clear(struct state *s)
{
	must(s, !munmap(at(s, 0), WINDOW * s->page));
}

static void map_file(struct state *s)
{
	map_at(s, 0, 2, MAP_SHARED, s->fd, 0);
}

static void map_file_next(struct state *s)
{
	map_at(s, 2, 2, MAP_SHARED, s->fd, 2);
}

static void map_file_again(struct state *s)
{
	map_at(s, 4, 2, MAP_SHARED, s->fd, 0);
}

/* Each operation, and the VMAs of the window after it. */
static const struct operation {
	const char *key, *call;
	unsigned int vmas;
	const char *why;
	void (*run)(struct state *s);
} operations[] = {
	{ "mmap", "mmap of pages 0 to 7", 1, "one mapping", map_area },
	{ "mprotect", "mprotect of page 2, read-only", 3,
	  "split at both ends of the page", protect },
	{ "mprotect-back", "mprotect of page 2, as before", 1,
	  "equal neighbours merge", unprotect },
	{ "munmap", "munmap of page 4", 2, "the VMA is split, and a part removed",
	  unmap_page },
	{ "mmap-hole", "mmap of page 4 again", 1,
	  "it fits between equal neighbours: three merge into one", map_page },
	{ "dontneed", "madvise(MADV_DONTNEED) of page 6", 1,
	  "it frees frames and changes no VMA", dont_need },
	{ "dontdump", "madvise(MADV_DONTDUMP) of page 6", 3,
	  "it sets a flag of the VMA: split", dont_dump },
	{ "dodump", "madvise(MADV_DODUMP) of page 6", 1, "the flag is cleared: merge",
	  do_dump },
	{ "mlock", "mlock2(MLOCK_ONFAULT) of page 0", 2,
	  "VM_LOCKED: split at one end", lock_page },
	{ "munlock", "munlock of page 0", 1, "merge", unlock_page },
	{ "shrink", "mremap of pages 5 to 7 to 2 pages", 1, "the end moves", shrink },
	{ "grow", "mremap of pages 5 and 6 to 3 pages", 1, "the end moves back", grow },
	{ "move", "mremap of page 3 to page 12", 3,
	  "a hole splits it, and the page is a VMA elsewhere", move },
	{ "beside", "mmap of page 13", 3,
	  "page 12 was never written: its offset moved with it, so they merge",
	  beside },
	{ "clear", "munmap of all pages", 0, "all VMAs are removed", clear },
	{ "file", "mmap of a file, pages 0 and 1", 1, "one mapping", map_file },
	{ "file-next", "mmap of the file's pages 2 and 3 beside it", 1,
	  "offsets continue: merge", map_file_next },
	{ "file-again", "mmap of the file's pages 0 and 1 beside it", 2,
	  "offsets do not continue", map_file_again },
};

enum { OPERATIONS = sizeof(operations) / sizeof(operations[0]) };

static void predict(struct lab_run *run)
{
	for (unsigned int i = 0; i < OPERATIONS; i++)
		lab_predict(run, operations[i].key, operations[i].call,
			    operations[i].vmas, "VMAs", "%u before; %s",
			    i ? operations[i - 1].vmas : 0, operations[i].why);
}

static void experiment(struct lab_run *run)
{
	struct state s = {
		.run = run,
		.page = lab_machine(run)->page,
		.flags = MAP_ANONYMOUS |
			 (lab_broken(run, "shared") ? MAP_SHARED : MAP_PRIVATE),
		.guarded = lab_broken(run, "guarded"),
	};
	unsigned int plot = lab_plot(run, "VMAs after each call", "call", "VMAs",
				     LAB_BARS);
	unsigned int series = lab_series(run, plot, "VMAs in the window");

	s.fd = lab_file(run, "/dev/shm", 4 * s.page, 0);
	/* The neighbours of the window have no rights, and never merge with it. */
	s.start = lab_map(run, (WINDOW + 2) * s.page, PROT_NONE,
			  MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	s.start += s.page;
	munmap(s.start, WINDOW * s.page);
	for (unsigned int i = 0; i < OPERATIONS; i++) {
		uint64_t vmas;

		lab_step(run, "%s", operations[i].call);
		operations[i].run(&s);
		vmas = lab_vma_count(run, 0, s.start, at(&s, WINDOW));
		lab_measure(run, operations[i].key, (double)vmas);
		lab_point(run, plot, series, i + 1, (double)vmas);
	}
	close(s.fd);
}

static const struct lab merge_split = {
	.number = 7,
	.name = "merge-split",
	.title = "VMAs are split and merged by calls on parts of them",
	.question = "How many VMAs are there after each call of mmap, munmap, "
		    "mprotect, mremap and madvise?",
	.idea = "A VMA has one set of flags. A call that changes the flags of a part "
		"of it splits it at the ends of the part. After each change the "
		"kernel merges neighbours that are adjacent, have equal flags, and "
		"the same file with offsets that continue. Anonymous memory has "
		"offsets too: the address where it was mapped, as long as it was "
		"not written.",
	.pins = "The pages are not written, so that no anon_vma prevents a merge. "
		"The window lies between two pages without rights, so that no "
		"VMA of a library merges with it.",
	.reads = "mm/vma.c: vma_merge_new_range(), vma_merge_existing_range()\n"
		 "mm/vma.c: split_vma(), vma_modify_flags()\n"
		 "mm/mremap.c: move_vma(); mm/vma.c: copy_vma()",
	.needs = LAB_DEVICE,
	.breaks = breaks,
	.predict = predict,
	.experiment = experiment,
};

LAB_REGISTER(merge_split);

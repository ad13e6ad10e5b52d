// SPDX-License-Identifier: GPL-2.0
/* One case: open, map, access, apply the operation, check, close. */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "lib/child.h"
#include "lib/dev.h"
#include "lib/file.h"
#include "lib/page.h"
#include "lib/paging.h"
#include "lib/proc.h"
#include "lib/smaps.h"
#include "lib/tap.h"
#include "paging/pairs/pairs.h"

/* Failures that are printed in full. */
#define MAX_PRINTED	20

bool huge_frames;

static const size_t small_points[NR_POINTS] = {
	0, 1, 2, 5, 8, 9, 15, 16, 31, 32, 62, 63,
};

/* A huge frame, and single pages after it. */
static const size_t huge_points[NR_POINTS] = {
	0, 1, 2, 5, 255, 256, 510, 511, 512, 513, 570, 575,
};

const char *case_name(const struct pairs_case *c)
{
	static char name[256];

	snprintf(name, sizeof(name), "%s: %s; %s; %s", c->op->name,
		 c->setting->name, backing_names[c->backing],
		 c->mapping->name);
	return name;
}

void case_fails(struct pairs_case *c, const char *fmt, ...)
{
	static unsigned int printed;
	char text[256];
	va_list ap;

	c->failures++;
	if (printed++ >= MAX_PRINTED)
		return;
	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	diag("  %s: %s", case_name(c), text);
}

/* --- contents ---------------------------------------------------------------- */

/* The words that are checked: the first and the last of each page. */
static size_t word_offset(int i)
{
	return i ? page - sizeof(uint64_t) : 0;
}

static uint64_t expected(const struct pairs_case *c, size_t page_nr,
			 uint64_t version, int word)
{
	size_t offset = page_nr * page + word_offset(word);

	if (version)
		return version << 40 | offset;
	switch (c->backing) {
	case VMLAB_BACKING_PATTERN:
		return offset;
	case VMLAB_BACKING_FILE:
		return 0xfULL << 60 | offset;
	default:
		return 0;
	}
}

static void fill_file(const struct pairs_case *c)
{
	for (int i = 0; i < NR_POINTS; i++) {
		size_t nr = c->mapping->first + c->point[i].page;

		for (int w = 0; w < 2; w++) {
			uint64_t word = expected(c, nr, 0, w);

			if (pwrite(c->file, &word, sizeof(word),
				   (off_t)(nr * page + word_offset(w))) !=
			    sizeof(word))
				bail("pwrite: %s", strerror(errno));
		}
	}
}

bool in_span(const struct pairs_case *c, const struct point *pt)
{
	return pt->page >= c->start && pt->page < c->end;
}

static volatile uint64_t *word_at(char *p, size_t page_nr, int word)
{
	return (volatile uint64_t *)(p + page_nr * page + word_offset(word));
}

static bool point_matches(const struct pairs_case *c, char *p, size_t at,
			  const struct point *pt, uint64_t version)
{
	for (int w = 0; w < 2; w++)
		if (*word_at(p, at, w) !=
		    expected(c, c->mapping->first + pt->page, version, w))
			return false;
	return true;
}

bool contents_match(const struct pairs_case *c, char *p, bool copies)
{
	for (int i = 0; i < NR_POINTS; i++) {
		const struct point *pt = &c->point[i];

		if (pt->unmapped)
			continue;
		if (!point_matches(c, p, pt->page, pt,
				   copies && pt->copied ? pt->copy : pt->shared))
			return false;
	}
	return true;
}

static void point_write(struct pairs_case *c, char *p, size_t at,
			const struct point *pt, uint64_t version)
{
	for (int w = 0; w < 2; w++)
		*word_at(p, at, w) = expected(c, c->mapping->first + pt->page,
					      version, w);
}

void lose_copies(struct pairs_case *c)
{
	for (int i = 0; i < NR_POINTS; i++)
		if (in_span(c, &c->point[i]))
			c->point[i].copied = false;
}

void make_copies(struct pairs_case *c)
{
	for (int i = 0; i < NR_POINTS; i++) {
		struct point *pt = &c->point[i];

		if (in_span(c, pt) && !pt->copied && !pt->unmapped) {
			pt->copied = true;
			pt->copy = pt->shared;
		}
	}
}

/* One of three pages is written, one written through the alias, one read. */
void case_touch(struct pairs_case *c)
{
	bool populated = c->private && !c->readonly &&
			 c->mapping->flags & (MAP_POPULATE | MAP_LOCKED);

	for (int i = 0; i < NR_POINTS; i++) {
		struct point *pt = &c->point[i];
		uint64_t version = ++c->version;

		/* mm made copies of all pages, of the contents at that time. */
		if (!c->readonly && !pt->unmapped &&
		    (populated || pt->copied || i % 3 == 0)) {
			point_write(c, c->p, pt->page, pt, version);
			*(c->private ? &pt->copy : &pt->shared) = version;
			pt->copied = c->private;
		} else if (i % 3 == 1) {
			point_write(c, c->alias, c->mapping->first + pt->page,
				    pt, version);
			pt->shared = version;
		} else if (!pt->unmapped) {
			(void)*word_at(c->p, pt->page, 0);
		}
	}
}

void write_points(struct pairs_case *c, uint64_t version, bool access)
{
	for (int i = 0; i < NR_POINTS; i += 3) {
		struct point *pt = &c->point[i];

		if (pt->unmapped)
			continue;
		if (access)
			point_write(c, c->p, pt->page, pt, version + i);
		*(c->private ? &pt->copy : &pt->shared) = version + i;
		pt->copied = c->private;
	}
}

void case_check(struct pairs_case *c, const char *when)
{
	for (int i = 0; i < NR_POINTS; i++) {
		const struct point *pt = &c->point[i];
		uint64_t version = pt->copied ? pt->copy : pt->shared;
		size_t at = c->mapping->first + pt->page;

		if (!pt->unmapped &&
		    !point_matches(c, c->p, pt->page, pt, version))
			case_fails(c, "%s: page %zu: %#" PRIx64 ", want %#" PRIx64,
				   when, pt->page, *word_at(c->p, pt->page, 0),
				   expected(c, at, version, 0));
		if (!point_matches(c, c->alias, at, pt, pt->shared))
			case_fails(c, "%s: alias of page %zu: %#" PRIx64
				   ", want %#" PRIx64, when, pt->page,
				   *word_at(c->alias, at, 0),
				   expected(c, at, pt->shared, 0));
	}
}

/* --- open and close ---------------------------------------------------------- */

static size_t whole(const struct pairs_case *c)
{
	return c->mapping->first + c->pages;
}

static int configure(struct pairs_case *c)
{
	uint32_t flags = c->setting->huge && huge_frames ? VMLAB_SPACE_HUGE : 0;

	c->file = -1;
	if (c->backing == VMLAB_BACKING_FILE) {
		c->file = temp_file("/dev/shm", whole(c) * page);
		fill_file(c);
		if (set_backing(c->fd, c->backing, c->file, 0))
			return -1;
	}
	if (set_space(c->fd, flags, 0, c->backing))
		return -1;
	if (c->setting->paging.size &&
	    paging_set(c->fd, &c->setting->paging))
		return -1;
	return 0;
}

static bool is_mixed(const struct pairs_case *c)
{
	char flags[256];

	return c->setting->paging.flags & VMLAB_PAGING_AROUND &&
	       smaps_flags(c->p, flags, sizeof(flags)) && strstr(flags, " mm ");
}

bool case_open(struct pairs_case *c)
{
	const size_t *points = c->setting->huge ? huge_points : small_points;

	for (int i = 0; i < NR_POINTS; i++)
		c->point[i] = (struct point){ .page = points[i] };
	c->pages = points[NR_POINTS - 1] + 1;
	c->start = 1;
	c->end = c->pages / 2 + 1;
	c->readonly = !(c->mapping->prot & PROT_WRITE);
	c->private = !(c->mapping->flags & MAP_SHARED);
	c->locked = c->mapping->lock;
	c->special = c->backing == VMLAB_BACKING_PFN;
	c->version = 0;

	c->fd = dev_open(O_RDWR);
	if (configure(c)) {
		case_fails(c, "settings: %s", strerror(errno));
		close(c->fd);
		return false;
	}
	c->alias = map_pages(c->fd, whole(c), PROT_READ | PROT_WRITE,
			     MAP_SHARED, 0);
	if (c->setting->huge)
		madvise(c->alias, whole(c) * page, MADV_HUGEPAGE);
	c->p = mmap(NULL, c->pages * page, c->mapping->prot, c->mapping->flags,
		    c->fd, (off_t)(c->mapping->first * page));
	if (c->p == MAP_FAILED) {
		case_fails(c, "mmap: %s", strerror(errno));
		munmap(c->alias, whole(c) * page);
		close(c->fd);
		return false;
	}
	if (c->setting->huge)
		madvise(c->p, c->pages * page, MADV_HUGEPAGE);
	c->mixed = is_mixed(c);
	return true;
}

void case_close(struct pairs_case *c)
{
	munmap(c->p, c->pages * page);
	munmap(c->alias, whole(c) * page);
	if (c->extra)
		munmap(c->extra, c->extra_pages * page);
	c->extra = NULL;
	close(c->fd);
	if (c->file >= 0)
		close(c->file);
}

/* --- checks ------------------------------------------------------------------ */

static size_t mapped_vmas(void)
{
	char *maps = slurp("/proc/self/maps"), *rest = maps, *line;
	size_t nr = 0;

	while ((line = next_line(&rest)))
		nr += !!strstr(line, "/dev/vmlab");
	free(maps);
	return nr;
}

/* Must the first access have filled a huge frame? */
static bool expects_huge(const struct pairs_case *c)
{
	return c->setting->huge && huge_frames && !c->private &&
	       !c->mapping->first &&
	       c->backing <= VMLAB_BACKING_PATTERN &&
	       !(c->setting->paging.flags & VMLAB_PAGING_STEPPING) &&
	       /* These fill pages before MADV_HUGEPAGE. */
	       !(c->mapping->flags & (MAP_POPULATE | MAP_LOCKED));
}

static void check_counters(struct pairs_case *c)
{
	struct vmlab_space_stats space = space_stats(c->fd);
	struct vmlab_paging_stats paging = paging_stats(c->fd);
	size_t vmas = mapped_vmas();
	uint64_t budget = c->setting->paging.budget;

	if (c->setting->paging.size && space.frames != paging.charged)
		case_fails(c, "%llu frames, %llu charged",
			   (unsigned long long)space.frames,
			   (unsigned long long)paging.charged);
	if (budget && space.frames > budget && !paging.over_budget)
		case_fails(c, "%llu frames, budget %llu",
			   (unsigned long long)space.frames,
			   (unsigned long long)budget);
	if (expects_huge(c) && !paging.huge_filled)
		case_fails(c, "no huge frame was filled");
	if (space.vmas != vmas)
		case_fails(c, "%llu VMAs by the statistics, %zu by maps",
			   (unsigned long long)space.vmas, vmas);
	if (space.vma_open - space.vma_close != space.vmas)
		case_fails(c, "%llu VMAs opened, %llu closed, %llu now",
			   (unsigned long long)space.vma_open,
			   (unsigned long long)space.vma_close,
			   (unsigned long long)space.vmas);
	if (fault_outcomes(&space) != space.faults)
		case_fails(c, "the sum of the outcomes is not the faults");
}

static const char *errno_text(int err)
{
	return err ? strerrorname_np(err) : "0";
}

static void check_result(struct pairs_case *c, int result)
{
	const struct operation *op = c->op;
	int want = c->special ? op->special :
		   c->locked ? op->locked :
		   c->private && !c->readonly ? op->private :
		   c->readonly ? op->readonly : op->plain;

	if (want == SAME)
		want = op->plain;
	/* mm refuses for these what it refuses for special mappings. */
	if (c->mixed)
		want = ANY;
	if (want != ANY && result != want)
		case_fails(c, "returned %s, want %s", errno_text(result),
			   errno_text(want));
}

/* Evict all frames: those that are not locked must go and come back. */
static void check_eviction(struct pairs_case *c)
{
	/* All of the space: an operation may have mapped more. */
	struct vmlab_range r = range(c->fd, VMLAB_RANGE_EVICT, 0, 2 * whole(c));
	struct vmlab_space_stats space;

	/* mm's batches of mlock(2) hold frames until the module drained them. */
	for (int i = 0; i < 20 && r.busy && !c->locked; i++) {
		msleep(50);
		r = range(c->fd, VMLAB_RANGE_EVICT, 0, 2 * whole(c));
	}
	space = space_stats(c->fd);
	if (r.busy && !c->locked)
		case_fails(c, "%llu frames are busy, though not locked",
			   (unsigned long long)r.busy);
	if (space.frames != paging_stats(c->fd).charged)
		case_fails(c, "after EVICT: %llu frames, %llu charged",
			   (unsigned long long)space.frames,
			   (unsigned long long)paging_stats(c->fd).charged);
	if (space.frames != r.busy)
		case_fails(c, "after EVICT: %llu frames, %llu busy",
			   (unsigned long long)space.frames,
			   (unsigned long long)r.busy);
	case_check(c, "after EVICT");
}

void case_run(struct pairs_case *c)
{
	unsigned long long frames = module_frames(), left;
	int result;

	if (!case_open(c))
		return;
	case_touch(c);
	case_check(c, "before");
	result = c->op->apply(c, c->op->arg);
	check_result(c, result);
	case_check(c, "after");
	check_counters(c);
	case_touch(c);
	case_check(c, "after more writes");
	check_eviction(c);
	check_counters(c);
	case_close(c);
	left = module_frames();
	if (left != frames)
		case_fails(c, "%llu frames left after close", left - frames);
}

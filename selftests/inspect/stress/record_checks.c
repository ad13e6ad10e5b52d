// SPDX-License-Identifier: GPL-2.0
#include "inspect/stress/record_checks.h"

#include <string.h>

#include "lib/dev.h"
#include "inspect/ptwalk.h"
#include "inspect/tree_order.h"

#define HARDWARE (VMLAB_PTE_WRITE | VMLAB_PTE_USER | VMLAB_PTE_NX | \
		  VMLAB_PTE_ACCESSED | VMLAB_PTE_DIRTY | VMLAB_PTE_GLOBAL | \
		  VMLAB_PTE_PWT | VMLAB_PTE_PCD | VMLAB_PTE_PAT)

uint64_t seen_flags;
struct checked_range checked;

static void check_range(uint64_t start, uint64_t end)
{
	checked = (struct checked_range){ start, end };
}

static bool aligned(uint64_t value)
{
	return !(value & (page_size() - 1));
}

const char *check_vmas(const struct vmlab_vmas *before,
		       const struct vmlab_vmas *req)
{
	const struct vmlab_vma *v = (const void *)(uintptr_t)req->vmas;
	const char *strings = (const char *)(uintptr_t)req->strings;

	if (req->nr > before->nr || req->strings_size > before->strings_size)
		return "more records than fit";
	for (uint32_t i = 0; i < req->nr; i++, v++) {
		check_range(v->start, v->end);
		if (v->start >= v->end || !aligned(v->start) || !aligned(v->end))
			return "no range of pages";
		/* The first VMA may have grown over the cursor since. */
		if (i ? v->start < v[-1].end : v->end <= before->cursor)
			return "not in order";
		if (v->reserved || v->name_off >= req->strings_size ||
		    v->ops_off >= req->strings_size)
			return "no name";
		if (!memchr(strings + v->name_off, '\0',
			    req->strings_size - v->name_off) ||
		    !memchr(strings + v->ops_off, '\0',
			    req->strings_size - v->ops_off))
			return "a name without an end";
		if (v->flags & VMLAB_VMA_FILE ? !v->ino : v->ino)
			return "a file without an inode, or the reverse";
	}
	if (req->nr && req->cursor != v[-1].end)
		return "the cursor is not at the last one's end";
	return NULL;
}

const char *check_gaps(const struct vmlab_gaps *before,
		       const struct vmlab_gaps *req)
{
	const struct vmlab_gap *g = (const void *)(uintptr_t)req->gaps;

	if (req->nr > before->nr)
		return "more records than fit";
	for (uint32_t i = 0; i < req->nr; i++, g++) {
		check_range(g->start, g->end);
		if (g->start >= g->end || g->guard > g->end - g->start)
			return "no range";
		if (g->start < (i ? g[-1].end : before->cursor))
			return "not in order";
		if ((g->next_end && g->next_end <= g->end) ||
		    g->prev_start > g->start)
			return "neighbours that overlap it";
	}
	if (req->nr && req->cursor < g[-1].end)
		return "the cursor is not behind the last one";
	return NULL;
}

const char *check_tree(const struct vmlab_tree *before,
		       const struct vmlab_tree *req)
{
	static struct tree_order order;
	const struct vmlab_tree_item *i = (const void *)(uintptr_t)req->items;

	if (!before->cursor.next_id)
		tree_order_start(&order);
	else if (!req->nr)
		return tree_order_end(&order);
	if (req->nr > before->nr)
		return "more records than fit";
	for (uint32_t n = 0; n < req->nr; n++, i++) {
		const char *wrong;

		check_range(i->first, i->last);
		if (i->flags & VMLAB_TREE_AGAIN &&
		    !(req->flags & VMLAB_TREE_CHANGED))
			return "repeated, but not changed";
		wrong = tree_order_next(&order, i);
		if (wrong)
			return wrong;
	}
	return NULL;
}

static const char *check_entry(uint64_t flags)
{
	bool present = flags & VMLAB_PTE_PRESENT;
	bool absent = flags & PTE_ABSENT;
	bool table = flags & VMLAB_PTE_TABLE;

	seen_flags |= flags;
	if (flags & ~VMLAB_PTE_ALL)
		return "unknown bits";
	if (present + absent + table != 1)
		return "not one of: present, absent, a table";
	if (flags & VMLAB_PTE_ANON && flags & VMLAB_PTE_FILE)
		return "anonymous and of a file";
	if (absent && flags & HARDWARE)
		return "bits of the hardware in an absent entry";
	if (flags & (VMLAB_PTE_MIGRATION_W | VMLAB_PTE_MIGRATION_X) &&
	    !(flags & VMLAB_PTE_MIGRATION))
		return "a kind of migration without migration";
	if (flags & VMLAB_PTE_SWAP_EXCL && !(flags & VMLAB_PTE_SWAP))
		return "exclusive swap without swap";
	if (flags & (VMLAB_PTE_POISON | VMLAB_PTE_GUARD) &&
	    !(flags & VMLAB_PTE_MARKER))
		return "a kind of marker without a marker";
	return NULL;
}

/* Whether a range lies outside the range of the request. */
static bool outside(const struct vmlab_ptes *q, uint64_t start, uint64_t end)
{
	return end <= q->start || (q->end && start >= q->end);
}

/* Check that a walk filled no more than its room and advanced its cursor. */
static const char *check_progress(const struct vmlab_ptes *before,
				  const struct vmlab_ptes *req)
{
	if (req->nr > before->nr)
		return "more records than fit";
	if (req->nr && req->cursor <= before->cursor)
		return "no progress";
	return NULL;
}

/*
 * Check that the level, index and range of a record agree.  The header allows one
 * record that does not start with its first entry: a huge page that replaced
 * entries which were reported already, perhaps while the call had released
 * mmap_lock, starts where the walk goes on.
 */
static bool is_run(const struct vmlab_pte *r)
{
	uint64_t size, first;

	if (!r->level || r->level > VMLAB_PT_LEVELS_MAX ||
	    r->shift != 12 + 9 * (r->level - 1) || !r->nr || r->reserved)
		return false;
	size = r->nr << r->shift;
	first = r->end - size;
	if (first & ((1ULL << r->shift) - 1) || size > r->end ||
	    r->index != (first >> r->shift & 511))
		return false;
	if (r->start == first)
		return true;
	return r->flags & VMLAB_PTE_HUGE && aligned(r->start) &&
	       r->start > first && r->start - first < 1ULL << r->shift;
}

const char *check_ptes(const struct vmlab_ptes *before,
		       const struct vmlab_ptes *req)
{
	const struct vmlab_pte *r = (const void *)(uintptr_t)req->records;
	uint64_t at = before->cursor & ~(page_size() - 1);
	const char *wrong = check_progress(before, req);

	if (wrong)
		return wrong;
	for (uint32_t i = 0; i < req->nr; i++, r++) {
		check_range(r->start, r->end);
		wrong = check_entry(r->flags);
		if (wrong)
			return wrong;
		if (!is_run(r))
			return "level, index and range do not agree";
		if (!!(r->flags & VMLAB_PTE_HUGE) !=
		    (r->level > 1 && !(r->flags & VMLAB_PTE_TABLE)))
			return "huge on the lowest level, or not huge above it";
		if (outside(req, r->start, r->end))
			return "out of range";
		if (r->flags & VMLAB_PTE_TABLE) {
			if (!r->phys || r->level < 2)
				return "a table without an address";
			continue;
		}
		/* Only the first entry of the range may begin below it. */
		if (r->end <= at || (r->start < at && at > req->start))
			return "not in order";
		if (r->flags & VMLAB_PTE_PRESENT && !r->phys)
			return "present without an address";
		at = r->end;
	}
	return NULL;
}

const char *check_pages(const struct vmlab_ptes *before,
			const struct vmlab_ptes *req)
{
	const struct vmlab_page *r = (const void *)(uintptr_t)req->records;
	uint64_t at = before->cursor & ~(page_size() - 1);
	const char *wrong = check_progress(before, req);

	if (wrong)
		return wrong;
	for (uint32_t i = 0; i < req->nr; i++, r++) {
		check_range(r->addr, r->addr + page_size());
		wrong = check_entry(r->entry_flags);
		if (wrong)
			return wrong;
		if (r->addr < at || !aligned(r->addr))
			return "not in order";
		if (outside(req, r->addr, r->addr + page_size()))
			return "out of range";
		if (r->flags & VMLAB_PAGE_STABLE &&
		    (r->head_pfn > r->pfn ||
		     r->pfn - r->head_pfn >= 1ULL << r->order))
			return "not in its folio";
		if (!(r->flags & VMLAB_PAGE_FRAME) &&
		    r->entry_flags & VMLAB_PTE_PRESENT)
			return "present without a frame";
		at = r->addr + page_size();
	}
	return NULL;
}

const char *check_totals(const struct vmlab_pgtable_totals *t)
{
	uint64_t bytes = t->deposited * page_size();

	if (t->levels < 4 || t->levels > VMLAB_PT_LEVELS_MAX)
		return "the number of levels";
	for (unsigned int i = 0; i < t->levels; i++) {
		const struct vmlab_pgtable_level *l = &t->level[i];

		if (l->shift != 12 + 9 * i || l->reserved ||
		    l->bytes != l->tables * page_size())
			return "shift or size of a level";
		if (i < 3)
			bytes += l->bytes;
		if (i + 1 < t->levels && t->level[i + 1].table != l->tables)
			return "tables that nothing points to";
	}
	return t->bytes == bytes ? NULL : "bytes do not add up";
}

const char *check_translation(const struct vmlab_translation *t)
{
	uint64_t index = 0, entry;

	if (t->levels < 4 || t->levels > VMLAB_PT_LEVELS_MAX ||
	    t->steps > t->levels)
		return "the number of levels";
	for (unsigned int i = 0; i < t->levels; i++)
		index |= (uint64_t)t->step[i].index << t->step[i].shift;
	if (index != (t->addr & ~(page_size() - 1)))
		return "indices do not make the address";
	if (t->outcome == VMLAB_WALK_NO_VMA)
		return t->steps || t->vma_end ? "walked without a VMA" : NULL;
	if (t->addr < t->vma_start || t->addr >= t->vma_end)
		return "not in its VMA";
	if (!t->steps)
		return "nothing was walked";
	for (unsigned int i = 0; i + 1 < t->steps; i++)
		if (!(t->step[i].flags & VMLAB_PTE_TABLE) ||
		    t->step[i].phys != t->step[i + 1].table)
			return "a step that does not lead to the next";
	entry = t->step[t->steps - 1].flags;
	seen_flags |= entry;
	if (t->outcome == VMLAB_WALK_MAPPED || t->outcome == VMLAB_WALK_PROTNONE)
		return entry & VMLAB_PTE_PRESENT && t->phys &&
		       t->phys % page_size() == t->addr % page_size() ?
			       NULL : "mapped without an address";
	return entry & VMLAB_PTE_PRESENT || t->phys ? "an address, but not mapped" : NULL;
}

/* All VMAs that FIND returns are of one moment. */
const char *check_find(const struct vmlab_find *f)
{
	const struct vmlab_vma *v = f->vma;
	bool at = f->found & 1U << VMLAB_FIND_VMA;
	bool prev = f->found & 1U << VMLAB_FIND_PREV;
	bool next = f->found & 1U << VMLAB_FIND_NEXT;
	bool inside = at && v[VMLAB_FIND_VMA].start <= f->start;

	if (f->nodes != f->depth)
		return "nodes visited and depth differ";
	if (at && v[VMLAB_FIND_VMA].end <= f->start)
		return "ends at or below the address";
	if (!!(f->found & 1U << VMLAB_FIND_INTERSECTION) !=
	    (at && v[VMLAB_FIND_VMA].start < f->end))
		return "wrong intersection";
	if (prev && v[VMLAB_FIND_PREV].end > f->start)
		return "the previous one ends above the address";
	if (next && v[VMLAB_FIND_NEXT].start < f->end)
		return "the next one starts below the end";
	if (inside)
		return f->gap_end ? "in a VMA and in a gap" : NULL;
	if (!f->gap_end)
		return NULL;	/* above the user half */
	if (f->gap_start > f->start || f->gap_end <= f->start ||
	    (prev && f->gap_start != v[VMLAB_FIND_PREV].end) ||
	    (at && f->gap_end != v[VMLAB_FIND_VMA].start))
		return "the gap is not between its neighbours";
	return NULL;
}

const char *check_area(const struct vmlab_free_area *r)
{
	if (!aligned(r->address) || !aligned(r->length))
		return "not page-aligned";
	if (r->address < r->low || r->address + r->length > r->high)
		return "not in the range that was searched";
	return NULL;
}

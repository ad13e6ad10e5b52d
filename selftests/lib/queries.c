// SPDX-License-Identifier: GPL-2.0
/* All requests of /dev/vmlab that return something. */
#include <stddef.h>
#include <string.h>
#include <unistd.h>

#include <linux/vmlab.h>

#include "lib/page.h"
#include "lib/queries.h"

#define REQUEST(request, structure, ...)				\
	{ .name = #request, .nr = VMLAB_IOC_ ## request,		\
	  .bytes = sizeof(struct structure), __VA_ARGS__ }
#define TARGET(structure)	.target = offsetof(struct structure, target)
#define RECORDS(structure, member, type)				\
	.pointer = offsetof(struct structure, member),			\
	.count = offsetof(struct structure, nr), .record = sizeof(struct type)
#define STRINGS(structure)						\
	.strings = offsetof(struct structure, strings),			\
	.strings_bytes = offsetof(struct structure, strings_size)
#define KIND(structure)		.kind = offsetof(struct structure, kind)

const struct query queries[] = {
	REQUEST(INFO, vmlab_info),
	REQUEST(FLAG_NAMES, vmlab_flag_names, KIND(vmlab_flag_names)),
	REQUEST(MM, vmlab_mm, TARGET(vmlab_mm)),
	REQUEST(TASKS, vmlab_tasks, TARGET(vmlab_tasks),
		RECORDS(vmlab_tasks, tasks, vmlab_task)),
	REQUEST(VMAS, vmlab_vmas, TARGET(vmlab_vmas),
		RECORDS(vmlab_vmas, vmas, vmlab_vma), STRINGS(vmlab_vmas)),
	REQUEST(TREE, vmlab_tree, TARGET(vmlab_tree),
		RECORDS(vmlab_tree, items, vmlab_tree_item)),
	REQUEST(TREE_STATS, vmlab_tree_stats, TARGET(vmlab_tree_stats)),
	REQUEST(FIND, vmlab_find, TARGET(vmlab_find), STRINGS(vmlab_find)),
	REQUEST(GAPS, vmlab_gaps, TARGET(vmlab_gaps),
		RECORDS(vmlab_gaps, gaps, vmlab_gap)),
	REQUEST(GAP_STATS, vmlab_gap_stats, TARGET(vmlab_gap_stats)),
	REQUEST(FREE_AREA, vmlab_free_area, TARGET(vmlab_free_area)),
	REQUEST(LAYOUT, vmlab_layout,
		RECORDS(vmlab_layout, regions, vmlab_region)),
	REQUEST(PTES, vmlab_ptes, TARGET(vmlab_ptes), .has_frames = true,
		RECORDS(vmlab_ptes, records, vmlab_pte)),
	REQUEST(PAGES, vmlab_ptes, TARGET(vmlab_ptes), .has_frames = true,
		RECORDS(vmlab_ptes, records, vmlab_page)),
	REQUEST(TRANSLATE, vmlab_translation, TARGET(vmlab_translation),
		.has_frames = true),
	REQUEST(PGTABLE_TOTALS, vmlab_pgtable_totals,
		TARGET(vmlab_pgtable_totals)),
	REQUEST(KMEM, vmlab_kmem, KIND(vmlab_kmem),
		RECORDS(vmlab_kmem, pages, vmlab_kmem_page)),
	REQUEST(SPACE_GET, vmlab_space_config),
	REQUEST(SPACE_STATS, vmlab_space_stats),
	REQUEST(PAGING_GET, vmlab_paging),
	REQUEST(PAGING_STATS, vmlab_paging_stats),
	REQUEST(POLICIES, vmlab_policies,
		RECORDS(vmlab_policies, policies, vmlab_policy_info)),
	REQUEST(INJECT_GET, vmlab_inject,
		RECORDS(vmlab_inject, rules, vmlab_inject_rule)),
	REQUEST(DIRTY, vmlab_dirty),
};

const size_t nr_queries = sizeof(queries) / sizeof(queries[0]);

static void put64(char *p, uint64_t value)
{
	memcpy(p, &value, sizeof(value));
}

static void put32(char *p, uint32_t value)
{
	memcpy(p, &value, sizeof(value));
}

/* Members that only one request has. */
static void prepare_own(unsigned long nr, void *answer, const void *about,
			char *room)
{
	const uint64_t address = (uintptr_t)about & ~(page - 1);
	struct vmlab_translation *translation = answer;
	struct vmlab_free_area *area = answer;
	struct vmlab_dirty *dirty = answer;
	struct vmlab_find *find = answer;
	struct vmlab_kmem *kmem = answer;

	switch (nr) {
	case VMLAB_IOC_FIND:
		find->start = address;
		find->end = address + page;
		break;
	case VMLAB_IOC_FREE_AREA:
		area->length = page;
		break;
	case VMLAB_IOC_TRANSLATE:
		translation->addr = address;
		break;
	case VMLAB_IOC_KMEM:
		kmem->length = 4 * page;
		break;
	case VMLAB_IOC_DIRTY:
		dirty->end = 64 * page;
		dirty->bitmap = (uintptr_t)room;
		break;
	}
}

void prepare_query(const struct query *q, char *answer, char *room,
		   uint32_t kind, const void *about)
{
	const struct vmlab_target self = { .kind = VMLAB_TARGET_SELF };

	memset(answer, 0, q->bytes);
	put32(answer, (uint32_t)q->bytes);
	if (q->target)
		memcpy(answer + q->target, &self, sizeof(self));
	if (q->kind)
		put32(answer + q->kind, kind);
	if (q->pointer) {
		put64(answer + q->pointer, (uintptr_t)room);
		put32(answer + q->count, QUERY_ROOM / q->record);
	}
	if (q->strings) {
		put64(answer + q->strings, (uintptr_t)room + QUERY_ROOM);
		put32(answer + q->strings_bytes, QUERY_ROOM);
	}
	prepare_own(q->nr, answer, about, room);
}

void set_query_flags(const struct query *q, char *answer, uint32_t flags)
{
	if (q->kind != sizeof(uint32_t))
		put32(answer + sizeof(uint32_t), flags);
}

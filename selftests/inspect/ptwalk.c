// SPDX-License-Identifier: GPL-2.0
#include "inspect/ptwalk.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>

#include "lib/dev.h"
#include "lib/tap.h"

static struct vmlab_target target_of(pid_t pid)
{
	return (struct vmlab_target){
		.kind = pid ? VMLAB_TARGET_PID : VMLAB_TARGET_SELF,
		.id = pid,
	};
}

/* A call fills no more records. */
#define RECORDS_MAX	1024u

/*
 * Read all records of a walk into one array, or return NULL and set errno: EPROTO
 * when records follow those of a call that had room for more.
 */
static void *walk(int fd, unsigned long request, struct vmlab_ptes *query,
		  uint32_t batch, size_t record, size_t *nr)
{
	size_t room = batch;
	uint64_t tables = 0;
	char *all = malloc(room * record), *more;
	uint64_t last = 0;
	bool end = false;

	if (!all)
		bail("out of memory");
	*nr = 0;
	do {
		if (room - *nr < batch) {
			room = 2 * room + batch;
			more = realloc(all, room * record);
			if (!more)
				bail("out of memory");
			all = more;
		}
		last = query->cursor;
		query->records = (uintptr_t)(all + *nr * record);
		query->nr = batch;
		query->result = 0;
		if (ioctl(fd, request, query)) {
			free(all);
			return NULL;
		}
		tables += query->tables_read;
		if (query->nr > batch ||
		    (query->nr && (end || query->cursor <= last))) {
			free(all);
			errno = EPROTO;
			return NULL;
		}
		end = query->nr < batch && query->nr < RECORDS_MAX;
		*nr += query->nr;
	} while (query->nr);
	query->tables_read = tables;
	return all;
}

int get_ptes_query(int fd, pid_t pid, struct vmlab_ptes *query, uint32_t batch,
		   struct pte_list *list)
{
	query->size = sizeof(*query);
	query->target = target_of(pid);
	list->pte = walk(fd, VMLAB_IOC_PTES, query, batch, sizeof(*list->pte),
			 &list->nr);
	return list->pte ? 0 : -1;
}

int get_ptes(int fd, pid_t pid, uint64_t start, uint64_t end, uint32_t flags,
	     uint64_t return_mask, uint32_t batch, struct pte_list *list)
{
	struct vmlab_ptes query = {
		.start = start,
		.end = end,
		.flags = flags,
		.return_mask = return_mask,
	};

	return get_ptes_query(fd, pid, &query, batch, list);
}

int get_pages(int fd, pid_t pid, uint64_t start, uint64_t end, uint32_t batch,
	      struct page_list *list)
{
	struct vmlab_ptes query = {
		.size = sizeof(query),
		.target = target_of(pid),
		.start = start,
		.end = end,
	};

	list->page = walk(fd, VMLAB_IOC_PAGES, &query, batch,
			  sizeof(*list->page), &list->nr);
	return list->page ? 0 : -1;
}

int get_totals(int fd, pid_t pid, struct vmlab_pgtable_totals *totals)
{
	memset(totals, 0, sizeof(*totals));
	totals->size = sizeof(*totals);
	totals->target = target_of(pid);
	return ioctl(fd, VMLAB_IOC_PGTABLE_TOTALS, totals);
}

int get_translation(int fd, pid_t pid, uint64_t addr,
		    struct vmlab_translation *t)
{
	memset(t, 0, sizeof(*t));
	t->size = sizeof(*t);
	t->target = target_of(pid);
	t->addr = addr;
	return ioctl(fd, VMLAB_IOC_TRANSLATE, t);
}

uint64_t dev_task_size(int fd, pid_t pid)
{
	struct vmlab_mm mm;

	if (get_mm(fd, pid ? VMLAB_TARGET_PID : VMLAB_TARGET_SELF, pid, &mm))
		bail("MM of %d: %s", pid, strerror(errno));
	return mm.task_size;
}

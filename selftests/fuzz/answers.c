// SPDX-License-Identifier: GPL-2.0
/* The fuzzer of requests: check what a successful request wrote. */
#include <stdbool.h>
#include <string.h>

#include "fuzz/fuzz.h"

void reset_buffer(struct fuzzer *f)
{
	memset(f->records, CANARY, 2 * HALF);
}

static bool buffer_untouched(const struct fuzzer *f)
{
	/* All bytes are equal if each equals the one after it. */
	return (unsigned char)f->records[0] == CANARY &&
	       !memcmp(f->records, f->records + 1, 2 * HALF - 1);
}

/* Accept what was written at @ptr, as far as it lies in the buffer. */
static void accept(struct fuzzer *f, uint64_t ptr, uint64_t len)
{
	const uint64_t start = (uintptr_t)f->records;

	if (ptr >= start && ptr <= start + 2 * HALF &&
	    len <= start + 2 * HALF - ptr)
		memset((char *)(uintptr_t)ptr, CANARY, len);
}

/*
 * Accept the records that the answer counts.  Counts above the room that the
 * request had are wrong.
 */
static void check_tasks(struct fuzzer *f, const struct vmlab_tasks *asked,
			const struct vmlab_tasks *answer)
{
	f->bad_count += answer->nr > asked->nr;
	accept(f, asked->tasks, answer->nr * sizeof(struct vmlab_task));
}

static void check_vmas(struct fuzzer *f, const struct vmlab_vmas *asked,
		       const struct vmlab_vmas *answer)
{
	f->bad_count += answer->nr > asked->nr ||
			answer->strings_size > asked->strings_size;
	accept(f, asked->vmas, answer->nr * sizeof(struct vmlab_vma));
	accept(f, asked->strings, answer->strings_size);
}

static void check_dirty(struct fuzzer *f, const struct vmlab_dirty *asked,
			const struct vmlab_dirty *answer)
{
	uint64_t nr = (asked->end - asked->start) / page;

	f->bad_count += answer->nr_dirty > nr;
	if (asked->bitmap)
		accept(f, asked->bitmap, (nr + 63) / 64 * sizeof(uint64_t));
}

static void check_rules(struct fuzzer *f, const struct vmlab_inject *asked,
			const struct vmlab_inject *answer)
{
	uint64_t nr = answer->nr < asked->nr ? answer->nr : asked->nr;

	accept(f, asked->rules, nr * sizeof(struct vmlab_inject_rule));
}

static void check_kmem(struct fuzzer *f, const struct vmlab_kmem *asked,
		       const struct vmlab_kmem *answer)
{
	uint64_t nr = answer->nr < asked->nr ? answer->nr : asked->nr;

	accept(f, asked->pages, nr * sizeof(struct vmlab_kmem_page));
}

void check_answer(struct fuzzer *f, size_t kind, const union request *asked,
		  const union request *answer)
{
	switch (kind) {
	case REQUEST_TASKS:
		check_tasks(f, &asked->tasks, &answer->tasks);
		break;
	case REQUEST_VMAS:
		check_vmas(f, &asked->vmas, &answer->vmas);
		break;
	case REQUEST_DIRTY:
		check_dirty(f, &asked->dirty, &answer->dirty);
		break;
	case REQUEST_INJECT_GET:
		check_rules(f, &asked->inject, &answer->inject);
		break;
	case REQUEST_KMEM:
		check_kmem(f, &asked->kmem, &answer->kmem);
		break;
	default:
		return;
	}
	if (!buffer_untouched(f)) {
		f->overrun++;
		reset_buffer(f);
	}
}

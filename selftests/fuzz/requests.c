// SPDX-License-Identifier: GPL-2.0
/* The fuzzer of requests: make random requests. */
#include <string.h>

#include "fuzz/fuzz.h"
#include "lib/random.h"

const char *kind_name(size_t kind)
{
	return kind == UNKNOWN ? "unknown" : request_table[kind].name;
}

uint64_t below(struct fuzzer *f, uint64_t n)
{
	return random_below(&f->rng, n);
}

uint64_t any_number(struct fuzzer *f)
{
	switch (below(f, 6)) {
	case 0:
		return 0;
	case 1:
		return below(f, 32);
	case 2:
		return below(f, 1 << 20);
	case 3:
		return 1ULL << below(f, 64);
	case 4:
		return UINT64_MAX - below(f, 5000);
	default:
		return random_next(&f->rng);
	}
}

uint64_t pointer(struct fuzzer *f, char *half)
{
	switch (below(f, 12)) {
	case 0:
		return 0;
	case 1:
		return 0xffff888000000000ULL + below(f, 1 << 30);
	case 2:
		return 1ULL << 63;	/* not canonical */
	case 3:
		return (uintptr_t)(f->records - page + below(f, page));
	case 4:
		return (uintptr_t)(f->records + 2 * HALF - below(f, 200));
	default:
		/* An answer that does not fit meets the page without access. */
		return (uintptr_t)(half + below(f, MAX_OFFSET));
	}
}

static struct vmlab_target target(struct fuzzer *f)
{
	struct vmlab_target t = { VMLAB_TARGET_SELF, 0 };

	switch (below(f, 8)) {
	case 0:
		t.kind = (uint32_t)any_number(f);
		t.id = (int32_t)any_number(f);
		break;
	case 1:
	case 2:
		break;
	case 3:
		t = (struct vmlab_target){ VMLAB_TARGET_PID, f->child };
		break;
	case 4:
		t = (struct vmlab_target){ VMLAB_TARGET_PIDFD, f->pidfd };
		break;
	case 5:
		t.kind = VMLAB_TARGET_PIDFD;
		t.id = (int32_t)below(f, 20);
		break;
	default:
		t.kind = VMLAB_TARGET_PID;
		t.id = (int32_t)below(f, (uint64_t)f->child + 20);
	}
	return t;
}

static void fill_names(struct fuzzer *f, union request *r)
{
	r->names.kind = (uint32_t)below(f, 3);
}

static void fill_config(struct fuzzer *f, union request *r)
{
	r->config.bytes = below(f, 8) ? below(f, 64) * page : any_number(f);
	r->config.backing = !below(f, 8);
}

static void fill_paging(struct fuzzer *f, union request *r)
{
	struct vmlab_paging *paging = &r->paging;

	paging->budget = below(f, 4) ? below(f, 40) : any_number(f);
	paging->policy = (uint32_t)below(f, VMLAB_POLICY_NR + 1);
	paging->flags = (uint32_t)below(f, 5);
	if (!below(f, 4))
		paging->flags |= (uint32_t)below(f, 32);
	paging->seed = random_next(&f->rng);
	paging->prefetch = (uint32_t)below(f, 5);
	paging->prefetch_pages = below(f, 2) ? 0 : (uint32_t)below(f, 2000);
	if (paging->policy == VMLAB_POLICY_OPT || !below(f, 16)) {
		paging->trace = pointer(f, f->records);
		paging->nr_trace = below(f, 4) ? below(f, 500) : any_number(f);
	}
}

static void fill_range(struct fuzzer *f, union request *r)
{
	r->range.op = (uint32_t)below(f, 6);
	r->range.start = below(f, 64) * page + !below(f, 16);
	r->range.end = below(f, 128) * page;
}

static void fill_dirty(struct fuzzer *f, union request *r)
{
	r->dirty.flags = (uint32_t)below(f, 3);
	r->dirty.start = below(f, 4) ? below(f, 64) * page : any_number(f);
	r->dirty.end = below(f, 4) ? below(f, 128) * page :
				     any_number(f) & ~(page - 1);
	r->dirty.bitmap = below(f, 2) ? 0 : pointer(f, f->records);
}

/*
 * Rules that let this program go on: OOM only once, and no long delay.  Members
 * out of their range must be refused.
 */
static void fill_inject_set(struct fuzzer *f, union request *r)
{
	struct vmlab_inject *inject = &r->inject;
	unsigned int i;

	for (i = 0; i < 3; i++) {
		struct vmlab_inject_rule *rule = &f->rules[i];

		*rule = (struct vmlab_inject_rule){
			.start = below(f, 64) * page,
			.access = (uint32_t)below(f, 9),
			.action = (uint32_t)below(f, 6),
			.seed = random_next(&f->rng),
			.probability = (uint32_t)below(f, 1100000),
			.pid = below(f, 4) ? 0 : (int32_t)any_number(f),
		};
		rule->end = below(f, 2) ? 0 : rule->start + any_number(f);
		if (rule->action == VMLAB_INJECT_OOM)
			rule->nth = 1;
		if (rule->action == VMLAB_INJECT_HWPOISON)
			rule->nth = 100;
		if (rule->action == VMLAB_INJECT_DELAY || !below(f, 20))
			rule->delay_us = below(f, 8) ? (uint32_t)below(f, 50) :
					 VMLAB_INJECT_DELAY_MAX + 1;
	}
	inject->rules = below(f, 8) ? (uintptr_t)f->rules :
				      pointer(f, f->records);
	inject->nr = below(f, 8) ? (uint32_t)below(f, 4) :
				   (uint32_t)any_number(f);
	/* Never let the kernel read rules from behind the array. */
	if (inject->nr > 3 && inject->rules == (uintptr_t)f->rules)
		inject->rules = 8;
}

static void fill_inject_get(struct fuzzer *f, union request *r)
{
	r->inject.rules = pointer(f, f->records);
	r->inject.nr = (uint32_t)any_number(f);
}

static void fill_events(struct fuzzer *f, union request *r)
{
	r->events.mask = (uint32_t)below(f, 80);
	r->events.nr = below(f, 8) ? (uint32_t)below(f, 64) :
				     VMLAB_EVENTS_MAX + 1;
}

static void fill_kmem(struct fuzzer *f, union request *r)
{
	r->kmem.kind = (uint32_t)below(f, 4);
	r->kmem.length = below(f, 8) ? below(f, 16 * page) : any_number(f);
	r->kmem.pages = pointer(f, f->records);
	r->kmem.nr = (uint32_t)below(f, 40);
}

static void fill_backing(struct fuzzer *f, union request *r)
{
	r->backing.backing = (uint32_t)below(f, 6);
	r->backing.fd = (int32_t)below(f, 30) - 2;
	r->backing.offset = below(f, 2) ? 0 : any_number(f);
}

static void fill_mm(struct fuzzer *f, union request *r)
{
	r->mm.target = target(f);
}

static void fill_tasks(struct fuzzer *f, union request *r)
{
	r->tasks.target = target(f);
	r->tasks.cursor = any_number(f);
	r->tasks.tasks = pointer(f, f->records);
	r->tasks.nr = (uint32_t)any_number(f);
}

static void fill_vmas(struct fuzzer *f, union request *r)
{
	r->vmas.target = target(f);
	r->vmas.cursor = any_number(f);
	r->vmas.end = any_number(f);
	r->vmas.vmas = pointer(f, f->records);
	r->vmas.nr = (uint32_t)any_number(f);
	r->vmas.strings = pointer(f, f->names);
	r->vmas.strings_size = (uint32_t)any_number(f);
}

static void (*const fill[NR_REQUESTS])(struct fuzzer *f, union request *r) = {
	[REQUEST_FLAG_NAMES] = fill_names,
	[REQUEST_SPACE_SET] = fill_config,
	[REQUEST_MM] = fill_mm,
	[REQUEST_TASKS] = fill_tasks,
	[REQUEST_VMAS] = fill_vmas,
	[REQUEST_PAGING_SET] = fill_paging,
	[REQUEST_RANGE] = fill_range,
	[REQUEST_DIRTY] = fill_dirty,
	[REQUEST_INJECT_SET] = fill_inject_set,
	[REQUEST_INJECT_GET] = fill_inject_get,
	[REQUEST_EVENTS] = fill_events,
	[REQUEST_BACKING] = fill_backing,
	[REQUEST_KMEM] = fill_kmem,
};

/*
 * Overwrite a few bytes, but none of a pointer: it must not point to memory of
 * this program.
 */
static void add_noise(struct fuzzer *f, size_t kind, union request *r)
{
	const union request clean = *r;

	for (uint64_t n = below(f, 4); n--;)
		r->bytes[below(f, request_table[kind].size + 16)] =
			(char)random_next(&f->rng);
	if (kind == REQUEST_TASKS) {
		r->tasks.tasks = clean.tasks.tasks;
	} else if (kind == REQUEST_VMAS) {
		r->vmas.vmas = clean.vmas.vmas;
		r->vmas.strings = clean.vmas.strings;
	} else if (kind == REQUEST_DIRTY) {
		r->dirty.bitmap = clean.dirty.bitmap;
	} else if (kind == REQUEST_INJECT_GET) {
		r->inject.rules = clean.inject.rules;
	} else if (kind == REQUEST_KMEM) {
		r->kmem.pages = clean.kmem.pages;
	}
	/* With random values these requests would take long, rightly. */
	if (kind == REQUEST_RANGE)
		r->range.end = clean.range.end;
	else if (kind == REQUEST_EVENTS)
		r->events.nr = clean.events.nr;
}

void fill_request(struct fuzzer *f, size_t kind, union request *r)
{
	const uint32_t size = kind == UNKNOWN ? 64 : request_table[kind].size;

	memset(r, 0, sizeof(*r));
	if (kind != UNKNOWN && fill[kind])
		fill[kind](f, r);
	if (kind != UNKNOWN && !below(f, 3))
		add_noise(f, kind, r);
	switch (below(f, 8)) {
	case 0:
		r->size = (uint32_t)any_number(f);
		break;
	case 1:
		r->size = size + (uint32_t)below(f, 64);
		break;
	default:
		r->size = size;
	}
}

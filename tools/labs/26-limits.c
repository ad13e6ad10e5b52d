// SPDX-License-Identifier: GPL-2.0
/* Lab 26: what limits an address space, and the errno of each limit. */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <unistd.h>

#include "labs/memory.h"
#include "labs/process.h"
#include "labs/system.h"

#define TIB (1ull << 40)

enum { ROOM = 64, MLOCK_PAGES = 16, NOBODY = 65534 };

static const struct lab_param params[] = {
	{ "tib", "100", NULL, 1, 120, "TiB to reserve, in pieces of 1 TiB" },
	{ "maps", "1000", NULL, 500, 65530, "vm.max_map_count during the lab" },
	{ 0 },
};

static const struct lab_break breaks[] = {
	{ "reserve", "reserve without MAP_NORESERVE" },
	{ "unlimited", "do not set the resource limits" },
	{ "privileged", "keep CAP_IPC_LOCK, which ignores RLIMIT_MEMLOCK" },
	{ "merged", "give neighbours the same rights, so that they merge" },
	{ 0 },
};

static const struct {
	const char *key, *what, *words, *why;
} outcomes[] = {
	{ "guess", "1 TiB, writable, without MAP_NORESERVE", "ENOMEM",
	  "overcommit 0 refuses more than RAM + swap at once" },
	{ "never", "1 TiB in mode 2", "ENOMEM", "it ignores MAP_NORESERVE" },
	{ "mlock", "mlock of a page more than RLIMIT_MEMLOCK", "ENOMEM", "mlock(2)" },
	{ "map-locked", "mmap of as many with MAP_LOCKED", "EAGAIN", "mmap(2)" },
	{ "mlock-0", "mlock with the limit 0", "EPERM", "no right to lock at all" },
	{ "beyond", "MAP_FIXED at the end of the user half", "ENOMEM", "TASK_SIZE" },
	{ "no-hint", "no hint leads to an address", "below 2^47",
	  "more than 47 bits only for those who ask" },
};

static void predict(struct lab_run *run)
{
	const struct lab_machine *m = lab_machine(run);
	unsigned long long tib = lab_number(run, "tib"), maps = lab_number(run, "maps");

	lab_predict(run, "pieces", "pieces of 1 TiB with MAP_NORESERVE",
		    (double)tib, "pieces", "addresses are not memory");
	lab_predict(run, "frames", "frames that they take", 0, "pages",
		    "nothing is touched");
	lab_predict(run, "tables", "page tables that they take", 0, "bytes",
		    "entries are written by faults");
	lab_predict(run, "as", "pages mapped under RLIMIT_AS, then ENOMEM", ROOM,
		    "pages", "limit / page - total_vm = %d", (int)ROOM);
	lab_predict(run, "maps", "VMAs when mmap fails with ENOMEM",
		    (double)maps + 1, "VMAs",
		    "mmap tests count > max_map_count = %llu first", maps);
	lab_predict_words(run, "high", "a hint of 2^48 leads to an address",
			  m->levels == 5 ? "above 2^47" : "below 2^47",
			  "%u levels of page tables: %u bits in the user half",
			  m->levels, 9 * m->levels + 11);
	for (size_t i = 0; i < sizeof(outcomes) / sizeof(outcomes[0]); i++)
		lab_predict_words(run, outcomes[i].key, outcomes[i].what,
				  outcomes[i].words, "%s", outcomes[i].why);
}

static void *map(size_t length, int prot, int flags)
{
	return mmap(NULL, length, prot, flags | MAP_ANONYMOUS, -1, 0);
}

static const char *word(int error)
{
	return error ? strerrorname_np(error) : "success";
}

static const char *outcome(const void *p)
{
	return word(p == MAP_FAILED ? errno : 0);
}

static void reserve(struct lab_run *run)
{
	int flags = MAP_PRIVATE | (lab_broken(run, "reserve") ? 0 : MAP_NORESERVE);
	size_t tib = lab_number(run, "tib"), pieces = 0;
	struct vmlab_mm before = lab_mm(run, 0), after;
	static void *piece[128];

	lab_step(run, "%zu times mmap of 1 TiB with MAP_NORESERVE", tib);
	while (pieces < tib) {
		piece[pieces] = map(TIB, PROT_READ | PROT_WRITE, flags);
		if (piece[pieces] == MAP_FAILED)
			break;
		pieces++;
	}
	after = lab_mm(run, 0);
	lab_measure(run, "pieces", (double)pieces);
	lab_measure(run, "frames", lab_count(after.rss[VMLAB_RSS_ANON] -
					     before.rss[VMLAB_RSS_ANON]));
	lab_measure(run, "tables",
		    (double)(after.pgtables_bytes - before.pgtables_bytes));
	while (pieces)
		munmap(piece[--pieces], TIB);
	lab_measure_words(run, "guess", "%s",
			  outcome(map(TIB, PROT_READ | PROT_WRITE, MAP_PRIVATE)));
	lab_step(run, "write 2 to /proc/sys/vm/overcommit_memory, map 1 TiB again");
	lab_write_setting(run, "/proc/sys/vm/overcommit_memory", "2");
	lab_measure_words(run, "never", "%s",
			  outcome(map(TIB, PROT_READ | PROT_WRITE,
				      MAP_PRIVATE | MAP_NORESERVE)));
	lab_write_setting(run, "/proc/sys/vm/overcommit_memory", "0");
}

static void limit(struct lab_run *run, __rlimit_resource_t resource,
		  uint64_t pages)
{
	const struct rlimit r = { pages * lab_machine(run)->page,
				  RLIM_INFINITY };

	if (!lab_broken(run, "unlimited") && setrlimit(resource, &r))
		lab_fail(run, "setrlimit: %s", strerror(errno));
}

static void address_space(struct lab_run *run)
{
	size_t page = lab_machine(run)->page;
	int n = 0;

	lab_step(run, "setrlimit(RLIMIT_AS, total_vm + %d pages), map page by page",
		 (int)ROOM);
	limit(run, RLIMIT_AS, lab_mm(run, 0).total_vm + ROOM);
	while (n < 4 * ROOM && map(page, PROT_READ, MAP_PRIVATE) != MAP_FAILED)
		n++;
	lab_measure(run, "as", n);
	limit(run, RLIMIT_AS, RLIM_INFINITY / page);
}

static void map_count(struct lab_run *run)
{
	unsigned int maps = (unsigned int)lab_number(run, "maps"), n = 0;
	size_t page = lab_machine(run)->page;
	char text[16];

	snprintf(text, sizeof(text), "%u", maps);
	lab_step(run, "write %s to vm.max_map_count, map pages with rights in turn",
		 text);
	lab_write_setting(run, "/proc/sys/vm/max_map_count", text);
	while (n < 2 * maps &&
	       map(page, n % 2 && !lab_broken(run, "merged") ? PROT_READ : PROT_NONE,
		   MAP_PRIVATE) != MAP_FAILED)
		n++;
	lab_measure(run, "maps", (double)lab_mm(run, 0).map_count);
}

/* Lock too much without privilege; store an errno for each attempt. */
static int lock_pages(struct lab_run *run, void *arg)
{
	size_t page = lab_machine(run)->page, length = (MLOCK_PAGES + 1) * page;
	void *memory = lab_map(run, length, PROT_READ | PROT_WRITE,
			       MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	int *errors = arg;

	limit(run, RLIMIT_MEMLOCK, MLOCK_PAGES);
	if (!lab_broken(run, "privileged") && setresuid(NOBODY, NOBODY, NOBODY))
		return 1;
	errors[0] = mlock(memory, length) ? errno : 0;
	munlock(memory, length);
	memory = map(length, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_LOCKED);
	errors[1] = memory == MAP_FAILED ? errno : 0;
	if (setrlimit(RLIMIT_MEMLOCK, &(struct rlimit){ 0, 0 }))
		return 2;
	memory = map(page, PROT_READ | PROT_WRITE, MAP_PRIVATE);
	errors[2] = mlock(memory, page) ? errno : 0;
	return 0;
}

static void memlock(struct lab_run *run)
{
	int *errors = lab_shared(run, 3 * sizeof(*errors));

	lab_step(run, "as user %d: RLIMIT_MEMLOCK of %d pages, lock one more",
		 (int)NOBODY, (int)MLOCK_PAGES);
	lab_wait_ok(run, lab_spawn(run, lock_pages, errors));
	lab_measure_words(run, "mlock", "%s", word(errors[0]));
	lab_measure_words(run, "map-locked", "%s", word(errors[1]));
	lab_measure_words(run, "mlock-0", "%s", word(errors[2]));
}

static const char *side(const void *p)
{
	return (uintptr_t)p >> 47 ? "above 2^47" : "below 2^47";
}

static void addresses(struct lab_run *run)
{
	const struct lab_machine *m = lab_machine(run);
	unsigned long end = (1ull << (9 * m->levels + 11)) - m->page;
	const int flags = MAP_PRIVATE | MAP_ANONYMOUS;
	void *p;

	lab_step(run, "mmap at %#lx; with the hint 2^48; without a hint", end);
	p = mmap((void *)end, m->page, PROT_READ, flags | MAP_FIXED, -1, 0);
	lab_measure_words(run, "beyond", "%s", outcome(p));
	p = mmap((void *)(1ull << 48), m->page, PROT_READ, flags, -1, 0);
	lab_measure_words(run, "high", "%s", side(p));
	p = mmap(NULL, m->page, PROT_READ, flags, -1, 0);
	lab_measure_words(run, "no-hint", "%s", side(p));
}

static void experiment(struct lab_run *run)
{
	lab_write_setting(run, "/proc/sys/vm/overcommit_memory", "0");
	reserve(run);
	address_space(run);
	memlock(run);
	addresses(run);
	map_count(run);
}

static const struct lab limits = {
	.number = 26,
	.name = "limits",
	.title = "what limits an address space, and the errno of each limit",
	.question = "How much can a process map, and which error does each limit give?",
	.idea = "Addresses cost nothing until they are touched: the limit is the user "
		"half of the page tables. Before that, the kernel asks for the "
		"commit limit (overcommit), RLIMIT_AS, RLIMIT_DATA, the number "
		"of VMAs and RLIMIT_MEMLOCK. Most answer ENOMEM; MAP_LOCKED "
		"answers EAGAIN, and mlock without any right EPERM.",
	.pins = "Overcommit is set to mode 0, then 2, whatever the system uses. Each "
		"limit is relative to what the module counts. Locking runs as an "
		"unprivileged user, since CAP_IPC_LOCK ignores the limit. The "
		"program divides the free range, so 100 TiB come in pieces.",
	.changes = "vm.overcommit_memory and vm.max_map_count",
	.reads = "mm/mmap.c: do_mmap(), may_expand_vm()\n"
		 "mm/util.c: __vm_enough_memory()\n"
		 "mm/mlock.c: do_mlock(), mlock_future_ok()",
	.needs = LAB_DEVICE | LAB_ROOT,
	.params = params,
	.breaks = breaks,
	.predict = predict,
	.experiment = experiment,
};

LAB_REGISTER(limits);

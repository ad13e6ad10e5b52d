// SPDX-License-Identifier: GPL-2.0
/*
 * fuzz-ioctl [SEED [SECONDS]]: requests with random sizes, contents, pointers
 * and targets.  The kernel must answer each with an errno that the contract
 * names, write only what it says it wrote, and still work afterwards.
 */
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include "lib/child.h"
#include "lib/dev.h"
#include "lib/tap.h"

enum {
	THREADS = 2,
	SECONDS = 3,
	/*
	 * Records in one half, names in the other.  Small: emulated machines
	 * take long to fill memory.
	 */
	HALF = 12 * 1024,
	OFFSETS = 2 * 1024,
	CANARY = 0xa5,
};

static const int allowed[] = {
	EINVAL, E2BIG, EFAULT, ENOTTY, ESRCH, EBADF, EOPNOTSUPP, ENXIO, EFBIG,
	EBUSY, EACCES, ENOMEM, ENOENT,
};

static const struct {
	const char *name;
	unsigned long nr;
	uint32_t size;
} kinds[] = {
	{ "INFO", VMLAB_IOC_INFO, sizeof(struct vmlab_info) },
	{ "FLAG_NAMES", VMLAB_IOC_FLAG_NAMES, sizeof(struct vmlab_flag_names) },
	{ "SPACE_GET", VMLAB_IOC_SPACE_GET, sizeof(struct vmlab_space_config) },
	{ "SPACE_SET", VMLAB_IOC_SPACE_SET, sizeof(struct vmlab_space_config) },
	{ "SPACE_STATS", VMLAB_IOC_SPACE_STATS,
	  sizeof(struct vmlab_space_stats) },
	{ "MM", VMLAB_IOC_MM, sizeof(struct vmlab_mm) },
	{ "TASKS", VMLAB_IOC_TASKS, sizeof(struct vmlab_tasks) },
	{ "VMAS", VMLAB_IOC_VMAS, sizeof(struct vmlab_vmas) },
	{ "PAGING_GET", VMLAB_IOC_PAGING_GET, sizeof(struct vmlab_paging) },
	{ "PAGING_SET", VMLAB_IOC_PAGING_SET, sizeof(struct vmlab_paging) },
	{ "PAGING_STATS", VMLAB_IOC_PAGING_STATS,
	  sizeof(struct vmlab_paging_stats) },
	{ "RANGE", VMLAB_IOC_RANGE, sizeof(struct vmlab_range) },
	{ "DIRTY", VMLAB_IOC_DIRTY, sizeof(struct vmlab_dirty) },
	{ "INJECT_SET", VMLAB_IOC_INJECT_SET, sizeof(struct vmlab_inject) },
	{ "INJECT_GET", VMLAB_IOC_INJECT_GET, sizeof(struct vmlab_inject) },
	{ "EVENTS", VMLAB_IOC_EVENTS, sizeof(struct vmlab_events) },
	/* Always refused here, for the space is mapped. */
	{ "BACKING", VMLAB_IOC_BACKING, sizeof(struct vmlab_backing_config) },
	{ "unknown", 0, 64 },
};

enum { KINDS = sizeof(kinds) / sizeof(kinds[0]) };

struct fuzzer {
	pthread_t thread;
	uint64_t state;
	char *arena;		/* guard, records, names, guard */
	struct vmlab_inject_rule rules[3];
	char *request;		/* ends where a mapping ends */
	int fd, pidfd;
	pid_t child;
	atomic_ulong calls[KINDS], succeeded[KINDS];
	unsigned long unexpected, overrun, lied;
};

static atomic_bool stop;
static size_t page;

/* xorshift64*: the same on every machine for a seed. */
static uint64_t rnd(struct fuzzer *f)
{
	f->state ^= f->state >> 12;
	f->state ^= f->state << 25;
	f->state ^= f->state >> 27;
	return f->state * 0x2545f4914f6cdd1dULL;
}

static uint64_t below(struct fuzzer *f, uint64_t n)
{
	return (rnd(f) >> 16) % n;
}

static uint64_t odd_number(struct fuzzer *f)
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
		return rnd(f);
	}
}

static uint64_t pointer(struct fuzzer *f, char *half)
{
	switch (below(f, 12)) {
	case 0:
		return 0;
	case 1:
		return 0xffff888000000000ULL + below(f, 1 << 30);
	case 2:
		return 1ULL << 63;	/* not canonical */
	case 3:
		return (uintptr_t)(f->arena + below(f, page));
	case 4:
		return (uintptr_t)(f->arena + page + 2 * HALF - below(f, 200));
	default:
		/* What does not fit meets the guard at the end. */
		return (uintptr_t)(half + below(f, OFFSETS));
	}
}

static int just_stop(void *arg)
{
	(void)arg;
	stop_self();
	return 0;
}

static void new_child(struct fuzzer *f)
{
	if (f->child) {
		kill_and_reap(f->child);
		close(f->pidfd);
	}
	f->child = spawn(just_stop, NULL);
	f->pidfd = (int)syscall(SYS_pidfd_open, f->child, 0);
}

static struct vmlab_target target(struct fuzzer *f)
{
	struct vmlab_target t = { VMLAB_TARGET_SELF, 0 };

	switch (below(f, 8)) {
	case 0:
		t.kind = (uint32_t)odd_number(f);
		t.id = (int32_t)odd_number(f);
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

union request {
	uint32_t size;
	struct vmlab_flag_names names;
	struct vmlab_space_config config;
	struct vmlab_mm mm;
	struct vmlab_tasks tasks;
	struct vmlab_vmas vmas;
	struct vmlab_paging paging;
	struct vmlab_range range;
	struct vmlab_dirty dirty;
	struct vmlab_inject inject;
	struct vmlab_events events;
	struct vmlab_backing_config backing;
	char bytes[8192];
};

/*
 * A few bytes of noise anywhere but in pointers: those must not come to point
 * to memory of this program.
 */
static void add_noise(struct fuzzer *f, size_t kind, union request *r)
{
	const union request clean = *r;

	for (uint64_t n = below(f, 4); n--;)
		r->bytes[below(f, kinds[kind].size + 16)] = (char)rnd(f);
	if (kinds[kind].nr == VMLAB_IOC_TASKS) {
		r->tasks.tasks = clean.tasks.tasks;
	} else if (kinds[kind].nr == VMLAB_IOC_VMAS) {
		r->vmas.vmas = clean.vmas.vmas;
		r->vmas.strings = clean.vmas.strings;
	} else if (kinds[kind].nr == VMLAB_IOC_DIRTY) {
		r->dirty.bitmap = clean.dirty.bitmap;
	} else if (kinds[kind].nr == VMLAB_IOC_INJECT_GET) {
		r->inject.rules = clean.inject.rules;
	}
	/* These would take their time, rightly. */
	if (kinds[kind].nr == VMLAB_IOC_RANGE)
		r->range.end = clean.range.end;
	else if (kinds[kind].nr == VMLAB_IOC_EVENTS)
		r->events.nr = clean.events.nr;
}

/*
 * Rules that let this program go on: no memory only once, and no long delay.
 * Members out of their range are for the kernel to find.
 */
static void fill_rules(struct fuzzer *f, struct vmlab_inject *inject)
{
	unsigned int i;

	for (i = 0; i < 3; i++) {
		struct vmlab_inject_rule *rule = &f->rules[i];

		*rule = (struct vmlab_inject_rule){
			.start = below(f, 64) * page,
			.access = (uint32_t)below(f, 9),
			.action = (uint32_t)below(f, 6),
			.seed = rnd(f),
			.probability = (uint32_t)below(f, 1100000),
			.pid = below(f, 4) ? 0 : (int32_t)odd_number(f),
		};
		rule->end = below(f, 2) ? 0 : rule->start + odd_number(f);
		if (rule->action == VMLAB_INJECT_OOM)
			rule->nth = 1;
		if (rule->action == VMLAB_INJECT_HWPOISON)
			rule->nth = 100;
		if (rule->action == VMLAB_INJECT_DELAY || !below(f, 20))
			rule->delay_us = below(f, 8) ? (uint32_t)below(f, 50) :
					 VMLAB_INJECT_DELAY_MAX + 1;
	}
	inject->rules = below(f, 8) ? (uintptr_t)f->rules :
				      pointer(f, f->arena + page);
	inject->nr = below(f, 8) ? (uint32_t)below(f, 4) :
				   (uint32_t)odd_number(f);
	/* What lies beyond is not for this program to choose. */
	if (inject->nr > 3 && inject->rules == (uintptr_t)f->rules)
		inject->rules = 8;
}

static void fill_paging(struct fuzzer *f, struct vmlab_paging *paging)
{
	paging->budget = below(f, 4) ? below(f, 40) : odd_number(f);
	paging->policy = (uint32_t)below(f, 8);
	paging->flags = (uint32_t)below(f, 5);
	paging->seed = rnd(f);
	paging->prefetch = (uint32_t)below(f, 5);
	paging->prefetch_pages = below(f, 2) ? 0 : (uint32_t)below(f, 2000);
	if (paging->policy == VMLAB_POLICY_OPT || !below(f, 16)) {
		paging->trace = pointer(f, f->arena + page);
		paging->nr_trace = below(f, 4) ? below(f, 500) : odd_number(f);
	}
}

static void fill(struct fuzzer *f, size_t kind, union request *r)
{
	char *records = f->arena + page, *strings = records + HALF;

	memset(r, 0, sizeof(*r));
	switch (kinds[kind].nr) {
	case VMLAB_IOC_FLAG_NAMES:
		r->names.kind = (uint32_t)below(f, 3);
		break;
	case VMLAB_IOC_SPACE_SET:
		r->config.bytes = below(f, 8) ? below(f, 64) * page :
				  odd_number(f);
		r->config.backing = !below(f, 8);
		break;
	case VMLAB_IOC_PAGING_SET:
		fill_paging(f, &r->paging);
		break;
	case VMLAB_IOC_RANGE:
		r->range.op = (uint32_t)below(f, 6);
		r->range.start = below(f, 64) * page + !below(f, 16);
		r->range.end = below(f, 128) * page;
		break;
	case VMLAB_IOC_DIRTY:
		r->dirty.flags = (uint32_t)below(f, 3);
		r->dirty.start = below(f, 4) ? below(f, 64) * page :
					       odd_number(f);
		r->dirty.end = below(f, 4) ? below(f, 128) * page :
					     odd_number(f) & ~(page - 1);
		r->dirty.bitmap = below(f, 2) ? 0 : pointer(f, records);
		break;
	case VMLAB_IOC_INJECT_SET:
		fill_rules(f, &r->inject);
		break;
	case VMLAB_IOC_INJECT_GET:
		r->inject.rules = pointer(f, records);
		r->inject.nr = (uint32_t)odd_number(f);
		break;
	case VMLAB_IOC_EVENTS:
		r->events.mask = (uint32_t)below(f, 80);
		r->events.nr = below(f, 8) ? (uint32_t)below(f, 64) :
					     VMLAB_EVENTS_MAX + 1;
		break;
	case VMLAB_IOC_BACKING:
		r->backing.backing = (uint32_t)below(f, 6);
		r->backing.fd = (int32_t)below(f, 30) - 2;
		r->backing.offset = below(f, 2) ? 0 : odd_number(f);
		break;
	case VMLAB_IOC_MM:
		r->mm.target = target(f);
		break;
	case VMLAB_IOC_TASKS:
		r->tasks.target = target(f);
		r->tasks.cursor = odd_number(f);
		r->tasks.tasks = pointer(f, records);
		r->tasks.nr = (uint32_t)odd_number(f);
		break;
	case VMLAB_IOC_VMAS:
		r->vmas.target = target(f);
		r->vmas.cursor = odd_number(f);
		r->vmas.end = odd_number(f);
		r->vmas.vmas = pointer(f, records);
		r->vmas.nr = (uint32_t)odd_number(f);
		r->vmas.strings = pointer(f, strings);
		r->vmas.strings_size = (uint32_t)odd_number(f);
		break;
	}
	if (kinds[kind].nr && !below(f, 3))
		add_noise(f, kind, r);
	switch (below(f, 8)) {
	case 0:
		r->size = (uint32_t)odd_number(f);
		break;
	case 1:
		r->size = kinds[kind].size + (uint32_t)below(f, 64);
		break;
	default:
		r->size = kinds[kind].size;
	}
}

static bool untouched(const char *from, const char *to)
{
	if (from >= to)
		return true;
	/* All bytes are equal if each equals the one after it. */
	return (unsigned char)*from == CANARY &&
	       !memcmp(from, from + 1, (size_t)(to - from) - 1);
}

/* Forget what was written at @ptr, as far as it lies in the arena. */
static void forgive(struct fuzzer *f, uint64_t ptr, uint64_t len)
{
	const uint64_t start = (uintptr_t)(f->arena + page);

	if (ptr >= start && ptr <= start + 2 * HALF &&
	    len <= start + 2 * HALF - ptr)
		memset((char *)(uintptr_t)ptr, CANARY, len);
}

static void check_answer(struct fuzzer *f, size_t kind,
			 const union request *asked, const union request *said)
{
	char *arena = f->arena + page;
	uint64_t nr = 0, len = 0, record = 1, ptr = 0, sptr = 0;

	if (kinds[kind].nr == VMLAB_IOC_TASKS) {
		nr = said->tasks.nr;
		ptr = asked->tasks.tasks;
		record = sizeof(struct vmlab_task);
		f->lied += nr > asked->tasks.nr;
	} else if (kinds[kind].nr == VMLAB_IOC_VMAS) {
		nr = said->vmas.nr;
		ptr = asked->vmas.vmas;
		record = sizeof(struct vmlab_vma);
		len = said->vmas.strings_size;
		sptr = asked->vmas.strings;
		f->lied += nr > asked->vmas.nr ||
			   len > asked->vmas.strings_size;
	} else if (kinds[kind].nr == VMLAB_IOC_DIRTY) {
		nr = (asked->dirty.end - asked->dirty.start) / page;
		ptr = asked->dirty.bitmap;
		f->lied += said->dirty.nr_dirty > nr;
		nr = ptr ? (nr + 63) / 64 : 0;
		record = sizeof(uint64_t);
	} else if (kinds[kind].nr == VMLAB_IOC_INJECT_GET) {
		nr = said->inject.nr < asked->inject.nr ? said->inject.nr :
							  asked->inject.nr;
		ptr = asked->inject.rules;
		record = sizeof(struct vmlab_inject_rule);
	} else {
		return;
	}
	forgive(f, ptr, nr * record);
	forgive(f, sptr, len);
	if (!untouched(arena, arena + 2 * HALF)) {
		f->overrun++;
		memset(arena, CANARY, 2 * HALF);
	}
}

static bool is_allowed(int err)
{
	for (size_t i = 0; i < sizeof(allowed) / sizeof(allowed[0]); i++)
		if (allowed[i] == err)
			return true;
	return false;
}

static bool asks_for_records(unsigned long nr)
{
	return nr == VMLAB_IOC_TASKS || nr == VMLAB_IOC_VMAS ||
	       nr == VMLAB_IOC_DIRTY || nr == VMLAB_IOC_INJECT_GET || !nr;
}

static void one_call(struct fuzzer *f)
{
	size_t kind = below(f, KINDS), len;
	unsigned long nr = kinds[kind].nr;
	union request asked, said;
	char *where;

	if (!nr)
		nr = below(f, 2) ? rnd(f) : VMLAB_IOC_INFO + below(f, 256);
	fill(f, kind, &asked);
	/* The last byte of the request is the last byte that is mapped. */
	len = asked.size < sizeof(asked) ? asked.size : sizeof(asked);
	len = len > 4 ? len : 4;
	where = f->request - len;
	memcpy(where, &asked, len);
	if (!below(f, 40))
		where = (char *)(uintptr_t)pointer(f, f->arena + page);

	f->calls[kind]++;
	if (ioctl(f->fd, nr, where)) {
		if (!is_allowed(errno)) {
			f->unexpected++;
			diag("  %s: %s", kinds[kind].name, strerror(errno));
		}
		/* Half of an answer may have been written. */
		if (asks_for_records(kinds[kind].nr) ||
		    where != f->request - len)
			memset(f->arena + page, CANARY, 2 * HALF);
		return;
	}
	f->succeeded[kind]++;
	if (where != f->request - len) {
		memset(f->arena + page, CANARY, 2 * HALF);
		return;
	}
	memcpy(&said, where, len);
	if (kinds[kind].nr)
		check_answer(f, kind, &asked, &said);
}

static void *fuzz(void *arg)
{
	struct fuzzer *f = arg;
	char *space = map_pages(f->fd, 64, PROT_READ | PROT_WRITE, MAP_SHARED,
				0);

	for (unsigned long n = 0; !atomic_load(&stop); n++) {
		if (n % 256 == 0)
			new_child(f);
		one_call(f);
		/* The space's length changes all the time. */
		touch(space + below(f, 64) * page, TOUCH_WRITE, 1, NULL);
		touch(space + below(f, 64) * page, TOUCH_READ, 0, NULL);
	}
	munmap(space, 64 * page);
	kill_and_reap(f->child);
	close(f->pidfd);
	return NULL;
}

static void count(struct fuzzer *all, size_t kind, unsigned long *calls,
		  unsigned long *succeeded)
{
	*calls = *succeeded = 0;
	for (int i = 0; i < THREADS; i++) {
		*calls += atomic_load(&all[i].calls[kind]);
		*succeeded += atomic_load(&all[i].succeeded[kind]);
	}
}

/* All but BACKING get through now and then, and are refused now and then. */
static bool both_ways(struct fuzzer *all, size_t kind)
{
	unsigned long calls, succeeded;

	count(all, kind, &calls, &succeeded);
	return succeeded > 0 && succeeded < calls;
}

static bool all_both_ways(void *fuzzers)
{
	size_t k = 0;

	while (k < KINDS && (!kinds[k].nr || kinds[k].nr == VMLAB_IOC_BACKING ||
			     both_ways(fuzzers, k)))
		k++;
	return k == KINDS;
}

static char *map_guarded(size_t bytes)
{
	char *p = mmap(NULL, bytes + 2 * page, PROT_NONE,
		       MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	if (p == MAP_FAILED ||
	    mprotect(p + page, bytes, PROT_READ | PROT_WRITE))
		bail("mmap: %s", strerror(errno));
	memset(p + page, CANARY, bytes);
	return p;
}

int main(int argc, char **argv)
{
	static struct fuzzer fuzzers[THREADS];
	uint64_t seed = argc > 1 ? strtoull(argv[1], NULL, 0) :
				   (uint64_t)time(NULL) * 1000003 + 1;
	unsigned int seconds = argc > 2 ? (unsigned int)atoi(argv[2]) : SECONDS;
	unsigned long unexpected = 0, overrun = 0, lied = 0;

	page = page_size();
	diag("seed %llu", (unsigned long long)seed);
	for (int i = 0; i < THREADS; i++) {
		struct fuzzer *f = &fuzzers[i];

		f->state = (seed + (uint64_t)i) * 0x9e3779b97f4a7c15ULL | 1;
		f->fd = dev_open(O_RDWR);
		f->arena = map_guarded(2 * HALF);
		f->request = map_guarded(4 * page) + 5 * page;
		new_child(f);
	}
	for (int i = 0; i < THREADS; i++)
		pthread_create(&fuzzers[i].thread, NULL, fuzz, &fuzzers[i]);
	msleep(seconds * 1000);
	wait_until(all_both_ways, fuzzers);
	atomic_store(&stop, true);
	for (int i = 0; i < THREADS; i++) {
		pthread_join(fuzzers[i].thread, NULL);
		unexpected += fuzzers[i].unexpected;
		overrun += fuzzers[i].overrun;
		lied += fuzzers[i].lied;
		close(fuzzers[i].fd);
	}
	for (size_t k = 0; k < KINDS; k++) {
		unsigned long calls, succeeded;

		count(fuzzers, k, &calls, &succeeded);
		diag("%s: %lu calls, %lu succeeded", kinds[k].name, calls,
		     succeeded);
		if (kinds[k].nr == VMLAB_IOC_BACKING)
			is(succeeded, 0, "%s: never of a mapped space",
			   kinds[k].name);
		else if (kinds[k].nr)
			ok(both_ways(fuzzers, k),
			   "%s: some succeed, some are refused",
			   kinds[k].name);
	}
	is(unexpected, 0, "every errno is one that the contract names");
	is(overrun, 0, "nothing is written beyond what is said");
	is(lied, 0, "never more is said than there was room for");
	is(dev_info().abi_version, VMLAB_ABI_VERSION, "the module still works");
	is(module_frames(), 0, "every frame is freed");
	return tap_done();
}

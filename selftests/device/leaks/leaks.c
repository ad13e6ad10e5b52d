// SPDX-License-Identifier: GPL-2.0
/*
 * No answer to a user without privileges holds an address of the kernel, the number
 * of a frame, or what memory held before: each byte of each answer is looked at, also
 * of those that fail.  Root's answers show that the test would see them.
 */
#include <fcntl.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <unistd.h>

#include <linux/vmlab.h>

#include "device/leaks/leaks.h"
#include "device/users.h"
#include "lib/child.h"
#include "lib/dev.h"
#include "lib/page.h"
#include "lib/paging.h"
#include "lib/queries.h"
#include "lib/smaps.h"
#include "lib/tap.h"

enum {
	OWN_PAGES = 512, /* of which a part has frames that are looked for */
	SPACE_PAGES = 64,
	NEW_PAGES = 1024,
	NR_FLAGS = 16,
	EVENTS = 256,
	MAX_QUERIES = 40,
};

/* What the process that asks reports to the one that tests. */
struct report {
	const char *own; /* memory whose frames are looked for */
	const char *about; /* a page of it with such a frame */
	struct frames frames;
	struct {
		unsigned long succeeded;
		struct found found;
	} of[MAX_QUERIES];
	ssize_t event_bytes;
	struct found events;
	bool no_huge; /* this kernel has no huge frames */
	unsigned long not_zero[3]; /* pages, of new memory of each kind */
};

static struct report *report;
static bool privileged;

static const char *const new_kinds[] = {
	"in single frames", "in huge frames", "in a space that was shortened",
};

/* --- the process that asks ---------------------------------------------------- */

/* The gap above the last VMA is so large that it looks like an address. */
static void clear_last_gaps(struct vmlab_tree_item *item, size_t nr)
{
	for (; nr--; item++)
		if (item->last == UINT64_MAX &&
		    item->gap <= item->last - item->first)
			item->gap = 0;
}

static void ask(int fd, const struct query *q, struct found *found,
		unsigned long *succeeded)
{
	static _Alignas(8) char answer[QUERY_BYTES], room[2 * QUERY_ROOM];
	const unsigned int kinds = q->kind ? QUERY_KINDS : 1;

	for (unsigned int i = 0; i < NR_FLAGS * kinds; i++) {
		prepare_query(q, answer, room, i / NR_FLAGS, report->about);
		set_query_flags(q, answer, i % NR_FLAGS);
		memset(room, 0x11, sizeof(room));
		if (i == 0)
			spray_pages();
		spray_objects();
		*succeeded += !ioctl(fd, q->nr, answer);
		if (q->nr == VMLAB_IOC_TREE)
			clear_last_gaps((void *)room, QUERY_ROOM / q->record);
		scan(answer, q->bytes, q->has_frames ? &report->frames : NULL,
		     found);
		scan(room, sizeof(room),
		     q->has_frames ? &report->frames : NULL, found);
	}
}

static void read_events(int fd, char *space)
{
	static char events[EVENTS * sizeof(struct vmlab_event)];

	for (size_t i = 0; i < SPACE_PAGES; i++)
		space[i * page]++;
	spray_objects();
	report->event_bytes = read(fd, events, sizeof(events));
	scan(events, sizeof(events), &report->frames, &report->events);
}

static unsigned long count_not_zero(const char *p, size_t pages)
{
	unsigned long n = 0;

	for (size_t i = 0; i < pages; i++, p += page)
		n += *p || memcmp(p, p + 1, page - 1);
	return n;
}

/* Memory that is mapped for the first time is zero, whatever was freed before. */
static void look_at_new_memory(void)
{
	const size_t bytes = NEW_PAGES * page, half = bytes / 2;
	char *p;
	int fd;

	for (int huge = 0; huge < 2; huge++) {
		fd = dev_open(O_RDWR);
		if (huge && set_space(fd, VMLAB_SPACE_HUGE, 0, 0)) {
			report->no_huge = true;
			close(fd);
			break;
		}
		p = map_shared(fd, NEW_PAGES);
		madvise(p, bytes, huge ? MADV_HUGEPAGE : MADV_NOHUGEPAGE);
		spray_pages();
		/* one page is read, the next one written first */
		for (size_t i = 0; i < NEW_PAGES; i += 2)
			p[i * page] = 0;
		report->not_zero[huge] = count_not_zero(p, NEW_PAGES);
		unmap_and_close(fd, p, NEW_PAGES);
	}

	fd = dev_open(O_RDWR);
	p = map_shared(fd, NEW_PAGES);
	memset(p, MARK[0], bytes);
	if (space_set_bytes(fd, half) || space_set_bytes(fd, bytes))
		report->not_zero[2] = NEW_PAGES;
	else
		report->not_zero[2] = count_not_zero(p + half, NEW_PAGES / 2);
	unmap_and_close(fd, p, NEW_PAGES);
}

static int ask_all(void *arg)
{
	struct vmlab_inject_rule rule = {
		.end = page, .access = VMLAB_ACCESS_READ,
		.probability = VMLAB_INJECT_CERTAIN,
		.action = VMLAB_INJECT_DELAY, .delay_us = 1,
		.nth = 1000000,
	};
	char *own, *space;
	int fd, err;

	(void)arg;
	if (!privileged && !become(USER))
		return NOT_USER;
	fd = dev_open(O_RDWR);
	own = mmap(NULL, OWN_PAGES * page, PROT_READ | PROT_WRITE,
		   MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	madvise(own, OWN_PAGES * page, MADV_NOHUGEPAGE);
	memset(own, 1, OWN_PAGES * page);
	report->own = own;
	/* Root reads the numbers of the frames. */
	stop_self();

	space = map_shared(fd, SPACE_PAGES);
	err = set_paging(fd, .budget = SPACE_PAGES / 2,
			 .policy = VMLAB_POLICY_LRU);
	if (err || set_rules(fd, &rule, 1) ||
	    set_events(fd, 1 << VMLAB_EVENT_FAULT | 1 << VMLAB_EVENT_EVICT,
		       EVENTS)) {
		diag("settings of the space: %s", strerror(errno));
		return REFUSED;
	}
	read_events(fd, space);
	for (size_t i = 0; i < nr_queries; i++)
		ask(fd, &queries[i], &report->of[i].found,
		    &report->of[i].succeeded);
	look_at_new_memory();
	return GOOD;
}

/* --- the process that tests --------------------------------------------------- */

/*
 * Read the numbers of frames that cannot be mistaken for a bit mask or a small number.
 */
static void read_frames(pid_t pid)
{
	for (size_t i = 0; i < OWN_PAGES && report->frames.nr < NR_FRAMES; i++) {
		const char *p = report->own + i * page;
		uint64_t pfn = pagemap_entry(pid, p) & PAGEMAP_FRAME;

		if (pfn >= 0x2000 && (pfn & 0x88) == 0x88) {
			report->frames.pfn[report->frames.nr++] = pfn;
			report->about = p;
		}
	}
}

static void run(bool as_root)
{
	int status = 0;
	pid_t pid;

	memset(report, 0, sizeof(*report));
	privileged = as_root;
	pid = spawn(ask_all, NULL);
	if (!wait_stopped(pid, &status))
		bail("the process that asks ended: %d", status);
	read_frames(pid);
	kill(pid, SIGCONT);
	is((unsigned int)reap(pid), GOOD, "%s asked for everything",
	   as_root ? "root" : "a user");
	ok(report->frames.nr >= 16, "%zu frames are looked for",
	   report->frames.nr);
}

static size_t query_at(unsigned long nr)
{
	size_t i = 0;

	while (queries[i].nr != nr)
		i++;
	return i;
}

/* The scanner finds what it looks for. */
static void test_scanner(void)
{
	const struct frames frames = { .nr = 1, .pfn = { 0x12388 } };
	uint64_t words[64] = { 0 };
	struct found found = { 0 };

	memset(words, 0x11, sizeof(words));
	words[1] = ~0ull;
	words[2] = 0xffffffffff600000ull;
	words[3] = 0x00007fffffffe000ull;
	scan(words, sizeof(words), &frames, &found);
	is(found.addresses + found.old + found.frames, 0,
	   "scanner: user addresses, -1 and the vsyscall page are none");
	words[60] = 0xffff888012345678ull;
	words[63] = 0xffffffff81000000ull;
	scan(words, sizeof(words), &frames, &found);
	is(found.addresses, 2, "scanner: addresses of the kernel");
	words[5] = 0x12388;
	words[6] = 0x8000000012388867ull;
	scan(words, sizeof(words), &frames, &found);
	is(found.frames, 2, "scanner: a number and an entry of a frame");
	memcpy((char *)words + 77, MARK, MARK_BYTES);
	memcpy((char *)(words + 64) - MARK_BYTES, MARK, MARK_BYTES);
	scan(words, sizeof(words), NULL, &found);
	is(found.old, 2, "scanner: marks at any byte");
	memset(words + 20, 0x6b, 8);
	memset(words + 30, 0xaa, 8);
	scan(words, sizeof(words), NULL, &found);
	is(found.old, 2 + 4, "scanner: poison of freed memory");
}

static void test_root(void)
{
	run(true);
	for (size_t i = 0; i < nr_queries; i++)
		if (queries[i].has_frames)
			ok(report->of[i].found.frames,
			   "%s: root sees frames", queries[i].name);
	ok(report->of[query_at(VMLAB_IOC_LAYOUT)].found.addresses,
	   "LAYOUT: root sees addresses of the kernel");
}

static void test_user(void)
{
	run(false);
	for (size_t i = 0; i < nr_queries; i++) {
		const struct found *found = &report->of[i].found;
		const char *name = queries[i].name;

		ok(report->of[i].succeeded, "%s: a user is answered", name);
		is(found->addresses, 0, "%s: no address of the kernel", name);
		is(found->old, 0, "%s: no contents of other memory", name);
		if (queries[i].has_frames)
			is(found->frames, 0, "%s: no frame", name);
	}
	ok(report->event_bytes >= (ssize_t)sizeof(struct vmlab_event),
	   "events were read");
	is(report->events.addresses + report->events.old, 0,
	   "events: no address of the kernel, no contents of other memory");
	for (int i = 0; i < 3; i++) {
		if (i == 1 && report->no_huge)
			skip("no huge frames here", "new memory %s",
			     new_kinds[i]);
		else
			is(report->not_zero[i], 0, "new memory %s is zero",
			   new_kinds[i]);
	}
}

int main(void)
{
	report = mmap(NULL, sizeof(*report), PROT_READ | PROT_WRITE,
		      MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (report == MAP_FAILED || nr_queries > MAX_QUERIES)
		bail("no room for the report");
	test_scanner();
	test_root();
	test_user();
	return tap_done();
}

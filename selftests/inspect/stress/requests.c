// SPDX-License-Identifier: GPL-2.0
/* Make all requests about one target after the other. */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>

#include "lib/child.h"
#include "lib/dev.h"
#include "lib/random.h"
#include "lib/tap.h"
#include "inspect/stress/dump.h"
#include "inspect/stress/record_checks.h"
#include "inspect/stress/target.h"

enum { RECORDS = 1000, STRINGS = 1 << 16 };

static int fd;
static struct report *report;
static unsigned int kind;	/* of the dump */
static unsigned long round_nr;
static struct vmlab_target subject;
static char *records, *strings;
static uint64_t some_address;	/* of a record */
static uint64_t user_end;
static uint64_t requests_random = 1;

/* An address near a record; during exec the stack is at the very end. */
static uint64_t near_address(uint32_t distance)
{
	uint64_t addr = some_address + random_next(&requests_random) % distance;

	return addr < user_end ? addr : some_address;
}

/* Make a request; false when the dump ends because of an error. */
static bool request(unsigned long nr, void *arg)
{
	checked = (struct checked_range){};
	if (!ioctl(fd, nr, arg))
		return true;
	if (errno == ESRCH)
		report->kind[kind].gone++;
	else
		report_wrong(report, kind, "%s of %d: %s",
			     report->kind[kind].name, subject.id,
			     strerror(errno));
	return false;
}

/* Report what is wrong with the records, if anything. */
static bool consistent(const char *wrong)
{
	/* Answers without a list of records have no range. */
	if (wrong)
		report_wrong(report, kind, "%s of %d: %s (%#llx-%#llx)",
			     report->kind[kind].name, subject.id, wrong,
			     (unsigned long long)checked.start,
			     (unsigned long long)checked.end);
	return !wrong;
}

static void counted(unsigned int nr)
{
	report->kind[kind].records += nr;
}

static void done(void)
{
	report->kind[kind].dumps++;
}

/* Room for @few records now and then, so that a dump takes many calls. */
static uint32_t room(uint32_t few)
{
	return round_nr % 4 ? RECORDS : few;
}

static void dump_vmas(void)
{
	struct vmlab_vmas q = { .size = sizeof(q), .target = subject }, before;

	do {
		q.vmas = (uintptr_t)records;
		q.strings = (uintptr_t)strings;
		q.nr = room(3);
		q.strings_size = STRINGS;
		before = q;
		if (!request(VMLAB_IOC_VMAS, &q) ||
		    !consistent(check_vmas(&before, &q)))
			return;
		counted(q.nr);
		if (q.nr)
			some_address = ((struct vmlab_vma *)records)
					       [random_next(&requests_random) % q.nr].start;
	} while (q.nr);
	done();
}

static void dump_tree(void)
{
	struct vmlab_tree q = { .size = sizeof(q), .target = subject }, before;

	do {
		q.flags = 0;
		q.items = (uintptr_t)records;
		q.nr = room(VMLAB_TREE_NR_MIN);
		before = q;
		if (!request(VMLAB_IOC_TREE, &q) ||
		    !consistent(check_tree(&before, &q)))
			return;
		counted(q.nr);
	} while (q.nr);
	done();
}

static void dump_tree_stats(void)
{
	struct vmlab_tree_stats q = { .size = sizeof(q), .target = subject };

	if (!request(VMLAB_IOC_TREE_STATS, &q))
		return;
	counted(1);
	if (consistent(q.bytes == q.nodes * q.node_bytes &&
		       q.depth <= VMLAB_TREE_LEVELS && q.entries ?
		       NULL : "totals"))
		done();
}

static void dump_gaps(void)
{
	struct vmlab_gaps q = { .size = sizeof(q), .target = subject }, before;

	do {
		q.flags = 0;
		q.gaps = (uintptr_t)records;
		q.nr = room(3);
		before = q;
		if (!request(VMLAB_IOC_GAPS, &q) ||
		    !consistent(check_gaps(&before, &q)))
			return;
		counted(q.nr);
	} while (q.nr);
	done();
}

static void dump_gap_stats(void)
{
	struct vmlab_gap_stats q = { .size = sizeof(q), .target = subject };

	if (!request(VMLAB_IOC_GAP_STATS, &q))
		return;
	counted(1);
	if (consistent(q.largest_end > q.largest_start &&
		       q.largest_end - q.largest_start <= q.free &&
		       q.free < q.end && q.largest_end <= q.end ?
		       NULL : "totals"))
		done();
}

static void dump_find(void)
{
	for (int i = 0; i < 8; i++) {
		struct vmlab_find q = {
			.size = sizeof(q),
			.target = subject,
			.start = near_address(64 << 12),
			.strings = (uintptr_t)strings,
			.strings_size = STRINGS,
		};

		q.end = q.start + 1 + random_next(&requests_random) % (64 << 12);
		if (!request(VMLAB_IOC_FIND, &q) ||
		    !consistent(check_find(&q)))
			return;
		counted(1);
	}
	done();
}

static void dump_area(void)
{
	struct vmlab_free_area q = {
		.size = sizeof(q),
		.target = subject,
		.length = 4096ULL << random_next(&requests_random) % 16,
	};

	if (!request(VMLAB_IOC_FREE_AREA, &q) ||
	    !consistent(check_area(&q)))
		return;
	counted(1);
	done();
}

/* Choose all of the address space, or a range around some address. */
static void choose_range(struct vmlab_ptes *q)
{
	if (round_nr % 3 != 2)
		return;
	q->start = some_address & ~((1ULL << 21) - 1);
	q->end = q->start + (1ULL << 21) + (random_next(&requests_random) % 64 << 12);
}

static void dump_ptes(void)
{
	static const uint32_t flags[] = {
		0, VMLAB_PTES_RAW, VMLAB_PTES_TABLES,
		VMLAB_PTES_RAW | VMLAB_PTES_TABLES, VMLAB_PTES_FOLD_FLAGS,
	};
	struct vmlab_ptes q = {
		.size = sizeof(q),
		.target = subject,
		.flags = flags[round_nr % 5],
	}, before;

	choose_range(&q);
	do {
		q.result = 0;
		q.records = (uintptr_t)records;
		q.nr = room(7);
		before = q;
		if (!request(VMLAB_IOC_PTES, &q) ||
		    !consistent(check_ptes(&before, &q)))
			return;
		counted(q.nr);
		if (q.nr)
			some_address = ((struct vmlab_pte *)records)
					       [random_next(&requests_random) % q.nr].start;
	} while (q.nr);
	done();
}

static void dump_pages(void)
{
	struct vmlab_ptes q = { .size = sizeof(q), .target = subject }, before;

	choose_range(&q);
	do {
		q.result = 0;
		q.records = (uintptr_t)records;
		q.nr = room(100);
		before = q;
		if (!request(VMLAB_IOC_PAGES, &q) ||
		    !consistent(check_pages(&before, &q)))
			return;
		counted(q.nr);
	} while (q.nr);
	done();
}

static void dump_totals(void)
{
	struct vmlab_pgtable_totals q = {
		.size = sizeof(q),
		.target = subject,
	};

	if (!request(VMLAB_IOC_PGTABLE_TOTALS, &q) ||
	    !consistent(check_totals(&q)))
		return;
	counted(1);
	done();
}

static void dump_translations(void)
{
	for (int i = 0; i < 16; i++) {
		struct vmlab_translation q = {
			.size = sizeof(q),
			.target = subject,
			.addr = near_address(1 << 20),
		};

		if (!request(VMLAB_IOC_TRANSLATE, &q) ||
		    !consistent(check_translation(&q)))
			return;
		counted(1);
	}
	done();
}

/* During exec most members are not set yet. */
static const char *check_mm(const struct vmlab_mm *q)
{
	if (!q->mm_users || !q->mm_count)
		return "an mm without users";
	if (!q->map_count)
		return "an mm without VMAs";
	if (q->start_code > q->end_code)
		return "code that ends before it starts";
	if (q->start_brk > q->brk)
		return "a heap that ends before it starts";
	return q->mmap_base < q->task_size ? NULL : "an mmap_base beyond task_size";
}

static void dump_mm(void)
{
	const char *wrong;
	unsigned int tries = 0;
	struct vmlab_mm q = { .size = sizeof(q), .target = subject };
	struct vmlab_tasks t = {
		.size = sizeof(t),
		.target = subject,
		.tasks = (uintptr_t)records,
	};

	/* exec assigns members one after the other, without a lock: ask again. */
	do {
		if (!request(VMLAB_IOC_MM, &q))
			return;
		wrong = check_mm(&q);
	} while (wrong && tries++ < 100);
	if (!consistent(wrong))
		return;
	do {
		t.nr = 16;
		if (!request(VMLAB_IOC_TASKS, &t))
			return;
		counted(t.nr);
	} while (t.nr);
	done();
}

static void dump_layout(void)
{
	struct vmlab_layout q = {
		.size = sizeof(q),
		.regions = (uintptr_t)records,
		.nr = 64,
	};

	if (!request(VMLAB_IOC_LAYOUT, &q))
		return;
	counted(q.nr);
	done();
}

static const struct {
	const char *name;
	void (*dump)(void);
} dumps[] = {
	{ "LAYOUT", dump_layout },
	{ "MM, TASKS", dump_mm },
	{ "VMAS", dump_vmas },
	{ "TREE", dump_tree },
	{ "TREE_STATS", dump_tree_stats },
	{ "GAPS", dump_gaps },
	{ "GAP_STATS", dump_gap_stats },
	{ "FIND", dump_find },
	{ "FREE_AREA", dump_area },
	{ "PTES", dump_ptes },
	{ "PAGES", dump_pages },
	{ "PGTABLE_TOTALS", dump_totals },
	{ "TRANSLATE", dump_translations },
};

enum { NR = sizeof(dumps) / sizeof(dumps[0]) };

int dump_requests(struct report *to, unsigned long long until)
{
	/* No record is larger than a VMA. */
	static const size_t room = RECORDS * sizeof(struct vmlab_vma);

	report = to;
	fd = dev_open(O_RDWR);
	user_end = (1ULL << dev_info().va_bits) - page_size();
	records = malloc(room);
	strings = malloc(STRINGS);
	if (!records || !strings)
		bail("out of memory");
	for (kind = 0; kind < NR; kind++)
		report->kind[kind].name = dumps[kind].name;
	report->nr = NR;
	for (round_nr = 0; now_ms() < until; round_nr++) {
		for (size_t i = 0; i < nr_targets && now_ms() < until; i++) {
			subject.kind = VMLAB_TARGET_PID;
			subject.id = targets[i].pid;
			if (targets[i].reason[0] || !subject.id)
				continue;
			for (kind = 0; kind < NR; kind++)
				dumps[kind].dump();
		}
	}
	report->seen = seen_flags;
	return 0;
}

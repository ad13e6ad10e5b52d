/* SPDX-License-Identifier: GPL-2.0 */
/*
 * All pairs of settings of a space, backings, kinds of mappings, and operations
 * of the kernel and of the module on a part of a mapping.
 */
#ifndef SELFTESTS_PAGING_PAIRS_H
#define SELFTESTS_PAGING_PAIRS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <linux/vmlab.h>

/* Pages of a mapping that a case accesses. */
#define NR_POINTS	12

struct setting {
	const char *name;
	bool huge;
	struct vmlab_paging paging;
};

struct mapping {
	const char *name;
	int prot;
	int flags;
	size_t first;		/* page of the space */
	bool lock;		/* it is locked in memory */
};

/* A page: the version that was last written, or 0 for the backing's contents. */
struct point {
	size_t page;		/* of the mapping */
	uint64_t shared;	/* version of the frame */
	uint64_t copy;		/* version of the private copy */
	bool copied;		/* there is a private copy */
	bool unmapped;
};

struct pairs_case {
	const struct setting *setting;
	const struct mapping *mapping;
	const struct operation *op;
	uint32_t backing;
	int fd;
	int file;
	char *p;		/* the mapping under test */
	char *alias;		/* another one: shared, writable, of the whole space */
	char *extra;		/* a mapping that the operation added, unmapped at the end */
	size_t extra_pages;
	size_t pages;		/* length of both, without mapping->first */
	size_t start, end;	/* the pages that the operation is applied to */
	bool readonly;
	bool private;
	bool locked;
	bool special;
	bool mixed;		/* VM_MIXEDMAP, by VMLAB_PAGING_AROUND before 6.15 */
	uint64_t version;
	struct point point[NR_POINTS];
	unsigned int failures;
};

/* What an operation must return: 0, an errno, or one of these. */
enum { SAME = -1, ANY = -2 };

struct operation {
	const char *name;
	/* Return 0 or an errno, and change the points as the contents changed. */
	int (*apply)(struct pairs_case *c, int arg);
	int arg;
	/* In a shared, writable mapping, and in others: SAME is as in that. */
	int plain;
	int readonly;
	int private;
	int locked;
	int special;
	/* Return a reason to skip it on this kernel, or NULL. */
	const char *(*missing)(int arg);
};

#define SPAN(c)		((c)->p + (c)->start * page), \
			((c)->end - (c)->start) * page

extern const struct setting settings[];
extern const struct mapping mappings[];
extern const size_t nr_settings, nr_mappings;
extern const char *const backing_names[];
#define NR_BACKINGS	4

/* Tables of operations, each ended by one without a name. */
extern const struct operation advices[];
extern const struct operation vma_operations[];
extern const struct operation space_operations[];

/* Does this kernel have huge frames?  Without them their settings have none. */
extern bool huge_frames;

/* Print a failure of a case; the first few of all. */
void case_fails(struct pairs_case *c, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));

/* Name the case in a buffer that the next call uses again. */
const char *case_name(const struct pairs_case *c);

/* Is the combination refused by mmap(2)? */
bool refused_mapping(const struct mapping *mapping, uint32_t backing);

/* Open, configure and map; false after a failure. */
bool case_open(struct pairs_case *c);
void case_close(struct pairs_case *c);

bool in_span(const struct pairs_case *c, const struct point *pt);

/* Write new versions through the mapping where it allows, else through the alias. */
void case_touch(struct pairs_case *c);

/*
 * Write every third point through the mapping, if @access, and record it: with
 * versions from @version on.
 */
void write_points(struct pairs_case *c, uint64_t version, bool access);

/* Compare the contents of all points in both mappings with their versions. */
void case_check(struct pairs_case *c, const char *when);

/* Compare the contents of the points below @p, mapped as the mapping is. */
bool contents_match(const struct pairs_case *c, char *p, bool copies);

/* mm copies those pages of the operation that have no copy yet. */
void make_copies(struct pairs_case *c);

/* Forget the private copies of the pages of the operation. */
void lose_copies(struct pairs_case *c);

/* Open, apply, check, close: the whole case. */
void case_run(struct pairs_case *c);

#endif /* SELFTESTS_PAGING_PAIRS_H */

/* SPDX-License-Identifier: GPL-2.0 */
/* Dumps of one process after the other, all that there is, until the end. */
#ifndef SELFTESTS_DUMP_H
#define SELFTESTS_DUMP_H

#include <stdint.h>

/**
 * struct kind_count - how often one kind of dump was made
 * @name: of the request or file
 * @dumps: whole ones
 * @records: in them
 * @gone: cut short because the process had exited
 * @wrong: what could not be
 */
struct kind_count {
	const char *name;
	unsigned long dumps, records, gone, wrong;
};

enum { KINDS_MAX = 16, SAMPLES = 8 };

/**
 * struct report - of a dumper, in memory that all processes share
 * @kind: by kind
 * @nr: of them
 * @seen: VMLAB_PTE_* bits in entries
 * @sample: the first things that were wrong
 * @samples: of them
 */
struct report {
	struct kind_count kind[KINDS_MAX];
	unsigned int nr;
	uint64_t seen;
	char sample[SAMPLES][160];
	unsigned int samples;
};

/* Each goes on until now_ms() is @until, and then returns 0. */
int dump_requests(struct report *report, unsigned long long until);
int dump_files(struct report *report, unsigned long long until);

void __attribute__((format(printf, 3, 4)))
report_wrong(struct report *report, unsigned int kind, const char *fmt, ...);

#endif /* SELFTESTS_DUMP_H */

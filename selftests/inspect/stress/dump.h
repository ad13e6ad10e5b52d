/* SPDX-License-Identifier: GPL-2.0 */
/* Dump everything about one target after the other, again and again. */
#ifndef SELFTESTS_DUMP_H
#define SELFTESTS_DUMP_H

#include <stdint.h>

enum { SAMPLES = 2 };

/**
 * struct kind_count - results of one kind of dump
 * @name: of the request or file
 * @dumps: complete dumps
 * @records: in them
 * @gone: dumps cut short because the process had exited
 * @wrong: dumps with an error or an inconsistent record
 * @sample: texts of the first errors
 */
struct kind_count {
	const char *name;
	unsigned long dumps, records, gone, wrong;
	char sample[SAMPLES][160];
};

enum { KINDS_MAX = 16 };

/**
 * struct report - results of a dumper, in memory that all processes share
 * @kind: results by kind
 * @nr: number of kinds
 * @seen: VMLAB_PTE_* bits in entries
 */
struct report {
	struct kind_count kind[KINDS_MAX];
	unsigned int nr;
	uint64_t seen;
};

/* Dump until now_ms() reaches @until; return 0. */
int dump_requests(struct report *report, unsigned long long until);
int dump_files(struct report *report, unsigned long long until);

void __attribute__((format(printf, 3, 4)))
report_wrong(struct report *report, unsigned int kind, const char *fmt, ...);

#endif /* SELFTESTS_DUMP_H */

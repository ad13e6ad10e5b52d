/* SPDX-License-Identifier: GPL-2.0 */
/* When which part of an address space was accessed. */
#ifndef VMLAB_HEAT_H
#define VMLAB_HEAT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

/** struct heat_run - a stretch of memory in one interval */
struct heat_run {
	uint64_t start;
	uint64_t end;
	double heat; /* 0 to 1: the share of checks that found it accessed */
};

/** struct heat_sample - one interval */
struct heat_sample {
	double time; /* of its end, s since the start */
	double cost; /* CPU time of the measurement, s */
	struct heat_run *runs; /* in order of address */
	size_t nr;
};

/** struct heat_area - a mapping, from /proc/PID/maps */
struct heat_area {
	uint64_t start;
	uint64_t end;
	char *name; /* with its escapes */
	bool touched; /* accessed in some interval */
};

struct heat {
	pid_t pid;
	uint64_t start, end; /* the range to measure; 0, 0 for all */
	double interval; /* s */
	const char *method; /* a description of the source */
	struct heat_sample *samples;
	size_t nr_samples;
	struct heat_area *areas;
	size_t nr_areas;
	double cpu; /* CPU time of the process during the measurement, s */
	bool emulated; /* the processor is emulated, and its TLB with it */
};

/** heat_add - add a run to a sample, clipped to the range */
void heat_add(const struct heat *heat, struct heat_sample *sample,
	      uint64_t start, uint64_t end, double value);

/** heat_add_area - add a mapping, or extend it if it is known and has grown */
void heat_add_area(struct heat *heat, uint64_t start, uint64_t end,
		   const char *name);

/** heat_sort_areas - sort the mappings by address */
void heat_sort_areas(struct heat *heat);

/** heat_mark_areas - set @touched of all mappings */
void heat_mark_areas(struct heat *heat);

/** heat_cell - return the heat of a part of memory in samples @first to @last - 1 */
double heat_cell(const struct heat *heat, uint64_t start, uint64_t end,
		 size_t first, size_t last);

/** heat_cost - return the CPU time of the measurement as a share of its duration */
double heat_cost(const struct heat *heat);

/**
 * heat_misses_accesses - tell whether accesses probably do not show
 *
 * The processor sets the accessed bit of a page when it loads its translation into
 * the TLB, which the measurement does not flush: a process that stays within few
 * pages is not seen, and on an emulated processor, whose TLB is large, neither is
 * one that stays within more.
 */
bool heat_misses_accesses(const struct heat *heat);

/** struct heat_row - one line of the picture: a part of a mapping */
struct heat_row {
	const struct heat_area *area;
	uint64_t start, end;
	bool first; /* of the mapping */
	bool idle; /* a long part that was never accessed, in one line */
};

/**
 * heat_rows - divide the mappings into lines of the picture
 * @wanted: lines; there may be fewer, as lines start at pages
 * @left_out: [out] when there are more mappings that were accessed than lines: how
 *	many of them, those with the fewest accesses, have no line; NULL: each has
 *	a line, also beyond @wanted
 * @rows: [out] to be freed
 *
 * Return: the number of lines.
 */
size_t heat_rows(const struct heat *heat, size_t wanted, size_t *left_out,
		 struct heat_row **rows);

/* how many powers of ten of heat the shades tell apart */
#define HEAT_DECADES 3

/**
 * heat_shade - return the shade of a heat above 0, from 0 to 1
 *
 * Logarithmic, so that one page of many shows: 0 for 0.1% and less, 1 for 100%.
 */
double heat_shade(double heat);

/** heat_column - return the first sample of a column of the picture */
size_t heat_column(const struct heat *heat, size_t column, size_t columns);

/** heat_area_name - return the name of a mapping, without directories */
const char *heat_area_name(const struct heat_area *area);

/** heat_release - free samples and mappings */
void heat_release(struct heat *heat);

#endif /* VMLAB_HEAT_H */

/* SPDX-License-Identifier: GPL-2.0 */
/* vmlab heat: when which part of an address space was touched. */
#ifndef VMLAB_HEAT_H
#define VMLAB_HEAT_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/types.h>

#include "cli/cli.h"

/** struct heat_run - a stretch of memory in one interval */
struct heat_run {
	uint64_t start;
	uint64_t end;
	double heat; /* 0 to 1: how often it was seen touched */
};

/** struct heat_sample - one interval */
struct heat_sample {
	double time; /* of its end, s since the start */
	double cost; /* s of CPU time spent to find out */
	struct heat_run *runs; /* in order of address */
	size_t nr;
};

/** struct heat_area - a mapping, from /proc/PID/maps */
struct heat_area {
	uint64_t start;
	uint64_t end;
	char *name; /* escaped as there */
	bool touched; /* in some interval */
};

struct heat {
	pid_t pid;
	uint64_t start, end; /* what to look at; 0, 0 for all */
	double interval; /* s */
	const char *method; /* a name for people */
	struct heat_sample *samples;
	size_t nr_samples;
	struct heat_area *areas;
	size_t nr_areas;
};

/** struct heat_source - a way to find out what is touched */
struct heat_source {
	const char *name;
	const char *about; /* what it does, and to whom */
	/* an exit code, with a complaint if @must */
	int (*open)(struct heat *heat, bool must, void **state);
	/* start an interval; 0 or a negative errno */
	int (*begin)(struct heat *heat, void *state);
	/* end it: fill runs and cost */
	int (*end)(struct heat *heat, void *state, struct heat_sample *sample);
	void (*close)(void *state);
};

extern const struct heat_source heat_module, heat_damon;

/** heat_add - add a run to a sample, clipped to what is looked at */
void heat_add(const struct heat *heat, struct heat_sample *sample,
	      uint64_t start, uint64_t end, double value);

/** heat_read_areas - read the mappings again; those gone stay; 0 or -errno */
int heat_read_areas(struct heat *heat);

/** heat_mark_areas - find out which areas were touched */
void heat_mark_areas(struct heat *heat);

/** heat_cell - heat of a part of memory in a part of time, 0 to 1 */
double heat_cell(const struct heat *heat, uint64_t start, uint64_t end,
		 size_t first, size_t last);

/** heat_cost - CPU time that looking took, as a share of the time looked at */
double heat_cost(const struct heat *heat);

void heat_draw(const struct heat *heat, FILE *out, bool colour,
	       unsigned int columns, unsigned int rows);
void heat_svg(const struct heat *heat, FILE *out);
void heat_json(const struct heat *heat, FILE *out);

#endif /* VMLAB_HEAT_H */

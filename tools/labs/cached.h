/* SPDX-License-Identifier: GPL-2.0 */
/* Files in the page cache: which of their pages are cached, page by page. */
#ifndef LABS_CACHED_H
#define LABS_CACHED_H

#include <stdbool.h>

#include "labs/lab.h"

/**
 * struct lab_cached - a file and a mapping of it
 * @fd: the file
 * @nr: its pages
 * @memory: mapped shared and read-only; not touched
 */
struct lab_cached {
	int fd;
	size_t nr;
	char *memory;
};

/** lab_cached_make - make a file of @nr pages, none of them cached, without readahead */
struct lab_cached lab_cached_make(struct lab_run *run, const char *directory,
				  size_t nr);

/** lab_cached_order - return the page that lab_cached_read() reads as number @i */
size_t lab_cached_order(const struct lab_cached *file, size_t i);

/** lab_cached_read - read(2) a byte of each page, in an order that is not the file's */
void lab_cached_read(struct lab_run *run, const struct lab_cached *file);

/** lab_cached_write - write(2) a byte of each page */
void lab_cached_write(struct lab_run *run, const struct lab_cached *file);

/**
 * lab_cached_missing - count the pages that are not cached
 * @missing: [out] for each page, in the order of lab_cached_read(); may be NULL
 */
size_t lab_cached_missing(struct lab_run *run, const struct lab_cached *file,
			  bool *missing);

/** lab_cached_disorder - count the pages that are missing although an older one is cached */
size_t lab_cached_disorder(const bool *missing, size_t nr);

/** lab_cached_plot - add a series: how many of the first pages are missing */
void lab_cached_plot(struct lab_run *run, unsigned int plot, const char *name,
		     const bool *missing, size_t nr);

/** lab_cached_sectors - return the sectors read so far from the disk of a file */
double lab_cached_sectors(struct lab_run *run, int fd);

#endif /* LABS_CACHED_H */

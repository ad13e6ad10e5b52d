/* SPDX-License-Identifier: GPL-2.0 */
/* Which frames several processes share: counts over mappings of pages. */
#ifndef VMLAB_SHARING_H
#define VMLAB_SHARING_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/**
 * struct share_page - one page of one process
 * @pfn: its frame
 * @object: number of what it belongs to: a file or kind of VMA
 * @proc: number of the process
 * @mapcount: page-table entries on the machine that map the frame
 * @offset: page of the file, or UINT64_MAX for anonymous memory
 */
struct share_page {
	uint64_t pfn;
	uint64_t offset;
	uint32_t object;
	uint32_t proc;
	uint32_t mapcount;
};

/**
 * struct share_proc - a process, in frames
 * @frames: different frames that it maps
 * @private: of these, those that no other of the processes maps
 * @shared: ... and those that another one maps too
 * @elsewhere: of @private, those that yet others map, which were not asked for
 * @pss: frames, each divided by the number of entries that map it; in 1/4096
 */
struct share_proc {
	uint64_t frames;
	uint64_t private;
	uint64_t shared;
	uint64_t elsewhere;
	uint64_t pss;
};

/**
 * struct share_object - a file or a kind of VMA
 * @procs: processes that map a frame of it
 * @frames: different frames
 * @shared: of these, those that two or more of the processes map
 * @mappings: entries that map @shared, in all processes
 * @file_pages: different pages of the file, 0 for anonymous memory.  Equal to
 *	the frames with an offset when each page is in memory once
 * @file_frames: different frames with an offset
 */
struct share_object {
	uint64_t procs;
	uint64_t frames;
	uint64_t shared;
	uint64_t mappings;
	uint64_t file_pages;
	uint64_t file_frames;
};

/** struct share_report - the outcome */
struct share_report {
	struct share_proc *proc;
	struct share_object *object;
	uint64_t *pair; /* [a * nr_procs + b], a < b: frames that both map */
	size_t nr_procs;
	size_t nr_objects;
	uint64_t frames; /* different ones, in all */
	uint64_t shared;
	uint64_t mappings; /* of @shared */
};

/**
 * share_count - count
 * @pages: what is mapped; sorted by the call
 * @report: [out] to be freed by share_free()
 *
 * A frame that belongs to two objects is counted for the one with the lower
 * number.
 */
void share_count(struct share_page *pages, size_t nr, size_t nr_procs,
		 size_t nr_objects, struct share_report *report);

/** share_free - free what it holds */
void share_free(struct share_report *report);

#endif /* VMLAB_SHARING_H */

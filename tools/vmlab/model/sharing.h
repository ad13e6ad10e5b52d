/* SPDX-License-Identifier: GPL-2.0 */
/* Count which frames several processes share, from the pages that each maps. */
#ifndef VMLAB_MODEL_SHARING_H
#define VMLAB_MODEL_SHARING_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "model/snapshot.h"

/**
 * struct share_group - what pages are grouped by: a file or a kind of memory,
 * and its protection
 */
struct share_group {
	char *name;
	char perms[SNAP_PERMS_LEN];
	uint32_t dev_major, dev_minor;
	uint64_t ino;
	bool file;
};

/** struct share_groups - all of them; a group's index is the object of its pages */
struct share_groups {
	struct share_group *group;
	size_t nr, room;
};

/** share_group_of - return the index of the group of a VMA; add it when it is new */
uint32_t share_group_of(struct share_groups *groups,
			const struct snapshot *snap,
			const struct snap_vma *vma);

/** share_groups_free - free all groups */
void share_groups_free(struct share_groups *groups);

/**
 * struct share_page - one page of one process
 * @pfn: its frame
 * @object: the number of its group
 * @proc: the number of the process
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
 * @private: of @frames, those that no other of the processes maps
 * @shared: of @frames, those that another of the processes maps too
 * @elsewhere: of @private, those that processes outside the request map
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

/** struct share_pages - the pages of all processes */
struct share_pages {
	struct share_page *page;
	size_t nr, room;
};

/** share_add_page - append a page */
void share_add_page(struct share_pages *pages, const struct share_page *page);

/**
 * share_count - count frames by process, by group and by pair of processes
 * @pages: the pages of all processes; sorted by frame by the call
 * @report: [out] to be freed by share_free()
 *
 * A frame with pages of two groups is counted for the group with the lower
 * number.
 */
void share_count(struct share_page *pages, size_t nr, size_t nr_procs,
		 size_t nr_objects, struct share_report *report);

/**
 * share_sorted_objects - list the groups that have shared frames, most first
 * @unshared: then those that have none but other frames, most first
 * @nr: [out] how many
 *
 * Return: their numbers; to be freed by the caller.
 */
size_t *share_sorted_objects(const struct share_report *report, bool unshared,
			     size_t *nr);

/**
 * share_frames - list the frames of a group that are shared
 * @pages: as share_count() left them: sorted by frame
 * @nr: [out] how many
 *
 * Return: page frame numbers; to be freed by the caller.
 */
uint64_t *share_frames(const struct share_pages *pages, uint32_t object,
		       size_t *nr);

/** share_free - free the contents of a report */
void share_free(struct share_report *report);

#endif /* VMLAB_MODEL_SHARING_H */

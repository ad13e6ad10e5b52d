/* SPDX-License-Identifier: GPL-2.0 */
/* Page replacement: reference strings, a simulation of the theory, and the real thing. */
#ifndef LABS_REPLACEMENT_H
#define LABS_REPLACEMENT_H

#include "labs/lab.h"

enum { LAB_FRAMES_MAX = 256, LAB_LIST = 128 };

/**
 * lab_simulate - count the faults of a reference string, as a textbook does
 * @policy: VMLAB_POLICY_FIFO, _CLOCK, _LRU, _LFU or _OPT
 * @frames: frames, 1 to LAB_FRAMES_MAX, empty at the start
 * @string: the pages referenced
 * @nr: references
 *
 * For predictions: it uses neither the module nor its code.
 */
uint64_t lab_simulate(uint32_t policy, size_t frames, const uint64_t *string,
		      size_t nr);

/**
 * lab_simulate_list - lab_simulate() for several budgets
 * @frames: the budgets
 * @nr_frames: how many
 * @text: [out] the faults as "20 18 15"
 */
void lab_simulate_list(uint32_t policy, const size_t *frames, size_t nr_frames,
		       const uint64_t *string, size_t nr,
		       char text[LAB_LIST]);

/** lab_list_append - append a number to a list such as "20 18 15" */
void lab_list_append(char text[LAB_LIST], uint64_t number);

/** lab_string_loop - write @pages pages from @first on, @rounds times; return how many */
size_t lab_string_loop(uint64_t *string, uint64_t first, uint64_t pages,
		       uint64_t rounds);

/** lab_working_set - return the distinct pages of the last @window references before @end */
size_t lab_working_set(const uint64_t *string, size_t end, size_t window);

/** lab_string_pages - return the pages that a space needs for a string: highest + 1 */
uint64_t lab_string_pages(const uint64_t *string, size_t nr);

/**
 * struct lab_paging - the memory to play a reference string in
 * @space: a space of /dev/vmlab
 * @memory: its mapping
 * @length: bytes of it
 */
struct lab_paging {
	struct vmlab_space *space;
	char *memory;
	size_t length;
};

/**
 * lab_paging_open - make and map a space with a budget
 * @policy, @policy_id: as in struct vmlab_paging
 * @frames: the budget
 * @flags: VMLAB_PAGING_STEPPING or 0
 * @string, @nr: the references to come: they size the space, and are the trace
 *	of VMLAB_POLICY_OPT
 */
struct lab_paging lab_paging_open(struct lab_run *run, uint32_t policy,
				  uint32_t policy_id, uint64_t frames,
				  uint32_t flags, const uint64_t *string,
				  size_t nr);

/** lab_paging_play - read one byte of each page of a string, in order */
void lab_paging_play(struct lab_run *run, const struct lab_paging *paging,
		     const uint64_t *string, size_t nr);

/** lab_paging_delay - let each fault wait, as it would for a disk */
void lab_paging_delay(struct lab_run *run, const struct lab_paging *paging,
		      uint32_t microseconds);

/**
 * lab_paging_timeline - play a string and plot its faults over time
 * @from, @to: the part of the string to play, a multiple of @window long
 * @window: references of a point
 * @plot: gets a series "faults" and a series of the working set at its first call
 *
 * Return: the faults.
 */
uint64_t lab_paging_timeline(struct lab_run *run, const struct lab_paging *paging,
			     const uint64_t *string, size_t from, size_t to,
			     size_t window, unsigned int plot);

/** lab_paging_faults - return the pages filled so far: faults as a textbook counts them */
uint64_t lab_paging_faults(struct lab_run *run, const struct lab_paging *paging);

/** lab_paging_close - unmap and free the space */
void lab_paging_close(struct lab_paging *paging);

/** lab_paging_run - open, play, close; return the faults */
uint64_t lab_paging_run(struct lab_run *run, uint32_t policy, uint64_t frames,
			uint32_t flags, const uint64_t *string, size_t nr);

#endif /* LABS_REPLACEMENT_H */

/* SPDX-License-Identifier: GPL-2.0 */
/* Requests to /dev/vmlab, made raw: the tests do not trust libvmlab. */
#ifndef SELFTESTS_DEV_H
#define SELFTESTS_DEV_H

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include <linux/vmlab.h>

#define DEBUGFS		"/sys/kernel/debug/vmlab"

/* Open the device or end the test; the size of a page. */
int dev_open(int flags);
size_t page_size(void);

/* End the test on failure: for use where the request itself is not tested. */
struct vmlab_info dev_info(void);
const struct vmlab_flag_names *dev_flag_names(int fd, unsigned int kind);
struct vmlab_space_stats space_stats(int fd);
uint64_t space_id(int fd);

/* -1 and errno on failure. */
int space_set_bytes(int fd, uint64_t bytes);
int get_mm(int fd, uint32_t kind, int32_t id, struct vmlab_mm *mm);

/*
 * All tasks that share the target's mm; -1 and errno on failure, else their
 * number and in *@tasks an array to free().
 */
ssize_t get_tasks(int fd, uint32_t kind, int32_t id, struct vmlab_task **tasks);

/* A whole walk: records, and names or NULL for what was cut. */
struct vma_list {
	size_t nr, room;
	uint32_t map_count;
	struct vmlab_vma *vma;
	const char **name;
	const char **ops;
	char **strings;		/* of each call, which the names are in */
	size_t calls;
};

/*
 * Walk all VMAs, @batch records and @strings_size bytes of names a call.  0,
 * or -1 and errno; EPROTO when an answer breaks the contract of the cursor.
 */
int get_vmas(int fd, uint32_t kind, int32_t id, uint32_t batch,
	     uint32_t strings_size, struct vma_list *list);
void free_vmas(struct vma_list *list);

/* Map pages of @fd or end the test. */
char *map_pages(int fd, size_t pages, int prot, int flags, off_t page);

/* Sum of frames that the module holds, from debugfs; ends the test on error. */
unsigned long long module_frames(void);

#endif /* SELFTESTS_DEV_H */

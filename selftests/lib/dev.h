/* SPDX-License-Identifier: GPL-2.0 */
/* Requests to /dev/vmlab by ioctl(2): libvmlab is tested, not used, here. */
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

/* These end the test on failure: use them where the request is not tested. */
struct vmlab_info dev_info(void);
const struct vmlab_flag_names *dev_flag_names(int fd, unsigned int kind);
struct vmlab_space_stats space_stats(int fd);

/* The sum of the outcomes that the statistics count, which are all faults. */
uint64_t fault_outcomes(const struct vmlab_space_stats *stats);
uint64_t space_id(int fd);

/* -1 and errno on failure. */
int space_set_bytes(int fd, uint64_t bytes);
int get_mm(int fd, uint32_t kind, int32_t id, struct vmlab_mm *mm);

/*
 * All tasks that share the target's mm; -1 and errno on failure, else their
 * number and in *@tasks an array to free().
 */
ssize_t get_tasks(int fd, uint32_t kind, int32_t id, struct vmlab_task **tasks);

/* All VMAs: records, and names, which are NULL where they were cut. */
struct vma_list {
	size_t nr, room;
	uint32_t map_count;
	struct vmlab_vma *vma;
	const char **name;
	const char **ops;
	char **strings;		/* the buffer of each call holds the names */
	size_t calls;
};

/*
 * Get all VMAs, @batch records and @strings_size bytes of names a call.  0, or
 * -1 and errno; EPROTO when an answer breaks the rules of the cursor.
 */
int get_vmas(int fd, uint32_t kind, int32_t id, uint32_t batch,
	     uint32_t strings_size, struct vma_list *list);
void free_vmas(struct vma_list *list);

/* Map pages of @fd or end the test. */
char *map_pages(int fd, size_t pages, int prot, int flags, off_t page);

/* Map the first pages of @fd shared, for reading and writing. */
char *map_shared(int fd, size_t pages);
void unmap_and_close(int fd, void *p, size_t pages);

/* Return how many frames the module holds, or end the test. */
unsigned long long module_frames(void);

#endif /* SELFTESTS_DEV_H */

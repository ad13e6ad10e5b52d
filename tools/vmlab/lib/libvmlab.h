/* SPDX-License-Identifier: GPL-2.0 */
/*
 * libvmlab: a process's address space as the kernel holds it, from C.
 *
 * A thin library over the requests of /dev/vmlab.  What the records mean is
 * said once, in <linux/vmlab.h>; this header says how to get them.
 *
 * Conventions
 * - A function that can fail returns 0 or a positive value for success and a
 *   negative errno for failure; it leaves errno undefined and never prints.
 *   vmlab_explain() turns the number into a sentence.
 * - Handles are opaque, made by an _open function and freed by the _close
 *   function of the same name, which accepts NULL.
 * - There is no hidden state.  A struct vmlab does not change once it is open
 *   and may be used by many threads; any other handle by one at a time.
 * - A request that a signal interrupted is made again.
 * - Addresses and lengths are bytes, ranges are half open: [start, end).
 *
 * Example: the VMAs of a process
 *
 *	struct vmlab *lab;
 *	struct vmlab_proc *proc;
 *	struct vmlab_vmas_iter *it;
 *	const struct vmlab_vma *vma;
 *	int err;
 *
 *	err = vmlab_open(&lab);
 *	...
 *	err = vmlab_proc_open(lab, pid, &proc);
 *	...
 *	err = vmlab_vmas_open(proc, 0, 0, &it);
 *	...
 *	while ((err = vmlab_vmas_next(it, &vma)) > 0)
 *		printf("%llx-%llx %s\n", vma->start, vma->end,
 *		       vmlab_vmas_name(it, vma));
 *	vmlab_vmas_close(it);
 *	vmlab_proc_close(proc);
 *	vmlab_close(lab);
 */
#ifndef LIBVMLAB_H
#define LIBVMLAB_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include <linux/vmlab.h>

#ifdef __cplusplus
extern "C" {
#endif

/* --- the device ----------------------------------------------------------- */

/** struct vmlab - the open device, what it can do and what its bits are called */
struct vmlab;

/**
 * vmlab_open - open /dev/vmlab for questions
 * @lab: [out] the handle
 *
 * Reads the module's version, features and flag names, which stay fixed while
 * the handle is open.  The file descriptor is close-on-exec.
 *
 * Return: 0, or
 *   -ENOENT, -ENODEV, -ENXIO  the module is not loaded
 *   -EACCES, -EPERM           no permission to open the device
 *   -EPROTO                   the module speaks another VMLAB_ABI_VERSION
 *   -ENOTTY                   the device is not vmlab's
 *   -ENOMEM, -EMFILE, ...     as open(2)
 */
int vmlab_open(struct vmlab **lab);

/** vmlab_close - close the device; handles made from @lab must be closed first */
void vmlab_close(struct vmlab *lab);

/**
 * vmlab_fd - the descriptor behind @lab, for a request without a wrapper here
 *
 * It stays the library's: do not close it.
 */
int vmlab_fd(const struct vmlab *lab);

/** vmlab_info_get - versions, features and geometry, read when @lab was opened */
const struct vmlab_info *vmlab_info_get(const struct vmlab *lab);

/** vmlab_page_size - bytes of a page */
uint64_t vmlab_page_size(const struct vmlab *lab);

/** vmlab_has_feature - whether all bits of @feature (VMLAB_FEAT_*) are usable */
bool vmlab_has_feature(const struct vmlab *lab, uint64_t feature);

/**
 * vmlab_feature_name - what bit @bit of vmlab_info.features is called
 *
 * Return: the name, or "" for a bit without meaning or above 63.
 */
const char *vmlab_feature_name(const struct vmlab *lab, unsigned int bit);

/**
 * vmlab_vm_flag_name - what bit @bit of vm_flags is called on this kernel
 *
 * Lower case, as in include/linux/mm.h without VM_: "mayread", "pfnmap".
 *
 * Return: the name, or "" for a bit without meaning or above 63.
 */
const char *vmlab_vm_flag_name(const struct vmlab *lab, unsigned int bit);

/**
 * vmlab_vm_flag_mnemonic - the two letters for a bit in /proc/PID/smaps
 *
 * See "VmFlags" in proc_pid_smaps(5).
 *
 * Return: the letters, or "" when smaps does not show the bit.
 */
const char *vmlab_vm_flag_mnemonic(const struct vmlab *lab, unsigned int bit);

/**
 * vmlab_vm_flag_bit - the bit of vm_flags that is called @name
 * @name: a name or a mnemonic, in any case
 *
 * Return: 0 to 63, or -ENOENT when this kernel has no such flag.
 */
int vmlab_vm_flag_bit(const struct vmlab *lab, const char *name);

/**
 * vmlab_vm_flags_text - vm_flags in words, separated by spaces
 * @flags: the bits, as in vmlab_vma.vm_flags
 * @buf: [out] the words, always NUL-terminated when @size is not 0
 * @size: bytes at @buf; VMLAB_FLAGS_TEXT_MAX holds every set of flags
 *
 * A set bit without a name is written "bitN".
 *
 * Return: the length that a large enough buffer would hold, as snprintf(3).
 */
size_t vmlab_vm_flags_text(const struct vmlab *lab, uint64_t flags, char *buf,
			   size_t size);

#define VMLAB_FLAGS_TEXT_MAX (64 * 20)

/**
 * vmlab_pte_flag_name - what bit @bit of VMLAB_PTE_* is called
 *
 * Return: the name, or "" for a bit without meaning, for one above 63, and for
 * any when the module is older than page tables.
 */
const char *vmlab_pte_flag_name(const struct vmlab *lab, unsigned int bit);

/** vmlab_pte_flag_bit - the bit of VMLAB_PTE_* called @name, or -ENOENT */
int vmlab_pte_flag_bit(const struct vmlab *lab, const char *name);

/** vmlab_pte_flags_text - VMLAB_PTE_* in words, as vmlab_vm_flags_text() */
size_t vmlab_pte_flags_text(const struct vmlab *lab, uint64_t flags, char *buf,
			    size_t size);

/**
 * vmlab_page_flag_name - what bit @bit of vmlab_page.page_flags is called
 *
 * Return: the name, or "" as vmlab_pte_flag_name().
 */
const char *vmlab_page_flag_name(const struct vmlab *lab, unsigned int bit);

/** vmlab_page_flags_text - page flags in words, as vmlab_vm_flags_text() */
size_t vmlab_page_flags_text(const struct vmlab *lab, uint64_t flags, char *buf,
			     size_t size);

/* --- whose address space --------------------------------------------------- */

/** struct vmlab_proc - a process (or thread) to ask about */
struct vmlab_proc;

/**
 * vmlab_proc_open - name a process by pid
 * @lab: an open device, which must outlive @proc
 * @pid: a pid or tid in the caller's pid namespace, or 0 for the caller
 * @proc: [out] the handle
 *
 * Where the kernel allows it (VMLAB_FEAT_PIDFD), @proc holds on to the process
 * with a pidfd: when the process exits and its pid is used again, requests
 * fail with -ESRCH instead of telling about a stranger.  A thread other than
 * the first, and any target on an older kernel, is named by number.
 *
 * A process may always be asked about itself; others need CAP_SYS_PTRACE in
 * the user namespace of the target's mm.  Requests on @proc check it, not this
 * function.
 *
 * Return: 0, -EINVAL for a negative @pid, -ESRCH for one that does not exist,
 * -ENOMEM, or as pidfd_open(2).
 */
int vmlab_proc_open(const struct vmlab *lab, pid_t pid,
		    struct vmlab_proc **proc);

/**
 * vmlab_proc_open_pidfd - name a process by a pidfd of the caller's
 * @pidfd: from pidfd_open(2) or clone(2); it is duplicated
 *
 * Return: 0, -EOPNOTSUPP without VMLAB_FEAT_PIDFD, -EBADF, -ENOMEM or -EMFILE.
 * That @pidfd is no pidfd is found out by the first request: -EBADF.
 */
int vmlab_proc_open_pidfd(const struct vmlab *lab, int pidfd,
			  struct vmlab_proc **proc);

/** vmlab_proc_close - forget the process; its iterators must be closed first */
void vmlab_proc_close(struct vmlab_proc *proc);

/** vmlab_proc_pid - the pid that @proc was opened with, 0 for self or a pidfd */
pid_t vmlab_proc_pid(const struct vmlab_proc *proc);

/**
 * vmlab_mm_get - the process's struct mm_struct
 * @mm: [out] every member is set
 *
 * For a kernel thread (VMLAB_MM_KTHREAD) this succeeds and says whose mm it
 * borrows; the rest is zero.
 *
 * Return: 0, or -ESRCH, -EPERM, -EBADF as at struct vmlab_target.
 */
int vmlab_mm_get(const struct vmlab_proc *proc, struct vmlab_mm *mm);

/* --- iterators -------------------------------------------------------------- */

/** struct vmlab_tasks_iter - a walk over the tasks that share one mm */
struct vmlab_tasks_iter;

/**
 * vmlab_tasks_open - start a walk over the tasks that share the mm of @proc
 * @proc: must outlive the iterator
 * @it: [out] the iterator
 *
 * Return: 0 or -ENOMEM.  Errors about the target come from vmlab_tasks_next().
 */
int vmlab_tasks_open(const struct vmlab_proc *proc,
		     struct vmlab_tasks_iter **it);

/**
 * vmlab_tasks_next - the next task
 * @task: [out] valid until the next call on @it
 *
 * Return: 1 for a task, 0 at the end, -ESRCH, -EPERM, -EBADF, or -ENXIO for a
 * kernel thread, which has no mm.
 */
int vmlab_tasks_next(struct vmlab_tasks_iter *it,
		     const struct vmlab_task **task);

/** vmlab_tasks_close - end the walk */
void vmlab_tasks_close(struct vmlab_tasks_iter *it);

/** struct vmlab_vmas_iter - a walk over VMAs, many a request */
struct vmlab_vmas_iter;

/**
 * vmlab_vmas_open - start a walk over the VMAs that overlap [@start, @end)
 * @proc: must outlive the iterator
 * @start: lowest address of interest, bytes
 * @end: first address that is not, or 0 for no limit
 * @it: [out] the iterator
 *
 * VMAs come by rising address.  While the target changes its address space, a
 * VMA is never reported twice and one that stays is never missed.
 *
 * Return: 0, -EINVAL when @end is not 0 and not above @start, or -ENOMEM.
 * Errors about the target come from vmlab_vmas_next().
 */
int vmlab_vmas_open(const struct vmlab_proc *proc, uint64_t start, uint64_t end,
		    struct vmlab_vmas_iter **it);

/**
 * vmlab_vmas_next - the next VMA
 * @vma: [out] valid until the next call on @it
 *
 * The buffer for names grows until every name fits; VMLAB_VMA_NAME_CUT stays
 * set only when one is longer than any the kernel makes.
 *
 * Return: 1 for a VMA, 0 at the end, -ESRCH (also when the target exits during
 * the walk), -EPERM, -EBADF, -ENXIO for a kernel thread, which has no mm,
 * -ENOMEM, or -EPROTO for an answer that breaks the rules of <linux/vmlab.h>.
 */
int vmlab_vmas_next(struct vmlab_vmas_iter *it, const struct vmlab_vma **vma);

/**
 * vmlab_vmas_name - the name of the VMA that @it returned last
 *
 * Bytes as the kernel has them: a path may hold any but NUL.
 *
 * Return: the path, "[heap]" or such, or "" without a name; never NULL.
 */
const char *vmlab_vmas_name(const struct vmlab_vmas_iter *it,
			    const struct vmlab_vma *vma);

/**
 * vmlab_vmas_ops - the symbol of its vm_ops
 *
 * Return: the symbol, "" for anonymous memory, "?" when the kernel does not
 * know the names of its data (no CONFIG_KALLSYMS_ALL); never NULL.
 */
const char *vmlab_vmas_ops(const struct vmlab_vmas_iter *it,
			   const struct vmlab_vma *vma);

/** vmlab_vmas_map_count - VMAs that the mm had at the last request, 0 before */
uint64_t vmlab_vmas_map_count(const struct vmlab_vmas_iter *it);

/** vmlab_vmas_close - end the walk */
void vmlab_vmas_close(struct vmlab_vmas_iter *it);

/* --- the maple tree ---------------------------------------------------------- */

/** struct vmlab_tree_iter - a walk over the maple tree, depth first */
struct vmlab_tree_iter;

/**
 * vmlab_tree_open - start a walk over the tree that holds the VMAs
 * @proc: must outlive the iterator
 * @it: [out] the iterator
 *
 * Return: 0 or -ENOMEM.  Errors about the target come from vmlab_tree_next().
 */
int vmlab_tree_open(const struct vmlab_proc *proc, struct vmlab_tree_iter **it);

/**
 * vmlab_tree_next - the next node, or slot of a leaf
 * @item: [out] valid until the next call on @it
 *
 * Items with VMLAB_TREE_AGAIN are handed on: they are ancestors of what comes
 * next in a tree that changed, see struct vmlab_tree.
 *
 * Return: 1 for an item, 0 at the end, -ESRCH, -EPERM, -EBADF, -ENXIO for a
 * kernel thread, or -EPROTO for an answer that breaks the rules.
 */
int vmlab_tree_next(struct vmlab_tree_iter *it,
		    const struct vmlab_tree_item **item);

/** vmlab_tree_map_count - VMAs that the mm had at the last request, 0 before */
uint64_t vmlab_tree_map_count(const struct vmlab_tree_iter *it);

/** vmlab_tree_depth - levels of nodes at the last request, 0 before */
unsigned int vmlab_tree_depth(const struct vmlab_tree_iter *it);

/**
 * vmlab_tree_flags - VMLAB_TREE_CHANGED and _NO_GENERATION of all requests
 *
 * Without VMLAB_TREE_CHANGED, all items so far are of one moment.
 */
uint32_t vmlab_tree_flags(const struct vmlab_tree_iter *it);

/** vmlab_tree_close - end the walk */
void vmlab_tree_close(struct vmlab_tree_iter *it);

/** vmlab_tree_stats_get - totals of the tree; 0 or a negative errno */
int vmlab_tree_stats_get(const struct vmlab_proc *proc,
			 struct vmlab_tree_stats *stats);

/* --- free ranges and lookups -------------------------------------------------- */

/** struct vmlab_gaps_iter - a walk over the free ranges of the user half */
struct vmlab_gaps_iter;

/**
 * vmlab_gaps_open - start a walk over what is free in [@start, @end)
 * @proc: must outlive the iterator
 * @start: 0, or vm.mmap_min_addr to leave out what mmap(2) never gives
 * @end: 0 for the end of the user half
 * @it: [out] the iterator
 *
 * Return: 0, -EINVAL when @end is not 0 and not above @start, or -ENOMEM.
 */
int vmlab_gaps_open(const struct vmlab_proc *proc, uint64_t start, uint64_t end,
		    struct vmlab_gaps_iter **it);

/**
 * vmlab_gaps_next - the next free range, by rising address
 * @gap: [out] valid until the next call on @it
 *
 * Return: 1, 0 at the end, or an error as vmlab_tree_next().
 */
int vmlab_gaps_next(struct vmlab_gaps_iter *it, const struct vmlab_gap **gap);

/** vmlab_gaps_map_count - VMAs that the mm had at the last request, 0 before */
uint64_t vmlab_gaps_map_count(const struct vmlab_gaps_iter *it);

/** vmlab_gaps_flags - VMLAB_GUARD_ASSUMED, when a request so far said it */
uint32_t vmlab_gaps_flags(const struct vmlab_gaps_iter *it);

/** vmlab_gaps_close - end the walk */
void vmlab_gaps_close(struct vmlab_gaps_iter *it);

/**
 * vmlab_gap_stats_get - totals of the free ranges of [@start, @end)
 * @start, @end: as vmlab_gaps_open()
 *
 * Return: 0 or a negative errno.
 */
int vmlab_gap_stats_get(const struct vmlab_proc *proc, uint64_t start,
			uint64_t end, struct vmlab_gap_stats *stats);

/**
 * vmlab_free_area_get - where would mmap(2) map?
 * @area: [in] @length, @alignment, @min_addr and @flags
 *	[out] the rest, see struct vmlab_free_area
 *
 * Return: 0, -EINVAL for @length or @alignment, -ENOMEM when no free range is
 * large enough, or another negative errno.
 */
int vmlab_free_area_get(const struct vmlab_proc *proc,
			struct vmlab_free_area *area);

/**
 * vmlab_find_get - look up an address or a range
 * @start: the address
 * @end: the end of the range, or 0 for @start + 1
 * @find: [out] the answers
 * @strings: [out] their names, for vmlab_find_name()
 *
 * Return: 0, -EINVAL when @end is not above @start, or another negative errno.
 */
int vmlab_find_get(const struct vmlab_proc *proc, uint64_t start, uint64_t end,
		   struct vmlab_find *find,
		   char strings[VMLAB_FIND_STRINGS_MIN]);

/**
 * vmlab_find_name, vmlab_find_ops - of find->vma[@which], as vmlab_vmas_name()
 *
 * Return: the string, "" when there is none or that VMA was not found.
 */
const char *vmlab_find_name(const struct vmlab_find *find, const char *strings,
			    unsigned int which);
const char *vmlab_find_ops(const struct vmlab_find *find, const char *strings,
			   unsigned int which);

/**
 * vmlab_layout_get - the regions of the machine's virtual address space
 * @regions: [out] to be freed by the caller; names are NUL-terminated
 * @nr: [out] how many
 *
 * Return: 0, -EOPNOTSUPP when they are not known for the architecture, or
 * -ENOMEM.
 */
int vmlab_layout_get(const struct vmlab *lab, struct vmlab_region **regions,
		     size_t *nr);

/* --- page tables ---------------------------------------------------------------- */

/**
 * struct vmlab_pt_query - what to report of page tables
 * @start, @end: the range, multiples of the page size; @end 0 for no limit
 * @flags: VMLAB_PTES_*; 0 for pages
 * @category_inverted, @category_mask, @category_anyof_mask: the filter, see
 *	struct vmlab_ptes
 * @return_mask: VMLAB_PTE_* to report, 0 for all; asks for less work when it
 *	has none of ZERO, ANON, FILE, EXCLUSIVE
 *
 * All zero asks for everything.
 */
struct vmlab_pt_query {
	uint64_t start;
	uint64_t end;
	uint32_t flags;
	uint64_t category_inverted;
	uint64_t category_mask;
	uint64_t category_anyof_mask;
	uint64_t return_mask;
};

/** struct vmlab_ptes_iter - a walk over page-table entries */
struct vmlab_ptes_iter;

/**
 * vmlab_ptes_open - start a walk over page-table entries
 * @proc: must outlive the iterator
 * @query: what to report, NULL for everything; it is copied
 * @it: [out] the iterator
 *
 * Return: 0 or -ENOMEM.  Other errors come from vmlab_ptes_next().
 */
int vmlab_ptes_open(const struct vmlab_proc *proc,
		    const struct vmlab_pt_query *query,
		    struct vmlab_ptes_iter **it);

/**
 * vmlab_ptes_next - the next run of entries
 * @pte: [out] valid until the next call on @it
 *
 * Return: 1 for a run, 0 at the end, -EINVAL for the query, -EOPNOTSUPP without
 * VMLAB_FEAT_PGTABLE, or an error as vmlab_tree_next().
 */
int vmlab_ptes_next(struct vmlab_ptes_iter *it, const struct vmlab_pte **pte);

/**
 * vmlab_ptes_result - VMLAB_PT_HIDDEN, when a request so far said it
 *
 * Then raw entries, physical addresses and swap locations are zero: the caller
 * has no CAP_SYS_ADMIN.
 */
uint32_t vmlab_ptes_result(const struct vmlab_ptes_iter *it);

/** vmlab_ptes_tables_read - page tables copied so far: what the walk cost */
uint64_t vmlab_ptes_tables_read(const struct vmlab_ptes_iter *it);

/** vmlab_ptes_close - end the walk */
void vmlab_ptes_close(struct vmlab_ptes_iter *it);

/** struct vmlab_pages_iter - a walk over pages and their frames */
struct vmlab_pages_iter;

/** vmlab_pages_open - start a walk over pages, as vmlab_ptes_open() */
int vmlab_pages_open(const struct vmlab_proc *proc,
		     const struct vmlab_pt_query *query,
		     struct vmlab_pages_iter **it);

/** vmlab_pages_next - the next page, as vmlab_ptes_next() */
int vmlab_pages_next(struct vmlab_pages_iter *it,
		     const struct vmlab_page **page);

/** vmlab_pages_result - as vmlab_ptes_result(); facts of frames are zero then */
uint32_t vmlab_pages_result(const struct vmlab_pages_iter *it);

/** vmlab_pages_tables_read - as vmlab_ptes_tables_read() */
uint64_t vmlab_pages_tables_read(const struct vmlab_pages_iter *it);

/** vmlab_pages_close - end the walk */
void vmlab_pages_close(struct vmlab_pages_iter *it);

/**
 * vmlab_translate_get - walk the page tables for one address, step by step
 * @addr: any address of the user half
 * @translation: [out] every member is set
 *
 * Return: 0 however the walk ends (vmlab_translation.outcome says it), -EINVAL
 * when @addr is not in the user half, or an error as vmlab_ptes_next().
 */
int vmlab_translate_get(const struct vmlab_proc *proc, uint64_t addr,
			struct vmlab_translation *translation);

/** vmlab_pgtable_totals_get - page tables in sum; errors as vmlab_ptes_next() */
int vmlab_pgtable_totals_get(const struct vmlab_proc *proc,
			     struct vmlab_pgtable_totals *totals);

/* --- a space ---------------------------------------------------------------- */

/** struct vmlab_space - an open file of /dev/vmlab: memory to map and watch */
struct vmlab_space;

/**
 * vmlab_space_open - make a new, empty space
 * @bytes: its length, a multiple of the page size, or 0 for no limit
 * @space: [out] the handle
 *
 * Return: 0, -EINVAL or -EFBIG for @bytes, or as vmlab_open().
 */
int vmlab_space_open(uint64_t bytes, struct vmlab_space **space);

/**
 * vmlab_space_close - close the file
 *
 * Mappings stay, and with them the space, until they are unmapped.
 */
void vmlab_space_close(struct vmlab_space *space);

/** vmlab_space_fd - the descriptor, for mmap(2), SCM_RIGHTS and the like */
int vmlab_space_fd(const struct vmlab_space *space);

/** vmlab_space_get - read the configuration; 0 or a negative errno */
int vmlab_space_get(const struct vmlab_space *space,
		    struct vmlab_space_config *config);

/**
 * vmlab_space_set - change the configuration
 * @config: only @flags, @bytes and @backing are used
 *
 * Return: 0, or a negative errno as at struct vmlab_space_config.
 */
int vmlab_space_set(const struct vmlab_space *space,
		    const struct vmlab_space_config *config);

/** vmlab_space_stats_get - what happened so far; 0 or a negative errno */
int vmlab_space_stats_get(const struct vmlab_space *space,
			  struct vmlab_space_stats *stats);

/**
 * vmlab_space_map - map a part of the space
 * @offset: first byte of the space, a multiple of the page size
 * @length: bytes; it may reach beyond the end of the space, where a touch is
 *	answered with SIGBUS
 * @prot: PROT_* of mmap(2)
 * @flags: MAP_SHARED or MAP_PRIVATE, and other MAP_* that mmap(2) takes
 * @addr: [out] where
 *
 * Unmap it with munmap(2).
 *
 * Return: 0 or a negative errno of mmap(2).
 */
int vmlab_space_map(const struct vmlab_space *space, uint64_t offset,
		    size_t length, int prot, int flags, void **addr);

/* --- the paging laboratory -------------------------------------------------- */

/** vmlab_space_paging_get - budget, policy and prefetch; 0 or a negative errno */
int vmlab_space_paging_get(const struct vmlab_space *space,
			   struct vmlab_paging *paging);

/**
 * vmlab_space_paging_set - change them, also while the space is in use
 * @paging: its size need not be set
 *
 * Return: 0 or a negative errno, see struct vmlab_paging.
 */
int vmlab_space_paging_set(const struct vmlab_space *space,
			   const struct vmlab_paging *paging);

/** vmlab_space_paging_stats_get - who came and went; 0 or a negative errno */
int vmlab_space_paging_stats_get(const struct vmlab_space *space,
				 struct vmlab_paging_stats *stats);

/**
 * vmlab_space_backing_set - where contents come from
 * @backing: VMLAB_BACKING_*
 * @fd: with VMLAB_BACKING_FILE the file, open for reading and writing
 * @offset: where in it the space begins, a multiple of the page size
 *
 * Return: 0 or a negative errno, see struct vmlab_backing_config.
 */
int vmlab_space_backing_set(const struct vmlab_space *space, uint32_t backing,
			    int fd, uint64_t offset);

/**
 * vmlab_space_range - move the frames of a range by hand
 * @op: VMLAB_RANGE_*
 * @start: first byte in the space, a multiple of the page size
 * @end: the byte after the last one, likewise
 * @result: [out] what was done, also on failure; may be NULL
 *
 * Return: 0 or a negative errno, see struct vmlab_range.
 */
int vmlab_space_range(const struct vmlab_space *space, uint32_t op,
		      uint64_t start, uint64_t end, struct vmlab_range *result);

/**
 * vmlab_space_dirty - which pages were written
 * @flags: VMLAB_DIRTY_*
 * @start: first byte in the space, a multiple of the page size
 * @end: the byte after the last one, likewise
 * @bitmap: [out] a bit for each page of the range; NULL to only count
 * @nr: [out] how many; may be NULL
 *
 * Return: 0 or a negative errno, see struct vmlab_dirty.
 */
int vmlab_space_dirty(const struct vmlab_space *space, uint32_t flags,
		      uint64_t start, uint64_t end, uint64_t *bitmap,
		      uint64_t *nr);

/**
 * vmlab_space_inject_set - replace the rules of injection
 * @rules: the rules
 * @nr: how many; 0 removes all
 *
 * Return: 0 or a negative errno, see struct vmlab_inject.
 */
int vmlab_space_inject_set(const struct vmlab_space *space,
			   const struct vmlab_inject_rule *rules, uint32_t nr);

/**
 * vmlab_space_inject_get - the rules, and how often they matched and hit
 * @rules: [out] as many as there is room for
 * @nr: [in] room in @rules [out] rules that there are
 *
 * Return: 0 or a negative errno.
 */
int vmlab_space_inject_get(const struct vmlab_space *space,
			   struct vmlab_inject_rule *rules, uint32_t *nr);

/**
 * vmlab_space_events_set - which events to record
 * @mask: 1 << VMLAB_EVENT_*; 0 for none
 * @nr: how many to keep until they are read; 0 with @mask 0
 *
 * Return: 0 or a negative errno, see struct vmlab_events.
 */
int vmlab_space_events_set(const struct vmlab_space *space, uint32_t mask,
			   uint32_t nr);

/**
 * vmlab_space_events_read - take events out
 * @events: [out] the events
 * @nr: room for so many, at least 1
 *
 * Waits for one unless the descriptor is O_NONBLOCK.
 *
 * Return: how many, or a negative errno, such as -EAGAIN for none yet.
 */
ssize_t vmlab_space_events_read(const struct vmlab_space *space,
				struct vmlab_event *events, size_t nr);

/* --- paging policies -------------------------------------------------------- */

/**
 * vmlab_policies_get - the policies in BPF that are loaded
 * @infos: [out] an array to free(3)
 * @nr: [out] records in it
 *
 * Return: 0, -EOPNOTSUPP without VMLAB_FEAT_STRUCT_OPS, or another negative
 * errno.
 */
int vmlab_policies_get(const struct vmlab *lab,
		       struct vmlab_policy_info **infos, size_t *nr);

/**
 * vmlab_policy_set - give another's space another policy
 * @space_id: see struct vmlab_space_config
 * @policy: VMLAB_POLICY_*
 * @policy_id: of VMLAB_POLICY_BPF, else 0
 *
 * Return: 0, or a negative errno as of VMLAB_IOC_POLICY_SET.
 */
int vmlab_policy_set(const struct vmlab *lab, uint64_t space_id,
		     uint32_t policy, uint32_t policy_id);

/* --- errors ----------------------------------------------------------------- */

/** enum vmlab_subject - what a failed call was about */
enum vmlab_subject {
	VMLAB_ABOUT_DEVICE, /* vmlab_open(), vmlab_space_open() */
	VMLAB_ABOUT_PROCESS, /* anything with a struct vmlab_proc */
	VMLAB_ABOUT_SPACE, /* anything with a struct vmlab_space */
};

/**
 * vmlab_explain - a sentence: what failed, why, and what to do next
 * @err: the negative errno that a function of this library returned
 * @about: what the call was about
 * @pid: for VMLAB_ABOUT_PROCESS the pid that was asked for, else 0
 * @buf: [out] one line without a newline, NUL-terminated when @size is not 0
 * @size: bytes at @buf; VMLAB_EXPLAIN_MAX is enough
 *
 * Return: @buf.
 */
char *vmlab_explain(int err, enum vmlab_subject about, pid_t pid, char *buf,
		    size_t size);

#define VMLAB_EXPLAIN_MAX 256

/** vmlab_version - the version of this library, "major.minor.patch" */
const char *vmlab_version(void);

#ifdef __cplusplus
}
#endif

#endif /* LIBVMLAB_H */

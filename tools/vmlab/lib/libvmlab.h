/* SPDX-License-Identifier: GPL-2.0 */
/*
 * libvmlab: C functions for the requests of /dev/vmlab.
 *
 * This one header is the public interface of the library.  <linux/vmlab.h>
 * documents the records and the errors of each request; this header documents
 * how to get them.
 *
 * Conventions
 * - A function that can fail returns 0 or a positive value for success and a
 *   negative errno for failure; it leaves errno undefined and never prints.
 *   vmlab_explain() turns the number into a sentence.  Besides the errors listed
 *   at each function, any request can return those of struct vmlab_target in
 *   <linux/vmlab.h>, and -ENOTTY or -E2BIG from a module that is older than the
 *   program.
 * - An _open function makes an opaque handle; the _close function of the same
 *   name frees it, and accepts NULL.
 * - There is no hidden state.  A struct vmlab does not change after
 *   vmlab_open(), and many threads may use it at once; one thread at a time may
 *   use any other handle.
 * - A request that fails with EINTR is repeated.
 * - Addresses, lengths and offsets are bytes.  Ranges are half open:
 *   [start, end).
 *
 * Example: print the VMAs of a process
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

/** struct vmlab - the open device, with its features and the names of flag bits */
struct vmlab;

/**
 * vmlab_open - open /dev/vmlab to inspect processes
 * @lab: [out] the handle
 *
 * Reads the module's version, features and flag names; they do not change while
 * the handle is open.  The file descriptor is close-on-exec.
 *
 * Return: 0, or
 *   -ENOENT, -ENODEV, -ENXIO  the module is not loaded
 *   -EACCES, -EPERM           no permission to open the device
 *   -EPROTO                   the module has another VMLAB_ABI_VERSION
 *   -ENOTTY                   /dev/vmlab is not a device of the module
 *   -ENOMEM, -EMFILE, ...     errors of open(2)
 */
int vmlab_open(struct vmlab **lab);

/** vmlab_close - close the device; close all handles made from @lab first */
void vmlab_close(struct vmlab *lab);

/**
 * vmlab_fd - return the file descriptor, for ioctl(2) without a function here
 *
 * The library owns it: do not close it.
 */
int vmlab_fd(const struct vmlab *lab);

/** vmlab_info_get - return the versions, features and sizes that vmlab_open() read */
const struct vmlab_info *vmlab_info_get(const struct vmlab *lab);

/** vmlab_page_size - return the size of a page, bytes */
uint64_t vmlab_page_size(const struct vmlab *lab);

/** vmlab_has_feature - tell whether all bits of @feature (VMLAB_FEAT_*) are usable */
bool vmlab_has_feature(const struct vmlab *lab, uint64_t feature);

/**
 * vmlab_feature_name - return the name of bit @bit of vmlab_info.features
 *
 * Return: the name, or "" for a bit without meaning or above 63.
 */
const char *vmlab_feature_name(const struct vmlab *lab, unsigned int bit);

/**
 * vmlab_vm_flag_name - return the name of bit @bit of vm_flags on this kernel
 *
 * The name is that of include/linux/mm.h of the kernel, in lower case and
 * without VM_: "mayread", "pfnmap".
 *
 * Return: the name, or "" for a bit without meaning or above 63.
 */
const char *vmlab_vm_flag_name(const struct vmlab *lab, unsigned int bit);

/**
 * vmlab_vm_flag_mnemonic - return the two letters of a bit in /proc/PID/smaps
 *
 * See "VmFlags" in proc_pid_smaps(5).
 *
 * Return: the letters, or "" when smaps does not show the bit.
 */
const char *vmlab_vm_flag_mnemonic(const struct vmlab *lab, unsigned int bit);

/**
 * vmlab_vm_flag_bit - find the bit of vm_flags with a name
 * @name: a name or a mnemonic, in any case
 *
 * Return: 0 to 63, or -ENOENT when this kernel has no such flag.
 */
int vmlab_vm_flag_bit(const struct vmlab *lab, const char *name);

/**
 * vmlab_vm_flags_text - write the names of vm_flags, separated by spaces
 * @flags: the bits, as in vmlab_vma.vm_flags
 * @buf: [out] the names, NUL-terminated unless @size is 0
 * @size: bytes at @buf; VMLAB_FLAGS_TEXT_MAX holds every set of flags
 *
 * A set bit without a name is written "bitN".
 *
 * Return: the length of the whole text without the NUL, as snprintf(3).
 */
size_t vmlab_vm_flags_text(const struct vmlab *lab, uint64_t flags, char *buf,
			   size_t size);

#define VMLAB_FLAGS_TEXT_MAX (64 * 20)

/**
 * vmlab_pte_flag_name - return the name of bit @bit of VMLAB_PTE_*
 *
 * Return: the name; "" for a bit without meaning or above 63, and when the
 * module has no names for page table bits.
 */
const char *vmlab_pte_flag_name(const struct vmlab *lab, unsigned int bit);

/** vmlab_pte_flag_bit - find the bit of VMLAB_PTE_* with a name: 0 to 63, or -ENOENT */
int vmlab_pte_flag_bit(const struct vmlab *lab, const char *name);

/** vmlab_pte_flags_text - write the names of VMLAB_PTE_* bits, as vmlab_vm_flags_text() */
size_t vmlab_pte_flags_text(const struct vmlab *lab, uint64_t flags, char *buf,
			    size_t size);

/**
 * vmlab_page_flag_name - return the name of bit @bit of vmlab_page.page_flags
 *
 * The names are those of linux/kernel-page-flags.h, in lower case, without KPF_.
 *
 * Return: the name, or "" as vmlab_pte_flag_name().
 */
const char *vmlab_page_flag_name(const struct vmlab *lab, unsigned int bit);

/** vmlab_page_flags_text - write the names of page flags, as vmlab_vm_flags_text() */
size_t vmlab_page_flags_text(const struct vmlab *lab, uint64_t flags, char *buf,
			     size_t size);

/* --- the target process ---------------------------------------------------- */

/** struct vmlab_proc - the process or thread that requests inspect */
struct vmlab_proc;

/**
 * vmlab_proc_open - choose a process by pid
 * @lab: an open device, which must outlive @proc
 * @pid: a pid or tid in the caller's pid namespace, or 0 for the caller
 * @proc: [out] the handle
 *
 * With VMLAB_FEAT_PIDFD, @proc holds a pidfd: after the process has exited,
 * requests fail with -ESRCH, even when another process gets its pid.  Threads
 * other than the first, and all targets without VMLAB_FEAT_PIDFD, are known by
 * number only.
 *
 * A process may always inspect itself; another target needs CAP_SYS_PTRACE in
 * the user namespace of its mm.  The requests check this, not this function.
 *
 * Return: 0, -EINVAL for a negative @pid, -ESRCH when there is no such process,
 * -ENOMEM, or an error of pidfd_open(2).
 */
int vmlab_proc_open(const struct vmlab *lab, pid_t pid,
		    struct vmlab_proc **proc);

/**
 * vmlab_proc_open_pidfd - choose a process by pidfd
 * @pidfd: from pidfd_open(2) or clone(2); the function duplicates it
 *
 * Return: 0, -EOPNOTSUPP without VMLAB_FEAT_PIDFD, -EBADF, -ENOMEM or -EMFILE.
 * When @pidfd is a descriptor but no pidfd, the first request returns -EBADF.
 */
int vmlab_proc_open_pidfd(const struct vmlab *lab, int pidfd,
			  struct vmlab_proc **proc);

/** vmlab_proc_close - free the handle; close its iterators first */
void vmlab_proc_close(struct vmlab_proc *proc);

/** vmlab_proc_pid - return the pid that @proc was opened with; 0 for self or a pidfd */
pid_t vmlab_proc_pid(const struct vmlab_proc *proc);

/**
 * vmlab_mm_get - read the struct mm_struct of the process
 * @mm: [out] every member is set
 *
 * For a kernel thread (VMLAB_MM_KTHREAD) this succeeds and reports the process
 * whose mm it borrows; all numbers of the mm are zero.
 *
 * Return: 0, or -ESRCH, -EPERM, -EBADF as at struct vmlab_target.
 */
int vmlab_mm_get(const struct vmlab_proc *proc, struct vmlab_mm *mm);

/* --- iterators -------------------------------------------------------------- */

/** struct vmlab_tasks_iter - iterator over the tasks that share one mm */
struct vmlab_tasks_iter;

/**
 * vmlab_tasks_open - start to iterate over the tasks that share the mm of @proc
 * @proc: must outlive the iterator
 * @it: [out] the iterator
 *
 * Return: 0 or -ENOMEM.  Errors about the target come from vmlab_tasks_next().
 */
int vmlab_tasks_open(const struct vmlab_proc *proc,
		     struct vmlab_tasks_iter **it);

/**
 * vmlab_tasks_next - get the next task
 * @task: [out] valid until the next call on @it
 *
 * Return: 1 for a task, 0 at the end, -ESRCH, -EPERM, -EBADF, or -ENXIO for a
 * kernel thread, which has no mm.
 */
int vmlab_tasks_next(struct vmlab_tasks_iter *it,
		     const struct vmlab_task **task);

/** vmlab_tasks_close - free the iterator */
void vmlab_tasks_close(struct vmlab_tasks_iter *it);

/** struct vmlab_vmas_iter - iterator over VMAs; a request reads up to 256 */
struct vmlab_vmas_iter;

/**
 * vmlab_vmas_open - start to iterate over the VMAs that overlap [@start, @end)
 * @proc: must outlive the iterator
 * @start: first address
 * @end: end address, or 0 for no limit
 * @it: [out] the iterator
 *
 * VMAs are returned by ascending address.  A VMA that does not change during the
 * iteration is returned exactly once.
 *
 * Return: 0, -EINVAL when @end is not 0 and not above @start, or -ENOMEM.
 * Errors about the target come from vmlab_vmas_next().
 */
int vmlab_vmas_open(const struct vmlab_proc *proc, uint64_t start, uint64_t end,
		    struct vmlab_vmas_iter **it);

/**
 * vmlab_vmas_without_ops - look up no symbols of vm_ops
 *
 * Call it before the first vmlab_vmas_next().  The first VMA of each request that
 * has other vm_ops than those before costs some thousand instructions less.
 * vmlab_vmas_ops() then returns "", or the symbol, if the module does not know the
 * flag.
 */
void vmlab_vmas_without_ops(struct vmlab_vmas_iter *it);

/**
 * vmlab_vmas_next - get the next VMA
 * @vma: [out] valid until the next call on @it
 *
 * The buffer for names grows until the names fit, up to eight times
 * VMLAB_STRINGS_MIN; beyond that the VMA has VMLAB_VMA_NAME_CUT.
 *
 * Return: 1 for a VMA, 0 at the end, -ESRCH (also when the target exits during
 * the iteration), -EPERM, -EBADF, -ENXIO for a kernel thread, which has no mm,
 * -ENOMEM, or -EPROTO for a reply that <linux/vmlab.h> does not allow.
 */
int vmlab_vmas_next(struct vmlab_vmas_iter *it, const struct vmlab_vma **vma);

/**
 * vmlab_vmas_name - return the name of the VMA that @it returned last
 *
 * The name is not escaped: a path may contain any byte but NUL.
 *
 * Return: the path, "[heap]" or such, or "" without a name; never NULL.
 */
const char *vmlab_vmas_name(const struct vmlab_vmas_iter *it,
			    const struct vmlab_vma *vma);

/**
 * vmlab_vmas_ops - return the symbol of the vm_ops of that VMA
 *
 * Return: the symbol; "" for anonymous memory; "?" when the kernel has no names
 * of data symbols (no CONFIG_KALLSYMS_ALL); never NULL.
 */
const char *vmlab_vmas_ops(const struct vmlab_vmas_iter *it,
			   const struct vmlab_vma *vma);

/** vmlab_vmas_map_count - return the number of VMAs at the last request; 0 before one */
uint64_t vmlab_vmas_map_count(const struct vmlab_vmas_iter *it);

/** vmlab_vmas_close - free the iterator */
void vmlab_vmas_close(struct vmlab_vmas_iter *it);

/* --- the maple tree ---------------------------------------------------------- */

/** struct vmlab_tree_iter - iterator over the maple tree, depth first */
struct vmlab_tree_iter;

/**
 * vmlab_tree_open - start to iterate over the tree that holds the VMAs
 * @proc: must outlive the iterator
 * @it: [out] the iterator
 *
 * Return: 0 or -ENOMEM.  Errors about the target come from vmlab_tree_next().
 */
int vmlab_tree_open(const struct vmlab_proc *proc, struct vmlab_tree_iter **it);

/**
 * vmlab_tree_next - get the next node, or slot of a leaf
 * @item: [out] valid until the next call on @it
 *
 * Items with VMLAB_TREE_AGAIN are returned too: they are the ancestors of the
 * next item in a tree that changed, see struct vmlab_tree.
 *
 * Return: 1 for an item, 0 at the end, -ESRCH, -EPERM, -EBADF, -ENXIO for a
 * kernel thread, or -EPROTO for a reply that <linux/vmlab.h> does not allow.
 */
int vmlab_tree_next(struct vmlab_tree_iter *it,
		    const struct vmlab_tree_item **item);

/** vmlab_tree_map_count - return the number of VMAs at the last request; 0 before one */
uint64_t vmlab_tree_map_count(const struct vmlab_tree_iter *it);

/** vmlab_tree_depth - return the levels of nodes at the last request; 0 before one */
unsigned int vmlab_tree_depth(const struct vmlab_tree_iter *it);

/**
 * vmlab_tree_flags - return VMLAB_TREE_CHANGED and VMLAB_TREE_NO_GENERATION
 *
 * A flag is set when a request of @it reported it.  Without VMLAB_TREE_CHANGED,
 * all items so far are of one moment.
 */
uint32_t vmlab_tree_flags(const struct vmlab_tree_iter *it);

/** vmlab_tree_close - free the iterator */
void vmlab_tree_close(struct vmlab_tree_iter *it);

/** vmlab_tree_stats_get - read the totals of the tree; errors as vmlab_tree_next() */
int vmlab_tree_stats_get(const struct vmlab_proc *proc,
			 struct vmlab_tree_stats *stats);

/* --- free ranges and lookups -------------------------------------------------- */

/** struct vmlab_gaps_iter - iterator over the free ranges of the user half */
struct vmlab_gaps_iter;

/**
 * vmlab_gaps_open - start to iterate over the free ranges in [@start, @end)
 * @proc: must outlive the iterator
 * @start: first address; vm.mmap_min_addr to omit addresses that mmap(2) never returns
 * @end: end address, or 0 for the end of the user half
 * @it: [out] the iterator
 *
 * Return: 0, -EINVAL when @end is not 0 and not above @start, or -ENOMEM.
 */
int vmlab_gaps_open(const struct vmlab_proc *proc, uint64_t start, uint64_t end,
		    struct vmlab_gaps_iter **it);

/**
 * vmlab_gaps_next - get the next free range, by ascending address
 * @gap: [out] valid until the next call on @it
 *
 * Return: 1 for a range, 0 at the end, or an error as vmlab_tree_next().
 */
int vmlab_gaps_next(struct vmlab_gaps_iter *it, const struct vmlab_gap **gap);

/** vmlab_gaps_map_count - return the number of VMAs at the last request; 0 before one */
uint64_t vmlab_gaps_map_count(const struct vmlab_gaps_iter *it);

/** vmlab_gaps_flags - return VMLAB_GUARD_ASSUMED when a request of @it reported it, else 0 */
uint32_t vmlab_gaps_flags(const struct vmlab_gaps_iter *it);

/** vmlab_gaps_close - free the iterator */
void vmlab_gaps_close(struct vmlab_gaps_iter *it);

/**
 * vmlab_gap_stats_get - read the totals of the free ranges in [@start, @end)
 * @start, @end: as in vmlab_gaps_open()
 *
 * Return: 0, or an error as vmlab_tree_next().
 */
int vmlab_gap_stats_get(const struct vmlab_proc *proc, uint64_t start,
			uint64_t end, struct vmlab_gap_stats *stats);

/**
 * vmlab_free_area_get - find the address that mmap(2) would choose
 * @area: [in] @length, @alignment, @min_addr and @flags
 *	[out] the other members, see struct vmlab_free_area
 *
 * Return: 0, -EINVAL for a bad @length or @alignment, -ENOMEM when no free range
 * is large enough, or an error as vmlab_tree_next().
 */
int vmlab_free_area_get(const struct vmlab_proc *proc,
			struct vmlab_free_area *area);

/**
 * vmlab_find_get - look up an address or a range
 * @start: the address
 * @end: the end of the range, or 0 for @start + 1
 * @find: [out] the VMAs found, see struct vmlab_find
 * @strings: [out] their names, for vmlab_find_name()
 *
 * Return: 0, -EINVAL when @end is not above @start, or an error as
 * vmlab_tree_next().
 */
int vmlab_find_get(const struct vmlab_proc *proc, uint64_t start, uint64_t end,
		   struct vmlab_find *find,
		   char strings[VMLAB_FIND_STRINGS_MIN]);

/**
 * vmlab_find_name, vmlab_find_ops - return the name or the vm_ops of a VMA found
 * @which: VMLAB_FIND_VMA and so on
 *
 * Return: as vmlab_vmas_name() and vmlab_vmas_ops(); "" when the VMA was not
 * found.
 */
const char *vmlab_find_name(const struct vmlab_find *find, const char *strings,
			    unsigned int which);
const char *vmlab_find_ops(const struct vmlab_find *find, const char *strings,
			   unsigned int which);

/**
 * vmlab_layout_get - read the regions of the machine's virtual address space
 * @regions: [out] an array that the caller frees with free(3)
 * @nr: [out] its elements
 *
 * Return: 0, -EOPNOTSUPP when the regions of the architecture are not known, or
 * -ENOMEM.
 */
int vmlab_layout_get(const struct vmlab *lab, struct vmlab_region **regions,
		     size_t *nr);

/* --- page tables ---------------------------------------------------------------- */

/**
 * struct vmlab_pt_query - which entries or pages to report
 * @start, @end: the range, multiples of the page size; @end 0 for no limit
 * @flags: VMLAB_PTES_* for vmlab_ptes_open(); 0 for vmlab_pages_open()
 * @category_inverted, @category_mask, @category_anyof_mask: the filter, see
 *	struct vmlab_ptes
 * @return_mask: VMLAB_PTE_* bits to report, 0 for all; without ZERO, ANON, FILE
 *	and EXCLUSIVE the request is faster
 *
 * A query of zeros reports everything.
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

/** struct vmlab_ptes_iter - iterator over page table entries */
struct vmlab_ptes_iter;

/**
 * vmlab_ptes_open - start to iterate over page table entries
 * @proc: must outlive the iterator
 * @query: which entries, NULL for all; the function copies it
 * @it: [out] the iterator
 *
 * Return: 0 or -ENOMEM.  Other errors come from vmlab_ptes_next().
 */
int vmlab_ptes_open(const struct vmlab_proc *proc,
		    const struct vmlab_pt_query *query,
		    struct vmlab_ptes_iter **it);

/**
 * vmlab_ptes_next - get the next run of entries
 * @pte: [out] valid until the next call on @it
 *
 * Return: 1 for a run, 0 at the end, -EINVAL for a bad query, -EOPNOTSUPP without
 * VMLAB_FEAT_PGTABLE, or an error as vmlab_tree_next().
 */
int vmlab_ptes_next(struct vmlab_ptes_iter *it, const struct vmlab_pte **pte);

/**
 * vmlab_ptes_result - return VMLAB_PT_HIDDEN when a request of @it reported it, else 0
 *
 * With it, raw entries, physical addresses and swap locations are zero because
 * the caller has no CAP_SYS_ADMIN.
 */
uint32_t vmlab_ptes_result(const struct vmlab_ptes_iter *it);

/** vmlab_ptes_tables_read - return the page tables read so far: a measure of the cost */
uint64_t vmlab_ptes_tables_read(const struct vmlab_ptes_iter *it);

/** vmlab_ptes_close - free the iterator */
void vmlab_ptes_close(struct vmlab_ptes_iter *it);

/** struct vmlab_pages_iter - iterator over pages and their frames */
struct vmlab_pages_iter;

/** vmlab_pages_open - start to iterate over pages, as vmlab_ptes_open() */
int vmlab_pages_open(const struct vmlab_proc *proc,
		     const struct vmlab_pt_query *query,
		     struct vmlab_pages_iter **it);

/** vmlab_pages_next - get the next page, as vmlab_ptes_next() */
int vmlab_pages_next(struct vmlab_pages_iter *it,
		     const struct vmlab_page **page);

/** vmlab_pages_result - as vmlab_ptes_result(); with it, the fields of frames are zero */
uint32_t vmlab_pages_result(const struct vmlab_pages_iter *it);

/** vmlab_pages_tables_read - as vmlab_ptes_tables_read() */
uint64_t vmlab_pages_tables_read(const struct vmlab_pages_iter *it);

/** vmlab_pages_close - free the iterator */
void vmlab_pages_close(struct vmlab_pages_iter *it);

/**
 * vmlab_translate_get - walk the page tables for one address, step by step
 * @addr: any address of the user half
 * @translation: [out] every member is set
 *
 * Return: 0 for any end of the walk (see vmlab_translation.outcome), -EINVAL when
 * @addr is not in the user half, or an error as vmlab_ptes_next().
 */
int vmlab_translate_get(const struct vmlab_proc *proc, uint64_t addr,
			struct vmlab_translation *translation);

/** vmlab_pgtable_totals_get - read the totals of the page tables; errors as vmlab_ptes_next() */
int vmlab_pgtable_totals_get(const struct vmlab_proc *proc,
			     struct vmlab_pgtable_totals *totals);

/**
 * vmlab_kmem_get - let the module allocate kernel memory, and read its frames
 * @kind: VMLAB_KMEM_*
 * @length: bytes, 1 to VMLAB_KMEM_LENGTH_MAX
 * @pages: [out] an array, one element a page, that the caller frees with free(3)
 * @nr: [out] its elements
 * @result: [out] VMLAB_PT_HIDDEN when addresses and frames are left out; may be
 *	NULL
 *
 * The memory is freed before the function returns.
 *
 * Return: 0, -EINVAL for a bad @kind or @length, -ENOMEM when the kernel did not
 * find the memory, or -EOPNOTSUPP without VMLAB_FEAT_PGTABLE.
 */
int vmlab_kmem_get(const struct vmlab *lab, uint32_t kind, uint64_t length,
		   struct vmlab_kmem_page **pages, size_t *nr,
		   uint32_t *result);

/* --- a space ---------------------------------------------------------------- */

/** struct vmlab_space - an open file of /dev/vmlab, and the memory that it provides */
struct vmlab_space;

/**
 * vmlab_space_open - make a new space without frames
 * @bytes: its length, a multiple of the page size, or 0 for no limit
 * @space: [out] the handle
 *
 * Return: 0, -EINVAL when @bytes is not a multiple of the page size, -EFBIG when
 * it is too large, or an error of open(2) as vmlab_open().
 */
int vmlab_space_open(uint64_t bytes, struct vmlab_space **space);

/**
 * vmlab_space_clone - copy a space, as fork(2) copies memory
 * @space: the source
 * @clone: [out] a handle of the new space, to be closed like one from
 *	vmlab_space_open(); its descriptor has close-on-exec set
 *
 * The caller maps the clone itself: vmlab_space_fd() gives the descriptor for
 * mmap(2) with MAP_FIXED.
 *
 * Return: 0 or a negative errno, see struct vmlab_clone; -ENOTTY when the module is
 * older than the request.
 */
int vmlab_space_clone(const struct vmlab_space *space,
		      struct vmlab_space **clone);

/**
 * vmlab_space_from_fd - use the space of an open file, such as one from SCM_RIGHTS
 * @fd: a descriptor of the device; vmlab_space_close() closes it.  Stays the caller's
 *	on failure
 * @space: [out] the handle
 *
 * Return: 0; -ENOTTY when @fd is no descriptor of the device; -EBADF or -ENOMEM.
 */
int vmlab_space_from_fd(int fd, struct vmlab_space **space);

/**
 * vmlab_space_close - close the file and free the handle
 *
 * The space exists until its mappings are unmapped too.
 */
void vmlab_space_close(struct vmlab_space *space);

/** vmlab_space_fd - return the descriptor, for mmap(2), SCM_RIGHTS and the like */
int vmlab_space_fd(const struct vmlab_space *space);

/** vmlab_space_get - read the configuration; returns 0 or a negative errno */
int vmlab_space_get(const struct vmlab_space *space,
		    struct vmlab_space_config *config);

/**
 * vmlab_space_set - change the configuration
 * @config: @flags, @bytes and @backing; the other members are ignored
 *
 * Return: 0 or a negative errno, see struct vmlab_space_config.
 */
int vmlab_space_set(const struct vmlab_space *space,
		    const struct vmlab_space_config *config);

/** vmlab_space_stats_get - read the counters; returns 0 or a negative errno */
int vmlab_space_stats_get(const struct vmlab_space *space,
			  struct vmlab_space_stats *stats);

/**
 * vmlab_space_map - map a part of the space
 * @offset: offset in the space, a multiple of the page size
 * @length: bytes; accesses beyond the end of the space raise SIGBUS
 * @prot: PROT_* of mmap(2)
 * @flags: MAP_SHARED or MAP_PRIVATE, and other MAP_* of mmap(2)
 * @addr: [out] address of the mapping
 *
 * The caller unmaps it with munmap(2).
 *
 * Return: 0 or a negative errno of mmap(2).
 */
int vmlab_space_map(const struct vmlab_space *space, uint64_t offset,
		    size_t length, int prot, int flags, void **addr);

/* --- paging of a space ------------------------------------------------------ */

/** vmlab_space_paging_get - read budget, policy and prefetching; returns 0 or a negative errno */
int vmlab_space_paging_get(const struct vmlab_space *space,
			   struct vmlab_paging *paging);

/**
 * vmlab_space_paging_set - change budget, policy and prefetching, also while in use
 * @paging: the new values; @size is ignored
 *
 * Return: 0 or a negative errno, see struct vmlab_paging.
 */
int vmlab_space_paging_set(const struct vmlab_space *space,
			   const struct vmlab_paging *paging);

/** vmlab_space_paging_stats_get - read the counters of paging; returns 0 or a negative errno */
int vmlab_space_paging_stats_get(const struct vmlab_space *space,
				 struct vmlab_paging_stats *stats);

/**
 * vmlab_space_backing_set - choose the source of the contents of new frames
 * @backing: VMLAB_BACKING_*
 * @fd: with VMLAB_BACKING_FILE the file, open for reading and writing; ignored
 *	otherwise
 * @offset: offset in the file at which the space starts, a multiple of the page
 *	size; 0 without a file
 *
 * Return: 0 or a negative errno, see struct vmlab_backing_config.
 */
int vmlab_space_backing_set(const struct vmlab_space *space, uint32_t backing,
			    int fd, uint64_t offset);

/**
 * vmlab_space_range - evict, fill, drop or lock the frames of a range
 * @op: VMLAB_RANGE_*
 * @start: offset in the space, a multiple of the page size
 * @end: end offset, likewise
 * @result: [out] @start, @done and @busy, also on failure; may be NULL
 *
 * Return: 0 or a negative errno, see struct vmlab_range.
 */
int vmlab_space_range(const struct vmlab_space *space, uint32_t op,
		      uint64_t start, uint64_t end, struct vmlab_range *result);

/**
 * vmlab_space_dirty - find the pages that were written
 * @flags: VMLAB_DIRTY_*; VMLAB_DIRTY_NO_PROTECT needs VMLAB_FEAT_NO_PROTECT
 * @start: offset in the space, a multiple of the page size
 * @end: end offset, likewise
 * @bitmap: [out] a bit for each page of the range; NULL to only count
 * @nr: [out] dirty pages; may be NULL
 *
 * Return: 0 or a negative errno, see struct vmlab_dirty.
 */
int vmlab_space_dirty(const struct vmlab_space *space, uint32_t flags,
		      uint64_t start, uint64_t end, uint64_t *bitmap,
		      uint64_t *nr);

/**
 * vmlab_space_inject_set - replace the injection rules
 * @rules: the rules
 * @nr: elements of @rules; 0 removes all rules
 *
 * Return: 0 or a negative errno, see struct vmlab_inject.
 */
int vmlab_space_inject_set(const struct vmlab_space *space,
			   const struct vmlab_inject_rule *rules, uint32_t nr);

/**
 * vmlab_space_inject_get - read the injection rules and their counters
 * @rules: [out] the rules, as many as there is room for
 * @nr: [in] elements of @rules [out] rules of the space
 *
 * Return: 0 or a negative errno.
 */
int vmlab_space_inject_get(const struct vmlab_space *space,
			   struct vmlab_inject_rule *rules, uint32_t *nr);

/**
 * vmlab_space_events_set - choose the events to record
 * @mask: bits 1 << VMLAB_EVENT_*; 0 to stop recording
 * @nr: events to keep until they are read; 0 with @mask 0
 *
 * Return: 0 or a negative errno, see struct vmlab_events.
 */
int vmlab_space_events_set(const struct vmlab_space *space, uint32_t mask,
			   uint32_t nr);

/**
 * vmlab_space_events_read - read events and remove them from the buffer
 * @events: [out] the events
 * @nr: elements of @events, at least 1
 *
 * Waits for an event unless the descriptor is O_NONBLOCK.
 *
 * Return: the number of events, -EAGAIN when there is none and the descriptor is
 * O_NONBLOCK, or another negative errno of read(2).
 */
ssize_t vmlab_space_events_read(const struct vmlab_space *space,
				struct vmlab_event *events, size_t nr);

/* --- paging policies -------------------------------------------------------- */

/**
 * vmlab_policies_get - list the loaded BPF policies
 * @infos: [out] an array that the caller frees with free(3)
 * @nr: [out] its elements
 *
 * Return: 0, -EOPNOTSUPP without VMLAB_FEAT_STRUCT_OPS, or another negative
 * errno.
 */
int vmlab_policies_get(const struct vmlab *lab,
		       struct vmlab_policy_info **infos, size_t *nr);

/**
 * vmlab_policy_set - change the policy of a space of any process
 * @space_id: see struct vmlab_space_config
 * @policy: VMLAB_POLICY_*
 * @policy_id: vmlab_policy_info.id of VMLAB_POLICY_BPF, else 0
 *
 * Return: 0 or a negative errno, see struct vmlab_policy_set.
 */
int vmlab_policy_set(const struct vmlab *lab, uint64_t space_id,
		     uint32_t policy, uint32_t policy_id);

/* --- errors ----------------------------------------------------------------- */

/** enum vmlab_subject - the kind of call that failed */
enum vmlab_subject {
	VMLAB_ABOUT_DEVICE, /* vmlab_open(), vmlab_space_open() */
	VMLAB_ABOUT_PROCESS, /* anything with a struct vmlab_proc */
	VMLAB_ABOUT_SPACE, /* anything with a struct vmlab_space */
};

/**
 * vmlab_explain - write a sentence: what failed, why, and what to do
 * @err: the negative errno that a function of this library returned
 * @about: the kind of call
 * @pid: for VMLAB_ABOUT_PROCESS the pid of the target, else 0
 * @buf: [out] one line without a newline, NUL-terminated unless @size is 0
 * @size: bytes at @buf; VMLAB_EXPLAIN_MAX is enough
 *
 * Return: @buf.
 */
char *vmlab_explain(int err, enum vmlab_subject about, pid_t pid, char *buf,
		    size_t size);

#define VMLAB_EXPLAIN_MAX 256

/** vmlab_version - return the version of this library, "major.minor.patch" */
const char *vmlab_version(void);

#ifdef __cplusplus
}
#endif

#endif /* LIBVMLAB_H */

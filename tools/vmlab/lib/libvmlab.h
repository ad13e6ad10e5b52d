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
 * @config: only @bytes and @backing are used
 *
 * Return: 0, or -EINVAL, -EFBIG as at struct vmlab_space_config.
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

// SPDX-License-Identifier: GPL-2.0
/* The VMAs of a process, in batches. */
#include <linux/dcache.h>
#include <linux/fs.h>
#include <linux/kallsyms.h>
#include <linux/kdev_t.h>
#include <linux/mm.h>
#include <linux/mm_inline.h>
#include <linux/slab.h>
#include <linux/userfaultfd_k.h>

#include "compat.h"
#include "fault/ops.h"
#include "inspect/inspect.h"

/* Larger buffers are charged to the caller's memory cgroup. */
static gfp_t batch_gfp(size_t size)
{
	return size > VMLAB_STRINGS_MIN ? GFP_KERNEL_ACCOUNT : GFP_KERNEL;
}

/**
 * vmlab_vma_batch_alloc() - make room for records and names
 * @batch: filled in
 * @nr: records, at least 1
 * @strings_size: bytes for names; 0 when no names are wanted
 *
 * Context: process context, may sleep.
 * Return: 0 and the caller must vmlab_vma_batch_free(), or -ENOMEM.
 */
int vmlab_vma_batch_alloc(struct vmlab_vma_batch *batch, unsigned int nr,
			  u32 strings_size)
{
	vmlab_vma_batch_few(batch, nr, strings_size);
	if (nr > ARRAY_SIZE(batch->few))
		batch->vmas = kvmalloc_array(nr, sizeof(*batch->vmas),
					     GFP_KERNEL_ACCOUNT);
	if (strings_size > sizeof(batch->short_strings))
		batch->strings = kvmalloc(strings_size, batch_gfp(strings_size));
	vmlab_vma_batch_empty(batch);
	if (!batch->vmas || (strings_size && !batch->strings)) {
		vmlab_vma_batch_free(batch);
		return -ENOMEM;
	}
	return 0;
}

/**
 * vmlab_vma_batch_free_room() - free the allocated room of a batch
 * @batch: from vmlab_vma_batch_alloc()
 *
 * Context: process context, may sleep.
 */
void vmlab_vma_batch_free_room(struct vmlab_vma_batch *batch)
{
	if (batch->strings != batch->short_strings)
		kvfree(batch->strings);
	if (batch->vmas != batch->few)
		kvfree(batch->vmas);
}

/**
 * vmlab_vma_batch_empty() - remove all records and names from a batch
 * @b: the batch
 *
 * Context: any.
 */
void vmlab_vma_batch_empty(struct vmlab_vma_batch *b)
{
	b->filled = 0;
	b->strings_used = 0;
	b->empty_off = VMLAB_NO_STRING;
	b->last_file = NULL;
	b->nr_ops = 0;
}

/* Append @prefix, @string and @suffix as one string. */
static int batch_join(struct vmlab_vma_batch *b, u32 *off, const char *prefix,
		      const char *string, const char *suffix)
{
	const size_t len[] = {
		strlen(prefix), strlen(string), strlen(suffix) + 1,
	};
	char *to;

	if (!b->strings)
		return 0;
	if (len[0] + len[1] + len[2] > b->strings_size - b->strings_used)
		return -ENOSPC;
	*off = b->strings_used;
	to = b->strings + b->strings_used;
	memcpy(to, prefix, len[0]);
	memcpy(to + len[0], string, len[1]);
	memcpy(to + len[0] + len[1], suffix, len[2]);
	b->strings_used += len[0] + len[1] + len[2];
	return 0;
}

/* All empty strings of a batch are one. */
static int batch_empty_string(struct vmlab_vma_batch *b, u32 *off)
{
	if (!b->strings)
		return 0;
	if (b->empty_off == VMLAB_NO_STRING) {
		if (b->strings_used == b->strings_size)
			return -ENOSPC;
		b->empty_off = b->strings_used;
		b->strings[b->strings_used++] = '\0';
	}
	*off = b->empty_off;
	return 0;
}

/* Neighbouring VMAs often map the same file: their path is stored once. */
static int batch_path(struct vmlab_vma_batch *b, u32 *off,
		      const struct file *file)
{
	size_t size, len;
	char *room, *name;

	if (!b->strings)
		return 0;
	if (b->last_file == file) {
		*off = b->last_file_off;
		return 0;
	}
	size = b->strings_size - b->strings_used;
	room = b->strings + b->strings_used;
	name = size ? d_path(vmlab_file_path(file), room, size) :
		      ERR_PTR(-ENAMETOOLONG);
	if (IS_ERR(name))
		return PTR_ERR(name) == -ENAMETOOLONG ? -ENOSPC :
							PTR_ERR(name);
	/* d_path() builds the name from the end of the room, with its NUL last. */
	len = room + size - name;
	memmove(room, name, len);
	*off = b->strings_used;
	b->strings_used += len;
	b->last_file = file;
	b->last_file_off = *off;
	return 0;
}

#ifdef CONFIG_ANON_VMA_NAME
static const char *vma_anon_name(const struct vm_area_struct *vma)
{
	if (!vmlab_vma_has_anon_name(vma))
		return NULL;
	return vma->anon_name->name;
}
#else
static const char *vma_anon_name(const struct vm_area_struct *vma)
{
	return NULL;
}
#endif

/* The name as /proc/PID/maps has it, see get_vma_name() in fs/proc. */
static int vma_name(struct vmlab_vma_batch *b, struct vmlab_vma *r,
		    struct vm_area_struct *vma)
{
	const char *anon_name = vma_anon_name(vma);
	const char *name = NULL;

	if (anon_name)
		r->flags |= VMLAB_VMA_ANON_NAME;

	if (vma->vm_file) {
		if (anon_name)
			return batch_join(b, &r->name_off, "[anon_shmem:",
					  anon_name, "]");
		return batch_path(b, &r->name_off, vma->vm_file);
	}

	if (vma->vm_ops && vma->vm_ops->name)
		name = vma->vm_ops->name(vma);
	if (name) {
		r->flags |= VMLAB_VMA_SPECIAL;
	} else if (vmlab_vma_is_heap(vma)) {
		r->flags |= VMLAB_VMA_HEAP;
		name = "[heap]";
	} else if (vmlab_vma_is_stack(vma)) {
		r->flags |= VMLAB_VMA_STACK;
		name = "[stack]";
	} else if (anon_name) {
		return batch_join(b, &r->name_off, "[anon:", anon_name, "]");
	}
	return name ? batch_join(b, &r->name_off, "", name, "") :
		      batch_empty_string(b, &r->name_off);
}

/* The symbol of vm_ops, or "?" where kallsyms does not know data symbols. */
static noinline int batch_symbol(struct vmlab_vma_batch *b, u32 *off,
				 const struct vm_operations_struct *ops)
{
	char symbol[KSYM_SYMBOL_LEN];
	char *offset;

	sprint_symbol(symbol, (unsigned long)ops);
	/* "name+0x0/0x98 [module]": the structure must start there. */
	offset = strstr(symbol, "+0x0/");
	if (offset)
		*offset = '\0';
	return batch_join(b, off, "", offset ? symbol : "?", "");
}

/* A lookup costs some thousand instructions: keep those of this batch. */
static int vma_ops_name(struct vmlab_vma_batch *b, struct vmlab_vma *r,
			const struct vm_operations_struct *ops)
{
	unsigned int i;
	int ret;

	if (!b->strings)
		return 0;
	if (!ops || b->no_ops)
		return batch_empty_string(b, &r->ops_off);
	for (i = 0; i < b->nr_ops; i++) {
		if (b->ops[i].ops != ops)
			continue;
		r->ops_off = b->ops[i].off;
		return 0;
	}

	ret = batch_symbol(b, &r->ops_off, ops);
	if (!ret && b->nr_ops < ARRAY_SIZE(b->ops)) {
		b->ops[b->nr_ops].ops = ops;
		b->ops[b->nr_ops++].off = r->ops_off;
	}
	return ret;
}

#ifdef CONFIG_USERFAULTFD
static bool vma_is_armed(struct vm_area_struct *vma)
{
	return vma->vm_userfaultfd_ctx.ctx && userfaultfd_armed(vma);
}
#else
static bool vma_is_armed(struct vm_area_struct *vma)
{
	return false;
}
#endif

/* Every member is set: what was in the record does not reach user space. */
static void vma_facts(struct vmlab_vma *r, struct vm_area_struct *vma)
{
	r->start = vma->vm_start;
	r->end = vma->vm_end;
	r->pgoff = vma->vm_pgoff;
	r->vm_flags = vma->vm_flags;
	r->page_prot = pgprot_val(vma->vm_page_prot);
	r->ino = 0;
	r->dev_major = 0;
	r->dev_minor = 0;
	r->flags = 0;
	r->name_off = 0;
	r->ops_off = 0;
	r->reserved = 0;
	/* Set under page_table_lock when the first anonymous page is made. */
	if (READ_ONCE(vma->anon_vma))
		r->flags |= VMLAB_VMA_ANON_VMA;
	if (vma_is_armed(vma))
		r->flags |= VMLAB_VMA_UFFD;
	if (vma->vm_ops && vmlab_vma_is_ours(vma))
		r->flags |= VMLAB_VMA_VMLAB;
	if (vma->vm_file) {
		const struct inode *inode = vmlab_file_inode(vma->vm_file);

		r->flags |= VMLAB_VMA_FILE;
		r->ino = inode->i_ino;
		r->dev_major = MAJOR(inode->i_sb->s_dev);
		r->dev_minor = MINOR(inode->i_sb->s_dev);
	}
}

/**
 * vmlab_vma_batch_add() - describe a VMA
 * @b: gets the record, and its names if wanted; has room for the record
 * @vma: the VMA
 *
 * Context: mmap_lock held.
 * Return: 0, or -ENOSPC when the names do not fit and the batch has records.
 */
int vmlab_vma_batch_add(struct vmlab_vma_batch *b, struct vm_area_struct *vma)
{
	struct vmlab_vma *r = &b->vmas[b->filled];
	int ret;

	vma_facts(r, vma);
	ret = vma_name(b, r, vma);
	if (!ret)
		ret = vma_ops_name(b, r, vma->vm_ops);
	if (ret) {
		/* A string of this VMA that did fit is left, unused. */
		if (ret == -ENOSPC && b->filled)
			return ret;
		if (!b->filled)
			vmlab_vma_batch_empty(b);
		/* The names do not fit into an empty batch: mark the record. */
		r->flags |= VMLAB_VMA_NAME_CUT;
		r->name_off = 0;
		r->ops_off = 0;
		if (!b->strings_used && b->strings_size) {
			b->strings[0] = '\0';
			b->strings_used = 1;
		}
	}
	b->filled++;
	return 0;
}

/* Returns false at @end, or when there is no room. */
static bool add_vma(struct vmlab_vma_batch *batch, struct vm_area_struct *vma,
		    u64 *cursor, u64 end)
{
	if ((end && vma->vm_start >= end) || vmlab_vma_batch_add(batch, vma))
		return false;
	*cursor = vma->vm_end;
	return batch->filled < batch->nr;
}

static void add_vmas(struct vmlab_vma_batch *batch, struct mm_struct *mm,
		     u64 *cursor, u64 end)
{
	VMA_ITERATOR(vmi, mm, *cursor);
	struct vm_area_struct *vma;

	for_each_vma(vmi, vma)
		if (!add_vma(batch, vma, cursor, end))
			break;
}

/**
 * vmlab_inspect_vmas() - describe a part of a process's VMAs
 * @mm: the mm; the caller holds a reference in mm_users
 * @cursor: VMAs that end above this address; set to the end of the last one
 * @end: VMAs that start below this address, 0 for all
 * @batch: emptied and filled until records or names have no more room; a
 *	record lacks wanted names only when an empty batch has no room for them
 *
 * Context: process context, may sleep; takes mmap_lock for reading.
 * Return: 0, with batch->filled at 0 at the end, or -EINTR when the caller was
 * killed while it waited.
 */
int vmlab_inspect_vmas(struct mm_struct *mm, u64 *cursor, u64 end,
		       struct vmlab_vma_batch *batch)
{
	struct vm_area_struct *vma;

	vmlab_vma_batch_empty(batch);
	if (*cursor >= TASK_SIZE_MAX)
		return 0;

	if (mmap_read_lock_killable(mm))
		return -EINTR;
	/* One VMA that covers the cursor is found without an iterator. */
	vma = batch->nr == 1 ? vma_lookup(mm, *cursor) : NULL;
	if (vma)
		add_vma(batch, vma, cursor, end);
	else
		add_vmas(batch, mm, cursor, end);
	mmap_read_unlock(mm);
	return 0;
}

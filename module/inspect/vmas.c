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
	memset(batch, 0, sizeof(*batch));
	batch->vmas = kvmalloc_array(nr, sizeof(*batch->vmas),
				     GFP_KERNEL_ACCOUNT);
	if (strings_size)
		batch->strings = kvmalloc(strings_size, GFP_KERNEL_ACCOUNT);
	if (!batch->vmas || (strings_size && !batch->strings)) {
		vmlab_vma_batch_free(batch);
		return -ENOMEM;
	}
	batch->nr = nr;
	batch->strings_size = strings_size;
	return 0;
}

/**
 * vmlab_vma_batch_free() - free the room of a batch
 * @batch: from vmlab_vma_batch_alloc()
 *
 * Context: process context, may sleep.
 */
void vmlab_vma_batch_free(struct vmlab_vma_batch *batch)
{
	kvfree(batch->strings);
	kvfree(batch->vmas);
	memset(batch, 0, sizeof(*batch));
}

static char *batch_room(struct vmlab_vma_batch *b, size_t *size)
{
	*size = b->strings_size - b->strings_used;
	return b->strings + b->strings_used;
}

/* Keep the string that was just written at the start of the room. */
static u32 batch_commit(struct vmlab_vma_batch *b, size_t len)
{
	u32 off = b->strings_used;

	b->strings_used += len + 1;
	return off;
}

static int batch_print(struct vmlab_vma_batch *b, u32 *off,
		       const char *format, const char *string)
{
	size_t size;
	char *room;
	int len;

	if (!b->strings)
		return 0;
	room = batch_room(b, &size);
	len = snprintf(room, size, format, string);
	if (len >= size)
		return -ENOSPC;
	*off = batch_commit(b, len);
	return 0;
}

static int batch_path(struct vmlab_vma_batch *b, u32 *off,
		      const struct path *path)
{
	size_t size, len;
	char *room, *name;

	if (!b->strings)
		return 0;
	room = batch_room(b, &size);
	name = size ? d_path(path, room, size) : ERR_PTR(-ENAMETOOLONG);
	if (IS_ERR(name))
		return PTR_ERR(name) == -ENAMETOOLONG ? -ENOSPC :
							PTR_ERR(name);
	/* d_path() builds the name from the end. */
	len = strlen(name);
	memmove(room, name, len + 1);
	*off = batch_commit(b, len);
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
			return batch_print(b, &r->name_off, "[anon_shmem:%s]",
					   anon_name);
		return batch_path(b, &r->name_off,
				  vmlab_file_path(vma->vm_file));
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
		return batch_print(b, &r->name_off, "[anon:%s]", anon_name);
	}
	return batch_print(b, &r->name_off, "%s", name ?: "");
}

/* The symbol of vm_ops, or "?" where kallsyms does not know data symbols. */
static int vma_ops_name(struct vmlab_vma_batch *b, struct vmlab_vma *r,
			const struct vm_area_struct *vma)
{
	char symbol[KSYM_SYMBOL_LEN];
	char *offset;
	int ret;

	if (!b->strings)
		return 0;
	if (b->last_ops && b->last_ops == vma->vm_ops) {
		r->ops_off = b->last_ops_off;
		return 0;
	}

	symbol[0] = '\0';
	if (vma->vm_ops) {
		sprint_symbol(symbol, (unsigned long)vma->vm_ops);
		/* "name+0x0/0x98 [module]": the structure must start there. */
		offset = strstr(symbol, "+0x0/");
		if (offset)
			*offset = '\0';
		else
			strscpy(symbol, "?", sizeof(symbol));
	}
	ret = batch_print(b, &r->ops_off, "%s", symbol);
	if (!ret) {
		b->last_ops = vma->vm_ops;
		b->last_ops_off = r->ops_off;
	}
	return ret;
}

static void vma_facts(struct vmlab_vma *r, const struct vm_area_struct *vma)
{
	memset(r, 0, sizeof(*r));
	r->start = vma->vm_start;
	r->end = vma->vm_end;
	r->pgoff = vma->vm_pgoff;
	r->vm_flags = vma->vm_flags;
	r->page_prot = pgprot_val(vma->vm_page_prot);
	/* Set under page_table_lock when the first anonymous page is made. */
	if (READ_ONCE(vma->anon_vma))
		r->flags |= VMLAB_VMA_ANON_VMA;
	if (userfaultfd_armed((struct vm_area_struct *)vma))
		r->flags |= VMLAB_VMA_UFFD;
	if (vmlab_vma_is_ours(vma))
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
	u32 used = b->strings_used;
	int ret;

	vma_facts(r, vma);
	ret = vma_name(b, r, vma);
	if (!ret)
		ret = vma_ops_name(b, r, vma);
	if (ret) {
		b->strings_used = used;
		if (ret == -ENOSPC && b->filled)
			return ret;
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

	batch->filled = 0;
	batch->strings_used = 0;
	batch->last_ops = NULL;
	if (*cursor >= TASK_SIZE_MAX)
		return 0;

	if (mmap_read_lock_killable(mm))
		return -EINTR;
	{
		VMA_ITERATOR(vmi, mm, *cursor);

		for_each_vma(vmi, vma) {
			if (batch->filled == batch->nr ||
			    (end && vma->vm_start >= end))
				break;
			if (vmlab_vma_batch_add(batch, vma))
				break;
			*cursor = vma->vm_end;
		}
	}
	mmap_read_unlock(mm);
	return 0;
}

// SPDX-License-Identifier: GPL-2.0
/* Access by ptrace(2) and /proc/PID/mem. */
#include <linux/highmem.h>
#include <linux/mm.h>
#include <linux/pagemap.h>

#include "fault/access.h"
#include "frame/frame.h"
#include "pager/bring.h"

/**
 * vmlab_access() - read or write a mapping for another process
 * @vma: the VMA
 * @addr: the address
 * @buf: kernel buffer
 * @len: bytes
 * @write: write to the mapping
 *
 * mm calls it when get_user_pages() cannot serve the address, such as beyond
 * the end of the space.  A private mapping may hold copies that only
 * get_user_pages() can find.
 *
 * Context: process context, may sleep; mmap_lock is held for reading.
 * Return: bytes transferred, at most to the end of the page; -EFAULT when there
 * is no frame, or -EACCES.
 */
int vmlab_access(struct vm_area_struct *vma, unsigned long addr, void *buf,
		 int len, int write)
{
	struct vmlab_space *space = vma->vm_private_data;
	unsigned int offset = offset_in_page(addr);
	pgoff_t pgoff = linear_page_index(vma, addr);
	struct vmlab_found found = { .written = write };
	struct folio *folio;
	void *kaddr;

	vmlab_count(space, remote_access);
	if (!(vma->vm_flags & VM_MAYSHARE))
		return -EFAULT;
	if (write && !(vma->vm_flags & VM_WRITE))
		return -EACCES;

	folio = vmlab_bring_fault(space, pgoff, &found);
	if (IS_ERR(folio))
		return -EFAULT;
	if (PageHWPoison(vmlab_frame_page(folio, pgoff))) {
		vmlab_frame_release(folio);
		return -EFAULT;
	}

	len = min_t(int, len, PAGE_SIZE - offset);
	kaddr = kmap_local_page(vmlab_frame_page(folio, pgoff));
	if (write) {
		memcpy(kaddr + offset, buf, len);
		vmlab_frame_mark_dirty(space, folio);
	} else {
		memcpy(buf, kaddr + offset, len);
	}
	kunmap_local(kaddr);
	vmlab_frame_release(folio);
	return len;
}

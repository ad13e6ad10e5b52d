// SPDX-License-Identifier: GPL-2.0
/*
 * vmlab_floor: the least that a fault or a request can cost on this kernel.
 *
 * /dev/vmlab_floor maps pages that were allocated beforehand: its fault handler
 * only takes a reference.  From offset FLOOR_PAGES on the same pages are mapped with
 * a page_mkwrite that only locks the page.  Its requests walk the caller's VMAs, or its page
 * tables under their locks, and copy nothing.  For benchmarks: see
 * tools/vm/bench.
 */
#include <linux/fs.h>
#include <linux/miscdevice.h>
#include <linux/mm.h>
#include <linux/module.h>
#include <linux/pagemap.h>
#include <linux/pgtable.h>
#include <linux/uaccess.h>

/* As bench-instructions maps them. */
#define FLOOR_PAGES	8192

#define FLOOR_EMPTY	_IO(0xB8, 0)
#define FLOOR_VMAS	_IO(0xB8, 1)
#define FLOOR_PTES	_IO(0xB8, 2)

static struct page **floor_pages;

static vm_fault_t floor_fault(struct vm_fault *vmf)
{
	if (vmf->pgoff >= 2 * FLOOR_PAGES)
		return VM_FAULT_SIGBUS;
	vmf->page = floor_pages[vmf->pgoff % FLOOR_PAGES];
	get_page(vmf->page);
	return 0;
}

/* The least that tells a driver of a write before it happens. */
static vm_fault_t floor_page_mkwrite(struct vm_fault *vmf)
{
	lock_page(vmf->page);
	return VM_FAULT_LOCKED;
}

/* Without it mm would not call the handler under the per-VMA lock. */
static vm_fault_t floor_map_pages(struct vm_fault *vmf, pgoff_t first,
				  pgoff_t last)
{
	return 0;
}

static const struct vm_operations_struct floor_vm_ops = {
	.fault = floor_fault,
	.map_pages = floor_map_pages,
};

static const struct vm_operations_struct floor_notified_vm_ops = {
	.fault = floor_fault,
	.map_pages = floor_map_pages,
	.page_mkwrite = floor_page_mkwrite,
};

static int floor_mmap(struct file *file, struct vm_area_struct *vma)
{
	vma->vm_ops = vma->vm_pgoff >= FLOOR_PAGES ? &floor_notified_vm_ops :
						     &floor_vm_ops;
	return 0;
}

static long floor_vmas(struct mm_struct *mm)
{
	VMA_ITERATOR(vmi, mm, 0);
	struct vm_area_struct *vma;
	unsigned long sum = 0;

	if (mmap_read_lock_killable(mm))
		return -EINTR;
	for_each_vma(vmi, vma)
		sum += vma->vm_end - vma->vm_start;
	mmap_read_unlock(mm);
	return sum ? 0 : -EINVAL;
}

/* Count the entries from @addr to @end that are not empty, under the lock. */
static unsigned int floor_table(struct mm_struct *mm, pmd_t *pmd,
				unsigned long addr, unsigned long end)
{
	spinlock_t *ptl = pte_lockptr(mm, pmd);
	const u64 *entry = (const u64 *)pmd_page_vaddr(*pmd);
	unsigned long i, nr = 0;

	spin_lock(ptl);
	for (i = pte_index(addr); i <= pte_index(end - 1); i++)
		nr += !!READ_ONCE(entry[i]);
	spin_unlock(ptl);
	return nr;
}

static pud_t *floor_pud(struct mm_struct *mm, unsigned long addr)
{
	pgd_t *pgd = pgd_offset(mm, addr);
	p4d_t *p4d;
	pud_t *pud;

	if (!pgd_present(*pgd))
		return NULL;
	p4d = p4d_offset(pgd, addr);
	if (!p4d_present(*p4d))
		return NULL;
	pud = pud_offset(p4d, addr);
	return pud_present(*pud) ? pud : NULL;
}

/* The caller maps no huge pages in the range, and changes nothing meanwhile. */
static long floor_ptes(struct mm_struct *mm, const u64 __user *uarg)
{
	unsigned long addr, stop, next, range[2];
	long nr = 0;
	pud_t *pud;
	pmd_t *pmd;

	if (copy_from_user(range, uarg, sizeof(range)))
		return -EFAULT;
	if (mmap_read_lock_killable(mm))
		return -EINTR;
	for (addr = range[0]; addr < range[1]; addr = stop) {
		stop = min(ALIGN(addr + 1, PUD_SIZE), range[1]);
		pud = floor_pud(mm, addr);
		if (!pud)
			continue;
		for (pmd = pmd_offset(pud, addr); addr < stop; addr = next) {
			next = min(ALIGN(addr + 1, PMD_SIZE), stop);
			if (!pmd_none(*pmd))
				nr += floor_table(mm, pmd, addr, next);
			pmd++;
		}
	}
	mmap_read_unlock(mm);
	return nr;
}

static long floor_ioctl(struct file *file, unsigned int cmd, unsigned long arg)
{
	switch (cmd) {
	case FLOOR_EMPTY:
		return 0;
	case FLOOR_VMAS:
		return floor_vmas(current->mm);
	case FLOOR_PTES:
		return floor_ptes(current->mm, (const u64 __user *)arg);
	default:
		return -ENOTTY;
	}
}

static const struct file_operations floor_fops = {
	.owner = THIS_MODULE,
	.mmap = floor_mmap,
	.unlocked_ioctl = floor_ioctl,
};

static struct miscdevice floor_device = {
	.minor = MISC_DYNAMIC_MINOR,
	.name = "vmlab_floor",
	.fops = &floor_fops,
};

static void free_pages_below(unsigned int nr)
{
	while (nr--)
		__free_page(floor_pages[nr]);
	kvfree(floor_pages);
}

static int __init floor_init(void)
{
	unsigned int i;
	int ret;

	floor_pages = kvcalloc(FLOOR_PAGES, sizeof(*floor_pages), GFP_KERNEL);
	if (!floor_pages)
		return -ENOMEM;
	for (i = 0; i < FLOOR_PAGES; i++) {
		floor_pages[i] = alloc_page(GFP_KERNEL | __GFP_ZERO);
		if (!floor_pages[i]) {
			free_pages_below(i);
			return -ENOMEM;
		}
	}
	ret = misc_register(&floor_device);
	if (ret)
		free_pages_below(FLOOR_PAGES);
	return ret;
}
module_init(floor_init);

static void __exit floor_exit(void)
{
	misc_deregister(&floor_device);
	free_pages_below(FLOOR_PAGES);
}
module_exit(floor_exit);

MODULE_DESCRIPTION("Floor of vmlab's benchmarks");
MODULE_LICENSE("GPL");

// SPDX-License-Identifier: GPL-2.0
/*
 * The regions of the virtual address space, from the headers of the
 * architecture: what is the same for all processes.
 */
#include <linux/capability.h>
#include <linux/errno.h>
#include <linux/kernel.h>
#include <linux/mm.h>
#include <linux/string.h>
#include <linux/user_namespace.h>

#include "compat.h"
#include "inspect/inspect.h"

/*
 * kptr_restrict is not exported, but %pK prints zeros where it forbids the
 * address: for all with 2, with 1 without CAP_SYSLOG or with changed ids.
 */
static bool pointers_restricted(void)
{
	char text[2 * sizeof(void *) + 1];

	snprintf(text, sizeof(text), "%pK", (void *)PAGE_OFFSET);
	return !text[strspn(text, "0")];
}

/**
 * vmlab_layout_hidden() - check whether the caller may see kernel addresses
 *
 * The same rule as for /proc/kallsyms, except that CAP_SYSLOG is always needed.
 *
 * Context: process context.
 * Return: true when the addresses of the kernel half must be left out.
 */
bool vmlab_layout_hidden(void)
{
	return !ns_capable_noaudit(&init_user_ns, CAP_SYSLOG) ||
	       pointers_restricted();
}

#ifdef CONFIG_X86_64

#include <asm/cpu_entry_area.h>
#include <asm/fixmap.h>
#include <asm/pgtable.h>
#include <asm/vsyscall.h>
#ifdef CONFIG_KASAN
#include <asm/kasan.h>
#endif

/**
 * struct layout - the list under construction
 * @regions: room for the list
 * @nr: room in @regions
 * @filled: regions found, perhaps more than @nr
 * @hide: leave out the addresses of the kernel half
 */
struct layout {
	struct vmlab_region *regions;
	unsigned int nr;
	unsigned int filled;
	bool hide;
};

static void add(struct layout *layout, const char *name, unsigned long start,
		unsigned long last, u32 flags)
{
	struct vmlab_region *region;

	if (layout->filled++ >= layout->nr)
		return;
	region = &layout->regions[layout->filled - 1];
	memset(region, 0, sizeof(*region));
	strscpy(region->name, name, sizeof(region->name));
	region->flags = flags;
	if (flags & VMLAB_REGION_KERNEL && layout->hide) {
		region->flags |= VMLAB_REGION_HIDDEN;
		return;
	}
	region->start = start;
	region->last = last;
}

static void add_kernel(struct layout *layout, const char *name,
		       unsigned long start, unsigned long last, u32 flags)
{
	add(layout, name, start, last, flags | VMLAB_REGION_KERNEL);
}

static void add_user_half(struct layout *layout)
{
	unsigned long kernel_half = -1UL << __VIRTUAL_MASK_SHIFT;

	add(layout, "user", 0, min(TASK_SIZE_MAX, DEFAULT_MAP_WINDOW) - 1, 0);
	if (TASK_SIZE_MAX > DEFAULT_MAP_WINDOW)
		add(layout, "user_high", DEFAULT_MAP_WINDOW, TASK_SIZE_MAX - 1,
		    0);
	/* The last page of the half, and addresses without sign extension. */
	add(layout, "noncanonical", TASK_SIZE_MAX, kernel_half - 1,
	    VMLAB_REGION_HOLE);
}

/* Regions that memory KASLR moves. */
static void add_memory_map(struct layout *layout)
{
	u32 random = IS_ENABLED(CONFIG_RANDOMIZE_MEMORY) ? VMLAB_REGION_RANDOM :
							   0;
	/* The array covers whole sections of memory. */
	unsigned long pages = round_up(__pa(high_memory - 1) / PAGE_SIZE + 1,
				       PAGES_PER_SECTION);

	add_kernel(layout, "direct_map", PAGE_OFFSET,
		   (unsigned long)high_memory - 1, random);
	add_kernel(layout, "vmalloc", VMALLOC_START, VMALLOC_END, random);
#ifdef CONFIG_KMSAN
	add_kernel(layout, "kmsan_metadata", VMALLOC_END + 1, VMEMORY_END,
		   random);
#endif
	add_kernel(layout, "vmemmap", VMEMMAP_START,
		   VMEMMAP_START + pages * sizeof(struct page) - 1, random);
}

/* Regions at the top, the same with four and five levels. */
static void add_top_of_map(struct layout *layout)
{
	add_kernel(layout, "cpu_entry_area", CPU_ENTRY_AREA_BASE,
		   CPU_ENTRY_AREA_BASE + CPU_ENTRY_AREA_MAP_SIZE - 1, 0);
#ifdef CONFIG_X86_ESPFIX64
	add_kernel(layout, "espfix", ESPFIX_BASE_ADDR,
		   ESPFIX_BASE_ADDR + P4D_SIZE - 1, 0);
#endif
#ifdef CONFIG_EFI
	/* The kernel fills it from the top down: EFI_VA_START is the higher. */
	add_kernel(layout, "efi", EFI_VA_END, EFI_VA_START - 1, 0);
#endif
	/* The image lies in it, at the offset that KASLR chose. */
	add_kernel(layout, "kernel_image", __START_KERNEL_map,
		   __START_KERNEL_map + KERNEL_IMAGE_SIZE - 1, 0);
	add_kernel(layout, "modules", MODULES_VADDR, MODULES_END - 1, 0);
#ifdef CONFIG_X86_VSYSCALL_EMULATION
	/* The first page of the fixmap range is the vsyscall page. */
	add_kernel(layout, "fixmap", FIXADDR_START, VSYSCALL_ADDR - 1, 0);
	add_kernel(layout, "vsyscall", VSYSCALL_ADDR,
		   VSYSCALL_ADDR + PAGE_SIZE - 1, 0);
#else
	add_kernel(layout, "fixmap", FIXADDR_START, FIXADDR_TOP + PAGE_SIZE - 1,
		   0);
#endif
}

/**
 * vmlab_inspect_layout() - list the regions of the address space
 * @regions: array to fill, in ascending order
 * @nr: its length
 * @hide: leave out addresses of the kernel half
 *
 * Context: any.
 * Return: the number of regions, which may be above @nr, or
 * -EOPNOTSUPP when they are not known for this architecture.
 */
int vmlab_inspect_layout(struct vmlab_region *regions, unsigned int nr,
			 bool hide)
{
	struct layout layout = {
		.regions = regions,
		.nr = nr,
		.hide = hide,
	};

	add_user_half(&layout);
	add_kernel(&layout, "hypervisor_hole", GUARD_HOLE_BASE_ADDR,
		   GUARD_HOLE_END_ADDR - 1, VMLAB_REGION_HOLE);
	add_kernel(&layout, "ldt", LDT_BASE_ADDR, LDT_END_ADDR - 1, 0);
	add_memory_map(&layout);
#ifdef CONFIG_KASAN
	add_kernel(&layout, "kasan_shadow", KASAN_SHADOW_START,
		   KASAN_SHADOW_END - 1, 0);
#endif
	add_top_of_map(&layout);
	return layout.filled;
}

#else

int vmlab_inspect_layout(struct vmlab_region *regions, unsigned int nr,
			 bool hide)
{
	return -EOPNOTSUPP;
}

#endif

// SPDX-License-Identifier: GPL-2.0
/* VMLAB_IOC_INFO and VMLAB_IOC_FLAG_NAMES. */
#include <linux/mm.h>
#include <linux/module.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <linux/utsname.h>

#include "inspect/inspect.h"
#include "inspect/pagetable.h"
#include "query/query.h"
#include "uarg.h"

/**
 * vmlab_query_info() - VMLAB_IOC_INFO
 * @uarg: struct vmlab_info of the caller
 *
 * Context: process context, may sleep.
 * Return: 0 or a negative errno.
 */
long vmlab_query_info(void __user *uarg)
{
	struct vmlab_info info;
	int ret;

	ret = vmlab_uarg_get(&info, sizeof(info), sizeof(info), uarg);
	if (ret)
		return ret;

	info.abi_version = VMLAB_ABI_VERSION;
	info.features = vmlab_features();
	info.page_shift = PAGE_SHIFT;
#ifdef CONFIG_X86_64
	info.pgtable_levels = pgtable_l5_enabled() ? 5 : 4;
	info.va_bits = __VIRTUAL_MASK_SHIFT;
	info.pa_bits = boot_cpu_data.x86_phys_bits;
#else
	info.pgtable_levels = CONFIG_PGTABLE_LEVELS;
	info.va_bits = fls64(TASK_SIZE_MAX - 1);
	info.pa_bits = MAX_PHYSMEM_BITS;
#endif
	strscpy_pad(info.module_version, THIS_MODULE->version,
		    sizeof(info.module_version));
	strscpy_pad(info.kernel_release, utsname()->release,
		    sizeof(info.kernel_release));
	return vmlab_uarg_put(&info, sizeof(info), uarg);
}

/**
 * vmlab_query_flag_names() - VMLAB_IOC_FLAG_NAMES
 * @uarg: struct vmlab_flag_names of the caller
 *
 * Context: process context, may sleep.
 * Return: 0 or a negative errno.
 */
long vmlab_query_flag_names(void __user *uarg)
{
	const struct vmlab_flag_name *(*name)(unsigned int bit);
	struct vmlab_flag_names *names;
	unsigned int i;
	int ret;

	names = kmalloc(sizeof(*names), GFP_KERNEL);
	if (!names)
		return -ENOMEM;
	ret = vmlab_uarg_get(names, sizeof(*names), sizeof(*names), uarg);
	if (ret)
		goto out;

	switch (names->kind) {
	case VMLAB_NAMES_VMA_FLAGS:
		name = vmlab_vma_flag_name;
		break;
	case VMLAB_NAMES_FEATURES:
		name = vmlab_feature_name;
		break;
	case VMLAB_NAMES_PTE:
		name = vmlab_pte_flag_name;
		break;
	case VMLAB_NAMES_PAGE_FLAGS:
		name = vmlab_page_flag_name;
		break;
	default:
		ret = -EINVAL;
		goto out;
	}
	for (i = 0; i < ARRAY_SIZE(names->bit); i++)
		names->bit[i] = *name(i);
	ret = vmlab_uarg_put(names, sizeof(*names), uarg);
out:
	kfree(names);
	return ret;
}

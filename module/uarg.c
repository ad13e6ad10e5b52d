// SPDX-License-Identifier: GPL-2.0
/*
 * Arguments of ioctl requests: structures versioned by their size as in
 * openat2(2), with the size in the first member.
 */
#include <linux/mm.h>
#include <linux/uaccess.h>

#include "compat.h"
#include "uarg.h"

/**
 * vmlab_uarg_check_size() - check the size of a caller's structure
 * @usize: the size that the caller gave
 * @min: the size of the structure when it was first published
 *
 * Context: any.
 * Return: 0, -EINVAL when @usize is below @min, -E2BIG above a page.
 */
int vmlab_uarg_check_size(size_t usize, size_t min)
{
	if (usize < min)
		return -EINVAL;
	if (usize > PAGE_SIZE)
		return -E2BIG;
	return 0;
}
VMLAB_EXPORT_FOR_KUNIT(vmlab_uarg_check_size);

/**
 * vmlab_uarg_get() - copy in a caller's structure
 * @karg: filled in; members that an older caller lacks are zero
 * @ksize: the size of @karg
 * @min: the size of the structure when it was first published
 * @uarg: the caller's structure, a __u32 size first
 *
 * The first member of @karg is the caller's size afterwards.
 *
 * Context: process context, may sleep.
 * Return: 0, -EFAULT, -EINVAL when the caller's size is too small, -E2BIG
 * when it has parts beyond @ksize that are not zero.
 */
int vmlab_uarg_get(void *karg, size_t ksize, size_t min,
		   const void __user *uarg)
{
	u32 usize;
	int ret;

	if (get_user(usize, (const u32 __user *)uarg))
		return -EFAULT;
	/* The usual case: a caller of the same version. */
	if (usize == ksize) {
		if (copy_from_user(karg, uarg, ksize))
			return -EFAULT;
		*(u32 *)karg = usize;
		return 0;
	}
	ret = vmlab_uarg_check_size(usize, min);
	if (ret)
		return ret;
	ret = copy_struct_from_user(karg, ksize, uarg, usize);
	if (ret)
		return ret;
	/* The caller may have changed it since it was checked. */
	*(u32 *)karg = usize;
	return 0;
}

/**
 * vmlab_uarg_put() - copy out a result to the caller's structure
 * @karg: the result; its first member is the caller's size
 * @ksize: the size of @karg
 * @uarg: the caller's structure
 *
 * The part of the caller's structure beyond @ksize is not written:
 * vmlab_uarg_get() checked that it is zero.
 *
 * Context: process context, may sleep.
 * Return: 0, or -EFAULT.
 */
int vmlab_uarg_put(const void *karg, size_t ksize, void __user *uarg)
{
	size_t usize = *(const u32 *)karg;

	return copy_to_user(uarg, karg, min(ksize, usize)) ? -EFAULT : 0;
}

/* SPDX-License-Identifier: GPL-2.0 */
/* Arguments of ioctl requests: structures that are versioned by their size. */
#ifndef VMLAB_UARG_H
#define VMLAB_UARG_H

#include <linux/build_bug.h>
#include <linux/errno.h>
#include <linux/types.h>
#include <linux/uaccess.h>

int vmlab_uarg_check_size(size_t usize, size_t min);
int vmlab_uarg_get(void *karg, size_t ksize, size_t min,
		   const void __user *uarg);
int vmlab_uarg_put(const void *karg, size_t ksize, void __user *uarg);

/*
 * Copy in a structure; false when it does not have the size of @karg.  The loop is
 * unrolled, because only a third of its instructions copy; clang knows the pragma.
 */
static __always_inline bool vmlab_uarg_get_same(void *karg, size_t ksize,
						const void __user *uarg)
{
	const u64 __user *from = uarg;
	u64 *to = karg;
	size_t i;

	BUILD_BUG_ON(ksize % sizeof(*to));
	if (!user_read_access_begin(from, ksize))
		return false;
#pragma GCC unroll 64
	for (i = 0; i < ksize / sizeof(*to); i++)
		unsafe_get_user(to[i], from + i, fault);
	user_read_access_end();
	return *(u32 *)karg == ksize;
fault:
	user_read_access_end();
	return false;
}

/**
 * vmlab_uarg_write() - copy out few bytes
 * @to: where to
 * @from: the bytes
 * @size: how many, a constant and a multiple of 8
 *
 * Context: process context, may sleep.
 * Return: 0 or -EFAULT.
 */
static __always_inline int vmlab_uarg_write(void __user *to, const void *from,
					    size_t size)
{
	u64 __user *uword = to;
	const u64 *word = from;
	size_t i;

	BUILD_BUG_ON(size % sizeof(*word));
	if (!user_write_access_begin(uword, size))
		return -EFAULT;
#pragma GCC unroll 64
	for (i = 0; i < size / sizeof(*word); i++)
		unsafe_put_user(word[i], uword + i, fault);
	user_write_access_end();
	return 0;
fault:
	user_write_access_end();
	return -EFAULT;
}

/**
 * vmlab_uarg_get_short() - copy in the structure of a short request
 * @karg: filled in
 * @ksize: the size of @karg, a constant and a multiple of 8; it never grew
 * @uarg: the caller's structure
 *
 * As vmlab_uarg_get(), in a third of the instructions for a caller of the same
 * version.
 *
 * Context: process context, may sleep.
 * Return: as vmlab_uarg_get().
 */
static __always_inline int vmlab_uarg_get_short(void *karg, size_t ksize,
						const void __user *uarg)
{
	return vmlab_uarg_get_same(karg, ksize, uarg) ?
	       0 : vmlab_uarg_get(karg, ksize, ksize, uarg);
}

/**
 * vmlab_uarg_put_short() - copy out the structure of a short request
 * @karg: from vmlab_uarg_get_short()
 * @ksize: the size of @karg, a constant and a multiple of 8
 * @uarg: the caller's structure
 *
 * Context: process context, may sleep.
 * Return: as vmlab_uarg_put().
 */
static __always_inline int vmlab_uarg_put_short(const void *karg, size_t ksize,
						void __user *uarg)
{
	return *(const u32 *)karg == ksize ?
	       vmlab_uarg_write(uarg, karg, ksize) :
	       vmlab_uarg_put(karg, ksize, uarg);
}

#endif /* VMLAB_UARG_H */

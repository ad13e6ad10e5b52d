/* SPDX-License-Identifier: GPL-2.0 */
/* The kinds of sample processes, each with an unusual address space. */
#ifndef SELFTESTS_SAMPLE_KINDS_H
#define SELFTESTS_SAMPLE_KINDS_H

#define SAMPLE_KINDS(X)	\
	X(plain)	\
	X(threads)	\
	X(max_vmas)	\
	X(many_vmas)	\
	X(odd_names)	\
	X(long_path)	\
	X(deleted_exe)	\
	X(overlay)	\
	X(shared)	\
	X(hugetlb)	\
	X(stack_grown)	\
	X(growsdown)	\
	X(anon_names)	\
	X(heap)		\
	X(locked)	\
	X(lock_all)	\
	X(advice)	\
	X(thp)		\
	X(uffd)		\
	X(pkey)		\
	X(sealed)	\
	X(secret)	\
	X(vmlab)	\
	X(clone_vm)	\
	X(vforked)	\
	X(swapped)	\
	X(odd_comm)	\
	X(compat32)

/* make_KIND() turns the calling process into a sample of that kind. */
#define SAMPLE_DECLARE(kind) void make_##kind(void);
SAMPLE_KINDS(SAMPLE_DECLARE)
#undef SAMPLE_DECLARE

#endif /* SELFTESTS_SAMPLE_KINDS_H */

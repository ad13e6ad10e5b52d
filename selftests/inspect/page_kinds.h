/* SPDX-License-Identifier: GPL-2.0 */
#ifndef SELFTESTS_ZOO_H
#define SELFTESTS_ZOO_H

/* Exit status of an animal that this machine cannot have. */
#define ZOO_SKIP	4

/* A process of each kind is in the herd. */
#define ZOO(X)		\
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

#endif /* SELFTESTS_ZOO_H */

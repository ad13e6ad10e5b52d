// SPDX-License-Identifier: GPL-2.0
/*
 * pagesizes PID: show how much of each VMA is mapped, by the size of the entries.
 *
 *	cc $(pkg-config --cflags vmlab) pagesizes.c -o pagesizes $(pkg-config --libs vmlab)
 *
 * Without an installed libvmlab, set PKG_CONFIG_PATH to the absolute path of
 * build/tools before.
 */
#include <inttypes.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>

#include <libvmlab.h>

/* Add up the bytes mapped by entries of levels 1 to 3: 4 KiB, 2 MiB, 1 GiB. */
static int count(struct vmlab_proc *proc, const struct vmlab_vma *vma,
		 uint64_t bytes[4])
{
	/* ask for no bit that comes from struct page: the request is faster */
	const struct vmlab_pt_query query = {
		.start = vma->start,
		.end = vma->end,
		.category_mask = VMLAB_PTE_PRESENT,
		.return_mask = VMLAB_PTE_PRESENT,
	};
	struct vmlab_ptes_iter *it;
	const struct vmlab_pte *pte;
	int err = vmlab_ptes_open(proc, &query, &it);

	if (err)
		return err;
	while ((err = vmlab_ptes_next(it, &pte)) > 0)
		if (pte->level < 4)
			bytes[pte->level] += pte->nr << pte->shift;
	vmlab_ptes_close(it);
	return err;
}

static int show(struct vmlab_proc *proc)
{
	struct vmlab_vmas_iter *it;
	const struct vmlab_vma *vma;
	int err = vmlab_vmas_open(proc, 0, 0, &it);

	if (err)
		return err;
	err = vmlab_vmas_next(it, &vma);
	if (err < 0)
		goto out; /* such as -ENXIO for a kernel thread: print no header */
	printf("%16s %12s %10s %10s %10s  %s\n", "START", "SIZE/KiB",
	       "4K/KiB", "2M/KiB", "1G/KiB", "NAME");
	for (; err > 0; err = vmlab_vmas_next(it, &vma)) {
		uint64_t bytes[4] = { 0 };

		err = count(proc, vma, bytes);
		if (err)
			break;
		printf("%16" PRIx64 " %12" PRIu64, (uint64_t)vma->start,
		       (uint64_t)(vma->end - vma->start) / 1024);
		for (int level = 1; level < 4; level++)
			printf(" %10" PRIu64, bytes[level] / 1024);
		printf("  %s\n", vmlab_vmas_name(it, vma));
	}
out:
	vmlab_vmas_close(it);
	return err;
}

/* Read a pid; 0 for what is none. */
static pid_t parse_pid(const char *text)
{
	char *end;
	long pid = strtol(text, &end, 10);

	return *end || pid < 1 || pid > INT_MAX ? 0 : (pid_t)pid;
}

int main(int argc, char **argv)
{
	const pid_t pid = argc == 2 ? parse_pid(argv[1]) : 0;
	char why[VMLAB_EXPLAIN_MAX];
	struct vmlab_proc *proc;
	struct vmlab *lab;
	int err;

	if (!pid) {
		fprintf(stderr, "Usage: pagesizes PID, a number: see ps(1)\n");
		return EXIT_FAILURE;
	}
	err = vmlab_open(&lab);
	if (err) {
		fprintf(stderr, "%s\n",
			vmlab_explain(err, VMLAB_ABOUT_DEVICE, 0, why,
				      sizeof(why)));
		return EXIT_FAILURE;
	}
	err = vmlab_proc_open(lab, pid, &proc);
	if (!err) {
		err = show(proc);
		vmlab_proc_close(proc);
	}
	vmlab_close(lab);
	if (err) {
		fprintf(stderr, "%s\n",
			vmlab_explain(err, VMLAB_ABOUT_PROCESS, pid, why,
				      sizeof(why)));
		return EXIT_FAILURE;
	}
	return EXIT_SUCCESS;
}

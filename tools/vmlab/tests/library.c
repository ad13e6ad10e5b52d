// SPDX-License-Identifier: GPL-2.0
/* libvmlab against a kernel that the test plays. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "fake_kernel.h"
#include "tap.h"

static void test_open(void)
{
	struct vmlab *lab = NULL;

	reset();
	kernel.open_errno = ENOENT;
	is(vmlab_open(&lab), -ENOENT, "no device");
	kernel.open_errno = EACCES;
	is(vmlab_open(&lab), -EACCES, "no permission");
	reset();
	kernel.abi_version = VMLAB_ABI_VERSION + 1;
	is(vmlab_open(&lab), -EPROTO, "another ABI");
	reset();
	kernel.interruptions = 3;
	is(vmlab_open(&lab), 0, "a signal does not stop it");
	is(vmlab_page_size(lab), PAGE, "page size");
	streq(vmlab_vm_flag_name(lab, 0), "read", "a flag's name");
	streq(vmlab_vm_flag_name(lab, 64), "", "no bit 64");
	is(strlen(vmlab_vm_flag_name(lab, 5)), 19,
	   "a name is always terminated");
	is(vmlab_vm_flag_bit(lab, "LAST"), 63, "a bit by name");
	is(vmlab_vm_flag_bit(lab, "rd"), 0, "a bit by mnemonic");
	is(vmlab_vm_flag_bit(lab, ""), -ENOENT, "no bit has an empty name");
	is(vmlab_vm_flag_bit(lab, "nosuch"), -ENOENT, "no such bit");
	vmlab_close(lab);
	vmlab_close(NULL);
}

static void test_flags_text(void)
{
	struct vmlab *lab;
	char buf[VMLAB_FLAGS_TEXT_MAX], small[8];

	reset();
	lab = open_lab();
	is(vmlab_vm_flags_text(lab, 0, buf, sizeof(buf)), 0, "no flags");
	streq(buf, "", "are an empty text");
	vmlab_vm_flags_text(lab, 1 | 4 | UINT64_C(1) << 63, buf, sizeof(buf));
	streq(buf, "read bit2 last", "flags in words");
	is(vmlab_vm_flags_text(lab, 1 | 4, small, sizeof(small)), 9,
	   "the length it needs");
	streq(small, "read bi", "cut, and terminated");
	ok(vmlab_vm_flags_text(lab, UINT64_MAX, buf, sizeof(buf)) < sizeof(buf),
	   "all flags fit into VMLAB_FLAGS_TEXT_MAX");
	is(vmlab_vm_flags_text(lab, 1, NULL, 0), 4, "no buffer");
	vmlab_close(lab);
}

static void test_targets(void)
{
	struct vmlab_proc *proc = NULL;
	struct vmlab_mm mm;
	struct vmlab *lab;

	reset();
	lab = open_lab();
	proc = open_self(lab);
	is(vmlab_mm_get(proc, &mm), 0, "mm of self");
	is(kernel.target.kind, VMLAB_TARGET_SELF, "is asked as self");
	vmlab_proc_close(proc);

	is(vmlab_proc_open(lab, getpid(), &proc), 0, "a pid without pidfds");
	is(vmlab_mm_get(proc, &mm), 0, "its mm");
	is(kernel.target.kind, VMLAB_TARGET_PID, "is asked by number");
	is(kernel.target.id, getpid(), "the right one");
	kernel.mm_errno = -EPERM;
	is(vmlab_mm_get(proc, &mm), -EPERM, "errors are handed on");
	vmlab_proc_close(proc);

	is(vmlab_proc_open(lab, -1, &proc), -EINVAL, "a negative pid");
	is(vmlab_proc_open(lab, 0x7fffffff, &proc), -ESRCH,
	   "a pid that cannot exist");
	is(vmlab_proc_open_pidfd(lab, 0, &proc), -EOPNOTSUPP, "no pidfds here");
	vmlab_close(lab);

	reset();
	kernel.features = VMLAB_FEAT_PIDFD;
	lab = open_lab();
	is(vmlab_proc_open(lab, getpid(), &proc), 0, "a pid with pidfds");
	vmlab_mm_get(proc, &mm);
	is(kernel.target.kind, VMLAB_TARGET_PIDFD, "is held by a pidfd");
	ok(fcntl(kernel.target.id, F_GETFD) == FD_CLOEXEC, "which exec closes");
	vmlab_proc_close(proc);
	ok(fcntl(kernel.target.id, F_GETFD) < 0, "and which is closed");
	is(vmlab_proc_open_pidfd(lab, 1000000, &proc), -EBADF,
	   "a bad descriptor");
	vmlab_close(lab);
}

struct walk {
	int ret;
	unsigned int nr;
	bool in_order;
	size_t name_length; /* of VMA 500 */
	bool cut;
};

static struct walk walk(struct vmlab_proc *proc, uint64_t start, uint64_t end)
{
	struct walk w = { .in_order = true };
	const struct vmlab_vma *vma;
	struct vmlab_vmas_iter *it;
	uint64_t last = 0;

	w.ret = vmlab_vmas_open(proc, start, end, &it);
	if (w.ret)
		return w;
	while ((w.ret = vmlab_vmas_next(it, &vma)) > 0) {
		if (w.nr++ && vma->start != last + 2 * PAGE)
			w.in_order = false;
		last = vma->start;
		if (vma->flags & VMLAB_VMA_NAME_CUT)
			w.cut = true;
		else if (strcmp(vmlab_vmas_ops(it, vma), "ops"))
			w.in_order = false;
		if (vma->start == 500 * 2 * PAGE)
			w.name_length = strlen(vmlab_vmas_name(it, vma));
		if (w.nr > 2 * NR_VMAS)
			break;
	}
	if (!w.ret)
		ok(vmlab_vmas_next(it, &vma) == 0, "the end is the end");
	vmlab_vmas_close(it);
	return w;
}

/* The flag reaches a module that knows it; one that does not still answers. */
static void test_vmas_without_ops(struct vmlab_proc *proc)
{
	const struct vmlab_vma *vma;
	struct vmlab_vmas_iter *it;

	for (int old = 0; old < 2; old++) {
		reset();
		kernel.old_vmas = old;
		if (vmlab_vmas_open(proc, 0, 0, &it))
			bail("vmlab_vmas_open");
		vmlab_vmas_without_ops(it);
		is(vmlab_vmas_next(it, &vma), 1, "VMAs without symbols, %s module",
		   old ? "an old" : "a new");
		is(kernel.vmas_flags, old ? 0 : VMLAB_VMAS_NO_OPS,
		   "and the flags that it knows");
		vmlab_vmas_close(it);
	}
}

static void test_vmas(void)
{
	static const unsigned int batches[] = { 1, 7, NR_VMAS };
	static const size_t lengths[] = { 4096, 40000, 60000 };
	struct vmlab_vmas_iter *it;
	struct vmlab_proc *proc;
	struct vmlab *lab;
	struct walk w;

	reset();
	lab = open_lab();
	proc = open_self(lab);
	for (size_t i = 0; i < sizeof(batches) / sizeof(batches[0]); i++) {
		kernel.batch = batches[i];
		kernel.interruptions = 2;
		w = walk(proc, 0, 0);
		ok(!w.ret && w.nr == NR_VMAS && w.in_order,
		   "all VMAs, %u an answer", batches[i]);
	}

	reset();
	w = walk(proc, 10 * PAGE, 20 * PAGE);
	is(w.nr, 5, "a range");
	w = walk(proc, 10 * PAGE + 1, 10 * PAGE + 2);
	is(w.nr, 1, "one byte");
	w = walk(proc, 11 * PAGE, 12 * PAGE);
	is(w.nr, 0, "a gap");
	is(vmlab_vmas_open(proc, 5, 5, &it), -EINVAL, "an empty range");

	for (size_t i = 0; i < sizeof(lengths) / sizeof(lengths[0]); i++) {
		reset();
		kernel.name_length = lengths[i];
		w = walk(proc, 0, 0);
		ok(!w.ret && w.nr == NR_VMAS && w.in_order && !w.cut,
		   "all VMAs and no name cut, one of %zu bytes", lengths[i]);
		is(w.name_length, lengths[i], "that name is whole");
	}
	kernel.name_length = 1u << 19;
	w = walk(proc, 0, 0);
	ok(!w.ret && w.nr == NR_VMAS && w.in_order && w.cut,
	   "a name too long for any buffer");

	reset();
	kernel.exit_after = 3;
	kernel.batch = 10;
	w = walk(proc, 0, 0);
	is(w.ret, -ESRCH, "the target exits half way");
	is(w.nr, 30, "after what was there");

	reset();
	kernel.stuck = true;
	kernel.batch = 1;
	w = walk(proc, 0, 0);
	is(w.ret, -EPROTO, "a walk that does not advance ends");
	reset();
	kernel.wild_offset = true;
	w = walk(proc, 0, 0);
	is(w.ret, -EPROTO, "a name outside the strings");

	test_vmas_without_ops(proc);
	vmlab_proc_close(proc);
	vmlab_close(lab);
}

static void test_tasks(void)
{
	static const unsigned int numbers[] = { 0, 1, 256, 1000 };
	struct vmlab_proc *proc;
	struct vmlab *lab;

	reset();
	lab = open_lab();
	proc = open_self(lab);
	for (size_t i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++) {
		const struct vmlab_task *task;
		struct vmlab_tasks_iter *it;
		unsigned int nr = 0;
		bool right = true;
		int ret;

		kernel.nr_tasks = numbers[i];
		is(vmlab_tasks_open(proc, &it), 0, "walk over tasks");
		while ((ret = vmlab_tasks_next(it, &task)) > 0) {
			right = right && task->tid == 100 + (int)nr &&
				strlen(task->comm) == 15;
			nr++;
		}
		ok(!ret && nr == numbers[i] && right, "%u tasks", numbers[i]);
		vmlab_tasks_close(it);
	}
	vmlab_proc_close(proc);
	vmlab_close(lab);
}

/* walk to the end: records, or a negative errno */
static long walk_tree(struct vmlab_proc *proc, uint32_t *flags)
{
	const struct vmlab_tree_item *item;
	struct vmlab_tree_iter *it;
	long nr = 0;
	int ret;

	if (vmlab_tree_open(proc, &it))
		return -ENOMEM;
	while ((ret = vmlab_tree_next(it, &item)) > 0)
		if (item->first != (uint64_t)nr++)
			break;
	*flags = vmlab_tree_flags(it);
	if (!ret)
		ok(vmlab_tree_next(it, &item) == 0 &&
		   vmlab_tree_map_count(it) == 77 &&
		   vmlab_tree_depth(it) == 3, "the end is the end");
	vmlab_tree_close(it);
	return ret ? ret : nr;
}

static long walk_gaps(struct vmlab_proc *proc, uint32_t *flags)
{
	const struct vmlab_gap *gap;
	struct vmlab_gaps_iter *it;
	uint64_t last = 0;
	long nr = 0;
	int ret;

	if (vmlab_gaps_open(proc, 0, 0, &it))
		return -ENOMEM;
	while ((ret = vmlab_gaps_next(it, &gap)) > 0) {
		if (gap->start <= last && nr)
			break;
		last = gap->start;
		nr++;
	}
	*flags = vmlab_gaps_flags(it);
	vmlab_gaps_close(it);
	return ret ? ret : nr;
}

static long walk_ptes(struct vmlab_proc *proc, uint32_t *result)
{
	const struct vmlab_pt_query query = { .start = 7 * PAGE };
	const struct vmlab_pte *pte;
	struct vmlab_ptes_iter *it;
	uint64_t at = 7 * PAGE;
	int ret;

	if (vmlab_ptes_open(proc, &query, &it))
		return -ENOMEM;
	while ((ret = vmlab_ptes_next(it, &pte)) > 0) {
		if (pte->start != at)
			return -1;
		at += PAGE;
	}
	*result = vmlab_ptes_result(it);
	if (!ret)
		ok(vmlab_ptes_tables_read(it) >= 2, "the cost is summed");
	vmlab_ptes_close(it);
	return ret ? ret : (long)(at / PAGE - 7);
}

static long walk_pages(struct vmlab_proc *proc, uint32_t *result)
{
	const struct vmlab_page *page;
	struct vmlab_pages_iter *it;
	uint64_t at = 0;
	int ret;

	if (vmlab_pages_open(proc, NULL, &it))
		return -ENOMEM;
	while ((ret = vmlab_pages_next(it, &page)) > 0) {
		if (page->addr != at)
			return -1;
		at += PAGE;
	}
	*result = vmlab_pages_result(it);
	vmlab_pages_close(it);
	return ret ? ret : (long)(at / PAGE);
}

static void test_walks(void)
{
	static const struct {
		const char *name;
		long (*walk)(struct vmlab_proc *proc, uint32_t *flags);
	} walks[] = { { "tree", walk_tree },
		      { "gaps", walk_gaps },
		      { "entries", walk_ptes },
		      { "pages", walk_pages } };
	static const unsigned int batches[] = { 1, 100, 100000 };
	struct vmlab_proc *proc;
	struct vmlab *lab;
	uint32_t flags = 0;

	for (size_t w = 0; w < sizeof(walks) / sizeof(walks[0]); w++) {
		for (size_t i = 0; i < 3; i++) {
			reset();
			lab = open_lab();
			proc = open_self(lab);
			kernel.nr_records = 1500;
			kernel.batch = batches[i];
			kernel.interruptions = 2;
			kernel.result = 1;
			is(walks[w].walk(proc, &flags), 1500,
			   "%s: all records, %u an answer", walks[w].name,
			   batches[i]);
			is(flags, 1, "%s: with the flags of the answers",
			   walks[w].name);
			kernel.nr_records = 0;
			is(walks[w].walk(proc, &flags), 0, "%s: none",
			   walks[w].name);
			kernel.nr_records = 1500;
			kernel.stuck = true;
			is(walks[w].walk(proc, &flags),
			   (unsigned long long)-EPROTO,
			   "%s: a walk that does not advance ends",
			   walks[w].name);
			vmlab_proc_close(proc);
			vmlab_close(lab);
		}
	}
}

static void test_answers(void)
{
	static char strings[VMLAB_FIND_STRINGS_MIN];
	struct vmlab_translation translation;
	struct vmlab_kmem_page *pages;
	struct vmlab_region *regions;
	struct vmlab_proc *proc;
	struct vmlab_find find;
	uint32_t result;
	struct vmlab *lab;
	char text[64];
	size_t nr;

	reset();
	lab = open_lab();
	proc = open_self(lab);
	streq(vmlab_pte_flag_name(lab, 0), "present", "a bit of entries");
	is(vmlab_pte_flag_bit(lab, "PRESENT"), 0, "by name");
	vmlab_page_flags_text(lab, 3, text, sizeof(text));
	streq(text, "bit0 error", "page flags in words");

	kernel.nr_records = 100;
	is(vmlab_layout_get(lab, &regions, &nr), 0, "layout");
	is(nr, 100, "more regions than there was room for at first");
	is(strlen(regions[99].name), 23, "names are always terminated");
	free(regions);
	kernel.nr_records = 1u << 30;
	is(vmlab_layout_get(lab, &regions, &nr), -EPROTO,
	   "an absurd number of regions");

	is(vmlab_kmem_get(lab, VMLAB_KMEM_VMALLOC, 4097, &pages, &nr, &result),
	   0, "kernel memory");
	ok(nr == 2 && pages[1].pfn == 101 && result == VMLAB_PT_HIDDEN,
	   "its pages");
	free(pages);
	is(vmlab_kmem_get(lab, VMLAB_KMEM_VMALLOC, VMLAB_KMEM_LENGTH_MAX + 1,
			  &pages, &nr, NULL), -EINVAL, "too much of it");
	kernel.stuck = true;
	is(vmlab_kmem_get(lab, VMLAB_KMEM_VMALLOC, 1, &pages, &nr, NULL),
	   -EPROTO, "more pages than there are");
	kernel.stuck = false;

	is(vmlab_find_get(proc, 5, 5, &find, strings), -EINVAL,
	   "find in an empty range");
	is(vmlab_find_get(proc, 5, 0, &find, strings), 0, "find");
	streq(vmlab_find_name(&find, strings, VMLAB_FIND_VMA), "name",
	      "its name");
	streq(vmlab_find_ops(&find, strings, VMLAB_FIND_VMA), "",
	      "an offset outside the strings");
	streq(vmlab_find_name(&find, strings, VMLAB_FIND_NEXT), "",
	      "a name that is not terminated");
	streq(vmlab_find_name(&find, strings, VMLAB_FIND_PREV), "",
	      "a VMA that was not found");
	streq(vmlab_find_name(&find, strings, 99), "", "no such answer");

	is(vmlab_translate_get(proc, 0, &translation), 0, "translate");
	kernel.stuck = true;
	is(vmlab_translate_get(proc, 0, &translation), -EPROTO,
	   "more steps than levels");
	vmlab_proc_close(proc);
	vmlab_close(lab);

	reset();
	kernel.old = true;
	lab = open_lab();
	streq(vmlab_pte_flag_name(lab, 0), "",
	      "an older module has no names of entries");
	vmlab_close(lab);
}

static void test_space(void)
{
	struct vmlab_space *space = NULL, *clone = NULL;
	void *addr;
	int fd;

	reset();
	is(vmlab_space_open(16 * PAGE, &space), 0, "a space");
	is(kernel.config.bytes, 16 * PAGE, "gets its size");
	is(vmlab_space_map(space, UINT64_MAX, PAGE, 0, 0, &addr), -EINVAL,
	   "an offset beyond off_t");
	is(vmlab_space_clone(space, &clone), 0, "a clone of it");
	fd = vmlab_space_fd(clone);
	ok(fd != vmlab_space_fd(space) && fcntl(fd, F_GETFD) == FD_CLOEXEC,
	   "has a descriptor of its own");
	vmlab_space_close(clone);
	ok(fcntl(fd, F_GETFD) < 0, "which is closed with it");
	fd = dup(vmlab_space_fd(space));
	is(vmlab_space_from_fd(fd, &clone), 0, "the space of a descriptor");
	is(vmlab_space_fd(clone), fd, "... with this descriptor");
	vmlab_space_close(clone);
	is(fcntl(fd, F_GETFD), -1, "... which is closed with it");
	kernel.old = true;
	clone = NULL;
	is(vmlab_space_clone(space, &clone), -ENOTTY,
	   "an older module cannot clone");
	ok(!clone, "and there is no clone");
	kernel.old = false;
	vmlab_space_close(space);
	is(vmlab_space_open(5, &space), -EINVAL, "a bad size");
	kernel.open_errno = ENOENT;
	is(vmlab_space_open(0, &space), -ENOENT, "no device");
	vmlab_space_close(NULL);
}

static void check_text(int err, enum vmlab_subject about, pid_t pid,
		       const char *part)
{
	char text[VMLAB_EXPLAIN_MAX];

	vmlab_explain(err, about, pid, text, sizeof(text));
	ok(strstr(text, part) && !strchr(text, '\n'), "%d is explained: %s",
	   err, text);
	ok(strlen(text) < sizeof(text) - 1, "%d: nothing is cut", err);
}

static void test_explain(void)
{
	char tiny[4];

	check_text(-ENOENT, VMLAB_ABOUT_DEVICE, 0, "insmod");
	check_text(-EACCES, VMLAB_ABOUT_DEVICE, 0, "root");
	check_text(-EMFILE, VMLAB_ABOUT_DEVICE, 0, "Too many open files");
	check_text(-ESRCH, VMLAB_ABOUT_PROCESS, 0x7fffffff, "ps -p 2147483647");
	check_text(-ESRCH, VMLAB_ABOUT_PROCESS, getpid(), "no address space");
	check_text(-ESRCH, VMLAB_ABOUT_PROCESS, 0, "exited");
	check_text(-EPERM, VMLAB_ABOUT_PROCESS, 1, "CAP_SYS_PTRACE");
	check_text(-ENXIO, VMLAB_ABOUT_PROCESS, 2, "kernel thread");
	check_text(-EOPNOTSUPP, VMLAB_ABOUT_PROCESS, 0, "6.9");
	check_text(-EINVAL, VMLAB_ABOUT_SPACE, 0, "page size");
	check_text(-EFBIG, VMLAB_ABOUT_SPACE, 0, "too large");
	check_text(-ENOMEM, VMLAB_ABOUT_SPACE, 0, "ulimit");
	check_text(-ENOTTY, VMLAB_ABOUT_PROCESS, 1, "same source");
	check_text(-E2BIG, VMLAB_ABOUT_SPACE, 0, "older");
	check_text(-EPROTO, VMLAB_ABOUT_DEVICE, 0, "understand");
	check_text(-EIO, VMLAB_ABOUT_PROCESS, 1, "Input/output error");
	streq(vmlab_explain(-ENOENT, VMLAB_ABOUT_DEVICE, 0, tiny, sizeof(tiny)),
	      "no ", "a small buffer is respected");
}

int main(void)
{
	test_open();
	test_flags_text();
	test_targets();
	test_vmas();
	test_tasks();
	test_walks();
	test_answers();
	test_space();
	test_explain();
	return tap_done();
}

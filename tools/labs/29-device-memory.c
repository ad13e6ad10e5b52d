// SPDX-License-Identifier: GPL-2.0
/* Lab 29: memory that a driver maps by frame number, against pages of a file. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/uio.h>
#include <unistd.h>

#include "labs/frames.h"
#include "labs/memory.h"
#include "labs/process.h"

enum { MAX = 32 };

static const struct lab_param params[] = {
	{ "pages", "16", NULL, 2, MAX, "pages of each mapping" },
	{ 0 },
};

static const struct lab_break breaks[] = {
	{ "pages", "let the device map pages with a struct page instead" },
	{ "unmapped", "drop the entries before the fork" },
	{ 0 },
};

enum kind { DEVICE, FILE_PAGES };

static const char *const names[] = { "device", "file" };

static const char *key(enum kind kind, const char *quantity, char text[40])
{
	snprintf(text, 40, "%s_%s", names[kind], quantity);
	return text;
}

static const char ok[] = "no error";

/* The predictions for device and file: words, or else multiples of the pages */
static const struct {
	const char *key, *what;
	const char *words[2];
	unsigned int times[2];
	const char *from;
} rows[] = {
	{ "flags", "flags of the VMA", { "io pfnmap", "none" }, { 0 },
	  "a driver sets them to map frame numbers" },
	{ "populated", "entries after MAP_POPULATE", { NULL }, { 0, 1 },
	  "VM_IO and VM_PFNMAP are skipped" },
	{ "resident", "entries after writes", { NULL }, { 1, 1 }, "one a page" },
	{ "rss", "pages of RSS for them", { NULL }, { 0, 1 },
	  "RSS counts pages with a struct page" },
	{ "special", "entries that hide the struct page", { NULL }, { 1, 0 },
	  "VMLAB_PTE_SPECIAL, set with a frame number" },
	{ "forked", "faults of a child that writes them", { NULL }, { 0, 1 },
	  "fork copies entries of VM_PFNMAP, not those of files" },
	{ "write", "write(2) from it to a pipe", { ok, ok }, { 0 },
	  "an access by the processor, as any other" },
	{ "splice", "vmsplice(2) from it to a pipe", { "EFAULT", ok }, { 0 },
	  "get_user_pages() needs a struct page" },
	{ "readv", "process_vm_readv(2) of it", { "EFAULT", ok }, { 0 },
	  "get_user_pages() too" },
	{ "dontneed", "madvise(MADV_DONTNEED)", { "EINVAL", ok }, { 0 },
	  "drops only what a fault can find again" },
	{ "private", "a private writable mapping", { "EINVAL", ok }, { 0 },
	  "copy on write needs a struct page" },
	{ 0 },
};

static void predict(struct lab_run *run)
{
	uint64_t n = lab_number(run, "pages");
	char text[40], what[80];

	for (size_t i = 0; rows[i / 2].key; i++) {
		enum kind kind = i % 2 ? FILE_PAGES : DEVICE;
		uint64_t number = n * rows[i / 2].times[kind];

		key(kind, rows[i / 2].key, text);
		snprintf(what, sizeof(what), "%s: %s", names[kind],
			 rows[i / 2].what);
		if (rows[i / 2].words[0])
			lab_predict_words(run, text, what,
					  rows[i / 2].words[kind], "%s",
					  rows[i / 2].from);
		else
			lab_predict(run, text, what, (double)number, "", "%s",
				    rows[i / 2].from);
	}
}

/** struct mapping - the device or the file, shared with a child; @space of the device only */
struct mapping {
	enum kind kind;
	int fd;
	struct vmlab_space *space;
	char *start;
	size_t size, page;
	uint64_t faults;
};

static void measure(struct lab_run *run, const struct mapping *m,
		    const char *quantity, uint64_t value)
{
	char text[40];

	lab_measure(run, key(m->kind, quantity, text), (double)value);
}

static void measure_call(struct lab_run *run, const struct mapping *m,
			 const char *quantity, long ret)
{
	int err = errno;
	char text[40];

	lab_measure_words(run, key(m->kind, quantity, text), "%s",
			  ret < 0 ? strerrorname_np(err) : ok);
}

static uint64_t rss(struct lab_run *run)
{
	struct vmlab_mm mm = lab_mm(run, 0);

	return mm.rss[VMLAB_RSS_FILE] + mm.rss[VMLAB_RSS_SHMEM];
}

static void measure_vma(struct lab_run *run, const struct mapping *m)
{
	int io = vmlab_vm_flag_bit(lab_device(run), "io");
	int pfnmap = vmlab_vm_flag_bit(lab_device(run), "pfnmap");
	struct vmlab_vma vma = { 0 };
	char text[40];

	lab_vma(run, 0, m->start, &vma, NULL, 0);
	lab_measure_words(run, key(m->kind, "flags", text), "%s",
			  vma.vm_flags & 1ull << io &&
			  vma.vm_flags & 1ull << pfnmap ? "io pfnmap" : "none");
}

static void measure_calls(struct lab_run *run, const struct mapping *m)
{
	char byte;
	struct iovec remote = { m->start, 1 }, local = { &byte, 1 };
	void *private;
	int ends[2];

	lab_check(run, pipe2(ends, O_CLOEXEC) ? -errno : 0, "pipe");
	measure_call(run, m, "write", write(ends[1], m->start, 1));
	measure_call(run, m, "splice", vmsplice(ends[1], &remote, 1, 0));
	close(ends[0]);
	close(ends[1]);
	measure_call(run, m, "readv",
		     process_vm_readv(getpid(), &local, 1, &remote, 1, 0));
	measure_call(run, m, "dontneed",
		     madvise(m->start, m->page, MADV_DONTNEED));
	private = mmap(NULL, m->page, PROT_READ | PROT_WRITE, MAP_PRIVATE, m->fd,
		       0);
	measure_call(run, m, "private", private == MAP_FAILED ? -1 : 0);
}

static int write_all(struct lab_run *run, void *arg)
{
	struct mapping *shared = arg, m = *shared;
	struct lab_counts counts = lab_counts();

	(void)run;
	lab_write(m.start, m.size, m.page, 2);
	shared->faults = lab_counts_since(&counts).minor;
	return 0;
}

static void measure_mapping(struct lab_run *run, struct mapping *m)
{
	struct vmlab_page pages[MAX];
	size_t n = m->size / m->page;
	uint64_t before = rss(run);

	lab_step(run, "%s: mmap, MAP_SHARED | MAP_POPULATE", names[m->kind]);
	m->start = lab_map(run, m->size, PROT_READ | PROT_WRITE,
			   MAP_SHARED | MAP_POPULATE, m->fd, 0);
	measure_vma(run, m);
	measure(run, m, "populated", lab_resident(run, 0, m->start, m->size));
	lab_step(run, "%s: write each page", names[m->kind]);
	lab_write(m->start, m->size, m->page, 1);
	measure(run, m, "resident", lab_resident(run, 0, m->start, m->size));
	measure(run, m, "rss", rss(run) - before);
	lab_frames(run, 0, m->start, n, pages);
	measure(run, m, "special",
		lab_frames_flags(pages, n, VMLAB_PTE_SPECIAL));

	if (m->space && lab_broken(run, "unmapped"))
		vmlab_space_range(m->space, VMLAB_RANGE_EVICT, 0, m->size, NULL);
	lab_step(run, "%s: fork; the child writes each page", names[m->kind]);
	lab_wait_ok(run, lab_spawn(run, write_all, m));
	measure(run, m, "forked", m->faults);
	lab_step(run, "%s: the system calls", names[m->kind]);
	measure_calls(run, m);
}

static void experiment(struct lab_run *run)
{
	uint32_t backing = lab_broken(run, "pages") ? VMLAB_BACKING_ZERO :
						      VMLAB_BACKING_PFN;
	struct mapping *m = lab_shared(run, 2 * sizeof(*m));

	for (enum kind kind = DEVICE; kind <= FILE_PAGES; kind++) {
		m[kind].kind = kind;
		m[kind].page = lab_machine(run)->page;
		m[kind].size = lab_number(run, "pages") * m[kind].page;
	}
	lab_check(run, vmlab_space_open(m->size, &m->space), "open /dev/vmlab");
	lab_check(run, vmlab_space_backing_set(m->space, backing, -1, 0),
		  "frames without a struct page");
	m[DEVICE].fd = vmlab_space_fd(m->space);
	m[FILE_PAGES].fd = lab_file(run, "/tmp", m->size, 0);
	measure_mapping(run, &m[DEVICE]);
	measure_mapping(run, &m[FILE_PAGES]);
}

static const struct lab device_memory = {
	.number = 29,
	.name = "device-memory",
	.title = "device memory against a memory-mapped file",
	.question = "What can the kernel not do with memory that a driver mapped "
		    "by frame numbers, and what does it do with a file's pages?",
	.idea = "A driver maps registers or a frame buffer by frame numbers. "
		"There is no struct page, or mm must not use it: the VMA is VM_IO "
		"and VM_PFNMAP, the entries are special. So nothing is counted as "
		"RSS, no reference is taken (get_user_pages() fails), nothing is "
		"populated or copied on write, and fork has to copy the entries. "
		"Loads and stores, also those of the kernel, work as in any memory.",
	.pins = "The device is a space with the backing pfn, whose frames are "
		"ordinary memory, mapped as a driver maps its own. Nothing evicts "
		"them: the space has no budget. The child writes, since a read "
		"would let fault-around serve several pages of the file.",
	.reads = "mm/memory.c: vmf_insert_pfn_prot(), vm_normal_page(), "
		 "vma_needs_copy()\n"
		 "mm/gup.c: check_vma_flags(), populate_vma_page_range()",
	.needs = LAB_DEVICE | LAB_ROOT | LAB_PTES,
	.params = params,
	.breaks = breaks,
	.predict = predict,
	.experiment = experiment,
};

LAB_REGISTER(device_memory);

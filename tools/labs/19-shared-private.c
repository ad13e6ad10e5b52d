// SPDX-License-Identifier: GPL-2.0
/* Lab 19: which writes reach the file, and which processes see them. */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "labs/memory.h"
#include "labs/process.h"
#include "labs/system.h"

enum { DISK = 32 * 1024 * 1024, OLD = 1, NEW = 100 };

static const struct lab_param params[] = {
	{ "pages", "8", NULL, 1, NEW - OLD, "pages of each mapping" },
	{ 0 },
};

static const struct lab_break breaks[] = {
	{ "shared", "use MAP_SHARED where the lab is private" },
	{ "private", "use MAP_PRIVATE where the lab is shared" },
	{ 0 },
};

/* In .data: the executable holds its initial value. */
static volatile uint64_t in_data = 0x7661626c6d76; /* any value */

static void predict(struct lab_run *run)
{
	unsigned long long count = lab_number(run, "pages");
	double n = (double)count;

	lab_predict(run, "shared_disk", "MAP_SHARED: pages written to the disk",
		    n, "pages", "writes go to the page cache: N = %llu", count);
	lab_predict(run, "private_disk", "MAP_PRIVATE: pages written to it", 0,
		    "pages", "writes go to copies");
	lab_predict(run, "shared_file", "frames of the shared file mapping", n,
		    "frames of files", "the page cache: N = %llu", count);
	lab_predict(run, "private_read", "of the private one, before writes", n,
		    "frames of files", "reads map the page cache too");
	lab_predict(run, "private_written", "of the private one, after writes",
		    n, "anonymous frames", "each page was copied");
	lab_predict(run, "anon_private", "of private anonymous memory", n,
		    "anonymous frames", "it has no file");
	lab_predict(run, "anon_shared", "of shared anonymous memory", n,
		    "frames of shmem", "it is a file of tmpfs without a name");
	lab_predict_words(run, "see_shared", "a child's write to shared memory",
			  "seen", "both map one frame");
	lab_predict_words(run, "see_private", "a child's write to private memory",
			  "not seen", "the child writes to its copy");
	lab_predict_words(run, "data_vma", "the mapping of .data",
			  "private, of a file", "the loader maps it so");
	lab_predict_words(run, "data_frame", "the frame of .data after a write",
			  "anonymous", "it is a copy of the file's page");
	lab_predict_words(run, "data_file", ".data in the executable after it",
			  "unchanged", "a private copy is never written back");
}

/* The flags of a mapping that the lab calls shared or private */
static int kind(const struct lab_run *run, bool shared)
{
	if (lab_broken(run, shared ? "private" : "shared"))
		shared = !shared;
	return shared ? MAP_SHARED : MAP_PRIVATE;
}

static void *map(struct lab_run *run, bool shared, int more, int fd)
{
	size_t size = lab_number(run, "pages") * lab_machine(run)->page;

	return lab_map(run, size, PROT_READ | PROT_WRITE,
		       kind(run, shared) | more, fd, 0);
}

/* Count the pages whose first byte is @value when the disk is read. */
static uint64_t on_disk(struct lab_run *run, int fd, char value)
{
	size_t page = lab_machine(run)->page;
	uint64_t found = 0;
	char byte;

	lab_file_evict(run, fd);
	for (size_t i = 0; i < lab_number(run, "pages"); i++) {
		if (pread(fd, &byte, 1, (off_t)(i * page)) != 1)
			lab_fail(run, "pread: %s", strerror(errno));
		found += byte == value;
	}
	return found;
}

/* Touch all pages of a mapping; return what it added to the RSS of a kind. */
static uint64_t touch(struct lab_run *run, void *memory, bool write,
		      unsigned int rss)
{
	size_t page = lab_machine(run)->page;
	size_t size = lab_number(run, "pages") * page;
	uint64_t before = lab_mm(run, 0).rss[rss];

	if (write)
		lab_write(memory, size, page, NEW);
	else
		lab_read(memory, size, page);
	return lab_mm(run, 0).rss[rss] - before;
}

static void measure_files(struct lab_run *run)
{
	size_t size = lab_number(run, "pages") * lab_machine(run)->page;
	char directory[LAB_PATH];
	int shared, private;
	void *a, *b;

	lab_step(run, "make two files of %zu bytes on ext4 on a zram disk",
		 size);
	lab_disk(run, DISK, directory);
	shared = lab_file(run, directory, size, OLD);
	private = lab_file(run, directory, size, OLD);
	a = map(run, true, 0, shared);
	b = map(run, false, 0, private);

	lab_step(run, "read both mappings, MAP_SHARED and MAP_PRIVATE");
	lab_measure(run, "shared_file",
		    (double)touch(run, a, false, VMLAB_RSS_FILE));
	lab_measure(run, "private_read",
		    (double)touch(run, b, false, VMLAB_RSS_FILE));
	lab_step(run, "write %d to each page of both", NEW);
	touch(run, a, true, VMLAB_RSS_FILE);
	lab_measure(run, "private_written",
		    (double)touch(run, b, true, VMLAB_RSS_ANON));
	lab_step(run, "msync and munmap, evict the page cache, read(2) the files");
	if (msync(a, size, MS_SYNC) || msync(b, size, MS_SYNC))
		lab_fail(run, "msync: %s", strerror(errno));
	munmap(a, size);
	munmap(b, size);
	lab_measure(run, "shared_disk", (double)on_disk(run, shared, NEW));
	lab_effect(run, "shared_disk", "private copies are never written back");
	lab_measure(run, "private_disk", (double)on_disk(run, private, NEW));
}

static int write_new(struct lab_run *run, void *arg)
{
	(void)run;
	*(volatile char *)arg = OLD;
	return 0;
}

static void measure_anonymous(struct lab_run *run)
{
	static const char *const keys[2][2] = {
		{ "anon_private", "see_private" },
		{ "anon_shared", "see_shared" },
	};

	for (unsigned int shared = 0; shared < 2; shared++) {
		char *memory = map(run, shared, MAP_ANONYMOUS, -1);

		lab_step(run, "write to anonymous memory, %s; fork; the child "
			      "writes to it", shared ? "shared" : "private");
		lab_measure(run, keys[shared][0],
			    (double)touch(run, memory, true,
					  shared ? VMLAB_RSS_SHMEM :
						   VMLAB_RSS_ANON));
		lab_wait_ok(run, lab_spawn(run, write_new, memory));
		lab_measure_words(run, keys[shared][1], "%s",
				  *(volatile char *)memory == OLD ? "seen" :
								    "not seen");
	}
}

/* Compare a variable of .data with its place in the executable. */
static void measure_data(struct lab_run *run)
{
	uint64_t page = lab_machine(run)->page, address = (uintptr_t)&in_data;
	int fd = open("/proc/self/exe", O_RDONLY | O_CLOEXEC);
	uint64_t initial = in_data, stored = 0;
	int shared = vmlab_vm_flag_bit(lab_device(run), "shared");
	const void *variable = (const void *)(uintptr_t)address;
	struct vmlab_page frame = { 0 };
	struct vmlab_vma vma;
	off_t place;

	if (fd < 0 || !lab_vma(run, 0, variable, &vma, NULL, 0))
		lab_fail(run, ".data of the program is not found");
	place = (off_t)(address - vma.start + vma.pgoff * page);
	lab_step(run, "write to a variable in .data, byte %lld of the program",
		 (long long)place);
	in_data++;
	lab_page(run, 0, variable, &frame);
	if (pread(fd, &stored, sizeof(stored), place) != sizeof(stored))
		lab_fail(run, "pread: %s", strerror(errno));
	close(fd);
	lab_measure_words(run, "data_vma", "%s, %s",
			  vma.vm_flags & 1ull << shared ? "shared" : "private",
			  vma.flags & VMLAB_VMA_FILE ? "of a file" : "no file");
	lab_measure_words(run, "data_frame", "%s",
			  frame.entry_flags & VMLAB_PTE_ANON ? "anonymous" :
							       "of a file");
	lab_measure_words(run, "data_file", "%s",
			  stored == initial ? "unchanged" : "changed");
}

static void experiment(struct lab_run *run)
{
	measure_files(run);
	measure_anonymous(run);
	measure_data(run);
}

static const struct lab shared_private = {
	.number = 19,
	.name = "shared-private",
	.title = "MAP_SHARED and MAP_PRIVATE, files and anonymous memory",
	.question = "Which writes reach the file, which does another process see, "
		    "and is .data written back to the executable?",
	.idea = "A shared mapping maps the frames of the page cache: a write "
		"changes the file for all, and reaches the disk by write-back. A "
		"private mapping copies a page at its first write: the copy is "
		"anonymous, belongs to the process, and is never written back. .data "
		"is mapped private from the executable. Shared anonymous memory is a "
		"file of tmpfs without a name; private anonymous memory has none.",
	.pins = "The files are on a disk of their own, and are read back after "
		"their page cache was evicted, so that the disk answers. Transparent "
		"huge pages are disabled. RSS by kind comes from the exact counters "
		"of the mm.",
	.changes = "it makes a zram disk and mounts ext4 on it",
	.reads = "mm/memory.c: do_read_fault(), do_cow_fault(), do_shared_fault()\n"
		 "mm/shmem.c: shmem_zero_setup()\n"
		 "fs/binfmt_elf.c: elf_load()",
	.needs = LAB_DEVICE | LAB_ROOT | LAB_PTES,
	.params = params,
	.breaks = breaks,
	.predict = predict,
	.experiment = experiment,
};

LAB_REGISTER(shared_private);

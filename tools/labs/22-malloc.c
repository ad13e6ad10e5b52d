// SPDX-License-Identifier: GPL-2.0
/* Lab 22: where malloc takes memory from, and what free gives back. */
#include <malloc.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#include "labs/memory.h"
#include "labs/process.h"

enum {
	MMAP_THRESHOLD = 128 * 1024, /* glibc's default */
	TRIM_THRESHOLD = 64 * 1024, /* two small blocks or less */
	HUGE_THRESHOLD = 16 << 20,
	SMALL_BLOCKS = 8,
	TRIES = 64,
	CACHED = 16, /* more than the blocks of one size in tcache */
};

static const struct lab_param params[] = {
	{ "small", "64K", NULL, 32 << 10, 120 << 10,
	  "bytes of a block below the threshold" },
	{ "large", "1000000", NULL, 256 << 10, 1900 << 10,
	  "bytes of a block above the threshold" },
	{ 0 },
};

static const struct lab_break breaks[] = {
	{ "threshold", "raise M_MMAP_THRESHOLD above the large block" },
	{ "trim", "raise M_TRIM_THRESHOLD: free keeps the top of the heap" },
	{ 0 },
};

/* Bytes of the mapping of a block: a header of two words before it. */
static uint64_t mapping_bytes(const struct lab_run *run)
{
	uint64_t page = lab_machine(run)->page;

	return (lab_number(run, "large") + 2 * sizeof(size_t) + page - 1) &
	       ~(page - 1);
}

static void predict(struct lab_run *run)
{
	unsigned long long page = lab_machine(run)->page;
	unsigned long long pages = mapping_bytes(run) / page;

	lab_predict_words(run, "small-from", "where a small block is", "[heap]",
			  "below M_MMAP_THRESHOLD: brk()");
	lab_predict(run, "small-brk", "whether brk grew for it", 1, "",
		    "the heap's top was trimmed before");
	lab_predict_words(run, "small-past", "read after its last byte",
			  "no signal", "the heap is mapped there too");
	lab_predict_words(run, "small-freed", "read after free()", "no signal",
			  "blocks above it are in use: brk cannot shrink");
	lab_predict(run, "small-kept", "pages unmapped by that free()", 0,
		    "pages", "it goes to a list of free blocks");
	lab_predict(run, "trimmed", "brk after free() of all, less before", 0,
		    "bytes", "the top exceeds M_TRIM_THRESHOLD: brk shrinks");
	lab_predict_words(run, "large-from", "where a large block is",
			  "a mapping", "above M_MMAP_THRESHOLD: mmap()");
	lab_predict(run, "large-pages", "pages mapped for it", (double)pages,
		    "pages", "(%llu + 16) / %llu, rounded up",
		    (unsigned long long)lab_number(run, "large"), page);
	lab_predict(run, "large-offset", "its offset in the first page", 16,
		    "bytes", "two words of header");
	lab_predict_words(run, "large-past", "write to its last page's end",
			  "no signal", "protection is by pages");
	lab_predict_words(run, "large-next", "read the page after it",
			  "SIGSEGV SEGV_ACCERR",
			  "the lab mapped it with PROT_NONE");
	lab_predict(run, "large-kept", "pages left after free()", 0, "pages",
		    "munmap()");
	lab_predict_words(run, "large-freed", "read after free()",
			  "SIGSEGV SEGV_MAPERR", "no VMA is left");
}

static void read_byte(void *arg)
{
	(void)*(volatile char *)arg;
}

static void write_byte(void *arg)
{
	*(volatile char *)arg = 1;
}

static void try_access(struct lab_run *run, const char *key,
		       void (*access)(void *arg), char *address)
{
	struct lab_signal sig = lab_catch(run, access, address);
	char text[40];

	lab_measure_words(run, key, "%s", lab_signal_name(&sig, text));
}

static uint64_t total(struct lab_run *run)
{
	return lab_mm(run, 0).total_vm;
}

/* Name the place of a block: the heap's VMA, or a mapping. */
static const char *place(struct lab_run *run, const void *block)
{
	struct vmlab_vma vma;

	if (!lab_vma(run, 0, block, &vma, NULL, 0))
		return "nowhere";
	return vma.flags & VMLAB_VMA_HEAP ? "[heap]" : "a mapping";
}

/* The compiler must not know that malloc and free are these. */
static void *(*volatile get)(size_t size) = malloc;
static void (*volatile put)(void *block) = free;

static void small_blocks(struct lab_run *run)
{
	size_t size = lab_number(run, "small");
	size_t page = lab_machine(run)->page;
	char *blocks[SMALL_BLOCKS];
	uint64_t brk = lab_mm(run, 0).brk, before;

	lab_step(run, "malloc(%zu) %d times", size, SMALL_BLOCKS);
	for (int i = 0; i < SMALL_BLOCKS; i++) {
		blocks[i] = get(size);
		lab_write(blocks[i], size, page, 1);
	}
	lab_measure_words(run, "small-from", "%s", place(run, blocks[0]));
	lab_measure(run, "small-brk", lab_mm(run, 0).brk > brk);
	lab_note(run, "small blocks of %zu bytes: %p, %p, ...; malloc rounds to "
		      "%zu and a header", size, (void *)blocks[0],
		 (void *)blocks[1], malloc_usable_size(blocks[0]));
	lab_step(run, "read the byte after the first block");
	try_access(run, "small-past", read_byte, blocks[0] + size);
	before = total(run);
	lab_step(run, "free() the first block");
	put(blocks[0]);
	try_access(run, "small-freed", read_byte, blocks[0] + size / 2);
	lab_measure(run, "small-kept", (double)(before - total(run)));
	lab_step(run, "free() the others, the last one first");
	for (int i = SMALL_BLOCKS; i-- > 1;)
		put(blocks[i]);
	lab_measure(run, "trimmed",
		    (double)lab_mm(run, 0).brk - (double)brk);
}

/* Map inaccessible memory so that the next mapping of this size is right below. */
static void fence(struct lab_run *run, size_t size)
{
	char *last = NULL, *now;

	for (int i = 0; i < TRIES; i++) {
		now = lab_map(run, size, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS,
			      -1, 0);
		if (now + size == last)
			return;
		last = now;
	}
	lab_fail(run, "mmap does not choose neighbouring addresses");
}

static void large_block(struct lab_run *run)
{
	size_t size = lab_number(run, "large"), mapped = mapping_bytes(run);
	size_t page = lab_machine(run)->page;
	uint64_t before;
	char *block, *start;

	fence(run, mapped);
	/* What libvmlab allocates to read a VMA must not count. */
	place(run, &before);
	before = total(run);
	lab_step(run, "malloc(%zu)", size);
	block = get(size);
	start = (char *)((uintptr_t)block & ~(page - 1));
	lab_note(run, "large block: %p", (void *)block);
	lab_measure(run, "large-pages", (double)total(run) - (double)before);
	lab_measure_words(run, "large-from", "%s", place(run, block));
	lab_measure(run, "large-offset", (double)(block - start));
	lab_step(run, "write the last byte of its last page; read the next one");
	try_access(run, "large-past", write_byte, start + mapped - 1);
	try_access(run, "large-next", read_byte, start + mapped);
	lab_step(run, "free() it, read it");
	put(block);
	lab_measure(run, "large-kept", (double)total(run) - (double)before);
	try_access(run, "large-freed", read_byte, block + size / 2);
}

static void experiment(struct lab_run *run)
{
	bool keep = lab_broken(run, "trim");
	bool heap = lab_broken(run, "threshold");

	mallopt(M_MMAP_THRESHOLD, heap ? HUGE_THRESHOLD : MMAP_THRESHOLD);
	mallopt(M_TRIM_THRESHOLD, keep ? HUGE_THRESHOLD : TRIM_THRESHOLD);
	mallopt(M_TOP_PAD, 0);
	/* Fill the caches: a block in them must not end up above those of the lab. */
	for (int i = 0; i < CACHED; i++) {
		place(run, &heap);
		total(run);
	}
	lab_step(run, "malloc_trim(0): give back the free top of the heap");
	malloc_trim(0);
	small_blocks(run);
	large_block(run);
}

static const struct lab malloc_lab = {
	.number = 22,
	.name = "malloc",
	.title = "malloc: the heap below a threshold, mappings above it",
	.question = "Where does malloc take memory from, what does free give "
		    "back, and which wrong accesses does the kernel notice?",
	.idea = "malloc is a library: it asks the kernel for pages and divides "
		"them. Small blocks come from the heap, which brk extends; free "
		"puts them on lists, and only the free top of the heap can be "
		"given back. A block of at least M_MMAP_THRESHOLD is a mapping of "
		"its own, which free unmaps. The kernel sees pages, not blocks.",
	.pins = "glibc adapts its thresholds to the program: the lab fixes them "
		"with mallopt(). The free top of the heap is given back first. "
		"The large block is mapped right below memory with PROT_NONE, so "
		"that the page after it is known. ASLR moves all addresses "
		"and changes no prediction.",
	.reads = "mm/mmap.c: brk(), do_mmap()\n"
		 "mm/vma.c: do_brk_flags(), do_vmi_munmap()\n"
		 "arch/x86/mm/fault.c: bad_area_nosemaphore(), "
		 "access_error()",
	.needs = LAB_DEVICE,
	.params = params,
	.breaks = breaks,
	.predict = predict,
	.experiment = experiment,
};

LAB_REGISTER(malloc_lab);

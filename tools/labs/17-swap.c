// SPDX-License-Identifier: GPL-2.0
/* Lab 17: the page table entry of a page in swap says where the page is. */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "labs/cpu.h"
#include "labs/memory.h"
#include "labs/process.h"
#include "labs/system.h"

/* bits of /proc/PID/pagemap: Documentation/admin-guide/mm/pagemap.rst */
#define PAGEMAP_SWAPPED (1ull << 62)
#define PAGEMAP_TYPE	0x1full
#define PAGEMAP_OFFSET	((1ull << 50) - 1)

enum { AREA_FACTOR = 4 }; /* the area has room for so many times the pages */

static const struct lab_param params[] = {
	{ "pages", "128", NULL, 16, 16384, "pages to swap out" },
	{ 0 },
};

static const struct lab_break breaks[] = {
	{ "locked", "lock the pages in memory by mlock(2) first" },
	{ "shared", "let a child share the frames: MADV_PAGEOUT skips those" },
	{ "priority", "enable a second swap area of a higher priority" },
	{ "touched", "read a quarter of the pages before the faults are counted" },
	{ 0 },
};

static void predict(struct lab_run *run)
{
	double n = (double)lab_number(run, "pages");

	lab_predict(run, "swapped", "entries that are swap entries", n, "pages",
		    "MADV_PAGEOUT writes each private page to swap");
	lab_predict(run, "resident", "pages still resident", 0, "pages",
		    "the frame is free after the write");
	lab_predict(run, "area", "entries with the type of the area", n, "pages",
		    "the area of the highest priority is used first");
	lab_predict(run, "slots", "different slots of the area in the entries", n,
		    "slots", "one slot a page, from 1 (0 is the header) to %llu",
		    (unsigned long long)lab_number(run, "pages") * AREA_FACTOR - 1);
	lab_predict(run, "pagemap", "entries that /proc/self/pagemap shows alike", n,
		    "pages", "type and offset are the same numbers there");
	lab_predict(run, "major", "major faults of reading all pages back", n,
		    "faults", "one a page: no readahead of swap");
	lab_predict(run, "minor", "minor faults of it", 0, "faults",
		    "no page was left in the swap cache");
	lab_predict(run, "contents", "pages with their old contents", n, "pages",
		    "swap keeps the contents");
	lab_predict(run, "left", "swap entries after it", 0, "pages",
		    "the entry maps a frame again");
}

/* No two pages, and no two words of a page, are equal: zram stores each. */
static void fill(uint64_t *memory, size_t words)
{
	for (size_t i = 0; i < words; i++)
		memory[i] = i * 0x9e3779b97f4a7c15ull;
}

static size_t same(const uint64_t *memory, size_t pages, size_t words)
{
	size_t nr = 0;

	for (size_t p = 0; p < pages; p++) {
		size_t i = p * words;

		while (i < (p + 1) * words &&
		       memory[i] == i * 0x9e3779b97f4a7c15ull)
			i++;
		nr += i == (p + 1) * words;
	}
	return nr;
}

/* what the page tables say about the pages */
struct entries {
	size_t swapped, of_area, alike, slots;
};

static void look_at_entry(struct lab_run *run, struct entries *e, bool *used,
			  const void *address, uint64_t pagemap,
			  unsigned int type, size_t slots)
{
	struct vmlab_page page;

	if (!lab_page(run, 0, address, &page) ||
	    !(page.entry_flags & VMLAB_PTE_SWAP))
		return;
	e->swapped++;
	e->of_area += page.swap_type == type;
	e->alike += pagemap & PAGEMAP_SWAPPED &&
		    (pagemap & PAGEMAP_TYPE) == page.swap_type &&
		    (pagemap >> 5 & PAGEMAP_OFFSET) == page.swap_offset;
	if (page.swap_offset && page.swap_offset < slots &&
	    !used[page.swap_offset]) {
		used[page.swap_offset] = true;
		e->slots++;
	}
}

static struct entries look(struct lab_run *run, const char *memory, size_t pages,
			   unsigned int type)
{
	size_t page = lab_machine(run)->page, slots = pages * AREA_FACTOR;
	int fd = open("/proc/self/pagemap", O_RDONLY | O_CLOEXEC);
	bool *used = calloc(slots, sizeof(*used));
	struct entries e = { 0 };

	if (fd < 0 || !used)
		lab_fail(run, "open /proc/self/pagemap: %s", strerror(errno));
	for (size_t i = 0; i < pages; i++) {
		const char *address = memory + i * page;
		uint64_t word = 0;

		if (pread(fd, &word, sizeof(word),
			  (off_t)((uintptr_t)address / page * sizeof(word))) !=
		    sizeof(word))
			lab_fail(run, "read /proc/self/pagemap");
		look_at_entry(run, &e, used, address, word, type, slots);
	}
	free(used);
	close(fd);
	return e;
}

static void page_out(struct lab_run *run, char *memory, size_t length)
{
	pid_t child = 0;

	if (lab_broken(run, "locked") && mlock(memory, length))
		lab_fail(run, "mlock: %s", strerror(errno));
	if (lab_broken(run, "shared"))
		child = lab_spawn(run, NULL, NULL);
	lab_step(run, "madvise(%p, %zu, MADV_PAGEOUT)", (void *)memory, length);
	/* A locked mapping is refused: the entries show it. */
	if (madvise(memory, length, MADV_PAGEOUT) && errno != EINVAL)
		lab_fail(run, "madvise: %s", strerror(errno));
	if (child)
		lab_kill(run, child);
}

static void experiment(struct lab_run *run)
{
	size_t page = lab_machine(run)->page, n = lab_number(run, "pages");
	size_t length = n * page;
	char device[LAB_PATH], other[LAB_PATH], *memory;
	struct lab_counts counts;
	struct entries e;
	unsigned int type;

	lab_step(run, "write 0 to /proc/sys/vm/page-cluster: no readahead of swap");
	lab_write_setting(run, "/proc/sys/vm/page-cluster", "0");
	lab_step(run, "swapon -p 32766 a zram device of %zu pages",
		 n * AREA_FACTOR);
	type = lab_swap(run, length * AREA_FACTOR, 32766, device);
	if (lab_broken(run, "priority"))
		lab_swap(run, length * AREA_FACTOR, 32767, other);
	/* Pages wait in lists of a processor before reclaim finds them. */
	lab_one_cpu(run);
	memory = lab_map(run, length, PROT_READ | PROT_WRITE,
			 MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	fill((uint64_t *)memory, length / sizeof(uint64_t));
	page_out(run, memory, length);
	lab_measure(run, "resident",
		    (double)lab_resident(run, 0, memory, length));
	e = look(run, memory, n, type);
	lab_measure(run, "swapped", (double)e.swapped);
	lab_measure(run, "area", (double)e.of_area);
	lab_measure(run, "slots", (double)e.slots);
	lab_measure(run, "pagemap", (double)e.alike);
	lab_note(run, "the area is %s, type %u; 'vmlab pagetable' decodes entries as "
		      "swap TYPE:OFFSET", device, type);

	if (lab_broken(run, "touched"))
		lab_read(memory, length / 4, page);
	lab_step(run, "read one byte of each of the %zu pages", n);
	counts = lab_counts();
	lab_read(memory, length, page);
	counts = lab_counts_since(&counts);
	lab_measure(run, "major", (double)counts.major);
	lab_measure(run, "minor", (double)counts.minor);
	lab_measure(run, "contents",
		    (double)same((uint64_t *)memory, n, page / sizeof(uint64_t)));
	lab_measure(run, "left", (double)look(run, memory, n, type).swapped);
}

static const struct lab swap = {
	.number = 17,
	.name = "swap",
	.title = "the entry of a page in swap says where the page is",
	.question = "Where does the kernel keep the place of a page that it swapped "
		    "out?",
	.idea = "An entry whose present bit is clear means nothing to the CPU, so "
		"the kernel stores the place in it: the number of the swap area "
		"(type) and the slot in it (offset). An access faults; the "
		"kernel reads the slot into a new frame: a major fault.",
	.pins = "The lab's area has the highest priority, and room for all pages. "
		"vm.page-cluster is 0: no readahead. The thread stays on one "
		"processor, so that MADV_PAGEOUT finds all pages. No page equals "
		"another, and no child shares them.",
	.changes = "a zram device as a swap area, and vm.page-cluster = 0",
	.reads = "mm/vmscan.c: reclaim_pages(), shrink_folio_list()\n"
		 "mm/rmap.c: try_to_unmap_one(), which writes the swap entry\n"
		 "mm/memory.c: do_swap_page()\n"
		 "include/linux/swapops.h: swp_type(), swp_offset()",
	.needs = LAB_DEVICE | LAB_PTES | LAB_ROOT,
	.params = params,
	.breaks = breaks,
	.predict = predict,
	.experiment = experiment,
};

LAB_REGISTER(swap);

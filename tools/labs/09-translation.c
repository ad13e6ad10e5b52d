// SPDX-License-Identifier: GPL-2.0
/* Lab 9: one page of a file, two virtual addresses, one physical address. */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "labs/memory.h"
#include "labs/process.h"

enum { PAGES = 4, TEXT = 80 };

static const struct lab_param params[] = {
	{ "address", "0x123456789abc", NULL, 1 << 20, (1ull << 47) - (1 << 24),
	  "virtual address in the first process" },
	{ "other", "0x23456789aabc", NULL, 1 << 20, (1ull << 47) - (1 << 24),
	  "virtual address in the second process; it gets the last 12 bits of the first" },
	{ 0 },
};

static const struct lab_break breaks[] = {
	{ "copied", "map the file private in the second process, and write" },
	{ "neighbour", "map the next page of the file in the second process" },
	{ 0 },
};

/* The other address, with the place in the page that the first one has. */
static uint64_t other_address(const struct lab_run *run)
{
	uint64_t in_page = lab_machine(run)->page - 1;

	return (lab_number(run, "other") & ~in_page) |
	       (lab_number(run, "address") & in_page);
}

/* The indices of an address, from the highest level down. */
static const char *indices(const struct lab_run *run, uint64_t address,
			   char text[TEXT])
{
	const struct lab_machine *m = lab_machine(run);
	unsigned int page = (unsigned int)__builtin_ctzll(m->page);
	unsigned int bits = (unsigned int)__builtin_ctz(m->entries);
	size_t used = 0;

	for (unsigned int level = m->levels; level; level--)
		used += (size_t)snprintf(text + used, TEXT - used, "%s%u",
					 used ? " " : "",
					 (unsigned int)(address >> (page + bits * (level - 1)) &
							(m->entries - 1)));
	return text;
}

static void predict(struct lab_run *run)
{
	const struct lab_machine *m = lab_machine(run);
	uint64_t address = lab_number(run, "address");
	uint64_t other = other_address(run);
	char text[TEXT];

	lab_predict_words(run, "indices", "indices in the first process",
			  indices(run, address, text),
			  "bits 47-39, 38-30, 29-21, 20-12 of %#llx",
			  (unsigned long long)address);
	lab_predict_words(run, "other", "indices in the second process",
			  indices(run, other, text),
			  "the same bits of %#llx", (unsigned long long)other);
	lab_predict(run, "steps", "tables read for one translation", m->levels,
		    "tables", "one of each level");
	lab_predict(run, "offset", "last 12 bits of the physical address",
		    (double)(address % m->page), "",
		    "the offset in the page is not translated: %#llx mod %llu",
		    (unsigned long long)address, (unsigned long long)m->page);
	lab_predict(run, "distance", "distance of the two physical addresses", 0,
		    "bytes", "one page of the page cache serves both");
	lab_predict(run, "tables", "tables that both processes use", 0, "tables",
		    "each process has tables of its own");
	lab_predict(run, "mapped", "entries that map the frame", 2, "entries",
		    "one in each process");
}

struct mapping {
	uint64_t address;
	int fd;
	struct lab_gate ready;
	unsigned int page; /* of the file */
	bool write;
};

/* Map a page of the file so that @address is in it, and touch it. */
static void map_there(struct lab_run *run, const struct mapping *m)
{
	size_t page = lab_machine(run)->page;
	char *start = (char *)(m->address & ~(page - 1));
	char *p = mmap(start, page, PROT_READ | PROT_WRITE,
		       (m->write ? MAP_PRIVATE : MAP_SHARED) |
			       MAP_FIXED_NOREPLACE,
		       m->fd, (off_t)(m->page * page));

	if (p != start)
		lab_skip(run, "the page at %p cannot be mapped (%s): give another address",
			 (void *)start,
			 p == MAP_FAILED ? strerror(errno) : "moved elsewhere");
	if (m->write)
		lab_write(p, page, page, 1);
	else
		lab_read(p, page, page);
}

static int second(struct lab_run *run, void *arg)
{
	const struct mapping *m = arg;

	map_there(run, m);
	lab_gate_open(m->ready);
	pause();
	return 0;
}

static void note(struct lab_run *run, const char *which,
		 const struct vmlab_translation *t)
{
	lab_note(run, "%s process: VA %#llx is PA %#llx; its highest table is at "
		      "%#llx", which, (unsigned long long)t->addr,
		 (unsigned long long)t->phys,
		 (unsigned long long)t->step[0].table);
}

static const char *measured_indices(const struct vmlab_translation *t,
				    char text[TEXT])
{
	size_t used = 0;

	text[0] = '\0';
	for (unsigned int i = 0; i < t->steps; i++)
		used += (size_t)snprintf(text + used, TEXT - used, "%s%u",
					 used ? " " : "", t->step[i].index);
	return text;
}

static void measure(struct lab_run *run, const struct vmlab_translation *a,
		    const struct vmlab_translation *b)
{
	unsigned int shared = 0;
	char text[TEXT];

	note(run, "first", a);
	note(run, "second", b);
	for (unsigned int i = 0; i < a->steps && i < b->steps; i++)
		shared += a->step[i].table == b->step[i].table;
	lab_measure_words(run, "indices", "%s", measured_indices(a, text));
	lab_measure_words(run, "other", "%s", measured_indices(b, text));
	lab_measure(run, "steps", a->steps);
	lab_measure(run, "offset",
		    (double)(a->phys % lab_machine(run)->page));
	lab_measure(run, "distance", (double)(int64_t)(b->phys - a->phys));
	lab_measure(run, "tables", shared);
}

static void experiment(struct lab_run *run)
{
	const void *address = (void *)lab_number(run, "address");
	struct mapping m = {
		.address = other_address(run),
		.fd = lab_file(run, "/dev/shm", PAGES * lab_machine(run)->page,
			       1),
		.ready = lab_gate_make(run),
		.page = lab_broken(run, "neighbour") ? 2 : 1,
		.write = lab_broken(run, "copied"),
	};
	struct vmlab_translation a, b;
	struct vmlab_page page;
	pid_t pid;

	lab_step(run, "the second process maps page %u of a file at %#llx and %s it",
		 m.page, (unsigned long long)m.address,
		 m.write ? "writes" : "reads");
	pid = lab_spawn(run, second, &m);
	lab_gate_pass(run, m.ready);
	b = lab_translate(run, pid, (void *)m.address);

	m.address = (uintptr_t)address;
	m.page = 1;
	m.write = false;
	lab_step(run, "the first process maps page 1 at %p and reads it", address);
	map_there(run, &m);
	a = lab_translate(run, 0, address);
	if (a.result & VMLAB_PT_HIDDEN)
		lab_skip(run, "physical addresses are hidden: run as root");
	measure(run, &a, &b);
	lab_measure(run, "mapped",
		    lab_page(run, 0, address, &page) ? page.mapcount : 0);
	lab_kill(run, pid);
}

static const struct lab translation = {
	.number = 9,
	.name = "translation",
	.title = "two virtual addresses, one physical address",
	.question = "Which entries does the processor read to translate an address, "
		    "and what does it find for one page of a file in two processes?",
	.idea = "The processor splits an address: the lowest 12 bits are the offset "
		"in the page, and each 9 bits above are the index into the table "
		"of one level. Each process has tables of its own, but the entries "
		"of level 1 of both name the same frame of the page cache.",
	.pins = "The addresses are fixed (MAP_FIXED_NOREPLACE), since ASLR would "
		"change the indices. The file is in tmpfs, of which each page is a "
		"frame that stays.",
	.reads = "arch/x86/include/asm/pgtable.h: pgd_index(), pte_index()\n"
		 "mm/memory.c: filemap_map_pages() by do_fault_around()\n"
		 "Documentation/mm/page_tables.rst",
	.needs = LAB_DEVICE | LAB_PTES | LAB_ROOT,
	.params = params,
	.breaks = breaks,
	.predict = predict,
	.experiment = experiment,
};

LAB_REGISTER(translation);

// SPDX-License-Identifier: GPL-2.0
/* Lab 30: where the regions of the user and the kernel half lie. */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "labs/addresses.h"
#include "labs/memory.h"
#include "labs/process.h"
#include "labs/system.h"

static const struct lab_break breaks[] = {
	{ "mirrored", "look for each kernel object at its address without the top bits" },
	{ "own", "read an address of its own instead of one of the kernel" },
	{ 0 },
};

#define GIB (1ull << 30)
#define TIB (1ull << 40)

/*
 * The documented map, in Documentation/arch/x86/x86_64/mm.rst of the kernel: with
 * four levels and with five.  0 for a base that KASLR moves.
 */
static const struct documented {
	const char *region;
	uint64_t four, five;
} starts[] = {
	{ "user", 0x0, 0x0 },
	{ "hypervisor_hole", 0xffff800000000000, 0xff00000000000000 },
	{ "ldt", 0xffff880000000000, 0xff10000000000000 },
	{ "cpu_entry_area", 0xfffffe0000000000, 0xfffffe0000000000 },
	{ "kernel_image", 0xffffffff80000000, 0xffffffff80000000 },
};

enum { STARTS = sizeof(starts) / sizeof(starts[0]) };

/* The regions that memory KASLR moves, in the order that it keeps. */
static const char *const moved[] = { "direct_map", "vmalloc", "vmemmap" };

enum { MOVED = sizeof(moved) / sizeof(moved[0]) };

static void predict(struct lab_run *run)
{
	const struct lab_machine *m = lab_machine(run);
	bool five = m->levels == 5;
	unsigned int bits = five ? 56 : 47;
	char key[40], what[80], text[40];

	for (unsigned int i = 0; i < STARTS; i++) {
		snprintf(what, sizeof(what), "start of %s", starts[i].region);
		snprintf(text, sizeof(text), "%#llx", (unsigned long long)
			 (five ? starts[i].five : starts[i].four));
		lab_predict_words(run, starts[i].region, what, text,
				  "documented for %u levels", m->levels);
	}
	snprintf(text, sizeof(text), "%#llx",
		 (1ull << bits) - (unsigned long long)m->page - 1);
	lab_predict_words(run, "user-end", "last user address", text,
			  "2^%u - a page that stays free - 1", bits);
	snprintf(text, sizeof(text), "%#llx",
		 (unsigned long long)m->page - 2 * (1ull << bits));
	lab_predict_words(run, "hole", "bytes between the halves", text,
			  "2^64 - 2 x 2^%u, and the page", bits);
	for (unsigned int i = 0; i < MOVED; i++) {
		snprintf(key, sizeof(key), "aligned-%s", moved[i]);
		snprintf(what, sizeof(what), "base of %s modulo 1 GiB",
			 moved[i]);
		lab_predict(run, key, what, 0, "bytes",
			    "KASLR moves it by whole entries of level 3");
	}
	lab_predict_words(run, "order", "order of the regions that KASLR moves",
			  "direct_map vmalloc vmemmap",
			  "it moves them and keeps their order");
	lab_predict_words(run, "objects", "the regions of five objects",
			  "user user kernel_image modules direct_map",
			  "function, local variable, _stext, vmlab.ko, kmalloc()");
	lab_predict_words(run, "access", "read of a kernel address in user mode",
			  "SIGSEGV SEGV_MAPERR",
			  "the entries of the kernel half lack the user bit");
	lab_predict_words(run, "noncanonical", "read of an address between the halves",
			  "SIGSEGV code 128",
			  "not canonical: a general protection fault, SI_KERNEL");
}

static const char *region_of(struct lab_run *run, uint64_t address)
{
	static const char *const names[] = {
		"user",	   "user_high", "noncanonical", "direct_map",
		"vmalloc", "vmemmap",	"kernel_image", "modules",
	};
	struct vmlab_region r;

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (lab_region(run, names[i], &r) && r.start <= address &&
		    address <= r.last)
			return names[i];
	return "none";
}

static uint64_t symbol_address(struct lab_run *run, const char *symbol)
{
	FILE *f = fopen("/proc/kallsyms", "re");
	unsigned long long address = 0, found = 0;
	char line[512], name[128];

	while (f && !found && fgets(line, sizeof(line), f))
		if (sscanf(line, "%llx %*c %127s", &address, name) == 2 &&
		    !strcmp(name, symbol))
			found = address;
	if (f)
		fclose(f);
	if (!found)
		lab_skip(run, "/proc/kallsyms does not show %s", symbol);
	return found;
}

static uint64_t module_address(struct lab_run *run)
{
	char text[64];

	if (!lab_read_text("/sys/module/vmlab/sections/.text", text,
			   sizeof(text)))
		lab_skip(run, "/sys/module/vmlab/sections cannot be read");
	return strtoull(text, NULL, 16);
}

static void measure_objects(struct lab_run *run)
{
	struct vmlab_kmem_page *pages;
	uint64_t addresses[5];
	char text[120] = "";

	lab_step(run, "look up the regions of a function, a local variable, "
		      "_stext, the module's text and a kmalloc()");
	if (!lab_kmem(run, VMLAB_KMEM_KMALLOC, lab_machine(run)->page, &pages))
		lab_fail(run, "kmalloc() of a page failed");
	addresses[0] = (uintptr_t)measure_objects;
	addresses[1] = (uintptr_t)addresses;
	addresses[2] = symbol_address(run, "_stext");
	addresses[3] = module_address(run);
	addresses[4] = pages[0].addr;
	free(pages);
	for (int i = 0; i < 5; i++) {
		uint64_t address = addresses[i];

		if (lab_broken(run, "mirrored"))
			address &= (1ull << 47) - 1;
		snprintf(text + strlen(text), sizeof(text) - strlen(text),
			 "%s%s", i ? " " : "", region_of(run, address));
	}
	lab_measure_words(run, "objects", "%s", text);
}

static void measure_regions(struct lab_run *run)
{
	struct vmlab_region r, last = { 0 };
	char key[40], order[80] = "";

	lab_step(run, "read the layout: vmlab layout");
	for (unsigned int i = 0; i < STARTS; i++) {
		if (!lab_region(run, starts[i].region, &r))
			lab_fail(run, "no region %s", starts[i].region);
		lab_measure_words(run, starts[i].region, "%#llx",
				  (unsigned long long)r.start);
	}
	if (!lab_region(run, "user_high", &r))
		lab_region(run, "user", &r);
	lab_measure_words(run, "user-end", "%#llx", (unsigned long long)r.last);
	lab_region(run, "noncanonical", &r);
	lab_measure_words(run, "hole", "%#llx",
			  (unsigned long long)(r.last - r.start + 1));
	for (unsigned int i = 0; i < MOVED; i++) {
		lab_region(run, moved[i], &r);
		snprintf(key, sizeof(key), "aligned-%s", moved[i]);
		lab_measure(run, key, (double)(r.start % GIB));
		if (r.start > last.last)
			snprintf(order + strlen(order),
				 sizeof(order) - strlen(order), "%s%s",
				 i ? " " : "", moved[i]);
		last = r;
		lab_note(run, "%s: %#llx to %#llx, %.1f TiB", moved[i],
			 (unsigned long long)r.start,
			 (unsigned long long)r.last,
			 (double)(r.last - r.start) / (double)TIB);
	}
	lab_measure_words(run, "order", "%s", order);
}

static void read_byte(void *address)
{
	(void)*(volatile char *)address;
}

static void measure_access(struct lab_run *run)
{
	char byte = 1, text[40];
	struct vmlab_region r;
	struct lab_signal sig;

	lab_step(run, "read a byte of the direct map, and one between the halves");
	lab_region(run, "direct_map", &r);
	sig = lab_catch(run, read_byte,
			lab_broken(run, "own") ? &byte : (void *)r.start);
	lab_measure_words(run, "access", "%s", lab_signal_name(&sig, text));
	sig = lab_catch(run, read_byte, (void *)(1ull << 62));
	lab_measure_words(run, "noncanonical", "%s",
			  lab_signal_name(&sig, text));
}

static void experiment(struct lab_run *run)
{
	measure_regions(run);
	measure_objects(run);
	measure_access(run);
}

static const struct lab halves = {
	.number = 30,
	.name = "halves",
	.title = "the user and the kernel half, and what lies where",
	.question = "Where do the regions of the kernel lie on this boot, and in "
		    "which region is a function, a module, and memory of "
		    "kmalloc()?",
	.idea = "An address has 48 bits with four levels of page tables and 57 with "
		"five; the highest is copied into all bits above. So there are two "
		"halves, with addresses between them that nothing can use. The "
		"upper half belongs to the kernel and is the same in all "
		"processes. Most of its regions have documented addresses; KASLR "
		"moves the direct map, vmalloc and vmemmap, and keeps their order.",
	.pins = "The kernel shows addresses to root unless kernel.kptr_restrict is "
		"2. A region may be longer on another machine: only starts and "
		"relations are predicted.",
	.reads = "Documentation/arch/x86/x86_64/mm.rst\n"
		 "arch/x86/mm/kaslr.c: kernel_randomize_memory()\n"
		 "arch/x86/mm/fault.c: do_kern_addr_fault(), bad_area_nosemaphore()",
	.needs = LAB_DEVICE | LAB_ROOT,
	.breaks = breaks,
	.predict = predict,
	.experiment = experiment,
};

LAB_REGISTER(halves);

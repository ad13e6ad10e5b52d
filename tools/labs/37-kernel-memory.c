// SPDX-License-Identifier: GPL-2.0
/* Lab 37: kmalloc() gives frames in a row, vmalloc() maps any. */
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>

#include "labs/addresses.h"
#include "labs/memory.h"

static const struct lab_param params[] = {
	{ "pages", "64", NULL, 3, 1024, "pages of each allocation" },
	{ 0 },
};

static const struct lab_break breaks[] = {
	{ "scattered", "allocate by vmap() of scattered frames instead of kmalloc()" },
	{ "contiguous", "allocate by kmalloc() instead of vmap()" },
	{ "user", "look at anonymous memory of the process instead of vmalloc()" },
	{ 0 },
};

/* An allocation, and what is measured of it. */
struct memory {
	struct vmlab_kmem_page *page;
	size_t nr;
	uint64_t runs, apart, lru, level;
};

static void predict(struct lab_run *run)
{
	unsigned long long n = lab_number(run, "pages");

	lab_predict(run, "kmalloc-runs", "runs of adjacent frames: kmalloc", 1,
		    "runs", "one block of the page allocator");
	lab_predict(run, "kmalloc-direct", "its pages whose frame is (address - "
		    "direct map) / page", (double)n, "pages",
		    "the direct map maps physical memory in order");
	lab_predict_words(run, "kmalloc-region", "its region", "direct_map",
			  "the page allocator gives a frame, and its address is "
			  "in the direct map");
	lab_predict_words(run, "vmalloc-region", "the region of vmalloc",
			  "vmalloc", "addresses of their own");
	lab_predict(run, "vmalloc-apart", "its pages at the next address", (double)n,
		    "pages", "virtually contiguous: address + i x page");
	lab_predict(run, "vmalloc-level", "level of the entries that map it", 1, "",
		    "its page tables have entries of 4 KiB");
	lab_predict(run, "vmap-runs", "runs of scattered frames: vmap", (double)n,
		    "runs", "the module picks %llu frames of which no two are "
		    "adjacent", n);
	lab_predict(run, "vmap-apart", "its pages at the next address", (double)n,
		    "pages", "page tables make any frames contiguous");
	lab_predict_words(run, "kmalloc-large", "kmalloc of 8 MiB", "fails",
			  "the largest block of the page allocator is 4 MiB");
	lab_predict_words(run, "vmalloc-large", "vmalloc of 8 MiB", "2048 pages",
			  "it needs no block, only frames");
	lab_predict(run, "lru", "pages of the three that reclaim could evict", 0,
		    "pages", "kernel memory is on no LRU list: it is never "
		    "swapped out");
}

static bool in_region(struct lab_run *run, const char *name, uint64_t address)
{
	struct vmlab_region r;

	return lab_region(run, name, &r) && r.start <= address &&
	       address <= r.last;
}

static const char *region(struct lab_run *run, const struct memory *m)
{
	uint64_t address = m->nr ? m->page[0].addr : 0;

	return in_region(run, "direct_map", address) ? "direct_map" :
	       in_region(run, "vmalloc", address)    ? "vmalloc" :
						       "another";
}

static void judge(struct lab_run *run, struct memory *m)
{
	uint64_t page = lab_machine(run)->page;

	for (size_t i = 0; m->page && i < m->nr; i++) {
		m->runs += !i || m->page[i].pfn != m->page[i - 1].pfn + 1;
		m->apart += m->page[i].addr == m->page[0].addr + i * page;
		m->lru += m->page[i].flags & VMLAB_KMEM_LRU;
		if (m->page[i].level > m->level)
			m->level = m->page[i].level;
	}
}

static struct memory allocate(struct lab_run *run, uint32_t kind, size_t length)
{
	static const char *const names[] = { "kmalloc", "vmalloc", "vmap" };
	struct memory m = { 0 };

	lab_step(run, "the module allocates %zu bytes by %s(), walks the kernel's "
		      "page tables for each page, and frees them",
		 length, names[kind]);
	m.nr = lab_kmem(run, kind, length, &m.page);
	judge(run, &m);
	return m;
}

/* Anonymous memory of the process, in the form of kernel memory. */
static struct memory user_memory(struct lab_run *run, size_t length)
{
	size_t page = lab_machine(run)->page;
	char *p = lab_map(run, length, PROT_READ | PROT_WRITE,
			  MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	struct memory m = { .nr = length / page };

	m.page = calloc(m.nr, sizeof(*m.page));
	lab_write(p, length, page, 1);
	for (size_t i = 0; m.page && i < m.nr; i++) {
		struct vmlab_page found;

		if (!lab_page(run, 0, p + i * page, &found))
			continue;
		m.page[i].addr = (uintptr_t)p + i * page;
		m.page[i].pfn = found.pfn;
		m.page[i].level = found.level;
		/* KPF_LRU */
		m.page[i].flags = found.page_flags >> 5 & 1;
	}
	judge(run, &m);
	return m;
}

static void list_frames(struct lab_run *run, const char *name,
			const struct memory *m)
{
	lab_note(run, "%s: %zu pages, runs of frames: %llu, mapped at level %llu; "
		      "%#llx is frame %#llx, the next is %#llx",
		 name, m->nr, (unsigned long long)m->runs,
		 (unsigned long long)m->level,
		 (unsigned long long)m->page[0].addr,
		 (unsigned long long)m->page[0].pfn,
		 (unsigned long long)m->page[1].pfn);
}

static void draw(struct lab_run *run, unsigned int plot, const char *name,
		 const struct memory *m)
{
	unsigned int series = lab_series(run, plot, name);
	size_t step = (m->nr + 255) / 256;

	for (size_t i = 0; i < m->nr; i += step)
		lab_point(run, plot, series, (double)i, (double)m->page[i].pfn);
}

static void measure(struct lab_run *run, const struct memory *k,
		    const struct memory *v, const struct memory *s)
{
	struct vmlab_region direct;
	uint64_t same = 0;

	lab_region(run, "direct_map", &direct);
	for (size_t i = 0; i < k->nr; i++)
		same += k->page[i].pfn == (k->page[i].addr - direct.start) /
						  lab_machine(run)->page;
	lab_measure(run, "kmalloc-runs", (double)k->runs);
	lab_measure(run, "kmalloc-direct", (double)same);
	lab_measure_words(run, "kmalloc-region", "%s", region(run, k));
	lab_measure_words(run, "vmalloc-region", "%s", region(run, v));
	lab_measure(run, "vmalloc-apart", (double)v->apart);
	lab_measure(run, "vmalloc-level", (double)v->level);
	lab_measure(run, "vmap-runs", (double)s->runs);
	lab_measure(run, "vmap-apart", (double)s->apart);
	lab_measure(run, "lru", (double)(k->lru + v->lru + s->lru));
	list_frames(run, "kmalloc", k);
	list_frames(run, "vmalloc", v);
	list_frames(run, "vmap", s);
}

static void experiment(struct lab_run *run)
{
	size_t length = lab_number(run, "pages") * lab_machine(run)->page;
	unsigned int plot = lab_plot(run, "Frames of kernel memory",
				     "page of the allocation", "frame number", 0);
	struct memory k, v, s, large;

	k = allocate(run, lab_broken(run, "scattered") ? VMLAB_KMEM_VMAP :
							 VMLAB_KMEM_KMALLOC,
		     length);
	if (!k.nr)
		lab_skip(run, "the kernel has no free block of this size: try "
			      "--param pages=16");
	v = lab_broken(run, "user") ? user_memory(run, length) :
				      allocate(run, VMLAB_KMEM_VMALLOC, length);
	s = allocate(run, lab_broken(run, "contiguous") ? VMLAB_KMEM_KMALLOC :
							  VMLAB_KMEM_VMAP,
		     length);
	if (v.nr < 2 || s.nr < 2)
		lab_skip(run, "the kernel has no free memory");
	measure(run, &k, &v, &s);
	draw(run, plot, "kmalloc", &k);
	draw(run, plot, "vmalloc", &v);
	draw(run, plot, "vmap of scattered frames", &s);
	large = allocate(run, VMLAB_KMEM_KMALLOC, 8 << 20);
	lab_measure_words(run, "kmalloc-large", "%s",
			  large.nr ? "succeeds" : "fails");
	free(large.page);
	large = allocate(run, VMLAB_KMEM_VMALLOC, 8 << 20);
	lab_measure_words(run, "vmalloc-large", "%zu pages", large.nr);
	free(large.page);
	free(k.page);
	free(v.page);
	free(s.page);
}

static const struct lab kernel_memory = {
	.number = 37,
	.name = "kernel-memory",
	.title = "kmalloc through the direct map, vmalloc through page tables",
	.question = "Are the frames of an allocation in the kernel adjacent, and "
		    "which addresses map them?",
	.idea = "kmalloc() takes one block of the page allocator: adjacent frames, at "
		"an address of the direct map, where the frame number follows from "
		"the address by subtraction. vmalloc() takes frames from anywhere "
		"and maps them by entries of its own, in the vmalloc region: "
		"adjacent addresses, any frames. How scattered they are depends on "
		"free memory; the third allocation picks frames that are never "
		"adjacent. No kernel memory is on the lists that reclaim uses.",
	.pins = "vmalloc() may find adjacent frames: its runs are noted, not "
		"predicted. The module frees each allocation before it answers.",
	.reads = "mm/slub.c: __kmalloc_large_node_noprof()\n"
		 "mm/vmalloc.c: __vmalloc_area_node(), vmap()\n"
		 "arch/x86/mm/pat/set_memory.c: lookup_address()",
	.needs = LAB_DEVICE | LAB_PTES | LAB_ROOT,
	.params = params,
	.breaks = breaks,
	.predict = predict,
	.experiment = experiment,
};

LAB_REGISTER(kernel_memory);

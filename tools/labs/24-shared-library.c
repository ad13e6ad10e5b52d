// SPDX-License-Identifier: GPL-2.0
/* Lab 24: the text of libc is in memory once, however many processes run it. */
#include <errno.h>
#include <link.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <unistd.h>

#include "labs/memory.h"
#include "labs/process.h"

enum { PROCESSES = 32, TRIES = 600 };

static const struct lab_param params[] = {
	{ "processes", "4", NULL, 2, PROCESSES, "programs to start" },
	{ 0 },
};

static const struct lab_break breaks[] = {
	{ "breakpoint", "write to the text in one process, as a debugger does" },
	{ "data", "look at the writable data of libc" },
	{ 0 },
};

/* The text of libc: the segment of its program headers that is executable. */
struct text {
	uint64_t pages, page;
};

static int find_text(struct dl_phdr_info *info, size_t size, void *arg)
{
	struct text *text = arg;
	const char *name = strrchr(info->dlpi_name, '/');

	(void)size;
	if (!name || strncmp(name, "/libc.so", 8))
		return 0;
	for (unsigned int i = 0; i < info->dlpi_phnum; i++) {
		const Elf64_Phdr *p = &info->dlpi_phdr[i];
		uint64_t start = info->dlpi_addr + p->p_vaddr;

		if (p->p_type != PT_LOAD || !(p->p_flags & PF_X))
			continue;
		text->pages = (start + p->p_memsz - 1) / text->page -
			      start / text->page + 1;
	}
	return 1;
}

static struct text libc_text(struct lab_run *run)
{
	struct text text = { .page = lab_machine(run)->page };

	dl_iterate_phdr(find_text, &text);
	if (!text.pages)
		lab_skip(run, "vmlab is linked with libc statically");
	return text;
}

static void predict(struct lab_run *run)
{
	unsigned long long n = lab_number(run, "processes");
	unsigned long long pages = libc_text(run).pages;

	lab_predict(run, "entries", "entries that map the text",
		    (double)(n * pages), "entries",
		    "%llu processes x %llu pages of the executable segment", n,
		    pages);
	lab_predict(run, "frames", "different frames they map", (double)pages,
		    "frames", "the page cache has each page of a file once");
	lab_predict(run, "private", "frames of the text that are anonymous", 0,
		    "frames", "no process writes it");
}

static int run_program(struct lab_run *run, void *arg)
{
	(void)run;
	(void)arg;
	execlp("sleep", "sleep", "1000", NULL);
	return 127;
}

/* Find the text, or the data, of libc in a program that starts. */
static struct vmlab_vma find_libc(struct lab_run *run, pid_t pid, bool data)
{
	int exec = vmlab_vm_flag_bit(lab_device(run), "exec");
	int write = vmlab_vm_flag_bit(lab_device(run), "write");
	uint64_t flag = 1ull << (data ? write : exec);
	struct vmlab_vma found = { 0 };

	for (int i = 0; i < TRIES && !found.end; i++) {
		const struct vmlab_vma *vma;
		struct vmlab_vmas_iter *it;
		struct vmlab_proc *proc;
		bool ready = false;

		usleep(50000);
		lab_check(run, vmlab_proc_open(lab_device(run), pid, &proc),
			  "process %d", pid);
		lab_check(run, vmlab_vmas_open(proc, 0, 0, &it), "VMAs");
		while (lab_check(run, vmlab_vmas_next(it, &vma), "VMAs of %d", pid)) {
			const char *name = vmlab_vmas_name(it, vma);

			/* sleep(1) has opened it when it sleeps; vmlab has not */
			ready = ready || strstr(name, "/sleep") ||
				strstr(name, "/coreutils");
			if (ready && strstr(name, "/libc.so") &&
			    vma->vm_flags & flag)
				found = *vma;
		}
		vmlab_vmas_close(it);
		vmlab_proc_close(proc);
	}
	if (!found.end)
		lab_skip(run, "the program sleep does not use libc.so");
	return found;
}

/* Let a process fault in each page of a range, by reading it from here. */
static void fault_in(struct lab_run *run, pid_t pid, const struct vmlab_vma *vma)
{
	char byte;
	struct iovec local = { &byte, 1 };

	for (uint64_t p = vma->start; p < vma->end; p += lab_machine(run)->page) {
		struct iovec remote = { (void *)p, 1 };

		if (process_vm_readv(pid, &local, 1, &remote, 1, 0) != 1)
			lab_fail(run, "process_vm_readv of process %d: %s", pid,
				 strerror(errno));
	}
}

/* Write to the text, as a debugger does; what was there, since the process may run it. */
static void write_byte(struct lab_run *run, pid_t pid, uint64_t address)
{
	bool good = !ptrace(PTRACE_ATTACH, pid, NULL, NULL) &&
		    waitpid(pid, NULL, 0) == pid;
	long word;

	errno = 0;
	word = good ? ptrace(PTRACE_PEEKTEXT, pid, address, NULL) : 0;
	if (!good || errno || ptrace(PTRACE_POKETEXT, pid, address, word) ||
	    ptrace(PTRACE_DETACH, pid, NULL, NULL))
		lab_fail(run, "ptrace of process %d: %s", pid, strerror(errno));
}

struct frames {
	uint64_t *pfn;
	size_t nr, room;
	uint64_t anonymous;
};

static void add_frames(struct lab_run *run, pid_t pid,
		       const struct vmlab_vma *vma, struct frames *f)
{
	const struct vmlab_pt_query query = { .start = vma->start,
					      .end = vma->end };
	const struct vmlab_page *page;
	struct vmlab_pages_iter *it;
	struct vmlab_proc *proc;

	lab_check(run, vmlab_proc_open(lab_device(run), pid, &proc), "process %d", pid);
	lab_check(run, vmlab_pages_open(proc, &query, &it), "pages");
	while (lab_check(run, vmlab_pages_next(it, &page), "pages of %d", pid)) {
		if (f->nr == f->room)
			lab_fail(run, "libc has more pages than its headers say");
		f->pfn[f->nr++] = page->pfn;
		f->anonymous += !!(page->entry_flags & VMLAB_PTE_ANON);
	}
	vmlab_pages_close(it);
	vmlab_proc_close(proc);
}

static int by_number(const void *a, const void *b)
{
	uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;

	return x < y ? -1 : x > y;
}

static void experiment(struct lab_run *run)
{
	size_t n = lab_number(run, "processes"), distinct = 0;
	struct frames f = { .room = 2 * n * libc_text(run).pages };
	unsigned int plot = lab_plot(run, "Frames of libc's text", "processes", "pages", 0);
	unsigned int mapped = lab_series(run, plot, "entries that map it");
	unsigned int frames = lab_series(run, plot, "frames");
	pid_t pid[PROCESSES];

	f.pfn = calloc(f.room, sizeof(*f.pfn));
	if (!f.pfn)
		lab_fail(run, "no memory");
	lab_step(run, "start sleep(1) %zu times", n);
	for (size_t i = 0; i < n; i++)
		pid[i] = lab_spawn(run, run_program, NULL);
	lab_step(run, "read each page of libc in each of them: process_vm_readv");
	for (size_t i = 0; i < n; i++) {
		struct vmlab_vma vma = find_libc(run, pid[i],
						 lab_broken(run, "data"));

		if (lab_broken(run, "breakpoint") && !i)
			write_byte(run, pid[i], vma.start);
		fault_in(run, pid[i], &vma);
		add_frames(run, pid[i], &vma, &f);
		qsort(f.pfn, f.nr, sizeof(*f.pfn), by_number);
		distinct = 0;
		for (size_t j = 0; j < f.nr; j++)
			distinct += !j || f.pfn[j] != f.pfn[j - 1];
		lab_point(run, plot, mapped, (double)i + 1, (double)f.nr);
		lab_point(run, plot, frames, (double)i + 1, (double)distinct);
	}
	for (size_t i = 0; i < n; i++)
		lab_kill(run, pid[i]);
	lab_measure(run, "entries", (double)f.nr);
	lab_measure(run, "frames", (double)distinct);
	lab_measure(run, "private", (double)f.anonymous);
	lab_note(run, "sharing saves %zu frames", f.nr - distinct);
	free(f.pfn);
}

static const struct lab shared_library = {
	.number = 24,
	.name = "shared-library",
	.title = "libc is in memory once",
	.question = "How many frames does the text of libc take when several "
		    "programs run?",
	.idea = "The dynamic loader maps the executable segment of libc private and "
		"read-only. A page that nobody writes stays a page of the page "
		"cache, which has each page of a file once: the entries of all "
		"processes name the same frames. Data is another matter: the "
		"loader writes addresses into it, and each process gets a copy.",
	.pins = "Which pages a program touches differs: the lab faults in all pages "
		"of the text in each process. No debugger sets breakpoints.",
	.reads = "mm/filemap.c: filemap_map_pages(), filemap_fault()\n"
		 "fs/binfmt_elf.c: elf_load()\n"
		 "mm/memory.c: do_wp_page(), wp_page_copy()",
	.needs = LAB_DEVICE | LAB_PTES | LAB_ROOT,
	.params = params,
	.breaks = breaks,
	.predict = predict,
	.experiment = experiment,
};

LAB_REGISTER(shared_library);

// SPDX-License-Identifier: GPL-2.0
/*
 * mmap(2), munmap(2), mremap(2), madvise(2), mprotect(2), mlock(2) and fork(2): the same
 * random calls, with the memory managed and without, give the same results, errors and
 * contents.
 *
 * All happens in one range at a fixed address.  Each run prints every call, what it
 * returned, and what the range then holds.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "lib/page.h"
#include "lib/random.h"
#include "lib/tap.h"
#include "run/managed.h"

#ifndef MREMAP_DONTUNMAP
#define MREMAP_DONTUNMAP	4
#endif

enum { PAGES = 48, STEPS = 150 };

#define BASE	((char *)0x100000000000)

static uint64_t state;
static int pipes[2];

/*
 * The mapping of each page, 0 for none.  mremap(2) takes a range of one VMA, and whether
 * VMAs merged is a matter of the kernel: so it gets only parts of mappings that no call
 * has split.
 */
static unsigned int id[PAGES];
static unsigned int last_id;
static bool split[1 << 16];

static size_t below(size_t n)
{
	return random_below(&state, n);
}

static void mark_split(size_t first, size_t nr)
{
	for (size_t i = first; i < first + nr; i++)
		split[id[i]] = true;
}

static void set_id(size_t first, size_t nr, unsigned int value)
{
	mark_split(first, nr);
	for (size_t i = first; i < first + nr; i++)
		id[i] = value;
}

/* Read or write memory that may not be there. */
static bool peek(const char *p, uint64_t *value)
{
	if (write(pipes[1], p, sizeof(*value)) != sizeof(*value))
		return false;
	return read(pipes[0], value, sizeof(*value)) == sizeof(*value);
}

static bool poke(char *p, uint64_t value)
{
	uint64_t rest;

	if (write(pipes[1], &value, sizeof(value)) != sizeof(value))
		bail("pipe");
	if (read(pipes[0], p, sizeof(value)) == sizeof(value))
		return true;
	if (read(pipes[0], &rest, sizeof(rest)) != sizeof(rest))
		bail("pipe");
	return false;
}

static void dump(const char *from, size_t nr)
{
	for (size_t i = 0; i < nr; i++) {
		uint64_t first, last;

		if (peek(from + i * page, &first) &&
		    peek(from + (i + 1) * page - sizeof(last), &last))
			printf("%s%llx", i ? " " : "  ", (unsigned long long)(first ^ last << 32));
		else
			printf("%s-", i ? " " : "  ");
	}
	printf("\n");
}

static void print_result(const char *call, size_t first, size_t nr, long detail, long ret)
{
	const int err = errno;

	if (ret == -1)
		printf("%s %zu+%zu %lx: %s\n", call, first, nr, detail, strerrorname_np(err));
	else if (ret >= (long)BASE && ret < (long)(BASE + PAGES * page))
		printf("%s %zu+%zu %lx: page %ld\n", call, first, nr, detail,
		       (ret - (long)BASE) / (long)page);
	else
		printf("%s %zu+%zu %lx: %s\n", call, first, nr, detail,
		       ret ? "elsewhere" : "0");
}

static int any_protection(void)
{
	static const int all[] = {
		PROT_NONE, PROT_READ, PROT_READ | PROT_WRITE, PROT_READ | PROT_WRITE,
		PROT_READ | PROT_WRITE,
	};

	return all[below(sizeof(all) / sizeof(all[0]))];
}

static void do_mmap(size_t first, size_t nr)
{
	static const int more[] = { 0, 0, MAP_NORESERVE, MAP_POPULATE, MAP_FIXED_NOREPLACE };
	const int flags = MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED |
			  more[below(sizeof(more) / sizeof(more[0]))];
	const int prot = any_protection();
	char *p;

	if (below(2))
		p = mmap(BASE + first * page, nr * page, prot, flags, -1, 0);
	else
		p = (char *)syscall(SYS_mmap, BASE + first * page, nr * page, prot, flags,
				    -1, 0);
	print_result("mmap", first, nr, prot | flags << 4, (long)p);
	if (p != MAP_FAILED)
		set_id(first, nr, ++last_id);
}

static void do_munmap(size_t first, size_t nr)
{
	const int ret = below(2) ? munmap(BASE + first * page, nr * page) :
				   (int)syscall(SYS_munmap, BASE + first * page, nr * page);

	print_result("munmap", first, nr, 0, ret);
	if (!ret)
		set_id(first, nr, 0);
}

static void do_mprotect(size_t first, size_t nr)
{
	const int prot = any_protection();

	print_result("mprotect", first, nr, prot,
		     mprotect(BASE + first * page, nr * page, prot));
	mark_split(first, nr);
}

static void do_lock(size_t first, size_t nr)
{
	/* Most are unlocked, as locked memory refuses much advice. */
	if (below(4))
		print_result("munlock", first, nr, 0, munlock(BASE + first * page, nr * page));
	else
		print_result("mlock", first, nr, 0, mlock(BASE + first * page, nr * page));
	mark_split(first, nr);
}

static void do_madvise(size_t first, size_t nr)
{
	static const int all[] = {
		MADV_DONTNEED, MADV_DONTNEED, MADV_DONTNEED, MADV_REMOVE, MADV_WILLNEED,
		MADV_SEQUENTIAL, MADV_RANDOM, MADV_NORMAL, MADV_DONTFORK, MADV_DOFORK,
		MADV_DOFORK, MADV_DONTDUMP, MADV_DODUMP, MADV_WIPEONFORK, MADV_KEEPONFORK,
		MADV_COLD, MADV_PAGEOUT, MADV_POPULATE_READ, MADV_POPULATE_WRITE,
		MADV_HUGEPAGE, MADV_NOHUGEPAGE, MADV_MERGEABLE, MADV_UNMERGEABLE, 24, 102,
		103, 999, MADV_FREE,
	};
	const int advice = all[below(sizeof(all) / sizeof(all[0]))];
	const size_t off = below(20) ? 0 : 1;
	const size_t len = below(20) ? nr * page : 0;

	print_result("madvise", first, nr, advice | (long)off << 16,
		     madvise(BASE + first * page + off, len, advice));
	mark_split(first, nr);
	/* Until it is written, freed memory holds the old contents or zeros. */
	if (advice == MADV_FREE)
		madvise(BASE + first * page, nr * page, MADV_DONTNEED);
}

static void do_write(size_t first, size_t nr)
{
	for (size_t i = first; i < first + nr; i++) {
		const uint64_t value = below(1 << 20);

		if (poke(BASE + i * page, value))
			poke(BASE + (i + 1) * page - sizeof(value), value + 1);
	}
	printf("write %zu+%zu\n", first, nr);
}

/* Find a part of a mapping that was never split; false where there is none. */
static bool whole_part(size_t *first, size_t *nr)
{
	size_t end;

	for (size_t i = 0; i < PAGES; i++) {
		*first = (*first + 1) % PAGES;
		if (id[*first] && !split[id[*first]])
			break;
	}
	if (!id[*first] || split[id[*first]])
		return false;
	for (end = *first + 1; end < PAGES && end < *first + *nr && id[end] == id[*first];)
		end++;
	*nr = end - *first;
	return true;
}

static void do_mremap(size_t first, size_t nr)
{
	static const int all[] = {
		0, MREMAP_MAYMOVE, MREMAP_MAYMOVE, MREMAP_MAYMOVE | MREMAP_FIXED,
		MREMAP_MAYMOVE | MREMAP_FIXED, MREMAP_FIXED, MREMAP_DONTUNMAP, 8,
		MREMAP_MAYMOVE | MREMAP_FIXED | MREMAP_DONTUNMAP,
	};
	const int flags = all[below(sizeof(all) / sizeof(all[0]))];
	const size_t to = below(PAGES);
	size_t len = 1 + below(PAGES / 4);
	const bool empty = !below(30), misaligned = !below(30);
	const size_t off = misaligned ? 8 : 0;
	char *p;

	if (!whole_part(&first, &nr))
		return;
	if (len > PAGES - to)
		len = PAGES - to;
	if (flags & MREMAP_DONTUNMAP && below(4))
		len = nr;
	if (to + len > PAGES || first + len > PAGES)
		return;
	p = mremap(BASE + first * page + off, empty ? 0 : nr * page, len * page, flags,
		   BASE + to * page);
	print_result("mremap", first, nr, (long)(len << 16 | to << 8) | flags, (long)p);
	if (p == MAP_FAILED) {
		/* What it unmapped before it failed. */
		mark_split(first, nr);
		if (flags & MREMAP_FIXED)
			set_id(to, len, 0);
		return;
	}
	mark_split(first, nr);
	if (p != BASE + first * page && !(flags & MREMAP_DONTUNMAP))
		set_id(first, nr, 0);
	if (p == BASE + first * page) {
		set_id(first, nr > len ? nr : len, 0);
		return;
	}
	if (p >= BASE && p < BASE + PAGES * page) {
		set_id(to, len, ++last_id);
		return;
	}
	dump(p, len);
	munmap(p, len * page);
}

static void do_fork(size_t first, size_t nr)
{
	int status;
	pid_t pid;

	fflush(stdout);
	pid = fork();
	if (!pid) {
		printf("child\n");
		dump(BASE, PAGES);
		do_write(first, nr);
		dump(BASE, PAGES);
		fflush(stdout);
		_exit(0);
	}
	waitpid(pid, &status, 0);
	printf("fork: %x\n", status);
}

/* Print what a sequence of calls does. */
static int sequence(uint64_t seed)
{
	if (pipe(pipes))
		bail("pipe");
	state = random_state(seed, 0);
	split[0] = true;
	/* Most of the range is mapped: holes are errors for most calls. */
	if (mmap(BASE, PAGES * page, PROT_READ | PROT_WRITE,
		 MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0) != BASE)
		bail("mmap");
	set_id(0, PAGES, ++last_id);
	for (int step = 0; step < STEPS; step++) {
		const size_t first = below(PAGES);
		const size_t nr = 1 + below(PAGES - first < 8 ? PAGES - first : 8);
		const size_t what = below(40);

		if (what < 8)
			do_mmap(first, nr);
		else if (what < 10)
			do_munmap(first, nr);
		else if (what < 13)
			do_mprotect(first, nr);
		else if (what < 22)
			do_madvise(first, nr);
		else if (what < 27)
			do_mremap(first, nr);
		else if (what < 28)
			do_lock(first, nr);
		else if (what < 29)
			do_fork(first, nr);
		else
			do_write(first, nr);
		dump(BASE, PAGES);
	}
	return 0;
}

/* Show where two texts differ. */
static void show_difference(const char *want, const char *got)
{
	const char *line = want;
	size_t at = 0;

	while (want[at] && want[at] == got[at])
		if (want[at++] == '\n' && want[at] != ' ')
			line = want + at;
	diag("%.*s", (int)strcspn(line, "\n"), line);
	for (line = want + at; line > want && line[-1] != '\n';)
		line--;
	diag("natively: %.*s", (int)strcspn(line, "\n"), line);
	line = got + (line - want);
	diag("managed:  %.*s", (int)strcspn(line, "\n"), line);
}

static void compare(const char *seed, int budget)
{
	const char *const arguments[] = { "sequence", seed, NULL };
	int want_status, got_status;
	char *want = run_self(NATIVE, &want_status, arguments);
	char *got = run_self(budget, &got_status, arguments);

	if (!ok(!want_status && !got_status && strlen(want) > 1000 && !strcmp(want, got),
		"seed %s, %s: as natively", seed, budget_name(budget))) {
		diag("status %d, %d natively", got_status, want_status);
		show_difference(want, got);
	}
	free(want);
	free(got);
}

int main(int argc, char **argv)
{
	const uint64_t sequences = argc > 1 ? strtoull(argv[1], NULL, 10) : 20;
	char *p;

	if (!strcmp(argv[0], "sequence"))
		return sequence(strtoull(argv[1], NULL, 10));
	if (!strcmp(argv[0], "managed")) {
		p = mmap(NULL, page, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
		return address_is_managed(p) ? 0 : 1;
	}
	for (uint64_t seed = 0; seed < sequences; seed++) {
		char text[24];

		snprintf(text, sizeof(text), "%llu", (unsigned long long)seed);
		compare(text, seed % 2 ? 8 : NO_BUDGET);
	}
	{
		const char *const arguments[] = { "managed", NULL };
		int status;

		free(run_self(NO_BUDGET, &status, arguments));
		is(status, 0, "what was compared was managed");
	}
	return tap_done();
}

// SPDX-License-Identifier: GPL-2.0
/* Limits, unusual flags of mmap(2), sealed memory, and many mappings. */
#include <errno.h>
#include <stdint.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "lib/page.h"
#include "run/cases/cases.h"
#include "run/managed.h"

#ifndef SYS_mseal
#define SYS_mseal	462
#endif

enum { ANONYMOUS = MAP_PRIVATE | MAP_ANONYMOUS };

static void limit(int resource, rlim_t value)
{
	const struct rlimit to = { value, value };

	must(!setrlimit(resource, &to));
}

static rlim_t address_space(void)
{
	unsigned long pages;
	FILE *f = fopen("/proc/self/statm", "r");

	must(f && fscanf(f, "%lu", &pages) == 1 && !fclose(f));
	return pages * page;
}

/* What the limit allows is mapped, and no more; memory that is freed is free. */
static void address_limit(void)
{
	const size_t len = 64 << 20;
	char *p;

	limit(RLIMIT_AS, address_space() + len + (8 << 20));
	for (int i = 0; i < 5; i++) {
		p = mmap(NULL, len, PROT_READ | PROT_WRITE, ANONYMOUS, -1, 0);
		must(p != MAP_FAILED);
		must(mmap(NULL, len, PROT_READ, ANONYMOUS, -1, 0) == MAP_FAILED);
		must(errno == ENOMEM);
		p[len / 2] = 1;
		must(mmap(p, len, PROT_READ | PROT_WRITE, ANONYMOUS | MAP_FIXED, -1, 0) == p);
		must(!p[len / 2]);
		must(!munmap(p, len));
	}
}

/* Locking more than the limit allows is refused, and replaces nothing. */
static void lock_limit(void)
{
	char *p = must_map(8);

	p[0] = 1;
	must(!setreuid(65534, 65534));
	limit(RLIMIT_MEMLOCK, 4 * page);
	must(mmap(NULL, 8 * page, PROT_READ, ANONYMOUS | MAP_LOCKED, -1, 0) == MAP_FAILED);
	must(errno == EAGAIN);
	must(mmap(p, 8 * page, PROT_READ, ANONYMOUS | MAP_LOCKED | MAP_FIXED, -1, 0) ==
	     MAP_FAILED);
	must(p[0] == 1);
	must(mmap(p, 4 * page, PROT_READ, ANONYMOUS | MAP_LOCKED | MAP_FIXED, -1, 0) == p);
	must(!p[0]);
	must(mlock(p + 4 * page, page) == -1 && errno == ENOMEM);
}

static void in_child(void (*fn)(void))
{
	const pid_t pid = fork();

	if (!pid) {
		fn();
		_exit(0);
	}
	must_exit(pid, 0);
}

void case_limits(void)
{
	must_map(1);
	in_child(address_limit);
	in_child(lock_limit);
}

/* A reservation costs nothing, wherever it is written. */
static void reserve(void)
{
	const size_t len = 1ul << 40;
	char *p = mmap(NULL, len, PROT_NONE, ANONYMOUS | MAP_NORESERVE, -1, 0);
	pid_t pid;

	must(p != MAP_FAILED && address_is_managed(p) == is_managed());
	for (size_t i = 1; i < 16; i++)
		must(!mprotect(p + i * (len / 16), page, PROT_READ | PROT_WRITE));
	for (size_t i = 1; i < 16; i++)
		p[i * (len / 16)] = (char)i;
	pid = fork();
	if (!pid) {
		for (size_t i = 1; i < 16; i++)
			must(p[i * (len / 16)]++ == (char)i);
		_exit(0);
	}
	must_exit(pid, 0);
	for (size_t i = 1; i < 16; i++)
		must(p[i * (len / 16)] == (char)i);
	must(!madvise(p, len, MADV_DONTNEED));
	for (size_t i = 1; i < 16; i++)
		must(!p[i * (len / 16)]);
	must(!munmap(p, len));
}

static void flags(void)
{
	char *p, *q;

	p = mmap(NULL, 4 * page, PROT_READ | PROT_WRITE, ANONYMOUS | MAP_32BIT, -1, 0);
	must(p != MAP_FAILED && (uintptr_t)p < 1ul << 32);
	must(mmap(p, page, PROT_READ, ANONYMOUS | MAP_FIXED_NOREPLACE, -1, 0) == MAP_FAILED);
	must(errno == EEXIST);
	memset(p, 1, 4 * page);
	/* A hole, and a mapping of another kind in it. */
	must(!munmap(p + page, 2 * page));
	q = mmap(p + page, page, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS | MAP_FIXED,
		 -1, 0);
	must(q == p + page && !q[0]);
	must(!munmap(p, 4 * page));
	must(!munmap(p, 4 * page));
	p = mmap(p, 4 * page, PROT_READ | PROT_WRITE, ANONYMOUS | MAP_FIXED | MAP_POPULATE, -1, 0);
	for (size_t i = 0; i < 4 * page; i++)
		must(!p[i]);

	p = mmap(NULL, 4 * page, PROT_READ | PROT_WRITE, ANONYMOUS | MAP_GROWSDOWN, -1, 0);
	must(p != MAP_FAILED);
	p[0] = 1;
	p = mmap(NULL, 4 * page, PROT_READ | PROT_WRITE, ANONYMOUS, 77, 0);
	must(p != MAP_FAILED && address_is_managed(p) == is_managed());
	must(mmap(NULL, page, PROT_READ, ANONYMOUS, -1, 1) == MAP_FAILED && errno == EINVAL);
	must(mmap(NULL, 4 << 20, PROT_READ, ANONYMOUS, -1, 1) == MAP_FAILED && errno == EINVAL);
	must(mmap(NULL, 0, PROT_READ, ANONYMOUS, -1, 0) == MAP_FAILED && errno == EINVAL);
	must(mmap(NULL, SIZE_MAX, PROT_READ, ANONYMOUS, -1, 0) == MAP_FAILED && errno == ENOMEM);
	must(munmap(p + 1, page) == -1 && errno == EINVAL);
	must(munmap(p, 0) == -1 && errno == EINVAL);
	must(munmap(p, SIZE_MAX - page) == -1 && errno == EINVAL);
	must(mprotect(p, SIZE_MAX - 2 * page, PROT_READ) == -1 && errno == ENOMEM);
}

void case_unusual_flags(void)
{
	must_map(1);
	reserve();
	flags();
}

/* What is sealed stays mapped; fork copies it all the same. */
void case_sealed(void)
{
	char *p = must_map(8);
	pid_t pid;

	memset(p, 1, 8 * page);
	must(syscall(SYS_mseal, p + page, 4 * page, 1ul) == -1);
	/* Kernels before 6.10 have no such call. */
	if (errno == ENOSYS)
		return;
	must(errno == EINVAL);
	must(!syscall(SYS_mseal, p + page, 4 * page, 0ul));
	must(mprotect(p + page, page, PROT_READ) == -1 && errno == EPERM);
	must(munmap(p, 8 * page) == -1 && errno == EPERM);
	must(mmap(p, 8 * page, PROT_READ, ANONYMOUS | MAP_FIXED, -1, 0) == MAP_FAILED);
	must(errno == EPERM);
	pid = fork();
	if (!pid) {
		for (size_t i = 0; i < 8 * page; i++)
			must(p[i]++ == 1);
		must(munmap(p + page, page) == -1 && errno == EPERM);
		_exit(0);
	}
	must_exit(pid, 0);
	for (size_t i = 0; i < 8 * page; i++)
		must(p[i] == 1);
}

static size_t mappings(void)
{
	size_t nr = 0;
	FILE *f = fopen("/proc/self/maps", "r");

	must(f);
	for (int c; (c = getc(f)) != EOF;)
		nr += c == '\n';
	must(!fclose(f));
	return nr;
}

/* As garbage collectors do: mappings that were split merge again, or they run out. */
void case_many_mappings(void)
{
	enum { NR = 400 };
	char *p = must_map(NR), *all = must_map(2 * NR);
	const size_t before = mappings();

	for (size_t i = 0; i < NR; i++) {
		p[i * page] = 1;
		must(!mprotect(p + i * page, page, PROT_READ));
		must(!mprotect(p + i * page, page, PROT_READ | PROT_WRITE));
	}
	must(mappings() < before + 10);
	must(!munmap(all, 2 * NR * page));
	for (size_t i = 0; i < NR; i++)
		must(mmap(all + i * page, page, PROT_READ | PROT_WRITE, ANONYMOUS | MAP_FIXED, -1,
			  0) == all + i * page);
	must(mappings() < before + 10);
	for (size_t i = 0; i < NR; i++)
		must(p[i * page] == 1 && !all[i * page]);
}

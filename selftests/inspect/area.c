// SPDX-License-Identifier: GPL-2.0
/* VMLAB_IOC_FREE_AREA against the address that mmap(2) then returns. */
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/personality.h>
#include <sys/wait.h>
#include <unistd.h>

#include "lib/child.h"
#include "lib/dev.h"
#include "lib/page.h"
#include "lib/proc.h"
#include "lib/tap.h"

enum {
	ROUNDS = 2000,
	SLOTS = 200,
	HUGE = 2 << 20,
	MAX_DIAG = 5,
};

static const size_t lengths[] = {
	1, 4096, 3 * 4096, 65536, 1 << 20, HUGE - 4096, HUGE, HUGE + 4096,
	3 * HUGE, 3 * HUGE + 1, 1 << 30,
};

enum { NR_LENGTHS = sizeof(lengths) / sizeof(lengths[0]) };

static int fd;

static int predict(pid_t pid, size_t length, uint32_t flags,
		   struct vmlab_free_area *r)
{
	memset(r, 0, sizeof(*r));
	r->size = sizeof(*r);
	r->flags = flags;
	r->target.kind = pid ? VMLAB_TARGET_PID : VMLAB_TARGET_SELF;
	r->target.id = pid;
	r->length = length;
	return ioctl(fd, VMLAB_IOC_FREE_AREA, r);
}

static void *map(void *hint, size_t length)
{
	return mmap(hint, length, PROT_NONE,
		    MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
}

/* Avoid printf() and malloc() in the loop: they may map memory. */
static void test_random(void)
{
	static struct {
		char *p;
		size_t length;
	} slot[SLOTS];
	static struct {
		uint64_t length, got, want;
	} wrong[MAX_DIAG];
	unsigned int seed = 1, differ = 0, thp = 0, failed = 0;

	for (int i = 0; i < ROUNDS; i++) {
		unsigned int s = (unsigned int)rand_r(&seed) % SLOTS;
		size_t length = lengths[(unsigned int)rand_r(&seed) % NR_LENGTHS];
		struct vmlab_free_area r;

		if (slot[s].p) {
			/* Keep a part of it now and then. */
			size_t left = rand_r(&seed) % 3 ? 0 :
				      slot[s].length / 2 & ~(page - 1);

			munmap(slot[s].p + left, slot[s].length - left);
			slot[s].p = NULL;
			continue;
		}
		if (predict(0, length, 0, &r)) {
			failed++;
			continue;
		}
		thp += !!(r.result & VMLAB_AREA_THP);
		slot[s].p = map(NULL, length);
		slot[s].length = length;
		if ((uintptr_t)slot[s].p != r.address) {
			if (differ < MAX_DIAG) {
				wrong[differ].length = length;
				wrong[differ].want = r.address;
				wrong[differ].got = (uintptr_t)slot[s].p;
			}
			differ++;
		}
	}
	is(failed, 0, "%d predictions", ROUNDS);
	is(differ, 0, "each is the address that mmap() returns");
	for (unsigned int i = 0; i < differ && i < MAX_DIAG; i++)
		diag("  %llu bytes: predicted %#llx, mapped at %#llx",
		     (unsigned long long)wrong[i].length,
		     (unsigned long long)wrong[i].want,
		     (unsigned long long)wrong[i].got);
	diag("%u of them placed for huge pages", thp);
	for (int s = 0; s < SLOTS; s++)
		if (slot[s].p)
			munmap(slot[s].p, slot[s].length);
}

/* Test that the guard gap below a mapping that grows down is left free. */
static void test_guard(void)
{
	struct vmlab_free_area r;
	uint64_t above;
	size_t size = 16 * (size_t)HUGE;
	char *hole, *stack, *p;

	if (predict(0, page, 0, &r) || r.result & VMLAB_GUARD_ASSUMED) {
		ok(false, "the guard gap is known");
		return;
	}
	diag("guard gap %llu bytes", (unsigned long long)r.guard_gap);
	hole = map(NULL, size);
	munmap(hole, size);
	/* Map nothing else in the hole; the stack is at its top. */
	stack = mmap(hole + size - page, page, PROT_READ | PROT_WRITE,
		     MAP_PRIVATE | MAP_ANONYMOUS | MAP_GROWSDOWN | MAP_FIXED,
		     -1, 0);
	if (stack == MAP_FAILED)
		bail("MAP_GROWSDOWN: %s", strerror(errno));
	for (size_t length = 4 * HUGE + page; length < size; length *= 2) {
		works(predict(0, length, 0, &r), "below a stack: %zu bytes",
		      length);
		p = map(NULL, length);
		is((uintptr_t)p, r.address, "... as mmap() does");
		above = (uintptr_t)stack - ((uintptr_t)p + length);
		ok((uintptr_t)p < (uintptr_t)stack && above >= r.guard_gap,
		   "... %llu bytes below it", (unsigned long long)above);
		munmap(p, length);
	}
	munmap(stack, page);
}

/* Test that with a hint above 47 bits all of a 56-bit half is searched. */
static void test_high(void)
{
	struct vmlab_free_area r;
	char *hint = (char *)(1UL << 50), *at, *p;

	at = map(hint, HUGE);
	if (at != hint) {
		if (at != MAP_FAILED)
			munmap(at, HUGE);
		skip("no five-level page tables", "above 47 bits");
		return;
	}
	for (int i = 0; i < NR_LENGTHS; i++) {
		works(predict(0, lengths[i], VMLAB_AREA_HIGH, &r),
		      "above 47 bits: %zu bytes", lengths[i]);
		p = map(hint, lengths[i]);
		is((uintptr_t)p, r.address, "... as mmap() does");
		munmap(p, lengths[i]);
	}
	ok(r.address >> 47, "... which is above 47 bits");
	munmap(at, HUGE);
}

/* Test that a length that mmap(2) refuses is refused. */
static void test_too_large(void)
{
	struct vmlab_free_area r;

	for (unsigned int shift = 44; shift < 64; shift++) {
		size_t length = 1UL << shift;
		char *p = map(NULL, length);
		int ret = predict(0, length, 0, &r);

		if (p == MAP_FAILED) {
			ok(ret && errno == ENOMEM, "2^%u bytes: ENOMEM", shift);
			continue;
		}
		/* Predict again with the range free. */
		munmap(p, length);
		works(predict(0, length, 0, &r), "2^%u bytes", shift);
		is((uintptr_t)p, r.address, "... as mmap() does");
	}
}

/*
 * In another process: for each length stop, and once continued map that many
 * bytes and write the address to stdout.
 */
static int map_on_cont(char **length)
{
	for (; *length; length++) {
		size_t size = strtoull(*length, NULL, 0);
		char *p;

		stop_self();
		p = map(NULL, size);
		/* Write it raw: formatting may map memory. */
		if (write(STDOUT_FILENO, &p, sizeof(p)) != sizeof(p))
			return 1;
	}
	return 0;
}

struct other {
	unsigned long persona;
	bool bits32;
	int out;
};

static int start_other(void *arg)
{
	const struct other *o = arg;
	char length[NR_LENGTHS][24], map[] = "map", path[PATH_MAX];
	char *argv[NR_LENGTHS + 3] = { path, map };

	for (int i = 0; i < NR_LENGTHS; i++) {
		snprintf(length[i], sizeof(length[i]), "%zu", lengths[i]);
		argv[2 + i] = length[i];
	}
	dup2(o->out, STDOUT_FILENO);
	personality(o->persona);
	if (sibling_program(o->bits32 ? "compat32" : "test-inspect-area", path))
		execv(path, argv);
	return 1;
}

static void test_other(const char *name, unsigned long persona, bool bits32,
		       bool topdown)
{
	struct other o = { .persona = persona, .bits32 = bits32 };
	int out[2], status = 0;
	pid_t pid;

	if (pipe(out))
		bail("pipe: %s", strerror(errno));
	o.out = out[1];
	pid = spawn(start_other, &o);
	close(out[1]);
	for (int i = 0; i < NR_LENGTHS; i++) {
		struct vmlab_free_area r;
		uint64_t got = 0;

		if (!wait_stopped(pid, &status))
			bail("%s: status %#x", name, status);
		works(predict(pid, lengths[i], 0, &r), "%s: %zu bytes", name,
		      lengths[i]);
		kill(pid, SIGCONT);
		if (read(out[0], &got, sizeof(got)) != (bits32 ? 4 : 8))
			bail("%s: no answer", name);
		is(r.address, got, "... as mmap() does");
		is(!!(r.result & VMLAB_AREA_TOPDOWN), topdown, "... %s",
		   topdown ? "top down" : "bottom up");
	}
	close(out[0]);
	kill_and_reap(pid);
}

static int run_compat32(void *arg)
{
	char path[PATH_MAX];

	(void)arg;
	close(STDOUT_FILENO);
	open("/dev/null", O_WRONLY);
	if (sibling_program("compat32", path))
		execl(path, "compat32", "stop", NULL);
	return 126;
}

static void test_compat32(void)
{
	char path[PATH_MAX];
	int status = 0;
	pid_t pid;

	if (!sibling_program("compat32", path)) {
		skip("this compiler cannot make programs of 32 bits",
		     "32 bits");
		return;
	}
	pid = spawn(run_compat32, NULL);
	if (!wait_stopped(pid, &status)) {
		skip("this kernel cannot run programs of 32 bits", "32 bits");
		return;
	}
	kill_and_reap(pid);
	test_other("32 bits", PER_LINUX, true, true);
	test_other("32 bits, legacy layout", ADDR_COMPAT_LAYOUT, true, false);
}

static void test_alignment(void)
{
	struct vmlab_free_area r = { .size = sizeof(r), .length = 1 };
	struct vmlab_free_area good = r, plain;
	char *p;

	if (predict(0, 1, 0, &plain))
		bail("FREE_AREA: %s", strerror(errno));
	for (uint64_t align = page; align <= 1UL << 30; align *= 8) {
		r = good;
		r.alignment = align;
		works(ioctl(fd, VMLAB_IOC_FREE_AREA, &r), "aligned to %llu",
		      (unsigned long long)align);
		ok(!(r.address & (align - 1)) && r.address <= plain.address,
		   "... %#llx", (unsigned long long)r.address);
		/* Test that the range is free. */
		p = mmap((void *)(uintptr_t)r.address, page, PROT_NONE,
			 MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED_NOREPLACE, -1,
			 0);
		is((uintptr_t)p, r.address, "... is free");
		munmap(p, page);
	}
	r = good;
	r.alignment = page / 2;
	fails(ioctl(fd, VMLAB_IOC_FREE_AREA, &r), EINVAL, "below a page");
	r = good;
	r.alignment = 3 * page;
	fails(ioctl(fd, VMLAB_IOC_FREE_AREA, &r), EINVAL, "no power of two");
	r = good;
	r.length = 0;
	fails(ioctl(fd, VMLAB_IOC_FREE_AREA, &r), EINVAL, "no length");
	r = good;
	r.length = UINT64_MAX;
	fails(ioctl(fd, VMLAB_IOC_FREE_AREA, &r), ENOMEM, "rounded to 0");
	r = good;
	r.flags = 2;
	fails(ioctl(fd, VMLAB_IOC_FREE_AREA, &r), EINVAL, "unknown flag");
	r = good;
	r.result = 1;
	fails(ioctl(fd, VMLAB_IOC_FREE_AREA, &r), EINVAL, "result on input");
	r = good;
	r.reserved = 1;
	fails(ioctl(fd, VMLAB_IOC_FREE_AREA, &r), EINVAL, "reserved");
}

/*
 * vm.mmap_min_addr can be any number.  Above mmap_base the search goes up from
 * there.
 */
static void test_min_addr(void)
{
	const uint64_t low = (1ULL << 47) - 4096 * page;
	struct vmlab_free_area r = {
		.size = sizeof(r), .length = 1, .min_addr = low + 1,
	};

	works(ioctl(fd, VMLAB_IOC_FREE_AREA, &r), "min_addr within a page");
	is(r.low, low + page, "... the search begins at the next page");
	ok(r.address >= r.low && !(r.address % page), "... finds a page: %#llx",
	   (unsigned long long)r.address);
	r = (struct vmlab_free_area){
		.size = sizeof(r), .length = 1, .min_addr = UINT64_MAX,
	};
	fails(ioctl(fd, VMLAB_IOC_FREE_AREA, &r), ENOMEM,
	      "min_addr above all pages");
}

int main(int argc, char **argv)
{
	if (argc > 1)
		return map_on_cont(argv + 2);
	fd = dev_open(O_RDWR);
	/* Print once, so that stdout has its buffer before the tests. */
	is(1ULL << dev_info().page_shift, page, "bytes of a page");
	test_guard();
	test_random();
	test_high();
	test_too_large();
	test_other("another process", PER_LINUX, false, true);
	test_other("legacy layout", ADDR_COMPAT_LAYOUT, false, false);
	test_compat32();
	test_alignment();
	test_min_addr();
	return tap_done();
}

// SPDX-License-Identifier: GPL-2.0
/*
 * Page-table entries that a first write creates: their bits, the counters of mm and
 * of the space, and no write lost while entries are removed, protected or replaced.
 */
#include <fcntl.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdint.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/uio.h>
#include <unistd.h>

#include "lib/child.h"
#include "lib/dev.h"
#include "lib/kernel_uapi.h"
#include "lib/page.h"
#include "lib/paging.h"
#include "lib/proc.h"
#include "lib/smaps.h"
#include "lib/tap.h"
#include "lib/uffd.h"

#ifndef MADV_GUARD_INSTALL
#define MADV_GUARD_INSTALL	102
#define MADV_GUARD_REMOVE	103
#endif

#define PAGES		64
#define RACE_MS		700
#define SOFT_DIRTY	(1ULL << 55)

static volatile uint64_t *word_at(char *map, size_t nr)
{
	return (volatile uint64_t *)(void *)(map + nr * page);
}

/* --- bits of the entry, counters of mm ------------------------------------- */

static bool is_soft_dirty(const char *p)
{
	int fd = open("/proc/self/pagemap", O_RDONLY | O_CLOEXEC);
	uint64_t entry;

	if (fd < 0 || pread(fd, &entry, sizeof(entry),
			    (off_t)((uintptr_t)p / page * sizeof(entry))) !=
		      sizeof(entry))
		bail("/proc/self/pagemap: %s", strerror(errno));
	close(fd);
	return entry & SOFT_DIRTY;
}

static void soft_dirty(void)
{
	int fd = dev_open(O_RDWR);
	char *p = map_shared(fd, PAGES);

	if (!(dev_info().features & VMLAB_FEAT_SOFT_DIRTY)) {
		skip("no CONFIG_MEM_SOFT_DIRTY", "soft-dirty bits");
		goto out;
	}
	p[0] = 1;
	write_file("/proc/self/clear_refs", "4", 1);
	ok(!is_soft_dirty(p), "clear_refs: the entry is not soft-dirty");
	p[page] = 1;
	ok(is_soft_dirty(p + page), "the first write makes an entry soft-dirty");
	ok(!is_soft_dirty(p + 2 * page), "... and not the next one");
	p[0] = 2;
	ok(is_soft_dirty(p), "a write to a protected entry makes it soft-dirty");

	madvise(p, PAGES * page, MADV_DONTNEED);
	touch(p + page, TOUCH_READ, 0, NULL);
	ok(!is_soft_dirty(p + page), "a read fault makes no entry soft-dirty");
	p[page] = 2;
	ok(is_soft_dirty(p + page), "... and the write after it does");
	range(fd, VMLAB_RANGE_EVICT, 0, PAGES);
	write_file("/proc/self/clear_refs", "4", 1);
	p[page] = 3;
	ok(is_soft_dirty(p + page), "a write to an evicted page makes it soft-dirty");
out:
	unmap_and_close(fd, p, PAGES);
}

static void smaps(void)
{
	int fd = dev_open(O_RDWR);
	char *p = map_shared(fd, PAGES), *q = map_shared(fd, PAGES);
	const size_t bytes = 8 * page;

	memset(p, 1, bytes);
	is(smaps_bytes(p, "Rss"), bytes, "Rss after 8 first writes");
	is(smaps_bytes(p, "Private_Dirty"), bytes, "... and Private_Dirty");
	is(smaps_bytes(p, "Referenced"), bytes, "... and Referenced");
	memset(q, 2, bytes);
	is(smaps_bytes(p, "Shared_Dirty"), bytes,
	   "Shared_Dirty when another mapping wrote them");
	madvise(p, bytes, MADV_DONTNEED);
	is(smaps_bytes(p, "Rss"), 0, "Rss after MADV_DONTNEED");
	is(smaps_bytes(q, "Private_Dirty"), bytes, "... Private_Dirty of the other");
	munmap(q, PAGES * page);
	unmap_and_close(fd, p, PAGES);
}

static void locked(void)
{
	int fd = dev_open(O_RDWR);
	char *p = map_shared(fd, PAGES);

	memset(p, 1, 4 * page);
	works(mlock(p, 8 * page), "mlock of 8 pages, 4 of them written");
	is(smaps_bytes(p, "Locked"), 8 * page, "... Locked");
	p[5 * page] = 1;
	madvise(p, 8 * page, MADV_DONTNEED);
	is(range(fd, VMLAB_RANGE_EVICT, 0, 8).done, 0, "... pages evicted");
	works(munlock(p, 8 * page), "... munlock");
	is(range(fd, VMLAB_RANGE_EVICT, 0, 8).done, 8,
	   "... pages evicted when they are unlocked");

	if (mlock2(p, PAGES * page, MLOCK_ONFAULT)) {
		skip("no mlock2", "mlock2(MLOCK_ONFAULT)");
	} else {
		is(smaps_bytes(p, "Locked"), 0, "MLOCK_ONFAULT: Locked before");
		memset(p, 2, 3 * page);
		is(smaps_bytes(p, "Locked"), 3 * page,
		   "MLOCK_ONFAULT: Locked after 3 writes");
		is(range(fd, VMLAB_RANGE_EVICT, 0, 3).busy, 3,
		   "... pages that cannot be evicted");
		munlock(p, PAGES * page);
	}
	unmap_and_close(fd, p, PAGES);
}

static void protected_between(void)
{
	int fd = dev_open(O_RDWR);
	char *p = map_shared(fd, PAGES);

	p[0] = 1;
	works(mprotect(p, PAGES * page, PROT_READ), "mprotect(PROT_READ)");
	is(touch(p, TOUCH_WRITE, 2, NULL), SIGSEGV, "... a write to an entry");
	is(touch(p + page, TOUCH_WRITE, 2, NULL), SIGSEGV, "... and to none");
	ok(p[0] == 1 && p[page] == 0, "... change nothing");
	madvise(p, page, MADV_DONTNEED);
	is(touch(p, TOUCH_WRITE, 2, NULL), SIGSEGV, "... nor after MADV_DONTNEED");
	is(space_stats(fd).mkwrite, 1, "... mkwrite");
	works(mprotect(p, PAGES * page, PROT_READ | PROT_WRITE),
	      "mprotect(PROT_READ | PROT_WRITE)");
	is(touch(p + 2 * page, TOUCH_WRITE, 3, NULL), 0, "... a write to no entry");
	is(space_stats(fd).mkwrite, 2, "... mkwrite");
	is(p[2 * page], 3, "... the contents");
	unmap_and_close(fd, p, PAGES);
}

static int write_half(void *arg)
{
	char *p = arg;

	for (size_t i = 0; i < PAGES / 2; i++)
		*word_at(p, i) += 1;
	return 0;
}

static void forked(void)
{
	int fd = dev_open(O_RDWR);
	char *p = map_shared(fd, PAGES);
	uint64_t before, wrong = 0;

	for (size_t i = 0; i < PAGES; i += 2)
		*word_at(p, i) = i;
	before = space_stats(fd).mkwrite;
	is(before, PAGES / 2, "mkwrite before fork");
	get_dirty(fd, VMLAB_DIRTY_CLEAR, 0, PAGES, NULL);
	is(reap(spawn(write_half, p)), 0, "a child writes every page of one half");
	for (size_t i = 0; i < PAGES / 2; i++)
		wrong += *word_at(p, i) != (i % 2 ? 0 : i) + 1;
	is(wrong, 0, "... pages where the parent sees another value");
	is(space_stats(fd).mkwrite - before, PAGES / 2, "... mkwrite");
	is(get_dirty(fd, 0, 0, PAGES, NULL), PAGES / 2, "... dirty pages");
	unmap_and_close(fd, p, PAGES);
}

/* Writes by the kernel: through get_user_pages(), and by copying to the mapping. */
static void by_kernel(void)
{
	int fd = dev_open(O_RDWR), ends[2], mem = open("/proc/self/mem", O_RDWR);
	char *p = map_shared(fd, PAGES), text[8] = "written";
	struct iovec from = { text, sizeof(text) }, to = { NULL, sizeof(text) };

	p[0] = 1;
	to.iov_base = p + page;
	is(process_vm_writev(getpid(), &from, 1, &to, 1, 0), sizeof(text),
	   "process_vm_writev to no entry");
	is(pwrite(mem, text, sizeof(text), (off_t)(uintptr_t)(p + 2 * page)),
	   sizeof(text), "/proc/self/mem to no entry");
	if (pipe(ends) || write(ends[1], text, sizeof(text)) != sizeof(text))
		bail("pipe: %s", strerror(errno));
	is(read(ends[0], p + 3 * page, sizeof(text)), sizeof(text),
	   "read(2) to no entry");
	for (size_t i = 1; i < 4; i++)
		streq(p + i * page, text, "... the contents of page %zu", i);
	is(get_dirty(fd, 0, 0, PAGES, NULL), 4, "... dirty pages");
	is(space_stats(fd).mkwrite, 4, "... mkwrite");
	close(ends[0]);
	close(ends[1]);
	close(mem);
	unmap_and_close(fd, p, PAGES);
}

/* --- two threads at the same page ------------------------------------------ */

static struct {
	char *map;
	bool reads;
	atomic_uint at[2];
} pair;

/* Wait until the other thread is at the same page, too. */
static void meet(int self, unsigned int nr)
{
	atomic_store(&pair.at[self], nr);
	for (unsigned int spins = 1; atomic_load(&pair.at[!self]) < nr; spins++)
		if (!(spins % 1024))
			sched_yield();
}

static void *second(void *arg)
{
	(void)arg;
	for (unsigned int i = 1; i < PAGES; i++) {
		meet(1, i);
		if (pair.reads)
			(void)word_at(pair.map, i)[1];
		else
			word_at(pair.map, i)[1] = i;
	}
	return NULL;
}

static void same_page(bool reads)
{
	const char *what = reads ? "a write and a read" : "two writes";
	unsigned int lost = 0, rounds = 30;
	uint64_t mkwrite = 0;

	for (unsigned int round = 0; round < rounds; round++) {
		int fd = dev_open(O_RDWR);
		pthread_t thread;

		pair.map = map_shared(fd, PAGES);
		pair.reads = reads;
		/* mm sets the first entry of a new page table. */
		*word_at(pair.map, 0) = 1;
		atomic_store(&pair.at[0], 0);
		atomic_store(&pair.at[1], 0);
		if (pthread_create(&thread, NULL, second, NULL))
			bail("pthread_create");
		for (unsigned int i = 1; i < PAGES; i++) {
			meet(0, i);
			*word_at(pair.map, i) = i;
		}
		pthread_join(thread, NULL);
		for (unsigned int i = 1; i < PAGES; i++)
			lost += *word_at(pair.map, i) != i ||
				word_at(pair.map, i)[1] != (reads ? 0 : i);
		mkwrite += space_stats(fd).mkwrite;
		unmap_and_close(fd, pair.map, PAGES);
	}
	is(lost, 0, "%s at once: pages where one is lost", what);
	/* Where mm sets the entry, it asks for each of the two writes. */
	if (dev_info().features & VMLAB_FEAT_HUGE)
		is(mkwrite, rounds * PAGES, "... mkwrite, once a page");
	else
		skip("before 6.15 mm sets entries", "... mkwrite, once a page");
}

/* --- a writer against changes of the entries -------------------------------- */

enum { SLOTS = 16 };

static struct writer {
	char *map;
	bool drops;		/* remove the entry before each write */
	atomic_bool stop;
	atomic_ulong writes;
	unsigned int lost;	/* writes that the writer did not find */
	uint64_t last[PAGES];	/* what was written last */
	size_t pages;
} writer;

/* Write increasing versions. */
static void *write_versions(void *arg)
{
	uint64_t version = 0;

	(void)arg;
	while (!atomic_load(&writer.stop)) {
		size_t i = version++ % writer.pages;

		if (writer.drops)
			madvise(writer.map + i * page, page, MADV_DONTNEED);
		*word_at(writer.map, i) = version;
		writer.last[i] = version;
		writer.lost += *word_at(writer.map, i) != version;
		atomic_fetch_add(&writer.writes, 1);
	}
	return NULL;
}

/* touch() stores a byte and catches SIGSEGV. */
static void *write_guarded(void *arg)
{
	(void)arg;
	for (uint64_t n = 1; !atomic_load(&writer.stop); n++) {
		size_t i = n % writer.pages;

		if (touch(writer.map + i * page, TOUCH_WRITE, (char)n, NULL))
			continue;
		writer.last[i] = (uint8_t)n;
		atomic_fetch_add(&writer.writes, 1);
	}
	return NULL;
}

/* Run @change beside a writer until both made progress, for RACE_MS at least. */
static void race(void *(*write_fn)(void *), void (*change)(void *arg), void *arg,
		 const char *what)
{
	unsigned long long until = now_ms() + RACE_MS;
	unsigned int rounds = 0;
	pthread_t thread;

	atomic_store(&writer.stop, false);
	atomic_store(&writer.writes, 0);
	writer.lost = 0;
	memset(writer.last, 0, sizeof(writer.last));
	if (pthread_create(&thread, NULL, write_fn, NULL))
		bail("pthread_create");
	for (; now_ms() < until || rounds < 5; rounds++) {
		change(arg);
		sched_yield();
	}
	atomic_store(&writer.stop, true);
	pthread_join(thread, NULL);
	change(arg);
	diag("  %s: %lu writes, %u rounds", what, atomic_load(&writer.writes),
	     rounds);
}

/* Versions of the pages that were reported as written, copied after each report. */
static uint64_t copies[PAGES];

static unsigned int copies_differ(void)
{
	unsigned int differ = 0;

	for (size_t i = 0; i < writer.pages; i++)
		differ += copies[i] != *word_at(writer.map, i) ||
			  copies[i] != writer.last[i];
	return differ;
}

static void copy_scanned(void *arg)
{
	struct page_region regions[PAGES];
	struct pm_scan_arg scan = {
		.size = sizeof(scan),
		.flags = PM_SCAN_WP_MATCHING,
		.start = (uintptr_t)writer.map,
		.end = (uintptr_t)writer.map + writer.pages * page,
		.vec = (uintptr_t)regions,
		.vec_len = PAGES,
		.category_mask = PAGE_IS_WRITTEN,
		.return_mask = PAGE_IS_WRITTEN,
	};
	int nr = ioctl(*(int *)arg, PAGEMAP_SCAN, &scan);

	if (nr < 0)
		bail("PAGEMAP_SCAN: %s", strerror(errno));
	for (int r = 0; r < nr; r++)
		for (size_t i = (regions[r].start - scan.start) / page;
		     i < (regions[r].end - scan.start) / page; i++)
			copies[i] = *word_at(writer.map, i);
}

static void scanned(void)
{
	int fd = dev_open(O_RDWR), pagemap = open("/proc/self/pagemap", O_RDONLY);
	int uffd;

	writer.map = map_shared(fd, SLOTS);
	writer.pages = SLOTS;
	writer.drops = true;
	uffd = uffd_watch(writer.map, SLOTS * page);
	if (uffd < 0) {
		skip("no asynchronous write protection", "PAGEMAP_SCAN");
	} else {
		memset(copies, 0, sizeof(copies));
		race(write_versions, copy_scanned, &pagemap, "PAGEMAP_SCAN");
		is(writer.lost, 0, "PAGEMAP_SCAN: writes lost");
		is(copies_differ(), 0, "... pages with a write not reported");
		close(uffd);
	}
	close(pagemap);
	unmap_and_close(fd, writer.map, SLOTS);
}

static void guard(void *arg)
{
	(void)arg;
	if (madvise(writer.map, writer.pages * page, MADV_GUARD_INSTALL) ||
	    madvise(writer.map, writer.pages * page, MADV_GUARD_REMOVE))
		bail("madvise: %s", strerror(errno));
}

static void guarded(void)
{
	int fd = dev_open(O_RDWR);
	char *alias = map_shared(fd, SLOTS);
	unsigned int lost = 0;

	writer.map = map_shared(fd, SLOTS);
	writer.pages = SLOTS;
	if (madvise(writer.map, SLOTS * page, MADV_GUARD_INSTALL)) {
		skip("no guard pages of files", "guard pages");
	} else {
		is(touch(writer.map, TOUCH_WRITE, 1, NULL), SIGSEGV,
		   "a write to a guard page");
		guard(NULL);
		race(write_guarded, guard, NULL, "guard pages");
		for (size_t i = 0; i < SLOTS; i++)
			lost += *(uint8_t *)(alias + i * page) != writer.last[i];
		is(lost, 0, "guard pages: pages with a write lost");
	}
	munmap(alias, SLOTS * page);
	unmap_and_close(fd, writer.map, SLOTS);
}

static void copy_dirty(void *arg)
{
	uint64_t bitmap = 0;

	get_dirty(*(int *)arg, VMLAB_DIRTY_CLEAR, 0, writer.pages, &bitmap);
	for (size_t i = 0; i < writer.pages; i++)
		if (bitmap >> i & 1)
			copies[i] = *word_at(writer.map, i);
}

/* Another frame comes and goes: the xarray holds the first with and without a node. */
static void drop_and_copy_dirty(void *arg)
{
	range(*(int *)arg, VMLAB_RANGE_PREFETCH, 1, 1);
	sched_yield();
	range(*(int *)arg, VMLAB_RANGE_DROP, 1, 1);
	copy_dirty(arg);
}

static void dirty(size_t pages, uint64_t budget, bool drops,
		  void (*change)(void *arg), const char *what)
{
	int fd = dev_open(O_RDWR);

	if (budget)
		use_paging(fd, .budget = budget, .policy = VMLAB_POLICY_LRU);
	writer.map = map_shared(fd, PAGES);
	writer.pages = pages;
	writer.drops = drops;
	memset(copies, 0, sizeof(copies));
	race(write_versions, change, &fd, what);
	is(writer.lost, 0, "%s: writes lost", what);
	is(copies_differ(), 0, "... pages with a write not reported");
	unmap_and_close(fd, writer.map, PAGES);
}

int main(void)
{
	unsigned long long frames = module_frames();

	soft_dirty();
	smaps();
	locked();
	protected_between();
	forked();
	by_kernel();
	same_page(false);
	same_page(true);
	scanned();
	guarded();
	dirty(PAGES, 0, false, copy_dirty, "DIRTY");
	dirty(PAGES, 0, true, copy_dirty, "DIRTY, entries removed");
	dirty(PAGES, 5, true, copy_dirty, "DIRTY, a budget of 5 frames");
	dirty(1, 0, true, drop_and_copy_dirty, "DIRTY, one page left");
	is(module_frames(), frames, "frames of the module, as at the start");
	return tap_done();
}

// SPDX-License-Identifier: GPL-2.0
/*
 * Targets in states that are rare: stuck in a fault, with entries of PROT_NONE,
 * with a VMA of uprobes, after an exec by a thread that is not the leader, and
 * with mappings above 47 bits.
 */
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <unistd.h>

#include "lib/child.h"
#include "lib/debugfs.h"
#include "lib/dev.h"
#include "lib/page.h"
#include "lib/paging.h"
#include "lib/proc.h"
#include "lib/tap.h"

static struct vmlab_translation translate(int fd, int pid, const void *addr)
{
	struct vmlab_translation t = {
		.size = sizeof(t), .addr = (uintptr_t)addr,
		.target = { pid ? VMLAB_TARGET_PID : VMLAB_TARGET_SELF, pid },
	};

	if (ioctl(fd, VMLAB_IOC_TRANSLATE, &t))
		bail("TRANSLATE: %s", strerror(errno));
	return t;
}

/* --- PROT_NONE: the entry still refers to its frame --------------------------- */

static void prot_none(int fd)
{
	size_t huge = (size_t)2 << 20;
	char *p = mmap(NULL, 2 * huge, PROT_READ | PROT_WRITE,
		       MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	char *at[] = { p, (char *)(((uintptr_t)p + huge - 1) & ~(huge - 1)) };
	static const char *const kinds[] = { "a page", "a huge page" };

	madvise(p, 2 * huge, MADV_HUGEPAGE);
	at[0] = mmap(NULL, page, PROT_READ | PROT_WRITE,
		     MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	for (int i = 0; i < 2; i++) {
		size_t bytes = i ? huge : page;
		struct vmlab_translation before, none, after;

		memset(at[i], 1, bytes);
		before = translate(fd, 0, at[i] + 8);
		mprotect(at[i], bytes, PROT_NONE);
		none = translate(fd, 0, at[i] + 8);
		mprotect(at[i], bytes, PROT_READ | PROT_WRITE);
		after = translate(fd, 0, at[i] + 8);
		ok(before.phys, "%s: its physical address", kinds[i]);
		is(none.outcome, VMLAB_WALK_PROTNONE, "%s, PROT_NONE: outcome",
		   kinds[i]);
		is(none.phys, before.phys, "%s, PROT_NONE: the same frame",
		   kinds[i]);
		is(after.phys, before.phys, "%s, accessible again: the same frame",
		   kinds[i]);
	}
	munmap(at[0], page);
	munmap(p, 2 * huge);
}

/* --- stuck in a fault -------------------------------------------------------- */

struct stuck {
	int fd;
	char *p;
};

static int wait_in_fault(void *arg)
{
	const struct stuck *stuck = arg;

	stuck->p[page] = 1;
	return 0;
}

static bool has_hit(void *arg)
{
	return get_rule(*(int *)arg).hits;
}

static void stuck_in_fault(int fd)
{
	struct vmlab_inject_rule rule = {
		.start = page, .end = 2 * page, .access = VMLAB_ACCESS_WRITE,
		.action = VMLAB_INJECT_DELAY, .delay_us = 30 * 1000 * 1000,
		.probability = VMLAB_INJECT_CERTAIN,
	};
	struct stuck stuck = { .fd = dev_open(O_RDWR) };
	struct vma_list list = { 0 };
	unsigned long long begin;
	struct vmlab_mm mm;
	char *text;
	pid_t pid;

	stuck.p = map_shared(stuck.fd, 4);
	stuck.p[0] = 1;
	if (set_rules(stuck.fd, &rule, 1))
		bail("INJECT_SET: %s", strerror(errno));
	pid = spawn(wait_in_fault, &stuck);
	wait_until(has_hit, &stuck.fd);
	begin = now_ms();
	works(get_mm(fd, VMLAB_TARGET_PID, pid, &mm), "MM of a target in a fault");
	works(get_vmas(fd, VMLAB_TARGET_PID, pid, 64, 1 << 16, &list),
	      "VMAS of it");
	is(list.nr, mm.map_count, "... all of them");
	free_vmas(&list);
	is(translate(fd, pid, stuck.p + page).outcome == VMLAB_WALK_PROTNONE, 0,
	   "TRANSLATE of the page that is missing");
	text = debugfs_read(pid, "pagetable");
	ok(text, "its page table in debugfs");
	free(text);
	text = debugfs_read(pid, "vmas");
	ok(text, "its VMAs in debugfs");
	free(text);
	ok(now_ms() - begin < 10 * 1000, "none of it waited for the fault");
	begin = now_ms();
	is(kill_and_reap(pid), 128 + SIGKILL, "the target is killed");
	ok(now_ms() - begin < 5 * 1000, "... at once");
	set_rules(stuck.fd, NULL, 0);
	unmap_and_close(stuck.fd, stuck.p, 4);
}

/* --- exec by a thread that is not the leader ---------------------------------- */

static void *exec_sleep(void *arg)
{
	(void)arg;
	msleep(500);
	execl("/bin/sleep", "sleep", "60", NULL);
	return NULL;
}

static int leader(void *arg)
{
	pthread_t thread;

	(void)arg;
	if (pthread_create(&thread, NULL, exec_sleep, NULL))
		return 1;
	pthread_join(thread, NULL);
	return 1;
}

static bool is_sleep(void *arg)
{
	char *comm = slurp("/proc/%d/comm", *(pid_t *)arg);
	bool is = comm && !strcmp(comm, "sleep\n");

	free(comm);
	return is;
}

static void exec_by_thread(int fd)
{
	pid_t pid = spawn(leader, NULL);
	struct vmlab_task *tasks;
	struct vmlab_mm mm;
	ssize_t nr;
	char *text;

	if (debugfs_attach(pid))
		bail("attach: %s", strerror(errno));
	wait_until(is_sleep, &pid);
	works(get_mm(fd, VMLAB_TARGET_PID, pid, &mm), "MM after the exec");
	streq(mm.comm, "sleep", "... its name");
	is(mm.pid, pid, "... its pid");
	nr = get_tasks(fd, VMLAB_TARGET_PID, pid, &tasks);
	is(nr, 1, "... its tasks");
	text = slurp(DEBUGFS "/%d/vmas", pid);
	ok(text && strstr(text, "/sleep"), "the directory shows the new VMAs");
	free(text);
	kill_and_reap(pid);
	debugfs_detach(pid);
}

/* --- uprobes ----------------------------------------------------------------- */

#define UPROBES	"/sys/kernel/tracing/uprobe_events"
#define ENABLE	"/sys/kernel/tracing/events/uprobes/vmlab_test/enable"

/*
 * The kernel emulates many instructions.  Those that it cannot emulate it executes
 * in a VMA of its own.
 */
static __attribute__((naked, noinline)) void uprobe_target(void)
{
	__asm__("lfence\n\tret");
}

static bool define_probe(void)
{
	char *maps = slurp("/proc/self/maps"), *rest = maps, *line;
	char probe[512], path[256];
	unsigned long start, end, offset;
	int len = 0;

	while (!len && (line = next_line(&rest))) {
		if (sscanf(line, "%lx-%lx %*s %lx %*s %*s %255s", &start, &end,
			   &offset, path) == 4 &&
		    (uintptr_t)uprobe_target >= start &&
		    (uintptr_t)uprobe_target < end)
			len = snprintf(probe, sizeof(probe),
				       "p:uprobes/vmlab_test %s:0x%lx", path,
				       (uintptr_t)uprobe_target - start + offset);
	}
	free(maps);
	return len && !write_file(UPROBES, probe, (size_t)len) &&
	       !write_file(ENABLE, "1", 1);
}

static void vma_of_uprobes(int fd)
{
	static const char remove[] = "-:uprobes/vmlab_test";
	struct vma_list list = { 0 };
	char *maps, *text;
	size_t found = 0;

	if (!define_probe()) {
		skip("no uprobes", "a VMA of uprobes");
		return;
	}
	uprobe_target();
	maps = slurp("/proc/self/maps");
	works(get_vmas(fd, VMLAB_TARGET_SELF, 0, 64, 1 << 16, &list), "VMAS");
	for (size_t i = 0; i < list.nr; i++)
		found += list.name[i] && !strcmp(list.name[i], "[uprobes]");
	ok(strstr(maps, "[uprobes]"), "there is a VMA of uprobes");
	is(found, 1, "[uprobes] is named as in maps");
	free_vmas(&list);
	text = debugfs_read(getpid(), "pagetable");
	ok(text, "the page table with the uprobes VMA");
	free(text);
	free(maps);
	write_file(ENABLE, "0", 1);
	write_file(UPROBES, remove, strlen(remove));
}

/* --- five levels ------------------------------------------------------------- */

static void above_47_bits(int fd)
{
	void *hint = (void *)(1UL << 48);
	char *p;

	if (dev_info().va_bits <= 47) {
		skip("four levels of page tables", "addresses above 47 bits");
		return;
	}
	p = mmap(hint, page, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	ok((uintptr_t)p >> 47, "a mapping of the device above 47 bits");
	*p = 5;
	is(translate(fd, 0, p).levels, 5, "levels of its walk");
	ok(translate(fd, 0, p).phys, "its physical address");
	is(range(fd, VMLAB_RANGE_EVICT, 0, 1).done, 1, "evicted");
	is(*p, 5, "and read again");
	munmap(p, page);
}

int main(void)
{
	int fd = dev_open(O_RDWR);

	prot_none(fd);
	stuck_in_fault(fd);
	exec_by_thread(fd);
	vma_of_uprobes(fd);
	above_47_bits(fd);
	close(fd);
	return tap_done();
}

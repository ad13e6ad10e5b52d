// SPDX-License-Identifier: GPL-2.0
/* Targets that change their VMAs and page tables. */
#include <pthread.h>
#include <signal.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "lib/child.h"
#include "lib/random.h"
#include "inspect/stress/change.h"
#include "inspect/stress/target.h"

#ifndef MADV_GUARD_INSTALL
#define MADV_GUARD_INSTALL	102
#define MADV_GUARD_REMOVE	103
#endif

/* --- mmap, munmap, mprotect, mremap, brk, stack -------------------------- */

static pthread_mutex_t heap_lock = PTHREAD_MUTEX_INITIALIZER;

void vmas_setup(void)
{
	area = map_anon(AREA);
}

void vmas_step(uint64_t *state)
{
	static const int prots[] = { PROT_NONE, PROT_READ, PROT_READ | PROT_WRITE };
	size_t len;
	char *p = part(state, area, AREA, 8 * page, &len), *q;

	switch (random_next(state) % 8) {
	case 0:
	case 1:
		munmap(p, len);
		break;
	case 2:
	case 3:
		mprotect(p, len, prots[random_next(state) % 3]);
		break;
	case 4:
		q = mremap(p, page, 2 * page, MREMAP_MAYMOVE);
		if (q != MAP_FAILED && (q < area || q >= area + AREA))
			munmap(q, 2 * page);
		break;
	case 5:
		/* Move the mapping to another place in the area. */
		q = part(state, area, AREA, len, &(size_t){ 0 });
		if (q + len <= p || p + len <= q)
			(void)(mremap(p, len, len, MREMAP_MAYMOVE | MREMAP_FIXED,
				      q) == MAP_FAILED);
		break;
	case 6:
		pthread_mutex_lock(&heap_lock);
		if (sbrk((intptr_t)page) != (void *)-1)
			(void)(sbrk(-(intptr_t)page) == (void *)-1);
		pthread_mutex_unlock(&heap_lock);
		break;
	default:
		if (mmap(p, len, prots[random_next(state) % 3],
			 MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0) == p)
			touch(p, TOUCH_WRITE, 1, NULL);
	}
}

/* --- page tables: made, dropped, copied, collapsed, split ---------------- */

void tables_setup(void)
{
	area = map_anon(AREA);
	shared = map(SHARED, MAP_SHARED | MAP_ANONYMOUS, -1);
	madvise(area, AREA, MADV_HUGEPAGE);
	madvise(shared, SHARED, MADV_HUGEPAGE);
}

void tables_step(uint64_t *state)
{
	size_t len;
	char *p = part(state, area, AREA, 600 * page, &len);

	switch (random_next(state) % 13) {
	case 0:
		munmap(p, len);
		break;
	case 1:
		mprotect(p, len, PROT_NONE);
		break;
	case 2:
		madvise(p, len, MADV_DONTNEED);
		break;
	case 3:
		madvise(p, len, MADV_PAGEOUT);
		break;
	case 4:
		madvise(area, AREA, MADV_COLLAPSE);
		break;
	case 5:
		/* Collapsing file pages retracts page tables, as khugepaged does. */
		madvise(shared, SHARED, MADV_COLLAPSE);
		break;
	case 6:
		madvise(shared, SHARED, MADV_DONTNEED);
		write_pages(shared, SHARED / 2, 1);
		break;
	case 7:
		madvise(p, len, MADV_GUARD_INSTALL);
		madvise(p, len, MADV_GUARD_REMOVE);
		break;
	case 8:
		/* Split the huge page, if there is one. */
		mprotect(p, page, PROT_READ);
		break;
	case 9:
		write_in_child(p, len, 2);
		break;
	default:
		if (mmap(p, len, rw, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED,
			 -1, 0) == p) {
			madvise(p, len, MADV_HUGEPAGE);
			write_pages(p, len, 1);
		}
	}
}

/* --- fork, exec, exit ---------------------------------------------------- */

int target_brief(void)
{
	char *p = mmap(NULL, SMALL, rw, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	if (p == MAP_FAILED)
		return 1;
	write_pages(p, SMALL / 8, 1);
	munmap(p + SMALL / 16, SMALL / 16);
	return 0;
}

void brief_setup(void)
{
	area = map_anon(SMALL);
}

void brief_step(uint64_t *state)
{
	pid_t pid = fork();

	if (!pid) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		write_pages(area, SMALL / 4, 1);
		if (!(random_next(state) % 3))
			execl("/proc/self/exe", "test-inspect-stress", TARGET_BRIEF, NULL);
		_exit(0);
	}
	if (pid < 0)
		return;
	me->pid = pid;
	if (!(random_next(state) % 8)) {
		usleep(random_next(state) % 20000);
		kill(pid, SIGKILL);
	}
	waitpid(pid, NULL, 0);
}

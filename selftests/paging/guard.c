// SPDX-License-Identifier: GPL-2.0
/*
 * Guard pages and write protection by userfaultfd are installed and removed
 * while another thread faults on the same huge frame: what is installed holds,
 * and contents stay.
 */
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <sys/mman.h>
#include <unistd.h>

#include "lib/child.h"
#include "lib/dev.h"
#include "lib/page.h"
#include "lib/paging.h"
#include "lib/tap.h"
#include "lib/uffd.h"

#ifndef MADV_GUARD_INSTALL
#define MADV_GUARD_INSTALL	102
#define MADV_GUARD_REMOVE	103
#endif

#define HUGE	((size_t)2 << 20)
#define ROUNDS_MS 2000
#define GUARDED	7

struct toucher {
	char *p;
	atomic_bool stop;
	atomic_uint wrong;
};

/* Write and read pages outside of the guarded one, and drop their entries. */
static void *touch_around(void *arg)
{
	struct toucher *t = arg;
	unsigned int round = 0;

	while (!atomic_load(&t->stop)) {
		volatile char *at = t->p + (round++ % 4) * page;

		*at = (char)round;
		madvise(t->p, HUGE, MADV_DONTNEED);
		if (*at != (char)round)
			atomic_fetch_add(&t->wrong, 1);
	}
	return NULL;
}

static bool install_guard(char *p)
{
	bool kept = true;

	if (madvise(p, page, MADV_GUARD_INSTALL))
		return false;
	for (int i = 0; i < 20; i++)
		kept &= touch(p, TOUCH_WRITE, 1, NULL) == SIGSEGV;
	return madvise(p, page, MADV_GUARD_REMOVE) == 0 && kept;
}

static int uffd = -1;

static bool write_protect(char *p)
{
	if (uffd_protect(uffd, p, page))
		return errno == EAGAIN;
	*p = 'w';
	return *p == 'w';
}

static void together(bool (*change)(char *p), uint32_t space, const char *what)
{
	unsigned long long end = now_ms() + ROUNDS_MS;
	unsigned int rounds = 0, failed = 0;
	int fd = dev_open(O_RDWR);
	struct toucher t = { 0 };
	pthread_t thread;

	if (set_space(fd, space, 0, VMLAB_BACKING_ZERO)) {
		skip("no huge frames", "%s", what);
		close(fd);
		return;
	}
	t.p = map_shared(fd, HUGE / page);
	madvise(t.p, HUGE, MADV_HUGEPAGE);
	if (change == write_protect) {
		uffd = uffd_watch(t.p, HUGE);
		if (uffd < 0) {
			skip("no asynchronous write protection", "%s", what);
			unmap_and_close(fd, t.p, HUGE / page);
			return;
		}
	} else if (madvise(t.p, page, MADV_GUARD_REMOVE)) {
		skip("no guard pages", "%s", what);
		unmap_and_close(fd, t.p, HUGE / page);
		return;
	}
	if (pthread_create(&thread, NULL, touch_around, &t))
		bail("pthread_create");
	for (; now_ms() < end; rounds++)
		failed += !change(t.p + GUARDED * page);
	atomic_store(&t.stop, true);
	pthread_join(thread, NULL);
	diag("  %s: %u rounds", what, rounds);
	is(failed, 0, "%s: rounds that failed", what);
	is(atomic_load(&t.wrong), 0, "%s: wrong contents", what);
	if (uffd >= 0)
		close(uffd);
	uffd = -1;
	unmap_and_close(fd, t.p, HUGE / page);
}

int main(void)
{
	unsigned long long frames = module_frames();

	together(install_guard, 0, "guard pages");
	together(install_guard, VMLAB_SPACE_HUGE, "guard pages in a huge frame");
	together(write_protect, 0, "write protection");
	together(write_protect, VMLAB_SPACE_HUGE,
		 "write protection in a huge frame");
	is(module_frames(), frames, "frames of the module, as at the start");
	return tap_done();
}

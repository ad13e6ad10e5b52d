// SPDX-License-Identifier: GPL-2.0
/*
 * The policy is changed while 100,000 frames are resident and a thread faults:
 * faults go on meanwhile, and no frame is lost or counted twice.
 */
#include <fcntl.h>
#include <pthread.h>
#include <stdatomic.h>
#include <sys/mman.h>

#include "lib/child.h"
#include "lib/dev.h"
#include "lib/page.h"
#include "lib/paging.h"
#include "lib/tap.h"

#define FRAMES	100000
#define SWAPS	10
#define FEW	64

struct faults {
	char *p;
	atomic_ullong nr;
	atomic_ullong longest_ms;
	atomic_bool stop;
};

/* Fault on a few pages again and again. */
static void *fault(void *arg)
{
	struct faults *faults = arg;

	while (!atomic_load(&faults->stop)) {
		madvise(faults->p, FEW * page, MADV_DONTNEED);
		for (int i = 0; i < FEW; i++) {
			unsigned long long begin = now_ms(), ms;

			(void)*(volatile char *)(faults->p + i * page);
			ms = now_ms() - begin;
			if (ms > atomic_load(&faults->longest_ms))
				atomic_store(&faults->longest_ms, ms);
			atomic_fetch_add(&faults->nr, 1);
		}
	}
	return NULL;
}

int main(void)
{
	static const uint32_t ids[] = {
		VMLAB_POLICY_LRU, VMLAB_POLICY_CLOCK, VMLAB_POLICY_LFU,
		VMLAB_POLICY_RANDOM, VMLAB_POLICY_FIFO,
	};
	unsigned long long frames = module_frames(), begin, ms, idle, nr;
	int fd = dev_open(O_RDWR);
	struct faults faults = { .p = map_shared(fd, FRAMES) };
	unsigned int failed = 0;
	pthread_t thread;

	use_paging(fd, .policy = VMLAB_POLICY_FIFO);
	is(range(fd, VMLAB_RANGE_PREFETCH, 0, FRAMES).done, FRAMES,
	   "frames filled");
	if (pthread_create(&thread, NULL, fault, &faults))
		bail("pthread_create");
	msleep(1000);
	idle = atomic_load(&faults.nr);

	begin = now_ms();
	for (int i = 0; i < SWAPS; i++)
		failed += set_policy(fd, 0, ids[i % 5], 0) != 0;
	ms = now_ms() - begin;
	nr = atomic_load(&faults.nr) - idle;
	atomic_store(&faults.stop, true);
	pthread_join(thread, NULL);

	diag("  %d swaps in %llu ms with %llu faults", SWAPS, ms, nr);
	diag("  %llu faults in 1000 ms before; longest %llu ms", idle,
	     atomic_load(&faults.longest_ms));
	is(failed, 0, "swaps that failed");
	/* Under a lock that is held throughout there would be almost none. */
	ok(ms < 50 || nr > idle * ms / 1000 / 20,
	   "faults went on during the swaps");
	ok(atomic_load(&faults.longest_ms) < 2000, "no fault took long");
	is(space_stats(fd).frames, FRAMES, "frames");
	is(paging_stats(fd).charged, FRAMES, "frames charged");

	works(set_paging(fd, .budget = 1000, .policy = VMLAB_POLICY_FIFO),
	      "a budget");
	is(space_stats(fd).frames, 1000, "frames within the budget");
	is(paging_stats(fd).charged, 1000, "frames charged");
	is(paging_stats(fd).evicted, FRAMES - 1000, "frames evicted");
	unmap_and_close(fd, faults.p, FRAMES);
	is(module_frames(), frames, "frames of the module, as at the start");
	return tap_done();
}

// SPDX-License-Identifier: GPL-2.0
/*
 * VMLAB_IOC_CLONE: source and clone have the same contents at first, and afterwards no
 * write to one of them appears in the other.
 */
#include <fcntl.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "lib/dev.h"
#include "lib/page.h"
#include "lib/paging.h"
#include "lib/tap.h"
#include "paging/clone/clone.h"

struct mapped map_space(int fd)
{
	return (struct mapped){ fd, map_shared(fd, PAGES) };
}

struct mapped map_clone(const struct mapped *source)
{
	return map_space(clone_space(source->fd));
}

void unmap_space(struct mapped *m)
{
	unmap_and_close(m->fd, m->p, PAGES);
}

uint64_t word(const struct mapped *m, size_t n)
{
	return *(volatile uint64_t *)(m->p + n * page);
}

void set_word(const struct mapped *m, size_t n, uint64_t value)
{
	*(volatile uint64_t *)(m->p + n * page) = value;
}

void set_all(const struct mapped *m, uint64_t first)
{
	for (size_t i = 0; i < PAGES; i++)
		set_word(m, i, first + i);
}

bool all_are(const struct mapped *m, size_t from, size_t end, uint64_t first)
{
	for (size_t i = from; i < end; i++) {
		if (word(m, i) != first + i) {
			diag("  page %zu: %llx, not %llx", i,
			     (unsigned long long)word(m, i),
			     (unsigned long long)first + i);
			return false;
		}
	}
	return true;
}

static void configuration(void)
{
	int fd = dev_open(O_RDWR), clone;
	struct vmlab_space_config config = { .size = sizeof(config) };
	struct vmlab_paging paging;

	set_space(fd, VMLAB_SPACE_LATENCY, 7 * page, VMLAB_BACKING_PATTERN);
	use_paging(fd, .budget = 3, .policy = VMLAB_POLICY_RANDOM, .seed = 9,
		   .prefetch = VMLAB_PREFETCH_NEXT, .prefetch_pages = 2,
		   .flags = VMLAB_PAGING_AROUND);
	clone = clone_space(fd);
	ok(fcntl(clone, F_GETFD) & FD_CLOEXEC, "the clone has close-on-exec");
	is(fcntl(clone, F_GETFL) & O_ACCMODE, O_RDWR, "the clone is O_RDWR");
	ok(space_id(clone) != space_id(fd), "the clone is another space");
	works(ioctl(clone, VMLAB_IOC_SPACE_GET, &config), "SPACE_GET");
	is(config.bytes, 7 * page, "its length");
	is(config.backing, VMLAB_BACKING_PATTERN, "its backing");
	is(config.flags, VMLAB_SPACE_LATENCY, "its flags");
	paging = get_paging(clone);
	is(paging.budget, 3, "its budget");
	is(paging.policy, VMLAB_POLICY_RANDOM, "its policy");
	is(paging.seed, 9, "its seed");
	is(paging.flags, VMLAB_PAGING_AROUND, "its flags of paging");
	is(paging.prefetch, VMLAB_PREFETCH_NEXT, "its prefetcher");
	is(paging.prefetch_pages, 2, "pages to prefetch");
	is(space_stats(clone).vma_open, 0, "its statistics begin at 0");
	close(clone);
	close(fd);
}

static void opt_becomes_fifo(void)
{
	uint64_t trace[4] = { 0, 1, 2, 3 };
	int fd = dev_open(O_RDWR), clone;

	use_paging(fd, .budget = 2, .policy = VMLAB_POLICY_OPT,
		   .trace = (uintptr_t)trace, .nr_trace = 4);
	clone = clone_space(fd);
	is(get_paging(clone).policy, VMLAB_POLICY_FIFO,
	   "the clone of a space with OPT has FIFO");
	is(get_paging(clone).budget, 2, "and its budget");
	close(clone);
	use_paging(fd, .budget = 2, .policy = VMLAB_POLICY_CLOCK,
		   .flags = VMLAB_PAGING_CLOCK_LOAD_0);
	clone = clone_space(fd);
	is(get_paging(clone).flags, VMLAB_PAGING_CLOCK_LOAD_0,
	   "a flag of the policy");
	close(clone);
	close(fd);
}

/* Neither close(2) of the source nor of the clone changes the other. */
static void source_closes_first(void)
{
	struct mapped source = map_space(dev_open(O_RDWR)), clone;

	set_all(&source, 100);
	clone = map_clone(&source);
	unmap_space(&source);
	ok(all_are(&clone, 0, PAGES, 100), "contents after close of the source");
	fails(syscall(SYS_delete_module, "vmlab", O_NONBLOCK), EWOULDBLOCK,
	      "the module cannot be removed while the clone exists");
	set_all(&clone, 200);
	ok(all_are(&clone, 0, PAGES, 200), "it can be written");
	is(space_stats(clone.fd).unshared, 0, "without a copy of a frame");
	is(space_stats(clone.fd).frames_shared, 0, "no frame is shared");
	unmap_space(&clone);
}

int main(void)
{
	unsigned long long before;

	close(dev_open(O_RDWR));
	before = module_frames();
	configuration();
	opt_becomes_fifo();
	contents_of_each_kind();
	contents_under_budgets();
	chain_of_clones();
	many_clones();
	source_closes_first();
	frames_are_shared();
	frames_and_budget();
	dirty_bits();
	pinned_pages();
	huge_frames();
	private_mapping();
	is(module_frames(), before, "no frame is left");
	memory_error();
	return tap_done();
}

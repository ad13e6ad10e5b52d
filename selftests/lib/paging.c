// SPDX-License-Identifier: GPL-2.0
#include "paging.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/ioctl.h>

#include "dev.h"
#include "file.h"
#include "tap.h"

const struct budget_policy budget_policies[NR_BUDGET_POLICIES] = {
	{ VMLAB_POLICY_FIFO, "FIFO" }, { VMLAB_POLICY_LRU, "LRU" },
	{ VMLAB_POLICY_LFU, "LFU" }, { VMLAB_POLICY_CLOCK, "CLOCK" },
	{ VMLAB_POLICY_MRU, "MRU" }, { VMLAB_POLICY_RANDOM, "RANDOM" },
};

int set_space(int fd, uint32_t flags, uint64_t bytes, uint32_t backing)
{
	struct vmlab_space_config config = {
		.size = sizeof(config), .flags = flags, .bytes = bytes,
		.backing = backing,
	};

	return ioctl(fd, VMLAB_IOC_SPACE_SET, &config);
}

int set_backing(int fd, uint32_t backing, int file, uint64_t offset)
{
	struct vmlab_backing_config config = {
		.size = sizeof(config), .backing = backing, .fd = file,
		.offset = offset,
	};

	return ioctl(fd, VMLAB_IOC_BACKING, &config);
}

int set_rules(int fd, struct vmlab_inject_rule *rules, unsigned int nr)
{
	struct vmlab_inject inject = {
		.size = sizeof(inject), .rules = (uintptr_t)rules, .nr = nr,
	};

	return ioctl(fd, VMLAB_IOC_INJECT_SET, &inject);
}

int set_events(int fd, uint32_t mask, uint32_t nr)
{
	struct vmlab_events events = {
		.size = sizeof(events), .mask = mask, .nr = nr,
	};

	return ioctl(fd, VMLAB_IOC_EVENTS, &events);
}

int set_policy(int fd, uint64_t space, uint32_t policy, uint32_t policy_id)
{
	struct vmlab_policy_set set = {
		.size = sizeof(set), .space_id = space, .policy = policy,
		.policy_id = policy_id,
	};

	return ioctl(fd, VMLAB_IOC_POLICY_SET, &set);
}

int paging_set(int fd, const struct vmlab_paging *paging)
{
	return ioctl(fd, VMLAB_IOC_PAGING_SET, paging);
}

void paging_use(int fd, const struct vmlab_paging *paging)
{
	if (paging_set(fd, paging))
		bail("PAGING_SET of policy %u/%u: %s", paging->policy,
		     paging->policy_id, strerror(errno));
}

int try_clone(int fd)
{
	struct vmlab_clone clone = { .size = sizeof(clone) };

	return ioctl(fd, VMLAB_IOC_CLONE, &clone) ? -1 : clone.fd;
}

int clone_space(int fd)
{
	int clone = try_clone(fd);

	if (clone < 0)
		bail("VMLAB_IOC_CLONE: %s", strerror(errno));
	return clone;
}

int try_range(int fd, uint32_t op, size_t first, size_t nr,
	      struct vmlab_range *r)
{
	const size_t page = page_size();

	*r = (struct vmlab_range){
		.size = sizeof(*r), .op = op, .start = first * page,
		.end = (first + nr) * page,
	};
	return ioctl(fd, VMLAB_IOC_RANGE, r);
}

struct vmlab_range range(int fd, uint32_t op, size_t first, size_t nr)
{
	struct vmlab_range r;
	int ret = try_range(fd, op, first, nr, &r);

	/*
	 * A signal ends the request early, and so does task work of the kernel,
	 * such as that of a closed io_uring: @start says where to go on.
	 */
	while (ret && errno == EINTR) {
		const uint64_t done = r.done, busy = r.busy;

		ret = ioctl(fd, VMLAB_IOC_RANGE, &r);
		r.done += done;
		r.busy += busy;
	}
	if (ret)
		bail("RANGE, operation %u: %s", op, strerror(errno));
	return r;
}

struct vmlab_paging get_paging(int fd)
{
	struct vmlab_paging paging = { .size = sizeof(paging) };

	if (ioctl(fd, VMLAB_IOC_PAGING_GET, &paging))
		bail("PAGING_GET: %s", strerror(errno));
	return paging;
}

struct vmlab_paging_stats paging_stats(int fd)
{
	struct vmlab_paging_stats stats = { .size = sizeof(stats) };

	if (ioctl(fd, VMLAB_IOC_PAGING_STATS, &stats))
		bail("PAGING_STATS: %s", strerror(errno));
	return stats;
}

struct vmlab_inject_rule get_rule(int fd)
{
	struct vmlab_inject_rule rule = {};
	struct vmlab_inject inject = {
		.size = sizeof(inject), .rules = (uintptr_t)&rule, .nr = 1,
	};

	if (ioctl(fd, VMLAB_IOC_INJECT_GET, &inject) || !inject.nr)
		bail("INJECT_GET: %s", strerror(errno));
	return rule;
}

uint64_t get_dirty(int fd, uint32_t flags, size_t first, size_t nr,
		   uint64_t *bitmap)
{
	const size_t page = page_size();
	struct vmlab_dirty dirty = {
		.size = sizeof(dirty), .flags = flags, .start = first * page,
		.end = (first + nr) * page, .bitmap = (uintptr_t)bitmap,
	};

	if (ioctl(fd, VMLAB_IOC_DIRTY, &dirty))
		bail("DIRTY: %s", strerror(errno));
	return dirty.nr_dirty;
}

int open_file_space(const char *dir, size_t bytes, int *file)
{
	int fd = dev_open(O_RDWR);

	*file = temp_file(dir, bytes);
	if (set_backing(fd, VMLAB_BACKING_FILE, *file, 0))
		bail("BACKING: %s", strerror(errno));
	return fd;
}

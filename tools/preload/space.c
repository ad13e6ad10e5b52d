// SPDX-License-Identifier: GPL-2.0
/*
 * The space of this process, opened by the first mapping that it is to hold.
 *
 * The program may close the descriptor with a raw system call, and get its number for a
 * file of its own: so each use asks the file for the number of its space.
 */
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/resource.h>

#include "preload.h"
#include "run_protocol.h"

/*
 * @fd: -1: not open
 * @id: vmlab_space_config.space_id
 * @pid: the process that opened it
 * @failed: opening failed: memory is not managed from then on
 * @low, @high: all addresses that were ever managed lie between
 */
static struct {
	int fd;
	uint64_t id;
	int pid;
	bool failed;
	uintptr_t low;
	uintptr_t high;
} space = { .fd = -1, .low = UINTPTR_MAX };

void managed_add(uintptr_t start, size_t len)
{
	uintptr_t old = __atomic_load_n(&space.low, __ATOMIC_RELAXED);

	while (start < old &&
	       !__atomic_compare_exchange_n(&space.low, &old, start, true,
					    __ATOMIC_RELAXED, __ATOMIC_RELAXED))
		;
	old = __atomic_load_n(&space.high, __ATOMIC_RELAXED);
	while (start + len > old &&
	       !__atomic_compare_exchange_n(&space.high, &old, start + len, true,
					    __ATOMIC_RELAXED, __ATOMIC_RELAXED))
		;
}

bool managed_may_have(uintptr_t start, size_t len)
{
	return start < __atomic_load_n(&space.high, __ATOMIC_RELAXED) &&
	       start + len > __atomic_load_n(&space.low, __ATOMIC_RELAXED);
}

uint64_t space_number(int fd)
{
	struct vmlab_space_config config = { .size = sizeof(config) };

	return raw_ioctl(fd, VMLAB_IOC_SPACE_GET, &config) ? 0 : config.space_id;
}

int space_descriptor(void)
{
	return __atomic_load_n(&space.fd, __ATOMIC_ACQUIRE);
}

bool space_is_ours(int fd)
{
	return fd >= 0 && fd == space_descriptor() &&
	       space_number(fd) == __atomic_load_n(&space.id, __ATOMIC_RELAXED);
}

/*
 * Few programs use high numbers.  But the kernel has a table with as many entries as the
 * highest number, which each fork copies: so not too high.
 */
int descriptor_up(int fd)
{
	struct rlimit limit = { 1024, 1024 };
	long new = -1;

	raw6(SYS_prlimit64, 0, RLIMIT_NOFILE, 0, (long)&limit, 0, 0);
	if (limit.rlim_cur > 4096)
		limit.rlim_cur = 4096;
	for (long at = (long)limit.rlim_cur - 1; at > fd && at > (long)limit.rlim_cur - 64; at--) {
		new = raw3(SYS_fcntl, fd, F_DUPFD_CLOEXEC, at);
		if (!raw_failed(new))
			break;
	}
	if (raw_failed(new))
		return fd;
	raw_close(fd);
	return (int)new;
}

void space_record(int fd)
{
	const struct settings *settings = settings_get();
	struct vmlab_events events = { .size = sizeof(events) };

	if (!settings || !settings->event_mask)
		return;
	events.mask = settings->event_mask;
	events.nr = settings->events;
	/* without memory for them there are none: the counters are exact nevertheless */
	raw_ioctl(fd, VMLAB_IOC_EVENTS, &events);
}

/* Open and configure a space.  Returns its descriptor; or a negative errno, and a step. */
static int open_space(enum run_step *step)
{
	struct vmlab_space_config config = { .size = sizeof(config) };
	const struct settings *settings = settings_get();
	struct vmlab_paging paging;
	int fd;
	long ret;

	*step = RUN_OPEN;
	if (!settings)
		return -EINVAL;
	fd = (int)raw_open(VMLAB_DEVICE, O_RDWR | O_CLOEXEC);
	if (fd < 0)
		return fd;
	fd = descriptor_up(fd);
	*step = RUN_CONFIGURE;
	config.flags = settings->space_flags;
	ret = raw_ioctl(fd, VMLAB_IOC_SPACE_SET, &config);
	if (!ret) {
		paging = settings->paging;
		*step = RUN_PAGING;
		ret = raw_ioctl(fd, VMLAB_IOC_PAGING_SET, &paging);
	}
	if (ret) {
		raw_close(fd);
		return (int)ret;
	}
	space_record(fd);
	return fd;
}

void space_inherit(int fd, uint64_t id)
{
	space.pid = raw_getpid();
	__atomic_store_n(&space.id, id, __ATOMIC_RELAXED);
	__atomic_store_n(&space.fd, fd, __ATOMIC_RELEASE);
}

/* With the lock: open a space; @lost says whether there was one before. */
static void space_open(bool lost)
{
	enum run_step step;
	const int fd = open_space(&step);
	uint64_t id;

	if (fd < 0) {
		space.failed = true;
		report_no_space((uint64_t)-fd, step);
		__atomic_store_n(&space.fd, -1, __ATOMIC_RELEASE);
		return;
	}
	vma_flags_read(fd);
	/*
	 * No descriptor of the old space is left, so fork could not clone it.  What
	 * maps it must become memory that fork copies.
	 */
	if (lost)
		give_back(fd, true, 0, UINTPTR_MAX & ~(PAGE_BYTES - 1));
	id = space_number(fd);
	space_inherit(fd, id);
	report_space(fd, id, lost ? RUN_REPLACED : RUN_STARTED);
}

int space_use(bool open)
{
	int fd = space_descriptor();
	uint64_t mask;

	if (fd < 0 && (!open || __atomic_load_n(&space.failed, __ATOMIC_RELAXED)))
		return -1;
	if (fd >= 0 && space_is_ours(fd))
		return fd;
	lock_take(&mask);
	fd = space_descriptor();
	if (fd < 0 ? !space.failed : !space_is_ours(fd)) {
		space_open(fd >= 0);
		fd = space_descriptor();
	}
	lock_give(&mask);
	return fd;
}

int space_move(void)
{
	const int old = space_descriptor();
	long new;

	/* A child of vfork(2) has descriptors of its own, but this memory is its parent's. */
	if (raw_getpid() != space.pid)
		return 0;
	new = raw3(SYS_fcntl, old, F_DUPFD_CLOEXEC, old + 1);

	if (raw_failed(new))
		new = raw3(SYS_fcntl, old, F_DUPFD_CLOEXEC, 3);
	if (raw_failed(new))
		return (int)new;
	__atomic_store_n(&space.fd, (int)new, __ATOMIC_RELEASE);
	raw_close(old);
	return 0;
}

int space_drop(int fd, uintptr_t start, size_t len)
{
	struct vmlab_range range = {
		.size = sizeof(range),
		.op = VMLAB_RANGE_DROP,
		.start = start,
		.end = start + len,
	};
	uint64_t busy = 0;
	long ret;

	do {
		range.done = 0;
		range.busy = 0;
		ret = raw_ioctl(fd, VMLAB_IOC_RANGE, &range);
		busy += range.busy;
	} while (ret == -EINTR && range.start < range.end);
	return ret ? (int)ret : busy ? -EBUSY : 0;
}

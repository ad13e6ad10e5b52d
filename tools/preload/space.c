// SPDX-License-Identifier: GPL-2.0
/*
 * The space of this process.
 *
 * The program may close the descriptor with a raw system call, and get its number for a
 * file of its own: so each use asks the file for the number of its space.
 */
#include <fcntl.h>
#include <sys/single_threaded.h>

#include "settings.h"
#include "space.h"

/*
 * @fd: -1: not open
 * @id: vmlab_space_config.space_id
 * @pid: the process that opened it
 * @orphans: a space is mapped that the library has no descriptor of
 * @low, @high: all addresses that were ever managed lie between
 */
static struct {
	int fd;
	uint64_t id;
	int pid;
	bool orphans;
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

void managed_none(void)
{
	__atomic_store_n(&space.high, 0, __ATOMIC_RELAXED);
	__atomic_store_n(&space.low, UINTPTR_MAX, __ATOMIC_RELAXED);
}

bool managed_may_have(uintptr_t start, size_t len)
{
	return start < __atomic_load_n(&space.high, __ATOMIC_RELAXED) &&
	       start + len > __atomic_load_n(&space.low, __ATOMIC_RELAXED);
}

bool space_is_mine(void)
{
	return raw_getpid() == space.pid;
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

void space_inherit(int fd, uint64_t id)
{
	space.pid = raw_getpid();
	__atomic_store_n(&space.id, id, __ATOMIC_RELAXED);
	__atomic_store_n(&space.fd, fd, __ATOMIC_RELEASE);
}

int space_hold(int fd)
{
	struct vmlab_clone clone = { .size = sizeof(clone), .flags = VMLAB_CLONE_HOLD };

	if (__libc_single_threaded || raw_ioctl(fd, VMLAB_IOC_CLONE, &clone))
		return -1;
	return clone.fd;
}

int space_move(void)
{
	const int old = space_descriptor();
	long new;

	/* A child of vfork(2) has descriptors of its own, but this memory is its parent's. */
	if (!space_is_mine())
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

void space_orphan(void)
{
	__atomic_store_n(&space.orphans, true, __ATOMIC_RELAXED);
}

bool space_has_orphans(void)
{
	return __atomic_load_n(&space.orphans, __ATOMIC_RELAXED);
}

// SPDX-License-Identifier: GPL-2.0
/*
 * Open the space of this process: for the first mapping that it is to hold, and again
 * when the program closed its descriptor.
 */
#include <fcntl.h>

#include "copy.h"
#include "high.h"
#include "lock.h"
#include "open.h"
#include "report.h"
#include "run_protocol.h"
#include "settings.h"
#include "space.h"
#include "vmas.h"

/* Opening failed: memory is not managed from then on. */
static bool failed;

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

/* With the lock: open a space; @lost says whether there was one before. */
static void space_open(bool lost)
{
	enum run_step step;
	const int fd = open_space(&step);
	uint64_t id;

	if (fd < 0) {
		__atomic_store_n(&failed, true, __ATOMIC_RELAXED);
		report_no_space((uint64_t)-fd, step);
		space_inherit(-1, 0);
		if (lost)
			space_orphan();
		return;
	}
	vma_flags_read(fd);
	/*
	 * No descriptor of the old space is left, so fork could not clone it.  What
	 * maps it must become memory that fork copies.
	 */
	if (lost && give_back(fd, true, 0, UINTPTR_MAX & ~(PAGE_BYTES - 1)))
		space_orphan();
	id = space_number(fd);
	space_inherit(fd, id);
	report_space(fd, id, lost ? RUN_REPLACED : RUN_STARTED);
}

int space_use(bool open)
{
	int fd = space_descriptor();
	uint64_t mask;

	if (fd < 0 && (!open || __atomic_load_n(&failed, __ATOMIC_RELAXED)))
		return -1;
	if (fd >= 0 && space_is_ours(fd))
		return fd;
	lock_take(&mask);
	fd = space_descriptor();
	if (fd < 0 ? !failed : !space_is_ours(fd)) {
		space_open(fd >= 0);
		fd = space_descriptor();
	}
	lock_give(&mask);
	return fd;
}

void space_cease(void)
{
	const int fd = space_use(false);
	uint64_t mask;

	if (fd < 0)
		return;
	lock_take(&mask);
	/* The parent of a child of vfork(2) goes on. */
	if (space_is_mine() && !give_back_used(fd, 0, UINTPTR_MAX & ~(PAGE_BYTES - 1))) {
		failed = true;
		space_inherit(-1, 0);
		managed_none();
		raw_close(fd);
		report_end();
	}
	lock_give(&mask);
}

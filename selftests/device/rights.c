// SPDX-License-Identifier: GPL-2.0
/* Who may configure which space: rows of the table in security.rst. */
#include <errno.h>
#include <fcntl.h>
#include <linux/capability.h>
#include <sched.h>
#include <stdint.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "device/users.h"
#include "lib/dev.h"
#include "lib/paging.h"
#include "lib/tap.h"

static int user_paging(void *arg)
{
	struct vmlab_policy_set set = {
		.size = sizeof(set), .policy = VMLAB_POLICY_LRU,
	};
	int fd, own, err;

	if (!become(USER))
		return NOT_USER;
	fd = *(int *)arg;
	own = dev_open(O_RDWR);
	/* Its own space: everything. */
	if (ioctl(own, VMLAB_IOC_POLICY_SET, &set))
		return REFUSED;
	err = set_paging(own, .policy = VMLAB_POLICY_FIFO);
	if (err || set_events(own, 1 << VMLAB_EVENT_FAULT, 8))
		return REFUSED;
	/* A descriptor that it was given: as far as it is open for writing. */
	if (!ioctl(fd, VMLAB_IOC_POLICY_SET, &set))
		return ALLOWED;
	if (errno != EBADF)
		return WRONG_ERRNO;
	/* By number it takes CAP_SYS_ADMIN, even its own. */
	set.space_id = space_id(own);
	if (!ioctl(own, VMLAB_IOC_POLICY_SET, &set))
		return ALLOWED;
	return errno == EPERM ? GOOD : WRONG_ERRNO;
}

static int namespace_root(void *arg)
{
	struct vmlab_policy_set set = {
		.size = sizeof(set), .policy = VMLAB_POLICY_LRU,
		.space_id = *(uint64_t *)arg,
	};

	if (!become(USER))
		return NOT_USER;
	if (unshare(CLONE_NEWUSER))
		return NO_NS;
	if (!ioctl(dev_open(O_RDWR), VMLAB_IOC_POLICY_SET, &set))
		return ALLOWED;
	return errno == EPERM ? GOOD : WRONG_ERRNO;
}

static int admin_sets(void *arg)
{
	struct vmlab_policy_set set = {
		.size = sizeof(set), .policy = VMLAB_POLICY_LRU,
		.space_id = *(uint64_t *)arg,
	};
	int fd = dev_open(O_RDWR);

	if (capset_to(1u << CAP_SYS_ADMIN))
		return NOT_USER;
	if (ioctl(fd, VMLAB_IOC_POLICY_SET, &set))
		return REFUSED;
	if (capset_to(0))
		return NOT_USER;
	if (!ioctl(fd, VMLAB_IOC_POLICY_SET, &set))
		return ALLOWED;
	return errno == EPERM ? GOOD : WRONG_ERRNO;
}

static void test_spaces_of_others(void)
{
	int fd = dev_open(O_RDONLY);
	uint64_t id = space_id(fd);

	expect_good(user_paging, &fd,
		    "a user configures its own space and no other");
	expect_good(namespace_root, &id,
		    "root of a user namespace sets no policy by number");
	expect_good(admin_sets, &id,
		    "CAP_SYS_ADMIN alone suffices, and is needed by uid 0");
	close(fd);
}

int main(void)
{
	test_spaces_of_others();
	return tap_done();
}

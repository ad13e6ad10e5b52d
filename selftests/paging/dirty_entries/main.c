// SPDX-License-Identifier: GPL-2.0
#include "dirty_entries.h"

#include <fcntl.h>
#include <stdint.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "lib/dev.h"
#include "lib/tap.h"

int main(void)
{
	if (!(dev_info().features & VMLAB_FEAT_NO_PROTECT)) {
		struct vmlab_dirty dirty = { .size = sizeof(dirty), .flags = TAKE };
		int fd = dev_open(O_RDWR);

		fails(ioctl(fd, VMLAB_IOC_DIRTY, &dirty), EOPNOTSUPP,
		      "NO_PROTECT without VMLAB_FEAT_NO_PROTECT");
		close(fd);
		skip("needs CONFIG_MAPPING_DIRTY_HELPERS", "dirty entries");
		return tap_done();
	}
	test_refused();
	test_operations();
	test_model();
	test_concurrent();
	test_killed();
	return tap_done();
}

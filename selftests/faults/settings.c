// SPDX-License-Identifier: GPL-2.0
#include "faults/settings.h"

#include <errno.h>
#include <string.h>
#include <sys/swap.h>
#include <unistd.h>

#include "lib/proc.h"
#include "lib/tap.h"
#include "faults/report.h"

bool write_setting(const char *path, const char *text)
{
	if (!write_file(path, text, strlen(text)))
		return true;
	if (errno != ENOENT)
		diag("%s: %s", path, strerror(errno));
	return false;
}

bool swap_on(void)
{
	char *const modprobe[] = { "modprobe", "-q", "zram", NULL };
	char *const mkswap[] = { "mkswap", "/dev/zram0", NULL };

	if (access("/sys/block/zram0", F_OK))
		run(modprobe);
	if (!write_setting("/sys/block/zram0/disksize", "64M") ||
	    run(mkswap) || swapon("/dev/zram0", 0)) {
		skip("no zram device to swap to", "swap");
		return false;
	}
	write_setting("/proc/sys/vm/page-cluster", "0");
	return true;
}

void swap_off(void)
{
	write_setting("/proc/sys/vm/page-cluster", "3");
	if (swapoff("/dev/zram0"))
		diag("swapoff: %s", strerror(errno));
	write_setting("/sys/block/zram0/reset", "1");
}

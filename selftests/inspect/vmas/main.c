// SPDX-License-Identifier: GPL-2.0
/*
 * VMLAB_IOC_VMAS and the file vmas in debugfs against /proc/PID/maps and smaps,
 * for every process of the machine.
 */
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>

#include "lib/dev.h"
#include "lib/proc.h"
#include "lib/tap.h"
#include "inspect/samples/samples.h"
#include "inspect/vmas/vmas.h"

int vmlab_fd;
bool kallsyms_has_ops;
unsigned int shift;

int main(void)
{
	char *kallsyms = slurp("/proc/kallsyms");

	kallsyms_has_ops = kallsyms && strstr(kallsyms, " vmlab_vm_ops");
	free(kallsyms);
	shift = dev_info().page_shift;
	vmlab_fd = dev_open(O_RDWR);
	read_flag_letters();
	samples_start();
	test_self();
	test_all();
	test_batches();
	test_strings_min();
	test_ranges();
	samples_end();
	test_live();
	return tap_done();
}

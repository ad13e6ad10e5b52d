// SPDX-License-Identifier: GPL-2.0
/*
 * VMLAB_IOC_MM, VMLAB_IOC_TASKS and the file mm in debugfs against status, stat,
 * statm and task of /proc/PID, for every process and kernel thread of the machine.
 *
 * RSS is compared exactly.  Since 6.2, RSS counters are per CPU; task_mem() and
 * task_statm() read exact sums of them, as the module does.  Before 6.2, a task
 * held back up to 64 pages before it added them to mm->rss_stat; the kernel and
 * the module both read mm->rss_stat, and a stopped task adds nothing to it.  The
 * rss in /proc/PID/stat is not compared, because the kernel does not sum it
 * exactly.
 */
#include <fcntl.h>

#include "lib/dev.h"
#include "lib/tap.h"
#include "inspect/mm/mm.h"
#include "inspect/samples/samples.h"

int vmlab_fd;

int main(void)
{
	vmlab_fd = dev_open(O_RDWR);
	samples_start();
	test_all();
	test_shared();
	test_by_tid();
	samples_end();
	return tap_done();
}

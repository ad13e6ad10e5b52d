// SPDX-License-Identifier: GPL-2.0
/*
 * PTES, PAGES, PGTABLE_TOTALS, TRANSLATE and their text in debugfs against
 * /proc/PID/pagemap, PAGEMAP_SCAN, /proc/kpageflags, /proc/kpagecount and VmPTE,
 * for every process of the machine.
 */
#include <fcntl.h>

#include "lib/dev.h"
#include "lib/tap.h"
#include "inspect/pagetable/pagetable.h"
#include "inspect/pagetable/samples.h"
#include "inspect/samples/samples.h"
#include "inspect/swap.h"

int vmlab_fd;
unsigned int levels;

int main(void)
{
	pid_t pid;

	levels = dev_info().pgtable_levels;
	vmlab_fd = dev_open(O_RDWR);
	if (!(dev_info().features & VMLAB_FEAT_PGTABLE))
		bail("no VMLAB_FEAT_PGTABLE on this kernel");
	diag("%u levels", levels);
	pagemap_open();

	swap_start();
	samples_start();
	pagetable_samples_start();
	test_all();
	test_kinds();
	test_soft_dirty();
	test_slots();
	test_sparse();
	test_filters();
	test_range();
	test_outcomes();
	test_levels();
	test_places();
	test_errors();
	test_hidden();
	pid = pagetable_sample_find("swapped");
	test_debugfs(pid ? pid : pagetable_sample_find("protnone"),
		     "some process");
	pid = pagetable_sample_find("sparse");
	if (pid)
		test_debugfs(pid, "1 TiB");
	pagetable_samples_end();
	samples_end();
	swap_end();
	return tap_done();
}

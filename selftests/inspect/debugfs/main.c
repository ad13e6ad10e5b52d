// SPDX-License-Identifier: GPL-2.0
/* debugfs: attach, detach, self, and directories that follow a process. */
#include "lib/tap.h"
#include "inspect/debugfs/process_files.h"

int main(void)
{
	test_tree();
	test_features();
	test_bad_input();
	test_attach();
	test_thread();
	test_open_across_exit();
	test_exec();
	test_leader_exits();
	test_pid_reuse();
	test_kthread();
	test_permission();
	test_cycles();
	test_races();
	test_attach_during_detach();
	test_comm();
	test_empty();
	return tap_done();
}

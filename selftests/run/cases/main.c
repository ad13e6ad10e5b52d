// SPDX-License-Identifier: GPL-2.0
/*
 * Processes whose memory is managed: fork and its relatives, exec, threads, signals,
 * FILEs, futexes and descriptors.  Each case runs natively, too: what fails there is a
 * mistake of the case.
 */
#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "lib/page.h"
#include "lib/tap.h"
#include "run/cases/cases.h"
#include "run/managed.h"

static const struct {
	const char *name;
	void (*run)(void);
} cases[] = {
	{ "fork_contents", case_fork_contents },
	{ "fork_nested", case_fork_nested },
	{ "fork_many", case_fork_many },
	{ "fork_threads", case_fork_threads },
	{ "fork_without_descriptors", case_fork_without_descriptors },
	{ "fork_alone", case_fork_alone },
	{ "clone", case_clone },
	{ "syscall", case_syscall },
	{ "vfork", case_vfork },
	{ "spawn", case_spawn },
	{ "exec", case_exec },
	{ "coroutine", case_coroutine },
	{ "thread_stack", case_thread_stack },
	{ "signal_stack", case_signal_stack },
	{ "streams", case_streams },
	{ "streams_in_child", case_streams_in_child },
	{ "exit_flushes", case_exit_flushes },
	{ "shared_mutex", case_shared_mutex },
	{ "robust_mutex", case_robust_mutex },
	{ "close_all", case_close_all },
	{ "dup_all", case_dup_all },
	{ "lowered_limit", case_lowered_limit },
	{ "lost", case_lost },
	{ "limits", case_limits },
	{ "unusual_flags", case_unusual_flags },
	{ "sealed", case_sealed },
	{ "many_mappings", case_many_mappings },
	{ "write_barrier", case_write_barrier },
	{ "unmapped", case_unmapped },
	{ "executable", case_executable },
	{ "fork_signals", case_fork_signals },
	{ "fork_churn", case_fork_churn },
	{ "cancel", case_cancel },
	{ "seccomp", case_seccomp },
	{ "seccomp_threads", case_seccomp_threads },
	{ "privileges", case_privileges },
	{ "direct_io", case_direct_io },
	{ "pipes", case_pipes },
	{ "debugger", case_debugger },
	{ "locked", case_locked },
	{ "process_madvise", case_process_madvise },
	{ "fork_instant", case_fork_instant },
	{ "io_uring", case_io_uring },
	{ "core_dump", case_core_dump },
	{ "huge_pages", case_huge_pages },
	{ "fork_chain", case_fork_chain },
	{ "fork_storm", case_fork_storm },
	{ "ends", case_ends },
};

enum { NR_CASES = sizeof(cases) / sizeof(cases[0]) };

void must_exit(pid_t pid, int status)
{
	int got;

	must(pid > 0);
	must(waitpid(pid, &got, 0) == pid);
	if (!WIFEXITED(got) || WEXITSTATUS(got) != status)
		dprintf(2, "a child ended with %x\n", (unsigned int)got);
	must(WIFEXITED(got) && WEXITSTATUS(got) == status);
}

char *must_map(size_t pages)
{
	char *p = mmap(NULL, pages * page, PROT_READ | PROT_WRITE,
		       MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	must(p != MAP_FAILED);
	must(address_is_managed(p) == is_managed());
	return p;
}

static int run_case(const char *name)
{
	/* A case that hangs ends. */
	alarm(100);
	for (int i = 0; i < NR_CASES; i++) {
		if (strcmp(cases[i].name, name))
			continue;
		cases[i].run();
		return 0;
	}
	return 2;
}

static void test_case(const char *name, int budget)
{
	const char *const arguments[] = { "case", name, NULL };

	test_self(name, budget, "", arguments);
}

int main(int argc, char **argv)
{
	static const int budgets[] = { NATIVE, NO_BUDGET, 32 };

	if (argc > 1 && !strcmp(argv[0], "case"))
		return run_case(argv[1]);
	for (int i = 0; i < NR_CASES; i++)
		for (int k = 0; k < 3; k++)
			if (argc == 1 || !strcmp(argv[1], cases[i].name))
				test_case(cases[i].name, budgets[k]);
	return tap_done();
}

/* SPDX-License-Identifier: GPL-2.0 */
/* Cases: each runs as a program of its own, natively and managed, and must succeed. */
#ifndef SELFTESTS_RUN_CASES_H
#define SELFTESTS_RUN_CASES_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/types.h>

/* Say what is wrong and end the case. */
#define must(cond) do {							\
	if (!(cond)) {							\
		dprintf(2, "%s:%d: %s: not %s\n", __FILE__, __LINE__,	\
			__func__, #cond);				\
		_exit(1);						\
	}								\
} while (0)

/* Wait for a child, which must exit with @status. */
void must_exit(pid_t pid, int status);

/* Map memory of the case, which is managed if the process is. */
char *must_map(size_t pages);

/* fork.c */
void case_fork_contents(void);
void case_fork_nested(void);
void case_fork_many(void);
void case_fork_threads(void);
void case_fork_without_descriptors(void);

/* instant.c */
void case_fork_instant(void);

/* calls.c */
void case_fork_alone(void);
void case_clone(void);
void case_syscall(void);
void case_vfork(void);
void case_spawn(void);
void case_exec(void);

/* stacks.c */
void case_coroutine(void);
void case_thread_stack(void);
void case_signal_stack(void);

/* streams.c */
void case_streams(void);
void case_streams_in_child(void);
void case_exit_flushes(void);

/* futexes.c */
void case_shared_mutex(void);
void case_robust_mutex(void);

/* descriptors.c */
void case_close_all(void);
void case_dup_all(void);
void case_lowered_limit(void);
void case_lost(void);

/* limits.c */
void case_limits(void);
void case_unusual_flags(void);
void case_sealed(void);
void case_many_mappings(void);

/* faults.c */
void case_write_barrier(void);
void case_unmapped(void);
void case_executable(void);
void case_fork_signals(void);
void case_fork_churn(void);
void case_cancel(void);

/* sandbox.c */
void case_seccomp(void);
void case_seccomp_threads(void);
void case_privileges(void);

/* kernel.c */
void case_direct_io(void);
void case_pipes(void);
void case_debugger(void);
void case_locked(void);
void case_process_madvise(void);

/* requests.c */
void case_io_uring(void);
void case_core_dump(void);
void case_huge_pages(void);

/* storms.c */
void case_fork_chain(void);
void case_fork_storm(void);
void case_ends(void);

#endif /* SELFTESTS_RUN_CASES_H */

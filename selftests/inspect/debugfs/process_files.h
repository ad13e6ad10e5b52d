/* SPDX-License-Identifier: GPL-2.0 */
/* The directory of a process in debugfs, and the parts of test-inspect-debugfs. */
#ifndef SELFTESTS_PROCESS_FILES_H
#define SELFTESTS_PROCESS_FILES_H

#include <stdbool.h>
#include <sys/types.h>

#include "lib/dev.h"

#define ATTACH	DEBUGFS "/attach"
#define DETACH	DEBUGFS "/detach"

/* Write @text to @path: 0, or -1 and errno. */
int write_string(const char *path, const char *text);

/* Whether a process has a directory. */
bool has_dir(pid_t pid);

/* Wait until the directory of a process is removed; false when it stays. */
bool dir_is_removed(pid_t pid);

/* Open a file in the directory of a process. */
int open_file(pid_t pid, const char *name);

/* Whether a file in the directory of a process contains @what. */
bool file_contains(pid_t pid, const char *name, const char *what);

void test_tree(void);
void test_features(void);
void test_comm(void);
void test_permission(void);
void test_empty(void);
void test_bad_input(void);
void test_attach(void);
void test_thread(void);
void test_kthread(void);
void test_cycles(void);
void test_open_across_exit(void);
void test_exec(void);
void test_leader_exits(void);
void test_pid_reuse(void);
void test_races(void);
void test_attach_during_detach(void);

#endif /* SELFTESTS_PROCESS_FILES_H */

/* SPDX-License-Identifier: GPL-2.0 */
/* Text files of /proc and debugfs. */
#ifndef SELFTESTS_PROC_H
#define SELFTESTS_PROC_H

#include <limits.h>
#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

/*
 * The whole of a file as a string to free(), or NULL and errno.  The name is
 * made as by printf().
 */
char *slurp(const char *fmt, ...) __attribute__((format(printf, 1, 2)));

/*
 * The program @name in the directory that the caller's own program is in: false
 * when there is none.
 */
bool sibling_program(const char *name, char path[PATH_MAX]);

/* One write(2) of @len bytes to @path: 0, or -1 and errno. */
int write_file(const char *path, const char *data, size_t len);

/*
 * The number after "@field:" at the start of a line, as in /proc/PID/status
 * and /proc/meminfo.
 */
bool proc_field(const char *text, const char *field, unsigned long long *value);

/* Names in directory @path that are numbers; NULL-safe free() of *@ids. */
ssize_t numbers_in(const char *path, int **ids);

/* Number of the field, counted as proc_pid_stat(5) does, of PID/stat. */
unsigned long long stat_field(const char *stat, int field);
char proc_state(pid_t pid);

/* Cut the next line off *@text, as strsep() does; NULL at the end. */
char *next_line(char **text);

#endif /* SELFTESTS_PROC_H */

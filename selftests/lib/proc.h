/* SPDX-License-Identifier: GPL-2.0 */
/* Text files of /proc and debugfs. */
#ifndef SELFTESTS_PROC_H
#define SELFTESTS_PROC_H

#include <limits.h>
#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

/*
 * Read a file into a string to free(); NULL and errno on failure.  The path is
 * formatted as by printf().
 */
char *slurp(const char *fmt, ...) __attribute__((format(printf, 1, 2)));

/*
 * Find program @name in the directory of the running program; false when there
 * is none.
 */
bool sibling_program(const char *name, char path[PATH_MAX]);

/* Write @len bytes to @path by one write(2): 0, or -1 and errno. */
int write_file(const char *path, const char *data, size_t len);

/*
 * Find the number after "@field:" at the start of a line, as in
 * /proc/PID/status and /proc/meminfo.
 */
bool proc_field(const char *text, const char *field, unsigned long long *value);

/* Get the names in directory @path that are numbers; free() *@ids. */
ssize_t numbers_in(const char *path, int **ids);

/* Return a field of PID/stat, numbered as in proc_pid_stat(5). */
unsigned long long stat_field(const char *stat, int field);
char proc_state(pid_t pid);

/* Cut the next line off *@text, as strsep() does; NULL at the end. */
char *next_line(char **text);

#endif /* SELFTESTS_PROC_H */

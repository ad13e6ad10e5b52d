// SPDX-License-Identifier: GPL-2.0
#include "proc.h"

#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "tap.h"

char *slurp(const char *fmt, ...)
{
	char path[PATH_MAX], *text = NULL;
	size_t len = 0, room = 0;
	va_list ap;
	int fd;

	va_start(ap, fmt);
	vsnprintf(path, sizeof(path), fmt, ap);
	va_end(ap);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return NULL;
	for (;;) {
		ssize_t got;

		if (room - len < 2) {
			char *grown;

			room = room ? 2 * room : 16384;
			grown = realloc(text, room);
			if (!grown)
				bail("out of memory");
			text = grown;
		}
		got = read(fd, text + len, room - len - 1);
		if (got < 0) {
			int err = errno;

			if (err == EINTR)
				continue;
			close(fd);
			free(text);
			errno = err;
			return NULL;
		}
		if (!got)
			break;
		len += (size_t)got;
	}
	close(fd);
	text[len] = '\0';
	return text;
}

bool sibling_program(const char *name, char path[PATH_MAX])
{
	char own[PATH_MAX], *slash;
	ssize_t len = readlink("/proc/self/exe", own, sizeof(own) - 1);

	if (len < 0)
		return false;
	own[len] = '\0';
	slash = strrchr(own, '/');
	if (!slash)
		return false;
	*slash = '\0';
	return snprintf(path, PATH_MAX, "%s/%s", own, name) < PATH_MAX &&
	       !access(path, X_OK);
}

int write_file(const char *path, const char *data, size_t len)
{
	int fd = open(path, O_WRONLY | O_CLOEXEC);
	int err = 0;

	if (fd < 0)
		return -1;
	if (write(fd, data, len) < 0)
		err = errno;
	close(fd);
	errno = err;
	return err ? -1 : 0;
}

bool proc_field(const char *text, const char *field, unsigned long long *value)
{
	size_t len = strlen(field);

	for (const char *line = text; line; line = strchr(line, '\n')) {
		line += *line == '\n';
		if (!strncmp(line, field, len) && line[len] == ':') {
			*value = strtoull(line + len + 1, NULL, 10);
			return true;
		}
	}
	return false;
}

ssize_t numbers_in(const char *path, int **ids)
{
	size_t nr = 0, room = 0;
	DIR *dir = opendir(path);
	struct dirent *entry;

	*ids = NULL;
	if (!dir)
		return -1;
	while ((entry = readdir(dir))) {
		char *end;
		long id;

		if (!isdigit((unsigned char)entry->d_name[0]))
			continue;
		id = strtol(entry->d_name, &end, 10);
		if (*end)
			continue;
		if (nr == room) {
			int *grown;

			room = room ? 2 * room : 64;
			grown = realloc(*ids, room * sizeof(*grown));
			if (!grown)
				bail("out of memory");
			*ids = grown;
		}
		(*ids)[nr++] = (int)id;
	}
	closedir(dir);
	return (ssize_t)nr;
}

unsigned long long stat_field(const char *stat, int field)
{
	/* The name may contain ")": the fields start after the last one. */
	const char *p = strrchr(stat, ')');

	for (int n = 2; p && n < field; n++) {
		p = strchr(p, ' ');
		if (p)
			p++;
	}
	return p ? strtoull(p, NULL, 10) : 0;
}

char proc_state(pid_t pid)
{
	char *stat = slurp("/proc/%d/stat", pid);
	const char *p = stat ? strrchr(stat, ')') : NULL;
	char state = p && p[1] ? p[2] : '\0';

	free(stat);
	return state;
}

char *next_line(char **text)
{
	char *line = *text;

	if (!line || !*line)
		return NULL;
	strsep(text, "\n");
	return line;
}

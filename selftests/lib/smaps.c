// SPDX-License-Identifier: GPL-2.0
#include "smaps.h"

#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "page.h"
#include "proc.h"
#include "tap.h"

/* The entry of the VMA in @smaps, without its first line. */
static const char *entry_of(const char *smaps, const void *start)
{
	char head[32];
	const char *entry;

	snprintf(head, sizeof(head), "\n%lx-", (unsigned long)start);
	entry = smaps ? strstr(smaps, head) : NULL;
	return entry ? strchr(entry + 1, '\n') : NULL;
}

unsigned long long smaps_bytes(const void *start, const char *field)
{
	char *smaps = slurp("/proc/self/smaps");
	const char *entry = entry_of(smaps, start);
	unsigned long long kb;

	if (!entry || !proc_field(entry, field, &kb))
		bail("no %s in /proc/self/smaps for %p", field, start);
	free(smaps);
	return kb * 1024;
}

bool smaps_flags(const void *start, char *flags, size_t size)
{
	static const char name[] = "\nVmFlags:";
	char *smaps = slurp("/proc/self/smaps");
	const char *entry = entry_of(smaps, start);
	const char *line = entry ? strstr(entry, name) : NULL;

	if (line) {
		line += strlen(name);
		snprintf(flags, size, "%.*s", (int)strcspn(line, "\n"), line);
	}
	free(smaps);
	return line;
}

uint64_t pagemap_entry(pid_t pid, const void *p)
{
	char path[40];
	uint64_t entry;
	int fd;

	snprintf(path, sizeof(path), "/proc/%d/pagemap", pid);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0 || pread(fd, &entry, sizeof(entry), (off_t)
			    ((uintptr_t)p / page * sizeof(entry))) != sizeof(entry))
		bail("%s: %s", path, strerror(errno));
	close(fd);
	return entry;
}

bool is_mapped(const void *p)
{
	return pagemap_entry(getpid(), p) & PAGEMAP_PRESENT;
}

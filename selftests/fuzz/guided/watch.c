// SPDX-License-Identifier: GPL-2.0
/* What shows that a program broke something: the kernel's log, and what is left of it. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "fuzz/guided/run.h"

enum {
	LEFT_US = 30 * 1000000,
	POLL_US = 20 * 1000,
	NR_PARAMS = 6,
};

/* The guest's script makes it, with this limit. */
#define CGROUP	"/sys/fs/cgroup/fuzz/"
#define LIMIT	(256ull << 20)

static int log_fd = -1;

static struct param {
	const char *name;
	char value[24];
} params[NR_PARAMS] = {
	{ "max_user_spaces", "" }, { "max_user_pages", "" }, { "max_user_store_pages", "" },
	{ "max_user_evicted", "" }, { "max_user_trace", "" }, { "max_user_events", "" },
};

/* What programs switch besides. */
static const struct {
	const char *path, *text;
} switches[] = {
	{ "/sys/devices/system/cpu/cpu1/online", "1" },
	{ TRACING "events/vmlab/enable", "0" }, { TRACING "events/mmap_lock/enable", "0" },
	{ TRACING "events/page_ref/enable", "0" }, { TRACING "set_event_pid", " " },
	{ "/proc/sys/kernel/kptr_restrict", "0" },
};

static bool param_file(const struct param *p, int flags, char *value, size_t size)
{
	char path[80];
	ssize_t n;
	int fd;

	snprintf(path, sizeof(path), MODULE_PARAMS "%s", p->name);
	fd = open(path, flags | O_CLOEXEC);
	if (fd < 0)
		return false;
	n = flags == O_RDONLY ? read(fd, value, size - 1) : write(fd, value, strlen(value));
	close(fd);
	return n > 0;
}

void watch_open(void)
{
	log_fd = open("/dev/kmsg", O_RDONLY | O_NONBLOCK | O_CLOEXEC);
	if (log_fd >= 0)
		lseek(log_fd, 0, SEEK_END);
	for (int i = 0; i < NR_PARAMS; i++)
		param_file(&params[i], O_RDONLY, params[i].value, sizeof(params[i].value));
}

void watch_restore(void)
{
	for (int i = 0; i < NR_PARAMS; i++)
		param_file(&params[i], O_WRONLY, params[i].value, 0);
	for (size_t i = 0; i < ARRAY_SIZE(switches); i++) {
		int fd = open(switches[i].path, O_WRONLY | O_TRUNC | O_CLOEXEC);

		if (fd < 0)
			continue;
		/* What is already so may be an error. */
		if (write(fd, switches[i].text, 1) < 0)
			errno = 0;
		close(fd);
	}
}

/*
 * Huge frames with a memory error are never freed, and stay charged: without this, no program
 * would have memory after an hour.
 */
void watch_limit(void)
{
	FILE *file = fopen(CGROUP "memory.stat", "re");
	unsigned long long kept = 0;
	char line[80];

	while (file && !kept && fgets(line, sizeof(line), file))
		sscanf(line, "kernel %llu", &kept);
	if (file)
		fclose(file);
	file = kept ? fopen(CGROUP "memory.max", "we") : NULL;
	if (!file)
		return;
	fprintf(file, "%llu", LIMIT + kept);
	fclose(file);
}

static bool is_complaint(const char *text)
{
	static const char *const starts[] = {
		"BUG: ", "WARNING: ", "INFO: task ", "INFO: possible ", "INFO: suspicious",
		"INFO: trying", "UBSAN: ", "ODEBUG: ", "refcount_t: ", "list_add corruption",
		"list_del corruption", "page:", "Bad rss-counter", "DEBUG_LOCKS_WARN_ON",
		"rcu: INFO: ", "Oops", "watchdog: BUG",
	};

	for (size_t i = 0; i < ARRAY_SIZE(starts); i++)
		if (!strncmp(text, starts[i], strlen(starts[i])))
			return true;
	return false;
}

const char *watch_kernel(void)
{
	static char record[2048];
	ssize_t n;

	/* EPIPE: records were overwritten before they were read. */
	while (log_fd >= 0) {
		char *text;

		n = read(log_fd, record, sizeof(record) - 1);
		if (n < 0 && errno == EPIPE)
			continue;
		if (n <= 0)
			return NULL;
		record[n] = 0;
		text = strchr(record, ';');
		if (!text || !is_complaint(text + 1))
			continue;
		text[1 + strcspn(text + 1, "\n")] = 0;
		return text + 1;
	}
	return NULL;
}

/* Spaces that exist beside the one of this process. */
static int other_spaces(void)
{
	DIR *dir = opendir(DEBUGFS "spaces");
	int n = -1;

	if (!dir)
		return 0;
	for (struct dirent *e; (e = readdir(dir));)
		n += *e->d_name != '.';
	closedir(dir);
	return n;
}

static long frames(void)
{
	char text[200] = "";
	int fd = open(DEBUGFS "frames", O_RDONLY | O_CLOEXEC);
	const char *digit;

	if (fd < 0)
		return 0;
	if (read(fd, text, sizeof(text) - 1) < 0)
		*text = 0;
	close(fd);
	digit = strpbrk(text, "0123456789");
	return digit ? atol(digit) : 0;
}

const char *watch_left(void)
{
	static char text[80];

	for (long us = 0; us < LEFT_US; us += POLL_US) {
		if (other_spaces() <= 0 && !frames())
			return NULL;
		usleep(POLL_US);
	}
	snprintf(text, sizeof(text), "left behind: %d spaces, %ld frames", other_spaces(),
		 frames());
	return text;
}

// SPDX-License-Identifier: GPL-2.0
/* Requests that return something, and the files of debugfs. */
#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "device/allocations/allocations.h"
#include "lib/debugfs.h"
#include "lib/dev.h"
#include "lib/queries.h"
#include "lib/paging.h"
#include "lib/tap.h"

static _Alignas(8) char answer[QUERY_BYTES];
static char room[2 * QUERY_ROOM];

/* A query with its kind and flags, in one number. */
enum { FLAGS = 16, OF_QUERY = FLAGS * QUERY_KINDS };

static int ask(struct subject *s)
{
	const unsigned long n = s->step->number;
	const struct query *q = &queries[n / OF_QUERY];

	prepare_query(q, answer, room, (uint32_t)(n % OF_QUERY / FLAGS), room);
	set_query_flags(q, answer, (uint32_t)(n % FLAGS));
	return ioctl(s->fd, q->nr, answer);
}

static void paged(struct subject *s)
{
	map_subject(s, PAGES, 'a');
	use_paging(s->fd, .budget = 4, .policy = VMLAB_POLICY_LRU);
}

/* Is the query answered with these flags, when nothing fails? */
static bool answered(const struct step *step)
{
	struct subject s = { .step = step, .fd = dev_open(O_RDWR) };
	bool good = !ask(&s);

	close(s.fd);
	return good;
}

static void fail_ioctls(void)
{
	for (unsigned long n = 0; n < nr_queries * OF_QUERY; n++) {
		const struct query *q = &queries[n / OF_QUERY];
		const unsigned long kind = n % OF_QUERY / FLAGS;
		struct step step = {
			.prepare = paged, .call = ask, .number = n,
		};
		char name[80];

		if (kind && !q->kind)
			continue;
		/* all of them, each one, or none: the pairs take too long */
		if ((n % FLAGS & (n % FLAGS - 1)) && n % FLAGS != FLAGS - 1)
			continue;
		snprintf(name, sizeof(name), "%s, kind %lu, flags %#lx",
			 q->name, kind, n % FLAGS);
		step.name = name;
		if (answered(&step))
			fail_step(&step);
	}
}

static int read_all(const char *path)
{
	int fd = open(path, O_RDONLY), err = 0;
	ssize_t n;

	if (fd < 0)
		return -1;
	do
		n = read(fd, room, sizeof(room));
	while (n > 0);
	if (n < 0)
		err = errno;
	close(fd);
	errno = err;
	return err ? -1 : 0;
}

static int read_file(struct subject *s)
{
	return read_all(s->step->text);
}

static int attach_detach(struct subject *s)
{
	int err = debugfs_attach(getpid()) ? errno : 0;

	(void)s;
	/* The same step must not find it attached the next time. */
	if (debugfs_detach(getpid()) && !err && debugfs_detach(getpid()))
		err = errno;
	errno = err;
	return err ? -1 : 0;
}

static void fail_files(const char *directory)
{
	struct step step = { .prepare = paged, .call = read_file };
	const struct dirent *entry;
	char path[400], name[300];
	DIR *dir = opendir(directory);

	if (!dir)
		bail("%s: %s", directory, strerror(errno));
	while ((entry = readdir(dir))) {
		if (entry->d_type != DT_REG)
			continue;
		snprintf(path, sizeof(path), "%s/%s", directory, entry->d_name);
		/* attach and detach are only written */
		if (read_all(path))
			continue;
		snprintf(name, sizeof(name), "debugfs: read %s", entry->d_name);
		step.name = name;
		step.text = path;
		fail_step(&step);
	}
	closedir(dir);
}

void fail_queries(void)
{
	const struct step attach = STEP("debugfs: attach and detach", NULL,
					attach_detach);
	char directory[80];
	int fd;

	fail_ioctls();
	fail_step(&attach);
	fail_files(DEBUGFS);
	fail_files(DEBUGFS "/self");
	fd = dev_open(O_RDWR);
	snprintf(directory, sizeof(directory), DEBUGFS "/spaces/%llu",
		 (unsigned long long)space_id(fd));
	fail_files(directory);
	close(fd);
}

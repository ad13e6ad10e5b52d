// SPDX-License-Identifier: GPL-2.0
/* Measure by DAMON, the kernel's access monitor, through its files in sysfs. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "heat/source.h"
#include "sys/xalloc.h"

#define KDAMONDS "/sys/kernel/mm/damon/admin/kdamonds"
#define ATTRS "0/contexts/0/monitoring_attrs/"
#define SCHEME "0/contexts/0/schemes/0/"
#define PATTERN SCHEME "access_pattern/"

struct damon {
	unsigned int checks; /* samples in an interval */
	int kdamond; /* pid of its thread, 0 when unknown */
	double cpu; /* its CPU time when the interval began */
	bool ours; /* nr_kdamonds was set here: close() sets it back */
};

__attribute__((format(printf, 2, 3))) static int put(const char *file,
						     const char *fmt, ...)
{
	char path[256], text[64];
	int fd, len, err = 0;
	va_list ap;

	snprintf(path, sizeof(path), KDAMONDS "/%s", file);
	va_start(ap, fmt);
	len = vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	fd = open(path, O_WRONLY | O_CLOEXEC);
	if (fd < 0)
		return -errno;
	if (write(fd, text, (size_t)len) != len)
		err = -errno;
	close(fd);
	return err;
}

static int get(const char *file, uint64_t *value)
{
	char path[512], text[64];
	ssize_t len;
	int fd;

	*value = 0;
	snprintf(path, sizeof(path), KDAMONDS "/%s", file);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return -errno;
	len = read(fd, text, sizeof(text) - 1);
	close(fd);
	if (len <= 0)
		return -EIO;
	text[len] = '\0';
	*value = strtoull(text, NULL, 10);
	return 0;
}

/* Return the CPU time of the kernel thread that samples, s. */
static double kdamond_cpu(const struct damon *d)
{
	unsigned long user = 0, system = 0;
	char path[64], line[1024], *after;
	FILE *stat;

	if (d->kdamond <= 0)
		return 0;
	snprintf(path, sizeof(path), "/proc/%d/stat", d->kdamond);
	stat = fopen(path, "re");
	if (!stat)
		return 0;
	/* fields 14 and 15; the name before them may have spaces and parentheses */
	if (fgets(line, sizeof(line), stat)) {
		after = strrchr(line, ')');
		if (after)
			sscanf(after + 1,
			       " %*c %*d %*d %*d %*d %*d %*u %*u %*u %*u %*u "
			       "%lu %lu",
			       &user, &system);
	}
	fclose(stat);
	return (double)(user + system) / (double)sysconf(_SC_CLK_TCK);
}

static void damon_close(void *state)
{
	struct damon *d = state;

	if (d->ours) {
		put("0/state", "off");
		put("nr_kdamonds", "0");
	}
	free(d);
}

/* Keep the first error. */
static void first(int *err, int next)
{
	if (!*err)
		*err = next;
}

static int configure(struct heat *h, struct damon *d)
{
	uint64_t interval_us = (uint64_t)(h->interval * 1e6);
	uint64_t sample_us = interval_us / 20, aggr_us;
	int err;

	if (sample_us < 1000)
		sample_us = 1000;
	d->checks = (unsigned int)(interval_us / sample_us);
	aggr_us = sample_us * d->checks;

	err = put("nr_kdamonds", "1");
	if (err)
		return err;
	d->ours = true;
	/* continue after a failure; report the first */
	first(&err, put("0/contexts/nr_contexts", "1"));
	first(&err, put("0/contexts/0/operations", "vaddr"));
	first(&err, put(ATTRS "intervals/sample_us", "%" PRIu64, sample_us));
	first(&err, put(ATTRS "intervals/aggr_us", "%" PRIu64, aggr_us));
	first(&err, put(ATTRS "intervals/update_us", "%" PRIu64, aggr_us));
	first(&err, put(ATTRS "nr_regions/min", "100"));
	first(&err, put(ATTRS "nr_regions/max", "1000"));
	first(&err, put("0/contexts/0/targets/nr_targets", "1"));
	first(&err, put("0/contexts/0/targets/0/pid_target", "%d", h->pid));
	first(&err, put("0/contexts/0/schemes/nr_schemes", "1"));
	/* a scheme without effect, for all regions: it makes them readable */
	first(&err, put(SCHEME "action", "stat"));
	first(&err, put(PATTERN "sz/max", "%" PRIu64, UINT64_MAX));
	first(&err, put(PATTERN "nr_accesses/max", "%u", UINT32_MAX));
	first(&err, put(PATTERN "age/max", "%u", UINT32_MAX));
	if (!err)
		err = put("0/state", "on");
	return err;
}

static int damon_open(struct heat *h, void **state, struct failure *failure)
{
	struct damon *d;
	uint64_t value;
	int err;

	if (access(KDAMONDS, F_OK))
		return failure_set(failure, -EOPNOTSUPP,
				   "this kernel has no DAMON: it needs "
				   "CONFIG_DAMON_VADDR and CONFIG_DAMON_SYSFS");
	if (!get("nr_kdamonds", &value) && value)
		return failure_set(failure, -EBUSY,
				   "DAMON is in use: see " KDAMONDS "; writing "
				   "0 to nr_kdamonds ends that");
	d = check_alloc(calloc(1, sizeof(*d)));
	err = configure(h, d);
	if (err) {
		damon_close(d);
		if (err == -EACCES || err == -EPERM)
			return failure_set(failure, err,
					   "no permission to use DAMON: run "
					   "vmlab as root");
		return failure_set(failure, -EIO, "cannot start DAMON: %s",
				   strerror(-err));
	}
	if (!get("0/pid", &value))
		d->kdamond = (int)value;
	*state = d;
	return 0;
}

static int damon_begin(struct heat *h, void *state)
{
	struct damon *d = state;

	(void)h;
	d->cpu = kdamond_cpu(d);
	return 0;
}

static int compare_runs(const void *a, const void *b)
{
	const struct heat_run *x = a, *y = b;

	return x->start == y->start ? 0 : x->start < y->start ? -1 : 1;
}

static void add_region(struct heat *h, const struct damon *d,
		       struct heat_sample *sample, const char *name)
{
	uint64_t start, end, accesses;
	char file[320];

	snprintf(file, sizeof(file), SCHEME "tried_regions/%.20s/start", name);
	if (get(file, &start))
		return;
	snprintf(file, sizeof(file), SCHEME "tried_regions/%.20s/end", name);
	if (get(file, &end))
		return;
	snprintf(file, sizeof(file), SCHEME "tried_regions/%.20s/nr_accesses",
		 name);
	if (get(file, &accesses) || !accesses)
		return;
	if (accesses > d->checks)
		accesses = d->checks;
	heat_add(h, sample, start, end, (double)accesses / d->checks);
}

static int damon_end(struct heat *h, void *state, struct heat_sample *sample)
{
	struct damon *d = state;
	const struct dirent *entry;
	DIR *dir;
	int err;

	/* waits for the end of DAMON's interval; fails when the process has ended */
	err = put("0/state", "update_schemes_tried_regions");
	if (err)
		return kill(h->pid, 0) && errno == ESRCH ? -ESRCH : err;
	dir = opendir(KDAMONDS "/" SCHEME "tried_regions");
	if (!dir)
		return -errno;
	while ((entry = readdir(dir)))
		if (entry->d_name[0] >= '0' && entry->d_name[0] <= '9')
			add_region(h, d, sample, entry->d_name);
	closedir(dir);
	if (sample->nr)
		qsort(sample->runs, sample->nr, sizeof(*sample->runs),
		      compare_runs);
	sample->cost = kdamond_cpu(d) - d->cpu;
	return 0;
}

const struct heat_source heat_damon = {
	.name = "damon",
	.about = "DAMON: one page of each region is checked 20 times an "
		 "interval",
	.open = damon_open,
	.begin = damon_begin,
	.end = damon_end,
	.close = damon_close,
};

// SPDX-License-Identifier: GPL-2.0
/*
 * For each pair of a setting of the space, a backing, a kind of mapping and an
 * operation there is a case: pages are accessed, the operation is applied to a
 * part of the mapping, and contents, counters and frames are checked.  With
 * VMLAB_FULL=1 for each triple of a setting, a kind of mapping and an operation,
 * as far as the time allows.
 *
 * A process runs the cases of an operation: its exit shows errors of mm's
 * counters in the kernel's log.
 */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "lib/child.h"
#include "lib/dev.h"
#include "lib/page.h"
#include "lib/paging.h"
#include "lib/proc.h"
#include "lib/tap.h"
#include "paging/pairs/pairs.h"

#ifndef MAP_SYNC
#define MAP_SYNC	0x80000
#endif

#define FULL_MS		(50 * 1000)
/* After this time the operations that are left are skipped. */
#define LIMIT_MS	(200 * 1000)
/* A case takes 20 ms, or a second with huge frames on a debug kernel. */
#define CASE_SECONDS	60
#define SLOW_MS		100
#define MAX_OPERATIONS	128
#define MAX_VALUES	128

enum factor { OPERATION, SETTING, MAPPING, BACKING, NR_FACTORS };

static const struct operation *operations[MAX_OPERATIONS];
static size_t nr_values[NR_FACTORS];
static bool covered[NR_FACTORS][NR_FACTORS][MAX_VALUES][MAX_VALUES];
static unsigned int nr_cases;

/* --- which cases ------------------------------------------------------------- */

static bool feasible(const size_t *value)
{
	return !refused_mapping(&mappings[value[MAPPING]],
				(uint32_t)value[BACKING]);
}

/* On a slow kernel a fourth of the cases with huge frames is run. */
static bool slow;

static bool left_out(const size_t *value)
{
	return slow && settings[value[SETTING]].huge &&
	       (value[OPERATION] + value[SETTING]) % 4;
}

static void cover(const size_t *value)
{
	for (int f = 0; f < NR_FACTORS; f++)
		for (int g = f + 1; g < NR_FACTORS; g++)
			covered[f][g][value[f]][value[g]] = true;
}

static unsigned int new_pairs(const size_t *value)
{
	unsigned int nr = 0;

	for (int f = 0; f < NR_FACTORS; f++)
		for (int g = f + 1; g < NR_FACTORS; g++)
			nr += !covered[f][g][value[f]][value[g]];
	return nr;
}

/*
 * Choose the case of an operation that covers the most new pairs; false when
 * no pair with this operation is left.
 */
static bool choose(size_t op, size_t *best)
{
	unsigned int most = 0;

	for (size_t s = 0; s < nr_settings; s++)
		for (size_t m = 0; m < nr_mappings; m++)
			for (size_t b = 0; b < NR_BACKINGS; b++) {
				size_t value[] = { op, s, m, b };
				unsigned int nr = new_pairs(value);

				if (nr <= most || !feasible(value) ||
				    (covered[OPERATION][SETTING][op][s] &&
				     covered[OPERATION][MAPPING][op][m] &&
				     covered[OPERATION][BACKING][op][b]))
					continue;
				most = nr;
				memcpy(best, value, sizeof(value));
			}
	return most;
}

/* Is a pair of two factors left that some case could cover? */
static unsigned int uncovered(void)
{
	unsigned int nr = 0;

	for (int f = 0; f < NR_FACTORS; f++)
		for (int g = f + 1; g < NR_FACTORS; g++)
			for (size_t i = 0; i < nr_values[f]; i++)
				for (size_t j = 0; j < nr_values[g]; j++) {
					size_t value[NR_FACTORS] = { 0 };

					value[f] = i;
					value[g] = j;
					nr += !covered[f][g][i][j] &&
					      feasible(value);
				}
	return nr;
}

/* --- the process of an operation --------------------------------------------- */

static struct pairs_case current;
/* The name of the case that runs: shared, for when the process dies. */
static char *running;

static void on_alarm(int sig)
{
	(void)sig;
	/* The parent prints the name of the case. */
	_exit(100);
}

static void run(const size_t *value)
{
	current = (struct pairs_case){
		.op = operations[value[OPERATION]],
		.setting = &settings[value[SETTING]],
		.mapping = &mappings[value[MAPPING]],
		.backing = (uint32_t)value[BACKING],
		.failures = current.failures,
	};
	snprintf(running, page, "%s", case_name(&current));
	alarm(CASE_SECONDS);
	case_run(&current);
	alarm(0);
}

struct job {
	size_t nr;
	size_t (*value)[NR_FACTORS];
};

static int run_job(void *arg)
{
	const struct job *job = arg;

	/* Other signals kill the process: see touch() in lib/child.h. */
	signal(SIGALRM, on_alarm);
	for (size_t i = 0; i < job->nr; i++)
		if (!left_out(job->value[i]))
			run(job->value[i]);
	return current.failures > 99 ? 99 : (int)current.failures;
}

/* --- the kernel's log -------------------------------------------------------- */

static int log_fd = -1;

static void log_open(void)
{
	log_fd = open("/dev/kmsg", O_RDONLY | O_NONBLOCK | O_CLOEXEC);
	if (log_fd >= 0)
		lseek(log_fd, 0, SEEK_END);
}

/* Print complaints since the last call; return their number. */
static unsigned int log_complaints(void)
{
	static const char *const words[] = {
		"Bad rss-counter", "BUG:", "WARNING:", "Bad page", "KASAN",
		"page_table_check",
	};
	char line[8192];
	unsigned int nr = 0;
	ssize_t len;

	while (log_fd >= 0 &&
	       ((len = read(log_fd, line, sizeof(line) - 1)) > 0 ||
		(len < 0 && errno == EPIPE))) {
		if (len < 0)
			continue;
		line[len] = 0;
		for (size_t i = 0; i < sizeof(words) / sizeof(*words); i++)
			if (strstr(line, words[i])) {
				diag("  kernel: %s", strchr(line, ';') + 1);
				nr++;
				break;
			}
	}
	return nr;
}

/* --- test points ------------------------------------------------------------- */

static void test_operation(size_t op, bool full, bool late)
{
	size_t max = nr_settings * nr_mappings, nr = 0;
	size_t (*value)[NR_FACTORS] = calloc(max, sizeof(*value));
	const char *reason = operations[op]->missing ?
			     operations[op]->missing(operations[op]->arg) :
			     NULL;
	struct job job;
	int result;

	if (late)
		reason = "out of time";
	if (!value)
		bail("out of memory");
	for (size_t i = 0; full && i < max; i++) {
		size_t v[] = { op, i % nr_settings, i / nr_settings,
			       (i + op) % NR_BACKINGS };

		if (!feasible(v))
			v[BACKING] = VMLAB_BACKING_FILE;
		cover(v);
		memcpy(value[nr++], v, sizeof(v));
	}
	while (nr < max && choose(op, value[nr]))
		cover(value[nr++]);
	job = (struct job){ nr, value };
	if (reason) {
		skip(reason, "%s: %zu cases", operations[op]->name, nr);
	} else {
		result = reap(spawn(run_job, &job));
		if (result >= 100)
			diag("  %s: the process ended with %d", running, result);
		ok(!result && !log_complaints(), "%s: %zu cases",
		   operations[op]->name, nr);
		nr_cases += nr;
	}
	free(value);
}

/* What mm refuses for mappings of a device or a file system without DAX. */
static void refused_mappings(void)
{
	for (uint32_t backing = 0; backing < NR_BACKINGS; backing++) {
		struct pairs_case c = {
			.op = &advices[0], .setting = &settings[0],
			.mapping = &mappings[0], .backing = backing,
		};
		const char *name = backing_names[backing];

		if (!case_open(&c))
			bail("%s", name);
		fails(mmap(NULL, page, PROT_READ | PROT_WRITE,
			   MAP_SHARED_VALIDATE | MAP_SYNC, c.fd, 0) ==
		      MAP_FAILED ? -1 : 0, EOPNOTSUPP, "%s: MAP_SYNC", name);
		fails(mmap(NULL, page, PROT_READ | PROT_WRITE,
			   MAP_SHARED | MAP_GROWSDOWN, c.fd, 0) ==
		      MAP_FAILED ? -1 : 0, EINVAL, "%s: MAP_GROWSDOWN", name);
		fails(mmap(NULL, page, PROT_READ | PROT_WRITE,
			   MAP_SHARED | MAP_HUGETLB, c.fd, 0) ==
		      MAP_FAILED ? -1 : 0, EINVAL, "%s: MAP_HUGETLB", name);
		if (backing == VMLAB_BACKING_PFN)
			fails(mmap(NULL, page, PROT_READ, MAP_PRIVATE, c.fd,
				   0) == MAP_FAILED ? -1 : 0, EINVAL,
			      "%s: MAP_PRIVATE", name);
		case_close(&c);
	}
}

/* Does a case with huge frames take long? */
static bool is_slow(void)
{
	struct pairs_case c = { .op = &advices[0], .mapping = &mappings[0] };
	unsigned long long begin = now_ms();

	for (size_t s = 0; !c.setting && s < nr_settings; s++)
		if (settings[s].huge)
			c.setting = &settings[s];
	case_run(&c);
	diag("  a case with huge frames takes %llu ms", now_ms() - begin);
	return now_ms() - begin > SLOW_MS;
}

static unsigned long long free_kb(void)
{
	char *text = slurp("/proc/meminfo");
	unsigned long long kb = 0;

	if (!text || !proc_field(text, "MemFree", &kb))
		bail("no MemFree in /proc/meminfo");
	free(text);
	return kb;
}

static size_t add_operations(const struct operation *table, size_t nr)
{
	for (; table->name; table++) {
		if (nr == MAX_OPERATIONS)
			bail("more than %d operations", MAX_OPERATIONS);
		operations[nr++] = table;
	}
	return nr;
}

int main(int argc, char **argv)
{
	unsigned long long frames = module_frames(), begin = now_ms(), before;
	const char *value = getenv("VMLAB_FULL");
	bool full = value && *value;
	size_t nr = add_operations(advices, 0);
	int fd = dev_open(O_RDWR);

	nr = add_operations(vma_operations, nr);
	nr = add_operations(space_operations, nr);
	nr_values[OPERATION] = nr;
	nr_values[SETTING] = nr_settings;
	nr_values[MAPPING] = nr_mappings;
	nr_values[BACKING] = NR_BACKINGS;
	huge_frames = !set_space(fd, VMLAB_SPACE_HUGE, 0, VMLAB_BACKING_ZERO);
	close(fd);

	running = mmap(NULL, page, PROT_READ | PROT_WRITE,
		       MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	log_open();
	refused_mappings();
	slow = is_slow();
	before = free_kb();
	for (size_t op = 0; op < nr; op++)
		if (argc < 2 || strstr(operations[op]->name, argv[1]))
			test_operation(op, full && now_ms() - begin < FULL_MS,
				       now_ms() - begin > LIMIT_MS);
	if (argc < 2)
		is(uncovered(), 0, "pairs without a case");
	is(module_frames(), frames, "frames of the module, as at the start");
	/*
	 * A leak of a huge frame in each case that has one would be 200 MiB at
	 * least; KASAN keeps up to a 32nd of the memory.
	 */
	diag("  MemFree: %llu kB before, %llu kB after; %u cases in %llu ms",
	     before, free_kb(), nr_cases, now_ms() - begin);
	ok(free_kb() + 128 * 1024 > before, "memory returned");
	return tap_done();
}

// SPDX-License-Identifier: GPL-2.0
/*
 * A fuzzer of the whole interface that coverage guides: programs that reach something
 * new are kept, and changed.  Documentation/fuzzing.rst is its manual.
 */
#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include <linux/vmlab.h>

#include "fuzz/guided/churn.h"
#include "fuzz/guided/corpus.h"
#include "fuzz/guided/cover.h"
#include "fuzz/guided/run.h"
#include "lib/random.h"

enum {
	LIMIT_MS = 6000,
	LEFT_EVERY = 64,	/* programs */
	SAVE_EVERY = 60,	/* seconds */
	PROGRESS_EVERY = 10,
	FRESH_OF = 12,		/* one of so many programs is new */
	SWEEP_OF = 2,		/* ... or is one of the sweep, until that is done */
	STAY_SECONDS = 10,
	FINDING = 3,		/* exit status */
};

static struct options {
	unsigned long seed, seconds, list, times;
	const char *seeds, *repro, *out, *module, *setup, *cleanup;
	bool tap, verbose;
	bool churn;
	bool exit, stay;	/* what programs execute */
} options = { .seed = 1, .seconds = 10, .times = 1 };

static struct {
	unsigned long programs, killed;
	unsigned long called[256], succeeded[256];
	char finding[256];
} total;

static int device = -1;
static double started;
static struct program program, other;
static struct outcome outcome;

static double now(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (double)ts.tv_sec + (double)ts.tv_nsec / 1e9;
}

static const char *in_out(const char *name)
{
	static char path[4096];

	snprintf(path, sizeof(path), "%s/%s", options.out, name);
	return path;
}

static void find(const char *what)
{
	if (what && !*total.finding)
		snprintf(total.finding, sizeof(total.finding), "%s", what);
}

static void count_results(const struct program *p)
{
	for (uint32_t i = 0; i < p->nr; i++) {
		if (outcome.call[i].error == NOT_RUN)
			continue;
		total.called[p->call[i].kind]++;
		total.succeeded[p->call[i].kind] += !outcome.call[i].error;
	}
}

static void save(void)
{
	if (!options.out || options.churn)
		return;
	corpus_write(in_out("corpus"));
	cover_write(in_out("coverage"));
}

static void progress(void)
{
	double seconds = now() - started;

	printf("fuzz: %.0f s, %lu programs, %.1f a second, %zu points, corpus %zu, killed %lu\n",
	       seconds, total.programs, (double)total.programs / seconds, cover_points(),
	       corpus_size(), total.killed);
	fflush(stdout);
}

/* From time to time, for who waits, and because the guest can die. */
static void report_now_and_then(void)
{
	static double shown, saved;

	if (now() - shown > PROGRESS_EVERY) {
		shown = now();
		progress();
	}
	if (now() - saved > SAVE_EVERY) {
		saved = now();
		save();
	}
}

/* What a program set for all must not hold for the next one. */
static void restore_settings(const struct program *p)
{
	bool settings = false, policies = false;

	for (uint32_t i = 0; i < p->nr; i++) {
		const char *name = kind_of(p->call[i].kind)->name;

		settings |= !strcmp(name, "param") || !strcmp(name, "knob");
		policies |= !strcmp(name, "policy_link");
	}
	if (settings)
		watch_restore();
	if (policies)
		policies_restore();
}

static struct news run_one(const struct program *p)
{
	enum run_end end;

	report_now_and_then();
	last_write(p, total.programs);
	end = run_program(p, &outcome, LIMIT_MS);
	total.programs++;
	total.killed += end != RUN_ENDED;
	if (end == RUN_KILLED && options.out)
		append_program(in_out("killed"), p);
	if (end == RUN_STUCK)
		find("a killed program does not end");
	count_results(p);
	find(watch_kernel());
	restore_settings(p);
	if (total.programs % LEFT_EVERY == 0) {
		find(watch_left());
		watch_limit();
	}
	return cover_collect(p, &outcome);
}

static int run_seed(const struct program *p)
{
	run_one(p);
	corpus_add(p);
	return *total.finding ? 1 : 0;
}

/* Choose the next program; true: one of the sweep. */
static bool choose_program(uint64_t *rng)
{
	if (total.programs % SWEEP_OF == 0 && sweep_next(&program))
		return true;
	if (!corpus_size() || !random_below(rng, FRESH_OF)) {
		program_generate(&program, rng);
	} else {
		corpus_pick(&program, rng);
		corpus_pick(&other, rng);
		program_mutate(&program, &other, rng);
	}
	return false;
}

static void fuzz_loop(void)
{
	uint64_t rng = random_state(options.seed, 0);

	sweep_open(options.seed);
	while (!*total.finding && now() - started < (double)options.seconds) {
		const bool swept = choose_program(&rng);
		const struct news news = run_one(&program);

		if (swept)
			sweep_result(&outcome);
		if (news.points || news.edges)
			corpus_add(&program);
	}
	progress();
}

/* Print the result of each call below the call. */
static void show_results(const struct program *p)
{
	for (uint32_t i = 0; i < p->nr; i++)
		printf("%-16s %s\n", kind_of(p->call[i].kind)->name,
		       outcome.call[i].error == NOT_RUN ? "did not end" :
		       outcome.call[i].error ? strerror(outcome.call[i].error) : "ok");
	printf("\n");
}

static int repro_one(const struct program *p)
{
	run_one(p);
	if (options.verbose)
		show_results(p);
	return *total.finding ? 1 : 0;
}

static int print_one(const struct program *p)
{
	static char text[MAX_TEXT];

	if (program_print(p, text, sizeof(text)) < 0)
		return -1;
	printf("%s\n", text);
	return 0;
}

/* Print programs, which depend on the seed alone, and check that text is exact. */
static int list(void)
{
	static char text[MAX_TEXT], again[MAX_TEXT];
	uint64_t rng = random_state(options.seed, 0);

	for (unsigned long n = 0; n < options.list; n++) {
		program_generate(&program, &rng);
		if (n)
			program_mutate(&program, &other, &rng);
		other = program;
		if (print_one(&program) || program_print(&program, text, sizeof(text)) < 0 ||
		    program_parse(&program, text) < 0 ||
		    program_print(&program, again, sizeof(again)) < 0 || strcmp(text, again)) {
			fprintf(stderr, "vmlab-fuzz: program %lu is another one as text\n", n);
			return 1;
		}
	}
	return 0;
}

static void load_module(void)
{
	int fd = open(options.module, O_RDONLY | O_CLOEXEC);

	cover_enable(0);
	if (fd < 0 || syscall(SYS_finit_module, fd, "", 0)) {
		perror("vmlab-fuzz: finit_module");
		exit(2);
	}
	cover_disable(0);
	cover_sections();
	cover_collect(&program, &outcome);
	close(fd);
}

static long delete_module(void)
{
	long ret = -1;

	/* A reference that a program held is dropped soon. */
	for (int i = 0; i < 100; i++) {
		ret = syscall(SYS_delete_module, "vmlab", O_NONBLOCK);
		if (!ret || errno == ENOENT)
			break;
		usleep(100 * 1000);
	}
	return ret;
}

static void unload_module(void)
{
	long ret;

	close(device);
	cover_enable(0);
	ret = delete_module();
	cover_disable(0);
	program.nr = 0;
	cover_collect(&program, &outcome);
	if (ret)
		find("the module cannot be unloaded");
}

static int add_seed(const struct program *p)
{
	corpus_add(p);
	return 0;
}

/*
 * Run programs while the module comes and goes.  What they reach is not recorded, for the
 * module is at another address each time.
 */
static void churn_loop(void)
{
	uint64_t rng = random_state(options.seed, 1);
	struct churned done;

	close(device);
	if (corpus_read(options.seeds, add_seed) < 0 || !churn_start(options.module, rng)) {
		fprintf(stderr, "vmlab-fuzz: no seeds, or no thread\n");
		exit(2);
	}
	while (!*total.finding && now() - started < (double)options.seconds) {
		choose_program(&rng);
		run_one(&program);
	}
	done = churn_stop();
	progress();
	printf("fuzz: the module was loaded %lu times, unloaded %lu times; failed: %lu, %lu\n",
	       done.loaded, done.unloaded, done.failed, done.busy);
	if (delete_module() && errno != ENOENT)
		find("the module cannot be unloaded");
}

static void point(bool pass, const char *what, const char *why)
{
	static int nr;

	printf("%sok %d - %s\n", pass ? "" : "not ", ++nr, what);
	if (!pass && *why)
		printf("# %s\n", why);
}

/* Results as TAP: nothing was found, and the seeds do what they are for. */
static int tap(void)
{
	char never[1024] = "";

	for (size_t i = 0; i < nr_request_kinds; i++)
		if (!total.succeeded[i] && strlen(never) < sizeof(never) - 100)
			sprintf(never + strlen(never), " %s", request_kinds[i].name);
	point(!*total.finding, "nothing was found", total.finding);
	point(!*never, "each request succeeded at least once", never);
	point(total.programs > 20, "programs ran", "");
	printf("1..3\n");
	return *total.finding || *never || total.programs <= 20;
}

static void report_calls(void)
{
	for (size_t i = 0; i < nr_kinds(); i++)
		printf("fuzz: %-16s %lu calls, %lu succeeded\n", kind_of(i)->name,
		       total.called[i], total.succeeded[i]);
}

/* The options: each has a number, a text, or is set. */
static const struct {
	const char *name;
	unsigned long *number;
	const char **text;
	bool *set;
} known_options[] = {
	{ "seed", .number = &options.seed },
	{ "seconds", .number = &options.seconds },
	{ "list", .number = &options.list },
	{ "times", .number = &options.times },
	{ "seeds", .text = &options.seeds },
	{ "repro", .text = &options.repro },
	{ "out", .text = &options.out },
	{ "module", .text = &options.module },
	{ "setup", .text = &options.setup },
	{ "cleanup", .text = &options.cleanup },
	{ "tap", .set = &options.tap },
	{ "verbose", .set = &options.verbose },
	{ "churn", .set = &options.churn },
	{ "exit", .set = &options.exit },
	{ "stay", .set = &options.stay },
};

static void parse_options(int argc, char **argv)
{
	struct option names[ARRAY_SIZE(known_options) + 1] = { 0 };

	for (size_t i = 0; i < ARRAY_SIZE(known_options); i++)
		names[i] = (struct option){
			known_options[i].name,
			known_options[i].set ? no_argument : required_argument,
			NULL, (int)i,
		};
	for (int c; (c = getopt_long(argc, argv, "", names, NULL)) != -1;) {
		if (c == '?')
			exit(2);
		if (known_options[c].number)
			*known_options[c].number = strtoul(optarg, NULL, 0);
		else if (known_options[c].text)
			*known_options[c].text = optarg;
		else
			*known_options[c].set = true;
	}
}

/* Run a command of the options: it loads policies in BPF, or unloads them. */
static void command(const char *text)
{
	if (text && system(text))
		printf("fuzz: this failed: %s\n", text);
}

static void run_all(void)
{
	if (options.repro) {
		for (unsigned long n = 0; n < options.times && !*total.finding; n++)
			if (corpus_read(options.repro, repro_one) < 0)
				exit(2);
		find(watch_left());
		return;
	}
	if (options.seeds && corpus_read(options.seeds, run_seed) < 0) {
		fprintf(stderr, "vmlab-fuzz: %s: cannot be read\n", options.seeds);
		exit(2);
	}
	fuzz_loop();
	watch_restore();
	find(watch_left());
}

int main(int argc, char **argv)
{
	parse_options(argc, argv);
	if (options.stay)
		sleep(STAY_SECONDS);
	if (options.exit || options.stay)
		return 0;
	if (options.list)
		return list();
	cover_open();
	if (options.module)
		load_module();
	else
		cover_sections();
	device = open(VMLAB_DEVICE, O_RDWR | O_CLOEXEC);
	if (device < 0) {
		perror("vmlab-fuzz: " VMLAB_DEVICE);
		return 2;
	}
	if (options.out)
		last_open(in_out("last"));
	command(options.setup);
	policies_open();
	started = now();
	run_open();
	watch_open();
	if (options.churn) {
		churn_loop();
	} else {
		run_all();
		command(options.cleanup);
		policies_close();
		save();
		if (options.module)
			unload_module();
		save();
	}
	if (options.tap)
		return tap();
	report_calls();
	printf("fuzz: finding: %s\n", *total.finding ? total.finding : "none");
	return *total.finding ? FINDING : 0;
}

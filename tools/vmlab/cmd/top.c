// SPDX-License-Identifier: GPL-2.0
/* vmlab top: page faults of all processes, second by second. */
#include <errno.h>
#include <inttypes.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <termios.h>
#include <time.h>
#include <unistd.h>

#include "cli/cli.h"
#include "faults/session.h"
#include "show/faults_words.h"
#include "show/format.h"
#include "show/json.h"
#include "cli/must.h"
#include "cli/parse.h"
#include "show/table.h"

enum { OPT_BATCH = 0x2000, OPT_VERBOSE };

static const struct option_spec options[] = {
	{ "delay", 'd', "SECONDS", NULL,
	  "time between two pictures (default 1)" },
	{ "count", 'n', "N", NULL, "end after so many pictures" },
	{ "pid", 'p', "PID", NULL, "only this process, and those it forks" },
	{ "batch", OPT_BATCH, NULL, NULL,
	  "no terminal control: one table after the other" },
	{ "verbose", OPT_VERBOSE, NULL, NULL, "print what libbpf says" },
	{ 0 },
};

/* one process in the last interval */
struct activity {
	struct process_key key;
	char comm[FAULT_COMM_LEN];
	bool exited;
	__u64 sum[NR_FAULT_SIZES];
	__u64 ns;
	__u32 kind; /* the most frequent */
	__u64 kind_count;
};

struct top {
	const struct cli *cli;
	struct faults_session *session;
	double delay;
	uint64_t count; /* 0: no end */
	bool screen; /* a terminal that is drawn on */
	int rows, columns; /* of the terminal; 0: no limit */
	struct termios saved;

	/* what was counted at the last picture, sorted by key */
	struct process_key *keys;
	struct process_stat *stats;
	size_t nr;
	struct fault_totals totals;
	double time;

	/* the interval */
	struct activity *active;
	size_t nr_active;
	__u64 kinds[NR_FAULT_KINDS][NR_FAULT_SIZES];
	__u64 sum[NR_FAULT_SIZES];
	double seconds;
};

static volatile sig_atomic_t ended, resized;

static void on_signal(int sig)
{
	if (sig == SIGWINCH)
		resized = 1;
	else
		ended = 1;
}

static double now(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (double)ts.tv_sec + (double)ts.tv_nsec / 1e9;
}

/* --- counting ---------------------------------------------------------------- */

struct snapshot_row {
	struct process_key key;
	struct process_stat stat;
};

static int compare_keys(const void *a, const void *b)
{
	const struct process_key *x = a, *y = b;

	if (x->tgid != y->tgid)
		return x->tgid < y->tgid ? -1 : 1;
	return x->start_ns == y->start_ns ? 0 :
	       x->start_ns < y->start_ns  ? -1 :
					    1;
}

static int compare_activity(const void *a, const void *b)
{
	const struct activity *x = a, *y = b;
	__u64 m = x->sum[FAULT_MINOR] + x->sum[FAULT_MAJOR];
	__u64 n = y->sum[FAULT_MINOR] + y->sum[FAULT_MAJOR];

	if (m != n)
		return m > n ? -1 : 1;
	return compare_keys(&x->key, &y->key);
}

/* what @new has more than @old, which may be NULL; whether it is anything */
static bool compare_stats(const struct process_stat *old,
			  const struct snapshot_row *new, struct activity *a)
{
	memset(a, 0, sizeof(*a));
	a->key = new->key;
	memcpy(a->comm, new->stat.comm, sizeof(a->comm));
	a->exited = new->stat.exited;
	a->ns = new->stat.ns - (old ? old->ns : 0);
	for (__u32 k = 0; k < NR_FAULT_KINDS; k++) {
		__u64 both = 0;

		for (size_t s = 0; s < NR_FAULT_SIZES; s++) {
			__u64 delta = new->stat.count[k][s] -
				      (old ? old->count[k][s] : 0);

			a->sum[s] += delta;
			both += delta;
		}
		if (both > a->kind_count) {
			a->kind_count = both;
			a->kind = k;
		}
	}
	return a->sum[FAULT_MINOR] || a->sum[FAULT_MAJOR];
}

static const struct process_stat *find_last(const struct top *t,
					    const struct process_key *key)
{
	const struct process_key *found;

	if (!t->nr)
		return NULL;
	found = bsearch(key, t->keys, t->nr, sizeof(*key), compare_keys);
	return found ? &t->stats[found - t->keys] : NULL;
}

/* keep this picture's numbers for the next, without those of dead processes */
static void remember(struct top *t, const struct snapshot_row *rows, size_t nr)
{
	t->keys = must(realloc(t->keys, (nr + 1) * sizeof(*t->keys)));
	t->stats = must(realloc(t->stats, (nr + 1) * sizeof(*t->stats)));
	t->nr = 0;
	for (size_t i = 0; i < nr; i++) {
		if (rows[i].stat.exited) {
			faults_forget(t->session, &rows[i].key);
			continue;
		}
		t->keys[t->nr] = rows[i].key;
		t->stats[t->nr++] = rows[i].stat;
	}
}

static int take_picture(struct top *t)
{
	struct fault_totals totals;
	struct process_key *keys;
	struct process_stat *stats;
	struct snapshot_row *rows;
	double time = now();
	size_t nr;
	int err;

	err = faults_totals(t->session, &totals);
	if (err)
		return err;
	err = faults_read(t->session, FAULTS_PROCESSES, (void **)&keys,
			  (void **)&stats, &nr);
	if (err)
		return err;
	rows = must(calloc(nr + 1, sizeof(*rows)));
	for (size_t i = 0; i < nr; i++) {
		rows[i].key = keys[i];
		rows[i].stat = stats[i];
	}
	free(keys);
	free(stats);
	if (nr)
		qsort(rows, nr, sizeof(*rows), compare_keys);

	t->active = must(realloc(t->active, (nr + 1) * sizeof(*t->active)));
	t->nr_active = 0;
	for (size_t i = 0; i < nr; i++)
		if (compare_stats(find_last(t, &rows[i].key), &rows[i],
				  &t->active[t->nr_active]))
			t->nr_active++;
	if (t->nr_active)
		qsort(t->active, t->nr_active, sizeof(*t->active),
		      compare_activity);
	for (size_t k = 0; k < NR_FAULT_KINDS; k++)
		for (size_t s = 0; s < NR_FAULT_SIZES; s++)
			t->kinds[k][s] =
				totals.count[k][s] - t->totals.count[k][s];
	fault_sum(t->kinds, t->sum);
	t->totals = totals;
	t->seconds = time - t->time;
	t->time = time;
	remember(t, rows, nr);
	free(rows);
	return 0;
}

/* --- showing ----------------------------------------------------------------- */

/* faults a second, with a digit after the point when there are few */
static void rate_text(const struct top *t, __u64 count, char text[static 24])
{
	double rate = (double)count / t->seconds;

	snprintf(text, 24, rate >= 10 || rate == 0 ? "%.0f" : "%.1f", rate);
}

static __u64 lost(const struct top *t)
{
	__u64 sum = 0;

	for (size_t l = 0; l < NR_FAULT_LOST; l++)
		sum += t->totals.lost[l];
	return sum;
}

/* the kinds of the interval, most frequent first, as far as they fit */
static void kinds_line(const struct top *t, char *line, size_t size, int width)
{
	bool shown[NR_FAULT_KINDS] = { false };
	size_t len = 0;

	line[0] = '\0';
	for (;;) {
		__u64 most = 0;
		unsigned int best = 0;
		char rate[24], word[64];
		int n;

		for (unsigned int k = 0; k < NR_FAULT_KINDS; k++) {
			__u64 both = t->kinds[k][FAULT_MINOR] +
				     t->kinds[k][FAULT_MAJOR];

			if (!shown[k] && both > most) {
				most = both;
				best = k;
			}
		}
		if (!most)
			return;
		shown[best] = true;
		rate_text(t, most, rate);
		n = snprintf(word, sizeof(word), "%s%s %s", len ? "  " : "",
			     fault_kind_name(best), rate);
		if (len + (size_t)n >= size ||
		    (width && len + (size_t)n > (size_t)width))
			return;
		memcpy(line + len, word, (size_t)n + 1);
		len += (size_t)n;
	}
}

/* one line, cut at the width of the terminal */
__attribute__((format(printf, 3, 4))) static void
put_line(const struct top *t, enum style style, const char *fmt, ...)
{
	char line[512];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(line, sizeof(line), fmt, ap);
	va_end(ap);
	if (t->columns && strlen(line) > (size_t)t->columns) {
		size_t end = (size_t)t->columns;

		/* not within a character of UTF-8 */
		while (end && ((unsigned char)line[end] & 0xc0) == 0x80)
			end--;
		line[end] = '\0';
	}
	printf("%s%s%s%s\n", style_on(t->cli->colour, style), line,
	       style_off(t->cli->colour, style), t->screen ? "\033[K" : "");
}

static void show_table(const struct top *t)
{
	char minor[24], major[24], line[512], time[TIME_TEXT_MAX];
	size_t rows = t->nr_active, space;

	if (t->screen)
		fputs("\033[H", stdout);
	rate_text(t, t->sum[FAULT_MINOR], minor);
	rate_text(t, t->sum[FAULT_MAJOR], major);
	put_line(t, STYLE_HEAD,
		 "vmlab top: %s minor, %s major a second; %zu processes%s",
		 minor, major, t->nr_active, t->screen ? "; q quits" : "");
	kinds_line(t, line, sizeof(line), t->columns);
	put_line(t, STYLE_PLAIN, "%s", line);
	if (lost(t))
		put_line(t, STYLE_WARN,
			 "Lost: %" PRIu64 " records; see 'vmlab faults --help'",
			 (uint64_t)lost(t));
	put_line(t, STYLE_HEAD, "%7s %9s %9s %9s %-10s %s", "PID", "MINOR/s",
		 "MAJOR/s", "TIME", "MOSTLY", "COMMAND");
	space = t->rows > 5 ? (size_t)t->rows - 5 : 1;
	if (t->screen && rows > space)
		rows = space;
	for (size_t i = 0; i < rows; i++) {
		const struct activity *a = &t->active[i];
		char *comm = must(format_safe(a->comm));

		rate_text(t, a->sum[FAULT_MINOR], minor);
		rate_text(t, a->sum[FAULT_MAJOR], major);
		put_line(t, a->sum[FAULT_MAJOR] ? STYLE_WARN : STYLE_PLAIN,
			 "%7u %9s %9s %9s %-10s %s%s", a->key.tgid, minor,
			 major, format_ns(a->ns, time),
			 fault_kind_name(a->kind), *comm ? comm : "-",
			 a->exited ? " (ended)" : "");
		free(comm);
	}
	if (t->screen)
		fputs("\033[J", stdout);
	else
		putchar('\n');
	fflush(stdout);
}

static void show_json(const struct top *t, struct json_doc *doc)
{
	json_t *picture = must(json_object()), *kinds = must(json_object());
	json_t *processes = must(json_array());

	json_put(picture, "seconds", json_real(t->seconds));
	json_put(picture, "minor", json_count(t->sum[FAULT_MINOR]));
	json_put(picture, "major", json_count(t->sum[FAULT_MAJOR]));
	json_put(picture, "lost", json_count(lost(t)));
	for (unsigned int k = 0; k < NR_FAULT_KINDS; k++) {
		__u64 both =
			t->kinds[k][FAULT_MINOR] + t->kinds[k][FAULT_MAJOR];

		if (both)
			json_put(kinds, fault_kind_name(k), json_count(both));
	}
	json_put(picture, "kinds", kinds);
	for (size_t i = 0; i < t->nr_active; i++) {
		const struct activity *a = &t->active[i];
		json_t *row = must(json_object());

		json_put(row, "pid", json_integer(a->key.tgid));
		json_put_name(row, "comm", a->comm);
		json_put(row, "minor", json_count(a->sum[FAULT_MINOR]));
		json_put(row, "major", json_count(a->sum[FAULT_MAJOR]));
		json_put(row, "ns", json_count(a->ns));
		json_put(row, "exited", json_boolean(a->exited));
		json_array_append_new(processes, row);
	}
	json_put(picture, "processes", processes);
	json_item(doc, picture);
	fflush(stdout);
}

/* --- the terminal ------------------------------------------------------------ */

static void measure_screen(struct top *t)
{
	struct winsize size;

	t->rows = 24;
	t->columns = 80;
	if (!ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) && size.ws_row &&
	    size.ws_col) {
		t->rows = size.ws_row;
		t->columns = size.ws_col;
	}
}

static void open_screen(struct top *t)
{
	struct termios raw;

	if (tcgetattr(STDIN_FILENO, &t->saved)) {
		t->screen = false;
		return;
	}
	raw = t->saved;
	raw.c_lflag &= ~(tcflag_t)(ICANON | ECHO);
	raw.c_cc[VMIN] = 0;
	raw.c_cc[VTIME] = 0;
	tcsetattr(STDIN_FILENO, TCSANOW, &raw);
	/* the alternate screen, without a cursor: what was there comes back */
	fputs("\033[?1049h\033[?25l\033[2J", stdout);
	measure_screen(t);
}

static void close_screen(const struct top *t)
{
	if (!t->screen)
		return;
	fputs("\033[?25h\033[?1049l", stdout);
	fflush(stdout);
	tcsetattr(STDIN_FILENO, TCSANOW, &t->saved);
}

/* until the next picture is due, or a key or a signal says to end */
static void wait_until(struct top *t, double when)
{
	struct pollfd keyboard = { .fd = t->screen ? STDIN_FILENO : -1,
				   .events = POLLIN };

	while (!ended) {
		double left = when - now();
		char key;

		if (resized) {
			resized = 0;
			measure_screen(t);
			fputs("\033[2J", stdout);
			show_table(t);
		}
		if (left <= 0)
			return;
		if (poll(&keyboard, 1, (int)(left * 1000) + 1) <= 0)
			continue;
		if (read(STDIN_FILENO, &key, 1) != 1) {
			/* the terminal is gone */
			ended = 1;
			return;
		}
		if (key == 'q' || key == 'Q')
			ended = 1;
	}
}

static void catch_signals(void)
{
	struct sigaction action = { .sa_handler = on_signal };

	sigaction(SIGINT, &action, NULL);
	sigaction(SIGTERM, &action, NULL);
	sigaction(SIGHUP, &action, NULL);
	sigaction(SIGWINCH, &action, NULL);
}

static int watch(struct top *t)
{
	struct json_doc doc;
	double next;
	int err;

	/* those that fault before the first picture are in it */
	t->time = now();
	next = t->time + t->delay;
	if (t->cli->json) {
		json_begin(&doc, stdout);
		json_array_begin(&doc, "pictures");
	}
	for (uint64_t i = 0; !t->count || i < t->count; i++) {
		wait_until(t, next);
		if (ended)
			break;
		err = take_picture(t);
		if (err)
			return err;
		if (t->cli->json)
			show_json(t, &doc);
		else
			show_table(t);
		if (ferror(stdout))
			break;
		next += t->delay;
		if (next < now())
			next = now() + t->delay;
	}
	if (t->cli->json) {
		json_array_end(&doc);
		json_end(&doc);
	}
	return 0;
}

static int run(struct cli *cli, int argc, char **argv)
{
	struct top t = { .cli = cli, .delay = 1 };
	struct faults_options o = { .everybody = true };
	bool batch = false;
	char *end;
	int c, err;

	while ((c = cli_option(cli, options, argc, argv)) != CLI_END) {
		switch (c) {
		case 'd':
			t.delay = strtod(optarg, &end);
			if (end == optarg || *end || !(t.delay >= 0.1) ||
			    t.delay > 3600)
				return cli_usage(cli, "--delay=%s: give seconds, "
						 "from 0.1 to 3600", optarg);
			break;
		case 'n':
			if (parse_u64(optarg, &t.count) || !t.count)
				return cli_usage(cli,
						 "--count=%s: give a number",
						 optarg);
			break;
		case 'p':
			if (parse_pid(optarg, &o.pid) || !o.pid)
				return cli_usage(cli, "--pid=%s: give a process "
						 "id, see ps(1)", optarg);
			o.everybody = false;
			o.follow = true;
			break;
		case OPT_BATCH:
			batch = true;
			break;
		case OPT_VERBOSE:
			o.verbose = true;
			break;
		default:
			return cli->exit_code;
		}
	}
	if (o.pid && kill(o.pid, 0) && errno == ESRCH) {
		cli_error("there is no process %d: see ps(1)", o.pid);
		return EXIT_NO_PROCESS;
	}
	err = faults_open(&t.session, &o);
	if (err)
		return err;
	catch_signals();
	t.screen = !batch && !cli->json && isatty(STDOUT_FILENO) &&
		   isatty(STDIN_FILENO);
	if (t.screen)
		open_screen(&t);
	err = watch(&t);
	close_screen(&t);
	faults_close(t.session);
	free(t.keys);
	free(t.stats);
	free(t.active);
	return err ? cli_error("cannot read the counters: %s", strerror(-err)) :
		     EXIT_OK;
}

static const char help[] =
	"MINOR/s, MAJOR/s  page faults a second, in the last interval\n"
	"TIME              that the kernel spent on them in the interval\n"
	"MOSTLY            their most frequent kind; the second line has the kinds of all\n"
	"\n"
	"Processes without a fault in the interval are not shown; one that has ended is\n"
	"shown once more.  On a terminal the picture fits it, and q quits.  Otherwise, and\n"
	"with --batch, tables follow one another; --json has one object for each interval.\n"
	"Needs root, and a kernel with BTF; not the vmlab module.\n"
	"\n"
	"Example: ten seconds, for a file\n"
	"  vmlab top --batch --count 10 >faults.txt\n";

const struct command cmd_top = {
	.name = "top",
	.summary = "show who has page faults, second by second",
	.help = help,
	.options = options,
	.run = run,
};

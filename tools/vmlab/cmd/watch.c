// SPDX-License-Identifier: GPL-2.0
/* vmlab watch: what happens to a process's VMAs, as it happens. */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "cli/cli.h"
#include "show/vma_event.h"
#include "show/json.h"
#include "model/xalloc.h"
#include "cli/parse.h"
#include "model/diff.h"

enum { OPT_RSS = 0x100 };

static const struct option_spec options[] = {
	{ "interval", 'i', "SECONDS", NULL,
	  "time between two looks (default 1; 0.01 to 3600)" },
	{ "count", 'n', "N", NULL, "end after N looks (default: never)" },
	{ "rss", OPT_RSS, NULL, NULL,
	  "tell changes of resident memory too: reads the page tables each time" },
	{ 0 },
};

static volatile sig_atomic_t interrupted;

static void on_signal(int sig)
{
	(void)sig;
	interrupted = 1;
}

/* seconds with at most 3 digits after the point */
static int parse_interval(const char *s, struct timespec *interval)
{
	const char *point = strchr(s, '.');
	char whole[16] = "0", part[4] = "000";
	size_t len = point ? (size_t)(point - s) : strlen(s);
	uint64_t seconds, ms;

	if (!len || len >= sizeof(whole))
		return -EINVAL;
	memcpy(whole, s, len);
	whole[len] = '\0';
	if (point) {
		len = strlen(point + 1);
		if (!len || len > 3)
			return -EINVAL;
		memcpy(part, point + 1, len);
	}
	for (const char *p = whole; *p; p++)
		if (*p < '0' || *p > '9')
			return -EINVAL;
	for (const char *p = part; *p; p++)
		if (*p < '0' || *p > '9')
			return -EINVAL;
	seconds = strtoull(whole, NULL, 10);
	ms = strtoull(part, NULL, 10);
	if (seconds > 3600 || seconds * 1000 + ms < 10)
		return -ERANGE;
	interval->tv_sec = (time_t)seconds;
	interval->tv_nsec = (long)ms * 1000000;
	return 0;
}

static void stamp(uint64_t time_ns, char buf[static 32])
{
	time_t seconds = (time_t)(time_ns / 1000000000u);
	struct tm tm;
	size_t len;

	localtime_r(&seconds, &tm);
	len = strftime(buf, 16, "%H:%M:%S", &tm);
	snprintf(buf + len, 16, ".%03u",
		 (unsigned int)(time_ns / 1000000u % 1000u));
}

static void print_line(json_t *o)
{
	char *text = check_alloc(json_dumps(o, 0));

	puts(text);
	free(text);
	json_decref(o);
}

static json_t *line(const char *event, const struct snapshot *snap)
{
	json_t *o = json_object();

	json_put(o, "event", json_string(event));
	json_put(o, "time_ns", json_count(snap->time_ns));
	json_put(o, "pid", json_integer(snap->pid));
	return o;
}

static void print_start(const struct cli *cli, const struct snapshot *snap)
{
	char time[32];
	json_t *o;

	if (cli->json) {
		o = line("start", snap);
		json_put_name(o, "comm", snap->comm);
		json_put(o, "map_count", json_count(snap->nr));
		print_line(o);
		return;
	}
	stamp(snap->time_ns, time);
	printf("%s  watching %d: %zu VMAs\n", time, snap->pid, snap->nr);
}

static void print_end(const struct cli *cli, const struct snapshot *snap)
{
	char time[32];
	struct timespec now;
	uint64_t ns;

	clock_gettime(CLOCK_REALTIME, &now);
	ns = (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
	if (cli->json) {
		json_t *o = line("exit", snap);

		json_put(o, "time_ns", json_count(ns));
		print_line(o);
		return;
	}
	stamp(ns, time);
	printf("%s  process %d has exited\n", time, snap->pid);
}

static void print_events(const struct cli *cli, const struct snapshot *a,
			 const struct snapshot *b)
{
	struct vma_events events;
	char time[32], indent[40];

	vma_diff(a, b, &events);
	stamp(b->time_ns, time);
	snprintf(indent, sizeof(indent), "%s  ", time);
	for (size_t i = 0; i < events.nr; i++) {
		if (cli->json) {
			json_t *o = event_json(&events.event[i], a, b);

			json_put(o, "time_ns", json_count(b->time_ns));
			json_put(o, "pid", json_integer(b->pid));
			print_line(o);
		} else {
			event_print(stdout, &events.event[i], a, b, indent,
				    cli->colour);
		}
	}
	vma_events_free(&events);
}

struct watch {
	const struct cli *cli;
	struct vmlab *lab;
	struct vmlab_proc *proc;
	struct timespec interval;
	uint64_t count; /* looks; 0 for no end */
	bool rss;
};

/* 0, 1 when it ended, or a negative errno */
static int look(struct watch *w, struct snapshot *last)
{
	struct snapshot now;
	int err = snapshot_take(w->lab, w->proc, w->rss, &now);

	if (err) {
		snapshot_free(&now);
		if (err != -ESRCH)
			return err;
		print_end(w->cli, last);
		fflush(stdout);
		return 1;
	}
	print_events(w->cli, last, &now);
	fflush(stdout);
	snapshot_free(last);
	*last = now;
	/* a reader that has gone ends the stream */
	return ferror(stdout) ? 1 : 0;
}

static int watch(struct watch *w, pid_t pid)
{
	struct sigaction stop = { .sa_handler = on_signal };
	struct snapshot last;
	struct timespec next;
	int err;

	err = snapshot_take(w->lab, w->proc, w->rss, &last);
	if (err) {
		snapshot_free(&last);
		return cli_fail(err, VMLAB_ABOUT_PROCESS, pid);
	}
	sigaction(SIGINT, &stop, NULL);
	sigaction(SIGTERM, &stop, NULL);
	print_start(w->cli, &last);
	fflush(stdout);

	clock_gettime(CLOCK_MONOTONIC, &next);
	for (uint64_t i = 0; !err && !interrupted; i++) {
		if (w->count && i == w->count)
			break;
		next.tv_sec += w->interval.tv_sec;
		next.tv_nsec += w->interval.tv_nsec;
		if (next.tv_nsec >= 1000000000) {
			next.tv_sec++;
			next.tv_nsec -= 1000000000;
		}
		while (!interrupted &&
		       clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &next,
				       NULL) == EINTR)
			;
		if (!interrupted)
			err = look(w, &last);
	}
	snapshot_free(&last);
	return err < 0 ? cli_fail(err, VMLAB_ABOUT_PROCESS, pid) : EXIT_OK;
}

static int run(struct cli *cli, int argc, char **argv)
{
	struct watch w = { .cli = cli, .interval = { .tv_sec = 1 } };
	pid_t pid;
	int c, err;

	while ((c = cli_option(cli, options, argc, argv)) != CLI_END) {
		switch (c) {
		case 'i':
			if (parse_interval(optarg, &w.interval))
				return cli_usage(cli, "--interval=%s: give "
						 "seconds from 0.01 to 3600",
						 optarg);
			break;
		case 'n':
			if (parse_u64(optarg, &w.count) || !w.count)
				return cli_usage(cli, "--count=%s: give a "
						 "number above 0", optarg);
			break;
		case OPT_RSS:
			w.rss = true;
			break;
		default:
			return cli->exit_code;
		}
	}
	err = cli_open_proc(cli, argv[optind], &w.lab, &w.proc, &pid);
	if (err)
		return err;
	if (w.rss)
		err = cli_need_pgtable(w.lab);
	if (!err)
		err = watch(&w, pid);
	vmlab_proc_close(w.proc);
	vmlab_close(w.lab);
	return err;
}

static const char help[] =
	"PID is a process or thread id.  Any other than self needs root, or CAP_SYS_PTRACE\n"
	"in the user namespace of the process's mm.\n"
	"\n"
	"Looks at the VMAs again and again and tells what changed between two looks, with\n"
	"the time of the second; 'vmlab diff --help' says what the events mean.  What comes\n"
	"and goes between two looks is not seen.  Ends when the process exits, with exit\n"
	"code 0, after --count looks, or at an interrupt.\n"
	"\n"
	"With --json each line is one object, fit for a pipe: first \"event\": \"start\", at\n"
	"the exit of the process \"exit\".\n"
	"\n"
	"Example: malloc of a large block as it happens\n"
	"  vmlab watch $PID --interval 0.1\n";

const struct command cmd_watch = {
	.name = "watch",
	.operands = "PID",
	.operand = OPERAND_PID,
	.nr_operands = 1,
	.summary = "show what happens to the VMAs of a process, live",
	.help = help,
	.options = options,
	.run = run,
};

// SPDX-License-Identifier: GPL-2.0
/*
 * vmlab top on a terminal: the picture fits and follows the size, q and ^C end
 * the program, ^Z stops it, and it restores the terminal.
 */
#include <fcntl.h>
#include <poll.h>
#include <pty.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <termios.h>
#include <time.h>
#include <unistd.h>
#include <utmp.h>

#include "lib/tap.h"

#define HOME	    "\033[H"
#define BELOW	    "\033[J"
#define SHOW_CURSOR "\033[?25h"
#define OLD_SCREEN  "\033[?1049l"

enum { PATIENCE = 120 };	/* seconds to wait for output */

struct session {
	pid_t pid;	/* of the leader of the session */
	pid_t job;	/* of the program */
	int terminal;	/* the end of this test */
	int theirs;	/* the end of vmlab, kept open to read its settings */
	struct termios before;
	char seen[1 << 20];
	size_t len;
};

static void set_size(const struct session *s, int rows, int columns)
{
	struct winsize size = {
		.ws_row = (unsigned short)rows,
		.ws_col = (unsigned short)columns,
	};

	if (ioctl(s->terminal, TIOCSWINSZ, &size))
		bail("TIOCSWINSZ: %s", strerror(errno));
}

/* Run a program in a job of its own, as a shell does; write its pid to @report. */
static void run_job(char *const *argv, int report)
{
	int status;
	pid_t pid = fork();

	if (!pid) {
		setpgid(0, 0);
		/* until the shell has made it the foreground job */
		while (tcgetpgrp(STDIN_FILENO) != getpid())
			usleep(1000);
		execvp(argv[0], argv);
		_exit(127);
	}
	setpgid(pid, pid);
	tcsetpgrp(STDIN_FILENO, pid);
	if (write(report, &pid, sizeof(pid)) != sizeof(pid) ||
	    waitpid(pid, &status, 0) != pid)
		_exit(126);
	_exit(WIFEXITED(status) ? WEXITSTATUS(status) : 125);
}

static void start(struct session *s, int rows, int columns, const char *delay)
{
	char option[32];
	char *const argv[] = { "vmlab", "top", option, "--color=never", NULL };
	int job[2];

	snprintf(option, sizeof(option), "--delay=%s", delay);
	memset(s, 0, sizeof(*s));
	if (openpty(&s->terminal, &s->theirs, NULL, NULL, NULL))
		bail("openpty: %s", strerror(errno));
	set_size(s, rows, columns);
	if (tcgetattr(s->theirs, &s->before))
		bail("tcgetattr: %s", strerror(errno));
	if (pipe(job))
		bail("pipe: %s", strerror(errno));
	s->pid = fork();
	if (s->pid < 0)
		bail("fork: %s", strerror(errno));
	if (!s->pid) {
		close(s->terminal);
		login_tty(s->theirs);
		/* the sequences above are those of xterm */
		setenv("TERM", "xterm", 1);
		run_job(argv, job[1]);
	}
	close(job[1]);
	if (read(job[0], &s->job, sizeof(s->job)) != sizeof(s->job))
		bail("the program has not started");
	close(job[0]);
}

static void forget(struct session *s)
{
	s->len = 0;
	s->seen[0] = '\0';
}

/* Keep what follows @text: it can be the beginning of the next picture. */
static void forget_through(struct session *s, const char *text)
{
	char *rest = strstr(s->seen, text) + strlen(text);

	s->len = strlen(rest);
	memmove(s->seen, rest, s->len + 1);
}

static bool has_ended(const struct session *s)
{
	siginfo_t info = { 0 };

	return !waitid(P_PID, (id_t)s->pid, &info,
		       WEXITED | WNOHANG | WNOWAIT) && info.si_pid;
}

/* Read until @text appears; false when it does not, or the program ends. */
static bool wait_for(struct session *s, const char *text)
{
	struct pollfd poll_for = { .fd = s->terminal, .events = POLLIN };
	time_t end = time(NULL) + PATIENCE;

	while (!strstr(s->seen, text)) {
		bool last = has_ended(s);
		ssize_t got;

		if (s->len > sizeof(s->seen) / 2)
			forget(s);
		if (poll(&poll_for, 1, last ? 0 : 1000) <= 0) {
			if (last || time(NULL) > end)
				return false;
			continue;
		}
		got = read(s->terminal, s->seen + s->len,
			   sizeof(s->seen) - 1 - s->len);
		if (got <= 0)
			return false;
		s->len += (size_t)got;
		s->seen[s->len] = '\0';
	}
	return true;
}

/* Read a complete picture, as lines without control sequences. */
static bool last_picture(struct session *s, char *picture, size_t size)
{
	char *from = NULL, *to = NULL;
	size_t len = 0;

	forget(s);
	/* The rest of a picture, one that can be older than this call, a new one. */
	for (int i = 0; i < 2; i++) {
		if (!wait_for(s, BELOW))
			return false;
		forget_through(s, BELOW);
	}
	if (!wait_for(s, BELOW))
		return false;
	to = strstr(s->seen, BELOW);
	for (char *p = s->seen; (p = strstr(p, HOME)) && p < to; p++)
		from = p;
	if (!from)
		return false;
	for (char *p = from + strlen(HOME); p < to && len + 1 < size; p++) {
		if (*p == '\r')
			continue;
		if (*p == '\033') {
			p += strcspn(p, "KJHm");
			continue;
		}
		picture[len++] = *p;
	}
	picture[len] = '\0';
	return true;
}

static void check_picture(struct session *s, int rows, int columns)
{
	char picture[1 << 16] = "", *rest = NULL, *line;
	size_t widest = 0, lines = 0;

	if (!ok(last_picture(s, picture, sizeof(picture)),
		"a picture on %d by %d", columns, rows))
		return;
	ok(!strncmp(picture, "vmlab top: ", 11), "the picture begins with a title");
	for (line = strtok_r(picture, "\n", &rest); line;
	     line = strtok_r(NULL, "\n", &rest)) {
		size_t width = strlen(line);

		lines++;
		if (width > widest)
			widest = width;
	}
	ok(widest <= (size_t)columns, "its widest line has %zu columns",
	   widest);
	ok(lines >= 3 && lines < (size_t)rows, "it has %zu lines", lines);
}

/* Return whether the terminal has the settings that it had before the program. */
static bool has_settings(const struct session *s)
{
	struct termios after;

	if (tcgetattr(s->theirs, &after))
		bail("tcgetattr: %s", strerror(errno));
	return after.c_lflag == s->before.c_lflag &&
	       after.c_iflag == s->before.c_iflag &&
	       after.c_oflag == s->before.c_oflag &&
	       !memcmp(after.c_cc, s->before.c_cc, sizeof(after.c_cc));
}

/* Return the state of the program, as ps(1) shows it. */
static char state_of(const struct session *s)
{
	char path[64], line[512] = "", *state;
	FILE *stat;

	snprintf(path, sizeof(path), "/proc/%d/stat", s->job);
	stat = fopen(path, "r");
	if (!stat)
		return '?';
	if (!fgets(line, sizeof(line), stat))
		line[0] = '\0';
	fclose(stat);
	state = strrchr(line, ')');
	return state && state[1] ? state[2] : '?';
}

/* ^Z restores the terminal and stops the program; SIGCONT continues it. */
static void check_stop(struct session *s)
{
	bool left;

	forget(s);
	if (write(s->terminal, "\032", 1) != 1)
		bail("write: %s", strerror(errno));
	left = wait_for(s, OLD_SCREEN);
	ok(left && strstr(s->seen, SHOW_CURSOR),
	   "^Z: the old screen and the cursor come back");
	for (int i = 0; i < PATIENCE * 10 && state_of(s) != 'T'; i++)
		usleep(100000);
	ok(state_of(s) == 'T', "^Z: the program is stopped");
	ok(has_settings(s), "^Z: the terminal has its settings again");
	forget(s);
	kill(s->job, SIGCONT);
	ok(wait_for(s, "\033[?1049h"), "SIGCONT: it takes the terminal again");
	check_picture(s, 8, 44);
	ok(!has_settings(s), "SIGCONT: with settings of its own");
}

/* End the program and test the state of the terminal. */
static void check_end(struct session *s, const char *how)
{
	bool shown, left;
	int status = -1;

	forget(s);
	if (write(s->terminal, how, 1) != 1)
		bail("write: %s", strerror(errno));
	left = wait_for(s, OLD_SCREEN);
	shown = strstr(s->seen, SHOW_CURSOR);
	ok(left && shown, "the old screen and the cursor are restored");
	waitpid(s->pid, &status, 0);
	ok(WIFEXITED(status) && WEXITSTATUS(status) == 0,
	   "exit status 0 (%#x)", status);
	ok(has_settings(s), "the settings of the terminal are restored");
	close(s->terminal);
	close(s->theirs);
}

/* A change of the size before the first interval has ended shows no numbers. */
static void check_early_resize(void)
{
	static struct session s;

	start(&s, 24, 80, "3");
	if (!ok(wait_for(&s, "\033[?1049h"), "a terminal that is resized early"))
		return;
	forget(&s);
	set_size(&s, 20, 70);
	ok(wait_for(&s, BELOW), "it shows the first picture");
	ok(!strstr(s.seen, "nan") && !strstr(s.seen, "inf"),
	   "all its numbers are numbers");
	check_end(&s, "q");
}

/* Fork a process that faults, and return its pid. */
static pid_t make_faults(void)
{
	const size_t size = 64 * 4096;
	struct timespec nap = { .tv_nsec = 10 * 1000 * 1000 };
	char *p = mmap(NULL, size, PROT_READ | PROT_WRITE,
		       MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	pid_t pid = fork();

	if (p == MAP_FAILED || pid < 0)
		bail("a process that faults: %s", strerror(errno));
	if (pid)
		return pid;
	for (;;) {
		memset(p, 1, size);
		madvise(p, size, MADV_DONTNEED);
		nanosleep(&nap, NULL);
	}
}

int main(void)
{
	const char *full = getenv("VMLAB_FULL");
	static struct session s;
	pid_t child;

	if (!full || !*full || access("/sys/kernel/btf/vmlinux", R_OK)) {
		skip(full && *full ? "this kernel has no BTF" :
				     "only with VMLAB_FULL=1",
		     "vmlab top");
		return tap_done();
	}
	child = make_faults();
	start(&s, 24, 80, "0.5");
	if (!ok(wait_for(&s, "\033[?1049h"), "top uses the alternate screen"))
		return tap_done();
	check_picture(&s, 24, 80);
	set_size(&s, 8, 44);
	check_picture(&s, 8, 44);
	check_stop(&s);
	check_end(&s, "q");

	start(&s, 12, 100, "0.5");
	if (!ok(wait_for(&s, "\033[?1049h"), "a second time"))
		return tap_done();
	check_picture(&s, 12, 100);
	check_end(&s, "\003");
	check_early_resize();
	kill(child, SIGKILL);
	waitpid(child, NULL, 0);
	return tap_done();
}

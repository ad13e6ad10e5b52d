// SPDX-License-Identifier: GPL-2.0
#include "child.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <setjmp.h>
#include <signal.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "tap.h"

pid_t spawn(int (*fn)(void *arg), void *arg)
{
	pid_t parent = getpid();
	pid_t pid = fork();

	if (pid < 0)
		bail("fork: %s", strerror(errno));
	if (pid)
		return pid;
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	/* The parent may be dead already; 0: it is outside the PID namespace. */
	if (getppid() != parent && getppid() != 0)
		_exit(1);
	_exit(fn(arg));
}

static pid_t wait_for(pid_t pid, int *status, int options)
{
	pid_t got;

	do {
		got = waitpid(pid, status, options);
	} while (got < 0 && errno == EINTR);
	return got;
}

bool wait_stopped(pid_t pid, int *status)
{
	int ws = 0;

	if (wait_for(pid, &ws, WUNTRACED) != pid)
		bail("waitpid: %s", strerror(errno));
	if (status)
		*status = ws;
	return WIFSTOPPED(ws);
}

static int exit_result(int ws)
{
	return WIFEXITED(ws) ? WEXITSTATUS(ws) : 128 + WTERMSIG(ws);
}

int reap(pid_t pid)
{
	int ws = 0;

	if (wait_for(pid, &ws, 0) != pid)
		return -1;
	return exit_result(ws);
}

int kill_and_reap(pid_t pid)
{
	kill(pid, SIGKILL);
	return reap(pid);
}

bool reap_in_time(pid_t pid, int *result)
{
	const unsigned long long end = now_ms() + HANG_MS;
	int ws = 0;
	pid_t got;

	do {
		got = wait_for(pid, &ws, WNOHANG);
		if (got == pid)
			*result = exit_result(ws);
		if (got)
			return got == pid;
		msleep(10);
	} while (now_ms() < end);
	return false;
}

void drop_output(void)
{
	int fd = open("/dev/null", O_WRONLY | O_CLOEXEC);

	if (fd < 0 || dup2(fd, 1) < 0 || dup2(fd, 2) < 0)
		_exit(1);
	close(fd);
}

struct bounded {
	int (*fn)(void *arg);
	void *arg;
};

static int without_output(void *arg)
{
	struct bounded *bounded = arg;

	drop_output();
	return bounded->fn(bounded->arg);
}

int run_bounded(int (*fn)(void *arg), void *arg)
{
	struct bounded bounded = { .fn = fn, .arg = arg };
	pid_t pid = spawn(without_output, &bounded);
	int result;

	if (reap_in_time(pid, &result))
		return result;
	kill(pid, SIGKILL);
	return reap_in_time(pid, &result) ? RUN_KILLED : RUN_STUCK;
}

void stop_self(void)
{
	raise(SIGSTOP);
}

static _Thread_local sigjmp_buf touch_env;
static _Thread_local volatile sig_atomic_t touching;
static _Thread_local volatile int touch_code;

static void on_fault(int sig, siginfo_t *info, void *context)
{
	(void)context;
	if (!touching) {
		/* No access of touch(): let the signal kill the program. */
		signal(sig, SIG_DFL);
		return;
	}
	touch_code = info->si_code;
	siglongjmp(touch_env, sig);
}

static void install_handlers(void)
{
	struct sigaction action = {
		.sa_sigaction = on_fault,
		.sa_flags = SA_SIGINFO | SA_NODEFER,
	};

	sigemptyset(&action.sa_mask);
	sigaction(SIGSEGV, &action, NULL);
	sigaction(SIGBUS, &action, NULL);
}

static void catch_faults(void)
{
	static pthread_once_t once = PTHREAD_ONCE_INIT;

	pthread_once(&once, install_handlers);
}

int touch(volatile char *p, enum touch how, char value, int *code)
{
	int sig;

	catch_faults();
	touching = 1;
	sig = sigsetjmp(touch_env, 0);
	if (!sig) {
		if (how == TOUCH_WRITE)
			*p = value;
		else
			(void)*p;
	} else if (code) {
		*code = touch_code;
	}
	touching = 0;
	return sig;
}

int touch_load(volatile char *p, char *value)
{
	int sig;

	catch_faults();
	touching = 1;
	sig = sigsetjmp(touch_env, 0);
	if (!sig)
		*value = *p;
	touching = 0;
	return sig;
}

void msleep(unsigned int ms)
{
	struct timespec ts = {
		.tv_sec = ms / 1000,
		.tv_nsec = (long)(ms % 1000) * 1000000,
	};

	while (nanosleep(&ts, &ts) && errno == EINTR)
		;
}

unsigned long long now_ms(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (unsigned long long)ts.tv_sec * 1000 +
	       (unsigned long long)ts.tv_nsec / 1000000;
}

void wait_until(bool (*done)(void *arg), void *arg)
{
	const unsigned int slice = 100, patience = 60 * 1000;

	for (unsigned int ms = 0; ms < patience && !done(arg); ms += slice)
		msleep(slice);
}

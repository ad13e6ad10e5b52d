// SPDX-License-Identifier: GPL-2.0
/*
 * faultcase NAME [PAGES]: provoke faults of one kind on PAGES pages.
 * faultcase each NAME[=PAGES]...: run each case in a process of its own, one
 * after the other; print "NAME PID STATUS MINOR MAJOR" for each, from wait4(2),
 * after "child PID" when it forked and 0xADDRESS when it expects a signal.
 *
 * The exit status is 77, with a message, when the kernel lacks what a case needs.
 */
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "faults/cases/case.h"

static const struct {
	const char *name;
	void (*run)(void);
} cases[] = {
	{ "nothing", NULL },
#define CASE(name, function) { name, case_##function },
	CASES(CASE)
#undef CASE
};

static bool run_case(const char *name)
{
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		if (strcmp(cases[i].name, name))
			continue;
		/* A count by command then leaves out the start of the program. */
		prctl(PR_SET_NAME, name);
		if (cases[i].run)
			cases[i].run();
		return true;
	}
	return false;
}

/* Fork without exec(2), which is the slowest part on an emulated debug kernel. */
static int each(char **names)
{
	for (; *names; names++) {
		char *number = strchr(*names, '=');
		struct rusage usage;
		int status;
		pid_t pid;

		if (number)
			*number = '\0';
		pid = fork();
		if (pid < 0)
			die("fork");
		if (!pid) {
			if (number)
				pages = strtoul(number + 1, NULL, 0);
			exit(run_case(*names) ? 0 : 2);
		}
		if (wait4(pid, &status, 0, &usage) < 0)
			die("wait4");
		printf("%s %d %d %ld %ld\n", *names, pid, status,
		       usage.ru_minflt, usage.ru_majflt);
		fflush(stdout);
	}
	return 0;
}

int main(int argc, char **argv)
{
	if (argc > 2 && !strcmp(argv[1], "each"))
		return each(argv + 2);
	if (argc > 2)
		pages = strtoul(argv[2], NULL, 0);
	if (argc > 1 && run_case(argv[1]))
		return 0;
	fputs("usage: faultcase CASE [PAGES]; the cases are\n", stderr);
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		fprintf(stderr, "  %s\n", cases[i].name);
	return 2;
}

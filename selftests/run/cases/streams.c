// SPDX-License-Identifier: GPL-2.0
/* FILEs of a process with threads that forks. */
#include <pthread.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "lib/page.h"
#include "run/cases/cases.h"

static FILE *file;
static volatile bool stop;
static volatile unsigned long lines;

static void *print(void *arg)
{
	(void)arg;
	while (!stop) {
		flockfile(file);
		fprintf(file, "line %lu ", lines);
		fprintf(file, "of the file\n");
		lines++;
		funlockfile(file);
	}
	return NULL;
}

/* A thread prints all the while: no line is damaged, and no lock is lost. */
void case_streams(void)
{
	char line[128], want[128];
	pthread_t threads[2];

	file = tmpfile();
	must(file);
	for (int i = 0; i < 2; i++)
		must(!pthread_create(&threads[i], NULL, print, NULL));
	for (int i = 0; i < 25; i++) {
		pid_t pid = fork();

		if (!pid) {
			FILE *own = fopen("/dev/null", "w");

			/* A thread that has the lock is not in the child. */
			flockfile(file);
			funlockfile(file);
			must(own && fprintf(own, "x") == 1 && !fclose(own));
			must(!fflush(stdout));
			_exit(0);
		}
		must_exit(pid, 0);
	}
	stop = true;
	for (int i = 0; i < 2; i++)
		must(!pthread_join(threads[i], NULL));
	must(!fflush(NULL));
	rewind(file);
	for (unsigned long i = 0; i < lines; i++) {
		snprintf(want, sizeof(want), "line %lu of the file\n", i);
		must(fgets(line, sizeof(line), file));
		must(!strcmp(line, want));
	}
	must(!fgets(line, sizeof(line), file));
	must(!fclose(file));
}

static void *idle(void *arg)
{
	while (!stop)
		usleep(1000);
	return arg;
}

/* In the child, all FILEs are there, and can be used and closed. */
void case_streams_in_child(void)
{
	FILE *files[20];
	char *text = NULL;
	size_t len = 0;
	pthread_t t;
	pid_t pid;

	must(!pthread_create(&t, NULL, idle, NULL));
	for (int i = 0; i < 20; i++) {
		files[i] = i % 2 ? tmpfile() : open_memstream(&text, &len);
		must(files[i] && fprintf(files[i], "%d", i) > 0);
	}
	pid = fork();
	if (!pid) {
		must(!fflush(NULL));
		for (int i = 0; i < 20; i++)
			must(fprintf(files[i], "more") == 4 && !fclose(files[i]));
		files[0] = fopen("/dev/null", "w");
		must(files[0]);
		exit(2);
	}
	must_exit(pid, 2);
	for (int i = 0; i < 20; i++)
		must(fprintf(files[i], "more") == 4 && !fclose(files[i]));
	stop = true;
	must(!pthread_join(t, NULL));
}

/* exit(3) writes what is left in buffers. */
void case_exit_flushes(void)
{
	char name[] = "/tmp/vmlab-run-XXXXXX", line[64] = "";
	pthread_t t;
	pid_t pid;

	must(close(mkstemp(name)) == 0);
	must(!pthread_create(&t, NULL, idle, NULL));
	pid = fork();
	if (!pid) {
		file = fopen(name, "w");
		must(file && fprintf(file, "in a buffer") == 11);
		pid = fork();
		if (!pid)
			_exit(0);
		must_exit(pid, 0);
		exit(0);
	}
	must_exit(pid, 0);
	file = fopen(name, "r");
	must(file && fgets(line, sizeof(line), file) && !strcmp(line, "in a buffer"));
	unlink(name);
	stop = true;
	must(!pthread_join(t, NULL));
}

// SPDX-License-Identifier: GPL-2.0
/*
 * A process with one page of anonymous memory, which does what the lines of its standard
 * input say: read, write, pageout, fork.  After fork, "child LINE" tells the child to do it.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

static volatile char *page;

static void serve(FILE *in, FILE *out);

/* Fork; the child reads @to, and answers through @from. */
static pid_t make_child(FILE **to, FILE **from)
{
	int down[2], up[2];
	pid_t pid;

	if (pipe(down) || pipe(up) || (pid = fork()) < 0)
		exit(1);
	if (!pid) {
		close(down[1]);
		serve(fdopen(down[0], "r"), fdopen(up[1], "w"));
		_exit(0);
	}
	close(down[0]);
	close(up[1]);
	*to = fdopen(down[1], "w");
	*from = fdopen(up[0], "r");
	return pid;
}

static void serve(FILE *in, FILE *out)
{
	char line[64], answer[64];
	FILE *to = NULL, *from = NULL;

	while (fgets(line, sizeof(line), in)) {
		if (!strcmp(line, "read\n")) {
			fprintf(out, "read %d\n", page[0]);
		} else if (!strcmp(line, "write\n")) {
			page[0]++;
			fprintf(out, "wrote %d\n", page[0]);
		} else if (!strcmp(line, "pageout\n")) {
			madvise((void *)page, 4096, MADV_PAGEOUT);
			fprintf(out, "asked the kernel to page it out\n");
		} else if (!strcmp(line, "fork\n")) {
			fprintf(out, "child %d\n", make_child(&to, &from));
		} else if (!strncmp(line, "child ", 6) && to) {
			fprintf(to, "%s", line + 6);
			fflush(to);
			fprintf(out, "%s", fgets(answer, sizeof(answer), from));
		}
		fflush(out);
	}
}

int main(void)
{
	page = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (page == MAP_FAILED)
		return 1;
	printf("%lx\n", (unsigned long)page);
	fflush(stdout);
	serve(stdin, stdout);
	return 0;
}

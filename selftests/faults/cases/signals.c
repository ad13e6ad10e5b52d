// SPDX-License-Identifier: GPL-2.0
/* Faults that end in a signal. */
#include <setjmp.h>
#include <signal.h>
#include <sys/mman.h>

#include "faults/cases/case.h"

void case_maperr(void)
{
	char *p = map_anon(page);

	munmap(p, page);
	print_address(p);
	touch_read(p, 1, page);
}

void case_accerr(void)
{
	char *p = map_anon(page);

	mprotect(p, page, PROT_READ);
	print_address(p);
	touch_write(p, 1, page);
}

void case_beyond_end(void)
{
	int fd = memfd_create("short", 0);
	char *p = map(page, PROT_READ, MAP_SHARED, fd);

	print_address(p);
	touch_read(p, 1, page);
}

static sigjmp_buf back;

static void jump_back(int sig)
{
	(void)sig;
	siglongjmp(back, 1);
}

/* A signal for each page, each with an address of its own. */
void case_signals(void)
{
	char *p = map(pages * page, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1);
	static volatile size_t i;

	signal(SIGSEGV, jump_back);
	for (i = 0; i < pages; i++)
		if (!sigsetjmp(back, 1))
			touch_read(p + i * page, 1, page);
}

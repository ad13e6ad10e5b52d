// SPDX-License-Identifier: GPL-2.0
/* Touching the pages of a mapping one by one. */
#include <errno.h>
#include <setjmp.h>
#include <signal.h>
#include <string.h>
#include <time.h>

#include "paging/touch.h"

/* global, because a signal handler takes no argument of ours */
static sigjmp_buf on_sigbus;

static void handle_sigbus(int signo)
{
	siglongjmp(on_sigbus, signo);
}

static void touch_page(volatile uint64_t *word, enum access access,
		       uint64_t value, struct touched *touched)
{
	touched->pages++;
	if (sigsetjmp(on_sigbus, 0)) {
		touched->sigbus++;
		return;
	}
	if (access == ACCESS_WRITE)
		*word = value;
	else if (*word)
		touched->nonzero++;
}

static uint64_t now_ns(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (uint64_t)ts.tv_sec * 1000000000u + (uint64_t)ts.tv_nsec;
}

int touch_pages(void *base, uint64_t page_size, const struct touch *touch,
		uint64_t value, struct touched *touched)
{
	/* SA_NODEFER: the handler does not return, so nothing would unblock it */
	struct sigaction action = { .sa_handler = handle_sigbus,
				    .sa_flags = SA_NODEFER };
	struct sigaction old;
	uint64_t begin;

	memset(touched, 0, sizeof(*touched));
	if (touch->access == ACCESS_NONE)
		return 0;
	if (sigaction(SIGBUS, &action, &old))
		return -errno;

	begin = now_ns();
	for (size_t i = 0; i < touch->nr_runs; i++) {
		const struct page_run *run = &touch->runs[i];

		for (uint64_t p = run->first;; p += touch->stride) {
			void *page = (char *)base + p * page_size;

			touch_page(page, touch->access, value, touched);
			if (run->last - p < touch->stride)
				break;
		}
	}
	touched->ns = now_ns() - begin;

	sigaction(SIGBUS, &old, NULL);
	return 0;
}

// SPDX-License-Identifier: GPL-2.0
/*
 * A process that is killed while its fault looks for a frame to evict ends, also
 * when the caller of the fault cannot drop mmap_lock and tries again on success,
 * as futex(2) does.
 */
#include <fcntl.h>
#include <linux/futex.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "lib/child.h"
#include "lib/dev.h"
#include "lib/paging.h"
#include "lib/tap.h"

#define BUDGET	4
#define PAGES	4096
#define ROUNDS	20

/* Locked frames use the budget up: each further fault finds no victim. */
static int wake_for_ever(void *arg)
{
	const size_t psize = page_size();
	int fd = dev_open(O_RDWR);
	uint32_t word = 0;
	char *p;

	(void)arg;
	drop_output();
	use_paging(fd, .budget = BUDGET);
	p = map_shared(fd, PAGES);
	if (mlock(p, BUDGET * psize))
		return 1;
	for (;;)
		for (size_t i = BUDGET; i < PAGES; i++)
			syscall(SYS_futex, &word, FUTEX_WAKE_OP_PRIVATE, 1,
				(void *)1, p + i * psize,
				FUTEX_OP(FUTEX_OP_SET, 1, FUTEX_OP_CMP_EQ, 0));
}

int main(void)
{
	bool ended = true;
	int result = 0;
	unsigned int i;

	for (i = 0; i < ROUNDS && ended; i++) {
		pid_t pid = spawn(wake_for_ever, NULL);

		msleep(100 + i);
		kill(pid, SIGKILL);
		ended = reap_in_time(pid, &result);
	}
	ok(ended, "a process that is killed in FUTEX_WAKE_OP ends");
	if (!ended)
		diag("  it still runs after %d ms, in round %u", HANG_MS, i);
	return tap_done();
}

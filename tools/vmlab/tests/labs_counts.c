// SPDX-License-Identifier: GPL-2.0
/* Counts of faults in a new child: none of its own stack or code is in them. */
#include <alloca.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "labs/memory.h"
#include "tap.h"

enum {
	PAGE = 4096,
	STEP = 16, /* the alignment of the stack */
};

/* Count with the stack pointer @shift bytes lower, so that @shift finds page boundaries. */
static __attribute__((noinline)) uint64_t count(size_t shift, char *shared)
{
	volatile char *below = alloca(shift + STEP);
	struct lab_counts counts;

	below[0] = 0;
	counts = lab_counts();
	lab_write(shared, 1, 1, 1);
	return lab_counts_since(&counts).minor;
}

int main(void)
{
	char *shared = mmap(NULL, PAGE, PROT_READ | PROT_WRITE,
			    MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	unsigned int wrong = 0, failed = 0;

	if (shared == MAP_FAILED)
		bail("mmap failed");
	/* The dynamic linker finds getrusage(2) here, with a deep stack, and not in a child. */
	lab_counts();
	for (size_t shift = 0; shift < PAGE; shift += STEP) {
		pid_t pid = fork();
		int status;

		if (pid < 0)
			bail("fork failed");
		if (!pid) {
			uint64_t faults;

			*(volatile char *)shared = 1; /* the child's entry */
			faults = count(shift, shared);
			_exit(faults < 100 ? (int)faults : 100);
		}
		if (waitpid(pid, &status, 0) != pid || !WIFEXITED(status)) {
			failed++;
		} else if (WEXITSTATUS(status)) {
			wrong++;
			diag("stack lower by %zu bytes: %d faults", shift,
			     WEXITSTATUS(status));
		}
	}
	is(failed, 0, "each child counted");
	is(wrong, 0, "a child counts no fault of its own stack and code, "
	   "wherever its stack ends");
	return tap_done();
}
